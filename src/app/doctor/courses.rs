//! The courses we know of: columns, results, the list of members, and a test column where one was asked for.

use jiff::Timestamp;

use super::{Order, Visit, tokens::Rights, trouble};
use crate::{
    app::AppError,
    lti::{
        ags::{ActivityProgress, GradingProgress, Score},
        doctor::{self, Cause, Check, Column, Finding, Trouble},
        jose::SigningKey,
        nrps::{Member, MemberStatus},
        roles::Standing,
    },
    services::{
        ags::Wanted,
        spoken,
        test_column::{TEST_TAG, TestColumn},
    },
    store::context::{self, Context, ResourceLink},
};

/// Courses that are looked at, the latest first.
const COURSES: i64 = 5;
/// Courses among which a named one is looked for.
const ALL: i64 = 10_000;
/// Somebody who does not exist: no learner's grade is touched, whatever a platform makes of it.
const NOBODY: &str = "courseferry-connection-test";

/// A course with its links.
pub(super) struct Course {
    context: Context,
    links: Vec<ResourceLink>,
}

impl Course {
    fn name(&self) -> &str {
        let c = &self.context;
        [&c.title, &c.label, &c.lms_id].into_iter().find(|t| !t.trim().is_empty()).map_or("a course without a name", String::as_str)
    }

    fn line_item(&self) -> Option<&str> {
        self.links.iter().find_map(|l| l.lineitem.as_deref()).filter(|l| !l.is_empty())
    }
}

impl Visit<'_> {
    /// The named course, or the latest ones.
    pub(super) async fn courses(&self, order: &Order) -> Result<Vec<Course>, AppError> {
        let mut tx = self.doctor.store.read().await?;
        let limit = if order.course.is_some() { ALL } else { COURSES };
        let mut known = context::list(&mut tx, &self.registration.id, limit).await?;
        if let Some(name) = &order.course {
            known.retain(|c| [&c.id, &c.lms_id, &c.label, &c.title].contains(&name));
            if known.is_empty() {
                return Err(AppError::Invalid(format!("no launch of this platform has named a course `{name}`")));
            }
        }
        let mut courses = Vec::new();
        for context in known {
            let links = context::links(&mut tx, &context.id).await?;
            courses.push(Course { context, links });
        }
        Ok(courses)
    }

    pub(super) async fn services(&mut self, key: &SigningKey, courses: &[Course], order: &Order) {
        let rights = self.rights(key).await;
        for course in courses {
            let (columns, left) = self.columns(key, course, rights).await;
            let mut found = vec![columns];
            found.push(self.results(key, course, rights).await);
            found.push(self.roster(key, course, rights).await);
            found.push(self.test_column(key, course, rights, order).await);
            found.extend(left.iter().map(|label| doctor::left_before(label)));
            self.findings.extend(found.into_iter().map(|f| f.about(course.name())));
        }
    }

    /// Also the names of test columns that an earlier look left behind: this one did not make them, so it does not remove them.
    async fn columns(&self, key: &SigningKey, course: &Course, rights: Rights) -> (Finding, Vec<String>) {
        let of = |cause| (Finding::of(Check::Columns, cause, ""), Vec::new());
        let Some(address) = &course.context.lineitems_url else { return of(Cause::ColumnsNotOffered) };
        if !rights.columns && !rights.columns_read {
            return of(Cause::NeedsToken);
        }
        let listed = self.ags().line_items(&self.platform(key), address, Wanted::default(), rights.columns).await;
        let listed = listed.map_err(|e| trouble::of_service(&e));
        let tests = listed.iter().flatten().filter(|item| item.tag.as_deref() == Some(TEST_TAG)).map(|item| item.label.clone()).collect();
        (doctor::list(&listed.map(|items| items.len()), self.profile), tests)
    }

    async fn results(&self, key: &SigningKey, course: &Course, rights: Rights) -> Finding {
        let Some(line_item) = course.line_item() else { return Finding::of(Check::Results, Cause::NoColumn, "") };
        if !rights.results {
            return Finding::of(Check::Results, Cause::NeedsToken, "");
        }
        let read = self.ags().results(&self.platform(key), line_item, None).await;
        doctor::results(&read.map(|all| all.len()).map_err(|e| trouble::of_service(&e)), self.profile)
    }

    async fn roster(&self, key: &SigningKey, course: &Course, rights: Rights) -> Finding {
        let Some(address) = &course.context.memberships_url else { return Finding::of(Check::Roster, Cause::RosterNotOffered, "") };
        if !rights.roster {
            return Finding::of(Check::Roster, Cause::NeedsToken, "");
        }
        let read = self.nrps().members(&self.platform(key), address, self.profile.roster_page).await;
        let learns = |m: &&Member| m.status == MemberStatus::Active && m.roles.standing() == Standing::Learner;
        let seen = read.map(|all| (all.len(), all.iter().filter(learns).count())).map_err(|e| trouble::of_service(&e));
        doctor::roster(&seen, self.profile)
    }

    async fn test_column(&self, key: &SigningKey, course: &Course, rights: Rights, order: &Order) -> Finding {
        let of = |cause| Finding::of(Check::TestColumn, cause, "");
        let Some(address) = course.context.lineitems_url.as_ref().filter(|_| order.test_column) else { return of(Cause::TestNotAsked) };
        match rights {
            Rights { columns: true, scores: true, .. } => self.try_column(key, address, rights).await.judge(self.profile),
            Rights { columns_read: true, .. } => of(Cause::TestReadOnly),
            _ => of(Cause::NeedsToken),
        }
    }

    /// Makes a column, scores it for nobody, reads it, and removes it: whatever happens in between.
    async fn try_column(&self, key: &SigningKey, line_items: &str, rights: Rights) -> Column {
        let (ags, platform) = (self.ags(), self.platform(key));
        let column = match TestColumn::make(&ags, &platform, line_items).await {
            Ok(column) => column,
            Err((error, column)) => {
                let label = column.label.clone();
                let trouble = trouble::of_service(&error);
                return match column.remove(&ags, &platform).await {
                    true => Column::NotMade(trouble),
                    false => Column::Made { label, scored: Err(trouble), read: Ok(0), removed: false },
                };
            }
        };
        let label = column.label.clone();
        let scored = column.score(&ags, &platform, &for_nobody((self.doctor.clock)())).await;
        let scored = scored.map(|a| (a.status, spoken(&a.text()))).map_err(|e| trouble::of_service(&e));
        let read: Result<usize, Trouble> =
            if rights.results { column.results(&ags, &platform).await.map_err(|e| trouble::of_service(&e)) } else { Ok(0) };
        let removed = column.remove(&ags, &platform).await;
        Column::Made { label, scored, read, removed }
    }
}

fn for_nobody(now: Timestamp) -> Score {
    Score {
        user_id: NOBODY.to_owned(),
        score_given: Some(0.0),
        score_maximum: Some(100.0),
        activity_progress: ActivityProgress::Completed,
        grading_progress: GradingProgress::FullyGraded,
        timestamp: now.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
        comment: None,
        submission: None,
        canvas: None,
    }
}

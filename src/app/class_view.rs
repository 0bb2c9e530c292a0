//! The class of one link: everybody's progress, grade, and whether the LMS has it.

use std::collections::BTreeSet;

use super::{
    App, AppError,
    study::{LinkSettings, Study, of_link},
    visit::Visit,
};
use crate::{
    learning,
    store::{
        Durability, Tx,
        class::{self, ClassMember, DeliveryStanding},
        context, learner,
        outbox::{self, OutboxState},
    },
};

/// Where a learner's grade is, in the five words we use everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GradeState {
    /// Only a person can help.
    NeedsYou,
    /// It did not work yet, and is tried again.
    Retrying,
    /// On its way.
    Waiting,
    /// The grade book shows something else.
    Edited,
    /// The LMS has it.
    InLms,
    /// There is none to send.
    None,
}

/// One learner.
#[derive(Debug, Clone)]
pub struct ClassRow {
    /// Row id.
    pub learner_id: String,
    /// Name, as far as the platform tells.
    pub name: String,
    /// To sort by.
    pub sort: String,
    /// Not graded: a test student.
    pub test: bool,
    /// Lessons and quizzes done.
    pub done: usize,
    /// The grade of this link.
    pub grade: Option<f64>,
    /// Graded attempts over all quizzes.
    pub attempts: i64,
    /// Where the grade is.
    pub state: GradeState,
    /// More about that.
    pub delivery: Option<DeliveryStanding>,
    /// Last launch, give or take a day.
    pub seen_at: i64,
}

/// The class.
#[derive(Debug, Clone)]
pub struct ClassView {
    /// What the link opens, as the teacher sees it.
    pub study: Study,
    /// Title of the LMS's course.
    pub course_title: String,
    /// Lessons and quizzes there are.
    pub total: usize,
    /// Everybody, by name.
    pub rows: Vec<ClassRow>,
}

impl ClassView {
    /// How many learners are in this state.
    #[must_use]
    pub fn count(&self, state: GradeState) -> usize {
        self.rows.iter().filter(|r| r.state == state).count()
    }
}

impl App {
    /// The class of the visitor's link.
    ///
    /// # Errors
    /// When the visitor is no teacher or the database fails.
    pub async fn class_view(&self, visit: &Visit) -> Result<ClassView, AppError> {
        if !visit.is_teacher() {
            return Err(AppError::Forbidden);
        }
        let study = self.study(visit).await?;
        let mut tx = self.store.read().await?;
        let session = &visit.session;
        self.look_up_grades(&session.resource_link_id);
        let members = class::view(&mut tx, &session.resource_link_id, &session.context_id, study.only.as_deref()).await?;
        let course_title = context::find(&mut tx, &session.context_id).await?.map(|c| c.title).unwrap_or_default();
        let mut rows: Vec<ClassRow> = members.into_iter().map(|m| row(m, &study)).collect();
        rows.sort_by(|a, b| (a.test, &a.sort, &a.learner_id).cmp(&(b.test, &b.sort, &b.learner_id)));
        Ok(ClassView { total: study.done().1, study, course_title, rows })
    }

    /// Sends one learner's grade again, or everybody's that waits or was given up.
    ///
    /// # Errors
    /// When the visitor is no teacher or the learner is of another course.
    pub async fn resend_score(&self, visit: &Visit, learner_id: Option<&str>) -> Result<(), AppError> {
        if !visit.is_teacher() {
            return Err(AppError::Forbidden);
        }
        let (now, course, session, site) = (self.now(), self.course(), visit.session.clone(), self.site.clone());
        match learner_id.map(str::to_owned) {
            None => {
                self.store
                    .write(Durability::Full, async move |tx: &mut Tx| outbox::hurry(tx, &session.resource_link_id, now).await.map(drop))
                    .await?;
            }
            Some(learner_id) => {
                self.store
                    .write(Durability::Full, async move |tx: &mut Tx| {
                        let enrolled = learner::enrolment(tx, &session.context_id, &learner_id).await?.filter(|e| e.gradable);
                        let enrolled = enrolled.ok_or(AppError::NotFound)?;
                        let theirs =
                            of_link(tx, course.clone(), &session.resource_link_id, &session.context_id, &enrolled.learner_id, true).await?;
                        if let Some(message) = super::submit_quiz::message(&site, &session, &learner_id, &theirs, now) {
                            outbox::enqueue(tx, &message, now).await?;
                        }
                        Ok::<_, AppError>(())
                    })
                    .await?;
            }
        }
        self.wake.notify_one();
        Ok(())
    }

    /// Changes what the visitor's link opens and how it counts.
    ///
    /// # Errors
    /// When the visitor is no teacher, or the values make no sense.
    pub async fn set_up_link(&self, visit: &Visit, target: &str, settings: &LinkSettings) -> Result<(), AppError> {
        if !visit.is_teacher() {
            return Err(AppError::Forbidden);
        }
        if super::content::page(&self.course(), target).is_none() {
            return Err(AppError::Invalid(format!("nothing in the course is called `{target}`")));
        }
        if settings.pass_mark.is_some_and(|p| !(0.0..=100.0).contains(&p)) || settings.attempts.is_some_and(|a| a > 1000) {
            return Err(AppError::Invalid("a pass mark is 0 to 100, attempts are 0 to 1000".to_owned()));
        }
        let json = serde_json::to_string(settings).map_err(|source| AppError::Unreadable { what: "setting", source })?;
        let (link, target, now) = (visit.session.resource_link_id.clone(), target.to_owned(), self.now());
        self.store
            .write(Durability::Full, async move |tx: &mut Tx| {
                context::set_target(tx, &link, &target, now).await?;
                context::set_settings(tx, &link, &json, now).await.map(drop)
            })
            .await?;
        Ok(())
    }
}

fn row(member: ClassMember, study: &Study) -> ClassRow {
    let read: BTreeSet<String> = member.lessons_read.iter().cloned().collect();
    let (mut done, mut grades) = (0, Vec::new());
    for module in study.modules() {
        done += module.lessons.iter().filter(|l| read.contains(&l.id)).count();
        let Some(quiz) = &module.quiz else { continue };
        let policy = study.policy(quiz);
        let standing = member.quizzes.iter().find(|q| q.quiz_id == quiz.id);
        let grade = standing.and_then(|q| match policy.grade {
            crate::course::GradePolicy::Best => q.best,
            crate::course::GradePolicy::Last => q.last,
        });
        let passed = standing.and_then(|q| q.best).is_some_and(|b| b >= policy.pass_mark);
        let spent = standing.is_some_and(|q| policy.left(usize::try_from(q.submitted).unwrap_or(0)) == Some(0));
        done += usize::from(passed || spent);
        grades.push((module.weight, grade));
    }
    let grade = if study.only.is_some() { grades.first().and_then(|g| g.1) } else { learning::course_grade(&grades) };
    let name = name(&member);
    ClassRow {
        sort: member.family_name.as_deref().unwrap_or(&name).to_lowercase(),
        state: state(member.delivery.as_ref(), grade.is_some() && member.gradable),
        attempts: member.quizzes.iter().map(|q| q.submitted).sum(),
        learner_id: member.learner_id,
        test: !member.gradable,
        name,
        done,
        grade,
        delivery: member.delivery,
        seen_at: member.seen_at,
    }
}

fn name(member: &ClassMember) -> String {
    let known = member.name.clone().or_else(|| member.email.clone());
    known.unwrap_or_else(|| format!("Learner {}", member.sub.chars().take(12).collect::<String>()))
}

fn state(delivery: Option<&DeliveryStanding>, has_grade: bool) -> GradeState {
    let Some(delivery) = delivery else { return if has_grade { GradeState::Waiting } else { GradeState::None } };
    match delivery.state {
        Some(OutboxState::Parked) => GradeState::NeedsYou,
        Some(OutboxState::Ready) if delivery.attempts > 0 => GradeState::Retrying,
        Some(OutboxState::Running) if delivery.attempts > 1 => GradeState::Retrying,
        Some(OutboxState::Ready | OutboxState::Running) => GradeState::Waiting,
        _ => match (delivery.accepted_score, delivery.seen_score) {
            (Some(ours), Some(seen)) if (ours - seen).abs() >= 0.01 => GradeState::Edited,
            (None, None) => GradeState::None,
            _ => GradeState::InLms,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(state: Option<OutboxState>, attempts: i64, accepted: Option<f64>, seen: Option<f64>) -> DeliveryStanding {
        DeliveryStanding {
            outbox_id: None,
            state,
            code: None,
            detail: None,
            attempts,
            run_at: None,
            accepted_score: accepted,
            accepted_at: None,
            seen_score: seen,
            seen_at: None,
        }
    }

    #[test]
    fn the_five_words_follow_from_outbox_and_ledger() {
        use OutboxState::{Delivered, Parked, Ready, Running};
        let cases = [
            (standing(Some(Parked), 3, None, None), GradeState::NeedsYou),
            (standing(Some(Ready), 0, None, None), GradeState::Waiting),
            (standing(Some(Ready), 2, None, None), GradeState::Retrying),
            (standing(Some(Running), 1, None, None), GradeState::Waiting),
            (standing(Some(Delivered), 1, Some(80.0), None), GradeState::InLms),
            (standing(Some(Delivered), 1, Some(80.0), Some(80.0)), GradeState::InLms),
            (standing(Some(Delivered), 1, Some(80.0), Some(95.0)), GradeState::Edited),
            (standing(None, 0, None, None), GradeState::None),
        ];
        for (delivery, expected) in cases {
            assert_eq!(state(Some(&delivery), true), expected, "{delivery:?}");
        }
        assert_eq!(state(None, true), GradeState::Waiting);
        assert_eq!(state(None, false), GradeState::None);
    }
}

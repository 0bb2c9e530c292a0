//! The class of one link: every learner, how far they are, and where each grade is.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    App, AppError, content,
    standing::{Sign, Standing},
    study::LinkSettings,
    visit::Visit,
};
use crate::{
    course::{Course, Module},
    learning::{self, Policy},
    store::{
        Tx,
        class::{self, ClassMember, QuizStanding},
        context::{self, Context, ResourceLink},
        roster::RosterStatus,
    },
};

/// Everybody who opened this link's course as a learner.
#[derive(Debug, Clone)]
pub struct ClassView {
    /// The course as it is now.
    pub course: Arc<Course>,
    /// The course in the LMS.
    pub context: Context,
    /// The link.
    pub link: ResourceLink,
    /// What the teacher changed.
    pub settings: LinkSettings,
    /// Id of the one module the link opens; none for the whole course.
    pub only: Option<String>,
    /// Id of the one lesson or quiz in it that the link asks for.
    pub alone: Option<String>,
    /// Whether the LMS takes grades for this link.
    pub taken: bool,
    /// One row a learner.
    pub rows: Vec<ClassRow>,
}

/// One learner.
#[derive(Debug, Clone)]
pub struct ClassRow {
    /// Who, with raw standings.
    pub member: ClassMember,
    /// One cell for each module of the link, in order.
    pub cells: Vec<ModuleCell>,
    /// Lessons and quizzes done.
    pub done: usize,
    /// Lessons and quizzes there are.
    pub total: usize,
    /// The grade of this link.
    pub grade: Option<f64>,
    /// Graded attempts handed in.
    pub attempts: i64,
    /// Where the grade is.
    pub standing: Standing,
}

/// One module of one learner.
#[derive(Debug, Clone, PartialEq)]
pub struct ModuleCell {
    /// Which module.
    pub module: String,
    /// The score that counts.
    pub score: Option<f64>,
    /// Whether it passes, where there is one.
    pub passed: Option<bool>,
    /// Lessons read.
    pub read: usize,
    /// Lessons there are.
    pub lessons: usize,
    /// Whether a quiz is being answered.
    pub running: bool,
    /// Whether everything is done.
    pub complete: bool,
}

/// How many grades are where. Test students count nowhere but in `test`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Learners.
    pub learners: usize,
    /// Learners with a grade.
    pub graded: usize,
    /// Grades in the LMS.
    pub in_lms: usize,
    /// Grades on their way for the first time.
    pub waiting: usize,
    /// Grades tried again.
    pub retrying: usize,
    /// Grades somebody changed in the LMS.
    pub edited: usize,
    /// Grades that need a person.
    pub needs_you: usize,
    /// Learners who finished everything.
    pub complete: usize,
    /// Learners who never opened the course here.
    pub unopened: usize,
    /// Test students.
    pub test: usize,
    /// People who did something and are not on the platform's list any more. They count nowhere else.
    pub gone: usize,
}

impl ClassView {
    /// The modules the link opens.
    pub fn modules(&self) -> impl Iterator<Item = &Module> {
        modules(&self.course, self.only.as_deref())
    }

    /// How many grades are where.
    #[must_use]
    pub fn tally(&self) -> Tally {
        Tally::of(&self.rows)
    }
}

impl Tally {
    fn of(rows: &[ClassRow]) -> Self {
        let count = |of: fn(&ClassRow) -> bool| rows.iter().filter(|r| of(r)).count();
        let mut tally = Self { test: count(|r| !r.member.gradable), gone: count(ClassRow::is_gone), ..Self::default() };
        for row in rows.iter().filter(|r| r.counts()) {
            tally.unopened += usize::from(row.is_unopened());
            tally.learners += 1;
            tally.graded += usize::from(row.grade.is_some());
            tally.complete += usize::from(row.done == row.total);
            match row.standing.sign() {
                Sign::InLms => tally.in_lms += 1,
                Sign::Waiting => tally.waiting += 1,
                Sign::Retrying => tally.retrying += 1,
                Sign::Edited => tally.edited += 1,
                Sign::NeedsYou => tally.needs_you += 1,
                Sign::None => {}
            }
        }
        tally
    }
}

/// What a link opens.
struct Opened<'a> {
    modules: Vec<&'a Module>,
    /// The whole course: the grade is the mean over its modules.
    whole: bool,
    /// No score here is the link's grade.
    project: bool,
    /// The one lesson or quiz it asks for.
    alone: Option<&'a str>,
}

impl ClassRow {
    fn new(member: ClassMember, opened: &Opened<'_>, settings: &LinkSettings, taken: bool) -> Self {
        let read: BTreeSet<String> = member.lessons_read.iter().cloned().collect();
        let (mut done, mut total, mut weighed) = (0, 0, Vec::new());
        let mut cells = Vec::with_capacity(opened.modules.len());
        for module in &opened.modules {
            let quiz = module.quiz.as_ref();
            let standing = quiz.and_then(|q| member.quizzes.iter().find(|s| s.quiz_id == q.id));
            let policy =
                quiz.map_or(Policy { attempts: 0, pass_mark: 0.0, grade: crate::course::GradePolicy::Best }, |q| settings.policy(q));
            let scores = standing.map(scores).unwrap_or_default();
            let state = learning::completion(module, policy, &read, &scores);
            let score = quiz.and_then(|_| learning::module_grade(policy.grade, &scores));
            if quiz.is_some() {
                weighed.push((module.weight, score));
            }
            let steps = module.lessons.len() + usize::from(quiz.is_some());
            let (done_here, steps) = match opened.alone {
                None => (steps - state.unread.len() - usize::from(state.quiz_missing), steps),
                Some(id) if quiz.is_some_and(|q| q.id == id) => (usize::from(!state.quiz_missing), 1),
                Some(id) => (usize::from(read.contains(id)), 1),
            };
            total += steps;
            done += done_here;
            cells.push(ModuleCell {
                module: module.id.clone(),
                score,
                passed: state.passed,
                read: module.lessons.len() - state.unread.len(),
                lessons: module.lessons.len(),
                running: standing.is_some_and(|s| s.running),
                complete: done_here == steps,
            });
        }
        let grade = if opened.project {
            None
        } else if opened.whole {
            learning::course_grade(&weighed)
        } else {
            weighed.first().and_then(|(_, score)| *score)
        };
        let standing = if member.gradable { Standing::judge(grade, member.delivery.as_ref(), taken) } else { Standing::NotTaken };
        Self { attempts: member.quizzes.iter().map(|q| q.submitted).sum(), member, cells, done, total, grade, standing }
    }

    /// Whether this learner counts in the class: no test student, and not gone.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.member.gradable && !self.is_gone()
    }

    /// Whether the platform's list no longer holds this learner.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.member.gradable && self.member.roster == RosterStatus::Gone
    }

    /// Whether this learner is on the platform's list and never came here.
    #[must_use]
    pub fn is_unopened(&self) -> bool {
        self.member.seen_at == 0
    }

    /// What to call this learner, whatever the LMS tells us.
    #[must_use]
    pub fn name(&self) -> String {
        display_name(self.member.name.as_deref(), self.member.email.as_deref(), &self.member.learner_id)
    }

    /// By family name where it is told.
    #[must_use]
    pub fn sort_name(&self) -> (String, String) {
        let name = self.name();
        (self.member.family_name.as_deref().unwrap_or(&name).to_lowercase(), name.to_lowercase())
    }

    /// The last thing that happened to the grade, or to the quiz.
    #[must_use]
    pub fn last_event(&self) -> Option<i64> {
        match &self.standing {
            Standing::InLms { at, .. } | Standing::Edited { at, .. } => Some(*at),
            _ => self.member.quizzes.iter().filter_map(|q| q.last_at).max(),
        }
    }
}

/// Name, else address, else a handle that stays the same.
pub(super) fn display_name(name: Option<&str>, email: Option<&str>, learner_id: &str) -> String {
    let told = [name, email].into_iter().flatten().map(str::trim).find(|t| !t.is_empty());
    told.map_or_else(|| format!("Learner {}", &learner_id[learner_id.len().saturating_sub(6)..]), str::to_owned)
}

/// Attempts as the rules of `learning` take them: how many, the best among them, the last one last.
fn scores(standing: &QuizStanding) -> Vec<f64> {
    let (Some(best), Some(last)) = (standing.best, standing.last) else { return Vec::new() };
    let earlier = usize::try_from(standing.submitted - 1).unwrap_or(0);
    std::iter::repeat_n(best, earlier).chain([last]).collect()
}

pub(super) fn modules<'a>(course: &'a Course, only: Option<&'a str>) -> impl Iterator<Item = &'a Module> {
    course.modules.iter().filter(move |m| only.is_none_or(|only| only == m.id))
}

impl App {
    /// The class of the visitor's link.
    ///
    /// # Errors
    /// For anybody but teachers, or when the database fails.
    pub async fn class_view(&self, visit: &Visit) -> Result<ClassView, AppError> {
        let mut tx = self.store.read().await?;
        let view = load(&mut tx, self.course(), visit).await?;
        self.look_up_grades(&view.link.id);
        self.look_up_roster(&view.context.id);
        Ok(view)
    }
}

/// Whoever left the course without having done anything is no part of the class.
fn belongs(member: &ClassMember) -> bool {
    member.roster != RosterStatus::Gone || !member.quizzes.is_empty() || !member.lessons_read.is_empty() || member.delivery.is_some()
}

pub(super) async fn load(tx: &mut Tx, course: Arc<Course>, visit: &Visit) -> Result<ClassView, AppError> {
    if !visit.is_teacher() {
        return Err(AppError::Forbidden);
    }
    let session = &visit.session;
    let link = context::link(tx, &session.resource_link_id).await?.ok_or(AppError::NotFound)?;
    let context = context::find(tx, &session.context_id).await?.ok_or(AppError::NotFound)?;
    let target = content::page(&course, &link.target);
    let only = target.and_then(|p| p.module()).map(|m| m.id.clone());
    let alone = target.and_then(|p| p.alone()).map(str::to_owned);
    let members = class::view(tx, &link.id, &context.id, only.as_deref()).await?;
    let settings = LinkSettings::parse(&link.settings);
    let taken = link.lineitem.is_some() || context.lineitems_url.is_some();
    // Beside a project the whole course can be read; the project's own grade is people's.
    let project = matches!(target, Some(content::Page::Side(..)));
    let opened = Opened {
        modules: modules(&course, only.as_deref()).collect(),
        whole: only.is_none(),
        project,
        alone: alone.as_deref().filter(|_| !project),
    };
    let mut rows: Vec<ClassRow> = members.into_iter().filter(belongs).map(|m| ClassRow::new(m, &opened, &settings, taken)).collect();
    rows.sort_by_cached_key(ClassRow::sort_name);
    Ok(ClassView { settings, taken, only, alone, rows, context, link, course })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{course, package::fixture};

    fn member(id: &str) -> ClassMember {
        ClassMember {
            learner_id: id.to_owned(),
            name: Some(format!("Name {id}")),
            family_name: None,
            email: None,
            sub: id.to_owned(),
            gradable: true,
            seen_at: 1,
            roster: RosterStatus::Unknown,
            lessons_read: Vec::new(),
            quizzes: Vec::new(),
            delivery: None,
        }
    }

    fn took(quiz_id: &str, submitted: i64, best: f64, last: f64) -> QuizStanding {
        QuizStanding { quiz_id: quiz_id.to_owned(), submitted, running: false, best: Some(best), last: Some(last), last_at: Some(1) }
    }

    fn row(member: ClassMember, settings: &LinkSettings, whole: bool) -> ClassRow {
        let course = fixture::course();
        let modules = course.modules.iter().take(if whole { usize::MAX } else { 1 }).collect();
        ClassRow::new(member, &Opened { modules, whole, project: false, alone: None }, settings, true)
    }

    #[test]
    fn a_link_to_one_page_counts_that_page() {
        let course = fixture::course();
        let module = &course.modules[0];
        let (lesson, quiz) = (module.lessons[0].id.clone(), first_quiz());
        let row = |learner: &ClassMember, alone: &str| {
            let opened = Opened { modules: vec![module], whole: false, project: false, alone: Some(alone) };
            let row = ClassRow::new(learner.clone(), &opened, &LinkSettings::default(), true);
            (row.done, row.total, row.grade)
        };
        let mut learner = member("a");
        learner.lessons_read = vec!["another".to_owned()];
        assert_eq!(row(&learner, &lesson), (0, 1, None));
        learner.lessons_read.push(lesson.clone());
        learner.quizzes = vec![took(&quiz, 1, 10.0, 10.0)];
        assert_eq!((row(&learner, &lesson), row(&learner, &quiz)), ((1, 1, Some(10.0)), (0, 1, Some(10.0))));
        learner.quizzes = vec![took(&quiz, 1, 100.0, 100.0)];
        assert_eq!(row(&learner, &quiz), (1, 1, Some(100.0)));
    }

    fn first_quiz() -> String {
        fixture::course().modules[0].quiz.as_ref().map(|q| q.id.clone()).unwrap()
    }

    #[test]
    fn the_policy_of_the_link_decides_which_attempt_counts() {
        let mut learner = member("a");
        learner.quizzes = vec![took(&first_quiz(), 3, 90.0, 50.0)];
        let best = row(learner.clone(), &LinkSettings::default(), false);
        assert_eq!((best.grade, best.attempts), (Some(90.0), 3));
        let last = LinkSettings { grade: Some(course::GradePolicy::Last), ..LinkSettings::default() };
        assert_eq!(row(learner, &last, false).grade, Some(50.0));
    }

    #[test]
    fn a_whole_course_counts_unattempted_quizzes_as_nothing() {
        let mut learner = member("a");
        learner.quizzes = vec![took(&first_quiz(), 1, 80.0, 80.0)];
        let whole = row(learner, &LinkSettings::default(), true);
        let graded = fixture::course().modules.iter().filter(|m| m.quiz.is_some()).count();
        assert!(whole.grade.unwrap() <= 80.0);
        assert_eq!(whole.cells.iter().filter(|c| c.score.is_some()).count(), 1);
        assert!(graded >= 1);
    }

    #[test]
    fn nobody_is_nameless_and_a_handle_gives_nothing_away() {
        assert_eq!(display_name(Some(" "), Some("a@x.org"), "0123456789"), "a@x.org");
        assert_eq!(display_name(None, None, "0123456789"), "Learner 456789");
        assert_eq!(display_name(Some("Ada"), Some("a@x.org"), "0"), "Ada");
    }

    #[test]
    fn test_students_are_counted_apart() {
        let mut tester = member("t");
        tester.gradable = false;
        tester.quizzes = vec![took(&first_quiz(), 1, 10.0, 10.0)];
        let mut learner = member("a");
        learner.quizzes = vec![took(&first_quiz(), 1, 10.0, 10.0)];
        let rows = [tester, learner].map(|m| row(m, &LinkSettings::default(), false));
        let tally = Tally::of(&rows);
        assert_eq!((tally.learners, tally.graded, tally.needs_you, tally.test), (1, 1, 1, 1));
        assert_eq!(rows[0].standing, Standing::NotTaken);
    }
}

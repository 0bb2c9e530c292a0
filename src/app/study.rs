//! Where a person stands in what a link opens.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use super::{
    App, AppError,
    content::{self, Page},
    visit::Visit,
};
use crate::{
    course::{Course, GradePolicy, Module, Quiz},
    ids,
    learning::{self, Completion, Policy},
    store::{
        Tx,
        attempt::{self, Attempt, AttemptState},
        context::{self, ResourceLink},
        progress::{self, Progress},
        reading,
    },
};

/// Most attempts a teacher can ask for; beyond, "unlimited" is meant.
pub const MOST_ATTEMPTS: u32 = 100;

// Custom parameters: no platform has these names for itself, and Moodle changes nothing in them.
const CUSTOM_ATTEMPTS: &str = "attempts";
const CUSTOM_PASS_MARK: &str = "pass_mark";

/// What a teacher changed for one link.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LinkSettings {
    /// Graded tries; 0 means unlimited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
    /// Percent to pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass_mark: Option<f64>,
    /// Which attempt counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<GradePolicy>,
}

impl LinkSettings {
    /// What a link made by deep linking brings along, as far as it makes sense.
    #[must_use]
    pub fn from_custom(custom: &BTreeMap<String, String>) -> Self {
        let value = |name: &str| custom.get(name).map(|v| v.trim());
        Self {
            attempts: value(CUSTOM_ATTEMPTS).and_then(|v| v.parse().ok()).filter(|n| *n <= MOST_ATTEMPTS),
            pass_mark: value(CUSTOM_PASS_MARK).and_then(|v| v.parse().ok()).filter(|p| (0.0..=100.0).contains(p)),
            grade: None,
        }
    }

    /// The same, to be sent along.
    pub fn to_custom(&self, custom: &mut BTreeMap<String, String>) {
        custom.extend(self.attempts.map(|a| (CUSTOM_ATTEMPTS.to_owned(), a.to_string())));
        custom.extend(self.pass_mark.map(|p| (CUSTOM_PASS_MARK.to_owned(), p.to_string())));
    }

    /// As the database keeps it; unreadable settings change nothing.
    #[must_use]
    pub fn parse(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }

    /// How `quiz` counts here.
    #[must_use]
    pub fn policy(&self, quiz: &Quiz) -> Policy {
        let own = Policy::of(quiz);
        Policy {
            attempts: self.attempts.unwrap_or(own.attempts),
            pass_mark: self.pass_mark.unwrap_or(own.pass_mark),
            grade: self.grade.unwrap_or(own.grade),
        }
    }
}

/// What a link opens, and how far this person is.
#[derive(Debug, Clone)]
pub struct Study {
    /// The course as it is now.
    pub course: Arc<Course>,
    /// The link.
    pub link: ResourceLink,
    /// What the teacher changed.
    pub settings: LinkSettings,
    /// Id of the one module this link opens; none for the whole course.
    pub only: Option<String>,
    /// Id of the one lesson or quiz in it that this link asks for; the rest of the module can be read too, and counts for nothing.
    pub alone: Option<String>,
    /// Lessons read.
    pub read: BTreeSet<String>,
    /// The lesson touched last.
    pub last: Option<String>,
    /// Where the player was in each lesson.
    pub positions: BTreeMap<String, String>,
    /// All tries.
    pub attempts: Vec<Attempt>,
    /// Whether this person's tries count.
    pub gradable: bool,
}

impl Study {
    /// The modules this link opens.
    pub fn modules(&self) -> impl Iterator<Item = &Module> {
        self.course.modules.iter().filter(|m| self.only.as_ref().is_none_or(|only| *only == m.id))
    }

    /// The page with this id, if this link opens it.
    #[must_use]
    pub fn page(&self, id: &str) -> Option<Page<'_>> {
        let page = content::page(&self.course, id)?;
        match (page.module(), &self.only) {
            (Some(module), Some(only)) if module.id != *only => None,
            (None, Some(_)) => None,
            _ => Some(page),
        }
    }

    /// The start page's id.
    #[must_use]
    pub fn home(&self) -> &str {
        self.alone.as_ref().or(self.only.as_ref()).unwrap_or(&self.course.id)
    }

    /// Where the player was in a lesson.
    #[must_use]
    pub fn position(&self, lesson_id: &str) -> Option<&str> {
        self.positions.get(lesson_id).map(String::as_str)
    }

    /// All pages in reading order.
    #[must_use]
    pub fn sequence(&self) -> Vec<Page<'_>> {
        self.modules().flat_map(content::pages).collect()
    }

    /// How `quiz` counts here.
    #[must_use]
    pub fn policy(&self, quiz: &Quiz) -> Policy {
        self.settings.policy(quiz)
    }

    /// Scores of the tries that count, in their order.
    #[must_use]
    pub fn scores(&self, quiz_id: &str) -> Vec<f64> {
        self.submitted(quiz_id).filter_map(|a| a.score).collect()
    }

    /// Tries handed in, in their order: those that count, where any do.
    pub fn submitted(&self, quiz_id: &str) -> impl Iterator<Item = &Attempt> {
        self.attempts.iter().filter(move |a| a.quiz_id == quiz_id && a.state == AttemptState::Submitted && a.graded == self.gradable)
    }

    /// The try being answered.
    #[must_use]
    pub fn running(&self, quiz_id: &str) -> Option<&Attempt> {
        self.attempts.iter().find(|a| a.quiz_id == quiz_id && a.state == AttemptState::Running)
    }

    /// How far a module is.
    #[must_use]
    pub fn completion(&self, module: &Module) -> Completion {
        let (policy, scores) = match &module.quiz {
            Some(quiz) => (self.policy(quiz), self.scores(&quiz.id)),
            None => (Policy { attempts: 0, pass_mark: 0.0, grade: GradePolicy::Best }, Vec::new()),
        };
        learning::completion(module, policy, &self.read, &scores)
    }

    /// Whether what this link asks for is complete.
    #[must_use]
    pub fn complete(&self) -> bool {
        if let Some(done) = self.alone_done() {
            return done;
        }
        self.modules().all(|m| self.completion(m).complete)
    }

    /// Whether the one page this link asks for is done; none where it asks for more.
    fn alone_done(&self) -> Option<bool> {
        match self.page(self.alone.as_deref()?)? {
            Page::Quiz(module, _) => Some(!self.completion(module).quiz_missing),
            // A project asks for nothing that we see.
            Page::Side(..) => Some(true),
            page => Some(self.read.contains(page.id(&self.course))),
        }
    }

    /// Whether this link opens a project. People grade those: what a learner answers beside one is no grade of it.
    #[must_use]
    pub fn is_project(&self) -> bool {
        matches!(self.alone.as_deref().and_then(|id| self.page(id)), Some(Page::Side(..)))
    }

    /// The grade of this link: its module's quiz's, or the course's.
    #[must_use]
    pub fn grade(&self) -> Option<f64> {
        if self.is_project() {
            return None;
        }
        let grades: Vec<(f64, Option<f64>)> = self
            .modules()
            .filter_map(|m| m.quiz.as_ref().map(|q| (m.weight, learning::module_grade(self.policy(q).grade, &self.scores(&q.id)))))
            .collect();
        match (&self.only, grades.first()) {
            (Some(_), Some((_, grade))) => *grade,
            (Some(_), None) => None,
            (None, _) => learning::course_grade(&grades),
        }
    }

    /// Lessons and quizzes done, and how many this link asks for.
    #[must_use]
    pub fn done(&self) -> (usize, usize) {
        if let Some(done) = self.alone_done() {
            return (usize::from(done), 1);
        }
        self.modules().fold((0, 0), |(done, total), m| {
            let state = self.completion(m);
            let all = m.lessons.len() + usize::from(m.quiz.is_some());
            (done + all - state.unread.len() - usize::from(state.quiz_missing), total + all)
        })
    }

    /// Where to go on: what was being read, else the first page not done.
    #[must_use]
    pub fn resume(&self) -> Option<Page<'_>> {
        let unread = |page: &Page<'_>| match page {
            Page::Lesson(_, l) => !self.read.contains(&l.id),
            Page::Quiz(m, _) => self.completion(m).quiz_missing,
            _ => false,
        };
        let last = self.last.as_deref().and_then(|id| self.page(id)).filter(unread);
        last.or_else(|| self.sequence().into_iter().find(unread))
    }
}

impl App {
    /// The session that `token` opens, if it is of this launch and has not ended, and where its person stands: one look.
    ///
    /// # Errors
    /// When the database fails or the link is gone.
    pub async fn reading(&self, launch: &str, token: &str) -> Result<Option<(Visit, Study)>, AppError> {
        if !Visit::matches(launch, token) {
            return Ok(None);
        }
        let mut tx = self.store.read().await?;
        let Some(found) = reading::look(&mut tx, &ids::timed_hash(token), self.now()).await? else { return Ok(None) };
        drop(tx);
        let study = put_together(self.course(), found.link, found.steps, found.attempts, found.session.gradable)?;
        Ok(Some((Visit::of(token, found.session), study)))
    }

    /// Reads where the visitor stands.
    ///
    /// # Errors
    /// When the database fails or the link is gone.
    pub async fn study(&self, visit: &Visit) -> Result<Study, AppError> {
        let mut tx = self.store.read().await?;
        let session = &visit.session;
        of_link(&mut tx, self.course(), &session.resource_link_id, &session.context_id, &session.learner_id, session.gradable).await
    }
}

/// Where any learner of a link stands.
pub(super) async fn of_link(
    tx: &mut Tx,
    course: Arc<Course>,
    link_id: &str,
    context_id: &str,
    learner_id: &str,
    gradable: bool,
) -> Result<Study, AppError> {
    let link = context::link(tx, link_id).await?;
    let steps = progress::list(tx, learner_id, context_id).await?;
    let attempts = attempt::list(tx, link_id, learner_id).await?;
    put_together(course, link, steps, attempts, gradable)
}

fn put_together(
    course: Arc<Course>,
    link: Option<ResourceLink>,
    steps: Vec<Progress>,
    attempts: Vec<Attempt>,
    gradable: bool,
) -> Result<Study, AppError> {
    let link = link.ok_or(AppError::NotFound)?;
    // The link's target, not the session's: a teacher may have changed it since, and the grade follows the link.
    let target = content::page(&course, &link.target);
    Ok(Study {
        settings: LinkSettings::parse(&link.settings),
        only: target.and_then(|p| p.module()).map(|m| m.id.clone()),
        alone: target.and_then(|p| p.alone()).map(str::to_owned),
        last: steps.iter().max_by_key(|s| s.updated_at).map(|s| s.lesson_id.clone()),
        positions: steps.iter().filter_map(|s| Some((s.lesson_id.clone(), s.position.clone()?))).collect(),
        read: steps.into_iter().filter(|s| s.read_at.is_some()).map(|s| s.lesson_id).collect(),
        attempts,
        gradable,
        course,
        link,
    })
}

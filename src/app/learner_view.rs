//! One learner of a class: attempts as they were taken, and every try at sending the grade.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    App, AppError,
    class_view::{self, ClassRow, ClassView},
    start_attempt::quiz_of,
    study::{self, Study},
    visit::Visit,
};
use crate::{
    course::Quiz,
    store::{
        Tx,
        attempt::{self, Attempt, AttemptState},
        delivery::{self, DeliveryTry},
        progress::{self, Progress},
    },
};

/// Most tries shown.
const TRIES: i64 = 50;

/// One learner.
#[derive(Debug, Clone)]
pub struct LearnerView {
    /// The class, with all its rows.
    pub class: ClassView,
    /// This learner's row.
    pub row: ClassRow,
    /// All attempts, newest first.
    pub attempts: Vec<AttemptView>,
    /// The latest tries at sending, newest first.
    pub tries: Vec<DeliveryTry>,
    /// Lessons opened.
    pub lessons: Vec<Progress>,
}

/// One attempt.
#[derive(Debug, Clone)]
pub struct AttemptView {
    /// As the database keeps it.
    pub attempt: Attempt,
    /// Title of its quiz.
    pub quiz: String,
    /// One entry for each question asked; empty while it runs.
    pub answers: Vec<AnswerView>,
}

/// One question of an attempt.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerView {
    /// The question, plain text.
    pub stem: String,
    /// Points for a full answer.
    pub points: f64,
    /// Points earned.
    pub earned: f64,
    /// Whether there was an answer.
    pub answered: bool,
}

/// What an attempt keeps of each question.
#[derive(Deserialize)]
struct Scored {
    id: String,
    points: f64,
    earned: f64,
    answered: bool,
}

/// One attempt that was handed in, with all that its learner's own page of it is made from.
#[derive(Debug)]
pub struct AttemptSeen {
    /// The class.
    pub class: ClassView,
    /// The learner's row.
    pub row: ClassRow,
    /// Where the learner stands.
    pub study: Study,
    /// The attempt.
    pub attempt: Attempt,
    /// The quiz as it was.
    pub quiz: Quiz,
}

impl App {
    /// An attempt of one learner of the visitor's class.
    ///
    /// # Errors
    /// As [`App::learner_view`]; and when no such attempt was handed in by this learner and link.
    pub async fn attempt_seen(&self, visit: &Visit, learner_id: &str, attempt_id: &str) -> Result<AttemptSeen, AppError> {
        let mut tx = self.store.read().await?;
        let class = class_view::load(&mut tx, self.course(), visit).await?;
        let row = class.rows.iter().find(|r| r.member.learner_id == learner_id).cloned().ok_or(AppError::NotFound)?;
        let link = &visit.session.resource_link_id;
        let theirs = |a: &Attempt| a.learner_id == learner_id && a.resource_link_id == *link && a.state == AttemptState::Submitted;
        let attempt = attempt::find(&mut tx, attempt_id).await?.filter(theirs).ok_or(AppError::NotFound)?;
        let quiz = quiz_of(&mut tx, &attempt).await?;
        let study = study::of_link(&mut tx, self.course(), link, &visit.session.context_id, learner_id, attempt.graded).await?;
        Ok(AttemptSeen { class, row, study, attempt, quiz })
    }

    /// One learner of the visitor's class.
    ///
    /// # Errors
    /// For anybody but teachers, and when the learner is not in this class.
    pub async fn learner_view(&self, visit: &Visit, learner_id: &str) -> Result<LearnerView, AppError> {
        let mut tx = self.store.read().await?;
        let class = class_view::load(&mut tx, self.course(), visit).await?;
        let row = class.rows.iter().find(|r| r.member.learner_id == learner_id).cloned().ok_or(AppError::NotFound)?;
        let link = &visit.session.resource_link_id;
        let taken = attempt::list(&mut tx, link, learner_id).await?;
        let tries = delivery::of_learner(&mut tx, link, learner_id, TRIES).await?;
        let lessons = progress::list(&mut tx, learner_id, &visit.session.context_id).await?;
        let attempts = attempts(&mut tx, taken).await?;
        Ok(LearnerView { class, row, attempts, tries, lessons })
    }
}

async fn attempts(tx: &mut Tx, taken: Vec<Attempt>) -> Result<Vec<AttemptView>, AppError> {
    let mut versions: BTreeMap<String, Quiz> = BTreeMap::new();
    let mut views = Vec::with_capacity(taken.len());
    for attempt in taken {
        if !versions.contains_key(&attempt.quiz_hash) {
            versions.insert(attempt.quiz_hash.clone(), quiz_of(tx, &attempt).await?);
        }
        let quiz = &versions[&attempt.quiz_hash];
        views.push(AttemptView { quiz: quiz.title.clone(), answers: answers(quiz, &attempt), attempt });
    }
    views.sort_by_key(|v| std::cmp::Reverse(v.attempt.started_at));
    Ok(views)
}

/// Unreadable results show no answers rather than no page.
fn answers(quiz: &Quiz, attempt: &Attempt) -> Vec<AnswerView> {
    let scored: Vec<Scored> = attempt.result.as_deref().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    let stem = |id: &str| quiz.questions.iter().find(|q| q.id == id).map_or_else(|| id.to_owned(), |q| q.stem_text.clone());
    scored.into_iter().map(|s| AnswerView { stem: stem(&s.id), points: s.points, earned: s.earned, answered: s.answered }).collect()
}

//! A try at a quiz begins, goes on, or is kept.

use super::{App, AppError, content::Page, study::Study, visit::Visit};
use crate::{
    course::Quiz,
    ids,
    learning::Responses,
    store::{
        Durability, StoreError, Tx,
        attempt::{self, Attempt, NewAttempt, Started},
        quiz_version,
    },
};

impl App {
    /// Starts a try, or gives the running one.
    ///
    /// # Errors
    /// When the link opens no such quiz or no tries are left.
    pub async fn start_attempt(&self, visit: &Visit, study: &Study, quiz_id: &str) -> Result<Attempt, AppError> {
        let Some(Page::Quiz(_, quiz)) = study.page(quiz_id) else { return Err(AppError::NotFound) };
        let body = serde_json::to_string(quiz).map_err(|source| AppError::Unreadable { what: "quiz", source })?;
        let new = NewAttempt {
            tenant_id: visit.session.tenant_id.clone(),
            learner_id: visit.session.learner_id.clone(),
            resource_link_id: visit.session.resource_link_id.clone(),
            quiz_id: quiz.id.clone(),
            quiz_hash: ids::sha256_hex(body.as_bytes()),
            seed: ids::random_token(9)?,
            graded: study.gradable,
            limit: study.policy(quiz).attempts,
        };
        let now = self.now();
        let started = self
            .store
            .write(Durability::Full, async move |tx: &mut Tx| {
                quiz_version::keep(tx, &new.tenant_id, &new.quiz_hash, &new.quiz_id, &body, now).await?;
                attempt::start(tx, &new, now).await
            })
            .await?;
        match started {
            Started::New(attempt) | Started::Running(attempt) => Ok(attempt),
            Started::Spent => Err(AppError::NoAttemptsLeft),
        }
    }

    /// A try of this visitor, with the quiz as it was when it began.
    ///
    /// # Errors
    /// When there is none, or it is somebody else's.
    pub async fn attempt(&self, visit: &Visit, id: &str) -> Result<(Attempt, Quiz), AppError> {
        let mut tx = self.store.read().await?;
        let attempt = attempt::find(&mut tx, id).await?.filter(|a| is_of(a, visit)).ok_or(AppError::NotFound)?;
        let quiz = quiz_of(&mut tx, &attempt).await?;
        Ok((attempt, quiz))
    }

    /// Keeps answers of a running try; gives whether it was still running.
    ///
    /// # Errors
    /// When it is not this visitor's.
    pub async fn save_answers(&self, attempt: &Attempt, responses: &Responses) -> Result<bool, AppError> {
        let json = serde_json::to_string(responses).map_err(|source| AppError::Unreadable { what: "answer", source })?;
        let (id, now) = (attempt.id.clone(), self.now());
        Ok(self.store.write(Durability::Normal, async move |tx: &mut Tx| attempt::save(tx, &id, &json, now).await).await?)
    }
}

/// Whether a try was made by this visitor through this link.
pub(super) fn is_of(attempt: &Attempt, visit: &Visit) -> bool {
    attempt.learner_id == visit.session.learner_id && attempt.resource_link_id == visit.session.resource_link_id
}

/// The quiz as it was when the try began.
pub(super) async fn quiz_of(tx: &mut Tx, attempt: &Attempt) -> Result<Quiz, AppError> {
    let body = quiz_version::body(tx, &attempt.tenant_id, &attempt.quiz_hash).await?.ok_or(StoreError::Dangling)?;
    serde_json::from_str(&body).map_err(|source| AppError::Unreadable { what: "quiz", source })
}

/// Answers as the database keeps them.
///
/// # Errors
/// When they cannot be read.
pub fn responses_of(attempt: &Attempt) -> Result<Responses, AppError> {
    serde_json::from_str(&attempt.responses).map_err(|source| AppError::Unreadable { what: "answer", source })
}

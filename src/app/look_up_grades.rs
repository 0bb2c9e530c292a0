//! What the grade book shows, looked up when somebody wants to see it.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use super::{App, deliver_scores::Courier, read_results::ReadError, tool_keys::KeyError};
use crate::lti::jose::SigningKey;

/// Milliseconds between two looks at one link's grade book.
const PAUSE: i64 = 15_000;
/// The same where the platform does not let us read.
const LONG_PAUSE: i64 = 30 * 60_000;
/// More links than these, and those that may be looked at again are forgotten.
const KEEP: usize = 1000;

/// Looks at grade books, never too often.
pub struct GradeBooks {
    courier: Courier,
    /// Link to the time before which it is not looked at again.
    next: Mutex<HashMap<String, i64>>,
}

impl GradeBooks {
    /// Over these.
    #[must_use]
    pub fn new(courier: Courier) -> Self {
        Self { courier, next: Mutex::default() }
    }

    /// The key that signs what we send.
    pub(super) async fn signing_key(&self) -> Result<SigningKey, KeyError> {
        self.courier.signing_key().await
    }

    /// Whether it is time to look at a link; if so, whoever asks next is told to wait.
    fn due(&self, link_id: &str, now: i64) -> bool {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        if next.get(link_id).is_some_and(|at| *at > now) {
            return false;
        }
        if next.len() > KEEP {
            next.retain(|_, at| *at > now);
        }
        next.insert(link_id.to_owned(), now + PAUSE);
        true
    }

    fn not_soon(&self, link_id: &str, now: i64) {
        self.next.lock().unwrap_or_else(PoisonError::into_inner).insert(link_id.to_owned(), now + LONG_PAUSE);
    }

    async fn look(&self, link_id: &str) {
        match self.courier.read_results(link_id).await {
            Ok(known) => tracing::debug!(known, "a grade book was read"),
            Err(ReadError::NoLineItem) => self.not_soon(link_id, self.courier.now()),
            Err(error) => {
                tracing::info!(code = "results_unread", %error, "a grade book could not be read");
                self.not_soon(link_id, self.courier.now());
            }
        }
    }
}

impl App {
    /// Looks at a link's grade book in the background, if nobody did a moment ago. What it shows is there at the next look.
    pub fn look_up_grades(&self, link_id: &str) {
        if self.grade_books.due(link_id, self.now()) {
            let (books, link_id) = (self.grade_books.clone(), link_id.to_owned());
            tokio::spawn(async move { books.look(&link_id).await });
        }
    }
}

//! A request inside a launch: who, in which course, by which link.

use super::{App, AppError, accept_launch::SessionData};
use crate::{
    ids,
    store::{Durability, Tx, session, session::Session},
};

/// Length of a launch id: enough to tell launches apart in one browser, and no help in guessing the token.
const LAUNCH_ID: usize = 20;

/// A live session and what goes with it.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The launch's public id, part of its pages' addresses.
    pub launch_id: String,
    /// The session.
    pub session: Session,
    /// What else the launch said.
    pub data: SessionData,
    /// What our own forms carry and no other site knows.
    pub form_token: String,
}

/// The public id of the launch whose session this token opens.
#[must_use]
pub fn launch_id(token: &str) -> String {
    ids::sha256_hex(token.as_bytes())[..LAUNCH_ID].to_owned()
}

/// The form token of a session.
#[must_use]
pub fn form_token(token: &str) -> String {
    ids::sha256_hex(format!("form:{token}").as_bytes())[..32].to_owned()
}

impl Visit {
    /// Whether `token` opens the session of this launch, if any.
    pub(super) fn matches(launch: &str, token: &str) -> bool {
        launch.len() == LAUNCH_ID && launch_id(token) == launch
    }

    /// The visit of whoever shows `token`.
    pub(super) fn of(token: &str, session: Session) -> Self {
        let data = serde_json::from_str(&session.data).unwrap_or_default();
        Self { launch_id: launch_id(token), session, data, form_token: form_token(token) }
    }

    /// Whether the role sees the class.
    #[must_use]
    pub fn is_teacher(&self) -> bool {
        self.session.role == "instructor"
    }

    /// Whether the form token is ours, in constant time.
    #[must_use]
    pub fn owns_form(&self, token: &str) -> bool {
        token.len() == self.form_token.len() && openssl::memcmp::eq(token.as_bytes(), self.form_token.as_bytes())
    }
}

impl App {
    /// The session that `token` opens, if it is of this launch and has not ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn visit(&self, launch: &str, token: &str) -> Result<Option<Visit>, AppError> {
        if !Visit::matches(launch, token) {
            return Ok(None);
        }
        let mut tx = self.store.read().await?;
        let session = session::find(&mut tx, &ids::timed_hash(token), self.now()).await?;
        Ok(session.map(|session| Visit::of(token, session)))
    }

    /// Ends the session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_visit(&self, visit: &Visit) -> Result<(), AppError> {
        let id_hash = visit.session.id_hash.clone();
        Ok(self.store.write(Durability::Normal, async move |tx: &mut Tx| session::end(tx, &id_hash).await.map(drop)).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn launch_id_and_form_token_tell_nothing_about_each_other() {
        let (id, form) = (launch_id("token"), form_token("token"));
        assert_eq!((id.len(), form.len()), (20, 32));
        assert!(!form.starts_with(&id[..8]));
        assert_ne!(launch_id("other"), id);
    }
}

//! Sessions that launches opened.

use super::{
    StoreError, Tx,
    tx::{execute, optional, row, sql},
};

/// A session, with what pages need on every request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// [`crate::ids::timed_hash`] of what the browser holds.
    pub id_hash: String,
    /// Whose.
    pub tenant_id: String,
    /// Through which platform.
    pub registration_id: String,
    /// In which course.
    pub context_id: String,
    /// By which link.
    pub resource_link_id: String,
    /// Who.
    pub learner_id: String,
    /// `learner`, `instructor` and so on, as decided at launch.
    pub role: String,
    /// False for test students and masqueraded users.
    pub gradable: bool,
    /// Content id the launch opened; empty for the course home.
    pub target: String,
    /// What else the launch said that pages need, JSON.
    pub data: String,
    /// When it was opened.
    pub created_at: i64,
    /// When it ends.
    pub expires_at: i64,
}
row!(Session {
    id_hash,
    tenant_id,
    registration_id,
    context_id,
    resource_link_id,
    learner_id,
    role,
    gradable,
    target,
    data,
    created_at,
    expires_at,
});

sql! {
    FIND = "SELECT * FROM session WHERE id_hash = $1 AND expires_at > $2";
    END = "DELETE FROM session WHERE id_hash = $1";
    END_OF_LEARNER = "DELETE FROM session WHERE learner_id = $1";
    END_OF_REGISTRATION = "DELETE FROM session WHERE registration_id = $1";
}

/// The session, if it has not ended.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut Tx, id_hash: &str, now: i64) -> Result<Option<Session>, StoreError> {
    optional!(tx, FIND, id_hash, now)
}

/// Ends a session.
///
/// # Errors
/// When the database fails.
pub async fn end(tx: &mut Tx, id_hash: &str) -> Result<bool, StoreError> {
    Ok(execute!(tx, END, id_hash)? > 0)
}

/// Ends all sessions of a person: part of erasing them.
pub(super) async fn end_of_learner(tx: &mut Tx, learner_id: &str) -> Result<u64, StoreError> {
    execute!(tx, END_OF_LEARNER, learner_id)
}

/// Ends all sessions through a platform: part of erasing it.
pub(super) async fn end_of_registration(tx: &mut Tx, registration_id: &str) -> Result<u64, StoreError> {
    execute!(tx, END_OF_REGISTRATION, registration_id)
}

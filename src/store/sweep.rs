//! Clearing out what has had its time. Attempts, grades and the ledger stay.

use super::{
    StoreError, Tx, audit, notice,
    tx::{execute, sql},
    v1p1,
};

/// What was cleared out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Logins that never came back.
    pub login_states: u64,
    /// Sessions, administrators' too, and what they kept to be answered.
    pub sessions: u64,
    /// One-time links.
    pub links: u64,
    /// Lines of the launch log.
    pub launches: u64,
    /// Nonces of LTI 1.1 whose time is over.
    pub nonces: u64,
    /// Notices whose signature is long over.
    pub notices: u64,
    /// Messages delivered or superseded, with their tries.
    pub messages: u64,
    /// Acts of administrators.
    pub acts: u64,
}

/// Milliseconds for which administrators' acts are kept at least: "who removed that?" is asked when the next year of study begins.
const ACTS_LIFE: i64 = 400 * 24 * 60 * 60 * 1000;

sql! {
    LOGIN_STATES = "DELETE FROM login_state WHERE expires_at <= $1";
    SESSIONS = "DELETE FROM session WHERE expires_at <= $1";
    ADMIN_SESSIONS = "DELETE FROM admin_session WHERE expires_at <= $1";
    REQUESTS = "DELETE FROM deep_linking_request WHERE expires_at <= $1";
    LINKS = "DELETE FROM admin_link WHERE expires_at <= $1";
    REGISTRATION_LINKS = "DELETE FROM registration_link WHERE expires_at <= $1 AND (spent_at IS NULL OR spent_at < $2)";
    LAUNCHES = "DELETE FROM launch_log WHERE created_at < $1";
    // A flood of refused launches must not fill the disk.
    LAUNCH_FLOOD = "DELETE FROM launch_log WHERE id IN (SELECT id FROM launch_log ORDER BY id DESC LIMIT 100000 OFFSET 10000)";
    MESSAGES = "DELETE FROM outbox WHERE state IN ('delivered', 'superseded') AND updated_at < $1 AND id <> ( \
        SELECT MAX(n.id) FROM outbox n WHERE n.resource_link_id = outbox.resource_link_id AND n.learner_id = outbox.learner_id \
        AND n.slot = outbox.slot)";
}

/// Clears out what ended before `now`, and logs and delivered messages older than `keep_ms`. The latest message about each learner
/// stays: it tells where the grade is.
///
/// # Errors
/// When the database fails.
pub async fn sweep(tx: &mut Tx, keep_ms: i64, now: i64) -> Result<Swept, StoreError> {
    Ok(Swept {
        login_states: execute!(tx, LOGIN_STATES, now)?,
        sessions: execute!(tx, SESSIONS, now)? + execute!(tx, ADMIN_SESSIONS, now)? + execute!(tx, REQUESTS, now)?,
        links: execute!(tx, LINKS, now)? + execute!(tx, REGISTRATION_LINKS, now, now - keep_ms)?,
        launches: execute!(tx, LAUNCHES, now - keep_ms)? + execute!(tx, LAUNCH_FLOOD)?,
        nonces: v1p1::forget_nonces(tx, now).await?,
        notices: notice::forget(tx, now).await?,
        messages: execute!(tx, MESSAGES, now - keep_ms)?,
        acts: audit::forget(tx, now - keep_ms.max(ACTS_LIFE)).await?,
    })
}

//! Launches for the administrator's eye. No names, no tokens.

use super::{
    StoreError, Tx,
    tx::{all, execute, row, sql},
};

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaunchLog {
    /// Row id.
    pub id: String,
    /// Whose.
    pub tenant_id: String,
    /// Reference id the learner was shown.
    pub reference: String,
    /// `login`, `launch` and so on.
    pub stage: String,
    /// Whether it went well.
    pub ok: bool,
    /// Stable code of what failed.
    pub code: String,
    /// The reason for people.
    pub detail: String,
    /// As claimed.
    pub issuer: String,
    /// As claimed.
    pub client_id: String,
    /// Checks that passed, JSON list.
    pub checks: String,
    /// When.
    pub created_at: i64,
}
row!(LaunchLog { id, tenant_id, reference, stage, ok, code, detail, issuer, client_id, checks, created_at });

sql! {
    INSERT = "INSERT INTO launch_log (id, tenant_id, reference, stage, ok, code, detail, issuer, client_id, checks, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    RECENT = "SELECT * FROM launch_log WHERE tenant_id = $1 ORDER BY id DESC LIMIT $2";
}

/// Adds a line.
///
/// # Errors
/// When the database fails.
pub async fn insert(tx: &mut Tx, l: &LaunchLog) -> Result<(), StoreError> {
    execute!(
        tx,
        INSERT,
        &l.id,
        &l.tenant_id,
        &l.reference,
        &l.stage,
        l.ok,
        &l.code,
        &l.detail,
        &l.issuer,
        &l.client_id,
        &l.checks,
        l.created_at
    )
    .map(drop)
}

/// The latest lines, newest first.
///
/// # Errors
/// When the database fails.
pub async fn recent(tx: &mut Tx, tenant_id: &str, limit: i64) -> Result<Vec<LaunchLog>, StoreError> {
    all!(tx, RECENT, tenant_id, limit)
}

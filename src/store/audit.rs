//! What administrators did. Rows are added and, once old, forgotten; nothing changes one.

use super::{
    StoreError, Tx,
    tx::{all, execute, row, sql},
};

/// One act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Row id; rises with time.
    pub id: String,
    /// Whose.
    pub tenant_id: String,
    /// Who: an administrator's sign-in name, or the command line.
    pub by_name: String,
    /// What.
    pub act: String,
    /// On what: a platform, a key; never a person.
    pub subject: String,
    /// When.
    pub created_at: i64,
}
row!(Entry { id, tenant_id, by_name, act, subject, created_at });

sql! {
    INSERT = "INSERT INTO audit (id, tenant_id, by_name, act, subject, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
    LATEST = "SELECT * FROM audit WHERE tenant_id = $1 ORDER BY id DESC LIMIT $2";
    BEFORE = "SELECT * FROM audit WHERE tenant_id = $1 AND id < $3 ORDER BY id DESC LIMIT $2";
    FORGET = "DELETE FROM audit WHERE created_at < $1";
}

/// Notes an act, in the transaction that does it.
///
/// # Errors
/// When the database fails.
pub async fn insert(tx: &mut Tx, e: &Entry) -> Result<(), StoreError> {
    execute!(tx, INSERT, &e.id, &e.tenant_id, &e.by_name, &e.act, &e.subject, e.created_at).map(drop)
}

/// The latest acts, newest first; with `before`, those older than that row.
///
/// # Errors
/// When the database fails.
pub async fn list(tx: &mut Tx, tenant_id: &str, before: Option<&str>, limit: i64) -> Result<Vec<Entry>, StoreError> {
    match before {
        None => all!(tx, LATEST, tenant_id, limit),
        Some(id) => all!(tx, BEFORE, tenant_id, limit, id),
    }
}

/// Forgets what was done before `before`. Gives how many rows.
///
/// # Errors
/// When the database fails.
pub async fn forget(tx: &mut Tx, before: i64) -> Result<u64, StoreError> {
    execute!(tx, FORGET, before)
}

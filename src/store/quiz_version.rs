//! Quizzes as they were when attempts started.

use super::{
    StoreError, Tx,
    tx::{execute, optional, sql},
};

sql! {
    KEEP = "INSERT INTO quiz_version (tenant_id, hash, quiz_id, body, created_at) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (tenant_id, hash) DO NOTHING";
    BODY = "SELECT body FROM quiz_version WHERE tenant_id = $1 AND hash = $2";
}

/// Keeps a quiz under the hash of its JSON; the same quiz is kept once.
///
/// # Errors
/// When the database fails.
pub async fn keep(tx: &mut Tx, tenant_id: &str, hash: &str, quiz_id: &str, body_json: &str, now: i64) -> Result<(), StoreError> {
    execute!(tx, KEEP, tenant_id, hash, quiz_id, body_json, now).map(drop)
}

/// The quiz's JSON.
///
/// # Errors
/// When the database fails.
pub async fn body(tx: &mut Tx, tenant_id: &str, hash: &str) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> = optional!(tx, BODY, tenant_id, hash)?;
    Ok(row.map(|r| r.0))
}

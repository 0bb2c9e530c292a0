//! Every try at sending a message, as a row.

use super::{
    StoreError, Tx,
    tx::{all, execute, one, row, sql},
};

/// One try.
#[derive(Debug, Clone, PartialEq)]
pub struct DeliveryTry {
    /// Row id.
    pub id: String,
    /// Whose.
    pub tenant_id: String,
    /// Which message.
    pub outbox_id: String,
    /// The lease it was made under.
    pub number: i64,
    /// `delivered`, `retry`, `parked`.
    pub outcome: String,
    /// Stable code.
    pub code: String,
    /// What the platform answered, if it did.
    pub http_status: Option<i64>,
    /// For people; no secrets.
    pub detail: Option<String>,
    /// What was sent, if it was a score.
    pub score: Option<f64>,
    /// When.
    pub started_at: i64,
    /// How long it took.
    pub duration_ms: i64,
}
row!(DeliveryTry { id, tenant_id, outbox_id, number, outcome, code, http_status, detail, score, started_at, duration_ms });

sql! {
    INSERT = "INSERT INTO delivery_try (id, tenant_id, outbox_id, number, outcome, code, http_status, detail, score, started_at, \
        duration_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    OF_MESSAGE = "SELECT * FROM delivery_try WHERE outbox_id = $1 ORDER BY number, id";
    COUNT = "SELECT COUNT(*) FROM delivery_try WHERE outbox_id = $1 AND code = $2";
    OF_LEARNER = "SELECT t.* FROM delivery_try t JOIN outbox o ON o.id = t.outbox_id \
        WHERE o.resource_link_id = $1 AND o.learner_id = $2 ORDER BY t.started_at DESC, t.id DESC LIMIT $3";
}

/// Notes a try.
///
/// # Errors
/// When the database fails.
pub async fn insert(tx: &mut Tx, t: &DeliveryTry) -> Result<(), StoreError> {
    execute!(
        tx,
        INSERT,
        &t.id,
        &t.tenant_id,
        &t.outbox_id,
        t.number,
        &t.outcome,
        &t.code,
        t.http_status,
        t.detail.as_deref(),
        t.score,
        t.started_at,
        t.duration_ms
    )
    .map(drop)
}

/// All tries at a message, in order.
///
/// # Errors
/// When the database fails.
pub async fn of_message(tx: &mut Tx, outbox_id: &str) -> Result<Vec<DeliveryTry>, StoreError> {
    all!(tx, OF_MESSAGE, outbox_id)
}

/// How many tries at a message ended with this code.
///
/// # Errors
/// When the database fails.
pub async fn count(tx: &mut Tx, outbox_id: &str, code: &str) -> Result<i64, StoreError> {
    let (count,): (i64,) = one!(tx, COUNT, outbox_id, code)?;
    Ok(count)
}

/// The latest tries for a learner on a link, newest first.
///
/// # Errors
/// When the database fails.
pub async fn of_learner(tx: &mut Tx, link_id: &str, learner_id: &str, limit: i64) -> Result<Vec<DeliveryTry>, StoreError> {
    all!(tx, OF_LEARNER, link_id, learner_id, limit)
}

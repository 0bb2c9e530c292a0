//! Scores on their way. Written in the transaction of the attempt, leased by workers, kept until told what became of them.

use super::{
    StoreError, Tx,
    tx::{all, execute, one, optional, row, sql, text_enum},
};

text_enum! {
    /// Which line item of a link: each has its own order.
    pub enum Slot {
        /// The grade.
        Grade = "grade",
        /// The progress column, where a teacher asked for one.
        Progress = "progress",
    }
}

text_enum! {
    /// Where a message is.
    pub enum OutboxState {
        /// Waits for its time.
        Ready = "ready",
        /// Leased by a worker.
        Running = "running",
        /// The platform has it.
        Delivered = "delivered",
        /// A newer one took its place.
        Superseded = "superseded",
        /// Given up until somebody asks again.
        Parked = "parked",
    }
}

/// A message to be sent.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// Whose.
    pub tenant_id: String,
    /// Through which platform.
    pub registration_id: String,
    /// Of which link.
    pub resource_link_id: String,
    /// About whom.
    pub learner_id: String,
    /// To which line item.
    pub slot: Slot,
    /// What to send, JSON.
    pub payload: String,
    /// Not before.
    pub run_at: i64,
}

/// A message in the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Row id.
    pub id: String,
    /// Whose.
    pub tenant_id: String,
    /// Through which platform.
    pub registration_id: String,
    /// Of which link.
    pub resource_link_id: String,
    /// About whom.
    pub learner_id: String,
    /// To which line item.
    pub slot: Slot,
    /// What to send, JSON.
    pub payload: String,
    /// Where it is.
    pub state: OutboxState,
    /// Not before.
    pub run_at: i64,
    /// Until when a worker holds it.
    pub lease_until: Option<i64>,
    /// How often it was leased: the fence for whoever completes it.
    pub attempts: i64,
    /// Stable code of the last outcome.
    pub code: Option<String>,
    /// The last outcome for people.
    pub detail: Option<String>,
    /// When it was written.
    pub created_at: i64,
    /// When it last changed.
    pub updated_at: i64,
}
row!(Message {
    id,
    tenant_id,
    registration_id,
    resource_link_id,
    learner_id,
    slot,
    payload,
    state,
    run_at,
    lease_until,
    attempts,
    code,
    detail,
    created_at,
    updated_at,
});

/// How many messages are where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backlog {
    /// Wait or are under way.
    pub waiting: i64,
    /// Given up.
    pub parked: i64,
    /// When the oldest that waits was written.
    pub oldest: Option<i64>,
}
row!(Backlog { waiting, parked, oldest });

/// What became of a leased message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Completion {
    /// The platform has it.
    Delivered,
    /// Again at this time.
    Retry(i64),
    /// Only a person can help.
    Park,
}

sql! {
    // One waiting message per key, the newest: the index `outbox_ready` says so, whoever writes at the same time.
    ENQUEUE = "INSERT INTO outbox (id, tenant_id, registration_id, resource_link_id, learner_id, slot, payload, state, run_at, attempts, \
        created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 'ready', $8, 0, $9, $9) \
        ON CONFLICT (resource_link_id, learner_id, slot) WHERE state = 'ready' DO UPDATE SET payload = excluded.payload, \
        run_at = excluded.run_at, code = NULL, detail = NULL, updated_at = excluded.updated_at RETURNING id";
    SUPERSEDE_PARKED = "UPDATE outbox SET state = 'superseded', updated_at = $4 \
        WHERE resource_link_id = $1 AND learner_id = $2 AND slot = $3 AND state = 'parked'";
    CLAIM_SQLITE = "UPDATE outbox SET state = 'running', lease_until = $1, attempts = attempts + 1, updated_at = $2 WHERE id IN ( \
        SELECT o.id FROM outbox o WHERE ((o.state = 'ready' AND o.run_at <= $2) OR (o.state = 'running' AND o.lease_until < $2)) \
        AND NOT EXISTS (SELECT 1 FROM outbox b WHERE b.resource_link_id = o.resource_link_id AND b.learner_id = o.learner_id \
            AND b.slot = o.slot AND b.state = 'running' AND b.id <> o.id) \
        ORDER BY o.run_at, o.id LIMIT $3) RETURNING *";
    CLAIM_POSTGRES = "UPDATE outbox SET state = 'running', lease_until = $1, attempts = attempts + 1, updated_at = $2 WHERE id IN ( \
        SELECT o.id FROM outbox o WHERE ((o.state = 'ready' AND o.run_at <= $2) OR (o.state = 'running' AND o.lease_until < $2)) \
        AND NOT EXISTS (SELECT 1 FROM outbox b WHERE b.resource_link_id = o.resource_link_id AND b.learner_id = o.learner_id \
            AND b.slot = o.slot AND b.state = 'running' AND b.id <> o.id) \
        ORDER BY o.run_at, o.id LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING *";
    DELIVERED = "UPDATE outbox SET state = 'delivered', lease_until = NULL, code = $3, detail = $4, updated_at = $5 \
        WHERE id = $1 AND state = 'running' AND attempts = $2";
    // Whoever comes back while a newer message waits has been overtaken.
    RETRY = "UPDATE outbox SET lease_until = NULL, code = $3, detail = $4, updated_at = $5, run_at = $6, state = CASE WHEN EXISTS ( \
        SELECT 1 FROM outbox n WHERE n.resource_link_id = outbox.resource_link_id AND n.learner_id = outbox.learner_id \
        AND n.slot = outbox.slot AND n.state = 'ready') THEN 'superseded' ELSE 'ready' END \
        WHERE id = $1 AND state = 'running' AND attempts = $2";
    PARK = "UPDATE outbox SET lease_until = NULL, code = $3, detail = $4, updated_at = $5, state = CASE WHEN EXISTS ( \
        SELECT 1 FROM outbox n WHERE n.resource_link_id = outbox.resource_link_id AND n.learner_id = outbox.learner_id \
        AND n.slot = outbox.slot AND n.state = 'ready') THEN 'superseded' ELSE 'parked' END \
        WHERE id = $1 AND state = 'running' AND attempts = $2";
    EXTEND = "UPDATE outbox SET lease_until = $3 WHERE id = $1 AND state = 'running' AND attempts = $2";
    END_LEASES = "UPDATE outbox SET lease_until = $1 WHERE state = 'running' AND lease_until > $1";
    FIND = "SELECT * FROM outbox WHERE id = $1";
    LATEST = "SELECT * FROM outbox WHERE resource_link_id = $1 AND learner_id = $2 AND slot = $3 AND state <> 'superseded' \
        ORDER BY id DESC LIMIT 1";
    HURRY = "UPDATE outbox SET run_at = $2, updated_at = $2 WHERE resource_link_id = $1 AND state = 'ready' AND run_at > $2";
    UNPARK = "UPDATE outbox SET state = 'ready', run_at = $2, updated_at = $2 WHERE resource_link_id = $1 AND state = 'parked' \
        AND id = (SELECT MAX(p.id) FROM outbox p WHERE p.resource_link_id = outbox.resource_link_id AND p.learner_id = outbox.learner_id \
            AND p.slot = outbox.slot AND p.state <> 'superseded')";
    RESUME = "UPDATE outbox SET state = 'ready', run_at = $5, updated_at = $5, code = NULL, detail = NULL \
        WHERE resource_link_id = $1 AND learner_id = $2 AND slot = $3 AND state = 'parked' AND code = $4";
    BACKLOG = "SELECT CAST(COALESCE(SUM(CASE WHEN state IN ('ready', 'running') THEN 1 ELSE 0 END), 0) AS BIGINT) AS waiting, \
        CAST(COALESCE(SUM(CASE WHEN state = 'parked' THEN 1 ELSE 0 END), 0) AS BIGINT) AS parked, \
        MIN(CASE WHEN state IN ('ready', 'running') THEN created_at END) AS oldest \
        FROM outbox WHERE state IN ('ready', 'running', 'parked')";
    NEXT_DUE = "SELECT MIN(due) FROM (SELECT MIN(run_at) AS due FROM outbox WHERE state = 'ready' \
        UNION ALL SELECT MIN(lease_until) AS due FROM outbox WHERE state = 'running') t";
}

/// Puts a message in, in the transaction of what it tells. An older one that waits is replaced, one given up is laid to rest.
/// Gives its id.
///
/// # Errors
/// When the database fails.
pub async fn enqueue(tx: &mut Tx, m: &NewMessage, now: i64) -> Result<String, StoreError> {
    execute!(tx, SUPERSEDE_PARKED, &m.resource_link_id, &m.learner_id, m.slot, now)?;
    let (id,): (String,) = one!(
        tx,
        ENQUEUE,
        crate::ids::new_id(),
        &m.tenant_id,
        &m.registration_id,
        &m.resource_link_id,
        &m.learner_id,
        m.slot,
        &m.payload,
        m.run_at,
        now
    )?;
    Ok(id)
}

/// Leases up to `limit` due messages until `lease_until`. Messages of one (line item, learner) go one after the other. One whose
/// lease ran out comes again with `attempts` above 1: its outcome is unknown.
///
/// # Errors
/// When the database fails.
pub async fn claim(tx: &mut Tx, limit: i64, lease_until: i64, now: i64) -> Result<Vec<Message>, StoreError> {
    let text = if matches!(tx, Tx::Sqlite(_)) { CLAIM_SQLITE } else { CLAIM_POSTGRES };
    let mut claimed: Vec<Message> = all!(tx, text, lease_until, now, limit)?;
    claimed.sort_by(|a, b| (a.run_at, &a.id).cmp(&(b.run_at, &b.id)));
    Ok(claimed)
}

/// Ends a lease. False when it had run out and somebody else has the message now: then what we did counts for nothing.
///
/// # Errors
/// When the database fails.
pub async fn complete(tx: &mut Tx, m: &Message, completion: &Completion, code: &str, detail: &str, now: i64) -> Result<bool, StoreError> {
    let rows = match completion {
        Completion::Delivered => execute!(tx, DELIVERED, &m.id, m.attempts, code, detail, now)?,
        Completion::Retry(at) => execute!(tx, RETRY, &m.id, m.attempts, code, detail, now, *at)?,
        Completion::Park => execute!(tx, PARK, &m.id, m.attempts, code, detail, now)?,
    };
    Ok(rows > 0)
}

/// Holds a lease longer. False when it had run out.
///
/// # Errors
/// When the database fails.
pub async fn extend(tx: &mut Tx, m: &Message, lease_until: i64) -> Result<bool, StoreError> {
    Ok(execute!(tx, EXTEND, &m.id, m.attempts, lease_until)? > 0)
}

/// Ends all leases: nobody else works on this database, so whoever held them is dead. Gives how many.
///
/// # Errors
/// When the database fails.
pub async fn end_leases(tx: &mut Tx, now: i64) -> Result<u64, StoreError> {
    execute!(tx, END_LEASES, now - 1)
}

/// By row id.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut Tx, id: &str) -> Result<Option<Message>, StoreError> {
    optional!(tx, FIND, id)
}

/// The message that tells where a learner's score is.
///
/// # Errors
/// When the database fails.
pub async fn latest(tx: &mut Tx, link_id: &str, learner_id: &str, slot: Slot) -> Result<Option<Message>, StoreError> {
    optional!(tx, LATEST, link_id, learner_id, slot)
}

/// Makes everything of a link due now: what waits, and what was given up. Gives how many.
///
/// # Errors
/// When the database fails.
pub async fn hurry(tx: &mut Tx, link_id: &str, now: i64) -> Result<u64, StoreError> {
    Ok(execute!(tx, HURRY, link_id, now)? + execute!(tx, UNPARK, link_id, now)?)
}

/// Sends what was given up for this reason, because it is no more. Gives whether there was something.
///
/// # Errors
/// When the database fails.
pub async fn resume(tx: &mut Tx, link_id: &str, learner_id: &str, slot: Slot, code: &str, now: i64) -> Result<bool, StoreError> {
    Ok(execute!(tx, RESUME, link_id, learner_id, slot, code, now)? > 0)
}

/// How many messages are where.
///
/// # Errors
/// When the database fails.
pub async fn backlog(tx: &mut Tx) -> Result<Backlog, StoreError> {
    one!(tx, BACKLOG)
}

/// When a worker should look next.
///
/// # Errors
/// When the database fails.
pub async fn next_due(tx: &mut Tx) -> Result<Option<i64>, StoreError> {
    let (due,): (Option<i64>,) = one!(tx, NEXT_DUE)?;
    Ok(due)
}

//! Notices by platforms: which came, and where we asked for them.

use super::{
    StoreError, Tx,
    tx::{execute, sql},
};

sql! {
    KEEP = "INSERT INTO notice (registration_id, notice_id, tenant_id, expires_at) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (registration_id, notice_id) DO NOTHING";
    FORGET = "DELETE FROM notice WHERE expires_at <= $1";
    // Whoever inserts or changes the row is the one who asks: for the first time, for another address, or anew.
    ASK = "INSERT INTO notice_handler (registration_id, service_url, tenant_id, handler, asked_at) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (registration_id, service_url) DO UPDATE SET handler = excluded.handler, asked_at = excluded.asked_at, \
        taken_at = CASE WHEN notice_handler.handler = excluded.handler THEN notice_handler.taken_at ELSE NULL END \
        WHERE notice_handler.handler <> excluded.handler \
        OR (COALESCE(notice_handler.taken_at, 0) <= $6 AND notice_handler.asked_at <= $7)";
    TAKEN = "UPDATE notice_handler SET taken_at = $3 WHERE registration_id = $1 AND service_url = $2";
}

/// Notes a notice; false when it came before.
///
/// # Errors
/// When the database fails.
pub async fn keep(tx: &mut Tx, registration_id: &str, tenant_id: &str, notice_id: &str, until: i64) -> Result<bool, StoreError> {
    Ok(execute!(tx, KEEP, registration_id, notice_id, tenant_id, until)? > 0)
}

/// Forgets notices whose time is over.
pub(super) async fn forget(tx: &mut Tx, now: i64) -> Result<u64, StoreError> {
    execute!(tx, FORGET, now)
}

/// An address of ours at a service of the platform's.
#[derive(Debug, Clone)]
pub struct Asking {
    /// Through which registration.
    pub registration_id: String,
    /// Whose.
    pub tenant_id: String,
    /// The platform's service.
    pub service_url: String,
    /// Our address.
    pub handler: String,
}

/// Whether it is time to ask: nobody did since `pause`, and what was taken was taken before `stale`. Says so to one caller only.
///
/// # Errors
/// When the database fails.
pub async fn ask(tx: &mut Tx, a: &Asking, stale: i64, pause: i64, now: i64) -> Result<bool, StoreError> {
    Ok(execute!(tx, ASK, &a.registration_id, &a.service_url, &a.tenant_id, &a.handler, now, stale, pause)? > 0)
}

/// The platform took our address.
///
/// # Errors
/// When the database fails.
pub async fn taken(tx: &mut Tx, a: &Asking, now: i64) -> Result<bool, StoreError> {
    Ok(execute!(tx, TAKEN, &a.registration_id, &a.service_url, now)? > 0)
}

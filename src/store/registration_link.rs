//! One-time links by which an LMS registers itself. Only hashes are kept; success spends a link, looking does not.

use super::{
    StoreError, Tx,
    tx::{all, execute, optional, row, sql},
};

/// A link.
#[derive(Clone, PartialEq, Eq)]
pub struct RegistrationLink {
    /// Row id.
    pub id: String,
    /// Whose.
    pub tenant_id: String,
    /// SHA-256 of the token in its address.
    pub token_hash: String,
    /// What the registration will be called; empty: its host.
    pub name: String,
    /// The LMS's host with port, if only that one may use it; else empty.
    pub host: String,
    /// Whether its registration needs no further look.
    pub approved: bool,
    /// The administrator who made it.
    pub made_by: String,
    /// When.
    pub created_at: i64,
    /// When it is too late.
    pub expires_at: i64,
    /// Until when a registration may be under way with it.
    pub busy_until: Option<i64>,
    /// When it was used.
    pub spent_at: Option<i64>,
    /// What it was used for.
    pub registration_id: Option<String>,
}
row!(RegistrationLink {
    id,
    tenant_id,
    token_hash,
    name,
    host,
    approved,
    made_by,
    created_at,
    expires_at,
    busy_until,
    spent_at,
    registration_id,
});

impl std::fmt::Debug for RegistrationLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RegistrationLink({})", self.id)
    }
}

sql! {
    INSERT = "INSERT INTO registration_link (id, tenant_id, token_hash, name, host, approved, made_by, created_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    BY_TOKEN = "SELECT * FROM registration_link WHERE token_hash = $1";
    LIST = "SELECT * FROM registration_link WHERE tenant_id = $1 AND (expires_at > $2 OR spent_at IS NOT NULL) \
        ORDER BY created_at DESC, id DESC LIMIT 50";
    RESERVE = "UPDATE registration_link SET busy_until = $2 WHERE id = $1 AND spent_at IS NULL AND expires_at > $3 \
        AND (busy_until IS NULL OR busy_until <= $3)";
    RELEASE = "UPDATE registration_link SET busy_until = NULL WHERE id = $1";
    SPEND = "UPDATE registration_link SET spent_at = $2, registration_id = $3, busy_until = NULL WHERE id = $1 AND spent_at IS NULL";
    WITHDRAW = "DELETE FROM registration_link WHERE id = $1 AND tenant_id = $2 AND spent_at IS NULL";
}

/// Keeps a link.
///
/// # Errors
/// When the database fails.
pub async fn insert(tx: &mut Tx, l: &RegistrationLink) -> Result<(), StoreError> {
    execute!(tx, INSERT, &l.id, &l.tenant_id, &l.token_hash, &l.name, &l.host, l.approved, &l.made_by, l.created_at, l.expires_at).map(drop)
}

/// By the hash of its token, whatever became of it.
///
/// # Errors
/// When the database fails.
pub async fn by_token(tx: &mut Tx, token_hash: &str) -> Result<Option<RegistrationLink>, StoreError> {
    optional!(tx, BY_TOKEN, token_hash)
}

/// A tenant's links that work or were used, newest first.
///
/// # Errors
/// When the database fails.
pub async fn list(tx: &mut Tx, tenant_id: &str, now: i64) -> Result<Vec<RegistrationLink>, StoreError> {
    all!(tx, LIST, tenant_id, now)
}

/// Takes a link for a registration under way, unless it is spent, too old or taken. Gives whether it was.
///
/// # Errors
/// When the database fails.
pub async fn reserve(tx: &mut Tx, id: &str, until: i64, now: i64) -> Result<bool, StoreError> {
    Ok(execute!(tx, RESERVE, id, until, now)? > 0)
}

/// Gives a link back: the registration came to nothing.
///
/// # Errors
/// When the database fails.
pub async fn release(tx: &mut Tx, id: &str) -> Result<(), StoreError> {
    execute!(tx, RELEASE, id).map(drop)
}

/// Spends a link, once.
///
/// # Errors
/// When the database fails.
pub async fn spend(tx: &mut Tx, id: &str, registration_id: &str, now: i64) -> Result<bool, StoreError> {
    Ok(execute!(tx, SPEND, id, now, registration_id)? > 0)
}

/// Takes an unused link back.
///
/// # Errors
/// When the database fails.
pub async fn withdraw(tx: &mut Tx, id: &str, tenant_id: &str) -> Result<bool, StoreError> {
    Ok(execute!(tx, WITHDRAW, id, tenant_id)? > 0)
}

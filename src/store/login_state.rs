//! Logins on their way: state, nonce and registration are one row, consumed once.

use super::{
    StoreError, Tx,
    registration::Registration,
    tx::{execute, optional, row, sql},
};

/// A login on its way. Only hashes of what the browser holds are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginState {
    /// [`crate::ids::timed_hash`] of `state`.
    pub state_hash: String,
    /// Whose.
    pub tenant_id: String,
    /// Where it was sent.
    pub registration_id: String,
    /// SHA-256 of `nonce`.
    pub nonce_hash: String,
    /// SHA-256 of the proof the browser holds: in its cookie, or in Platform Storage where `storage_target` says so.
    pub browser_hash: String,
    /// The platform's storage frame, where the login named one.
    pub storage_target: Option<String>,
    /// What the login asked to open.
    pub target_link_uri: String,
    /// When it began.
    pub created_at: i64,
    /// When it is too late.
    pub expires_at: i64,
}
row!(LoginState {
    state_hash,
    tenant_id,
    registration_id,
    nonce_hash,
    browser_hash,
    storage_target,
    target_link_uri,
    created_at,
    expires_at,
});

/// What a launch claims to be: whose, and the login it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Awaited {
    /// The platform.
    pub registration: Registration,
    /// The login, if this platform has one of this state.
    pub login: Option<LoginState>,
}

macro_rules! awaited_row {
    ($row:ty) => {
        impl<'r> sqlx::FromRow<'r, $row> for Awaited {
            fn from_row(r: &'r $row) -> Result<Self, sqlx::Error> {
                use sqlx::Row as _;
                let registration: Registration = sqlx::FromRow::from_row(r)?;
                let login = match r.try_get::<Option<String>, _>("s_hash")? {
                    None => None,
                    Some(state_hash) => Some(LoginState {
                        state_hash,
                        tenant_id: registration.tenant_id.clone(),
                        registration_id: registration.id.clone(),
                        nonce_hash: r.try_get("s_nonce")?,
                        browser_hash: r.try_get("s_browser")?,
                        storage_target: r.try_get("s_storage")?,
                        target_link_uri: r.try_get("s_target")?,
                        created_at: r.try_get("s_created")?,
                        expires_at: r.try_get("s_expires")?,
                    }),
                };
                Ok(Self { registration, login })
            }
        }
    };
}
awaited_row!(sqlx::sqlite::SqliteRow);
awaited_row!(sqlx::postgres::PgRow);

sql! {
    AWAITED = "SELECT r.*, s.state_hash AS s_hash, s.nonce_hash AS s_nonce, s.browser_hash AS s_browser, s.storage_target AS s_storage, \
        s.target_link_uri AS s_target, s.created_at AS s_created, s.expires_at AS s_expires \
        FROM registration r LEFT JOIN login_state s ON s.state_hash = $3 AND s.registration_id = r.id \
        WHERE r.issuer = $1 AND r.client_id = $2";
    INSERT = "INSERT INTO login_state (state_hash, tenant_id, registration_id, nonce_hash, browser_hash, storage_target, target_link_uri, \
        created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    // Only for a registration that is still as it was read.
    INSERT_IF = "INSERT INTO login_state (state_hash, tenant_id, registration_id, nonce_hash, browser_hash, storage_target, \
        target_link_uri, created_at, expires_at) SELECT $1, r.tenant_id, r.id, $3, $4, $5, $6, $7, $8 FROM registration r \
        WHERE r.id = $2 AND r.status = 'active' AND r.updated_at = $9";
    CONSUME = "DELETE FROM login_state WHERE state_hash = $1 AND browser_hash = $2 AND expires_at > $3 RETURNING *";
    PEEK = "SELECT * FROM login_state WHERE state_hash = $1";
    FORGET_ALL = "DELETE FROM login_state";
}

/// Remembers a login.
///
/// # Errors
/// When the database fails.
pub async fn insert(tx: &mut Tx, s: &LoginState) -> Result<(), StoreError> {
    execute!(
        tx,
        INSERT,
        &s.state_hash,
        &s.tenant_id,
        &s.registration_id,
        &s.nonce_hash,
        &s.browser_hash,
        s.storage_target.as_deref(),
        &s.target_link_uri,
        s.created_at,
        s.expires_at
    )
    .map(drop)
}

/// Remembers a login at a registration that was read a moment ago. False, and nothing kept, if it has changed since `updated_at`.
///
/// # Errors
/// When the database fails.
pub async fn insert_if(tx: &mut Tx, s: &LoginState, updated_at: i64) -> Result<bool, StoreError> {
    let touched = execute!(
        tx,
        INSERT_IF,
        &s.state_hash,
        &s.registration_id,
        &s.nonce_hash,
        &s.browser_hash,
        s.storage_target.as_deref(),
        &s.target_link_uri,
        s.created_at,
        s.expires_at,
        updated_at
    )?;
    Ok(touched > 0)
}

/// Takes the login out, if this browser began it and it is not too late: nobody gets it twice.
///
/// # Errors
/// When the database fails.
pub async fn consume(tx: &mut Tx, state_hash: &str, browser_hash: &str, now: i64) -> Result<Option<LoginState>, StoreError> {
    optional!(tx, CONSUME, state_hash, browser_hash, now)
}

/// Looks without taking: to say why [`consume`] gave nothing, and whether Platform Storage was named.
///
/// # Errors
/// When the database fails.
pub async fn peek(tx: &mut Tx, state_hash: &str) -> Result<Option<LoginState>, StoreError> {
    optional!(tx, PEEK, state_hash)
}

/// Platform and login in one look, without taking: what a launch is checked against. None when there is no such platform.
///
/// # Errors
/// When the database fails.
pub async fn awaited(tx: &mut Tx, issuer: &str, client_id: &str, state_hash: &str) -> Result<Option<Awaited>, StoreError> {
    optional!(tx, AWAITED, issuer, client_id, state_hash)
}

/// Voids all of them. Gives how many.
///
/// # Errors
/// When the database fails.
pub async fn forget_all(tx: &mut Tx) -> Result<u64, StoreError> {
    execute!(tx, FORGET_ALL)
}

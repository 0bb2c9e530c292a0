//! Administrators: accounts, sessions, one-time sign-in links. Only hashes of what they hold are kept.

use super::{
    StoreError, Tx,
    tx::{execute, one, optional, row, sql},
};

/// An administrator.
#[derive(Clone, PartialEq, Eq)]
pub struct AdminAccount {
    /// Row id.
    pub id: String,
    /// Whose.
    pub tenant_id: String,
    /// Sign-in name.
    pub name: String,
    /// Argon2 of the password, once one is set.
    pub password_hash: Option<String>,
    /// When it was made.
    pub created_at: i64,
    /// Last sign-in.
    pub signed_in_at: Option<i64>,
}
row!(AdminAccount { id, tenant_id, name, password_hash, created_at, signed_in_at });

impl std::fmt::Debug for AdminAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AdminAccount({})", self.id)
    }
}

sql! {
    ENSURE = "INSERT INTO admin_account (id, tenant_id, name, created_at) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (tenant_id, name) DO UPDATE SET name = excluded.name RETURNING *";
    BY_NAME = "SELECT * FROM admin_account WHERE tenant_id = $1 AND name = $2";
    FIND = "SELECT * FROM admin_account WHERE id = $1";
    COUNT = "SELECT CAST(COUNT(*) AS BIGINT) FROM admin_account WHERE tenant_id = $1";
    SET_PASSWORD = "UPDATE admin_account SET password_hash = $2 WHERE id = $1";
    END_OTHERS = "DELETE FROM admin_session WHERE account_id = $1 AND id_hash <> $2";
    OPEN = "INSERT INTO admin_session (id_hash, tenant_id, account_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)";
    SIGNED_IN = "UPDATE admin_account SET signed_in_at = $2 WHERE id = $1";
    BY_SESSION = "SELECT a.* FROM admin_session s JOIN admin_account a ON a.id = s.account_id WHERE s.id_hash = $1 AND s.expires_at > $2";
    END = "DELETE FROM admin_session WHERE id_hash = $1";
    ADD_LINK = "INSERT INTO admin_link (token_hash, tenant_id, created_at, expires_at) VALUES ($1, $2, $3, $4)";
    LINK_STANDS = "SELECT tenant_id FROM admin_link WHERE token_hash = $1 AND expires_at > $2";
    REDEEM = "DELETE FROM admin_link WHERE token_hash = $1 AND expires_at > $2 RETURNING tenant_id";
}

/// The account of this name, made if it is not there.
///
/// # Errors
/// When the database fails.
pub async fn ensure_account(tx: &mut Tx, tenant_id: &str, name: &str, now: i64) -> Result<AdminAccount, StoreError> {
    one!(tx, ENSURE, crate::ids::new_id(), tenant_id, name, now)
}

/// By sign-in name.
///
/// # Errors
/// When the database fails.
pub async fn by_name(tx: &mut Tx, tenant_id: &str, name: &str) -> Result<Option<AdminAccount>, StoreError> {
    optional!(tx, BY_NAME, tenant_id, name)
}

/// By row id.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut Tx, id: &str) -> Result<Option<AdminAccount>, StoreError> {
    optional!(tx, FIND, id)
}

/// How many there are.
///
/// # Errors
/// When the database fails.
pub async fn count(tx: &mut Tx, tenant_id: &str) -> Result<i64, StoreError> {
    let (n,): (i64,) = one!(tx, COUNT, tenant_id)?;
    Ok(n)
}

/// Sets the password and ends all sessions but `keep_session`.
///
/// # Errors
/// When the database fails.
pub async fn set_password(tx: &mut Tx, account_id: &str, password_hash: &str, keep_session: &str) -> Result<bool, StoreError> {
    execute!(tx, END_OTHERS, account_id, keep_session)?;
    Ok(execute!(tx, SET_PASSWORD, account_id, password_hash)? > 0)
}

/// Opens a session.
///
/// # Errors
/// When the database fails.
pub async fn open_session(tx: &mut Tx, account: &AdminAccount, id_hash: &str, expires_at: i64, now: i64) -> Result<(), StoreError> {
    execute!(tx, OPEN, id_hash, &account.tenant_id, &account.id, now, expires_at)?;
    execute!(tx, SIGNED_IN, &account.id, now).map(drop)
}

/// Whose session this is, if it has not ended.
///
/// # Errors
/// When the database fails.
pub async fn by_session(tx: &mut Tx, id_hash: &str, now: i64) -> Result<Option<AdminAccount>, StoreError> {
    optional!(tx, BY_SESSION, id_hash, now)
}

/// Ends a session.
///
/// # Errors
/// When the database fails.
pub async fn end_session(tx: &mut Tx, id_hash: &str) -> Result<bool, StoreError> {
    Ok(execute!(tx, END, id_hash)? > 0)
}

/// Keeps a one-time link.
///
/// # Errors
/// When the database fails.
pub async fn add_link(tx: &mut Tx, tenant_id: &str, token_hash: &str, expires_at: i64, now: i64) -> Result<(), StoreError> {
    execute!(tx, ADD_LINK, token_hash, tenant_id, now, expires_at).map(drop)
}

/// Whether a link would be taken; looking does not spend it.
///
/// # Errors
/// When the database fails.
pub async fn link_stands(tx: &mut Tx, token_hash: &str, now: i64) -> Result<bool, StoreError> {
    let row: Option<(String,)> = optional!(tx, LINK_STANDS, token_hash, now)?;
    Ok(row.is_some())
}

/// Spends a link. Gives its tenant, once.
///
/// # Errors
/// When the database fails.
pub async fn redeem_link(tx: &mut Tx, token_hash: &str, now: i64) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> = optional!(tx, REDEEM, token_hash, now)?;
    Ok(row.map(|r| r.0))
}

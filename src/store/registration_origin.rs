//! What a platform said of itself when it registered, and what it would change now that it registered again.

use super::{
    StoreError, Tx,
    tx::{all, execute, optional, row, sql},
};

/// What a platform said of itself.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Origin {
    /// Of which registration.
    pub registration_id: String,
    /// Whose.
    pub tenant_id: String,
    /// The host, with port, that people know the LMS by.
    pub host: String,
    /// On whose word it was believed: see [`crate::lti::registration::Vouched::key`].
    pub vouched: String,
    /// Where we registered.
    pub registration_url: String,
    /// Where the registration can be read again.
    pub client_uri: Option<String>,
    /// Product family, as said.
    pub product: String,
    /// Its version.
    pub version: Option<String>,
    /// Names the tenant there: on hosted Canvas, the school.
    pub guid: Option<String>,
    /// What that tenant is called.
    pub account: Option<String>,
    /// Scopes it says it grants, JSON list.
    pub scopes: String,
    /// When.
    pub created_at: i64,
}
row!(Origin {
    registration_id,
    tenant_id,
    host,
    vouched,
    registration_url,
    client_uri,
    product,
    version,
    guid,
    account,
    scopes,
    created_at,
});

/// A change that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Of which registration.
    pub registration_id: String,
    /// Whose.
    pub tenant_id: String,
    /// What would change, JSON.
    pub body: String,
    /// When.
    pub created_at: i64,
}
row!(Change { registration_id, tenant_id, body, created_at });

sql! {
    SET = "INSERT INTO registration_origin (registration_id, tenant_id, host, vouched, registration_url, client_uri, product, version, \
        guid, account, scopes, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
        ON CONFLICT (registration_id) DO UPDATE SET host = excluded.host, vouched = excluded.vouched, \
        registration_url = excluded.registration_url, client_uri = excluded.client_uri, product = excluded.product, \
        version = excluded.version, guid = excluded.guid, account = excluded.account, scopes = excluded.scopes, \
        created_at = excluded.created_at";
    FIND = "SELECT * FROM registration_origin WHERE registration_id = $1";
    PROPOSE = "INSERT INTO registration_change (registration_id, tenant_id, body, created_at) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (registration_id) DO UPDATE SET body = excluded.body, created_at = excluded.created_at";
    PROPOSED = "SELECT * FROM registration_change WHERE registration_id = $1";
    ALL_PROPOSED = "SELECT * FROM registration_change WHERE tenant_id = $1 ORDER BY created_at, registration_id";
    DROP_PROPOSED = "DELETE FROM registration_change WHERE registration_id = $1";
}

/// Notes what a platform said; what it said before is replaced.
///
/// # Errors
/// When the database fails.
pub async fn set(tx: &mut Tx, o: &Origin) -> Result<(), StoreError> {
    execute!(
        tx,
        SET,
        &o.registration_id,
        &o.tenant_id,
        &o.host,
        &o.vouched,
        &o.registration_url,
        o.client_uri.as_deref(),
        &o.product,
        o.version.as_deref(),
        o.guid.as_deref(),
        o.account.as_deref(),
        &o.scopes,
        o.created_at
    )
    .map(drop)
}

/// What a platform said, if it registered by itself.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut Tx, registration_id: &str) -> Result<Option<Origin>, StoreError> {
    optional!(tx, FIND, registration_id)
}

/// Notes what would change; an older proposal is replaced.
///
/// # Errors
/// When the database fails.
pub async fn propose(tx: &mut Tx, c: &Change) -> Result<(), StoreError> {
    execute!(tx, PROPOSE, &c.registration_id, &c.tenant_id, &c.body, c.created_at).map(drop)
}

/// What would change, if something waits.
///
/// # Errors
/// When the database fails.
pub async fn proposed(tx: &mut Tx, registration_id: &str) -> Result<Option<Change>, StoreError> {
    optional!(tx, PROPOSED, registration_id)
}

/// All changes that wait, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn all_proposed(tx: &mut Tx, tenant_id: &str) -> Result<Vec<Change>, StoreError> {
    all!(tx, ALL_PROPOSED, tenant_id)
}

/// Forgets what would change: it was applied, or turned down.
///
/// # Errors
/// When the database fails.
pub async fn drop_proposed(tx: &mut Tx, registration_id: &str) -> Result<bool, StoreError> {
    Ok(execute!(tx, DROP_PROPOSED, registration_id)? > 0)
}

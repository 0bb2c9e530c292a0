//! Our signing keys. The private half comes in sealed and goes out sealed.

use super::{
    StoreError, Tx,
    tx::{all, execute, row, sql, text_enum},
};

text_enum! {
    /// What a key is for.
    pub enum KeyStatus {
        /// Signs.
        Active = "active",
        /// Published still, so that what it signed can be checked; signs no more.
        Retired = "retired",
    }
}

/// A signing key.
#[derive(Clone, PartialEq, Eq)]
pub struct ToolKey {
    /// Key id.
    pub kid: String,
    /// Whose.
    pub tenant_id: String,
    /// Sealed private key.
    pub sealed_private: String,
    /// Public JWK, JSON.
    pub public_jwk: String,
    /// What it is for.
    pub status: KeyStatus,
    /// When it was made.
    pub created_at: i64,
    /// When it stopped signing.
    pub retired_at: Option<i64>,
}
row!(ToolKey { kid, tenant_id, sealed_private, public_jwk, status, created_at, retired_at });

impl std::fmt::Debug for ToolKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ToolKey({}, {})", self.kid, self.status.as_str())
    }
}

sql! {
    INSERT = "INSERT INTO tool_key (kid, tenant_id, sealed_private, public_jwk, status, created_at, retired_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    INSERT_FIRST = "INSERT INTO tool_key (kid, tenant_id, sealed_private, public_jwk, status, created_at) \
        SELECT $1, t.id, $3, $4, 'active', $5 FROM tenant t WHERE t.id = $2 \
        AND NOT EXISTS (SELECT 1 FROM tool_key k WHERE k.tenant_id = t.id AND k.status = 'active')";
    LOCK_TENANT = "UPDATE tenant SET name = name WHERE id = $1";
    LIST = "SELECT * FROM tool_key WHERE tenant_id = $1 ORDER BY created_at DESC, kid DESC";
    RETIRE = "UPDATE tool_key SET status = 'retired', retired_at = $2 WHERE tenant_id = $1 AND status = 'active'";
    FORGET = "DELETE FROM tool_key WHERE tenant_id = $1 AND status = 'retired' AND retired_at < $2";
}

/// Adds the tenant's first key, unless another instance was quicker. Gives whether it was added.
///
/// # Errors
/// When the database fails.
pub async fn insert_first(tx: &mut Tx, k: &ToolKey) -> Result<bool, StoreError> {
    execute!(tx, LOCK_TENANT, &k.tenant_id)?;
    Ok(execute!(tx, INSERT_FIRST, &k.kid, &k.tenant_id, &k.sealed_private, &k.public_jwk, k.created_at)? > 0)
}

/// Retires what signs and adds `k`, which signs from now on.
///
/// # Errors
/// When the database fails.
pub async fn rotate(tx: &mut Tx, k: &ToolKey) -> Result<(), StoreError> {
    execute!(tx, LOCK_TENANT, &k.tenant_id)?;
    execute!(tx, RETIRE, &k.tenant_id, k.created_at)?;
    execute!(tx, INSERT, &k.kid, &k.tenant_id, &k.sealed_private, &k.public_jwk, k.status, k.created_at, k.retired_at).map(drop)
}

/// All keys, newest first.
///
/// # Errors
/// When the database fails.
pub async fn list(tx: &mut Tx, tenant_id: &str) -> Result<Vec<ToolKey>, StoreError> {
    all!(tx, LIST, tenant_id)
}

/// Forgets keys retired before `before`. Gives how many.
///
/// # Errors
/// When the database fails.
pub async fn forget_retired(tx: &mut Tx, tenant_id: &str, before: i64) -> Result<u64, StoreError> {
    execute!(tx, FORGET, tenant_id, before)
}

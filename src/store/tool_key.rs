//! Our signing keys. The private half comes in sealed and goes out sealed.

use super::{
    StoreError, Tx,
    tx::{all, execute, optional, row, sql, text_enum},
};

text_enum! {
    /// What a key is for.
    pub enum KeyStatus {
        /// Published, so that platforms have it in time; signs later.
        Next = "next",
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
    /// When it signs from.
    pub signs_from: i64,
    /// When it stopped signing.
    pub retired_at: Option<i64>,
}
row!(ToolKey { kid, tenant_id, sealed_private, public_jwk, status, created_at, signs_from, retired_at });

impl ToolKey {
    /// Not, if it was retired while it was only announced.
    #[must_use]
    pub fn signs_ever(&self) -> bool {
        self.retired_at.is_none_or(|at| at >= self.signs_from)
    }
}

impl std::fmt::Debug for ToolKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ToolKey({}, {})", self.kid, self.status.as_str())
    }
}

sql! {
    INSERT = "INSERT INTO tool_key (kid, tenant_id, sealed_private, public_jwk, status, created_at, signs_from) \
        VALUES ($1, $2, $3, $4, 'active', $5, $6)";
    INSERT_FIRST = "INSERT INTO tool_key (kid, tenant_id, sealed_private, public_jwk, status, created_at, signs_from) \
        SELECT $1, t.id, $3, $4, 'active', $5, $6 FROM tenant t WHERE t.id = $2 \
        AND NOT EXISTS (SELECT 1 FROM tool_key k WHERE k.tenant_id = t.id AND k.status = 'active')";
    LOCK_TENANT = "UPDATE tenant SET name = name WHERE id = $1";
    LIST = "SELECT * FROM tool_key WHERE tenant_id = $1 ORDER BY created_at DESC, kid DESC";
    ANNOUNCE = "INSERT INTO tool_key (kid, tenant_id, sealed_private, public_jwk, status, created_at, signs_from) \
        SELECT $1, t.id, $3, $4, 'next', $5, $6 FROM tenant t WHERE t.id = $2 \
        AND EXISTS (SELECT 1 FROM tool_key k WHERE k.tenant_id = t.id AND k.status = 'active' AND k.signs_from <= $7) \
        AND NOT EXISTS (SELECT 1 FROM tool_key k WHERE k.tenant_id = t.id AND k.status = 'next')";
    DUE = "SELECT k.kid FROM tool_key k WHERE k.tenant_id = $1 AND k.status = 'next' AND (k.signs_from <= $2 OR (k.created_at <= $3 \
        AND NOT EXISTS (SELECT 1 FROM registration r WHERE r.tenant_id = k.tenant_id AND r.status = 'active' AND r.issuer <> $4 \
        AND NOT EXISTS (SELECT 1 FROM key_proof p WHERE p.registration_id = r.id AND p.kid = k.kid \
        AND (p.fetched_at IS NOT NULL OR p.granted_at IS NOT NULL)))))";
    RETIRE_ALL = "UPDATE tool_key SET status = 'retired', retired_at = $2 WHERE tenant_id = $1 AND status <> 'retired'";
    RETIRE = "UPDATE tool_key SET status = 'retired', retired_at = $2 WHERE tenant_id = $1 AND status = 'active'";
    SIGN = "UPDATE tool_key SET status = 'active', signs_from = $2 WHERE kid = $1";
    FORGET = "DELETE FROM tool_key WHERE tenant_id = $1 AND status = 'retired' AND retired_at < $2";
}

/// Adds the tenant's first key, unless another instance was quicker. Gives whether it was added.
///
/// # Errors
/// When the database fails.
pub async fn insert_first(tx: &mut Tx, k: &ToolKey) -> Result<bool, StoreError> {
    execute!(tx, LOCK_TENANT, &k.tenant_id)?;
    Ok(execute!(tx, INSERT_FIRST, &k.kid, &k.tenant_id, &k.sealed_private, &k.public_jwk, k.created_at, k.signs_from)? > 0)
}

/// Adds `k`, which signs later, if the key that signs does so since `older_than` or longer and no other waits: of instances that
/// try at once, one does. Gives whether it was added.
///
/// # Errors
/// When the database fails.
pub async fn announce(tx: &mut Tx, k: &ToolKey, older_than: i64) -> Result<bool, StoreError> {
    execute!(tx, LOCK_TENANT, &k.tenant_id)?;
    let added = execute!(tx, ANNOUNCE, &k.kid, &k.tenant_id, &k.sealed_private, &k.public_jwk, k.created_at, k.signs_from, older_than)?;
    Ok(added > 0)
}

/// When an announced key may sign.
#[derive(Debug, Clone, Copy)]
pub struct Turn<'a> {
    /// The time.
    pub now: i64,
    /// One made before this signs once every platform that is switched on has it; else when its time has come.
    pub settled: i64,
    /// Issuer of platforms that use no keys.
    pub keyless: &'a str,
}

/// The announced key, if it may sign.
///
/// # Errors
/// When the database fails.
pub async fn due(tx: &mut Tx, tenant_id: &str, turn: Turn<'_>) -> Result<Option<String>, StoreError> {
    let due: Option<(String,)> = optional!(tx, DUE, tenant_id, turn.now, turn.settled, turn.keyless)?;
    Ok(due.map(|(kid,)| kid))
}

/// Lets the announced key sign, if it may, and retires the one before. Gives its id, to one instance only.
///
/// # Errors
/// When the database fails.
pub async fn promote(tx: &mut Tx, tenant_id: &str, turn: Turn<'_>) -> Result<Option<String>, StoreError> {
    execute!(tx, LOCK_TENANT, tenant_id)?;
    let Some(kid) = due(tx, tenant_id, turn).await? else { return Ok(None) };
    execute!(tx, RETIRE, tenant_id, turn.now)?;
    execute!(tx, SIGN, &kid, turn.now)?;
    Ok(Some(kid))
}

/// Retires what signs, and what was to sign next, and adds `k`, which signs from now on.
///
/// # Errors
/// When the database fails.
pub async fn rotate(tx: &mut Tx, k: &ToolKey) -> Result<(), StoreError> {
    execute!(tx, LOCK_TENANT, &k.tenant_id)?;
    execute!(tx, RETIRE_ALL, &k.tenant_id, k.created_at)?;
    execute!(tx, INSERT, &k.kid, &k.tenant_id, &k.sealed_private, &k.public_jwk, k.created_at, k.signs_from).map(drop)
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

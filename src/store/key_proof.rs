//! Which platform has which of our keys: by the tokens that it gave for requests signed with them, and by its fetches of the key set.

use super::{
    StoreError, Tx,
    tx::{all, execute, row, sql},
};

/// What is known of one platform and one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyProof {
    /// The platform.
    pub registration_id: String,
    /// The key.
    pub kid: String,
    /// Since when it gives tokens for requests signed with the key: it has it.
    pub granted_at: Option<i64>,
    /// When it gave none, if that was its latest answer.
    pub refused_at: Option<i64>,
    /// When it first fetched a key set with this key, at the address that is its own.
    pub fetched_at: Option<i64>,
}
row!(KeyProof { registration_id, kid, granted_at, refused_at, fetched_at });

sql! {
    GRANTED = "INSERT INTO key_proof (registration_id, kid, tenant_id, granted_at) \
        SELECT r.id, k.kid, r.tenant_id, $3 FROM registration r, tool_key k WHERE r.id = $1 AND k.kid = $2 \
        ON CONFLICT (registration_id, kid) DO UPDATE SET granted_at = COALESCE(key_proof.granted_at, excluded.granted_at), refused_at = NULL";
    REFUSED = "INSERT INTO key_proof (registration_id, kid, tenant_id, refused_at) \
        SELECT r.id, k.kid, r.tenant_id, $3 FROM registration r, tool_key k WHERE r.id = $1 AND k.kid = $2 \
        ON CONFLICT (registration_id, kid) DO UPDATE SET refused_at = excluded.refused_at";
    FETCHED = "INSERT INTO key_proof (registration_id, kid, tenant_id, fetched_at) \
        SELECT r.id, k.kid, r.tenant_id, $3 FROM registration r, tool_key k WHERE r.id = $1 AND k.kid = $2 \
        ON CONFLICT (registration_id, kid) DO UPDATE SET fetched_at = COALESCE(key_proof.fetched_at, excluded.fetched_at)";
    UNFETCHED = "SELECT k.kid FROM registration r, tool_key k WHERE r.id = $1 AND k.tenant_id = $2 AND NOT EXISTS \
        (SELECT 1 FROM key_proof p WHERE p.registration_id = r.id AND p.kid = k.kid AND p.fetched_at IS NOT NULL) ORDER BY k.kid";
    LIST = "SELECT * FROM key_proof WHERE tenant_id = $1 ORDER BY registration_id, kid";
}

/// The platform gave a token. Nothing is kept where platform or key are no more.
///
/// # Errors
/// When the database fails.
pub async fn granted(tx: &mut Tx, registration_id: &str, kid: &str, now: i64) -> Result<(), StoreError> {
    execute!(tx, GRANTED, registration_id, kid, now).map(drop)
}

/// The platform gave none.
///
/// # Errors
/// When the database fails.
pub async fn refused(tx: &mut Tx, registration_id: &str, kid: &str, now: i64) -> Result<(), StoreError> {
    execute!(tx, REFUSED, registration_id, kid, now).map(drop)
}

/// The platform fetched a key set with this key.
///
/// # Errors
/// When the database fails.
pub async fn fetched(tx: &mut Tx, registration_id: &str, kid: &str, now: i64) -> Result<(), StoreError> {
    execute!(tx, FETCHED, registration_id, kid, now).map(drop)
}

/// Keys of `tenant_id` that the platform has not fetched yet, as far as we know; none for a platform that is not there.
///
/// # Errors
/// When the database fails.
pub async fn unfetched(tx: &mut Tx, registration_id: &str, tenant_id: &str) -> Result<Vec<String>, StoreError> {
    let kids: Vec<(String,)> = all!(tx, UNFETCHED, registration_id, tenant_id)?;
    Ok(kids.into_iter().map(|(kid,)| kid).collect())
}

/// All of a tenant.
///
/// # Errors
/// When the database fails.
pub async fn list(tx: &mut Tx, tenant_id: &str) -> Result<Vec<KeyProof>, StoreError> {
    all!(tx, LIST, tenant_id)
}

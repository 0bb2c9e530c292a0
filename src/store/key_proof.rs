//! Which platform has which of our keys, by what it answered to a token request signed with it.

use super::{
    StoreError, Tx,
    tx::{all, execute, row, sql},
};

/// What one platform said to one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyProof {
    /// The platform.
    pub registration_id: String,
    /// The key.
    pub kid: String,
    /// When it last gave a token: it has the key.
    pub granted_at: Option<i64>,
    /// When it last gave none.
    pub refused_at: Option<i64>,
}
row!(KeyProof { registration_id, kid, granted_at, refused_at });

sql! {
    GRANTED = "INSERT INTO key_proof (registration_id, kid, tenant_id, granted_at) \
        SELECT r.id, k.kid, r.tenant_id, $3 FROM registration r, tool_key k WHERE r.id = $1 AND k.kid = $2 \
        ON CONFLICT (registration_id, kid) DO UPDATE SET granted_at = excluded.granted_at";
    REFUSED = "INSERT INTO key_proof (registration_id, kid, tenant_id, refused_at) \
        SELECT r.id, k.kid, r.tenant_id, $3 FROM registration r, tool_key k WHERE r.id = $1 AND k.kid = $2 \
        ON CONFLICT (registration_id, kid) DO UPDATE SET refused_at = excluded.refused_at";
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

/// All of a tenant.
///
/// # Errors
/// When the database fails.
pub async fn list(tx: &mut Tx, tenant_id: &str) -> Result<Vec<KeyProof>, StoreError> {
    all!(tx, LIST, tenant_id)
}

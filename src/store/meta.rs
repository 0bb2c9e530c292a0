//! Facts about this database.

use super::{
    DEFAULT_TENANT, StoreError, Tx,
    tx::{execute, optional, sql},
};

/// Whether a server works on it: `running` or `clean`.
pub const SERVING: &str = "serving";

/// Where the last server was reached: what `ferry admin link` names when nobody set a public address.
pub const ADDRESS: &str = "address";

sql! {
    GET = "SELECT value FROM meta WHERE tenant_id = $1 AND name = $2";
    SET = "INSERT INTO meta (tenant_id, name, value) VALUES ($1, $2, $3) ON CONFLICT (tenant_id, name) DO UPDATE SET value = excluded.value";
}

/// The value of a fact.
///
/// # Errors
/// When the database fails.
pub async fn get(tx: &mut Tx, name: &str) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> = optional!(tx, GET, DEFAULT_TENANT, name)?;
    Ok(row.map(|r| r.0))
}

/// Notes a fact.
///
/// # Errors
/// When the database fails.
pub async fn set(tx: &mut Tx, name: &str, value: &str) -> Result<(), StoreError> {
    execute!(tx, SET, DEFAULT_TENANT, name, value).map(drop)
}

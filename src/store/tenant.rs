//! Separate worlds in one database: the house, and each trial.

use super::{
    DEFAULT_TENANT, StoreError, Tx,
    tx::{all, execute, row, sql, text_enum},
};

text_enum! {
    /// Why a tenant exists.
    pub enum TenantKind {
        /// The house.
        Standard = "standard",
        /// A trial: erased at exit.
        Trial = "trial",
    }
}

/// A separate world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Row id.
    pub id: String,
    /// For people.
    pub name: String,
    /// Why it exists.
    pub kind: TenantKind,
    /// When it was made.
    pub created_at: i64,
}
row!(Tenant { id, name, kind, created_at });

sql! {
    INSERT = "INSERT INTO tenant (id, name, kind, created_at) VALUES ($1, $2, $3, $4)";
    LIST = "SELECT id, name, kind, created_at FROM tenant ORDER BY created_at, id";
    ERASE = "DELETE FROM tenant WHERE id = $1";
}

/// Makes a tenant.
///
/// # Errors
/// When the database fails.
pub async fn insert(tx: &mut Tx, tenant: &Tenant) -> Result<(), StoreError> {
    execute!(tx, INSERT, &tenant.id, &tenant.name, tenant.kind, tenant.created_at).map(drop)
}

/// All of them, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn list(tx: &mut Tx) -> Result<Vec<Tenant>, StoreError> {
    all!(tx, LIST)
}

/// Erases a tenant with everything that is its own. The house itself cannot be erased. Gives whether there was one.
///
/// # Errors
/// When the database fails.
pub async fn erase(tx: &mut Tx, id: &str) -> Result<bool, StoreError> {
    if id == DEFAULT_TENANT {
        return Ok(false);
    }
    Ok(execute!(tx, ERASE, id)? > 0)
}

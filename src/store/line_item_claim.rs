//! Who makes a link's line item: one server at a time, of however many use this database.

use super::{
    StoreError, Tx,
    tx::{execute, optional, sql},
};

sql! {
    TAKE = "INSERT INTO line_item_claim (resource_link_id, tenant_id, holder, held_until) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (resource_link_id) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until \
        WHERE line_item_claim.held_until < $5 RETURNING holder";
    GIVE_BACK = "DELETE FROM line_item_claim WHERE resource_link_id = $1 AND holder = $2";
}

/// Takes the claim for `holder` until then. False while somebody else has it.
///
/// # Errors
/// When the database fails.
pub async fn take(tx: &mut Tx, tenant_id: &str, link_id: &str, holder: &str, held_until: i64, now: i64) -> Result<bool, StoreError> {
    let taken: Option<(String,)> = optional!(tx, TAKE, link_id, tenant_id, holder, held_until, now)?;
    Ok(taken.is_some())
}

/// Gives it back, if `holder` still has it.
///
/// # Errors
/// When the database fails.
pub async fn give_back(tx: &mut Tx, link_id: &str, holder: &str) -> Result<bool, StoreError> {
    Ok(execute!(tx, GIVE_BACK, link_id, holder)? > 0)
}

//! Where one person's grade for one link goes by Basic Outcomes.

use super::{
    StoreError, Tx,
    tx::{execute, optional, row, sql},
};

/// The place.
#[derive(Clone, PartialEq, Eq)]
pub struct OutcomePlace {
    /// Which link.
    pub resource_link_id: String,
    /// Which person.
    pub learner_id: String,
    /// Whose.
    pub tenant_id: String,
    /// Where messages go.
    pub service_url: String,
    /// The platform's name for person and link together.
    pub sourced_id: String,
    /// How the platform signs.
    pub method: String,
}
row!(OutcomePlace { resource_link_id, learner_id, tenant_id, service_url, sourced_id, method });

impl std::fmt::Debug for OutcomePlace {
    /// Without the sourced id: it names the person.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OutcomePlace({}, {})", self.resource_link_id, self.learner_id)
    }
}

sql! {
    KEEP = "INSERT INTO outcome_place (resource_link_id, learner_id, tenant_id, service_url, sourced_id, method, updated_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (resource_link_id, learner_id) DO UPDATE SET \
        service_url = excluded.service_url, sourced_id = excluded.sourced_id, method = excluded.method, updated_at = excluded.updated_at";
    FIND = "SELECT resource_link_id, learner_id, tenant_id, service_url, sourced_id, method FROM outcome_place \
        WHERE resource_link_id = $1 AND learner_id = $2";
}

/// Keeps the place that the latest launch named.
///
/// # Errors
/// When the database fails.
pub async fn keep(tx: &mut Tx, p: &OutcomePlace, now: i64) -> Result<(), StoreError> {
    execute!(tx, KEEP, &p.resource_link_id, &p.learner_id, &p.tenant_id, &p.service_url, &p.sourced_id, &p.method, now).map(drop)
}

/// The place, if a launch named one.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut Tx, link_id: &str, learner_id: &str) -> Result<Option<OutcomePlace>, StoreError> {
    optional!(tx, FIND, link_id, learner_id)
}

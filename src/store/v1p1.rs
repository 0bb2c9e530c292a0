//! LTI 1.1: secrets, used nonces, and the launch that uses one.

use super::{
    StoreError, Tx,
    launch::{self, LaunchRecord},
    launch_log::{self, LaunchLog},
    outcome_place::{self, OutcomePlace},
    registration::{self, DeploymentStatus},
    session::Session,
    tx::{execute, optional, sql},
};

/// A signed launch at the door: its nonce is used, and what it tells is kept, in one go.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// SHA-256 of `oauth_nonce`.
    pub nonce_hash: String,
    /// Until when the nonce is remembered.
    pub nonce_until: i64,
    /// The platform's name for its installation.
    pub deployment: String,
    /// What is kept; its `deployment_id` is found here.
    pub launch: LaunchRecord,
    /// Where this person's grade for this link goes: service address, sourced id, signature method.
    pub place: Option<(String, String, String)>,
    /// The line for the administrator, if a session opens.
    pub line: LaunchLog,
}

/// What became of an arrival.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opening {
    /// Here is the session.
    Opened(Box<Session>),
    /// The nonce was used before.
    NonceUsed,
    /// The installation waits for an administrator's approval. The nonce is used.
    DeploymentWaits,
}

sql! {
    KEEP_SECRET = "INSERT INTO v1p1_secret (registration_id, tenant_id, sealed_secret, created_at) \
        SELECT r.id, r.tenant_id, $2, $3 FROM registration r WHERE r.id = $1 \
        ON CONFLICT (registration_id) DO UPDATE SET sealed_secret = excluded.sealed_secret, created_at = excluded.created_at";
    SECRET = "SELECT sealed_secret FROM v1p1_secret WHERE registration_id = $1";
    USE_NONCE = "INSERT INTO v1p1_nonce (registration_id, nonce_hash, tenant_id, expires_at) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (registration_id, nonce_hash) DO NOTHING";
    FORGET_NONCES = "DELETE FROM v1p1_nonce WHERE expires_at <= $1";
}

/// Keeps the sealed secret of a consumer key, in the place of the one before.
///
/// # Errors
/// When the database fails.
pub async fn keep_secret(tx: &mut Tx, registration_id: &str, sealed: &str, now: i64) -> Result<bool, StoreError> {
    Ok(execute!(tx, KEEP_SECRET, registration_id, sealed, now)? > 0)
}

/// The sealed secret.
///
/// # Errors
/// When the database fails.
pub async fn secret(tx: &mut Tx, registration_id: &str) -> Result<Option<String>, StoreError> {
    let found: Option<(String,)> = optional!(tx, SECRET, registration_id)?;
    Ok(found.map(|(sealed,)| sealed))
}

/// Forgets nonces whose time is over.
pub(super) async fn forget_nonces(tx: &mut Tx, now: i64) -> Result<u64, StoreError> {
    execute!(tx, FORGET_NONCES, now)
}

/// Uses the nonce, keeps what the launch tells, opens its session and notes it: all or nothing, once.
///
/// # Errors
/// When the database fails or the registration is gone.
pub async fn arrive(tx: &mut Tx, a: &Arrival, now: i64) -> Result<Opening, StoreError> {
    let l = &a.launch;
    if execute!(tx, USE_NONCE, &l.registration_id, &a.nonce_hash, &l.tenant_id, a.nonce_until)? == 0 {
        return Ok(Opening::NonceUsed);
    }
    let met = registration::meet_deployment(tx, &l.registration_id, &a.deployment, now).await?;
    if met.status != DeploymentStatus::Active {
        return Ok(Opening::DeploymentWaits);
    }
    let launch = LaunchRecord { deployment_id: met.id, ..l.clone() };
    let session = launch::open_session(tx, &launch, now).await?;
    if let Some((service_url, sourced_id, method)) = &a.place {
        let place = OutcomePlace {
            resource_link_id: session.resource_link_id.clone(),
            learner_id: session.learner_id.clone(),
            tenant_id: session.tenant_id.clone(),
            service_url: service_url.clone(),
            sourced_id: sourced_id.clone(),
            method: method.clone(),
        };
        outcome_place::keep(tx, &place, now).await?;
    }
    launch_log::insert(tx, &a.line).await?;
    Ok(Opening::Opened(Box::new(session)))
}

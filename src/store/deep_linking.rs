//! Deep linking requests: kept from the launch until the teacher has chosen, answered once.

use super::{
    StoreError, Tx,
    launch::{self, Arrival, LaunchRecord, Opening},
    launch_log, login_state,
    registration::{self, DeploymentStatus, RegistrationStatus},
    session::Session,
    tx::{execute, optional, row, sql},
};

/// A request that waits for its answer, or was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingRequest {
    /// The session that may answer it.
    pub session_hash: String,
    /// Whose.
    pub tenant_id: String,
    /// From which platform.
    pub registration_id: String,
    /// The platform's `deployment_id`.
    pub deployment: String,
    /// What was asked for, JSON.
    pub request: String,
    /// When it came.
    pub created_at: i64,
    /// When it can no longer be answered.
    pub expires_at: i64,
    /// When it was answered.
    pub answered_at: Option<i64>,
}
row!(PendingRequest { session_hash, tenant_id, registration_id, deployment, request, created_at, expires_at, answered_at });

sql! {
    // The session has no link: there is none yet.
    OPEN = "INSERT INTO session (id_hash, tenant_id, registration_id, context_id, resource_link_id, learner_id, role, gradable, target, \
        data, created_at, expires_at) VALUES ($1, $2, $3, $4, '', $5, $6, FALSE, '', $7, $8, $9) RETURNING *";
    KEEP = "INSERT INTO deep_linking_request (session_hash, tenant_id, registration_id, deployment, request, created_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    FIND = "SELECT * FROM deep_linking_request WHERE session_hash = $1";
    // The database is the judge when two answers come at once.
    ANSWER = "UPDATE deep_linking_request SET answered_at = $2 WHERE session_hash = $1 AND answered_at IS NULL AND expires_at > $2 \
        RETURNING *";
}

/// As [`launch::arrive`], for a launch that asks to choose content: its session has no link, and `request` is kept beside it.
///
/// # Errors
/// When the database fails or the registration is gone.
pub async fn arrive(tx: &mut Tx, a: &Arrival, request: &str, now: i64) -> Result<Opening, StoreError> {
    if login_state::consume(tx, &a.login.state_hash, &a.login.browser_hash, now).await?.is_none() {
        return Ok(Opening::NoLogin);
    }
    // Off is off at once.
    let registration = registration::find(tx, &a.launch.registration_id).await?;
    if registration.is_none_or(|r| r.status != RegistrationStatus::Active) {
        return Ok(Opening::NoLogin);
    }
    let met = registration::meet_deployment(tx, &a.launch.registration_id, &a.deployment, now).await?;
    if met.status != DeploymentStatus::Active {
        return Ok(Opening::DeploymentWaits);
    }
    let launch = LaunchRecord { deployment_id: met.id, ..a.launch.clone() };
    let (context, person) = launch::record_person(tx, &launch, now).await?;
    let l = &launch;
    let session: Option<Session> = optional!(
        tx,
        OPEN,
        &l.session_hash,
        &l.tenant_id,
        &l.registration_id,
        &context,
        &person,
        &l.role,
        &l.session_data,
        now,
        l.expires_at
    )?;
    let session = session.ok_or(StoreError::Dangling)?;
    execute!(tx, KEEP, &l.session_hash, &l.tenant_id, &l.registration_id, &a.deployment, request, now, l.expires_at)?;
    launch_log::insert(tx, &a.line).await?;
    Ok(Opening::Opened(Box::new(session)))
}

/// The request of a session.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut Tx, session_hash: &str) -> Result<Option<PendingRequest>, StoreError> {
    optional!(tx, FIND, session_hash)
}

/// Takes the right to answer: nobody gets it twice.
///
/// # Errors
/// When the database fails.
pub async fn answer(tx: &mut Tx, session_hash: &str, now: i64) -> Result<Option<PendingRequest>, StoreError> {
    optional!(tx, ANSWER, session_hash, now)
}

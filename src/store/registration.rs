//! Platforms that know us, and their deployments. The key is (issuer, client_id), never the issuer alone.

use super::{
    StoreError, Tx, session,
    tx::{all, execute, one, optional, row, sql, text_enum},
};

text_enum! {
    /// Whether launches are accepted.
    pub enum RegistrationStatus {
        /// Yes.
        Active = "active",
        /// Waits for an administrator's approval.
        Pending = "pending",
        /// Switched off.
        Disabled = "disabled",
    }
}

text_enum! {
    /// What happens to a deployment we have not met.
    pub enum DeploymentPolicy {
        /// The first is learned, later ones wait for approval.
        Pin = "pin",
        /// Accepted: where one key has many (Canvas).
        Accept = "accept",
    }
}

text_enum! {
    /// Whether launches of a deployment are accepted.
    pub enum DeploymentStatus {
        /// Yes.
        Active = "active",
        /// Waits for an administrator's approval.
        Waiting = "waiting",
        /// Turned down by an administrator.
        Blocked = "blocked",
    }
}

/// A platform that knows us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// Row id.
    pub id: String,
    /// Whose.
    pub tenant_id: String,
    /// `iss` of its messages.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// For people.
    pub name: String,
    /// Family of platform: `moodle`, `canvas`, `edx`, `generic`.
    pub family: String,
    /// Where logins go.
    pub auth_url: String,
    /// Where access tokens come from.
    pub token_url: String,
    /// `aud` of token requests, where it is not the token address.
    pub token_audience: Option<String>,
    /// Where its keys are.
    pub jwks_url: String,
    /// Whether launches are accepted.
    pub status: RegistrationStatus,
    /// What happens to new deployments.
    pub deployment_policy: DeploymentPolicy,
    /// Whether launches without `sub` are accepted.
    pub anonymous: bool,
    /// Origins that frame us, JSON list, learned from launches.
    pub embedders: String,
    /// When it was added.
    pub created_at: i64,
    /// When it last changed.
    pub updated_at: i64,
}
row!(Registration {
    id,
    tenant_id,
    issuer,
    client_id,
    name,
    family,
    auth_url,
    token_url,
    token_audience,
    jwks_url,
    status,
    deployment_policy,
    anonymous,
    embedders,
    created_at,
    updated_at,
});

/// One installation of us inside a platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// Row id.
    pub id: String,
    /// Whose.
    pub tenant_id: String,
    /// Of which registration.
    pub registration_id: String,
    /// The platform's `deployment_id`.
    pub lms_id: String,
    /// Whether launches are accepted.
    pub status: DeploymentStatus,
    /// When we met it.
    pub created_at: i64,
}
row!(Deployment { id, tenant_id, registration_id, lms_id, status, created_at });

/// What erasing a registration takes along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Belongings {
    /// People.
    pub learners: i64,
    /// Quiz attempts.
    pub attempts: i64,
    /// Scores not delivered yet.
    pub undelivered: i64,
}
row!(Belongings { learners, attempts, undelivered });

sql! {
    INSERT = "INSERT INTO registration (id, tenant_id, issuer, client_id, name, family, auth_url, token_url, token_audience, jwks_url, \
        status, deployment_policy, anonymous, embedders, created_at, updated_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
    UPDATE = "UPDATE registration SET name = $2, family = $3, auth_url = $4, token_url = $5, token_audience = $6, jwks_url = $7, \
        status = $8, deployment_policy = $9, anonymous = $10, updated_at = $11 WHERE id = $1";
    SET_STATUS = "UPDATE registration SET status = $2, updated_at = $3 WHERE id = $1";
    SET_EMBEDDERS = "UPDATE registration SET embedders = $2, updated_at = $3 WHERE id = $1";
    FIND = "SELECT * FROM registration WHERE id = $1";
    BY_CLIENT = "SELECT * FROM registration WHERE issuer = $1 AND client_id = $2";
    BY_ISSUER = "SELECT * FROM registration WHERE issuer = $1 ORDER BY id";
    LIST = "SELECT * FROM registration WHERE tenant_id = $1 ORDER BY created_at, id";
    REMOVE = "DELETE FROM registration WHERE id = $1";
    BELONGINGS = "SELECT \
        (SELECT CAST(COUNT(*) AS BIGINT) FROM learner WHERE registration_id = $1) AS learners, \
        (SELECT CAST(COUNT(*) AS BIGINT) FROM attempt a JOIN learner l ON l.id = a.learner_id WHERE l.registration_id = $1) AS attempts, \
        (SELECT CAST(COUNT(*) AS BIGINT) FROM outbox WHERE registration_id = $1 AND state IN ('ready', 'running', 'parked')) AS undelivered";
    DEPLOYMENT = "SELECT * FROM deployment WHERE registration_id = $1 AND lms_id = $2";
    DEPLOYMENTS = "SELECT * FROM deployment WHERE registration_id = $1 ORDER BY created_at, id";
    // The first of its registration is learned; with policy `accept` each is; else it waits.
    MEET = "INSERT INTO deployment (id, tenant_id, registration_id, lms_id, status, created_at) \
        SELECT $1, r.tenant_id, r.id, $3, CASE WHEN r.deployment_policy = 'accept' \
            OR NOT EXISTS (SELECT 1 FROM deployment d WHERE d.registration_id = r.id) THEN 'active' ELSE 'waiting' END, $4 \
        FROM registration r WHERE r.id = $2 ON CONFLICT (registration_id, lms_id) DO NOTHING";
    PIN = "INSERT INTO deployment (id, tenant_id, registration_id, lms_id, status, created_at) \
        SELECT $1, r.tenant_id, r.id, $3, 'active', $4 FROM registration r WHERE r.id = $2 \
        ON CONFLICT (registration_id, lms_id) DO UPDATE SET status = 'active'";
    LOCK = "UPDATE registration SET updated_at = updated_at WHERE id = $1";
    APPROVE = "UPDATE deployment SET status = 'active' WHERE id = $1";
    END_OF_DEPLOYMENT = "DELETE FROM session WHERE context_id IN (SELECT id FROM context WHERE deployment_id = $1)";
    BLOCK = "UPDATE deployment SET status = 'blocked' WHERE id = $1";
    RENAME_CLIENT = "UPDATE registration SET client_id = $2, updated_at = $3 WHERE id = $1";
    RENAME_DEPLOYMENT = "UPDATE deployment SET lms_id = $2 WHERE id = $1";
    FORGET_DEPLOYMENT = "DELETE FROM deployment WHERE id = $1";
}

/// Adds a registration.
///
/// # Errors
/// [`StoreError::Duplicate`] when (issuer, client_id) is known.
pub async fn insert(tx: &mut Tx, r: &Registration) -> Result<(), StoreError> {
    execute!(
        tx,
        INSERT,
        &r.id,
        &r.tenant_id,
        &r.issuer,
        &r.client_id,
        &r.name,
        &r.family,
        &r.auth_url,
        &r.token_url,
        r.token_audience.as_deref(),
        &r.jwks_url,
        r.status,
        r.deployment_policy,
        r.anonymous,
        &r.embedders,
        r.created_at,
        r.updated_at
    )
    .map(drop)
}

/// Changes everything but its key, its embedders and when it was added.
///
/// # Errors
/// When the database fails.
pub async fn update(tx: &mut Tx, r: &Registration) -> Result<bool, StoreError> {
    Ok(execute!(
        tx,
        UPDATE,
        &r.id,
        &r.name,
        &r.family,
        &r.auth_url,
        &r.token_url,
        r.token_audience.as_deref(),
        &r.jwks_url,
        r.status,
        r.deployment_policy,
        r.anonymous,
        r.updated_at
    )? > 0)
}

/// Switches it on or off. Off is off at once: what its launches opened ends, what they left stays.
///
/// # Errors
/// When the database fails.
pub async fn set_status(tx: &mut Tx, id: &str, status: RegistrationStatus, now: i64) -> Result<bool, StoreError> {
    if status != RegistrationStatus::Active {
        session::end_of_registration(tx, id).await?;
    }
    Ok(execute!(tx, SET_STATUS, id, status, now)? > 0)
}

/// Notes who frames us.
///
/// # Errors
/// When the database fails.
pub async fn set_embedders(tx: &mut Tx, id: &str, embedders_json: &str, now: i64) -> Result<bool, StoreError> {
    Ok(execute!(tx, SET_EMBEDDERS, id, embedders_json, now)? > 0)
}

/// By row id.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut Tx, id: &str) -> Result<Option<Registration>, StoreError> {
    optional!(tx, FIND, id)
}

/// By its key.
///
/// # Errors
/// When the database fails.
pub async fn by_client(tx: &mut Tx, issuer: &str, client_id: &str) -> Result<Option<Registration>, StoreError> {
    optional!(tx, BY_CLIENT, issuer, client_id)
}

/// All with this issuer: without a client id, a launch is accepted only if it is one.
///
/// # Errors
/// When the database fails.
pub async fn by_issuer(tx: &mut Tx, issuer: &str) -> Result<Vec<Registration>, StoreError> {
    all!(tx, BY_ISSUER, issuer)
}

/// All of a tenant, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn list(tx: &mut Tx, tenant_id: &str) -> Result<Vec<Registration>, StoreError> {
    all!(tx, LIST, tenant_id)
}

/// Erases it with all learners, attempts and grades that came through it.
///
/// # Errors
/// When the database fails.
pub async fn remove(tx: &mut Tx, id: &str) -> Result<bool, StoreError> {
    session::end_of_registration(tx, id).await?;
    Ok(execute!(tx, REMOVE, id)? > 0)
}

/// What [`remove`] would take along.
///
/// # Errors
/// When the database fails.
pub async fn belongings(tx: &mut Tx, id: &str) -> Result<Belongings, StoreError> {
    one!(tx, BELONGINGS, id)
}

/// One deployment, if we met it.
///
/// # Errors
/// When the database fails.
pub async fn deployment(tx: &mut Tx, registration_id: &str, lms_id: &str) -> Result<Option<Deployment>, StoreError> {
    optional!(tx, DEPLOYMENT, registration_id, lms_id)
}

/// All deployments of a registration, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn deployments(tx: &mut Tx, registration_id: &str) -> Result<Vec<Deployment>, StoreError> {
    all!(tx, DEPLOYMENTS, registration_id)
}

/// A deployment named by a verified launch: known, learned or put in the queue, by the registration's policy.
///
/// # Errors
/// When the database fails or the registration is gone.
pub async fn meet_deployment(tx: &mut Tx, registration_id: &str, lms_id: &str, now: i64) -> Result<Deployment, StoreError> {
    if let Some(known) = deployment(tx, registration_id, lms_id).await? {
        return Ok(known);
    }
    // Two launches may each believe to be the first: the row lock lets one go after the other.
    execute!(tx, LOCK, registration_id)?;
    execute!(tx, MEET, crate::ids::new_id(), registration_id, lms_id, now)?;
    deployment(tx, registration_id, lms_id).await?.ok_or(StoreError::Dangling)
}

/// A deployment named by an administrator: accepted from now on.
///
/// # Errors
/// When the database fails.
pub async fn pin_deployment(tx: &mut Tx, registration_id: &str, lms_id: &str, now: i64) -> Result<bool, StoreError> {
    Ok(execute!(tx, PIN, crate::ids::new_id(), registration_id, lms_id, now)? > 0)
}

/// Lets a waiting deployment in.
///
/// # Errors
/// When the database fails.
pub async fn approve_deployment(tx: &mut Tx, id: &str) -> Result<bool, StoreError> {
    Ok(execute!(tx, APPROVE, id)? > 0)
}

/// Turns a deployment down: its launches are refused and its sessions end, what came through it stays.
///
/// # Errors
/// When the database fails.
pub async fn block_deployment(tx: &mut Tx, id: &str) -> Result<bool, StoreError> {
    execute!(tx, END_OF_DEPLOYMENT, id)?;
    Ok(execute!(tx, BLOCK, id)? > 0)
}

/// The platform calls us something else now; all that came through the registration stays with it.
///
/// # Errors
/// [`StoreError::Duplicate`] when the issuer has another registration of that name.
pub async fn rename_client(tx: &mut Tx, id: &str, client_id: &str, now: i64) -> Result<bool, StoreError> {
    Ok(execute!(tx, RENAME_CLIENT, id, client_id, now)? > 0)
}

/// The platform calls this installation of us something else now; its courses and grades stay with it.
///
/// # Errors
/// [`StoreError::Duplicate`] when the registration has another of that name.
pub async fn rename_deployment(tx: &mut Tx, id: &str, lms_id: &str) -> Result<bool, StoreError> {
    Ok(execute!(tx, RENAME_DEPLOYMENT, id, lms_id)? > 0)
}

/// Forgets a deployment, with what came through it.
///
/// # Errors
/// When the database fails.
pub async fn forget_deployment(tx: &mut Tx, id: &str) -> Result<bool, StoreError> {
    execute!(tx, END_OF_DEPLOYMENT, id)?;
    Ok(execute!(tx, FORGET_DEPLOYMENT, id)? > 0)
}

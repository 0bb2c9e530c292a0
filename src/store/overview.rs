//! What an administrator looks at: each registration at a glance, and the launch log by platform or reference.

use super::{
    StoreError, Tx,
    launch_log::LaunchLog,
    registration::{DeploymentPolicy, RegistrationStatus},
    tx::{all, row, sql},
};

/// A registration at a glance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glance {
    /// Row id.
    pub id: String,
    /// For people.
    pub name: String,
    /// `moodle`, `canvas` and so on.
    pub family: String,
    /// `iss` of its messages.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// Whether launches are accepted.
    pub status: RegistrationStatus,
    /// What happens to new deployments.
    pub deployment_policy: DeploymentPolicy,
    /// Last launch that opened a session.
    pub last_launch: Option<i64>,
    /// Last grade the platform took.
    pub last_grade: Option<i64>,
    /// Deployments that wait for approval.
    pub deployments_waiting: i64,
    /// People who came through it.
    pub learners: i64,
    /// Grades on their way.
    pub grades_waiting: i64,
    /// Grades given up.
    pub grades_parked: i64,
}
row!(Glance {
    id,
    name,
    family,
    issuer,
    client_id,
    status,
    deployment_policy,
    last_launch,
    last_grade,
    deployments_waiting,
    learners,
    grades_waiting,
    grades_parked,
});

/// A deployment that waits for an administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingDeployment {
    /// Row id.
    pub id: String,
    /// Of which registration.
    pub registration_id: String,
    /// What that is called.
    pub platform: String,
    /// Its issuer.
    pub issuer: String,
    /// The platform's `deployment_id`.
    pub lms_id: String,
    /// When it was first named by a launch.
    pub created_at: i64,
}
row!(WaitingDeployment { id, registration_id, platform, issuer, lms_id, created_at });

sql! {
    WAITING = "SELECT d.id, d.registration_id, r.name AS platform, r.issuer, d.lms_id, d.created_at FROM deployment d \
        JOIN registration r ON r.id = d.registration_id WHERE d.tenant_id = $1 AND d.status = 'waiting' ORDER BY d.created_at, d.id LIMIT 500";
    GLANCES = "SELECT r.id, r.name, r.family, r.issuer, r.client_id, r.status, r.deployment_policy, \
        (SELECT MAX(g.created_at) FROM launch_log g WHERE g.tenant_id = r.tenant_id AND g.ok AND g.issuer = r.issuer \
            AND g.client_id = r.client_id) AS last_launch, \
        (SELECT MAX(l.accepted_at) FROM ledger l JOIN learner u ON u.id = l.learner_id WHERE u.registration_id = r.id) AS last_grade, \
        (SELECT CAST(COUNT(*) AS BIGINT) FROM deployment d WHERE d.registration_id = r.id AND d.status = 'waiting') AS deployments_waiting, \
        (SELECT CAST(COUNT(*) AS BIGINT) FROM learner u WHERE u.registration_id = r.id) AS learners, \
        (SELECT CAST(COUNT(*) AS BIGINT) FROM outbox o WHERE o.registration_id = r.id AND o.state IN ('ready', 'running')) AS grades_waiting, \
        (SELECT CAST(COUNT(*) AS BIGINT) FROM outbox o WHERE o.registration_id = r.id AND o.state = 'parked') AS grades_parked \
        FROM registration r WHERE r.tenant_id = $1 ORDER BY r.created_at, r.id";
    LAUNCHES = "SELECT * FROM launch_log WHERE tenant_id = $1 AND issuer = $2 AND client_id = $3 ORDER BY created_at DESC, id DESC LIMIT $4";
    BY_REFERENCE = "SELECT * FROM launch_log WHERE tenant_id = $1 AND reference = $2 ORDER BY created_at DESC, id DESC LIMIT 20";
    REFUSED = "SELECT * FROM launch_log WHERE tenant_id = $1 AND NOT ok ORDER BY created_at DESC, id DESC LIMIT $2";
}

/// All registrations of a tenant, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn glances(tx: &mut Tx, tenant_id: &str) -> Result<Vec<Glance>, StoreError> {
    all!(tx, GLANCES, tenant_id)
}

/// All deployments of a tenant that wait, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn waiting_deployments(tx: &mut Tx, tenant_id: &str) -> Result<Vec<WaitingDeployment>, StoreError> {
    all!(tx, WAITING, tenant_id)
}

/// The latest launches of one platform, good and bad, newest first.
///
/// # Errors
/// When the database fails.
pub async fn launches(tx: &mut Tx, tenant_id: &str, issuer: &str, client_id: &str, limit: i64) -> Result<Vec<LaunchLog>, StoreError> {
    all!(tx, LAUNCHES, tenant_id, issuer, client_id, limit)
}

/// What is known under a reference that a person quoted.
///
/// # Errors
/// When the database fails.
pub async fn by_reference(tx: &mut Tx, tenant_id: &str, reference: &str) -> Result<Vec<LaunchLog>, StoreError> {
    all!(tx, BY_REFERENCE, tenant_id, reference)
}

/// The latest refusals of all platforms, known or not, newest first.
///
/// # Errors
/// When the database fails.
pub async fn refused(tx: &mut Tx, tenant_id: &str, limit: i64) -> Result<Vec<LaunchLog>, StoreError> {
    all!(tx, REFUSED, tenant_id, limit)
}

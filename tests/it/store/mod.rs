//! The store, on both databases.

mod accounts;
mod attempts;
mod backup;
mod class;
mod keys;
mod launches;
mod ledger;
mod opening;
mod outbox;
mod platforms;
mod progress;
mod reading;
mod retention;
mod roster;
mod schema;
mod write_path;

use courseferry::store::{
    DEFAULT_TENANT, Durability, Store, StoreError, Tx,
    attempt::{self, NewAttempt, Started},
    launch::{self, ContextClaim, LaunchRecord, LearnerClaim, LinkClaim},
    quiz_version,
    registration::{self, Deployment, DeploymentPolicy, Registration, RegistrationStatus},
    session::Session,
};

/// Some moment in 2026.
pub(crate) const NOW: i64 = 1_780_000_000_000;
pub(crate) const MINUTE: i64 = 60_000;
pub(crate) const DAY: i64 = 24 * 60 * MINUTE;

pub(crate) fn platform(n: u32) -> Registration {
    Registration {
        id: format!("registration-{n}"),
        tenant_id: DEFAULT_TENANT.to_owned(),
        issuer: format!("https://lms{n}.example.edu"),
        client_id: format!("client-{n}"),
        name: format!("LMS {n}"),
        family: "moodle".to_owned(),
        auth_url: format!("https://lms{n}.example.edu/auth"),
        token_url: format!("https://lms{n}.example.edu/token"),
        token_audience: None,
        jwks_url: format!("https://lms{n}.example.edu/jwks"),
        status: RegistrationStatus::Active,
        deployment_policy: DeploymentPolicy::Pin,
        anonymous: false,
        embedders: "[]".to_owned(),
        created_at: NOW,
        updated_at: NOW,
    }
}

/// A platform with one deployment.
pub(crate) async fn add_platform(store: &Store, n: u32) -> (Registration, Deployment) {
    let row = platform(n);
    let added = row.clone();
    let deployment = store
        .write(Durability::Full, async move |tx: &mut Tx| {
            registration::insert(tx, &row).await?;
            registration::meet_deployment(tx, &row.id, "1", NOW).await
        })
        .await
        .unwrap();
    (added, deployment)
}

pub(crate) fn launch_of(deployment: &Deployment, sub: &str, session: &str) -> LaunchRecord {
    LaunchRecord {
        tenant_id: deployment.tenant_id.clone(),
        registration_id: deployment.registration_id.clone(),
        deployment_id: deployment.id.clone(),
        context: ContextClaim {
            lms_id: "course-7".to_owned(),
            label: "LLM".to_owned(),
            title: "Fine-tuning".to_owned(),
            lineitems_url: Some("https://lms/lineitems".to_owned()),
            memberships_url: None,
            history: Vec::new(),
        },
        link: LinkClaim {
            lms_id: "link-1".to_owned(),
            title: "Module 1".to_owned(),
            target: "foundations".to_owned(),
            lineitem: Some("https://lms/lineitems/1/lineitem?type_id=2".to_owned()),
            ags_scopes: "[\"score\"]".to_owned(),
            settings: String::new(),
        },
        learner: LearnerClaim { sub: sub.to_owned(), name: Some(format!("Name of {sub}")), ..LearnerClaim::default() },
        role: "learner".to_owned(),
        roles: "[]".to_owned(),
        gradable: true,
        session_hash: session.to_owned(),
        session_data: "{}".to_owned(),
        expires_at: NOW + 60 * MINUTE,
    }
}

pub(crate) async fn open(store: &Store, launch: &LaunchRecord, now: i64) -> Result<Session, StoreError> {
    let launch = launch.clone();
    store.write(Durability::Normal, async move |tx: &mut Tx| launch::open_session(tx, &launch, now).await).await
}

/// A learner in a course, through a fresh platform.
pub(crate) async fn learner(store: &Store) -> Session {
    let (_, deployment) = add_platform(store, 1).await;
    open(store, &launch_of(&deployment, "ada", "session-1"), NOW).await.unwrap()
}

pub(crate) fn try_of(session: &Session, limit: u32) -> NewAttempt {
    NewAttempt {
        tenant_id: session.tenant_id.clone(),
        learner_id: session.learner_id.clone(),
        resource_link_id: session.resource_link_id.clone(),
        quiz_id: "foundations-quiz".to_owned(),
        quiz_hash: "hash-1".to_owned(),
        seed: "seed".to_owned(),
        graded: true,
        limit,
    }
}

pub(crate) async fn start(store: &Store, new: &NewAttempt) -> Started {
    let new = new.clone();
    store
        .write(Durability::Full, async move |tx: &mut Tx| {
            quiz_version::keep(tx, &new.tenant_id, &new.quiz_hash, &new.quiz_id, "{}", NOW).await?;
            attempt::start(tx, &new, NOW).await
        })
        .await
        .unwrap()
}

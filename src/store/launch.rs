//! What a good launch leaves behind: course, link, person, enrolment, session.
//!
//! The hot path. Nearly every launch brings nothing new, and then one call does: the login is consumed and the session inserted
//! *from* the rows that carry the launch's fingerprints. Where they do not match (new, changed, erased meanwhile by whoever), no
//! session is inserted, the rows are brought up to date, and it is inserted then. No cache, so nothing to invalidate.

use sqlx::Row as _;

use super::{
    StoreError, Tx, course_copy,
    fingerprint::Fingerprints,
    launch_log::{self, LaunchLog},
    login_state::LoginState,
    registration::{self, DeploymentStatus},
    session::Session,
    tx::{execute, optional, sql},
};
use crate::ids;

/// A verified launch, as far as it is kept.
#[derive(Debug, Clone)]
pub struct LaunchRecord {
    /// Whose.
    pub tenant_id: String,
    /// Through which platform.
    pub registration_id: String,
    /// Row id of the deployment.
    pub deployment_id: String,
    /// The course.
    pub context: ContextClaim,
    /// The link.
    pub link: LinkClaim,
    /// The person.
    pub learner: LearnerClaim,
    /// `learner`, `instructor` and so on, as decided.
    pub role: String,
    /// All roles as they came, JSON list.
    pub roles: String,
    /// False for test students and masqueraded users.
    pub gradable: bool,
    /// [`crate::ids::timed_hash`] of what the browser will hold.
    pub session_hash: String,
    /// What else pages need, JSON.
    pub session_data: String,
    /// When the session ends.
    pub expires_at: i64,
}

/// The course, as the launch tells. A launch without one: all empty.
#[derive(Debug, Clone, Default)]
pub struct ContextClaim {
    /// The platform's id.
    pub lms_id: String,
    /// Short name.
    pub label: String,
    /// Title.
    pub title: String,
    /// Where its line items are.
    pub lineitems_url: Option<String>,
    /// Where its members are.
    pub memberships_url: Option<String>,
    /// The platform's ids of the courses it was copied from, nearest first.
    pub history: Vec<String>,
}

/// The link, as the launch tells.
#[derive(Debug, Clone, Default)]
pub struct LinkClaim {
    /// The platform's id.
    pub lms_id: String,
    /// Title.
    pub title: String,
    /// Content id it opens; empty for the course home.
    pub target: String,
    /// Its line item, if it has one.
    pub lineitem: Option<String>,
    /// Scopes we were granted, JSON list.
    pub ags_scopes: String,
    /// Settings it was made with, JSON; they hold until a teacher changes them here. Empty: none.
    pub settings: String,
}

/// The person, as the launch tells.
#[derive(Debug, Clone, Default)]
pub struct LearnerClaim {
    /// `sub`, or our own random handle for an anonymous launch.
    pub sub: String,
    /// Full name.
    pub name: Option<String>,
    /// Given name.
    pub given_name: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// Address.
    pub email: Option<String>,
    /// Language.
    pub locale: Option<String>,
}

/// A verified launch at the door: what is consumed, kept and noted in one go.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The login it answers: state, nonce, browser and target must all be the row's.
    pub login: LoginState,
    /// `updated_at` of the registration it was checked against, where that was only remembered: it must be the same still.
    pub remembered: Option<i64>,
    /// The platform's `deployment_id`.
    pub deployment: String,
    /// What is kept; its `deployment_id` is found here.
    pub launch: LaunchRecord,
    /// The line for the administrator, if a session opens.
    pub line: LaunchLog,
}

/// What became of an arrival.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opening {
    /// Here is the session.
    Opened(Box<Session>),
    /// The login was consumed before, is another's or is too old; or the registration is switched off, or not as remembered.
    NoLogin,
    /// The deployment waits for an administrator's approval. The login is spent.
    DeploymentWaits,
}

sql! {
    // One call, three statements: `changes()` tells each whether the one before did its work. First row: the login is consumed;
    // second row: the session.
    ARRIVE_SQLITE = "DELETE FROM login_state WHERE state_hash = $1 AND browser_hash = $2 AND expires_at > $3 \
            AND registration_id = $12 AND nonce_hash = $23 AND target_link_uri = $24 AND EXISTS ( \
                SELECT 1 FROM registration r WHERE r.id = $12 AND r.status = 'active' AND ($25 IS NULL OR r.updated_at = $25)) \
            RETURNING state_hash; \
        INSERT INTO session (id_hash, tenant_id, registration_id, context_id, resource_link_id, learner_id, role, gradable, target, \
            data, created_at, expires_at) \
        SELECT $4, e.tenant_id, u.registration_id, c.id, k.id, u.id, e.role, e.gradable, k.target, $5, $3, $6 \
        FROM deployment d JOIN context c ON c.deployment_id = d.id AND c.lms_id = $7 \
        JOIN resource_link k ON k.context_id = c.id AND k.lms_id = $8 AND k.fingerprint = $9 \
        JOIN learner u ON u.registration_id = d.registration_id AND u.sub = $10 \
        JOIN enrolment e ON e.context_id = c.id AND e.learner_id = u.id AND e.fingerprint = $11 \
        WHERE d.registration_id = $12 AND d.lms_id = $13 AND d.status = 'active' AND changes() = 1 RETURNING *; \
        INSERT INTO launch_log (id, tenant_id, reference, stage, ok, code, detail, issuer, client_id, checks, created_at) \
        SELECT $14, $15, $16, $17, TRUE, $18, $19, $20, $21, $22, $3 WHERE changes() = 1";
    // The same as one statement, which is what PostgreSQL takes.
    ARRIVE_POSTGRES = "WITH gone AS ( \
            DELETE FROM login_state WHERE state_hash = $1 AND browser_hash = $2 AND expires_at > $3 \
                AND registration_id = $12 AND nonce_hash = $23 AND target_link_uri = $24 AND EXISTS ( \
                    SELECT 1 FROM registration r WHERE r.id = $12 AND r.status = 'active' \
                    AND (CAST($25 AS BIGINT) IS NULL OR r.updated_at = $25)) \
                RETURNING state_hash), \
        opened AS ( \
            INSERT INTO session (id_hash, tenant_id, registration_id, context_id, resource_link_id, learner_id, role, gradable, target, \
                data, created_at, expires_at) \
            SELECT $4, e.tenant_id, u.registration_id, c.id, k.id, u.id, e.role, e.gradable, k.target, $5, $3, $6 \
            FROM gone, deployment d JOIN context c ON c.deployment_id = d.id AND c.lms_id = $7 \
            JOIN resource_link k ON k.context_id = c.id AND k.lms_id = $8 AND k.fingerprint = $9 \
            JOIN learner u ON u.registration_id = d.registration_id AND u.sub = $10 \
            JOIN enrolment e ON e.context_id = c.id AND e.learner_id = u.id AND e.fingerprint = $11 \
            WHERE d.registration_id = $12 AND d.lms_id = $13 AND d.status = 'active' RETURNING *), \
        noted AS ( \
            INSERT INTO launch_log (id, tenant_id, reference, stage, ok, code, detail, issuer, client_id, checks, created_at) \
            SELECT $14, $15, $16, $17, TRUE, $18, $19, $20, $21, $22, $3 FROM opened) \
        SELECT gone.state_hash, opened.* FROM gone LEFT JOIN opened ON TRUE";
    OPEN = "INSERT INTO session (id_hash, tenant_id, registration_id, context_id, resource_link_id, learner_id, role, gradable, target, \
        data, created_at, expires_at) \
        SELECT $1, e.tenant_id, u.registration_id, c.id, k.id, u.id, e.role, e.gradable, k.target, $2, $3, $4 \
        FROM context c \
        JOIN resource_link k ON k.context_id = c.id AND k.lms_id = $6 AND k.fingerprint = $7 \
        JOIN learner u ON u.registration_id = c.registration_id AND u.sub = $8 \
        JOIN enrolment e ON e.context_id = c.id AND e.learner_id = u.id AND e.fingerprint = $9 \
        WHERE c.deployment_id = $10 AND c.lms_id = $5 RETURNING *";
    // A later launch may know less (no line item for this role): what we know stays.
    CONTEXT = "INSERT INTO context (id, tenant_id, registration_id, deployment_id, lms_id, label, title, lineitems_url, memberships_url, \
        created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) \
        ON CONFLICT (deployment_id, lms_id) DO UPDATE SET label = excluded.label, title = excluded.title, \
        lineitems_url = COALESCE(excluded.lineitems_url, context.lineitems_url), \
        memberships_url = COALESCE(excluded.memberships_url, context.memberships_url), updated_at = excluded.updated_at RETURNING id";
    LINK = "INSERT INTO resource_link (id, tenant_id, context_id, lms_id, title, target, lineitem, ags_scopes, settings, fingerprint, \
        created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11) \
        ON CONFLICT (context_id, lms_id) DO UPDATE SET title = excluded.title, \
        target = CASE WHEN excluded.target = '' THEN resource_link.target ELSE excluded.target END, \
        lineitem = COALESCE(excluded.lineitem, resource_link.lineitem), \
        ags_scopes = CASE WHEN excluded.ags_scopes = '[]' THEN resource_link.ags_scopes ELSE excluded.ags_scopes END, \
        fingerprint = excluded.fingerprint, updated_at = excluded.updated_at RETURNING id";
    LEARNER = "INSERT INTO learner (id, tenant_id, registration_id, sub, name, given_name, family_name, email, locale, created_at, \
        updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) \
        ON CONFLICT (registration_id, sub) DO UPDATE SET name = COALESCE(excluded.name, learner.name), \
        given_name = COALESCE(excluded.given_name, learner.given_name), family_name = COALESCE(excluded.family_name, learner.family_name), \
        email = COALESCE(excluded.email, learner.email), locale = COALESCE(excluded.locale, learner.locale), \
        updated_at = excluded.updated_at RETURNING id";
    ENROLMENT = "INSERT INTO enrolment (context_id, learner_id, tenant_id, role, roles, gradable, fingerprint, created_at, seen_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) ON CONFLICT (context_id, learner_id) DO UPDATE SET role = excluded.role, \
        roles = excluded.roles, gradable = excluded.gradable, fingerprint = excluded.fingerprint, seen_at = excluded.seen_at";
}

/// Consumes the login, keeps what the launch tells, opens its session and notes it: all or nothing, once.
///
/// # Errors
/// When the database fails or the registration is gone.
pub async fn arrive(tx: &mut Tx, a: &Arrival, now: i64) -> Result<Opening, StoreError> {
    let prints = Fingerprints::of(&a.launch, now);
    match consume_and_open(tx, a, &prints, now).await? {
        (false, _) => return Ok(Opening::NoLogin),
        (true, Some(session)) => return Ok(Opening::Opened(Box::new(session))),
        (true, None) => {}
    }
    let met = registration::meet_deployment(tx, &a.launch.registration_id, &a.deployment, now).await?;
    if met.status != DeploymentStatus::Active {
        return Ok(Opening::DeploymentWaits);
    }
    let launch = LaunchRecord { deployment_id: met.id, ..a.launch.clone() };
    record(tx, &launch, &prints, now).await?;
    let session = insert_session(tx, &launch, &prints, now).await?.ok_or(StoreError::Dangling)?;
    launch_log::insert(tx, &a.line).await?;
    Ok(Opening::Opened(Box::new(session)))
}

/// Whether the login was consumed, and the session if all rows stood ready for it.
async fn consume_and_open(tx: &mut Tx, a: &Arrival, prints: &Fingerprints, now: i64) -> Result<(bool, Option<Session>), StoreError> {
    let (l, line) = (&a.launch, &a.line);
    macro_rules! bound {
        ($text:expr) => {
            sqlx::query($text)
                .bind(&a.login.state_hash)
                .bind(&a.login.browser_hash)
                .bind(now)
                .bind(&l.session_hash)
                .bind(&l.session_data)
                .bind(l.expires_at)
                .bind(&l.context.lms_id)
                .bind(&l.link.lms_id)
                .bind(&prints.link)
                .bind(&l.learner.sub)
                .bind(&prints.enrolment)
                .bind(&l.registration_id)
                .bind(&a.deployment)
                .bind(&line.id)
                .bind(&line.tenant_id)
                .bind(&line.reference)
                .bind(&line.stage)
                .bind(&line.code)
                .bind(&line.detail)
                .bind(&line.issuer)
                .bind(&line.client_id)
                .bind(&line.checks)
                .bind(&a.login.nonce_hash)
                .bind(&a.login.target_link_uri)
                .bind(a.remembered)
        };
    }
    match tx {
        Tx::Sqlite(c) => {
            let rows = bound!(ARRIVE_SQLITE).fetch_all(&mut **c).await?;
            Ok((!rows.is_empty(), rows.get(1).map(sqlx::FromRow::from_row).transpose()?))
        }
        Tx::Postgres(c) => {
            let Some(row) = bound!(ARRIVE_POSTGRES).fetch_optional(&mut **c).await? else { return Ok((false, None)) };
            let opened: Option<String> = row.try_get("id_hash")?;
            Ok((true, opened.map(|_| sqlx::FromRow::from_row(&row)).transpose()?))
        }
    }
}

/// Keeps what the launch tells and opens its session, for a launch that no login precedes.
///
/// # Errors
/// [`StoreError::Dangling`] when registration or deployment are gone.
pub async fn open_session(tx: &mut Tx, launch: &LaunchRecord, now: i64) -> Result<Session, StoreError> {
    let prints = Fingerprints::of(launch, now);
    if let Some(session) = insert_session(tx, launch, &prints, now).await? {
        return Ok(session);
    }
    record(tx, launch, &prints, now).await?;
    insert_session(tx, launch, &prints, now).await?.ok_or(StoreError::Dangling)
}

async fn insert_session(tx: &mut Tx, l: &LaunchRecord, prints: &Fingerprints, now: i64) -> Result<Option<Session>, StoreError> {
    optional!(
        tx,
        OPEN,
        &l.session_hash,
        &l.session_data,
        now,
        l.expires_at,
        &l.context.lms_id,
        &l.link.lms_id,
        &prints.link,
        &l.learner.sub,
        &prints.enrolment,
        &l.deployment_id
    )
}

async fn record(tx: &mut Tx, l: &LaunchRecord, prints: &Fingerprints, now: i64) -> Result<(), StoreError> {
    let (context, _) = record_person(tx, l, now).await?;
    let k = &l.link;
    let settings = if k.settings.is_empty() { "{}" } else { k.settings.as_str() };
    let id = ids::new_id();
    let kept: Option<(String,)> = optional!(
        tx,
        LINK,
        &id,
        &l.tenant_id,
        &context,
        &k.lms_id,
        &k.title,
        &k.target,
        k.lineitem.as_deref(),
        &k.ags_scopes,
        settings,
        &prints.link,
        now
    )?;
    // Met for the first time.
    if kept.is_some_and(|(kept,)| kept == id) {
        course_copy::carry_over(tx, &context, &id, now).await?;
    }
    Ok(())
}

/// Keeps the course and the person in it; gives their row ids.
pub(super) async fn record_person(tx: &mut Tx, l: &LaunchRecord, now: i64) -> Result<(String, String), StoreError> {
    let (c, u) = (&l.context, &l.learner);
    let id = ids::new_id();
    let context: Option<(String,)> = optional!(
        tx,
        CONTEXT,
        &id,
        &l.tenant_id,
        &l.registration_id,
        &l.deployment_id,
        &c.lms_id,
        &c.label,
        &c.title,
        c.lineitems_url.as_deref(),
        c.memberships_url.as_deref(),
        now
    )?;
    let (context,) = context.ok_or(StoreError::Dangling)?;
    // Only of a course we have just met: one that is in use is not asked about what it was copied from.
    if context == id && !c.history.is_empty() {
        course_copy::told_by_history(tx, &l.deployment_id, &l.tenant_id, &c.lms_id, &c.history, now).await?;
    }
    let learner: Option<(String,)> = optional!(
        tx,
        LEARNER,
        ids::new_id(),
        &l.tenant_id,
        &l.registration_id,
        &u.sub,
        u.name.as_deref(),
        u.given_name.as_deref(),
        u.family_name.as_deref(),
        u.email.as_deref(),
        u.locale.as_deref(),
        now
    )?;
    let (learner,) = learner.ok_or(StoreError::Dangling)?;
    let print = Fingerprints::of(l, now).enrolment;
    execute!(tx, ENROLMENT, &context, &learner, &l.tenant_id, &l.role, &l.roles, l.gradable, &print, now)?;
    Ok((context, learner))
}

//! What a good launch leaves behind: course, link, person, enrolment, session.
//!
//! The hot path. Nearly every launch brings nothing new, and then one statement does: the session is inserted *from* the rows that
//! carry the launch's fingerprints. Where they do not match (new, changed, erased meanwhile by whoever), nothing is inserted, the
//! rows are brought up to date, and the same statement runs again. No cache, so nothing to invalidate.

use super::{
    StoreError, Tx,
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
    /// SHA-256 of what the browser will hold.
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

sql! {
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
        created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '{}', $9, $10, $10) \
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

/// Keeps what the launch tells and opens its session.
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
    let (c, k, u) = (&l.context, &l.link, &l.learner);
    let context: Option<(String,)> = optional!(
        tx,
        CONTEXT,
        ids::new_id(),
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
    let _: Option<(String,)> = optional!(
        tx,
        LINK,
        ids::new_id(),
        &l.tenant_id,
        &context,
        &k.lms_id,
        &k.title,
        &k.target,
        k.lineitem.as_deref(),
        &k.ags_scopes,
        &prints.link,
        now
    )?;
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
    execute!(tx, ENROLMENT, &context, &learner, &l.tenant_id, &l.role, &l.roles, l.gradable, &prints.enrolment, now).map(drop)
}

/// What the launch says, condensed. With the day in it, so that `seen_at` and `updated_at` are never older than one.
struct Fingerprints {
    link: String,
    enrolment: String,
}

impl Fingerprints {
    fn of(l: &LaunchRecord, now: i64) -> Self {
        const DAY: i64 = 24 * 60 * 60 * 1000;
        let (c, k, u) = (&l.context, &l.link, &l.learner);
        let day = (now / DAY).to_string();
        let text = |o: &Option<String>| o.clone().unwrap_or_default();
        Self {
            link: digest(&[
                &day,
                &c.label,
                &c.title,
                &text(&c.lineitems_url),
                &text(&c.memberships_url),
                &k.title,
                &k.target,
                &text(&k.lineitem),
                &k.ags_scopes,
            ]),
            enrolment: digest(&[
                &day,
                &l.role,
                &l.roles,
                if l.gradable { "1" } else { "0" },
                &text(&u.name),
                &text(&u.given_name),
                &text(&u.family_name),
                &text(&u.email),
                &text(&u.locale),
            ]),
        }
    }
}

fn digest(parts: &[&str]) -> String {
    let mut bytes = Vec::with_capacity(512);
    for part in parts {
        bytes.extend_from_slice(part.as_bytes());
        bytes.push(0);
    }
    ids::sha256_hex(&bytes)[..32].to_owned()
}

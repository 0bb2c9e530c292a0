//! The platform's list of a course's members, held against the enrolments that launches made.
//!
//! A launch knows better than the list what a person may do here (Moodle lists non-editing teachers as learners), so the list never
//! changes the role of somebody who launched. Nobody's work is touched: who is gone is only marked.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    StoreError, Tx,
    context::Context,
    tx::{all, execute, optional, row, sql, text_enum},
};
use crate::ids;

text_enum! {
    /// What the platform's list says of a person.
    pub enum RosterStatus {
        /// No list was read yet, or it does not tell.
        Unknown = "unknown",
        /// In the course.
        Active = "active",
        /// In the course, and locked out for now.
        Inactive = "inactive",
        /// Not on the list.
        Gone = "gone",
    }
}

/// A person on the list.
#[derive(Clone, PartialEq, Eq)]
pub struct Listed {
    /// The platform's name for them: `sub` of their launches.
    pub sub: String,
    /// [`RosterStatus::Active`], `Inactive`, or `Gone` where the platform says so itself.
    pub status: RosterStatus,
    /// `learner`, `instructor` or `observer`.
    pub role: String,
    /// As they came, JSON list.
    pub roles: String,
    /// False for test students.
    pub gradable: bool,
    /// Full name.
    pub name: Option<String>,
    /// Given name.
    pub given_name: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// Address.
    pub email: Option<String>,
}

impl std::fmt::Debug for Listed {
    /// Without the name: this ends up in logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Listed({:?}, {})", self.status, self.role)
    }
}

/// What a list changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Merged {
    /// People met for the first time in this course.
    pub joined: usize,
    /// People whose name, role or status changed.
    pub changed: usize,
    /// People no longer on the list.
    pub gone: usize,
}

struct Known {
    learner_id: String,
    sub: String,
    name: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    email: Option<String>,
    role: String,
    gradable: bool,
    roster: RosterStatus,
    seen_at: i64,
}
row!(Known { learner_id, sub, name, given_name, family_name, email, role, gradable, roster, seen_at });

sql! {
    // True for one asker at a time: whoever is told waits until $3.
    ASK = "UPDATE context SET roster_asked_at = $2 WHERE id = $1 AND memberships_url IS NOT NULL \
        AND (roster_asked_at IS NULL OR roster_asked_at < $3)";
    READ = "UPDATE context SET roster_read_at = $2 WHERE id = $1";
    KNOWN = "SELECT u.id AS learner_id, u.sub AS sub, u.name AS name, u.given_name AS given_name, u.family_name AS family_name, \
        u.email AS email, e.role AS role, e.gradable AS gradable, e.roster AS roster, e.seen_at AS seen_at \
        FROM enrolment e JOIN learner u ON u.id = e.learner_id WHERE e.context_id = $1";
    // What the platform no longer tells stays, as with launches.
    LEARNER = "INSERT INTO learner (id, tenant_id, registration_id, sub, name, given_name, family_name, email, created_at, updated_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) \
        ON CONFLICT (registration_id, sub) DO UPDATE SET name = COALESCE(excluded.name, learner.name), \
        given_name = COALESCE(excluded.given_name, learner.given_name), family_name = COALESCE(excluded.family_name, learner.family_name), \
        email = COALESCE(excluded.email, learner.email), updated_at = excluded.updated_at RETURNING id";
    JOIN = "INSERT INTO enrolment (context_id, learner_id, tenant_id, role, roles, gradable, fingerprint, created_at, seen_at, roster) \
        VALUES ($1, $2, $3, $4, $5, $6, '', $7, 0, $8) ON CONFLICT (context_id, learner_id) DO UPDATE SET roster = excluded.roster";
    // Only who never launched takes a role from the list.
    CHANGE = "UPDATE enrolment SET roster = $3, role = CASE WHEN seen_at = 0 THEN $4 ELSE role END, \
        roles = CASE WHEN seen_at = 0 THEN $5 ELSE roles END, gradable = CASE WHEN seen_at = 0 THEN $6 ELSE gradable END \
        WHERE context_id = $1 AND learner_id = $2";
    MARK = "UPDATE enrolment SET roster = $3 WHERE context_id = $1 AND learner_id = $2";
}

/// Whether the list should be read now: its address is known and nobody asked since `before`. Then others are told to wait.
///
/// # Errors
/// When the database fails.
pub async fn ask(tx: &mut Tx, context_id: &str, now: i64, before: i64) -> Result<bool, StoreError> {
    Ok(execute!(tx, ASK, context_id, now, before)? > 0)
}

/// Holds a whole list against the course's enrolments. An empty list tells nothing and changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn merge(tx: &mut Tx, context: &Context, list: &[Listed], now: i64) -> Result<Merged, StoreError> {
    execute!(tx, READ, &context.id, now)?;
    let mut merged = Merged::default();
    if list.is_empty() {
        return Ok(merged);
    }
    let known: Vec<Known> = all!(tx, KNOWN, &context.id)?;
    let known: BTreeMap<&str, &Known> = known.iter().map(|k| (k.sub.as_str(), k)).collect();
    for listed in list {
        match known.get(listed.sub.as_str()) {
            None if listed.status == RosterStatus::Gone => {}
            None => {
                join(tx, context, listed, now).await?;
                merged.joined += 1;
            }
            Some(k) => merged.changed += usize::from(update(tx, context, k, listed, now).await?),
        }
    }
    let named: BTreeSet<&str> = list.iter().map(|l| l.sub.as_str()).collect();
    // Test students are on no list.
    for k in known.values().filter(|k| k.gradable && k.role == "learner" && k.roster != RosterStatus::Gone) {
        if !named.contains(k.sub.as_str()) {
            execute!(tx, MARK, &context.id, &k.learner_id, RosterStatus::Gone)?;
            merged.gone += 1;
        }
    }
    Ok(merged)
}

async fn keep_person(tx: &mut Tx, context: &Context, l: &Listed, now: i64) -> Result<String, StoreError> {
    let row: Option<(String,)> = optional!(
        tx,
        LEARNER,
        ids::new_id(),
        &context.tenant_id,
        &context.registration_id,
        &l.sub,
        l.name.as_deref(),
        l.given_name.as_deref(),
        l.family_name.as_deref(),
        l.email.as_deref(),
        now
    )?;
    Ok(row.ok_or(StoreError::Dangling)?.0)
}

async fn join(tx: &mut Tx, context: &Context, l: &Listed, now: i64) -> Result<(), StoreError> {
    let learner = keep_person(tx, context, l, now).await?;
    execute!(tx, JOIN, &context.id, &learner, &context.tenant_id, &l.role, &l.roles, l.gradable, now, l.status).map(drop)
}

/// Whether anything changed.
async fn update(tx: &mut Tx, context: &Context, k: &Known, l: &Listed, now: i64) -> Result<bool, StoreError> {
    let news = |told: &Option<String>, kept: &Option<String>| told.is_some() && told != kept;
    let person =
        news(&l.name, &k.name) || news(&l.given_name, &k.given_name) || news(&l.family_name, &k.family_name) || news(&l.email, &k.email);
    let place = l.status != k.roster || (k.seen_at == 0 && (l.role != k.role || l.gradable != k.gradable));
    if person {
        keep_person(tx, context, l, now).await?;
    }
    if place {
        execute!(tx, CHANGE, &context.id, &k.learner_id, l.status, &l.role, &l.roles, l.gradable)?;
    }
    Ok(person || place)
}

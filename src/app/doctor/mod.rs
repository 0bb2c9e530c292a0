//! The connection doctor: looks at everything between a platform and us, and tells what is wrong, who can end it, and where.
//!
//! It calls by the same services as launches and grades, so that what it finds is what they meet; `lti::doctor` judges. It writes
//! nothing, here or there, but a test column where that was asked for ([`courses`]), which the audit notes.

mod courses;
mod ourselves;
mod tokens;
mod trouble;

use std::sync::Arc;

use super::{
    App, AppError, Site,
    admin_sign_in::AdminVisit,
    audit::{self, By},
    deliver_scores::platform_of,
    key_proofs, platforms, tool_keys,
};
use crate::{
    clock::Clock,
    lti::{
        doctor::{self, Cause, Check, Finding, LaunchSeen, Trouble},
        jose::SigningKey,
        platform::{self, PlatformProfile},
        seal::MasterKey,
        v1p1,
    },
    services::{
        ags::Ags,
        http::{Client, Notes, Request},
        nrps::Nrps,
        tokens::{Platform, Tokens},
    },
    store::{
        Store, StoreError, Tx,
        context::{self, Context},
        overview::{self, Glance},
        registration::{self, DeploymentStatus, Registration, RegistrationStatus},
    },
};

/// Launches of the log that are looked at.
const LAUNCHES: i64 = 50;
/// Courses that are offered to choose from.
const COURSES_OFFERED: i64 = 200;

/// What to look at.
#[derive(Debug, Clone, Default)]
pub struct Order {
    /// Only this course: the platform's id, its label or its title.
    pub course: Option<String>,
    /// Also make a test column in each course, and remove it.
    pub test_column: bool,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Report {
    /// Whose.
    pub registration: Registration,
    /// In the order of [`Check`].
    pub findings: Vec<Finding>,
    /// Our public address.
    pub tool: String,
    /// When.
    pub at: i64,
}

impl Report {
    /// What a forwarded text names.
    #[must_use]
    pub fn here(&self) -> doctor::Here<'_> {
        let r = &self.registration;
        doctor::Here { platform: &r.name, family: &r.family, client_id: &r.client_id, tool: &self.tool }
    }
}

/// The doctor. Cheap to clone.
#[derive(Clone)]
pub struct Doctor {
    store: Store,
    clock: Clock,
    http: Client,
    master: MasterKey,
    site: Site,
}

/// One visit: nothing that earlier ones heard is believed, so tokens are new and keys are fetched.
struct Visit<'a> {
    doctor: &'a Doctor,
    registration: &'a Registration,
    profile: &'static PlatformProfile,
    http: Client,
    notes: Notes,
    tokens: Tokens,
    findings: Vec<Finding>,
}

impl Doctor {
    /// Over these; `site` is where the world reaches us.
    #[must_use]
    pub fn new(store: Store, clock: Clock, http: Client, master: MasterKey, site: Site) -> Doctor {
        Doctor { store, clock, http, master, site }
    }

    /// Looks at everything, to the end even if whoever asked goes away: a test column must go too.
    ///
    /// # Errors
    /// When the database fails, there is no course of that name, or a test column was asked for in no particular one.
    pub async fn visit(self, by: By, registration: Registration, order: Order) -> Result<Report, AppError> {
        let look = tokio::spawn(async move { self.examine(&by, &registration, &order).await });
        look.await.map_err(|_| AppError::Interrupted)?
    }

    async fn examine(&self, by: &By, registration: &Registration, order: &Order) -> Result<Report, AppError> {
        if order.test_column && order.course.is_none() {
            return Err(AppError::Invalid("a test column is made in one course, and none is named".to_owned()));
        }
        let notes = Notes::new(Arc::clone(&self.clock));
        let http = self.http.noting(&notes);
        let witness = key_proofs::witness(self.store.clone(), Arc::clone(&self.clock));
        let tokens = Tokens::new(http.clone(), Arc::clone(&self.clock)).heard_by(witness);
        let profile = platform::by_key(&registration.family);
        let mut visit = Visit { doctor: self, registration, profile, http, notes, tokens, findings: Vec::new() };
        let courses = visit.courses(order).await?;
        if let (true, Some(course)) = (order.test_column, &order.course) {
            let entry = by.did("test column made", &format!("{}, course {course}", audit::platform(registration)), visit.now());
            audit::record(&self.store, async move |_: &mut Tx| Ok::<_, StoreError>(((), Some(entry.clone())))).await?;
        }
        let key = visit.ourselves().await?;
        visit.registered().await?;
        if registration.issuer == v1p1::ISSUER {
            visit.push(Finding::of(Check::Token, Cause::V1p1, ""));
        } else {
            visit.keys().await;
            match &key {
                Some(key) => visit.services(key, &courses, order).await,
                None => visit.push(Finding::of(Check::Token, Cause::NeedsToken, "")),
            }
            visit.heard();
        }
        let mut findings = visit.findings;
        findings.sort_by_key(|f| f.check);
        Ok(Report { registration: registration.clone(), findings, tool: self.site.url("/"), at: (self.clock)().as_millisecond() })
    }
}

impl Visit<'_> {
    fn now(&self) -> i64 {
        (self.doctor.clock)().as_millisecond()
    }

    fn push(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    fn platform<'k>(&'k self, key: &'k SigningKey) -> Platform<'k> {
        platform_of(self.registration, key)
    }

    fn ags(&self) -> Ags {
        Ags::new(self.http.clone(), self.tokens.clone())
    }

    fn nrps(&self) -> Nrps {
        Nrps::new(self.http.clone(), self.tokens.clone())
    }

    /// What the database knows: approval, launches, grades.
    async fn registered(&mut self) -> Result<(), StoreError> {
        let r = self.registration;
        let mut tx = self.doctor.store.read().await?;
        let deployments = registration::deployments(&mut tx, &r.id).await?;
        let waiting = deployments.iter().filter(|d| d.status == DeploymentStatus::Waiting).count();
        let launches = overview::launches(&mut tx, &r.tenant_id, &r.issuer, &r.client_id, LAUNCHES).await?;
        let glance = glance(&mut tx, r).await?;
        drop(tx);
        let (pending, disabled) = (r.status == RegistrationStatus::Pending, r.status == RegistrationStatus::Disabled);
        self.push(doctor::registration(pending, disabled, waiting));
        let seen: Vec<LaunchSeen> = launches.into_iter().map(|l| LaunchSeen { ok: l.ok, code: l.code }).collect();
        self.push(doctor::launches(&seen));
        let count = |n: i64| usize::try_from(n).unwrap_or_default();
        if let Some(glance) = glance {
            self.push(doctor::parked(count(glance.grades_parked), count(glance.grades_waiting)));
        }
        Ok(())
    }

    /// The platform's keys, fetched anew.
    async fn keys(&mut self) {
        let seen = self.key_set(&self.registration.jwks_url).await;
        self.push(doctor::platform_keys(&seen));
    }

    async fn key_set(&self, address: &str) -> Result<(usize, Vec<String>), Trouble> {
        let url = url::Url::parse(address).map_err(|_| Trouble::Refused(format!("`{address}` is not a web address")))?;
        let answer = self.http.send(Request::get(&url)).await.map_err(|e| trouble::of_http(&e))?;
        if !answer.is_success() {
            return Err(trouble::of_answer(&answer));
        }
        doctor::keys_of(&answer.body).map_err(Trouble::Unreadable)
    }

    /// What the answers said beside the point.
    fn heard(&mut self) {
        if let Some(ahead) = self.notes.ahead() {
            self.push(doctor::clock(ahead));
        }
        if let Some(remaining) = self.notes.remaining() {
            self.push(doctor::budget(remaining));
        }
    }
}

impl App {
    /// Has the doctor look at a platform.
    ///
    /// # Errors
    /// When there is none, or as [`Doctor::visit`].
    pub async fn examine(&self, admin: &AdminVisit, id: &str, order: Order) -> Result<Report, AppError> {
        let registration = platforms::own(&mut self.store.read().await?, admin, id).await?;
        let doctor = Doctor::new(self.store.clone(), Arc::clone(&self.clock), self.http.clone(), self.master.clone(), self.site.clone());
        doctor.visit(admin.by(), registration, order).await
    }

    /// A platform, and the courses that its launches named, the latest first.
    ///
    /// # Errors
    /// When there is none.
    pub async fn courses_of(&self, admin: &AdminVisit, id: &str) -> Result<(Registration, Vec<Context>), AppError> {
        let mut tx = self.store.read().await?;
        let registration = platforms::own(&mut tx, admin, id).await?;
        let courses = context::list(&mut tx, id, COURSES_OFFERED).await?;
        Ok((registration, courses))
    }
}

async fn glance(tx: &mut Tx, r: &Registration) -> Result<Option<Glance>, StoreError> {
    Ok(overview::glances(tx, &r.tenant_id).await?.into_iter().find(|g| g.id == r.id))
}

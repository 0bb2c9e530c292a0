//! The administrator's platforms: all at a glance, one in full, and what can be done to one.

use super::{
    App, AppError,
    add_platform::{PlatformForm, Product},
    admin_sign_in::AdminVisit,
    audit, platform_changes,
    register_platform::{Difference, Proposal},
};
use crate::lti::v1p1::ISSUER;
use crate::store::{
    Tx,
    launch_log::LaunchLog,
    overview::{self, Glance},
    registration::{self, Belongings, Deployment, DeploymentPolicy, DeploymentStatus, Registration, RegistrationStatus},
    registration_origin::{self, Origin},
};

/// Most lines of the launch log shown.
const LINES: i64 = 50;

/// Everything at a glance.
#[derive(Debug)]
pub struct AdminHome {
    /// Registrations, oldest first.
    pub platforms: Vec<Glance>,
    /// How many things wait for a decision: platforms, deployments, changes.
    pub waiting: usize,
    /// The latest refused launches, of platforms known or not.
    pub refused: Vec<LaunchLog>,
    /// What is known under the reference that was asked for.
    pub found: Option<Vec<LaunchLog>>,
}

/// One registration in full.
#[derive(Debug)]
pub struct PlatformView {
    /// As registered.
    pub registration: Registration,
    /// Installations of us there.
    pub deployments: Vec<Deployment>,
    /// The latest launches, good and bad.
    pub launches: Vec<LaunchLog>,
    /// What removing it would take along.
    pub belongings: Belongings,
    /// Its line in the list.
    pub glance: Option<Glance>,
    /// What it said of itself, if it registered by itself.
    pub origin: Option<Origin>,
    /// What would change: it registered again and waits for the administrator.
    pub changes: Vec<Difference>,
    /// Others of the same issuer, whose place it could take.
    pub others: Vec<Registration>,
}

/// What can be done to a registration.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Accept its launches, and every deployment that waits.
    Approve,
    /// Refuse its launches; everything stays.
    SwitchOff,
    /// Let one deployment in.
    ApproveDeployment(String),
    /// Turn one deployment down.
    BlockDeployment(String),
    /// Take over what the platform said when it registered again.
    ApplyChange,
    /// Turn that down.
    DropChange,
    /// Put this registration in the place of an older one of the same issuer, whose learners keep their work.
    TakePlaceOf(String),
    /// Register the same client id for the other environments of hosted Canvas.
    AddSiblings,
    /// What happens to deployments we have not met.
    SetPolicy(DeploymentPolicy),
    /// Whether launches without a user id are accepted.
    SetAnonymous(bool),
}

impl App {
    /// All platforms, and what is known under `reference` if one was asked for.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn admin_home(&self, admin: &AdminVisit, reference: Option<&str>) -> Result<AdminHome, AppError> {
        let tenant = &admin.account.tenant_id;
        let mut tx = self.store.read().await?;
        let found = match reference.map(|r| r.trim().to_uppercase()).filter(|r| !r.is_empty()) {
            Some(reference) => Some(overview::by_reference(&mut tx, tenant, &reference).await?),
            None => None,
        };
        let platforms = overview::glances(&mut tx, tenant).await?;
        let pending = platforms.iter().filter(|p| p.status == RegistrationStatus::Pending).count();
        let changes = registration_origin::all_proposed(&mut tx, tenant).await?.len();
        let waiting = pending + changes + overview::waiting_deployments(&mut tx, tenant).await?.len();
        Ok(AdminHome { platforms, found, waiting, refused: overview::refused(&mut tx, tenant, 10).await? })
    }

    /// One platform in full.
    ///
    /// # Errors
    /// When there is none, or it is another tenant's.
    pub async fn platform(&self, admin: &AdminVisit, id: &str) -> Result<PlatformView, AppError> {
        let mut tx = self.store.read().await?;
        let r = own(&mut tx, admin, id).await?;
        let deployments = registration::deployments(&mut tx, &r.id).await?;
        let origin = registration_origin::find(&mut tx, &r.id).await?;
        let changes = match registration_origin::proposed(&mut tx, &r.id).await? {
            Some(change) => Proposal::read(&change.body)?.differences(&r, &deployments, origin.as_ref()),
            None => Vec::new(),
        };
        let others = platform_changes::older(&mut tx, &r).await?;
        Ok(PlatformView {
            deployments,
            origin,
            changes,
            others,
            launches: overview::launches(&mut tx, &r.tenant_id, &r.issuer, &r.client_id, LINES).await?,
            belongings: registration::belongings(&mut tx, &r.id).await?,
            glance: overview::glances(&mut tx, &r.tenant_id).await?.into_iter().find(|g| g.id == r.id),
            registration: r,
        })
    }

    /// Does `act` to a platform. Gives the registration to look at afterwards.
    ///
    /// # Errors
    /// When there is none, it is another tenant's, or it has no such deployment or change.
    pub async fn act_on_platform(&self, admin: &AdminVisit, id: &str, act: Act) -> Result<String, AppError> {
        let (who, id, now) = (admin.clone(), id.to_owned(), self.now());
        let stays = audit::record(&self.store, async move |tx: &mut Tx| {
            let r = own(tx, &who, &id).await?;
            if act.changes_nothing(&r) {
                return Ok((r.id, None));
            }
            let done = carry_out(tx, &r, &act, now).await?;
            let on = format!("{}{}", audit::platform(&r), done.more);
            Ok::<_, AppError>((done.stays.unwrap_or(r.id), Some(who.by().did(act.name(), &on, now))))
        })
        .await?;
        self.remembered.forget();
        Ok(stays)
    }

    /// Changes name and addresses. Issuer and client id stay: they are what the platform is known by.
    ///
    /// # Errors
    /// When there is none or it is another tenant's. `Ok(Err(..))` names fields that will not do.
    pub async fn change_platform(
        &self,
        admin: &AdminVisit,
        id: &str,
        form: &PlatformForm,
    ) -> Result<Result<(), Vec<(&'static str, String)>>, AppError> {
        let (who, id, now, form) = (admin.clone(), id.to_owned(), self.now(), form.clone());
        let changed = audit::record(&self.store, async move |tx: &mut Tx| {
            let old = own(tx, &who, &id).await?;
            let row = match changed(old, &form, now) {
                Ok(row) => row,
                Err(problems) => return Ok::<_, AppError>((Err(problems), None)),
            };
            registration::update(tx, &row).await?;
            Ok((Ok(()), Some(who.by().did("name or addresses of a platform changed", &audit::platform(&row), now))))
        })
        .await?;
        self.remembered.forget();
        Ok(changed)
    }

    /// Erases a platform with everything that came through it, if `typed` is its name. Gives whether it was.
    ///
    /// # Errors
    /// When there is none or it is another tenant's.
    pub async fn remove_platform(&self, admin: &AdminVisit, id: &str, typed: &str) -> Result<bool, AppError> {
        let (who, id, typed, now) = (admin.clone(), id.to_owned(), typed.trim().to_owned(), self.now());
        let removed = audit::record(&self.store, async move |tx: &mut Tx| {
            let r = own(tx, &who, &id).await?;
            if typed != r.name.trim() {
                return Ok::<_, AppError>((false, None));
            }
            registration::remove(tx, &r.id).await?;
            Ok((true, Some(who.by().did("platform removed", &audit::platform(&r), now))))
        })
        .await?;
        self.remembered.forget();
        Ok(removed)
    }
}

impl Act {
    fn name(&self) -> &'static str {
        match self {
            Self::Approve => "platform approved",
            Self::SwitchOff => "platform switched off",
            Self::ApproveDeployment(_) => "deployment approved",
            Self::BlockDeployment(_) => "deployment blocked",
            Self::SetPolicy(DeploymentPolicy::Accept) => "every deployment accepted from now on",
            Self::SetPolicy(DeploymentPolicy::Pin) => "new deployments wait from now on",
            Self::SetAnonymous(true) => "anonymous launches accepted from now on",
            Self::SetAnonymous(false) => "anonymous launches refused from now on",
            Self::ApplyChange => "change of a platform applied",
            Self::DropChange => "change of a platform turned down",
            Self::TakePlaceOf(_) => "platform put in an older one's place",
            Self::AddSiblings => "other Canvas environments added",
        }
    }

    /// One form sets both policies; only what differs is done.
    fn changes_nothing(&self, r: &Registration) -> bool {
        match self {
            Self::SetPolicy(policy) => *policy == r.deployment_policy,
            Self::SetAnonymous(anonymous) => *anonymous == r.anonymous,
            _ => false,
        }
    }
}

/// What an act came to.
#[derive(Default)]
struct Done {
    /// The registration that stays, where it is not the one it was done to.
    stays: Option<String>,
    /// What else it was done to, for the audit.
    more: String,
}

pub(super) async fn own(tx: &mut Tx, admin: &AdminVisit, id: &str) -> Result<Registration, AppError> {
    registration::find(tx, id).await?.filter(|r| r.tenant_id == admin.account.tenant_id).ok_or(AppError::NotFound)
}

/// A platform with the name and addresses of a form.
fn changed(old: Registration, form: &PlatformForm, now: i64) -> Result<Registration, Vec<(&'static str, String)>> {
    if old.issuer == ISSUER {
        let name = if form.name.is_empty() { old.name } else { form.name.chars().take(100).collect() };
        return Ok(Registration { name, updated_at: now, ..old });
    }
    let whole = PlatformForm { issuer: old.issuer.clone(), client_id: old.client_id.clone(), ..form.clone() };
    let (new, _) = whole.check(Product::Other, &old.tenant_id, now)?;
    Ok(Registration { name: new.name, auth_url: new.auth_url, token_url: new.token_url, jwks_url: new.jwks_url, updated_at: now, ..old })
}

async fn carry_out(tx: &mut Tx, r: &Registration, act: &Act, now: i64) -> Result<Done, AppError> {
    let mut done = Done::default();
    match act {
        Act::Approve => {
            registration::set_status(tx, &r.id, RegistrationStatus::Active, now).await?;
            for d in registration::deployments(tx, &r.id).await?.iter().filter(|d| d.status == DeploymentStatus::Waiting) {
                registration::approve_deployment(tx, &d.id).await?;
            }
        }
        Act::SwitchOff => drop(registration::set_status(tx, &r.id, RegistrationStatus::Disabled, now).await?),
        Act::ApproveDeployment(id) => {
            done.more = its_deployment(tx, r, id).await?;
            registration::approve_deployment(tx, id).await?;
        }
        Act::BlockDeployment(id) => {
            done.more = its_deployment(tx, r, id).await?;
            registration::block_deployment(tx, id).await?;
        }
        Act::SetPolicy(policy) => {
            registration::update(tx, &Registration { deployment_policy: *policy, updated_at: now, ..r.clone() }).await?;
        }
        Act::SetAnonymous(anonymous) => {
            registration::update(tx, &Registration { anonymous: *anonymous, updated_at: now, ..r.clone() }).await?;
        }
        Act::ApplyChange => platform_changes::apply(tx, r, now).await?,
        Act::DropChange => drop(registration_origin::drop_proposed(tx, &r.id).await?),
        Act::TakePlaceOf(old) => done.stays = Some(platform_changes::take_place(tx, r, old, now).await?),
        Act::AddSiblings => platform_changes::add_siblings(tx, r, now).await?,
    }
    Ok(done)
}

/// Looks that the deployment is this platform's; gives how the audit calls it.
async fn its_deployment(tx: &mut Tx, r: &Registration, id: &str) -> Result<String, AppError> {
    let all = registration::deployments(tx, &r.id).await?;
    all.iter().find(|d| d.id == id).map(|d| format!(", deployment {}", d.lms_id)).ok_or(AppError::NotFound)
}

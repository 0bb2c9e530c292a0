//! What waits for an administrator, of all platforms.

use super::{
    App, AppError,
    admin_sign_in::AdminVisit,
    register_platform::{Difference, Proposal},
};
use crate::store::{
    overview::{self, WaitingDeployment},
    registration::{self, Registration, RegistrationStatus},
    registration_origin::{self, Origin},
};

/// The queue.
#[derive(Debug, Default)]
pub struct Waiting {
    /// Registrations that wait for approval, with what they said of themselves.
    pub platforms: Vec<(Registration, Option<Origin>)>,
    /// Registrations whose platform came again, with what would change.
    pub changes: Vec<(Registration, Vec<Difference>)>,
    /// Deployments nobody has let in yet.
    pub deployments: Vec<WaitingDeployment>,
}

impl App {
    /// Everything that waits for this administrator, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn waiting(&self, admin: &AdminVisit) -> Result<Waiting, AppError> {
        let tenant = &admin.account.tenant_id;
        let mut tx = self.store.read().await?;
        let mut waiting = Waiting { deployments: overview::waiting_deployments(&mut tx, tenant).await?, ..Waiting::default() };
        for r in registration::list(&mut tx, tenant).await?.into_iter().filter(|r| r.status == RegistrationStatus::Pending) {
            let origin = registration_origin::find(&mut tx, &r.id).await?;
            waiting.platforms.push((r, origin));
        }
        for change in registration_origin::all_proposed(&mut tx, tenant).await? {
            let Some(r) = registration::find(&mut tx, &change.registration_id).await? else { continue };
            let deployments = registration::deployments(&mut tx, &r.id).await?;
            let before = registration_origin::find(&mut tx, &r.id).await?;
            let differences = Proposal::read(&change.body)?.differences(&r, &deployments, before.as_ref());
            waiting.changes.push((r, differences));
        }
        Ok(waiting)
    }
}

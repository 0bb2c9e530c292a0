//! Who somebody was when the site still spoke LTI 1.1, by the migration claim: believed only if a consumer key of ours signed it.

use super::{App, launch_record::nameless_course, v1p1_keys};
use crate::{
    lti::{Launch, v1p1},
    store::{
        registration::{self, Registration},
        v1p1_move::Former,
    },
};

impl App {
    /// None without a claim, and with one that proves nothing: Canvas signs with another nonce than it sends. A claim never fails a
    /// launch. None for nobody and for staff who act as somebody: the work is that person's.
    pub(super) async fn former(&self, launch: &Launch, registration: &Registration) -> Option<Former> {
        let claim = launch.migration.as_ref().filter(|_| launch.sub.is_some() && launch.masquerader().is_none())?;
        match self.secret_of(&claim.consumer_key, &registration.tenant_id).await {
            Ok(Some((registration_id, secret))) if claim.is_signed_with(&secret) => {
                let link = claim.resource_link_id.clone().or_else(|| launch.resource_link.as_ref().map(|l| l.id.clone()))?;
                let course = claim.context_id.clone().or_else(|| launch.context.as_ref().map(|c| c.id.clone()));
                Some(Former {
                    registration_id,
                    user_id: claim.user_id.clone().or_else(|| launch.sub.clone())?,
                    context_id: course.unwrap_or_else(|| nameless_course(&link)),
                    resource_link_id: link,
                })
            }
            Ok(known) => {
                tracing::info!(code = "migration_unproved", known = known.is_some(), "a claim of earlier LTI 1.1 work proves nothing");
                None
            }
            Err(error) => {
                tracing::warn!(code = "migration_unproved", %error, "a claim of earlier LTI 1.1 work could not be checked");
                None
            }
        }
    }

    /// The key's registration and secret, if it is of the same tenant.
    async fn secret_of(&self, key: &str, tenant_id: &str) -> Result<Option<(String, String)>, v1p1_keys::SecretError> {
        let mut tx = self.store.read().await?;
        let found = registration::by_client(&mut tx, v1p1::ISSUER, key).await?.filter(|r| r.tenant_id == tenant_id);
        let Some(found) = found else { return Ok(None) };
        Ok(v1p1_keys::secret(&mut tx, &self.master, &found.id).await?.map(|secret| (found.id, secret)))
    }
}

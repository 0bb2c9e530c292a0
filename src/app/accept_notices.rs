//! Notices: what a platform posts by itself, each signed, each acted upon once. No browser, no login and no session is part of it.

use super::{
    App,
    begin_login::open_for_business,
    refusal::{Asking, Reason, Refused},
};
use crate::{
    lti::{
        LaunchError,
        id_token::Unverified,
        notice::{self, Expected, News, Notice},
    },
    store::{
        Durability, StoreError, Tx, course_copy, notice as notices,
        registration::{self, DeploymentStatus, Registration},
    },
};

/// Milliseconds a notice's id is remembered; its signature is good for minutes.
const REMEMBERED: i64 = 30 * 24 * 60 * 60_000;

impl App {
    /// Takes a platform's notices. Each stands for itself: those that are good count, whatever else came along.
    ///
    /// # Errors
    /// The first that was refused.
    pub async fn accept_notices(&self, tokens: &[&str]) -> Result<(), Box<Refused>> {
        let mut refused = Ok(());
        for token in tokens {
            let mut asking = Asking { stage: "notice", ..Asking::default() };
            if let Err(why) = self.accept_notice(token, &mut asking).await {
                refused = refused.and(Err(asking.refused(why)));
            }
        }
        refused
    }

    async fn accept_notice(&self, token: &str, asking: &mut Asking) -> Result<(), Reason> {
        let token = Unverified::peek(token).map_err(LaunchError::from)?;
        asking.named(token.issuer().unwrap_or_default(), token.audiences().first().copied().unwrap_or_default());
        let registration = self.sender(&token).await?;
        asking.tenant_id = Some(registration.tenant_id.clone());
        open_for_business(&registration)?;
        let keys = self.key_sets.holding(&registration.jwks_url, token.kid()).await.map_err(|e| Reason::Keys(e.into()))?;
        let verified = token.verify(&keys).map_err(LaunchError::from)?;
        let expected = Expected { issuer: &registration.issuer, client_id: &registration.client_id, now: (self.clock)() };
        let notice = notice::notice(&verified, &expected)?;
        let (id, now) = (notice.deployment_id.clone(), self.now());
        let op = async move |tx: &mut Tx| act(tx, &registration, &notice, now).await;
        if self.store.write(Durability::Full, op).await? { Ok(()) } else { Err(Reason::NoSuchDeployment(id)) }
    }

    /// The registration a notice says it is for.
    async fn sender(&self, token: &Unverified<'_>) -> Result<Registration, Reason> {
        let key = |text: &&str| !text.contains('\0');
        let issuer = token.issuer().filter(key).ok_or(Reason::UnknownPlatform)?;
        let mut tx = self.store.read().await?;
        for client_id in token.audiences().into_iter().filter(key).take(4) {
            if let Some(found) = registration::by_client(&mut tx, issuer, client_id).await? {
                return Ok(found);
            }
        }
        Err(Reason::UnknownPlatform)
    }
}

/// Does what the notice asks for, unless it came before. False where the deployment is none of ours: only launches make one known.
async fn act(tx: &mut Tx, registration: &Registration, notice: &Notice, now: i64) -> Result<bool, StoreError> {
    let known = registration::deployment(tx, &registration.id, &notice.deployment_id).await?;
    let Some(deployment) = known.filter(|d| d.status == DeploymentStatus::Active) else { return Ok(false) };
    if !notices::keep(tx, &registration.id, &registration.tenant_id, &notice.id, now + REMEMBERED).await? {
        return Ok(true);
    }
    if let News::Copied { context, origins } = &notice.news {
        course_copy::told_by_notice(tx, &deployment.id, &registration.tenant_id, context, origins, now).await?;
    }
    Ok(true)
}

//! What becomes of a registration when its platform comes again: values change in place, one takes another's place, or the same key
//! serves further environments. Learners' work hangs on the registration's row, so that row stays.

use url::Url;

use super::{AppError, register_platform::Proposal};
use crate::{
    ids,
    lti::{canvas, v1p1},
    store::{
        Tx,
        registration::{self, Registration, RegistrationStatus},
        registration_origin::{self, Origin},
    },
};

/// Applies what the platform said when it registered again.
pub(super) async fn apply(tx: &mut Tx, r: &Registration, now: i64) -> Result<(), AppError> {
    let change = registration_origin::proposed(tx, &r.id).await?.ok_or(AppError::NotFound)?;
    Proposal::read(&change.body)?.apply(tx, r, now).await
}

/// Registrations whose place `r` could take while it waits: of the same LMS. Many schools share hosted Canvas's name, and every LTI 1.1
/// platform has the same one, so the name alone says nothing there.
pub(super) async fn older(tx: &mut Tx, r: &Registration) -> Result<Vec<Registration>, AppError> {
    let mut found = Vec::new();
    if r.status != RegistrationStatus::Pending || r.issuer == v1p1::ISSUER {
        return Ok(found);
    }
    let shared = canvas::SITES.iter().any(|(_, _, issuer, _)| *issuer == r.issuer);
    let guid = registration_origin::find(tx, &r.id).await?.and_then(|o| o.guid);
    for other in registration::by_issuer(tx, &r.issuer).await?.into_iter().filter(|o| o.id != r.id && o.tenant_id == r.tenant_id) {
        let same = !shared || (guid.is_some() && registration_origin::find(tx, &other.id).await?.and_then(|o| o.guid) == guid);
        if same {
            found.push(other);
        }
    }
    Ok(found)
}

/// The platform was registered anew under another client id, and the old one is no more there: `new` takes the place of the
/// registration `old_id` of the same issuer. Gives the one that stays.
pub(super) async fn take_place(tx: &mut Tx, new: &Registration, old_id: &str, now: i64) -> Result<String, AppError> {
    let old = older(tx, new).await?.into_iter().find(|o| o.id == old_id).ok_or(AppError::NotFound)?;
    if registration::belongings(tx, &new.id).await?.learners > 0 {
        return Err(AppError::NotFound);
    }
    let origin = registration_origin::find(tx, &new.id).await?;
    let deployments: Vec<String> = registration::deployments(tx, &new.id).await?.into_iter().map(|d| d.lms_id).collect();
    registration::remove(tx, &new.id).await?;
    registration::rename_client(tx, &old.id, &new.client_id, now).await?;
    let row = Registration {
        family: new.family.clone(),
        auth_url: new.auth_url.clone(),
        token_url: new.token_url.clone(),
        token_audience: new.token_audience.clone(),
        jwks_url: new.jwks_url.clone(),
        status: RegistrationStatus::Active,
        updated_at: now,
        ..old.clone()
    };
    registration::update(tx, &row).await?;
    let before = registration::deployments(tx, &old.id).await?;
    match (before.as_slice(), deployments.as_slice()) {
        // One before, one now: it is the same one under another name, and the courses in it stay.
        ([one], [renamed]) => drop(registration::rename_deployment(tx, &one.id, renamed).await?),
        _ => {
            for deployment in &deployments {
                registration::pin_deployment(tx, &old.id, deployment, now).await?;
            }
        }
    }
    if let Some(origin) = origin {
        registration_origin::set(tx, &Origin { registration_id: old.id.clone(), ..origin }).await?;
    }
    registration_origin::drop_proposed(tx, &old.id).await?;
    Ok(old.id)
}

/// Beta and test of hosted Canvas are copies of production: the same client id, another issuer. Those that are not here are added.
pub(super) async fn add_siblings(tx: &mut Tx, r: &Registration, now: i64) -> Result<(), AppError> {
    if !has_siblings(r) {
        return Err(AppError::NotFound);
    }
    for (_, title, issuer, host) in canvas::SITES {
        if registration::by_client(tx, issuer, &r.client_id).await?.is_some() {
            continue;
        }
        let [auth_url, token_url, jwks_url] = canvas::endpoints(host);
        let row = Registration {
            id: ids::new_id(),
            name: format!("{} ({})", r.name, title.to_lowercase()),
            issuer: issuer.to_owned(),
            auth_url,
            token_url,
            jwks_url,
            embedders: "[]".to_owned(),
            created_at: now,
            updated_at: now,
            ..r.clone()
        };
        registration::insert(tx, &row).await?;
    }
    Ok(())
}

/// Whether it is one of hosted Canvas's environments: not every Canvas that calls itself so is.
#[must_use]
pub fn has_siblings(r: &Registration) -> bool {
    Url::parse(&r.auth_url).is_ok_and(|url| canvas::hosts(&r.issuer, &url))
}

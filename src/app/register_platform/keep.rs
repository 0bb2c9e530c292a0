//! What the platform answered is kept: a new registration, or what would change in one that is there.

use super::{Became, Joined, Offer, RegisterFault, change::Proposal};
use crate::{
    app::{
        App,
        audit::{self, By},
    },
    lti::{
        platform,
        registration::{PlatformConfiguration, Registered},
    },
    store::{
        StoreError, Tx,
        registration::{self, DeploymentPolicy, Registration, RegistrationStatus},
        registration_link,
        registration_origin::{self, Change, Origin},
    },
};

/// What the transaction says.
enum Kept {
    Joined(Box<Registration>, Became),
    Taken,
}

impl App {
    pub(super) async fn keep(&self, offer: Offer, registered: Registered) -> Result<Joined, RegisterFault> {
        let now = self.now();
        let row = row(&offer, &registered, now);
        let origin = origin(&offer, &registered, &row, now);
        let (link, deployment) = (offer.link.id.clone(), registered.deployment_id.clone());
        let by = By { tenant_id: offer.link.tenant_id.clone(), name: offer.link.made_by.clone() };
        let kept = audit::record(&self.store, async move |tx: &mut Tx| {
            let kept = keep(tx, &link, &row, &origin, deployment.as_deref(), now).await?;
            let entry = match &kept {
                Kept::Taken => None,
                Kept::Joined(r, became) => Some(by.did(act(*became), &audit::platform(r), now)),
            };
            Ok((kept, entry))
        })
        .await
        .map_err(|source: StoreError| RegisterFault::NotKept { client_id: registered.client_id.clone(), source })?;
        match kept {
            Kept::Taken => Err(RegisterFault::Taken(registered.client_id)),
            Kept::Joined(registration, became) => Ok(Joined { registration: *registration, deployment: registered.deployment_id, became }),
        }
    }
}

/// What was done by the link that an administrator made.
fn act(became: Became) -> &'static str {
    match became {
        Became::Active => "platform registered by their link, and may launch",
        Became::Waits => "platform registered by their link, and waits for approval",
        Became::ChangeWaits => "platform registered again by their link, and its change waits",
        Became::Unchanged => "platform registered again by their link, unchanged",
    }
}

async fn keep(
    tx: &mut Tx,
    link: &str,
    row: &Registration,
    origin: &Origin,
    deployment: Option<&str>,
    now: i64,
) -> Result<Kept, StoreError> {
    let known = registration::by_client(tx, &row.issuer, &row.client_id).await?;
    let (registration, became) = match known {
        None => {
            registration::insert(tx, row).await?;
            registration_origin::set(tx, origin).await?;
            if let Some(deployment) = deployment {
                registration::pin_deployment(tx, &row.id, deployment, now).await?;
            }
            (row.clone(), if row.status == RegistrationStatus::Active { Became::Active } else { Became::Waits })
        }
        Some(old) if old.tenant_id != row.tenant_id => return Ok(Kept::Taken),
        Some(old) => {
            let became = again(tx, &old, row, origin, deployment, now).await?;
            (old, became)
        }
    };
    // It was reserved for us: if it is spent all the same, nothing of this may stand.
    if !registration_link::spend(tx, link, &registration.id, now).await? {
        return Err(StoreError::Dangling);
    }
    Ok(Kept::Joined(Box::new(registration), became))
}

/// A platform that is known came again. What trust hangs on waits for an administrator, whoever made the link; what it tells of
/// itself beside that is taken.
async fn again(
    tx: &mut Tx,
    old: &Registration,
    new: &Registration,
    origin: &Origin,
    deployment: Option<&str>,
    now: i64,
) -> Result<Became, StoreError> {
    let origin = Origin { registration_id: old.id.clone(), ..origin.clone() };
    let proposal = Proposal::of(new, deployment, origin);
    let deployments = registration::deployments(tx, &old.id).await?;
    let before = registration_origin::find(tx, &old.id).await?;
    if proposal.differences(old, &deployments, before.as_ref()).iter().all(|d| !d.carries_trust) {
        registration_origin::set(tx, &proposal.origin).await?;
        registration_origin::drop_proposed(tx, &old.id).await?;
        return Ok(Became::Unchanged);
    }
    let change = Change {
        registration_id: old.id.clone(),
        tenant_id: old.tenant_id.clone(),
        // Plain structs always serialise.
        body: serde_json::to_string(&proposal).unwrap_or_default(),
        created_at: now,
    };
    registration_origin::propose(tx, &change).await?;
    Ok(Became::ChangeWaits)
}

fn row(offer: &Offer, registered: &Registered, now: i64) -> Registration {
    let c: &PlatformConfiguration = &offer.configuration;
    let family = c.profile().key;
    Registration {
        id: offer.id.clone(),
        tenant_id: offer.link.tenant_id.clone(),
        issuer: c.issuer.clone(),
        client_id: registered.client_id.clone(),
        name: offer.name(),
        family: family.to_owned(),
        auth_url: c.authorization_endpoint.to_string(),
        token_url: c.token_endpoint.to_string(),
        token_audience: c.token_audience(),
        jwks_url: c.jwks_uri.to_string(),
        status: if offer.approved() { RegistrationStatus::Active } else { RegistrationStatus::Pending },
        // One key has many deployments there.
        deployment_policy: if family == platform::CANVAS.key { DeploymentPolicy::Accept } else { DeploymentPolicy::Pin },
        anonymous: false,
        embedders: "[]".to_owned(),
        created_at: now,
        updated_at: now,
    }
}

fn origin(offer: &Offer, registered: &Registered, row: &Registration, now: i64) -> Origin {
    let c = &offer.configuration;
    // Without its query: a token may be in there.
    let mut registration_url = c.registration_endpoint.clone();
    registration_url.set_query(None);
    Origin {
        registration_id: row.id.clone(),
        tenant_id: row.tenant_id.clone(),
        host: offer.host.clone(),
        vouched: offer.vouched.key().to_owned(),
        registration_url: registration_url.to_string(),
        client_uri: registered.client_uri.clone(),
        product: c.product.clone(),
        version: c.version.clone(),
        guid: c.guid.clone(),
        account: c.account.clone(),
        scopes: serde_json::to_string(&registered.scopes).unwrap_or_default(),
        created_at: now,
    }
}

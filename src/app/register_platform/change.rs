//! A platform that is known registered again and says other things. An administrator sees old and new side by side; applied in place,
//! so that learners keep their work.

use serde::{Deserialize, Serialize};

use crate::{
    app::AppError,
    store::{
        Tx,
        registration::{self, Deployment, DeploymentStatus, Registration},
        registration_origin::{self, Origin},
    },
};

/// What a registration would become.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Our name there.
    pub client_id: String,
    /// Product family.
    pub family: String,
    /// Where logins go.
    pub auth_url: String,
    /// Where access tokens come from.
    pub token_url: String,
    /// `aud` of token requests.
    pub token_audience: Option<String>,
    /// Where its keys are.
    pub jwks_url: String,
    /// A deployment it named.
    pub deployment: Option<String>,
    /// What it said of itself.
    pub origin: Origin,
}

/// One value that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// For people.
    pub what: &'static str,
    /// As it is.
    pub old: String,
    /// As it would be.
    pub new: String,
    /// Whether launches are believed or tokens sent because of it.
    pub carries_trust: bool,
}

impl Proposal {
    /// What `new` says, and the deployment that came with it.
    pub(super) fn of(new: &Registration, deployment: Option<&str>, origin: Origin) -> Self {
        Self {
            client_id: new.client_id.clone(),
            family: new.family.clone(),
            auth_url: new.auth_url.clone(),
            token_url: new.token_url.clone(),
            token_audience: new.token_audience.clone(),
            jwks_url: new.jwks_url.clone(),
            deployment: deployment.map(str::to_owned),
            origin,
        }
    }

    /// What would change.
    #[must_use]
    pub fn differences(&self, old: &Registration, deployments: &[Deployment], before: Option<&Origin>) -> Vec<Difference> {
        let mut all = Vec::new();
        let mut compare = |what, old: &str, new: &str, carries_trust| {
            if old != new {
                all.push(Difference { what, old: old.to_owned(), new: new.to_owned(), carries_trust });
            }
        };
        let or_none = |text: &Option<String>| text.clone().unwrap_or_default();
        compare("Client ID", &old.client_id, &self.client_id, true);
        compare("Login URL", &old.auth_url, &self.auth_url, true);
        compare("Access token URL", &old.token_url, &self.token_url, true);
        compare("Token audience", &or_none(&old.token_audience), &or_none(&self.token_audience), true);
        compare("Keyset URL", &old.jwks_url, &self.jwks_url, true);
        compare("Product", &old.family, &self.family, true);
        let active: Vec<&str> = deployments.iter().filter(|d| d.status == DeploymentStatus::Active).map(|d| d.lms_id.as_str()).collect();
        if let Some(new) = self.deployment.as_deref().filter(|d| !active.contains(d)) {
            compare("Deployment", &active.join(", "), new, true);
        }
        if let Some(before) = before {
            compare("Version", &or_none(&before.version), &or_none(&self.origin.version), false);
            compare("Scopes", &listed(&before.scopes), &listed(&self.origin.scopes), false);
        }
        all
    }

    /// Makes `old` what it would become, in place.
    pub(in crate::app) async fn apply(&self, tx: &mut Tx, old: &Registration, now: i64) -> Result<(), AppError> {
        let row = Registration {
            family: self.family.clone(),
            auth_url: self.auth_url.clone(),
            token_url: self.token_url.clone(),
            token_audience: self.token_audience.clone(),
            jwks_url: self.jwks_url.clone(),
            updated_at: now,
            ..old.clone()
        };
        registration::update(tx, &row).await?;
        if let Some(deployment) = &self.deployment {
            registration::pin_deployment(tx, &old.id, deployment, now).await?;
        }
        registration_origin::set(tx, &Origin { registration_id: old.id.clone(), ..self.origin.clone() }).await?;
        registration_origin::drop_proposed(tx, &old.id).await?;
        Ok(())
    }

    /// Of a change that waits.
    pub(in crate::app) fn read(body: &str) -> Result<Self, AppError> {
        serde_json::from_str(body).map_err(|source| AppError::Unreadable { what: "change of a registration", source })
    }
}

/// A JSON list, one item a word: for people.
fn listed(json: &str) -> String {
    serde_json::from_str::<Vec<String>>(json).unwrap_or_default().join(" ")
}

//! Which platform has which of our keys. A request for our key set does not say who asks; a token that a platform gives for a request
//! signed with a key says that it has the key (ADR 0006).

use std::sync::Arc;

use super::{App, AppError, admin_sign_in::AdminVisit};
use crate::{
    clock::Clock,
    lti::v1p1,
    services::tokens::{Testimony, Witness},
    store::{
        Durability, Store, Tx,
        key_proof::{self, KeyProof},
        registration::{self, Registration, RegistrationStatus},
        tool_key::{self, KeyStatus, ToolKey},
    },
};

/// Writes down what platforms answer to token requests.
#[must_use]
pub fn witness(store: Store, clock: Clock) -> Witness {
    Arc::new(move |heard: Testimony| {
        let (store, now) = (store.clone(), clock().as_millisecond());
        Box::pin(async move {
            let op = async move |tx: &mut Tx| match heard.granted {
                true => key_proof::granted(tx, &heard.registration_id, &heard.kid, now).await,
                false => key_proof::refused(tx, &heard.registration_id, &heard.kid, now).await,
            };
            if let Err(error) = store.write(Durability::Normal, op).await {
                tracing::warn!(code = "key_proof", %error, "what a platform said to our key could not be kept");
            }
        })
    })
}

/// The keys and who has them.
#[derive(Debug)]
pub struct KeyRing {
    /// Newest first.
    pub keys: Vec<ToolKey>,
    /// Platforms that are switched on and ask for our keys.
    pub platforms: Vec<Registration>,
    /// What each said to each key.
    pub proofs: Vec<KeyProof>,
    /// Days for which a key signs; 0: until somebody makes another.
    pub rotate_days: u32,
}

impl KeyRing {
    /// What a platform said to the key that signs.
    #[must_use]
    pub fn proof(&self, registration_id: &str) -> Option<&KeyProof> {
        let kid = &self.keys.iter().find(|k| k.status == KeyStatus::Active)?.kid;
        self.proofs.iter().find(|p| p.registration_id == registration_id && p.kid == *kid)
    }
}

impl App {
    /// The keys, the platforms, and what they said to each other.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn key_ring(&self, admin: &AdminVisit) -> Result<KeyRing, AppError> {
        let tenant = &admin.account.tenant_id;
        let mut tx = self.store.read().await?;
        let mut platforms = registration::list(&mut tx, tenant).await?;
        // LTI 1.1 knows no keys.
        platforms.retain(|r| r.status == RegistrationStatus::Active && r.issuer != v1p1::ISSUER);
        Ok(KeyRing {
            keys: tool_key::list(&mut tx, tenant).await?,
            proofs: key_proof::list(&mut tx, tenant).await?,
            platforms,
            rotate_days: self.rotate_keys_days,
        })
    }
}

//! Which platform has which of our keys. A request for our key set does not say who asks, unless the platform was given an address of
//! its own; a token that a platform gives for a request signed with a key says that it has the key (ADR 0006).

use std::sync::Arc;

use super::{App, AppError, admin_sign_in::AdminVisit, tool_keys::RETIRED_KEY_LIFE};
use crate::{
    clock::Clock,
    lti::v1p1,
    services::tokens::{Testimony, Witness},
    store::{
        DEFAULT_TENANT, Durability, Store, StoreError, Tx,
        key_proof::{self, KeyProof},
        registration::{self, Registration, RegistrationStatus},
        tool_key::{self, KeyStatus, ToolKey},
    },
};

const DAY: i64 = 24 * 60 * 60 * 1000;

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
            told(store.write(Durability::Normal, op).await);
        })
    })
}

/// What cannot be written down is asked for again: neither a grade nor a key set waits for it.
fn told(result: Result<(), StoreError>) {
    if let Err(error) = result {
        tracing::warn!(code = "key_proof", %error, "what a platform said to our key could not be kept");
    }
}

/// The keys and who has them.
#[derive(Debug)]
pub struct KeyRing {
    /// Newest first.
    pub keys: Vec<ToolKey>,
    /// Platforms that are switched on and ask for our keys.
    pub platforms: Vec<Registration>,
    /// What is known of each and each key.
    pub proofs: Vec<KeyProof>,
    /// Days for which a key signs; 0: until somebody makes another.
    pub rotate_days: u32,
}

/// Whether a platform has a key, and how we know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Has {
    /// It gives tokens for requests signed with it, since then.
    Token(i64),
    /// It fetched a key set with it, then.
    Fetched(i64),
    /// It gave no token, then: the key may be why.
    Refused(i64),
    /// It was not asked, and fetched nothing that we know of.
    Unknown,
}

impl Has {
    /// Whether it is proved.
    #[must_use]
    pub fn it(self) -> bool {
        matches!(self, Self::Token(_) | Self::Fetched(_))
    }
}

impl KeyRing {
    /// Of a tenant.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn read(tx: &mut Tx, tenant_id: &str, rotate_days: u32) -> Result<Self, StoreError> {
        let mut platforms = registration::list(tx, tenant_id).await?;
        // LTI 1.1 knows no keys.
        platforms.retain(|r| r.status == RegistrationStatus::Active && r.issuer != v1p1::ISSUER);
        Ok(Self { keys: tool_key::list(tx, tenant_id).await?, proofs: key_proof::list(tx, tenant_id).await?, platforms, rotate_days })
    }

    /// The key of this status; of retired ones the latest.
    #[must_use]
    pub fn key(&self, status: KeyStatus) -> Option<&ToolKey> {
        self.keys.iter().find(|k| k.status == status)
    }

    /// Whether a platform has a key. A key never changes: a platform that once gave a token for it has it, whatever it refused since.
    #[must_use]
    pub fn has(&self, registration_id: &str, kid: &str) -> Has {
        let proof = self.proofs.iter().find(|p| p.registration_id == registration_id && p.kid == kid);
        match proof.map(|p| (p.granted_at, p.fetched_at, p.refused_at)) {
            Some((Some(at), ..)) => Has::Token(at),
            Some((None, Some(at), _)) => Has::Fetched(at),
            Some((None, None, Some(at))) => Has::Refused(at),
            _ => Has::Unknown,
        }
    }

    /// How many platforms have a key.
    #[must_use]
    pub fn proved(&self, kid: &str) -> usize {
        self.platforms.iter().filter(|r| self.has(&r.id, kid).it()).count()
    }

    /// Until when a key signs, if the schedule says so, or is published, if it signs no more.
    #[must_use]
    pub fn until(&self, key: &ToolKey) -> Option<i64> {
        match key.status {
            KeyStatus::Next => None,
            KeyStatus::Active => match self.key(KeyStatus::Next) {
                Some(next) => Some(next.signs_from),
                None if self.rotate_days == 0 => None,
                None => Some(key.signs_from + i64::from(self.rotate_days) * DAY),
            },
            KeyStatus::Retired => Some(key.retired_at.unwrap_or(key.created_at) + RETIRED_KEY_LIFE),
        }
    }
}

impl App {
    /// The keys, the platforms, and what they said to each other.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn key_ring(&self, admin: &AdminVisit) -> Result<KeyRing, AppError> {
        let mut tx = self.store.read().await?;
        Ok(KeyRing::read(&mut tx, &admin.account.tenant_id, self.rotate_keys_days).await?)
    }

    /// Writes down that a platform fetched these keys.
    pub(super) async fn note_fetched(&self, platform: &str, kids: &[&str]) {
        told(self.keep_fetched(platform, kids).await);
    }

    async fn keep_fetched(&self, platform: &str, kids: &[&str]) -> Result<(), StoreError> {
        // Looks first: whoever fetches has them all almost always.
        let mut news = key_proof::unfetched(&mut self.store.read().await?, platform, DEFAULT_TENANT).await?;
        news.retain(|kid| kids.contains(&kid.as_str()));
        if news.is_empty() {
            return Ok(());
        }
        let (platform, now) = (platform.to_owned(), self.now());
        let op = async move |tx: &mut Tx| {
            for kid in &news {
                key_proof::fetched(tx, &platform, kid, now).await?;
            }
            Ok(())
        };
        self.store.write(Durability::Normal, op).await
    }
}

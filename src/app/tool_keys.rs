//! Our signing keys: made on first run, sealed at rest, published as long as anyone may check what they signed.

use super::{
    App,
    audit::{self, By},
};
use crate::{
    ids,
    lti::{
        jose::{self, JoseError, PublicJwk, SigningKey},
        seal::{MasterKey, SealError},
        v1p1,
    },
    store::{
        DEFAULT_TENANT, Durability, Store, StoreError, Tx,
        tool_key::{self, KeyStatus, ToolKey},
    },
};

const DAY: i64 = 24 * 60 * 60 * 1000;
/// How long a key is published before it signs, where nothing is urgent and some platform has not proved to have it: time for people
/// to hand it over where an LMS does not fetch keys by itself.
pub const LEAD: i64 = 7 * DAY;
/// How long at least, where all have it: what stands between a platform and us may remember the key set before.
pub const SETTLE: i64 = DAY;
/// How long a retired key stays published: platforms remember keys for days, and what it signed lives for minutes.
pub const RETIRED_KEY_LIFE: i64 = 30 * DAY;

/// Why a signing key is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key was sealed with another master key.
    #[error("the signing key `{kid}` does not open: restore the master key it was sealed with, or make a new one with `ferry keys rotate`")]
    Sealed {
        /// Key id.
        kid: String,
        /// Why.
        #[source]
        source: SealError,
    },
    /// A key cannot be sealed.
    #[error("a signing key cannot be sealed")]
    Seal(#[source] SealError),
    /// A key cannot be made or read.
    #[error("a signing key cannot be made or read")]
    Jose(#[from] JoseError),
    /// There is none.
    #[error("there is no signing key")]
    None,
    /// The program ends.
    #[error("making a signing key was interrupted")]
    Interrupted,
}

/// A new key, sealed, ready for the database. Made aside: it takes as long as hundreds of requests.
async fn fresh(master: &MasterKey, status: KeyStatus, now: i64) -> Result<ToolKey, KeyError> {
    let master = master.clone();
    tokio::task::spawn_blocking(move || make(&master, status, now)).await.map_err(|_| KeyError::Interrupted)?
}

fn make(master: &MasterKey, status: KeyStatus, now: i64) -> Result<ToolKey, KeyError> {
    let kid = ids::new_id();
    let key = SigningKey::generate(&kid)?;
    Ok(ToolKey {
        sealed_private: master.seal(&kid, key.private_der()).map_err(KeyError::Seal)?,
        public_jwk: serde_json::to_string(key.public_jwk()).unwrap_or_default(),
        kid,
        tenant_id: DEFAULT_TENANT.to_owned(),
        status,
        created_at: now,
        signs_from: if status == KeyStatus::Next { now + LEAD } else { now },
        retired_at: None,
    })
}

/// Makes the first key if there is none, and proves that the active one opens.
///
/// # Errors
/// When it does not, or the database fails.
pub async fn ensure(store: &Store, master: &MasterKey, now: i64) -> Result<(), KeyError> {
    match signing_key(store, master).await {
        Ok(_) => Ok(()),
        Err(KeyError::None) => {
            let key = fresh(master, KeyStatus::Active, now).await?;
            store.write(Durability::Full, async move |tx: &mut Tx| tool_key::insert_first(tx, &key).await).await?;
            signing_key(store, master).await.map(drop)
        }
        Err(error) => Err(error),
    }
}

/// Retires what signs and makes a new key, which signs from now on. Gives its id.
///
/// # Errors
/// When the database fails.
pub async fn rotate(store: &Store, master: &MasterKey, by: By, now: i64) -> Result<String, KeyError> {
    let key = fresh(master, KeyStatus::Active, now).await?;
    let kid = key.kid.clone();
    let op = async move |tx: &mut Tx| {
        tool_key::rotate(tx, &key).await?;
        Ok::<_, StoreError>(((), Some(by.did("signing key rotated", &format!("new key {}", key.kid), now))))
    };
    audit::record(store, op).await?;
    Ok(kid)
}

/// What the schedule did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turned {
    /// This key is published now and signs later.
    Announced(String),
    /// This key signs from now on.
    Signs(String),
}

/// Keeps the schedule of rotation. A key that was announced signs once every platform has proved to have it, a day after it was
/// announced at the earliest and seven at the latest, whatever the schedule says by then; one that has signed for `days` is due for
/// another (0: never). Instances may do this at once: one of them succeeds.
///
/// # Errors
/// When the database fails or no key can be made.
pub async fn turn(store: &Store, master: &MasterKey, days: u32, now: i64) -> Result<Option<Turned>, KeyError> {
    let older_than = now + LEAD - i64::from(days) * DAY;
    // Looks first: nothing is due almost always, and making a key takes a while.
    let mut tx = store.read().await?;
    let keys = tool_key::list(&mut tx, DEFAULT_TENANT).await?;
    if keys.iter().any(|k| k.status == KeyStatus::Next) {
        let turn = tool_key::Turn { now, settled: now - SETTLE, keyless: v1p1::ISSUER };
        if tool_key::due(&mut tx, DEFAULT_TENANT, turn).await?.is_none() {
            return Ok(None);
        }
        drop(tx);
        let kid = store.write(Durability::Full, async move |tx: &mut Tx| tool_key::promote(tx, DEFAULT_TENANT, turn).await).await?;
        return Ok(kid.map(Turned::Signs));
    }
    drop(tx);
    if days == 0 || !keys.iter().any(|k| k.status == KeyStatus::Active && k.signs_from <= older_than) {
        return Ok(None);
    }
    let key = fresh(master, KeyStatus::Next, now).await?;
    let kid = key.kid.clone();
    let added = store.write(Durability::Full, async move |tx: &mut Tx| tool_key::announce(tx, &key, older_than).await).await?;
    Ok(added.then_some(Turned::Announced(kid)))
}

/// The key that signs.
///
/// # Errors
/// When there is none or it does not open.
pub async fn signing_key(store: &Store, master: &MasterKey) -> Result<SigningKey, KeyError> {
    opened(store, master, KeyStatus::Active).await?.ok_or(KeyError::None)
}

/// The key that is announced, if there is one.
///
/// # Errors
/// When it does not open.
pub async fn announced_key(store: &Store, master: &MasterKey) -> Result<Option<SigningKey>, KeyError> {
    opened(store, master, KeyStatus::Next).await
}

async fn opened(store: &Store, master: &MasterKey, status: KeyStatus) -> Result<Option<SigningKey>, KeyError> {
    let mut tx = store.read().await?;
    let keys = tool_key::list(&mut tx, DEFAULT_TENANT).await?;
    let Some(key) = keys.into_iter().find(|k| k.status == status) else { return Ok(None) };
    let der = master.open(&key.kid, &key.sealed_private).map_err(|source| KeyError::Sealed { kid: key.kid.clone(), source })?;
    Ok(Some(SigningKey::from_der(&key.kid, &der)?))
}

impl App {
    /// Rotates the signing keys, if the settings ask for it and it is time.
    ///
    /// # Errors
    /// When the database fails or no key can be made.
    pub async fn turn_keys(&self) -> Result<Option<Turned>, KeyError> {
        turn(&self.store, &self.master, self.rotate_keys_days, self.now()).await
    }

    /// The document at `/lti/jwks.json`: every key we may have signed with, and will. Whoever fetches it at the address of a
    /// `platform` has these keys from now on.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn jwks(&self, platform: Option<&str>) -> Result<String, StoreError> {
        let mut tx = self.store.read().await?;
        let keys = tool_key::list(&mut tx, DEFAULT_TENANT).await?;
        if let Some(platform) = platform {
            let kids: Vec<&str> = keys.iter().map(|k| k.kid.as_str()).collect();
            drop(tx);
            self.note_fetched(platform, &kids).await;
        }
        let keys: Vec<PublicJwk> = keys.iter().filter_map(|k| serde_json::from_str(&k.public_jwk).ok()).collect();
        Ok(jose::jwks_document(&keys))
    }
}

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
    },
    store::{
        DEFAULT_TENANT, Durability, Store, StoreError, Tx,
        tool_key::{self, KeyStatus, ToolKey},
    },
};

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
}

/// A new key, sealed, ready for the database.
fn fresh(master: &MasterKey, now: i64) -> Result<ToolKey, KeyError> {
    let kid = ids::new_id();
    let key = SigningKey::generate(&kid)?;
    Ok(ToolKey {
        sealed_private: master.seal(&kid, key.private_der()).map_err(KeyError::Seal)?,
        public_jwk: serde_json::to_string(key.public_jwk()).unwrap_or_default(),
        kid,
        tenant_id: DEFAULT_TENANT.to_owned(),
        status: KeyStatus::Active,
        created_at: now,
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
            let key = fresh(master, now)?;
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
    let key = fresh(master, now)?;
    let kid = key.kid.clone();
    let op = async move |tx: &mut Tx| {
        tool_key::rotate(tx, &key).await?;
        Ok::<_, StoreError>(((), Some(by.did("signing key rotated", &format!("new key {}", key.kid), now))))
    };
    audit::record(store, op).await?;
    Ok(kid)
}

/// The key that signs.
///
/// # Errors
/// When there is none or it does not open.
pub async fn signing_key(store: &Store, master: &MasterKey) -> Result<SigningKey, KeyError> {
    let mut tx = store.read().await?;
    let keys = tool_key::list(&mut tx, DEFAULT_TENANT).await?;
    let key = keys.into_iter().find(|k| k.status == KeyStatus::Active).ok_or(KeyError::None)?;
    let der = master.open(&key.kid, &key.sealed_private).map_err(|source| KeyError::Sealed { kid: key.kid.clone(), source })?;
    Ok(SigningKey::from_der(&key.kid, &der)?)
}

impl App {
    /// The document at `/lti/jwks.json`: every key we may have signed with.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn jwks(&self) -> Result<String, StoreError> {
        let mut tx = self.store.read().await?;
        let keys = tool_key::list(&mut tx, DEFAULT_TENANT).await?;
        let keys: Vec<PublicJwk> = keys.iter().filter_map(|k| serde_json::from_str(&k.public_jwk).ok()).collect();
        Ok(jose::jwks_document(&keys))
    }
}

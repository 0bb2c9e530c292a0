//! Consumer keys of LTI 1.1: made by us, a secret each, sealed at rest and shown once.

use super::{
    App, AppError,
    admin_sign_in::AdminVisit,
    audit::{self, By},
};
use crate::{
    ids,
    lti::{
        platform::GENERIC,
        seal::{MasterKey, SealError},
        v1p1,
    },
    store::{
        Store, StoreError, Tx,
        registration::{self, DeploymentPolicy, Registration, RegistrationStatus},
        v1p1 as rows,
    },
};

/// Why a secret is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It was sealed with another master key.
    #[error("the secret of a consumer key does not open: restore the master key it was sealed with, or make a new secret")]
    Sealed(#[from] SealError),
    /// There is no such key.
    #[error("there is no such LTI 1.1 platform")]
    None,
    /// OpenSSL has no randomness.
    #[error("no randomness")]
    Random(#[from] openssl::error::ErrorStack),
}

/// What the LMS must be told: the secret is not to be had again.
#[derive(Clone, PartialEq, Eq)]
pub struct Handed {
    /// Row id of the registration.
    pub registration_id: String,
    /// For people.
    pub name: String,
    /// The consumer key.
    pub key: String,
    /// The shared secret.
    pub secret: String,
}

impl std::fmt::Debug for Handed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Handed({})", self.key)
    }
}

/// Registers a platform that speaks LTI 1.1, with a new key and secret.
///
/// # Errors
/// When the database fails or the secret cannot be sealed.
pub async fn add(store: &Store, master: &MasterKey, by: By, name: &str, now: i64) -> Result<Handed, SecretError> {
    let key = format!("ferry-{}", &ids::sha256_hex(ids::random_token(32)?.as_bytes())[..16]);
    let name = name.trim();
    let row = Registration {
        id: ids::new_id(),
        tenant_id: by.tenant_id.clone(),
        issuer: v1p1::ISSUER.to_owned(),
        client_id: key.clone(),
        name: if name.is_empty() { key.clone() } else { name.chars().take(100).collect() },
        family: GENERIC.key.to_owned(),
        auth_url: String::new(),
        token_url: String::new(),
        token_audience: None,
        jwks_url: String::new(),
        status: RegistrationStatus::Active,
        deployment_policy: DeploymentPolicy::Pin,
        anonymous: false,
        embedders: "[]".to_owned(),
        created_at: now,
        updated_at: now,
    };
    let (secret, sealed) = fresh(master, &row.id)?;
    let handed = Handed { registration_id: row.id.clone(), name: row.name.clone(), key, secret };
    let op = async move |tx: &mut Tx| {
        registration::insert(tx, &row).await?;
        rows::keep_secret(tx, &row.id, &sealed, now).await?;
        Ok::<_, StoreError>(((), Some(by.did("platform added", &audit::platform(&row), now))))
    };
    audit::record(store, op).await?;
    Ok(handed)
}

/// A new secret for a key: the one before is good for nothing from now on.
///
/// # Errors
/// [`SecretError::None`] when the registration is none of LTI 1.1 or of another tenant.
pub async fn renew(store: &Store, master: &MasterKey, by: By, registration_id: &str, now: i64) -> Result<Handed, SecretError> {
    let found = registration::find(&mut store.read().await?, registration_id).await?;
    let row = found.filter(|r| r.tenant_id == by.tenant_id && r.issuer == v1p1::ISSUER).ok_or(SecretError::None)?;
    let (secret, sealed) = fresh(master, &row.id)?;
    let (id, on) = (row.id.clone(), audit::platform(&row));
    let op = async move |tx: &mut Tx| {
        rows::keep_secret(tx, &id, &sealed, now).await?;
        Ok::<_, StoreError>(((), Some(by.did("shared secret renewed", &on, now))))
    };
    audit::record(store, op).await?;
    Ok(Handed { registration_id: row.id, name: row.name, key: row.client_id, secret })
}

/// The secret of a registration's key.
pub(super) async fn secret(tx: &mut Tx, master: &MasterKey, registration_id: &str) -> Result<Option<String>, SecretError> {
    let Some(sealed) = rows::secret(tx, registration_id).await? else { return Ok(None) };
    let secret = master.open(&owner(registration_id), &sealed)?;
    Ok(Some(String::from_utf8_lossy(&secret).into_owned()))
}

fn fresh(master: &MasterKey, registration_id: &str) -> Result<(String, String), SecretError> {
    let secret = ids::random_token(32)?;
    let sealed = master.seal(&owner(registration_id), secret.as_bytes())?;
    Ok((secret, sealed))
}

/// What the sealed text is bound to.
fn owner(registration_id: &str) -> String {
    format!("v1p1:{registration_id}")
}

impl App {
    /// Registers a platform that speaks LTI 1.1, for the administrator's own tenant.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_v1p1(&self, admin: &AdminVisit, name: &str) -> Result<Handed, AppError> {
        Ok(add(&self.store, &self.master, admin.by(), name, self.now()).await?)
    }

    /// A new secret for one of the administrator's LTI 1.1 platforms.
    ///
    /// # Errors
    /// When there is none.
    pub async fn renew_v1p1(&self, admin: &AdminVisit, registration_id: &str) -> Result<Handed, AppError> {
        Ok(renew(&self.store, &self.master, admin.by(), registration_id, self.now()).await?)
    }
}

impl From<SecretError> for AppError {
    fn from(error: SecretError) -> Self {
        match error {
            SecretError::Store(error) => Self::Store(error),
            SecretError::None => Self::NotFound,
            SecretError::Random(error) => Self::Random(error),
            SecretError::Sealed(error) => Self::Seal(error),
        }
    }
}

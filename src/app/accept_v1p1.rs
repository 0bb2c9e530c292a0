//! The launch of LTI 1.1: a form signed with a consumer key's secret, good once.

use super::{
    App,
    accept_launch::{Opened, learn_family},
    begin_login::is_open,
    embedders,
    log_launch::success,
    refusal::{Asking, Reason, Refused},
    v1p1_keys::{self, SecretError},
};
use crate::{
    ids,
    lti::{
        Check, Launch, MessageType,
        platform::GENERIC,
        v1p1::{self, Expected, Fault, NONCE_LIFE, Unverified, Verified},
    },
    store::{
        Durability, StoreError, Tx,
        registration::{self, Registration},
        v1p1::{self as rows, Arrival, Opening},
    },
};

/// What the platform posted.
#[derive(Debug, Clone, Copy)]
pub struct SignedPost<'a> {
    /// Decoded pairs of the form, in their order.
    pub body: &'a [(String, String)],
    /// Decoded pairs of the address.
    pub query: &'a [(String, String)],
    /// `Origin` of the post, where the browser says.
    pub origin: Option<&'a str>,
    /// What a person can quote.
    pub reference: &'a str,
}

/// Where LTI 1.1 launches arrive, below the public URL.
pub const V1P1_LAUNCH: &str = "/lti/v1p1/launch";

impl App {
    /// Checks everything, uses the nonce and opens a session.
    ///
    /// # Errors
    /// The first check that failed. Nothing was created then.
    pub async fn accept_v1p1(&self, post: SignedPost<'_>) -> Result<Opened, Box<Refused>> {
        let mut asking = Asking { stage: "launch", ..Asking::default() };
        asking.named(v1p1::ISSUER, "");
        self.accept_signed(post, &mut asking).await.map_err(|why| asking.refused(why))
    }

    async fn accept_signed(&self, post: SignedPost<'_>, asking: &mut Asking) -> Result<Opened, Reason> {
        if !self.site.keeps_secure_cookies() {
            return Err(Reason::InsecureSite);
        }
        let form = Unverified::peek(post.body, post.query)?;
        asking.named(v1p1::ISSUER, form.key());
        let mut tx = self.store.read().await?;
        let registration = registration::by_client(&mut tx, v1p1::ISSUER, form.key()).await?;
        let secret = match &registration {
            Some(r) => v1p1_keys::secret(&mut tx, &self.master, &r.id).await?,
            None => None,
        };
        drop(tx);
        asking.tenant_id = registration.as_ref().map(|r| r.tenant_id.clone());
        // The address as the platform was told it, not as a proxy passes it on.
        let verified = form.verify(&self.site.url(V1P1_LAUNCH), secret.as_deref(), (self.clock)().as_second())?;
        let registration = registration.ok_or(Reason::UnknownPlatform)?;
        is_open(registration.status)?;
        let launch = v1p1::launch(&verified, Expected { anonymous_allowed: registration.anonymous })?;
        asking.back.clone_from(&launch.presentation.return_url);
        if launch.message != MessageType::ResourceLink {
            return Err(Reason::Unanswered);
        }
        self.open_signed(&launch, &verified, &registration, post).await
    }

    /// One write: the nonce is used before anything is created.
    async fn open_signed(
        &self,
        launch: &Launch,
        verified: &Verified,
        registration: &Registration,
        post: SignedPost<'_>,
    ) -> Result<Opened, Reason> {
        let now = self.now();
        let token = ids::timed_token(now, 32)?;
        let (known, more) = embedders::learn(&registration.embedders, embedders::named(launch, ""));
        let embedders = embedders::of_session(known, post.origin);
        let family = Some(launch.profile().key).filter(|key| registration.family == GENERIC.key && *key != GENERIC.key);
        let arrival = Arrival {
            nonce_hash: ids::sha256_hex(verified.nonce.as_bytes()),
            nonce_until: now + NONCE_LIFE,
            deployment: launch.deployment_id.clone(),
            launch: self.record(launch, registration, &token, &embedders, None, now)?,
            place: launch.outcomes.as_ref().map(|o| (o.service_url.clone(), o.sourced_id.clone(), o.method.name().to_owned())),
            line: success(&registration.tenant_id, launch, post.reference, now),
        };
        // Durable: a nonce that a power cut forgets could be used again.
        let outcome = self
            .store
            .write(Durability::Full, async move |tx: &mut Tx| {
                let opening = rows::arrive(tx, &arrival, now).await?;
                if let Opening::Opened(_) = opening {
                    let registration = &arrival.launch.registration_id;
                    if let Some(more) = &more {
                        registration::set_embedders(tx, registration, more, now).await?;
                    }
                    if let Some(family) = family {
                        learn_family(tx, registration, family, now).await?;
                    }
                }
                Ok::<_, StoreError>(opening)
            })
            .await?;
        match outcome {
            Opening::Opened(session) => {
                let asks_copied = self.asks_copied(&session).await;
                Ok(Opened { token, session: *session, embedders, review: None, asks_copied })
            }
            Opening::NonceUsed => Err(v1p1::Refused::at(Check::Nonce, Fault::NonceUsed).into()),
            Opening::DeploymentWaits => Err(Reason::DeploymentWaits(launch.deployment_id.clone())),
        }
    }
}

impl From<SecretError> for Reason {
    fn from(error: SecretError) -> Self {
        match error {
            SecretError::Store(error) => Self::Store(error),
            SecretError::Random(error) => Self::Random(error),
            SecretError::None => Self::UnknownPlatform,
            SecretError::Sealed(error) => Self::Sealed(error),
        }
    }
}

//! Third-party login: the platform says who wants in, we remember it and send the browser on.

use url::Url;

use super::{
    App,
    refusal::{Asking, Reason, Refused},
};
use crate::{
    ids,
    lti::{
        oidc::{self, AuthorizationRequest, LoginRequest},
        target, v1p1,
    },
    store::{
        Durability, Tx,
        login_state::{self, LoginState},
        registration::{self, Registration, RegistrationStatus},
    },
};

/// How long a login may take, in milliseconds: signing in to the LMS on the way included.
pub const LOGIN_LIFE: i64 = 10 * 60 * 1000;

/// A login on its way to the platform.
#[derive(Debug)]
pub struct LoginStarted {
    /// Where the browser goes now.
    pub authorization_url: String,
    /// What the platform will hand back.
    pub state: String,
    /// What the browser must show when it comes back, in a cookie or from Platform Storage.
    pub proof: String,
    /// The platform's storage, where the login offered it.
    pub storage: Option<Storage>,
}

/// Platform Storage: a frame beside us that keeps values for us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Storage {
    /// `_parent` or the frame's name.
    pub target: String,
    /// The only origin that messages go to and are believed from.
    pub origin: String,
}

impl Storage {
    /// The storage that `target` names, at the platform whose authorization URL this is.
    pub(super) fn at(target: &str, auth_url: &str) -> Option<Self> {
        let origin = Url::parse(auth_url).ok()?.origin();
        origin.is_tuple().then(|| Self { target: target.to_owned(), origin: origin.ascii_serialization() })
    }
}

/// Key under which Platform Storage keeps the proof.
#[must_use]
pub fn storage_key(state: &str) -> String {
    format!("lti_state_{state}")
}

impl App {
    /// Remembers a login and says where the browser goes now.
    ///
    /// # Errors
    /// When the platform is not one of ours, or the target is not.
    pub async fn begin_login(&self, request: LoginRequest) -> Result<LoginStarted, Box<Refused>> {
        let mut asking = Asking { stage: "login", ..Asking::default() };
        asking.named(&request.issuer, request.client_id.as_deref().unwrap_or_default());
        self.start(&request, &mut asking).await.map_err(|why| asking.refused(why))
    }

    async fn start(&self, request: &LoginRequest, asking: &mut Asking) -> Result<LoginStarted, Reason> {
        if !self.site.keeps_secure_cookies() {
            return Err(Reason::InsecureSite);
        }
        let client_id = request.client_id.as_deref();
        if let Some(known) = client_id.and_then(|client_id| self.remembered.find(&request.issuer, client_id, self.now()))
            && let Some(started) = self.start_at(&known, request, asking, Some(known.updated_at)).await?
        {
            return Ok(started);
        }
        let registration = self.registration_of(request).await?;
        self.start_at(&registration, request, asking, None).await?.ok_or(Reason::UnknownPlatform)
    }

    /// None if the registration was only `remembered` (its `updated_at`) and is not so any more.
    async fn start_at(
        &self,
        registration: &Registration,
        request: &LoginRequest,
        asking: &mut Asking,
        remembered: Option<i64>,
    ) -> Result<Option<LoginStarted>, Reason> {
        asking.client_id.clone_from(&registration.client_id);
        asking.tenant_id = Some(registration.tenant_id.clone());
        open_for_business(registration)?;
        if !target::is_ours(&self.site.url("/"), &request.target_link_uri) {
            return Err(Reason::ForeignTarget(request.target_link_uri.chars().take(200).collect()));
        }
        let now = self.now();
        let (state, nonce, proof) = (ids::timed_token(now, 32)?, ids::random_token(32)?, ids::random_token(32)?);
        let authorization_url = oidc::authorization_url(
            &registration.auth_url,
            &AuthorizationRequest {
                client_id: &registration.client_id,
                redirect_uri: &self.site.url("/lti/launch"),
                login_hint: &request.login_hint,
                lti_message_hint: request.lti_message_hint.as_deref(),
                state: &state,
                nonce: &nonce,
            },
        )?;
        let storage = request.storage_target.as_deref().and_then(|target| Storage::at(target, &registration.auth_url));
        let row = LoginState {
            state_hash: ids::timed_hash(&state),
            tenant_id: registration.tenant_id.clone(),
            registration_id: registration.id.clone(),
            nonce_hash: ids::sha256_hex(nonce.as_bytes()),
            browser_hash: ids::sha256_hex(proof.as_bytes()),
            storage_target: storage.as_ref().map(|s| s.target.clone()),
            target_link_uri: request.target_link_uri.clone(),
            created_at: now,
            expires_at: now + LOGIN_LIFE,
        };
        let kept = self
            .store
            .write(Durability::Normal, async move |tx: &mut Tx| match remembered {
                Some(updated_at) => login_state::insert_if(tx, &row, updated_at).await,
                None => login_state::insert(tx, &row).await.map(|()| true),
            })
            .await?;
        Ok(kept.then_some(LoginStarted { authorization_url, state, proof, storage }))
    }

    async fn registration_of(&self, request: &LoginRequest) -> Result<Registration, Reason> {
        let mut tx = self.store.read().await?;
        if let Some(client_id) = &request.client_id {
            let now = self.now();
            let found = registration::by_client(&mut tx, &request.issuer, client_id).await?.ok_or(Reason::UnknownPlatform)?;
            self.remembered.keep(&found, now);
            return Ok(found);
        }
        let mut all = registration::by_issuer(&mut tx, &request.issuer).await?;
        match (all.pop(), all.is_empty()) {
            (Some(only), true) => Ok(only),
            (Some(_), false) => Err(Reason::AmbiguousIssuer),
            (None, _) => Err(Reason::UnknownPlatform),
        }
    }
}

/// Whether launches of this registration are taken.
pub(super) fn open_for_business(registration: &Registration) -> Result<(), Reason> {
    // No LTI 1.3 platform: it has no address to go to.
    if registration.issuer == v1p1::ISSUER {
        return Err(Reason::UnknownPlatform);
    }
    is_open(registration.status)
}

/// Whether launches are taken at this status.
pub(super) fn is_open(status: RegistrationStatus) -> Result<(), Reason> {
    match status {
        RegistrationStatus::Active => Ok(()),
        RegistrationStatus::Pending => Err(Reason::NotApproved),
        RegistrationStatus::Disabled => Err(Reason::SwitchedOff),
    }
}

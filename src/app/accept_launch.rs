//! The launch: from what the platform posted to a session, or to the first check that failed.

use serde::{Deserialize, Serialize};

use super::{
    App,
    begin_login::{Storage, open_for_business},
    deep_link::may_choose,
    embedders,
    log_launch::success,
    refusal::{Asking, Reason, Refused},
    review::Review,
};
use crate::{
    ids,
    lti::{
        Expected, Launch, LaunchError,
        id_token::{Unverified, Verified},
        platform::GENERIC,
        roles::Standing,
        validate,
    },
    store::{
        Durability, StoreError, Tx, deep_linking, launch,
        launch::{Arrival, Opening},
        login_state::{self, LoginState},
        registration::{self, Registration},
        session::Session,
        v1p1_move,
    },
};

/// Characters kept of what a platform says about its refusal.
const SAID: usize = 500;

/// What the platform posted.
#[derive(Debug, Clone, Copy)]
pub struct LaunchPost<'a> {
    /// The token.
    pub id_token: &'a str,
    /// The state that came with it.
    pub state: &'a str,
    /// What this browser shows for it.
    pub proof: Proof<'a>,
    /// `Origin` of the post, where the browser says.
    pub origin: Option<&'a str>,
    /// What a person can quote.
    pub reference: &'a str,
}

/// How a browser shows that the login began in it.
#[derive(Debug, Clone, Copy)]
pub enum Proof<'a> {
    /// By its binding cookie, if that came back.
    Cookie(Option<&'a str>),
    /// By what Platform Storage kept, posted by our own page.
    Storage(&'a str),
}

/// A launch that passed every check.
#[derive(Debug)]
pub enum Accepted {
    /// The session is open.
    Opened(Box<Opened>),
    /// The cookie did not come back: ask Platform Storage, then post again.
    AskStorage(Storage),
}

/// An open session.
#[derive(Debug)]
pub struct Opened {
    /// What the browser holds from now on.
    pub token: String,
    /// The session.
    pub session: Session,
    /// Who may frame its pages.
    pub embedders: Vec<String>,
    /// Whose work it shows first, if it was opened for that.
    pub review: Option<Review>,
    /// The course was copied, and this teacher is asked what becomes of the old one's settings.
    pub asks_copied: bool,
}

/// What pages need beside the session's own columns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionData {
    /// The LMS's way back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_url: Option<String>,
    /// BCP 47 tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// Origins that may frame the pages.
    #[serde(default)]
    pub embedders: Vec<String>,
    /// Whether the platform takes grades for this link.
    #[serde(default)]
    pub takes_grades: bool,
    /// Whether the link itself says what it opens: then a teacher cannot choose it here.
    #[serde(default)]
    pub names_target: bool,
    /// Whether the platform wants to hear that work has begun.
    #[serde(default)]
    pub announces: bool,
    /// Whether the platform makes its frame as high as we say.
    #[serde(default)]
    pub resizes: bool,
}

/// `learner`, `observer` or `instructor`, as the database keeps it.
#[must_use]
pub fn role_name(standing: Standing) -> &'static str {
    match standing {
        Standing::Teacher => "instructor",
        Standing::Learner => "learner",
        Standing::Observer => "observer",
    }
}

impl App {
    /// Checks everything, consumes the login and opens a session.
    ///
    /// # Errors
    /// The first check that failed. Nothing was created then.
    pub async fn accept_launch(&self, post: LaunchPost<'_>) -> Result<Accepted, Box<Refused>> {
        let mut asking = Asking { stage: "launch", ..Asking::default() };
        self.accept(post, &mut asking).await.map_err(|why| asking.refused(why))
    }

    /// The platform said no: its state is spent, and the reason is for the page.
    pub async fn refused_by_platform(
        &self,
        error: String,
        description: Option<String>,
        state: Option<String>,
        proof: Option<&str>,
    ) -> Box<Refused> {
        let mut asking = Asking { stage: "launch", ..Asking::default() };
        let cut = |text: String| text.chars().take(SAID).collect::<String>();
        if let Some(state) = state {
            // Best effort: the row dies of age anyway.
            if let Err(error) = self.spend(&state, proof, &mut asking).await {
                tracing::warn!(%error, "a refused login's state could not be spent");
            }
        }
        asking.refused(Reason::Platform { error: cut(error), description: description.map(cut) })
    }

    async fn spend(&self, state: &str, proof: Option<&str>, asking: &mut Asking) -> Result<(), StoreError> {
        let state_hash = ids::timed_hash(state);
        let mut tx = self.store.read().await?;
        let Some(row) = login_state::peek(&mut tx, &state_hash).await? else { return Ok(()) };
        if let Some(registration) = registration::find(&mut tx, &row.registration_id).await? {
            asking.issuer = registration.issuer;
            asking.client_id = registration.client_id;
            asking.tenant_id = Some(registration.tenant_id);
        }
        drop(tx);
        let (Some(proof), now) = (proof.map(|p| ids::sha256_hex(p.as_bytes())), self.now()) else { return Ok(()) };
        self.store
            .write(Durability::Normal, async move |tx: &mut Tx| login_state::consume(tx, &state_hash, &proof, now).await.map(drop))
            .await
    }

    async fn accept(&self, post: LaunchPost<'_>, asking: &mut Asking) -> Result<Accepted, Reason> {
        let token = Unverified::peek(post.id_token).map_err(LaunchError::from)?;
        asking.named(token.issuer().unwrap_or_default(), token.audiences().first().copied().unwrap_or_default());
        if let Some(accepted) = self.accept_remembered(token, post, asking).await? {
            return Ok(accepted);
        }
        let token = Unverified::peek(post.id_token).map_err(LaunchError::from)?;
        let (registration, login) = self.find_login(&token, post.state).await?;
        asking.tenant_id = Some(registration.tenant_id.clone());
        open_for_business(&registration)?;
        let login = login.ok_or(Reason::NoLogin)?;
        let verified = self.verify(token, &registration).await?;
        let launch = self.validated(&verified, &registration, &login)?;
        asking.back.clone_from(&launch.presentation.return_url);
        if let Some(request) = &launch.deep_linking {
            may_choose(&launch, request, &registration)?;
        }
        let browser = match post.proof {
            Proof::Storage(_) if login.storage_target.is_none() => None,
            Proof::Storage(value) | Proof::Cookie(Some(value)) => Some(ids::sha256_hex(value.as_bytes())),
            Proof::Cookie(None) => None,
        };
        match (browser.filter(|b| *b == login.browser_hash), login.storage_target.as_deref(), post.proof) {
            (Some(_), _, _) => self.open(&launch, &registration, login, post, None).await,
            (None, Some(target), Proof::Cookie(_)) => {
                Storage::at(target, &registration.auth_url).map(Accepted::AskStorage).ok_or(Reason::OtherBrowser)
            }
            (None, _, _) => Err(Reason::OtherBrowser),
        }
    }

    /// The registration the token claims and the login it answers: of that registration, and not too late.
    async fn find_login(&self, token: &Unverified<'_>, state: &str) -> Result<(Registration, Option<LoginState>), Reason> {
        let issuer = token.issuer().filter(|iss| is_key(iss)).ok_or(Reason::UnknownPlatform)?;
        let mut tx = self.store.read().await?;
        for client_id in token.audiences().into_iter().filter(|aud| is_key(aud)).take(4) {
            if let Some(found) = login_state::awaited(&mut tx, issuer, client_id, &ids::timed_hash(state)).await? {
                let now = self.now();
                self.remembered.keep(&found.registration, now);
                return Ok((found.registration, found.login.filter(|l| l.expires_at > now)));
            }
        }
        Err(Reason::UnknownPlatform)
    }

    async fn verify(&self, token: Unverified<'_>, registration: &Registration) -> Result<Verified, Reason> {
        let keys = self.key_sets.holding(&registration.jwks_url, token.kid()).await.map_err(|e| Reason::Keys(e.into()))?;
        Ok(token.verify(&keys).map_err(LaunchError::from)?)
    }

    pub(super) fn validated(&self, token: &Verified, registration: &Registration, login: &LoginState) -> Result<Launch, Reason> {
        // Only the nonce's hash is kept: the token's own is what to expect if it has that hash, and nothing is if not.
        let claimed = token.claims().get("nonce").and_then(serde_json::Value::as_str).unwrap_or_default();
        let nonce = if ids::sha256_hex(claimed.as_bytes()) == login.nonce_hash { claimed } else { "" };
        let expected = Expected {
            issuer: &registration.issuer,
            client_id: &registration.client_id,
            nonce,
            login_target: &login.target_link_uri,
            public_url: &self.site.url("/"),
            anonymous_allowed: registration.anonymous,
            now: (self.clock)(),
        };
        Ok(validate(token, &expected)?)
    }

    /// One write: the login is consumed before anything is created. `remembered` as in [`Arrival`].
    pub(super) async fn open(
        &self,
        launch: &Launch,
        registration: &Registration,
        login: LoginState,
        post: LaunchPost<'_>,
        remembered: Option<i64>,
    ) -> Result<Accepted, Reason> {
        let review = self.review_of(launch, registration).await?;
        let now = self.now();
        let token = ids::timed_token(now, 32)?;
        let (known, more) = embedders::learn(&registration.embedders, embedders::named(launch, &registration.auth_url));
        let embedders = embedders::of_session(known, post.origin);
        let family = Some(launch.profile().key).filter(|key| registration.family == GENERIC.key && *key != GENERIC.key);
        let arrival = Arrival {
            login,
            remembered,
            deployment: launch.deployment_id.clone(),
            launch: self.record(launch, registration, &token, &embedders, review.as_ref(), now)?,
            line: success(&registration.tenant_id, launch, post.reference, now),
        };
        let request = launch.deep_linking.as_ref().map(json);
        // Work is brought along to a link, and a request to choose has none.
        let former = if request.is_some() { None } else { self.former(launch, registration).await };
        let learns = more.is_some() || family.is_some();
        let outcome = self
            .store
            .write(Durability::Normal, async move |tx: &mut Tx| {
                let opening = match &request {
                    Some(request) => deep_linking::arrive(tx, &arrival, request, now).await?,
                    None => launch::arrive(tx, &arrival, now).await?,
                };
                if let Opening::Opened(session) = &opening {
                    if let Some(former) = &former {
                        v1p1_move::bring_along(tx, former, session, now).await?;
                    }
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
        if learns {
            self.remembered.forget();
        }
        match outcome {
            Opening::Opened(session) => {
                self.subscribe(launch, registration);
                let asks_copied = review.is_none() && self.asks_copied(&session).await;
                Ok(Accepted::Opened(Box::new(Opened { token, session: *session, embedders, review, asks_copied })))
            }
            Opening::NoLogin => Err(Reason::NoLogin),
            Opening::DeploymentWaits => Err(Reason::DeploymentWaits(launch.deployment_id.clone())),
        }
    }
}

/// Whether a registration can be looked up by this: PostgreSQL takes no NUL in a text.
fn is_key(text: &str) -> bool {
    !text.contains('\0')
}

/// A registration added without its product: the launch tells it, and scores are sent by its rules from now on.
pub(super) async fn learn_family(tx: &mut Tx, registration_id: &str, family: &str, now: i64) -> Result<(), StoreError> {
    if let Some(mut registration) = registration::find(tx, registration_id).await? {
        family.clone_into(&mut registration.family);
        registration.updated_at = now;
        registration::update(tx, &registration).await?;
    }
    Ok(())
}

/// Lists of text and plain structs always serialise.
pub(super) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

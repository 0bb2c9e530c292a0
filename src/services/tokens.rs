//! Access tokens: client credentials with a signed assertion, kept until shortly before they end.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Mutex as AsyncMutex;
use url::{Url, form_urlencoded};

use super::{
    http::{Client, HttpError, Request},
    spoken,
};
use crate::{
    clock::Clock,
    ids,
    lti::jose::{JoseError, SigningKey},
};

/// Moodle gives no leeway: an `iat` ahead of its clock is refused.
const BACKDATE: i64 = 10;
/// Seconds an assertion is good for.
const ASSERTION_LIFE: i64 = 300;
/// Seconds before its end at which a token is no longer used.
const MARGIN: i64 = 60;
const USUAL_LIFE: i64 = 3600;

/// A registration, as far as its services need it.
#[derive(Debug, Clone, Copy)]
pub struct Platform<'a> {
    /// Row id: tokens of two registrations never mix.
    pub registration_id: &'a str,
    /// We, as the platform knows us.
    pub client_id: &'a str,
    /// Where tokens come from.
    pub token_url: &'a str,
    /// `aud` of the assertion where it is not the token URL.
    pub audience: Option<&'a str>,
    /// What signs.
    pub key: &'a SigningKey,
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum TokenFault {
    /// The registered address is none.
    #[error("the registered token address `{0}` is not a web address")]
    Address(String),
    /// The assertion cannot be signed.
    #[error("the token request cannot be signed")]
    Sign(#[from] JoseError),
    /// No answer.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The platform said no.
    #[error("the platform gave no access token: {status} `{error}`")]
    Refused {
        /// HTTP status.
        status: u16,
        /// Its words, shortened.
        error: String,
    },
    /// A success without a token in it.
    #[error("the platform's answer holds no access token")]
    Unreadable,
}

impl TokenFault {
    /// Is it worth another try without anybody's help?
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            TokenFault::Http(HttpError::Refused(_)) | TokenFault::Address(_) => false,
            TokenFault::Refused { status, .. } => *status >= 500 || *status == 408 || self.is_throttled(),
            TokenFault::Http(_) | TokenFault::Sign(_) | TokenFault::Unreadable => true,
        }
    }

    /// Was it too much at once? Canvas says so by a 403.
    fn is_throttled(&self) -> bool {
        let TokenFault::Refused { status, error } = self else { return false };
        *status == 429 || (*status == 403 && error.to_ascii_lowercase().contains("rate limit"))
    }

    /// A stable code for logs and delivery tries.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            _ if self.is_throttled() => "throttled",
            TokenFault::Address(_) => "token_address_wrong",
            TokenFault::Sign(_) => "token_not_signed",
            TokenFault::Http(error) => error.code(),
            TokenFault::Refused { .. } => "token_refused",
            TokenFault::Unreadable => "token_unreadable",
        }
    }
}

/// What a platform's answer to a token request says of the key that signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Testimony {
    /// The platform.
    pub registration_id: String,
    /// The key.
    pub kid: String,
    /// Whether it gave a token: it has the key then. Where it gave none, the key may be why.
    pub granted: bool,
}

/// Hears what platforms say of our keys; waited for before the answer is used.
pub type Witness = Arc<dyn Fn(Testimony) -> BoxFuture<'static, ()> + Send + Sync>;

/// All platforms' tokens. Cheap to clone.
#[derive(Clone)]
pub struct Tokens {
    http: Client,
    clock: Clock,
    witness: Option<Witness>,
    kept: Arc<Mutex<HashMap<String, Slot>>>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens")
    }
}

/// One kind of token; whoever asks for it holds the lock until it is there.
type Slot = Arc<AsyncMutex<Option<Kept>>>;

struct Kept {
    token: Arc<str>,
    until: i64,
}

#[derive(Serialize)]
struct Assertion<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
    jti: String,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    #[serde(default)]
    expires_in: Value,
    #[serde(default)]
    scope: Option<String>,
}

/// What a platform granted.
struct Granted {
    token: String,
    life: i64,
    /// As it says; none where it says nothing, which means all that was asked for.
    scopes: Option<String>,
}

impl Tokens {
    /// Keeps none yet.
    #[must_use]
    pub fn new(http: Client, clock: Clock) -> Tokens {
        Tokens { http, clock, witness: None, kept: Arc::default() }
    }

    /// The same, with somebody who hears what platforms say of our keys.
    #[must_use]
    pub fn heard_by(self, witness: Witness) -> Tokens {
        Tokens { witness: Some(witness), ..self }
    }

    /// A token for these scopes. Callers for the same ones wait for one request.
    ///
    /// # Errors
    /// When the platform gives none.
    pub async fn get(&self, platform: &Platform<'_>, scopes: &[&str]) -> Result<Arc<str>, TokenFault> {
        let slot = self.slot(platform, scopes);
        let mut kept = slot.lock().await;
        let now = (self.clock)().as_second();
        if let Some(kept) = kept.as_ref().filter(|k| now < k.until) {
            return Ok(Arc::clone(&kept.token));
        }
        *kept = None;
        let granted = self.request(platform, scopes, now).await?;
        let token: Arc<str> = granted.token.into();
        *kept = Some(Kept { token: Arc::clone(&token), until: now + (granted.life - MARGIN).max(0) });
        Ok(token)
    }

    /// Asks for a new token, whatever is kept, and gives the scopes that it holds: platforms drop those they do not grant.
    ///
    /// # Errors
    /// When the platform gives none.
    pub async fn granted(&self, platform: &Platform<'_>, scopes: &[&str]) -> Result<Vec<String>, TokenFault> {
        let granted = self.request(platform, scopes, (self.clock)().as_second()).await?;
        let said = granted.scopes.map(|text| text.split_whitespace().map(str::to_owned).collect());
        Ok(said.unwrap_or_else(|| scopes.iter().map(|s| (*s).to_owned()).collect()))
    }

    /// Forgets a token the platform no longer takes, unless a newer one has come meanwhile.
    pub async fn forget(&self, platform: &Platform<'_>, scopes: &[&str], token: &str) {
        let slot = self.slot(platform, scopes);
        let mut kept = slot.lock().await;
        if kept.as_ref().is_some_and(|k| &*k.token == token) {
            *kept = None;
        }
    }

    fn slot(&self, platform: &Platform<'_>, scopes: &[&str]) -> Slot {
        let mut sorted = scopes.to_vec();
        sorted.sort_unstable();
        let who = [platform.registration_id, platform.client_id, platform.token_url, platform.audience.unwrap_or_default()];
        let name = [&who[..], &sorted].concat().join("\n");
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(kept.entry(name).or_default())
    }

    async fn request(&self, platform: &Platform<'_>, scopes: &[&str], now: i64) -> Result<Granted, TokenFault> {
        let answer = self.ask(platform, scopes, now).await;
        self.testify(platform, answer.as_ref().err()).await;
        answer
    }

    /// A token says that the platform has the key. No answer, or one that passes, says nothing.
    async fn testify(&self, platform: &Platform<'_>, fault: Option<&TokenFault>) {
        let granted = match fault {
            None => true,
            Some(fault @ TokenFault::Refused { .. }) if !fault.is_passing() => false,
            Some(_) => return,
        };
        if let Some(witness) = &self.witness {
            let (registration_id, kid) = (platform.registration_id.to_owned(), platform.key.kid().to_owned());
            witness(Testimony { registration_id, kid, granted }).await;
        }
    }

    async fn ask(&self, platform: &Platform<'_>, scopes: &[&str], now: i64) -> Result<Granted, TokenFault> {
        let url = Url::parse(platform.token_url).map_err(|_| TokenFault::Address(platform.token_url.to_owned()))?;
        let assertion = platform.key.sign(&Assertion {
            iss: platform.client_id,
            sub: platform.client_id,
            aud: platform.audience.unwrap_or(platform.token_url),
            iat: now - BACKDATE,
            exp: now - BACKDATE + ASSERTION_LIFE,
            jti: ids::new_id(),
        })?;
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
            .append_pair("client_assertion", &assertion)
            .append_pair("scope", &scopes.join(" "))
            .finish();
        let request = Request::post(&url, "application/x-www-form-urlencoded", form.into_bytes()).accept("application/json");
        let answer = self.http.send(request).await?;
        if !answer.is_success() {
            return Err(TokenFault::Refused { status: answer.status, error: spoken(&answer.text()) });
        }
        // Moodle says text/html; what counts is what it holds.
        let read: TokenAnswer = serde_json::from_slice(&answer.body).map_err(|_| TokenFault::Unreadable)?;
        let life = match &read.expires_in {
            Value::Number(number) => number.as_f64().map(|s| s as i64),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        Ok(Granted { token: read.access_token, life: life.unwrap_or(USUAL_LIFE), scopes: read.scope })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_needs_help_and_a_fault_passes() {
        let refused = |status| TokenFault::Refused { status, error: String::new() };
        assert!(!refused(400).is_passing() && !refused(401).is_passing());
        assert!(refused(503).is_passing() && refused(429).is_passing() && !refused(403).is_passing());
        let full = TokenFault::Refused { status: 403, error: "403 Forbidden (Rate Limit Exceeded)".to_owned() };
        assert_eq!((full.is_passing(), full.code()), (true, "throttled"));
        assert!(TokenFault::Unreadable.is_passing());
    }
}

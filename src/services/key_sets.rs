//! Platforms' keys, kept as long as they may be, fetched anew when they must be.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::Mutex as AsyncMutex;
use url::Url;

use super::{
    fraction,
    http::{Client, HttpError, Request},
};
use crate::{
    clock::Clock,
    lti::jose::{JoseError, KeySet},
};

const SHORTEST_LIFE: i64 = 5 * 60;
const LONGEST_LIFE: i64 = 24 * 60 * 60;
const USUAL_LIFE: i64 = 60 * 60;
/// An unknown key id causes a fetch at most this often, counted from the last success: keys are rotated, floods are not answered.
const COOLDOWN: i64 = 60;

/// Why a platform's keys are not to be had.
#[derive(Debug, Clone, thiserror::Error)]
pub enum KeySetError {
    /// The registered address is none.
    #[error("the registered key set address `{0}` is not a web address")]
    Address(String),
    /// No answer.
    #[error("the platform's keys cannot be fetched")]
    Fetch(#[source] Arc<HttpError>),
    /// An answer that is no success.
    #[error("the platform's key set address answered {0}")]
    Status(u16),
    /// An answer that is no key set.
    #[error("the platform's keys cannot be read")]
    Unreadable(#[source] Arc<JoseError>),
    /// A fetch failed moments ago.
    #[error("the platform's keys could not be fetched a moment ago")]
    TooSoon,
}

/// The key sets of all platforms. Cheap to clone.
#[derive(Clone)]
pub struct KeySets {
    http: Client,
    clock: Clock,
    entries: Arc<Mutex<HashMap<String, Arc<AsyncMutex<Entry>>>>>,
}

impl fmt::Debug for KeySets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeySets")
    }
}

/// One platform's keys. Times are epoch seconds.
#[derive(Default)]
struct Entry {
    keys: Option<Arc<KeySet>>,
    fetched_at: i64,
    fresh_until: i64,
    not_before: i64,
    failures: u32,
    /// What the last failure was, told to those who come before the next try.
    last: Option<KeySetError>,
}

impl Entry {
    /// What can be answered without a fetch.
    fn at_hand(&self, kid: &str, now: i64) -> Option<Result<Arc<KeySet>, KeySetError>> {
        if let Some(keys) = &self.keys {
            let fresh = now < self.fresh_until;
            if fresh && (keys.has(kid) || now < self.fetched_at + COOLDOWN) {
                return Some(Ok(Arc::clone(keys)));
            }
        }
        if now >= self.not_before {
            return None;
        }
        // A fetch failed moments ago. Old keys are better than none.
        Some(self.keys.clone().ok_or_else(|| self.last.clone().unwrap_or(KeySetError::TooSoon)))
    }
}

impl KeySets {
    /// Keeps none yet: starting up needs no platform.
    #[must_use]
    pub fn new(http: Client, clock: Clock) -> KeySets {
        KeySets { http, clock, entries: Arc::default() }
    }

    /// The keys at `url`, fetched anew if they are too old or hold no key `kid`. Whether they hold one now is for the caller to see.
    ///
    /// # Errors
    /// When no keys are to be had, neither new nor old.
    pub async fn holding(&self, url: &str, kid: &str) -> Result<Arc<KeySet>, KeySetError> {
        let entry = {
            let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(entries.entry(url.to_owned()).or_default())
        };
        // Whoever comes during a fetch waits for its outcome: that is the single flight.
        let mut entry = entry.lock().await;
        let now = (self.clock)().as_second();
        if let Some(answer) = entry.at_hand(kid, now) {
            return answer;
        }
        let outcome = self.fetch(url).await;
        let now = (self.clock)().as_second();
        match outcome {
            Ok((keys, max_age)) => {
                let life = max_age.unwrap_or(USUAL_LIFE).clamp(SHORTEST_LIFE, LONGEST_LIFE);
                let keys = Arc::new(keys);
                *entry = Entry { keys: Some(Arc::clone(&keys)), fetched_at: now, fresh_until: now + life, ..Entry::default() };
                Ok(keys)
            }
            Err(error) => {
                tracing::warn!(url, code = "key_set_unavailable", error = %chain(&error), "a platform's keys could not be fetched");
                entry.failures = entry.failures.saturating_add(1);
                entry.not_before = now + 1 + i64::from(entry.failures.min(4)).min((fraction() * 5.0) as i64);
                entry.last = Some(error.clone());
                entry.keys.clone().ok_or(error)
            }
        }
    }

    /// The keys at `url` if they are fresh and hold `kid`: never fetches.
    pub async fn at_hand(&self, url: &str, kid: &str) -> Option<Arc<KeySet>> {
        let entry = Arc::clone(self.entries.lock().unwrap_or_else(PoisonError::into_inner).get(url)?);
        let entry = entry.lock().await;
        let keys = entry.keys.as_ref().filter(|keys| (self.clock)().as_second() < entry.fresh_until && keys.has(kid))?;
        Some(Arc::clone(keys))
    }

    async fn fetch(&self, url: &str) -> Result<(KeySet, Option<i64>), KeySetError> {
        let url = Url::parse(url).map_err(|_| KeySetError::Address(url.to_owned()))?;
        let answer = self.http.send(Request::get(&url)).await.map_err(|e| KeySetError::Fetch(Arc::new(e)))?;
        if !answer.is_success() {
            return Err(KeySetError::Status(answer.status));
        }
        let keys = KeySet::parse(&answer.body).map_err(|e| KeySetError::Unreadable(Arc::new(e)))?;
        Ok((keys, answer.max_age))
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", chain(source)),
        None => error.to_string(),
    }
}

//! What the trial platform remembers while it runs.

use std::{
    collections::HashMap,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use url::Url;

use super::{faults::Fault, grade_book::GradeBook, people::Person};
use crate::{
    clock::Clock,
    lti::jose::{KeySet, SigningKey},
};

/// The one client id the platform knows: ours.
pub(crate) const CLIENT_ID: &str = "courseferry-trial";
/// The one deployment.
pub(crate) const DEPLOYMENT_ID: &str = "1";
const TOKEN_LIFE: SignedDuration = SignedDuration::from_mins(60);
const HINT_LIFE: SignedDuration = SignedDuration::from_mins(5);
const CHOICE_LIFE: SignedDuration = SignedDuration::from_hours(8);

/// Fetches the tool's public keys, as a platform does on each token request.
pub type ToolKeys = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<KeySet, String>> + Send>> + Send + Sync>;

/// Something a learner can open: the whole course or a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// Content id, as in `to=`.
    pub id: String,
    /// Title in the platform's course.
    pub title: String,
}

/// A link of the trial course: to what was there from the start, or to what a teacher added.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Link {
    pub(crate) id: String,
    pub(crate) title: String,
    /// Where it leads: `target_link_uri`.
    pub(crate) url: String,
    pub(crate) custom: Map<String, Value>,
    /// Points of its column, if it has one.
    pub(crate) points: Option<f64>,
    /// Added by deep linking.
    pub(crate) added: bool,
}

/// What a launch is for.
#[derive(Debug, Clone)]
pub(crate) enum Purpose {
    Open(Link),
    /// Choosing content; the answer must bring this along.
    Choose(String),
}

/// A launch that was begun and may be finished once.
#[derive(Debug, Clone)]
pub(crate) struct Hint {
    pub(crate) person: &'static Person,
    pub(crate) purpose: Purpose,
    expires: Timestamp,
}

/// The platform: its address, its key, its course, its grade book.
pub(crate) struct Platform {
    /// Issuer and base of all its addresses, without a slash at the end.
    pub(crate) issuer: String,
    /// Where the tool answers, without a slash at the end.
    pub(crate) tool: Url,
    pub(crate) key: SigningKey,
    pub(crate) clock: Clock,
    pub(crate) tool_keys: ToolKeys,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    book: GradeBook,
    fault: Fault,
    hints: HashMap<String, Hint>,
    tokens: HashMap<String, Timestamp>,
    log: Vec<(Timestamp, String)>,
    assertions: HashMap<String, Timestamp>,
    links: Vec<Link>,
    /// `data` of requests to choose that nobody answered yet.
    choices: HashMap<String, Timestamp>,
}

impl Platform {
    pub(crate) fn new(issuer: String, tool: Url, key: SigningKey, activities: Vec<Activity>, clock: Clock, tool_keys: ToolKeys) -> Self {
        let platform = Self { issuer, tool, key, clock, tool_keys, inner: Mutex::default() };
        let links = activities.into_iter().map(|activity| {
            let to: String = url::form_urlencoded::byte_serialize(activity.id.as_bytes()).collect();
            Link {
                url: platform.tool_url(&format!("/lti/launch?to={to}")),
                custom: Map::from_iter([("to".to_owned(), activity.id.clone().into())]),
                id: activity.id,
                title: activity.title,
                points: Some(100.0),
                added: false,
            }
        });
        platform.lock().links = links.collect();
        platform
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// An address of the tool.
    pub(crate) fn tool_url(&self, path: &str) -> String {
        format!("{}{path}", self.tool.as_str().trim_end_matches('/'))
    }

    pub(crate) fn links(&self) -> Vec<Link> {
        self.lock().links.clone()
    }

    pub(crate) fn link(&self, id: &str) -> Option<Link> {
        self.lock().links.iter().find(|l| l.id == id).cloned()
    }

    /// Adds what a teacher chose; ids are given here.
    pub(crate) fn add_links(&self, links: Vec<Link>) {
        let mut inner = self.lock();
        for link in links {
            let id = format!("added-{}", inner.links.iter().filter(|l| l.added).count() + 1);
            inner.links.push(Link { id, added: true, ..link });
        }
    }

    /// Remembers a request to choose by its `data`.
    pub(crate) fn ask_to_choose(&self, data: String) {
        let now = self.now();
        let mut inner = self.lock();
        inner.choices.retain(|_, until| *until > now);
        inner.choices.insert(data, now.saturating_add(CHOICE_LIFE).unwrap_or(now));
    }

    /// Takes the request, once.
    pub(crate) fn take_choice(&self, data: &str) -> bool {
        let now = self.now();
        self.lock().choices.remove(data).is_some_and(|until| until > now)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn with_book<T>(&self, f: impl FnOnce(&mut GradeBook) -> T) -> T {
        f(&mut self.lock().book)
    }

    pub(crate) fn fault(&self) -> Fault {
        self.lock().fault
    }

    pub(crate) fn set_fault(&self, fault: Fault) {
        self.lock().fault = fault;
    }

    /// Notes what the platform saw, newest first, for the page.
    pub(crate) fn note(&self, what: String) {
        let now = self.now();
        let mut inner = self.lock();
        inner.log.insert(0, (now, what));
        inner.log.truncate(12);
    }

    pub(crate) fn log(&self) -> Vec<(Timestamp, String)> {
        self.lock().log.clone()
    }

    /// Begins a launch: the hint is good for one authorization.
    pub(crate) fn begin(&self, hint: String, person: &'static Person, purpose: Purpose) {
        let now = self.now();
        let mut inner = self.lock();
        inner.hints.retain(|_, h| h.expires > now);
        inner.hints.insert(hint, Hint { person, purpose, expires: now.saturating_add(HINT_LIFE).unwrap_or(now) });
    }

    /// Takes the hint, once.
    pub(crate) fn take_hint(&self, hint: &str) -> Option<Hint> {
        let now = self.now();
        self.lock().hints.remove(hint).filter(|h| h.expires > now)
    }

    pub(crate) fn issue_token(&self, token: String) -> i64 {
        let now = self.now();
        let expires = now.saturating_add(TOKEN_LIFE).unwrap_or(now);
        self.lock().tokens.insert(token, expires);
        TOKEN_LIFE.as_secs()
    }

    /// Takes an assertion's `jti`, once.
    pub(crate) fn take_jti(&self, jti: &str) -> bool {
        let now = self.now();
        let mut inner = self.lock();
        inner.assertions.retain(|_, until| *until > now);
        inner.assertions.insert(jti.to_owned(), now.saturating_add(TOKEN_LIFE).unwrap_or(now)).is_none()
    }

    pub(crate) fn token_is_good(&self, token: &str) -> bool {
        let now = self.now();
        self.lock().tokens.get(token).is_some_and(|expires| *expires > now)
    }
}

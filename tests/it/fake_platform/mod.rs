//! A strict LTI platform over real HTTP: login, keys that rotate, tokens for those who prove themselves, a grade book.
//! It notes every break of the rules; a test that drops it with a breach noted fails.

mod faults;
mod grades;
mod notices;
mod oidc;
mod pages;
mod roster;
mod rules;
mod services;
mod throttle;
mod wire;

pub(crate) use oidc::fields;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard},
};

use courseferry::{
    clock::{self, Clock},
    ids,
    lti::jose::{KeySet, PublicJwk, SigningKey, jwks_document},
    store::{
        DEFAULT_TENANT,
        registration::{DeploymentPolicy, Registration, RegistrationStatus},
    },
};
pub(crate) use faults::{At, Fault};
pub(crate) use grades::{Entry, Family, Grades};
use serde_json::Value;
pub(crate) use throttle::Bucket;
pub(crate) use wire::{Reply, Request, Response, serve};

/// We, as this platform knows us.
pub(crate) const CLIENT_ID: &str = "client-1";

/// The platform.
pub(crate) struct FakePlatform {
    port: u16,
    state: Arc<Mutex<State>>,
}

/// What it knows and remembers.
pub(crate) struct State {
    base: String,
    clock: Clock,
    /// The first signs; all are published.
    keys: Vec<SigningKey>,
    max_age: Option<i64>,
    /// The tool's keys, as its JWKS document says.
    tool_keys: KeySet,
    tool_redirects: Vec<String>,
    hints: BTreeSet<String>,
    jtis: BTreeSet<String>,
    tokens: BTreeMap<String, BTreeSet<String>>,
    /// Scopes it grants.
    granted: BTreeSet<String>,
    /// The claims of the launches it started, by hint.
    launches: BTreeMap<String, Value>,
    faults: faults::Faults,
    pub(crate) grades: Grades,
    pub(crate) line_items: Vec<Value>,
    /// The grade books of columns that the tool made, by number; and how many it ever made.
    pub(crate) columns: BTreeMap<usize, Grades>,
    pub(crate) made: usize,
    /// Seconds that its clock is ahead of the tool's.
    pub(crate) ahead: i64,
    /// What it says is left of what the tool may ask.
    pub(crate) remaining: Option<f64>,
    /// Canvas: how much the tool may ask, if that is counted.
    pub(crate) bucket: Option<Bucket>,
    /// Where it sends notices, by their type.
    pub(crate) handlers: BTreeMap<String, String>,
    /// The course's members, as its roster tells them.
    pub(crate) members: Vec<Value>,
    /// Every score that was posted with a good token, taken or not.
    pub(crate) posted: Vec<Value>,
    pub(crate) requests: BTreeMap<At, u32>,
    pub(crate) breaches: Vec<String>,
}

impl FakePlatform {
    pub(crate) fn start(family: Family) -> FakePlatform {
        FakePlatform::with_clock(family, clock::system())
    }

    pub(crate) fn with_clock(family: Family, clock: Clock) -> FakePlatform {
        let state = Arc::new(Mutex::new(State::new(family, clock)));
        let shared = Arc::clone(&state);
        let port = serve(move |request| handle(&shared, &request));
        state.lock().unwrap().base = format!("http://127.0.0.1:{port}");
        FakePlatform { port, state }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn allow(&self) -> Vec<(String, u16)> {
        vec![("127.0.0.1".into(), self.port)]
    }

    /// The line item of the link, with a query as Moodle has it.
    pub(crate) fn line_item(&self) -> String {
        self.url("/services/lineitems/1/lineitem?type_id=7")
    }

    pub(crate) fn line_items_url(&self) -> String {
        self.url("/services/lineitems?type_id=7")
    }

    /// Where the course's members are.
    pub(crate) fn memberships_url(&self) -> String {
        self.url("/services/memberships?type_id=7")
    }

    /// Where the tool says which notices it wants.
    pub(crate) fn notices_url(&self) -> String {
        self.url("/services/notice-handlers/7")
    }

    /// How the tool's administrator enters it.
    pub(crate) fn registration(&self) -> Registration {
        let family = match self.state().grades.family {
            Family::Moodle => "moodle",
            Family::Canvas => "canvas",
            Family::Edx => "edx",
        };
        Registration {
            id: ids::new_id(),
            tenant_id: DEFAULT_TENANT.to_owned(),
            issuer: self.url(""),
            client_id: CLIENT_ID.to_owned(),
            name: "Fake".to_owned(),
            family: family.to_owned(),
            auth_url: self.url("/auth"),
            token_url: self.url("/token"),
            token_audience: None,
            jwks_url: self.url("/jwks"),
            status: RegistrationStatus::Active,
            deployment_policy: DeploymentPolicy::Pin,
            anonymous: false,
            embedders: "[]".to_owned(),
            created_at: 0,
            updated_at: 0,
        }
    }

    /// Tells it the tool's public key.
    pub(crate) fn trust(&self, key: &PublicJwk) {
        self.trust_document(&jwks_document(std::slice::from_ref(key)));
    }

    /// Tells it the tool's key set.
    pub(crate) fn trust_document(&self, document: &str) {
        self.state().tool_keys = KeySet::parse(document.as_bytes()).unwrap();
    }

    /// Registers a launch address of the tool.
    pub(crate) fn redirect(&self, url: &str) {
        self.state().tool_redirects.push(url.to_owned());
    }

    /// Signs with a new key from now on, and publishes it beside the old ones.
    pub(crate) fn rotate(&self) -> String {
        let kid = ids::new_id();
        let mut state = self.state();
        state.keys.insert(0, SigningKey::generate(&kid).unwrap());
        kid
    }

    pub(crate) fn max_age(&self, seconds: i64) {
        self.state().max_age = Some(seconds);
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.state().keys[0].sign(claims).unwrap()
    }

    pub(crate) fn fault(&self, at: At, fault: Fault) {
        self.state().faults.push(at, fault);
    }

    pub(crate) fn requests(&self, at: At) -> u32 {
        self.state().requests.get(&at).copied().unwrap_or(0)
    }

    /// A learner's entry in the grade book.
    pub(crate) fn entry(&self, user: &str) -> Entry {
        self.state().grades.entries.get(user).cloned().unwrap_or_default()
    }

    /// What becomes of a score: the answer, and the breaches that are noted.
    pub(crate) fn judge(&self, score: &Value) -> (Response, Vec<String>) {
        let response = services::take(&mut self.state(), score);
        (response, self.breaches())
    }

    /// A teacher types a mark, in percent, or empties the cell.
    pub(crate) fn edit(&self, user: &str, percent: Option<f64>) {
        let mut state = self.state();
        let now = (state.clock)();
        state.grades.edit(user, percent, now);
    }

    /// Takes away all tokens: the next call is answered 401.
    pub(crate) fn revoke_tokens(&self) {
        self.state().tokens.clear();
    }

    pub(crate) fn grant(&self, scopes: &[&str]) {
        self.state().granted = scopes.iter().map(|s| (*s).to_owned()).collect();
    }

    /// Breaches of the rules so far; they are no failure then.
    pub(crate) fn breaches(&self) -> Vec<String> {
        std::mem::take(&mut self.state().breaches)
    }
}

impl Drop for FakePlatform {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(self.breaches(), Vec::<String>::new(), "the tool broke the platform's rules");
        }
    }
}

impl State {
    fn new(family: Family, clock: Clock) -> State {
        use courseferry::lti::ags;
        let more = [courseferry::lti::nrps::SCOPE_MEMBERS, courseferry::lti::notice::SCOPE_NOTICES];
        let granted = [ags::SCOPE_SCORE, ags::SCOPE_RESULT, ags::SCOPE_LINE_ITEM].into_iter().chain(more).map(str::to_owned).collect();
        State {
            base: String::new(),
            clock,
            keys: vec![first_key()],
            max_age: None,
            tool_keys: KeySet::default(),
            tool_redirects: Vec::new(),
            hints: BTreeSet::new(),
            jtis: BTreeSet::new(),
            tokens: BTreeMap::new(),
            granted,
            launches: BTreeMap::new(),
            faults: faults::Faults::default(),
            grades: Grades::new(family),
            line_items: Vec::new(),
            columns: BTreeMap::new(),
            made: 0,
            ahead: 0,
            remaining: None,
            bucket: None,
            handlers: BTreeMap::new(),
            members: Vec::new(),
            posted: Vec::new(),
            requests: BTreeMap::new(),
            breaches: Vec::new(),
        }
    }

    /// All is well from now on.
    pub(crate) fn clear_faults(&mut self) {
        self.faults = faults::Faults::default();
    }

    /// With what every answer tells beside the point.
    fn told(&self, response: Response) -> Response {
        let now = (self.clock)() + jiff::SignedDuration::from_secs(self.ahead);
        let response = response.with("date", now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string());
        match self.bucket.as_ref().map(Bucket::remaining).or(self.remaining) {
            Some(remaining) => response.with("x-rate-limit-remaining", remaining.to_string()),
            None => response,
        }
    }

    fn breach(&mut self, what: impl Into<String>) {
        self.breaches.push(what.into());
    }
}

/// Making a key takes longer than most tests.
fn first_key() -> SigningKey {
    static DER: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    let der = DER.get_or_init(|| SigningKey::generate("platform-1").unwrap().private_der().to_vec());
    SigningKey::from_der("platform-1", der).unwrap()
}

fn handle(shared: &Mutex<State>, request: &Request) -> Reply {
    let at = match request.path.as_str() {
        "/jwks" => Some(At::Jwks),
        "/token" => Some(At::Token),
        p if p.ends_with("/scores") => Some(At::Score),
        p if p.ends_with("/results") => Some(At::Results),
        "/services/lineitems" => Some(At::LineItems),
        p if p.starts_with("/services/lineitems/") => Some(At::LineItem),
        "/services/memberships" => Some(At::Members),
        "/services/notice-handlers/7" => Some(At::Notices),
        _ => None,
    };
    let fault = at.and_then(|at| {
        let mut state = shared.lock().unwrap();
        *state.requests.entry(at).or_default() += 1;
        state.faults.take(at)
    });
    match fault {
        Some(Fault::Answer(response)) => return Reply::Answer(response),
        Some(Fault::HangUpBefore) => return Reply::HangUp,
        Some(Fault::Stall(time)) => {
            std::thread::sleep(time);
            return Reply::HangUp;
        }
        Some(Fault::Drip) => return Reply::Drip(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n[".to_vec()),
        // The lock is not held: others are served meanwhile.
        Some(Fault::Slow(time)) => std::thread::sleep(time),
        _ => {}
    }
    let mut state = shared.lock().unwrap();
    if let Some(refusal) = at.filter(|at| *at != At::Jwks).and_then(|_| throttle::refuses(&mut state)) {
        return Reply::Answer(state.told(refusal));
    }
    let response = match at {
        Some(At::Jwks) => services::jwks(&state),
        Some(At::Token) => services::token(&mut state, request),
        Some(At::Score) => services::score(&mut state, request),
        Some(At::Results) => services::results(&mut state, request),
        Some(At::LineItems) => services::line_items(&mut state, request),
        Some(At::LineItem) => services::line_item(&mut state, request),
        Some(At::Members) => roster::members(&mut state, request),
        Some(At::Notices) => notices::handler(&mut state, request),
        None if request.path == "/auth" => oidc::authorize(&mut state, request),
        None => Response::plain(404, "no such page"),
    };
    let response = state.told(response);
    match fault {
        Some(Fault::HangUpAfter) => Reply::HangUp,
        Some(Fault::Lie(lie)) => Reply::Answer(lie),
        _ => Reply::Answer(response),
    }
}

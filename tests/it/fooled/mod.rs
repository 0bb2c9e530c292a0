//! How hard to fool: launches bent in every way we know of, each over HTTP against the real server, on both databases.
//!
//! The tables hold what must be refused (and how: status, code in the launch log, whether the login is spent) and what is odd and
//! must open all the same.

mod addresses;
mod claims;
mod forms;
mod frames;
mod keys;
mod limits;
mod logins;
mod odd;
mod people;
mod replay;
mod script;
mod tenants;
mod tokens;

use std::collections::BTreeSet;

use courseferry::{
    app, ids,
    store::{DEFAULT_TENANT, launch_log, session},
    web::Options,
};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};

use crate::{
    databases::{Db, each},
    house::{Browser, CLIENT_ID, House, Page, registration},
};
use tokens::Signed;

/// Prefix of LTI's own claims.
const LTI: &str = "https://purl.imsglobal.org/spec/lti/claim/";

/// One launch of the table.
pub(crate) struct Case {
    name: &'static str,
    bend: fn(&mut Bend<'_>),
    outcome: Outcome,
}

/// What must come of it.
#[derive(Debug, Clone, Copy)]
enum Outcome {
    /// Refused at the login: status, code.
    Login(u16, &'static str),
    /// Refused at the launch, and the login still waits. Without a code nothing is logged.
    Launch(u16, &'static str),
    /// Refused at the launch, and the login is spent.
    Spent(u16, &'static str),
    /// A session of this role opens; does its work count?
    Opens(&'static str, bool),
}

/// What is posted for this token and state.
type Form = fn(&str, &str) -> Vec<(String, String)>;

/// A good launch, to be bent.
pub(crate) struct Bend<'h> {
    house: &'h House,
    /// The login's parameters.
    login: Vec<(String, String)>,
    by_get: bool,
    /// The token's header, as text.
    header: String,
    claims: Value,
    /// The claims as text, where they are no JSON that `serde_json` would write.
    payload: Option<String>,
    signed: Signed,
    /// What happens to the compact token in the end.
    compact: fn(String) -> String,
    /// Instead of `id_token` and `state`.
    form: Option<Form>,
    /// The browser that posts the form.
    browser: Who,
    /// Milliseconds between login and launch.
    late: i64,
}

/// Which browser posts the launch.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Who {
    /// The one that began the login.
    Same,
    /// The same without its cookies.
    WithoutCookies,
    /// Another, with a login of its own under way.
    Another,
    /// The same, showing the cookie of another of its logins.
    OtherCookie,
    /// The same with an empty cookie.
    EmptyCookie,
}

const fn refused(name: &'static str, status: u16, code: &'static str, bend: fn(&mut Bend<'_>)) -> Case {
    Case { name, bend, outcome: Outcome::Launch(status, code) }
}

const fn opens(name: &'static str, role: &'static str, gradable: bool, bend: fn(&mut Bend<'_>)) -> Case {
    Case { name, bend, outcome: Outcome::Opens(role, gradable) }
}

impl<'h> Bend<'h> {
    fn new(house: &'h House) -> Self {
        Self {
            house,
            login: house.login_fields().into_iter().map(|(n, v)| (n.to_owned(), v)).collect(),
            by_get: false,
            header: json!({ "alg": "RS256", "typ": "JWT", "kid": "key-1" }).to_string(),
            claims: house.claims("u1"),
            payload: None,
            signed: Signed::Platform,
            compact: |token| token,
            form: None,
            browser: Who::Same,
            late: 0,
        }
    }

    /// Another value of a claim; LTI's own go by their short name.
    fn set(&mut self, name: &str, value: Value) {
        let name = self.name(name);
        self.claims[name] = value;
    }

    fn without(&mut self, names: &[&str]) {
        for name in names {
            let name = self.name(name);
            self.claims.as_object_mut().unwrap().remove(&name);
        }
    }

    fn name(&self, short: &str) -> String {
        let plain = ["iss", "aud", "azp", "exp", "iat", "nbf", "nonce", "sub", "name", "given_name", "family_name", "email", "locale"];
        if plain.contains(&short) || short.contains(':') { short.to_owned() } else { format!("{LTI}{short}") }
    }

    fn roles(&mut self, roles: &[&str]) {
        self.set("roles", json!(roles));
    }

    fn seconds(&self, claim: &str) -> i64 {
        self.claims[claim].as_i64().unwrap()
    }

    fn login(&mut self, name: &str, value: impl Into<String>) {
        self.login.retain(|(n, _)| n != name);
        self.login.push((name.to_owned(), value.into()));
    }

    fn without_login(&mut self, name: &str) {
        self.login.retain(|(n, _)| n != name);
    }

    fn target(&mut self, url: &str) {
        self.login("target_link_uri", url);
        self.set("target_link_uri", json!(url));
    }
}

/// Counts rows past the application.
enum Rows {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Rows {
    async fn of(db: &Db) -> Self {
        if db.is_sqlite() {
            Self::Sqlite(SqliteConnection::connect(&db.url()).await.unwrap())
        } else {
            Self::Postgres(PgConnection::connect(&db.url()).await.unwrap())
        }
    }

    async fn count(&mut self, of: &str) -> i64 {
        let text = AssertSqlSafe(format!("SELECT CAST(COUNT(*) AS BIGINT) FROM {of}"));
        match self {
            Self::Sqlite(c) => sqlx::query_scalar(text).fetch_one(c).await.unwrap(),
            Self::Postgres(c) => sqlx::query_scalar(text).fetch_one(c).await.unwrap(),
        }
    }

    async fn waits(&mut self, state: &str) -> bool {
        self.count(&format!("login_state WHERE state_hash = '{}'", ids::timed_hash(state))).await == 1
    }
}

/// Runs a table. `two`: another tool of the same platform is registered as well.
fn run(cases: &'static [Case], two: bool) {
    each(async |db| {
        let house = House::open_with(db, Options { failures_a_minute: 1_000_000, ..Options::default() }).await;
        if two {
            house.register(registration(&house.issuer, "client-2")).await;
        }
        // The deployment is learned, so that another one has to wait.
        let mut first = Browser::new();
        assert_eq!(house.launch(&mut first, house.claims("u0")).await.status, 200);
        let mut rows = Rows::of(db).await;
        for case in cases {
            try_case(db, &house, &mut rows, case).await;
            house.ahead.store(0, std::sync::atomic::Ordering::Relaxed);
        }
    });
}

async fn try_case(db: &Db, house: &House, rows: &mut Rows, case: &Case) {
    let (name, before) = (case.name, rows.count("session").await);
    let mut bend = Bend::new(house);
    (case.bend)(&mut bend);
    let mut browser = Browser::new();
    let answer = log_in(&bend, &mut browser).await;
    if let Outcome::Login(status, code) = case.outcome {
        check_refusal(db, name, &answer, &browser, status, code).await;
        assert!(browser.cookies.is_empty(), "{name}: a cookie without a login");
        assert_eq!(rows.count("session").await, before, "{name}");
        return;
    }
    let (state, nonce) = begun(&answer).unwrap_or_else(|| panic!("{name}: the login was refused: {}", answer.body));
    let mut poster = poster(house, &bend, browser).await;
    house.ahead.store(bend.late, std::sync::atomic::Ordering::Relaxed);
    let token = (bend.compact)(tokens::make(&bend, &nonce));
    let form = match bend.form {
        Some(form) => form(&token, &state),
        None => vec![("id_token".to_owned(), token), ("state".to_owned(), state.clone())],
    };
    let form: Vec<(&str, String)> = form.iter().map(|(n, v)| (n.as_str(), v.clone())).collect();
    let page = poster.post_from(&format!("{}/lti/launch", house.base), &form, Some(&house.issuer.url())).await;
    let page = poster.follow(page).await;
    match case.outcome {
        Outcome::Launch(status, code) | Outcome::Spent(status, code) => {
            check_refusal(db, name, &page, &poster, status, code).await;
            assert_eq!(rows.count("session").await, before, "{name}: a session was opened");
            assert_eq!(rows.waits(&state).await, matches!(case.outcome, Outcome::Launch(..)), "{name}: is the login spent?");
        }
        Outcome::Opens(role, gradable) => {
            assert_eq!(page.status, 200, "{name}: {}", page.body);
            assert_eq!(rows.count("session").await, before + 1, "{name}");
            assert!(!rows.waits(&state).await, "{name}: the login must be spent");
            let token = &poster.cookies[poster.sessions()[0]];
            let opened =
                session::find(&mut db.store.read().await.unwrap(), &ids::timed_hash(token), house.app.now()).await.unwrap().unwrap();
            assert_eq!((opened.role.as_str(), opened.gradable), (role, gradable), "{name}");
            assert!(page.url.contains(&format!("/l/{}/", app::launch_id(token))), "{name}: {}", page.url);
            let class = poster.get(&format!("{}/class", page.root())).await;
            assert_eq!(class.status == 200, role == "instructor", "{name}: {}", class.status);
        }
        Outcome::Login(..) => unreachable!(),
    }
}

async fn log_in(bend: &Bend<'_>, browser: &mut Browser) -> Page {
    let url = format!("{}/lti/login", bend.house.base);
    if bend.by_get {
        let url = url::Url::parse_with_params(&url, &bend.login).unwrap();
        return browser.get_only(url.as_str()).await;
    }
    let fields: Vec<(&str, String)> = bend.login.iter().map(|(n, v)| (n.as_str(), v.clone())).collect();
    browser.post_from(&url, &fields, Some(&bend.house.issuer.url())).await
}

/// State and nonce of a login that goes on: by a redirect, or by the page that speaks to Platform Storage.
fn begun(answer: &Page) -> Option<(String, String)> {
    let next = match answer.headers.get("location") {
        Some(location) => location.to_str().unwrap().to_owned(),
        None if answer.status == 200 => answer.attribute("data-store", "data-next"),
        None => return None,
    };
    let url = url::Url::parse(&next).unwrap();
    let value = |name: &str| url.query_pairs().find(|(n, _)| n == name).map(|(_, v)| v.into_owned());
    Some((value("state")?, value("nonce")?))
}

async fn poster(house: &House, bend: &Bend<'_>, mut browser: Browser) -> Browser {
    match bend.browser {
        Who::Same => {}
        Who::WithoutCookies => browser.cookies.clear(),
        Who::Another => {
            browser = Browser::new();
            house.login(&mut browser).await;
        }
        Who::OtherCookie => {
            let mut other = Browser::new();
            house.login(&mut other).await;
            let value = other.cookies.values().next().unwrap().clone();
            browser.cookies.values_mut().for_each(|v| v.clone_from(&value));
        }
        Who::EmptyCookie => browser.cookies.values_mut().for_each(String::clear),
    }
    browser
}

async fn check_refusal(db: &Db, name: &str, page: &Page, browser: &Browser, status: u16, code: &str) {
    assert_eq!(page.status.as_u16(), status, "{name}: {}", page.body);
    let reference = page.headers["x-request-id"].to_str().unwrap();
    assert!(page.body.contains(reference) && page.body.contains("What to do"), "{name}: {}", page.body);
    assert!(browser.sessions().is_empty(), "{name}: {:?}", browser.cookies);
    let newest = launch_log::recent(&mut db.store.read().await.unwrap(), DEFAULT_TENANT, 1).await.unwrap();
    let logged = newest.first().filter(|line| line.reference == reference);
    assert_eq!(logged.map(|l| (l.code.as_str(), l.ok)), (!code.is_empty()).then_some((code, false)), "{name}: {newest:?}");
}

const TABLES: &[&[Case]] = &[logins::CASES, forms::CASES, tokens::CASES, claims::CASES, odd::CASES];

#[test]
fn the_table_holds_at_least_120_named_launches() {
    let names: Vec<&str> = TABLES.iter().flat_map(|table| table.iter().map(|c| c.name)).collect();
    let distinct: BTreeSet<_> = names.iter().collect();
    assert_eq!(distinct.len(), names.len(), "each case has a name of its own");
    let bad = TABLES.iter().flat_map(|t| t.iter()).filter(|c| !matches!(c.outcome, Outcome::Opens(..))).count();
    println!("{} launches: {bad} that must be refused, {} odd ones that must open", names.len(), names.len() - bad);
    assert!(bad >= 120 && names.len() - bad >= 40, "{bad} bad of {}", names.len());
    assert!(names.len() >= 120 && CLIENT_ID == "client-1");
}

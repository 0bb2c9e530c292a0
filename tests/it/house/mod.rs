//! A whole server for tests: a small course, a platform that signs whatever it is told, and browsers that keep cookies.

mod browser;
mod whole;

use std::{
    net::TcpListener,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicI64, AtomicU32, Ordering},
    },
};

use courseferry::{
    app::{App, MediaKey, Parts, Site, deliver_scores::Courier, read_roster::Rosters, subscribe::Subscriptions},
    clock::{self, Clock},
    course::{self, Course, Source},
    ids,
    lti::{
        jose::{SigningKey, jwks_document},
        seal::MasterKey,
    },
    services::{ags::Ags, http, key_sets::KeySets, notices::Notices, nrps::Nrps, tokens::Tokens},
    store::{
        DEFAULT_TENANT, Durability, Store, Tx,
        registration::{self, DeploymentPolicy, Registration, RegistrationStatus},
    },
    web::{self, Certificate, Options, State},
};
use reqwest::{StatusCode, header};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

pub(crate) use browser::{Browser, Page, client};
pub(crate) use whole::{right_answer, whole_course};

use crate::databases::Db;

pub(crate) const CLIENT_ID: &str = "client-1";

const COURSE: &[(&str, &str)] = &[
    (
        "course.toml",
        "id = \"tiny\"\ntitle = \"A tiny <course>\"\nversion = \"1\"\nlanguage = \"en\"\nsummary = \"Small.\"\nlicense = \"CC0-1.0\"\n\
         credits = []\n[grading]\nattempts = 2\npass_mark = 60\ngrade = \"best\"\n[navigator]\norder = [\"alpha\", \"beta\"]\n",
    ),
    (
        "modules/01-alpha/module.toml",
        "id = \"alpha\"\ntitle = \"Alpha\"\nsummary = \"First.\"\nhours = { read = 1, lab = 0 }\n[[outcome]]\nid = \"a-o1\"\ntext = \"Know it.\"\n",
    ),
    (
        "modules/01-alpha/01-one.md",
        "---\nid: a-one\ntitle: One\nsummary: The first.\nminutes: 5\noutcomes: [a-o1]\n---\n\n## Here\n\nSee [the other](../02-beta/01-far.md), [here](glossary:here).\n\n\
         ![a dot](media/dot.svg \"A dot\")\n",
    ),
    ("modules/01-alpha/glossary.toml", "[[term]]\nid = \"here\"\nterm = \"Here\"\nlesson = \"a-one\"\ntext = \"Where one is.\"\n"),
    (
        "modules/01-alpha/02-two.md",
        "---\nid: a-two\ntitle: Two\nsummary: The second.\nminutes: 5\noutcomes: [a-o1]\n---\n\n## There\n\nText.\n",
    ),
    (
        "modules/01-alpha/media/dot.svg",
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 2 2\"><circle cx=\"1\" cy=\"1\" r=\"1\"/></svg>",
    ),
    (
        "modules/01-alpha/quiz.toml",
        "title = \"Alpha quiz\"\nintro = \"Two questions.\"\n\
         [[question]]\nid = \"a-q1\"\ntype = \"single\"\nstem = \"Which?\"\nlesson = \"a-one\"\noutcome = \"a-o1\"\ndifficulty = 1\noptions = [\n\
         { id = \"yes\", text = \"This.\", correct = true, why = \"SECRETRIGHT\" },\n{ id = \"no\", text = \"That.\", why = \"SECRETWRONG\" },\n]\n\
         [[question]]\nid = \"a-q2\"\ntype = \"numeric\"\nstem = \"How many?\"\nlesson = \"a-two\"\noutcome = \"a-o1\"\ndifficulty = 1\n\
         answer = 12.5\ntolerance = 0.01\nwhy = \"SECRETNUMBER\"\n",
    ),
    (
        "modules/02-beta/module.toml",
        "id = \"beta\"\ntitle = \"Beta\"\nsummary = \"Second.\"\nhours = { read = 1, lab = 0 }\n[[outcome]]\nid = \"b-o1\"\ntext = \"Know more.\"\n",
    ),
    (
        "modules/02-beta/01-far.md",
        "---\nid: b-far\ntitle: Far\nsummary: Far away.\nminutes: 5\noutcomes: [b-o1]\n---\n\n## Away\n\nText.\n",
    ),
];

fn tiny_source() -> Source {
    Source::from_files(COURSE.iter().copied())
}

pub(crate) fn tiny_course() -> Course {
    course::load(&tiny_source(), None).unwrap_or_else(|found| panic!("{found}"))
}

/// The same course as a folder.
pub(crate) fn write_tiny_course(dir: &std::path::Path) {
    for (path, text) in COURSE {
        let path = dir.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

/// A platform's signing half: its key, served as a key set, and tokens made of any claims.
pub(crate) struct Issuer {
    pub(crate) key: SigningKey,
    pub(crate) port: u16,
    /// What it serves as its key set.
    document: Arc<Mutex<String>>,
    fetches: Arc<AtomicU32>,
}

impl Issuer {
    pub(crate) async fn start() -> Self {
        // Making a key takes longer than most tests.
        static DER: OnceLock<Vec<u8>> = OnceLock::new();
        let der = DER.get_or_init(|| SigningKey::generate("key-1").unwrap().private_der().to_vec());
        let key = SigningKey::from_der("key-1", der).unwrap();
        let (document, fetches) = (Arc::new(Mutex::new(jwks_document(std::slice::from_ref(key.public_jwk())))), Arc::default());
        let port = Self::serve_document(Arc::clone(&document), Arc::clone(&fetches)).await;
        Self { key, port, document, fetches }
    }

    /// Serves the public half of another key; gives where.
    pub(crate) async fn serve(key: &SigningKey) -> String {
        let document = Arc::new(Mutex::new(jwks_document(std::slice::from_ref(key.public_jwk()))));
        format!("http://127.0.0.1:{}", Self::serve_document(document, Arc::default()).await)
    }

    async fn serve_document(served: Arc<Mutex<String>>, counted: Arc<AtomicU32>) -> u16 {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let _ = stream.read(&mut [0; 4096]).await;
                counted.fetch_add(1, Ordering::SeqCst);
                let document = served.lock().unwrap().clone();
                let answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{document}",
                    document.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        port
    }

    /// Serves another key set from now on.
    pub(crate) fn publish(&self, document: &Value) {
        *self.document.lock().unwrap() = document.to_string();
    }

    /// How often anything was fetched from it.
    pub(crate) fn fetches(&self) -> u32 {
        self.fetches.load(Ordering::SeqCst)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// A server with its database and a registered platform.
pub(crate) struct House {
    pub(crate) base: String,
    pub(crate) app: Arc<App>,
    pub(crate) issuer: Issuer,
    /// Milliseconds that our clock is ahead.
    pub(crate) ahead: Arc<AtomicI64>,
    pub(crate) registration_id: String,
}

/// Seals every house's signing key.
pub(crate) fn master() -> MasterKey {
    static KEY: OnceLock<MasterKey> = OnceLock::new();
    KEY.get_or_init(|| MasterKey::generate().unwrap()).clone()
}

/// The use cases over `store`, allowed to call these ports on this machine.
pub(crate) fn app(store: &Store, site: Site, clock: Clock, ports: &[u16]) -> App {
    let allow_hosts = ports.iter().map(|port| ("127.0.0.1".into(), *port)).collect();
    let client = http::Client::new(&http::Options { allow_hosts, ..Default::default() }).unwrap();
    let tokens = Tokens::new(client.clone(), Arc::clone(&clock));
    let master = master();
    App::new(Parts {
        site,
        store: store.clone(),
        rosters: Rosters::new(store.clone(), Arc::clone(&clock), Nrps::new(client.clone(), tokens.clone()), master.clone()),
        subscriptions: Subscriptions::new(store.clone(), Arc::clone(&clock), Notices::new(client.clone(), tokens.clone()), master.clone()),
        courier: Courier::new(store.clone(), Arc::clone(&clock), Ags::new(client.clone(), tokens), master),
        http: client.clone(),
        key_sets: KeySets::new(client, Arc::clone(&clock)),
        clock,
        media: MediaKey::from_secret("test"),
        session_hours: 8,
        rotate_keys_days: 0,
        course: tiny_course(),
    })
}

/// Serves on a free port; `{address}` in `public` becomes it.
pub(crate) async fn serve(store: &Store, public: &str, certificate: Option<&Certificate>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let site = Site::parse(&public.replace("{address}", &address)).unwrap();
    let state = State::new(Arc::new(app(store, site, clock::system(), &[])), Options::default());
    tokio::spawn(web::serve(listener, certificate, 1, state).unwrap().server);
    address
}

impl House {
    pub(crate) async fn open(db: &Db) -> Self {
        Self::open_with(db, Options { failures_a_minute: 100, ..Options::default() }).await
    }

    pub(crate) async fn open_with(db: &Db, options: Options) -> Self {
        let ahead = Arc::new(AtomicI64::new(0));
        let offset = Arc::clone(&ahead);
        let clock = Arc::new(move || clock::now() + jiff::SignedDuration::from_millis(offset.load(Ordering::Relaxed)));
        Self::open_by(db, ahead, clock, options, &[]).await
    }

    /// A house whose clock stands still.
    pub(crate) async fn open_at_rest(db: &Db) -> Self {
        let now = clock::now();
        Self::open_by(db, Arc::default(), Arc::new(move || now), Options { failures_a_minute: 100, ..Options::default() }, &[]).await
    }

    /// Allowed to call these ports too.
    pub(crate) async fn open_beside(db: &Db, more: &[u16]) -> Self {
        let ahead = Arc::new(AtomicI64::new(0));
        let offset = Arc::clone(&ahead);
        let clock = Arc::new(move || clock::now() + jiff::SignedDuration::from_millis(offset.load(Ordering::Relaxed)));
        Self::open_by(db, ahead, clock, Options { failures_a_minute: 100, ..Options::default() }, more).await
    }

    async fn open_by(db: &Db, ahead: Arc<AtomicI64>, clock: Clock, options: Options, more: &[u16]) -> Self {
        let issuer = Issuer::start().await;
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let ports = [&[issuer.port], more].concat();
        let app = Arc::new(app(&db.store, Site::parse(&base).unwrap(), clock, &ports));
        let state = State::new(Arc::clone(&app), options);
        tokio::spawn(web::serve(listener, None, 1, state).unwrap().server);
        let registration = registration(&issuer, CLIENT_ID);
        let registration_id = registration.id.clone();
        let house = Self { base, app, issuer, ahead, registration_id };
        house.register(registration).await;
        house
    }

    pub(crate) async fn register(&self, registration: Registration) {
        let op = async move |tx: &mut Tx| registration::insert(tx, &registration).await;
        self.app.store.write(Durability::Full, op).await.unwrap();
    }

    /// Claims of a good launch of a learner named `sub`; the nonce comes later.
    pub(crate) fn claims(&self, sub: &str) -> Value {
        let now = (self.app.clock)().as_second();
        json!({
            "iss": self.issuer.url(), "aud": CLIENT_ID, "azp": CLIENT_ID, "sub": sub, "iat": now, "exp": now + 60,
            "name": "Ada <b>Lovelace</b>",
            "https://purl.imsglobal.org/spec/lti/claim/version": "1.3.0",
            "https://purl.imsglobal.org/spec/lti/claim/message_type": "LtiResourceLinkRequest",
            "https://purl.imsglobal.org/spec/lti/claim/deployment_id": "d1",
            "https://purl.imsglobal.org/spec/lti/claim/target_link_uri": format!("{}/lti/launch", self.base),
            "https://purl.imsglobal.org/spec/lti/claim/roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"],
            "https://purl.imsglobal.org/spec/lti/claim/resource_link": { "id": "link-1", "title": "Alpha" },
            "https://purl.imsglobal.org/spec/lti/claim/context": { "id": "course-1", "title": "Course" },
            "https://purl.imsglobal.org/spec/lti/claim/custom": { "to": "alpha" },
            "https://purl.imsglobal.org/spec/lti/claim/launch_presentation": { "return_url": format!("{}/back", self.issuer.url()) },
            "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": {
                "scope": ["https://purl.imsglobal.org/spec/lti-ags/scope/score"],
                "lineitem": format!("{}/lineitem", self.issuer.url()),
            },
        })
    }

    /// The same for a teacher.
    pub(crate) fn teacher(&self, sub: &str) -> Value {
        let mut claims = self.claims(sub);
        claims["https://purl.imsglobal.org/spec/lti/claim/roles"] = json!(["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"]);
        claims
    }

    pub(crate) fn login_fields(&self) -> Vec<(&'static str, String)> {
        vec![
            ("iss", self.issuer.url()),
            ("client_id", CLIENT_ID.to_owned()),
            ("login_hint", "hint".to_owned()),
            ("lti_message_hint", "message".to_owned()),
            ("target_link_uri", format!("{}/lti/launch", self.base)),
        ]
    }

    /// Login, then the launch form with these claims.
    pub(crate) async fn launch(&self, browser: &mut Browser, claims: Value) -> Page {
        let (state, nonce) = self.login(browser).await;
        self.finish(browser, claims, &state, &nonce).await
    }

    /// Begins a login; gives state and nonce.
    pub(crate) async fn login(&self, browser: &mut Browser) -> (String, String) {
        let page = browser.post_from(&format!("{}/lti/login", self.base), &self.login_fields(), Some(&self.issuer.url())).await;
        assert_eq!(page.status, StatusCode::FOUND, "{}", page.body);
        let url = url::Url::parse(page.headers[header::LOCATION].to_str().unwrap()).unwrap();
        let value = |name: &str| url.query_pairs().find(|(n, _)| n == name).unwrap().1.into_owned();
        (value("state"), value("nonce"))
    }

    /// Posts the launch form and follows where it leads.
    pub(crate) async fn finish(&self, browser: &mut Browser, mut claims: Value, state: &str, nonce: &str) -> Page {
        if claims.get("nonce").is_none() {
            claims["nonce"] = json!(nonce);
        }
        let token = self.issuer.key.sign(&claims).unwrap();
        self.post_token(browser, &token, state).await
    }

    pub(crate) async fn post_token(&self, browser: &mut Browser, token: &str, state: &str) -> Page {
        let fields = [("id_token", token.to_owned()), ("state", state.to_owned())];
        let page = browser.post_from(&format!("{}/lti/launch", self.base), &fields, Some(&self.issuer.url())).await;
        browser.follow(page).await
    }
}

pub(crate) fn registration(issuer: &Issuer, client_id: &str) -> Registration {
    Registration {
        id: ids::new_id(),
        tenant_id: DEFAULT_TENANT.to_owned(),
        issuer: issuer.url(),
        client_id: client_id.to_owned(),
        name: "Test platform".to_owned(),
        family: "generic".to_owned(),
        auth_url: format!("{}/auth", issuer.url()),
        token_url: format!("{}/token", issuer.url()),
        token_audience: None,
        jwks_url: format!("{}/jwks", issuer.url()),
        status: RegistrationStatus::Active,
        deployment_policy: DeploymentPolicy::Pin,
        anonymous: false,
        embedders: "[]".to_owned(),
        created_at: 0,
        updated_at: 0,
    }
}

//! The connection doctor against platforms that are set up wrongly in every way, and whole ones whose grade books it must leave as they were.

mod columns;
mod pages;
mod seeded;

use std::sync::{Arc, Mutex};

use courseferry::{
    app::{
        Site,
        audit::By,
        doctor::{Doctor, Order, Report},
    },
    clock, ids,
    lti::{
        ags::{SCOPE_LINE_ITEM, SCOPE_RESULT, SCOPE_SCORE},
        jose::jwks_document,
        seal::MasterKey,
    },
    services::http::{Client, Options},
    store::{
        DEFAULT_TENANT, Durability, Tx,
        launch_log::{self, LaunchLog},
        registration::{self, Registration},
        tool_key::{self, KeyStatus, ToolKey},
    },
};
use serde_json::json;

use crate::{
    databases::Db,
    fake_platform::{FakePlatform, Family, Reply, Request, Response, serve},
    services::tool_key as signing_key,
    store::{NOW, launch_of, open},
};

/// A platform, what the world finds at our address, and all that a test may set wrongly before the doctor comes.
pub(crate) struct Bed {
    pub(crate) platform: FakePlatform,
    pub(crate) registration: Registration,
    /// What our key set's address answers.
    served: Arc<Mutex<Response>>,
    site: String,
    /// Whether the platform's address may be called although it is private.
    allowed: bool,
    /// Sealed by another master key than ours.
    sealed_by_another: bool,
    without_key: bool,
    /// Codes of the last launches, oldest first; `opened` is a good one.
    launches: Vec<&'static str>,
    second_deployment: bool,
    line_items: Option<String>,
    memberships: Option<String>,
    line_item: Option<String>,
    order: Order,
}

impl Bed {
    /// All is well.
    pub(crate) fn new(family: Family) -> Bed {
        let platform = FakePlatform::start(family);
        let key = signing_key();
        platform.trust(key.public_jwk());
        let document = jwks_document(std::slice::from_ref(key.public_jwk()));
        let served = Arc::new(Mutex::new(Response::new(200, "application/json", document)));
        let answer = Arc::clone(&served);
        let port = serve(move |request: Request| {
            let ours = request.path == "/lti/jwks.json";
            Reply::Answer(if ours { answer.lock().unwrap().clone() } else { Response::plain(404, "no such page") })
        });
        platform.state().members = vec![json!({ "user_id": "ada", "status": "Active", "roles": ["Learner"] })];
        Bed {
            registration: platform.registration(),
            served,
            site: format!("http://127.0.0.1:{port}"),
            allowed: true,
            sealed_by_another: false,
            without_key: false,
            launches: vec!["opened"],
            second_deployment: false,
            line_items: Some(platform.line_items_url()),
            memberships: Some(platform.memberships_url()),
            line_item: Some(platform.line_item()),
            order: Order::default(),
            platform,
        }
    }

    /// A test column is made in this course.
    fn asks_for_a_column(&mut self) {
        self.order = Order { course: Some("course-7".into()), test_column: true };
    }

    fn serves(&self, response: Response) {
        *self.served.lock().unwrap() = response;
    }

    /// Puts everything into the database, and lets the doctor look.
    pub(crate) async fn examine(&self, db: &Db) -> Report {
        let (master, key, r) = (MasterKey::generate().unwrap(), signing_key(), self.registration.clone());
        let other = MasterKey::generate().unwrap();
        let sealing = if self.sealed_by_another { &other } else { &master };
        let kept = ToolKey {
            kid: key.kid().to_owned(),
            tenant_id: DEFAULT_TENANT.to_owned(),
            sealed_private: sealing.seal(key.kid(), key.private_der()).unwrap(),
            public_jwk: serde_json::to_string(key.public_jwk()).unwrap(),
            status: if self.without_key { KeyStatus::Retired } else { KeyStatus::Active },
            created_at: NOW,
            signs_from: NOW,
            retired_at: None,
        };
        let lines: Vec<LaunchLog> = self.launches.iter().map(|code| self.line(code)).collect();
        let second = self.second_deployment;
        let op = async move |tx: &mut Tx| {
            if kept.status == KeyStatus::Active {
                tool_key::insert_first(tx, &kept).await?;
            }
            registration::insert(tx, &r).await?;
            for line in &lines {
                launch_log::insert(tx, line).await?;
            }
            let first = registration::meet_deployment(tx, &r.id, "1", NOW).await?;
            if second {
                registration::meet_deployment(tx, &r.id, "2", NOW).await?;
            }
            Ok::<_, courseferry::store::StoreError>(first)
        };
        let deployment = db.store.write(Durability::Full, op).await.unwrap();
        let mut launch = launch_of(&deployment, "ada", &ids::new_id());
        launch.context.lineitems_url = self.line_items.clone();
        launch.context.memberships_url = self.memberships.clone();
        launch.link.lineitem = self.line_item.clone();
        launch.link.ags_scopes = serde_json::to_string(&[SCOPE_SCORE, SCOPE_RESULT, SCOPE_LINE_ITEM]).unwrap();
        open(&db.store, &launch, NOW).await.unwrap();
        let allow_hosts = if self.allowed { self.platform.allow() } else { Vec::new() };
        let http = Client::new(&Options { allow_hosts, ..Options::default() }).unwrap();
        let site = Site::parse(&self.site).unwrap();
        let doctor = Doctor::new(db.store.clone(), clock::system(), http, master, site);
        doctor.visit(By::command_line(), self.registration.clone(), self.order.clone()).await.unwrap()
    }

    fn line(&self, code: &str) -> LaunchLog {
        LaunchLog {
            id: ids::new_id(),
            tenant_id: DEFAULT_TENANT.to_owned(),
            reference: "AAAAA-BBBBB".to_owned(),
            stage: "launch".to_owned(),
            ok: code == "opened",
            code: code.to_owned(),
            detail: String::new(),
            issuer: self.registration.issuer.clone(),
            client_id: self.registration.client_id.clone(),
            checks: "[]".to_owned(),
            created_at: NOW,
        }
    }
}

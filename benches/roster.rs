//! What a roster of 5,000 costs: fetched over HTTP in one piece (as Moodle sends it), read, and merged into a real SQLite file;
//! first when nobody is known, then when nothing has changed.
//!
//! `cargo bench --bench roster`. Environment: `BENCH_MEMBERS` (default 5000).
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, dead_code)]

#[path = "launch/http.rs"]
mod http;

use courseferry::{
    app::{read_roster::Rosters, tool_keys},
    clock,
    config::DatabaseSettings,
    ids,
    lti::seal::MasterKey,
    services::{
        http::{Client, Options},
        nrps::Nrps,
        tokens::Tokens,
    },
    store::{
        DEFAULT_TENANT, Durability, Store, Tx, context,
        launch::{self, ContextClaim, LaunchRecord, LearnerClaim, LinkClaim},
        registration::{self, DeploymentPolicy, Registration, RegistrationStatus},
    },
};
use serde_json::json;

/// CPU seconds of this process so far, user and system: the page is served from here too, and costs little.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let after = stat.rsplit_once(')').expect("a stat line").1;
    let fields: Vec<f64> = after.split_whitespace().filter_map(|f| f.parse().ok()).collect();
    (fields[10] + fields[11]) / 100.0
}

#[tokio::main]
async fn main() {
    let n = std::env::var("BENCH_MEMBERS").ok().and_then(|v| v.parse().ok()).unwrap_or(5000);
    let members: Vec<_> = (0..n)
        .map(|i| {
            json!({ "user_id": ids::new_id(), "status": "Active", "roles": ["Learner"], "name": format!("Given{i} Family{i}"),
                "given_name": format!("Given{i}"), "family_name": format!("Family{i}"), "email": format!("person{i}@students.example.edu"),
                "lis_person_sourcedid": format!("sis-{i}"), "ext_user_username": format!("person{i}") })
        })
        .collect();
    let roster = json!({ "members": members }).to_string();
    println!("{n} members, {} kB", roster.len() / 1000);
    let tokens_at = http::serve_document(json!({ "access_token": "token", "expires_in": 3600 }).to_string()).await;
    let roster_at = http::serve_document(roster).await;
    let dir = tempfile::tempdir().expect("a folder");
    let store = Store::connect(&DatabaseSettings::sqlite_in(dir.path())).await.unwrap();
    let master = MasterKey::generate().unwrap();
    let now = clock::now().as_millisecond();
    tool_keys::ensure(&store, &master, now).await.unwrap();
    let context_id = course(&store, tokens_at, roster_at, now).await;
    let client =
        Client::new(&Options { allow_hosts: [tokens_at, roster_at].map(|port| ("127.0.0.1".into(), port)).to_vec(), ..Options::default() })
            .unwrap();
    let tokens = Tokens::new(client.clone(), clock::system());
    let rosters = Rosters::new(store.clone(), clock::system(), Nrps::new(client, tokens), master);
    for what in ["nobody known", "nothing new"] {
        let (start, before) = (std::time::Instant::now(), cpu());
        let merged = rosters.read(&context_id).await.unwrap();
        println!("{what}: {:.2} s CPU, {:.2} s, {merged:?}", cpu() - before, start.elapsed().as_secs_f64());
    }
}

/// A course with a roster, launched once; gives its row id.
async fn course(store: &Store, tokens_at: u16, roster_at: u16, now: i64) -> String {
    let platform = format!("http://127.0.0.1:{tokens_at}");
    let row = Registration {
        id: ids::new_id(),
        tenant_id: DEFAULT_TENANT.to_owned(),
        issuer: platform.clone(),
        client_id: "bench".to_owned(),
        name: "Bench".to_owned(),
        family: "moodle".to_owned(),
        auth_url: format!("{platform}/auth"),
        token_url: format!("{platform}/token"),
        token_audience: None,
        jwks_url: format!("{platform}/jwks"),
        status: RegistrationStatus::Active,
        deployment_policy: DeploymentPolicy::Pin,
        anonymous: false,
        embedders: "[]".to_owned(),
        created_at: now,
        updated_at: now,
    };
    let memberships = format!("http://127.0.0.1:{roster_at}/memberships");
    let op = async move |tx: &mut Tx| {
        registration::insert(tx, &row).await?;
        let deployment = registration::meet_deployment(tx, &row.id, "1", now).await?;
        let launch = LaunchRecord {
            tenant_id: DEFAULT_TENANT.to_owned(),
            registration_id: row.id.clone(),
            deployment_id: deployment.id,
            context: ContextClaim { lms_id: "c".into(), memberships_url: Some(memberships.clone()), ..ContextClaim::default() },
            link: LinkClaim { lms_id: "l".into(), ags_scopes: "[]".into(), ..LinkClaim::default() },
            learner: LearnerClaim { sub: "teacher".into(), ..LearnerClaim::default() },
            role: "instructor".into(),
            roles: "[]".into(),
            gradable: false,
            session_hash: ids::new_id(),
            session_data: "{}".into(),
            expires_at: now + 1,
        };
        launch::open_session(tx, &launch, now).await?;
        context::list(tx, &row.id, 1).await
    };
    store.write(Durability::Normal, op).await.unwrap().remove(0).id
}

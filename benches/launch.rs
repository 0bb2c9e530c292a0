//! How many launches a second, and what each costs: login + launch + first page against the real binary and a real SQLite file.
//!
//! `cargo bench --bench launch` builds `ferry` in release, starts it on a free port with a data folder of its own, registers a
//! platform whose key set is served from here, and drives it in three phases (as the peers in docs/BENCHMARKS.md were driven):
//! N logins; signing N fresh RS256 id_tokens with the nonces that came back (untimed); N launches, each following its redirect to a
//! 200 page. Keep-alive connections; generator and server share the machine.
//!
//! Environment: `BENCH_N` (default 6000), `BENCH_CONNECTIONS` (16), `BENCH_ROUNDS` (3).
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "launch/http.rs"]
mod http;
#[path = "launch/process.rs"]
mod process;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use courseferry::lti::jose::SigningKey;
use http::Connection;
use process::Ferry;
use serde_json::json;

const CLAIM: &str = "https://purl.imsglobal.org/spec/lti/claim/";

fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default)
}

/// A login that came back: what the launch needs.
struct Begun {
    state: String,
    nonce: String,
    cookie: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (n, connections, rounds) = (setting("BENCH_N", 6000), setting("BENCH_CONNECTIONS", 16), setting("BENCH_ROUNDS", 3));
    let key = SigningKey::generate("bench-1").unwrap();
    let jwks = json!({ "keys": [key.public_jwk()] }).to_string();
    let issuer_port = http::serve_document(jwks).await;
    let ferry = Ferry::start(issuer_port).await;
    println!("start to first page: {} ms (second start, rendering cached)", ferry.start_ms);
    println!("idle memory: {:.1} MiB", ferry.rss_mib());
    println!("{n} cycles, {connections} connections, {rounds} rounds");
    for round in 1..=rounds {
        run_round(round, n, connections, &ferry, &key).await;
    }
    println!("memory after the rounds: {:.1} MiB", ferry.rss_mib());
}

async fn run_round(round: usize, n: usize, connections: usize, ferry: &Ferry, key: &SigningKey) {
    let cpu = ferry.cpu();
    let start = Instant::now();
    let (begun, mut login_times) = logins(n, connections, ferry).await;
    let (login_wall, login_cpu) = (start.elapsed(), ferry.cpu() - cpu);

    let tokens: Vec<String> = begun.iter().enumerate().map(|(i, b)| sign(ferry, key, round, i, &b.nonce)).collect();

    let cpu = ferry.cpu();
    let start = Instant::now();
    let mut launch_times = launches(&begun, &tokens, connections, ferry).await;
    let (launch_wall, launch_cpu) = (start.elapsed(), ferry.cpu() - cpu);
    let wall = (login_wall + launch_wall).as_secs_f64();
    let count = begun.len() as f64;
    println!(
        "round {round}: {:.0} cycles/s | login {:.0}/s (p50 {} p99 {}) | launch + page {:.0}/s (p50 {} p99 {}) | server CPU {:.3} ms a cycle ({:.3} + {:.3})",
        count / wall,
        count / login_wall.as_secs_f64(),
        percentile(&mut login_times, 50),
        percentile(&mut login_times, 99),
        count / launch_wall.as_secs_f64(),
        percentile(&mut launch_times, 50),
        percentile(&mut launch_times, 99),
        (login_cpu + launch_cpu) * 1000.0 / count,
        login_cpu * 1000.0 / count,
        launch_cpu * 1000.0 / count,
    );
}

fn percentile(times: &mut [Duration], p: usize) -> String {
    times.sort_unstable();
    let at = (times.len() * p / 100).min(times.len().saturating_sub(1));
    times.get(at).map_or_else(|| "-".into(), |t| format!("{:.1} ms", t.as_secs_f64() * 1000.0))
}

async fn logins(n: usize, connections: usize, ferry: &Ferry) -> (Vec<Begun>, Vec<Duration>) {
    let body = Arc::new(ferry.login_body());
    let left = Arc::new(AtomicUsize::new(n));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..connections {
        let (body, left, port) = (body.clone(), left.clone(), ferry.port);
        tasks.spawn(async move {
            let mut connection = Connection::open(port).await;
            let mut done = Vec::new();
            while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |x| x.checked_sub(1)).is_ok() {
                let start = Instant::now();
                let answer = connection.post("/lti/login", &body, "").await;
                assert_eq!(answer.status, 302, "login: {}", answer.body);
                let location = url::Url::parse(answer.header("location")).unwrap();
                let query = |name: &str| location.query_pairs().find(|(k, _)| k == name).map(|(_, v)| v.into_owned()).unwrap();
                done.push((Begun { state: query("state"), nonce: query("nonce"), cookie: answer.cookies() }, start.elapsed()));
            }
            done
        });
    }
    tasks.join_all().await.into_iter().flatten().unzip()
}

async fn launches(begun: &[Begun], tokens: &[String], connections: usize, ferry: &Ferry) -> Vec<Duration> {
    let work: Arc<Vec<(String, String)>> =
        Arc::new(begun.iter().zip(tokens).map(|(b, t)| (http::form(&[("state", &b.state), ("id_token", t)]), b.cookie.clone())).collect());
    let next = Arc::new(AtomicUsize::new(0));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..connections {
        let (work, next, port) = (work.clone(), next.clone(), ferry.port);
        tasks.spawn(async move {
            let mut connection = Connection::open(port).await;
            let mut done = Vec::new();
            while let Some((body, cookie)) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
                let start = Instant::now();
                let mut answer = connection.post("/lti/launch", body, cookie).await;
                let mut cookies = answer.cookies();
                for _ in 0..3 {
                    if !(301..=308).contains(&answer.status) {
                        break;
                    }
                    let path = http::path_of(answer.header("location"));
                    answer = connection.get(&path, &cookies).await;
                    if cookies.is_empty() {
                        cookies = answer.cookies();
                    }
                }
                assert_eq!(answer.status, 200, "launch: {}", answer.body);
                assert!(answer.body.contains("</html>"), "a page came back");
                done.push(start.elapsed());
            }
            done
        });
    }
    tasks.join_all().await.into_iter().flatten().collect()
}

/// A learner in one of ten courses, a thousand learners, as one school's morning looks.
fn sign(ferry: &Ferry, key: &SigningKey, round: usize, i: usize, nonce: &str) -> String {
    let now = courseferry::clock::now().as_second();
    let mut claims = json!({
        "iss": ferry.issuer, "aud": "bench", "sub": format!("learner-{}", (i * 7 + round) % 1000), "nonce": nonce, "iat": now, "exp": now + 600,
        "name": "Ada Lovelace", "given_name": "Ada", "family_name": "Lovelace", "email": "ada@example.edu", "locale": "en",
        "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": { "scope": ["https://purl.imsglobal.org/spec/lti-ags/scope/score"],
            "lineitems": format!("{}/lineitems", ferry.issuer), "lineitem": format!("{}/lineitems/{}", ferry.issuer, i % 10) },
    });
    let more = [
        ("message_type", json!("LtiResourceLinkRequest")),
        ("version", json!("1.3.0")),
        ("deployment_id", json!("1")),
        ("target_link_uri", json!(format!("{}/lti/launch?to=foundations", ferry.public_url))),
        ("roles", json!(["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"])),
        ("context", json!({ "id": format!("course-{}", i % 10), "label": "C", "title": "A course" })),
        ("resource_link", json!({ "id": format!("link-{}", i % 10), "title": "Module 1" })),
        ("tool_platform", json!({ "guid": "bench", "product_family_code": "moodle", "version": "4.5" })),
    ];
    claims.as_object_mut().unwrap().extend(more.map(|(k, v)| (format!("{CLAIM}{k}"), v)));
    key.sign(&claims).unwrap()
}

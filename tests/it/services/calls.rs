//! Whom we call, and what we make of those who answer oddly.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use courseferry::services::http::{Client, HttpError, Options, Refusal, Request};
use url::Url;

use super::Rig;
use crate::{
    databases::block_on,
    fake_platform::{At, Family, Fault, Response, serve},
};

#[test]
fn redirects_are_not_followed_and_private_addresses_not_called() {
    block_on(async {
        let called = Arc::new(AtomicBool::new(false));
        let note = Arc::clone(&called);
        let secret = serve(move |_| {
            note.store(true, Ordering::SeqCst);
            panic!("called");
        });
        let rig = Rig::new(Family::Moodle);
        let inside = format!("http://127.0.0.1:{secret}/latest/meta-data/");
        rig.platform.fault(At::Jwks, Fault::Answer(Response::plain(302, "").with("location", inside.clone())));
        let answer = rig.http.send(Request::get(&Url::parse(&rig.platform.url("/jwks")).unwrap())).await.unwrap();
        assert_eq!(answer.status, 302);
        for url in [
            inside,
            format!("https://127.0.0.1:{secret}/"),
            format!("https://localhost:{secret}/"),
            format!("https://[::ffff:127.0.0.1]:{secret}/"),
            format!("https://2130706433:{secret}/"),
            format!("https://user@127.0.0.1:{}/", rig.platform.port()),
        ] {
            let error = rig.http.send(Request::get(&Url::parse(&url).unwrap())).await.unwrap_err();
            assert!(matches!(error, HttpError::Refused(_)), "{url}: {error}");
            assert!(!error.is_in_doubt());
        }
        assert!(!called.load(Ordering::SeqCst));
    });
}

#[test]
fn what_was_surely_not_sent_is_told_from_what_may_have_arrived() {
    block_on(async {
        let rig = Rig::new(Family::Moodle);
        let url = Url::parse(&rig.platform.url("/jwks")).unwrap();
        for fault in [Fault::HangUpBefore, Fault::HangUpAfter] {
            rig.platform.fault(At::Jwks, fault);
            assert!(rig.http.send(Request::get(&url)).await.unwrap_err().is_in_doubt());
        }
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let client = Client::new(&Options { allow_hosts: vec![("127.0.0.1".into(), port)], ..Options::default() }).unwrap();
        let error = client.send(Request::get(&Url::parse(&format!("http://127.0.0.1:{port}/")).unwrap())).await.unwrap_err();
        assert!(matches!(error, HttpError::Unreachable { .. }) && !error.is_in_doubt(), "{error}");
        let error = client.send(Request::get(&Url::parse("https://no-such-host.invalid/").unwrap())).await.unwrap_err();
        assert!(matches!(error, HttpError::Unreachable { .. }) && !error.is_in_doubt(), "{error}");
    });
}

#[test]
fn endless_and_huge_answers_end() {
    block_on(async {
        let rig = Rig::new(Family::Moodle);
        let url = Url::parse(&rig.platform.url("/jwks")).unwrap();
        rig.platform.fault(At::Jwks, Fault::Answer(Response::new(200, "application/json", vec![b' '; 300 * 1024])));
        assert!(matches!(rig.http.send(Request::get(&url)).await, Err(HttpError::TooLarge(_))));
        rig.platform.fault(At::Jwks, Fault::Drip);
        let began = Instant::now();
        assert!(rig.http.send(Request::get(&url)).await.unwrap_err().is_in_doubt());
        assert!(began.elapsed() < Duration::from_secs(8));
    });
}

#[test]
fn a_proxy_carries_public_calls_and_the_exceptions_go_direct() {
    block_on(async {
        let asked = Arc::new(std::sync::Mutex::new(Vec::new()));
        let note = Arc::clone(&asked);
        let proxy = serve(move |request| {
            note.lock().unwrap().push(format!("{} {}", request.method, request.path));
            panic!("no way through");
        });
        let rig = Rig::new(Family::Moodle);
        let options = Options { allow_hosts: rig.platform.allow(), proxy: Some(format!("http://127.0.0.1:{proxy}")), ca_pem: None };
        let client = Client::new(&options).unwrap();
        assert!(client.send(Request::get(&Url::parse("https://lms.example/token").unwrap())).await.is_err());
        assert_eq!(client.send(Request::get(&Url::parse(&rig.platform.url("/jwks")).unwrap())).await.unwrap().status, 200);
        let literal = client.send(Request::get(&Url::parse("https://10.0.0.1/").unwrap())).await.unwrap_err();
        assert!(matches!(literal, HttpError::Refused(Refusal::NotPublic(_))));
        assert_eq!(*asked.lock().unwrap(), ["CONNECT lms.example:443"]);
    });
}

#[test]
fn a_bad_certificate_file_or_proxy_is_told_at_once() {
    let bad = |options: Options| matches!(Client::new(&options), Err(HttpError::Setup(_)));
    assert!(bad(Options { ca_pem: Some(b"-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----".to_vec()), ..Options::default() }));
    assert!(bad(Options { proxy: Some("::::".into()), ..Options::default() }));
}

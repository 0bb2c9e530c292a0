//! Outbound calls against a platform that is slow, rotates its keys, refuses and lies.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use courseferry::{
    clock::Clock,
    lti::{
        ags::{ActivityProgress, GradingProgress, LineItem, RESULTS_TYPE, SCOPE_RESULT, SCOPE_SCORE, Score},
        jose::SigningKey,
    },
    services::{
        ags::{Ags, AgsError, Wanted},
        http::{Client, HttpError, Options, Refusal, Request},
        key_sets::{KeySetError, KeySets},
        tokens::{Platform, TokenFault, Tokens},
    },
};
use jiff::Timestamp;
use serde_json::json;
use url::Url;

use crate::{
    databases::block_on,
    fake_platform::{At, FakePlatform, Family, Fault, Response, serve},
};

/// A clock the test moves, in seconds.
pub(crate) fn clock_at(seconds: i64) -> (Clock, Arc<AtomicI64>) {
    let hand = Arc::new(AtomicI64::new(seconds));
    let read = Arc::clone(&hand);
    (Arc::new(move || Timestamp::from_second(read.load(Ordering::SeqCst)).unwrap()), hand)
}

const START: i64 = 1_795_000_000;

/// Our key; making one takes longer than most tests.
pub(crate) fn tool_key() -> SigningKey {
    static DER: OnceLock<Vec<u8>> = OnceLock::new();
    SigningKey::from_der("tool-1", DER.get_or_init(|| SigningKey::generate("tool-1").unwrap().private_der().to_vec())).unwrap()
}

struct Rig {
    platform: FakePlatform,
    http: Client,
    clock: Clock,
    hand: Arc<AtomicI64>,
    key: SigningKey,
}

impl Rig {
    fn new(family: Family) -> Rig {
        let (clock, hand) = clock_at(START);
        let platform = FakePlatform::with_clock(family, Arc::clone(&clock));
        let http = Client::new(&Options { allow_hosts: platform.allow(), ..Options::default() }).unwrap();
        let key = tool_key();
        platform.trust(key.public_jwk());
        Rig { platform, http, clock, hand, key }
    }

    fn keys(&self) -> KeySets {
        KeySets::new(self.http.clone(), Arc::clone(&self.clock))
    }

    fn tokens(&self) -> Tokens {
        Tokens::new(self.http.clone(), Arc::clone(&self.clock))
    }

    fn ags(&self) -> Ags {
        Ags::new(self.http.clone(), self.tokens())
    }

    fn wait(&self, seconds: i64) {
        self.hand.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Runs `test` with the registration as its services see it.
    fn with(&self, test: impl AsyncFn(&Platform<'_>)) {
        let token_url = self.platform.url("/token");
        let platform = Platform { registration_id: "r1", client_id: "client-1", token_url: &token_url, audience: None, key: &self.key };
        block_on(test(&platform));
    }
}

fn score(user: &str, given: f64, stamp: &str) -> Score {
    Score {
        user_id: user.into(),
        score_given: Some(given),
        score_maximum: Some(100.0),
        activity_progress: ActivityProgress::Completed,
        grading_progress: GradingProgress::FullyGraded,
        timestamp: stamp.into(),
        comment: None,
        submission: None,
        canvas: None,
    }
}

#[test]
fn keys_are_fetched_once_and_live_as_long_as_they_may() {
    block_on(async {
        for (max_age, life) in [(None, 3600), (Some(600), 600), (Some(1), 300), (Some(i64::MAX), 86_400)] {
            let rig = Rig::new(Family::Moodle);
            if let Some(age) = max_age {
                rig.platform.max_age(age);
            }
            let (keys, url) = (rig.keys(), rig.platform.url("/jwks"));
            for _ in 0..10 {
                assert!(keys.holding(&url, "platform-1").await.unwrap().has("platform-1"));
            }
            rig.wait(life - 1);
            keys.holding(&url, "platform-1").await.unwrap();
            assert_eq!(rig.platform.requests(At::Jwks), 1, "{max_age:?}");
            rig.wait(1);
            keys.holding(&url, "platform-1").await.unwrap();
            assert_eq!(rig.platform.requests(At::Jwks), 2, "{max_age:?}");
        }
    });
}

#[test]
fn a_flood_of_unknown_keys_costs_one_fetch_a_minute_and_a_new_key_is_found() {
    block_on(async {
        let rig = Rig::new(Family::Canvas);
        let (keys, url) = (rig.keys(), rig.platform.url("/jwks"));
        keys.holding(&url, "platform-1").await.unwrap();
        rig.wait(59);
        for i in 0..50 {
            keys.holding(&url, &format!("random-{i}")).await.unwrap();
        }
        assert_eq!(rig.platform.requests(At::Jwks), 1);
        let kid = rig.platform.rotate();
        rig.wait(1);
        assert!(keys.holding(&url, &kid).await.unwrap().has(&kid));
        for i in 0..50 {
            keys.holding(&url, &format!("random-{i}")).await.unwrap();
        }
        assert_eq!(rig.platform.requests(At::Jwks), 2);
    });
}

#[test]
fn a_class_that_launches_at_once_causes_one_fetch() {
    block_on(async {
        let rig = Rig::new(Family::Moodle);
        rig.platform.fault(At::Jwks, Fault::Slow(Duration::from_millis(200)));
        let (keys, url) = (rig.keys(), rig.platform.url("/jwks"));
        let all = futures_util::future::join_all((0..50).map(|_| keys.holding(&url, "platform-1"))).await;
        assert!(all.into_iter().all(|k| k.unwrap().has("platform-1")));
        assert_eq!(rig.platform.requests(At::Jwks), 1);
    });
}

#[test]
fn old_keys_outlive_a_failing_platform_which_is_asked_again_within_seconds() {
    block_on(async {
        let rig = Rig::new(Family::Moodle);
        let (keys, url) = (rig.keys(), rig.platform.url("/jwks"));
        keys.holding(&url, "platform-1").await.unwrap();
        rig.wait(3600);
        rig.platform.fault(At::Jwks, Fault::Answer(Response::plain(503, "maintenance")));
        assert!(keys.holding(&url, "platform-1").await.unwrap().has("platform-1"));
        assert!(keys.holding(&url, "platform-1").await.unwrap().has("platform-1"));
        assert_eq!(rig.platform.requests(At::Jwks), 2, "a failure is not repeated for every launch");
        rig.wait(6);
        keys.holding(&url, "platform-1").await.unwrap();
        assert_eq!(rig.platform.requests(At::Jwks), 3);
    });
}

#[test]
fn a_first_fetch_that_fails_says_why_and_is_no_cooldown() {
    block_on(async {
        let rig = Rig::new(Family::Moodle);
        let (keys, url) = (rig.keys(), rig.platform.url("/jwks"));
        rig.platform.fault(At::Jwks, Fault::HangUpBefore);
        assert!(matches!(keys.holding(&url, "platform-1").await, Err(KeySetError::Fetch(_))));
        assert!(matches!(keys.holding(&url, "platform-1").await, Err(KeySetError::Fetch(_))), "told again without a call");
        assert_eq!(rig.platform.requests(At::Jwks), 1);
        rig.wait(6);
        rig.platform.fault(At::Jwks, Fault::Answer(Response::new(200, "text/html", "<html>log in</html>")));
        assert!(matches!(keys.holding(&url, "platform-1").await, Err(KeySetError::Unreadable(_))));
        rig.wait(6);
        rig.platform.fault(At::Jwks, Fault::Answer(Response::plain(302, "").with("location", rig.platform.url("/elsewhere"))));
        assert!(matches!(keys.holding(&url, "platform-1").await, Err(KeySetError::Status(302))));
        rig.wait(6);
        assert!(keys.holding(&url, "platform-1").await.is_ok(), "seconds later, not a minute");
        assert!(matches!(keys.holding("not an address", "k").await, Err(KeySetError::Address(_))));
    });
}

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

#[test]
fn a_token_is_kept_until_a_minute_before_its_end_and_per_scope() {
    for family in [Family::Moodle, Family::Canvas] {
        let rig = Rig::new(family);
        rig.with(async |platform| {
            let tokens = rig.tokens();
            let first = tokens.get(platform, &[SCOPE_SCORE, SCOPE_RESULT]).await.unwrap();
            assert_eq!(tokens.get(platform, &[SCOPE_RESULT, SCOPE_SCORE]).await.unwrap(), first, "the order of scopes does not matter");
            assert_ne!(tokens.get(platform, &[SCOPE_SCORE]).await.unwrap(), first);
            rig.wait(3539);
            assert_eq!(tokens.get(platform, &[SCOPE_SCORE, SCOPE_RESULT]).await.unwrap(), first);
            rig.wait(1);
            assert_ne!(tokens.get(platform, &[SCOPE_SCORE, SCOPE_RESULT]).await.unwrap(), first);
            assert_ne!(tokens.get(&Platform { registration_id: "r2", ..*platform }, &[SCOPE_SCORE]).await.unwrap(), first);
            assert_eq!(rig.platform.requests(At::Token), 4);
        });
    }
}

#[test]
fn many_who_need_a_token_wait_for_one_request() {
    let rig = Rig::new(Family::Canvas);
    rig.with(async |platform| {
        rig.platform.fault(At::Token, Fault::Slow(Duration::from_millis(100)));
        let tokens = rig.tokens();
        let all = futures_util::future::join_all((0..20).map(|_| tokens.get(platform, &[SCOPE_SCORE]))).await;
        assert!(all.windows(2).all(|w| w[0].as_ref().unwrap() == w[1].as_ref().unwrap()));
        assert_eq!(rig.platform.requests(At::Token), 1);
    });
}

#[test]
fn odd_token_answers_are_told_apart() {
    let rig = Rig::new(Family::Moodle);
    rig.with(async |platform| {
        let tokens = rig.tokens();
        let answer = |status, body: serde_json::Value| Fault::Answer(Response::json(status, "application/json", &body));
        rig.platform.fault(At::Token, answer(400, json!({"error": "invalid_client"})));
        let refused = tokens.get(platform, &[SCOPE_SCORE]).await.unwrap_err();
        assert!(matches!(&refused, TokenFault::Refused { status: 400, error } if error == "invalid_client"), "{refused}");
        for body in [json!({"token": "x"}), json!([]), json!({"access_token": 5})] {
            rig.platform.fault(At::Token, answer(200, body));
            assert!(matches!(tokens.get(platform, &[SCOPE_SCORE]).await, Err(TokenFault::Unreadable)));
        }
        rig.platform.fault(At::Token, answer(200, json!({"access_token": "t", "expires_in": "120"})));
        assert_eq!(&*tokens.get(platform, &[SCOPE_SCORE]).await.unwrap(), "t");
        rig.wait(60);
        assert_ne!(&*tokens.get(platform, &[SCOPE_SCORE]).await.unwrap(), "t", "a life told as text counts");
        let audience = tokens.get(&Platform { audience: Some("https://other.example"), ..*platform }, &[SCOPE_SCORE]).await;
        assert!(matches!(audience, Err(TokenFault::Refused { .. })));
        assert_eq!(rig.platform.breaches(), ["token request: aud is not the token address, as text"]);
    });
}

#[test]
fn a_score_is_posted_and_a_spent_token_replaced_once() {
    let rig = Rig::new(Family::Moodle);
    rig.with(async |platform| {
        let ags = rig.ags();
        let item = rig.platform.line_item();
        assert_eq!(ags.post_score(platform, &item, &score("ada", 80.0, "2026-11-18T10:00:00.000Z")).await.unwrap().status, 200);
        rig.platform.revoke_tokens();
        assert_eq!(ags.post_score(platform, &item, &score("ada", 90.0, "2026-11-18T10:00:01.000Z")).await.unwrap().status, 200);
        assert_eq!((rig.platform.requests(At::Token), rig.platform.requests(At::Score)), (2, 3));
        for _ in 0..2 {
            rig.platform.fault(At::Score, Fault::Answer(Response::plain(401, "Invalid Developer Key")));
        }
        assert_eq!(ags.post_score(platform, &item, &score("ada", 95.0, "2026-11-18T10:00:02.000Z")).await.unwrap().status, 401);
        assert_eq!(rig.platform.entry("ada").percent, Some(90.0));
    });
}

#[test]
fn results_of_one_learner_are_read_even_where_the_filter_is_ignored() {
    for family in [Family::Moodle, Family::Canvas, Family::Edx] {
        let rig = Rig::new(family);
        rig.with(async |platform| {
            let (ags, item) = (rig.ags(), rig.platform.line_item());
            for (user, given) in [("ada", 80.0), ("ben", 60.0)] {
                ags.post_score(platform, &item, &score(user, given, "2026-11-18T10:00:00.000Z")).await.unwrap();
            }
            let ada = ags.results(platform, &item, Some("ada")).await.unwrap();
            assert_eq!(ada.iter().map(|r| (r.user_id.as_str(), r.percent())).collect::<Vec<_>>(), [("ada", Some(80.0))]);
            assert_eq!(ags.results(platform, &item, None).await.unwrap().len(), 2);
        });
    }
}

#[test]
fn pages_are_followed_to_their_end_and_not_in_circles_nor_elsewhere() {
    let rig = Rig::new(Family::Canvas);
    rig.with(async |platform| {
        let (ags, item) = (rig.ags(), rig.platform.line_item());
        let page = |user: serde_json::Value, next: &str| {
            let body = json!([{ "userId": user, "resultScore": 1, "resultMaximum": 2 }]);
            let link = format!("<{next}>; rel=“next”");
            Fault::Answer(Response::json(200, RESULTS_TYPE, &body).with("link", link))
        };
        let second = rig.platform.url("/services/lineitems/1/lineitem/results?type_id=7&amp;page=2");
        rig.platform.fault(At::Results, page(json!(17), &second));
        rig.platform.fault(At::Results, Fault::Answer(Response::json(200, RESULTS_TYPE, &json!([{ "userId": "x" }, "odd"]))));
        let all = ags.results(platform, &item, None).await.unwrap();
        assert_eq!(all.iter().map(|r| (r.user_id.as_str(), r.percent())).collect::<Vec<_>>(), [("17", Some(50.0)), ("x", None)]);

        let itself = rig.platform.url("/services/lineitems/1/lineitem/results?type_id=7");
        rig.platform.fault(At::Results, page(json!("x"), &itself));
        assert!(matches!(ags.results(platform, &item, None).await, Err(AgsError::Paging)));
        rig.platform.fault(At::Results, page(json!("x"), "https://evil.example/collect"));
        assert!(matches!(ags.results(platform, &item, None).await, Err(AgsError::Paging)), "the token stays with its host");
        rig.platform.fault(At::Results, Fault::Answer(Response::new(200, "text/html", "<html>")));
        assert!(matches!(ags.results(platform, &item, None).await, Err(AgsError::Unreadable(_))));
    });
}

#[test]
fn line_items_are_found_by_link_and_made_with_all_they_need() {
    let rig = Rig::new(Family::Moodle);
    rig.with(async |platform| {
        let (ags, list) = (rig.ags(), rig.platform.line_items_url());
        let item = LineItem {
            id: None,
            label: "Quiz".into(),
            score_maximum: 100.0,
            resource_id: Some("m1".into()),
            tag: Some("grade".into()),
            resource_link_id: Some("link-1".into()),
            other: serde_json::Map::new(),
        };
        let made = ags.create_line_item(platform, &list, &item).await.unwrap();
        assert!(made.id.as_deref().unwrap().ends_with("?type_id=7"));
        let by_link = Wanted { resource_link_id: Some("link-1"), ..Wanted::default() };
        assert_eq!(ags.line_items(platform, &list, by_link, true).await.unwrap(), [made]);
        let other = Wanted { resource_link_id: Some("link-2"), ..Wanted::default() };
        assert_eq!(ags.line_items(platform, &list, other, true).await.unwrap(), []);
        rig.platform.grant(&[SCOPE_SCORE]);
        let narrow = rig.ags().line_items(platform, &list, by_link, true).await.unwrap_err();
        assert!(matches!(narrow, AgsError::Token(TokenFault::Refused { status: 400, .. })), "{narrow}");
    });
}

//! Address tricks in every URL that is fetched: key sets, tokens, line items, rosters, next pages, outcomes. Nobody on this machine is
//! called.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use courseferry::{
    clock,
    lti::{
        ags::{ActivityProgress, GradingProgress, Score},
        nrps::MEMBERS_TYPE,
        v1p1::Method,
    },
    services::{
        ServiceError,
        ags::{Ags, AgsError, Wanted},
        http::{Client, HttpError, Options},
        nrps::Nrps,
        outcomes::{Outcomes, Place},
        tokens::{Platform, TokenFault, Tokens},
    },
    store::{DEFAULT_TENANT, Durability, Tx, launch_log, registration},
};

use crate::{
    databases::{block_on, sqlite},
    fake_platform::{At, FakePlatform, Family, Fault, Reply, Response, serve},
    house::{Browser, House},
    services::tool_key,
};

/// `{p}` is the port of somebody who counts callers.
const TRICKS: &[&str] = &[
    "http://127.0.0.1:{p}/",
    "https://127.0.0.1:{p}/",
    "https://2130706433:{p}/",
    "https://0x7f.1:{p}/",
    "https://0177.0.0.1:{p}/",
    "https://localhost.:{p}/",
    "https://[::ffff:127.0.0.1]:{p}/",
    "https://[64:ff9b::7f00:1]:{p}/",
    "https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:{p}/",
    "https://lms.example@127.0.0.1:{p}/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[fe80::1]:{p}/",
    "https://[::ffff:169.254.169.254]/latest/meta-data/",
    "https://metadata.google.internal/",
    "file:///etc/passwd",
    "not an address",
];

/// Somebody who must not be called.
fn counter() -> (Arc<AtomicU32>, u16) {
    let calls = Arc::new(AtomicU32::new(0));
    let note = Arc::clone(&calls);
    let port = serve(move |_| {
        note.fetch_add(1, Ordering::SeqCst);
        panic!("called");
    });
    (calls, port)
}

fn tricks(port: u16) -> impl Iterator<Item = String> {
    TRICKS.iter().map(move |t| t.replace("{p}", &port.to_string()))
}

#[test]
fn no_key_set_is_fetched_from_a_trick_address() {
    sqlite(async |db| {
        let house = House::open(db).await;
        let (calls, port) = counter();
        for url in tricks(port) {
            let (id, jwks_url) = (house.registration_id.clone(), url.clone());
            let op = async move |tx: &mut Tx| {
                let row = registration::find(tx, &id).await?.unwrap();
                registration::update(tx, &registration::Registration { jwks_url: jwks_url.clone(), ..row }).await
            };
            db.store.write(Durability::Full, op).await.unwrap();
            let mut browser = Browser::new();
            house.launch(&mut browser, house.claims("u1")).await.assert_refused(&browser);
            let log = launch_log::recent(&mut db.store.read().await.unwrap(), DEFAULT_TENANT, 1).await.unwrap();
            assert_eq!(log[0].code, "keys_unreadable", "{url}");
        }
        assert_eq!(calls.load(Ordering::SeqCst), 0);
    });
}

fn score() -> Score {
    Score {
        user_id: "5".into(),
        score_given: Some(1.0),
        score_maximum: Some(1.0),
        activity_progress: ActivityProgress::Completed,
        grading_progress: GradingProgress::FullyGraded,
        timestamp: "2026-11-23T10:00:00.000Z".into(),
        comment: None,
        submission: None,
        canvas: None,
    }
}

#[test]
fn no_token_score_or_page_goes_to_a_trick_address() {
    block_on(async {
        let platform = FakePlatform::start(Family::Moodle);
        let key = tool_key();
        platform.trust(key.public_jwk());
        let http = Client::new(&Options { allow_hosts: platform.allow(), ..Options::default() }).unwrap();
        let ags = Ags::new(http.clone(), Tokens::new(http, clock::system()));
        let token_url = platform.url("/token");
        let good = Platform { registration_id: "r1", client_id: "client-1", token_url: &token_url, audience: None, key: &key };
        let (calls, port) = counter();
        let refused = |error: &AgsError| {
            matches!(
                error,
                AgsError::Address(_)
                    | AgsError::Paging
                    | AgsError::Http(HttpError::Refused(_))
                    | AgsError::Token(TokenFault::Address(_) | TokenFault::Http(HttpError::Refused(_)))
            )
        };
        for url in tricks(port) {
            let elsewhere = Platform { registration_id: &url, token_url: &url, ..good };
            let error = ags.post_score(&elsewhere, &platform.line_item(), &score()).await.unwrap_err();
            assert!(refused(&error), "token from {url}: {error}");
            let error = ags.post_score(&good, &url, &score()).await.unwrap_err();
            assert!(refused(&error), "score to {url}: {error}");
            let error = ags.line_items(&good, &url, Wanted::default(), true).await.unwrap_err();
            assert!(refused(&error), "line items of {url}: {error}");
            let page = Response::new(200, "application/json", "[]").with("link", format!("<{}>; rel=\"next\"", url.replace('ⓛ', "l")));
            platform.fault(At::LineItems, Fault::Answer(page));
            let outcome = ags.line_items(&good, &platform.line_items_url(), Wanted::default(), true).await;
            // What is no address is a page beside the first one.
            assert!(matches!(outcome, Err(AgsError::Paging | AgsError::Answered(_))), "next page at {url}: {outcome:?}");
        }
        assert_eq!(calls.load(Ordering::SeqCst), 0);
        platform.breaches();
    });
}

#[test]
fn no_roster_is_read_at_a_trick_address_nor_where_a_redirect_leads() {
    block_on(async {
        let platform = FakePlatform::start(Family::Canvas);
        let key = tool_key();
        platform.trust(key.public_jwk());
        let (calls, port) = counter();
        // Whoever is called would be allowed to be called, where the address is its plain one.
        let allow_hosts = [platform.allow(), vec![("127.0.0.1".to_owned(), port)]].concat();
        let http = Client::new(&Options { allow_hosts: platform.allow(), ..Options::default() }).unwrap();
        let wide = Client::new(&Options { allow_hosts, ..Options::default() }).unwrap();
        let nrps = Nrps::new(http.clone(), Tokens::new(http, clock::system()));
        let token_url = platform.url("/token");
        let good = Platform { registration_id: "r1", client_id: "client-1", token_url: &token_url, audience: None, key: &key };
        for url in tricks(port) {
            let error = nrps.members(&good, &url, Some(50)).await.unwrap_err();
            let refused = matches!(error, ServiceError::Address(_) | ServiceError::Paging | ServiceError::Http(HttpError::Refused(_)));
            assert!(refused, "roster of {url}: {error}");
            let page =
                Response::new(200, MEMBERS_TYPE, "{\"members\":[]}").with("link", format!("<{}>; rel=\"next\"", url.replace('ⓛ', "l")));
            platform.fault(At::Members, Fault::Answer(page));
            let outcome = nrps.members(&good, &platform.memberships_url(), Some(50)).await;
            assert!(matches!(outcome, Err(ServiceError::Paging | ServiceError::Answered(_))), "next page at {url}: {outcome:?}");
        }
        let nrps = Nrps::new(wide.clone(), Tokens::new(wide, clock::system()));
        for target in
            [format!("http://127.0.0.1:{port}/members"), "http://169.254.169.254/".to_owned(), "//evil.example/members".to_owned()]
        {
            platform.fault(At::Members, Fault::Answer(Response::new(302, "text/plain", "").with("location", target.clone())));
            let outcome = nrps.members(&good, &platform.memberships_url(), Some(50)).await;
            assert!(matches!(&outcome, Err(ServiceError::Answered(answer)) if answer.status == 302), "{target}: {outcome:?}");
        }
        assert_eq!(calls.load(Ordering::SeqCst), 0);
        platform.breaches();
    });
}

#[test]
fn no_outcome_goes_to_a_trick_address_nor_where_a_redirect_leads() {
    block_on(async {
        let (calls, port) = counter();
        // A campus host that is allowed, and sends everybody on.
        let target = Arc::new(std::sync::Mutex::new(String::new()));
        let sends_to = Arc::clone(&target);
        let campus = serve(move |_| Reply::Answer(Response::new(307, "text/plain", "").with("location", sends_to.lock().unwrap().clone())));
        let allow_hosts = |ports: &[u16]| ports.iter().map(|p| ("127.0.0.1".to_owned(), *p)).collect();
        let client = |ports: &[u16]| {
            let http = Client::new(&Options { allow_hosts: allow_hosts(ports), ..Options::default() }).unwrap();
            Outcomes::new(http, clock::system())
        };
        let place = |url: &str| Place {
            service_url: url.to_owned(),
            sourced_id: "cell".into(),
            method: Method::HmacSha1,
            key: "key".into(),
            secret: "secret".into(),
        };
        let outcomes = client(&[campus]);
        for url in tricks(port) {
            let place = place(&url);
            let said = [
                outcomes.replace(&place, 80.0).await.map(drop),
                outcomes.delete(&place).await.map(drop),
                outcomes.read(&place, "ada").await.map(drop),
            ];
            for result in said {
                let refused = matches!(result, Err(AgsError::Address(_) | AgsError::Http(HttpError::Refused(_))));
                assert!(refused, "outcome to {url}: {result:?}");
            }
        }
        // A redirect is an answer, even where its target may be called itself: the signature was made for one address.
        let outcomes = client(&[campus, port]);
        for to in [format!("http://127.0.0.1:{port}/"), "http://169.254.169.254/".to_owned(), "//evil.example/".to_owned()] {
            *target.lock().unwrap() = to.clone();
            let place = place(&format!("http://127.0.0.1:{campus}/service"));
            assert_eq!(outcomes.replace(&place, 80.0).await.unwrap().status, 307, "{to}");
            assert!(matches!(outcomes.read(&place, "ada").await, Err(AgsError::Answered(answer)) if answer.status == 307), "{to}");
        }
        assert_eq!(calls.load(Ordering::SeqCst), 0);
    });
}

//! Launches that must open nothing, and what is said of them.

use std::sync::atomic::Ordering;

use courseferry::{
    lti::jose::SigningKey,
    store::{
        DEFAULT_TENANT, Durability, Tx, launch_log,
        registration::{self, RegistrationStatus},
    },
};
use serde_json::{Value, json};

use super::LTI;
use crate::{
    databases::each,
    house::{Browser, CLIENT_ID, House, registration as a_registration},
};

/// A change to the claims of a good launch, and the code its refusal must be logged with.
type Spoil = (&'static str, fn(&House, &mut Value));

const SPOILED: &[Spoil] = &[
    ("platform_unknown", |_, c| c["iss"] = json!("https://stranger.example")),
    ("platform_unknown", |_, c| c["aud"] = json!("another-tool")),
    ("platform_unknown", |_, c| drop(c.as_object_mut().unwrap().remove("aud"))),
    ("audience_wrong", |_, c| c["aud"] = json!([CLIENT_ID, "somebody-else"])),
    ("authorized_party_wrong", |_, c| c["azp"] = json!("another-tool")),
    ("token_expired", |_, c| c["exp"] = json!(c["exp"].as_i64().unwrap() - 3600)),
    ("expiry_wrong", |_, c| c["exp"] = json!(c["exp"].to_string())),
    ("expiry_wrong", |_, c| drop(c.as_object_mut().unwrap().remove("exp"))),
    ("token_too_old", |_, c| c["iat"] = json!(c["iat"].as_i64().unwrap() - 86_400)),
    ("token_from_the_future", |_, c| c["iat"] = json!(c["iat"].as_i64().unwrap() + 3600)),
    ("nonce_wrong", |_, c| c["nonce"] = json!("a nonce we never issued")),
    ("version_wrong", |_, c| c[format!("{LTI}version")] = json!("11.3")),
    ("message_type_wrong", |_, c| c[format!("{LTI}message_type")] = json!("LtiUnknownRequest")),
    ("deployment_missing", |_, c| drop(c.as_object_mut().unwrap().remove(&format!("{LTI}deployment_id")))),
    ("target_wrong", |_, c| c[format!("{LTI}target_link_uri")] = json!("https://evil.example/lti/launch")),
    ("target_wrong", |h, c| c[format!("{LTI}target_link_uri")] = json!(format!("{}/lti/other?to=alpha", h.base))),
    ("roles_wrong", |_, c| drop(c.as_object_mut().unwrap().remove(&format!("{LTI}roles")))),
    ("subject_missing", |_, c| drop(c.as_object_mut().unwrap().remove("sub"))),
    ("resource_link_missing", |_, c| drop(c.as_object_mut().unwrap().remove(&format!("{LTI}resource_link")))),
];

#[test]
fn every_wrong_claim_is_refused_with_a_reference_and_its_reason_in_the_log() {
    each(async |db| {
        let house = House::open(db).await;
        for (code, spoil) in SPOILED {
            let mut browser = Browser::new();
            let mut claims = house.claims("u1");
            spoil(&house, &mut claims);
            let page = house.launch(&mut browser, claims).await;
            page.assert_refused(&browser);
            let reference = page.headers["x-request-id"].to_str().unwrap();
            let log = launch_log::recent(&mut db.store.read().await.unwrap(), DEFAULT_TENANT, 1).await.unwrap();
            assert_eq!((log[0].code.as_str(), log[0].reference.as_str(), log[0].ok), (*code, reference, false), "{}", log[0].detail);
        }
    });
}

#[test]
fn tokens_that_are_not_the_platforms_are_refused() {
    each(async |db| {
        let house = House::open(db).await;
        let foreign = SigningKey::generate("key-1").unwrap();
        let unknown = SigningKey::generate("key-2").unwrap();
        let part = |v: Value| data_encoding::BASE64URL_NOPAD.encode(v.to_string().as_bytes());
        for kind in ["foreign key", "unknown kid", "none", "hs256", "two parts", "nonsense", "no kid"] {
            let mut browser = Browser::new();
            let (state, nonce) = house.login(&mut browser).await;
            let mut claims = house.claims("u1");
            claims["nonce"] = json!(nonce);
            let good = house.issuer.key.sign(&claims).unwrap();
            let (body, signature) = (good.split('.').nth(1).unwrap(), good.split('.').nth(2).unwrap());
            let token = match kind {
                "foreign key" => foreign.sign(&claims).unwrap(),
                "unknown kid" => unknown.sign(&claims).unwrap(),
                "none" => format!("{}.{body}.", part(json!({ "alg": "none", "kid": "key-1" }))),
                "hs256" => format!("{}.{body}.{signature}", part(json!({ "alg": "HS256", "kid": "key-1" }))),
                "no kid" => format!("{}.{body}.{signature}", part(json!({ "alg": "RS256" }))),
                "two parts" => good.rsplit_once('.').unwrap().0.to_owned(),
                _ => "nonsense".to_owned(),
            };
            let page = house.post_token(&mut browser, &token, &state).await;
            page.assert_refused(&browser);
            // Nothing was consumed: the good token still works.
            let page = house.post_token(&mut browser, &good, &state).await;
            assert_eq!(page.status, 200, "{kind}: {}", page.body);
        }
    });
}

#[test]
fn a_login_is_too_late_after_ten_minutes() {
    each(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        let (state, nonce) = house.login(&mut browser).await;
        house.ahead.store(11 * 60 * 1000, Ordering::Relaxed);
        house.finish(&mut browser, house.claims("u1"), &state, &nonce).await.assert_refused(&browser);
    });
}

#[test]
fn an_unknown_platform_is_named_with_issuer_and_client_id() {
    each(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        let fields = [
            ("iss", "https://stranger.example/<x>".to_owned()),
            ("client_id", "stranger-7".to_owned()),
            ("login_hint", "h".to_owned()),
            ("target_link_uri", format!("{}/lti/launch", house.base)),
        ];
        let page = browser.post_from(&format!("{}/lti/login", house.base), &fields, None).await;
        page.assert_refused(&browser);
        assert!(page.body.contains("https://stranger.example/&#60;x&#62;") && page.body.contains("stranger-7"), "{}", page.body);
    });
}

#[test]
fn without_a_client_id_one_registration_is_found_and_two_are_not() {
    each(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        let fields: Vec<_> = house.login_fields().into_iter().filter(|(n, _)| *n != "client_id").collect();
        let url = format!("{}/lti/login", house.base);
        assert_eq!(browser.post_from(&url, &fields, None).await.status, 302);
        house.register(a_registration(&house.issuer, "client-2")).await;
        let page = browser.post_from(&url, &fields, None).await;
        assert_eq!(page.status, 400);
        assert!(!page.body.contains("client-2"), "nothing is listed");
    });
}

#[test]
fn an_error_that_the_platform_posts_is_shown_politely_and_spends_the_login() {
    each(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        let (state, nonce) = house.login(&mut browser).await;
        let fields =
            [("error", "login_required".to_owned()), ("error_description", "<script>x</script>".to_owned()), ("state", state.clone())];
        let page = browser.post_from(&format!("{}/lti/launch", house.base), &fields, Some(&house.issuer.url())).await;
        page.assert_refused(&browser);
        assert!(page.body.contains("login_required") && !page.body.contains("<script>x"), "{}", page.body);
        house.finish(&mut browser, house.claims("u1"), &state, &nonce).await.assert_refused(&browser);
    });
}

#[test]
fn forms_that_are_no_launch_are_refused() {
    each(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        let url = format!("{}/lti/launch", house.base);
        for fields in [vec![], vec![("state", "x".to_owned())], vec![("id_token", "a.b.c".to_owned())]] {
            browser.post_from(&url, &fields, None).await.assert_refused(&browser);
        }
        let huge = [("id_token", "a".repeat(300_000)), ("state", "x".to_owned())];
        let page = browser.post_from(&url, &huge, None).await;
        assert_eq!(page.status, 413);
        page.assert_refused(&browser);
        let page = browser.post_from(&format!("{}/lti/login", house.base), &[("iss", "x".to_owned())], None).await;
        page.assert_refused(&browser);
    });
}

#[test]
fn the_first_deployment_is_learned_and_the_next_waits() {
    each(async |db| {
        let house = House::open(db).await;
        assert_eq!(house.launch(&mut Browser::new(), house.claims("u1")).await.status, 200);
        let mut claims = house.claims("u1");
        claims[format!("{LTI}deployment_id")] = json!("d2");
        let mut browser = Browser::new();
        let page = house.launch(&mut browser, claims.clone()).await;
        assert_eq!(page.status, 403);
        page.assert_refused(&browser);
        assert!(page.body.contains("d2"), "{}", page.body);
        let id = house.registration_id.clone();
        let waiting = registration::deployment(&mut db.store.read().await.unwrap(), &id, "d2").await.unwrap().unwrap();
        let approve = async move |tx: &mut Tx| registration::approve_deployment(tx, &waiting.id).await;
        assert!(db.store.write(Durability::Full, approve).await.unwrap());
        assert_eq!(house.launch(&mut Browser::new(), claims).await.status, 200);
    });
}

#[test]
fn a_registration_that_is_not_active_opens_nothing() {
    each(async |db| {
        let house = House::open(db).await;
        for status in [RegistrationStatus::Pending, RegistrationStatus::Disabled] {
            let mut browser = Browser::new();
            let (state, nonce) = house.login(&mut browser).await;
            let id = house.registration_id.clone();
            let set = async move |tx: &mut Tx| registration::set_status(tx, &id, status, 1).await;
            db.store.write(Durability::Full, set).await.unwrap();
            house.finish(&mut browser, house.claims("u1"), &state, &nonce).await.assert_refused(&browser);
            let mut other = Browser::new();
            other.post_from(&format!("{}/lti/login", house.base), &house.login_fields(), None).await.assert_refused(&other);
            let id = house.registration_id.clone();
            let set = async move |tx: &mut Tx| registration::set_status(tx, &id, RegistrationStatus::Active, 1).await;
            db.store.write(Durability::Full, set).await.unwrap();
        }
    });
}

#[test]
fn another_tools_launch_by_the_same_key_does_not_fit_our_state() {
    each(async |db| {
        let house = House::open(db).await;
        house.register(a_registration(&house.issuer, "client-2")).await;
        let mut browser = Browser::new();
        let (state, nonce) = house.login(&mut browser).await;
        let mut claims = house.claims("u1");
        claims["aud"] = json!("client-2");
        claims["azp"] = json!("client-2");
        house.finish(&mut browser, claims, &state, &nonce).await.assert_refused(&browser);
    });
}

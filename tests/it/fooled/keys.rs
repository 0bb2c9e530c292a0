//! The platform's key set: what it may hold, and how seldom it is fetched.

use std::sync::atomic::Ordering;

use courseferry::{
    lti::jose::SigningKey,
    store::{DEFAULT_TENANT, launch_log},
    web::Options,
};
use openssl::{bn::BigNum, rsa::Rsa};
use serde_json::{Value, json};

use crate::{
    databases::{Db, each, sqlite},
    house::{Browser, House},
};

fn jwk(key: &SigningKey) -> Value {
    serde_json::to_value(key.public_jwk()).unwrap()
}

/// Launches with this key set published: the code, or `opened`.
async fn launch_with(db: &Db, keys: Vec<Value>) -> String {
    let house = House::open(db).await;
    house.issuer.publish(&json!({ "keys": keys }));
    let mut browser = Browser::new();
    house.launch(&mut browser, house.claims("u1")).await;
    let log = launch_log::recent(&mut db.store.read().await.unwrap(), DEFAULT_TENANT, 1).await.unwrap();
    assert_eq!(log[0].ok, !browser.sessions().is_empty());
    log[0].code.clone()
}

#[test]
fn only_a_sound_rsa_signature_key_of_that_id_opens_a_launch() {
    let good = jwk(&SigningKey::generate("key-1").unwrap());
    let with = |name: &str, value: Value| {
        let mut key = good.clone();
        key[name] = value;
        key
    };
    let weak = Rsa::generate(1024).unwrap();
    let base64 = |n: &openssl::bn::BigNumRef| data_encoding::BASE64URL_NOPAD.encode(&n.to_vec());
    let cases: Vec<(&str, Vec<Value>, &str)> = vec![
        ("another key of that id", vec![good.clone()], "token_signature_wrong"),
        ("no keys", vec![], "token_kid_unknown"),
        ("a key for encryption", vec![with("use", json!("enc"))], "token_kid_unknown"),
        ("a key that may only sign", vec![with("key_ops", json!(["sign"]))], "token_kid_unknown"),
        ("a key of another algorithm", vec![with("alg", json!("RS384"))], "token_kid_unknown"),
        ("a secret", vec![json!({ "kty": "oct", "kid": "key-1", "alg": "RS256", "k": "c2VjcmV0" })], "token_kid_unknown"),
        ("an elliptic key", vec![json!({ "kty": "EC", "kid": "key-1", "crv": "P-256", "x": "AA", "y": "AA" })], "token_kid_unknown"),
        ("a key of 1024 bits", vec![json!({ "kty": "RSA", "kid": "key-1", "n": base64(weak.n()), "e": "AQAB" })], "token_kid_unknown"),
        ("an exponent of 1", vec![with("e", json!("AQ"))], "token_kid_unknown"),
        ("an even exponent", vec![with("e", json!(base64(&BigNum::from_u32(4).unwrap())))], "token_kid_unknown"),
        ("a modulus of 0", vec![with("n", json!("AA"))], "token_kid_unknown"),
        ("a kid that is a number", vec![with("kid", json!(1))], "token_kid_unknown"),
        ("33 keys", vec![good.clone(); 33], "keys_unreadable"),
    ];
    for (name, keys, code) in cases {
        sqlite(async |db| assert_eq!(launch_with(db, keys.clone()).await, code, "{name}"));
    }
}

#[test]
fn a_key_set_may_name_two_keys_alike_and_leave_out_alg_and_use() {
    sqlite(async |db| {
        let house = House::open(db).await;
        let mut bare = jwk(&house.issuer.key);
        bare.as_object_mut().unwrap().retain(|name, _| !matches!(name.as_str(), "alg" | "use"));
        house.issuer.publish(&json!({ "keys": [jwk(&SigningKey::generate("key-1").unwrap()), bare] }));
        let mut browser = Browser::new();
        assert_eq!(house.launch(&mut browser, house.claims("u1")).await.status, 200);
    });
}

#[test]
fn a_flood_of_random_kids_costs_the_platform_one_fetch_a_minute() {
    each(async |db| {
        let house = House::open_with(db, Options { failures_a_minute: 1000, ..Options::default() }).await;
        let mut browser = Browser::new();
        assert_eq!(house.launch(&mut browser, house.claims("u1")).await.status, 200);
        assert_eq!(house.issuer.fetches(), 1);
        let der = house.issuer.key.private_der().to_vec();
        for minute in 1..=2_i64 {
            house.ahead.store(minute * 61_000, Ordering::Relaxed);
            let (state, nonce) = house.login(&mut browser).await;
            for n in 0..50 {
                let key = SigningKey::from_der(&format!("random-{minute}-{n}"), &der).unwrap();
                let mut claims = house.claims("u1");
                claims["nonce"] = json!(nonce);
                let page = house.post_token(&mut browser, &key.sign(&claims).unwrap(), &state).await;
                assert_eq!(page.status, 400);
            }
            assert_eq!(i64::from(house.issuer.fetches()), 1 + minute);
            let page = house.finish(&mut browser, house.claims("u1"), &state, &nonce).await;
            assert_eq!(page.status, 200, "a good launch goes on: {}", page.body);
        }
    });
}

#[test]
fn without_a_login_of_its_own_a_token_causes_no_fetch() {
    sqlite(async |db| {
        let house = House::open(db).await;
        let token = house.issuer.key.sign(&house.claims("u1")).unwrap();
        let mut browser = Browser::new();
        house.post_token(&mut browser, &token, "never-issued").await.assert_refused(&browser);
        assert_eq!(house.issuer.fetches(), 0);
    });
}

use serde_json::json;

use super::*;

fn key() -> SigningKey {
    SigningKey::generate("k1").unwrap()
}

fn set(keys: &serde_json::Value) -> KeySet {
    KeySet::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
}

#[test]
fn a_key_survives_being_kept_and_signs_what_its_published_half_verifies() {
    let made = key();
    let kept = SigningKey::from_der("k1", made.private_der()).unwrap();
    assert_eq!(kept.public_jwk(), made.public_jwk());
    let token = kept.sign(&json!({"a": 1})).unwrap();
    let keys = KeySet::parse(jwks_document(&[made.public_jwk().clone()]).as_bytes()).unwrap();
    let (message, signature) = token.rsplit_once('.').unwrap();
    assert!(verify(&keys, "k1", message, signature));
    assert!(!verify(&keys, "k2", message, signature));
    assert!(!verify(&keys, "k1", &format!("{message}x"), signature));
    // Nothing, too short, not base64url, and the right length with the wrong content.
    for wrong in ["".to_owned(), "AAAA".to_owned(), format!("{signature}="), format!("{}*", &signature[1..]), "A".repeat(signature.len())] {
        assert!(!verify(&keys, "k1", message, &wrong), "{wrong}");
    }
    assert!(!format!("{kept:?}").contains(&kept.public_jwk().n));
}

#[test]
fn the_published_document_names_kid_alg_and_use_and_nothing_private() {
    let document: serde_json::Value = serde_json::from_str(&jwks_document(&[key().public_jwk().clone()])).unwrap();
    let jwk = document["keys"][0].as_object().unwrap();
    let names: Vec<_> = jwk.keys().map(String::as_str).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, ["alg", "e", "kid", "kty", "n", "use"]);
    assert_eq!((jwk["alg"].as_str(), jwk["use"].as_str(), jwk["e"].as_str()), (Some("RS256"), Some("sig"), Some("AQAB")));
}

#[test]
fn odd_keys_are_skipped_and_never_spoil_the_set() {
    let good = serde_json::to_value(key().public_jwk()).unwrap();
    let mut without_alg = good.clone();
    without_alg.as_object_mut().unwrap().remove("alg");
    without_alg["kid"] = json!("no-alg");
    let mut padded = good.clone();
    padded["kid"] = json!("padded");
    padded["e"] = json!("AQAB==");
    let change = |name: &str, value: serde_json::Value| {
        let mut jwk = good.clone();
        jwk["kid"] = json!("odd");
        jwk[name] = value;
        jwk
    };
    let keys = set(&json!([
        change("kty", json!("oct")),
        change("kty", json!("EC")),
        change("use", json!("enc")),
        change("alg", json!("RS384")),
        change("alg", json!("none")),
        change("kid", json!("")),
        change("kid", json!(7)),
        change("n", json!("AQAB")),
        change("n", json!("***")),
        change("e", json!("AQAA")),
        change("e", json!("AQ")),
        change("key_ops", json!(["sign"])),
        {"kty": "AKP", "kid": "odd", "x": 5},
        "text",
        7,
        without_alg,
        padded,
        good
    ]));
    assert_eq!(keys.kids().collect::<Vec<_>>(), ["no-alg", "padded", "k1"]);
}

#[test]
fn a_key_set_has_limits() {
    let good = serde_json::to_value(key().public_jwk()).unwrap();
    let many = json!({ "keys": vec![good; 33] }).to_string();
    assert!(matches!(KeySet::parse(many.as_bytes()), Err(JoseError::TooManyKeys(33))));
    let large = format!("{{\"keys\":[],\"x\":\"{}\"}}", "y".repeat(MAX_KEY_SET_BYTES));
    assert!(matches!(KeySet::parse(large.as_bytes()), Err(JoseError::KeySetTooLarge)));
    for text in ["<html>", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":[],"keys":[]}"#] {
        assert!(matches!(KeySet::parse(text.as_bytes()), Err(JoseError::NotAKeySet(_))), "{text}");
    }
}

#[test]
fn short_and_huge_moduli_are_not_keys() {
    for bits in [1024_u32, 2047] {
        let rsa = openssl::rsa::Rsa::generate(bits).unwrap();
        let n = data_encoding::BASE64URL_NOPAD.encode(&rsa.n().to_vec());
        assert_eq!(set(&json!([{"kty": "RSA", "kid": "k", "n": n, "e": "AQAB"}])).kids().count(), 0, "{bits}");
    }
    let huge = data_encoding::BASE64URL_NOPAD.encode(&[0xff; 1025]);
    assert_eq!(set(&json!([{"kty": "RSA", "kid": "k", "n": huge, "e": "AQAB"}])).kids().count(), 0);
}

/// A signature of the same key by another scheme: only PKCS#1 v1.5 over SHA-256 counts.
#[test]
fn other_schemes_of_the_same_key_are_not_rs256() {
    use openssl::{hash::MessageDigest, pkey::PKey, rsa::Padding, sign::Signer};
    let made = key();
    let keys = set(&json!([made.public_jwk()]));
    let private = PKey::private_key_from_der(made.private_der()).unwrap();
    let signed = |padding: Padding, digest: MessageDigest| {
        let mut signer = Signer::new(digest, &private).unwrap();
        signer.set_rsa_padding(padding).unwrap();
        data_encoding::BASE64URL_NOPAD.encode(&signer.sign_oneshot_to_vec(b"message").unwrap())
    };
    assert!(verify(&keys, "k1", "message", &signed(Padding::PKCS1, MessageDigest::sha256())));
    assert!(!verify(&keys, "k1", "message", &signed(Padding::PKCS1, MessageDigest::sha1())));
    assert!(!verify(&keys, "k1", "message", &signed(Padding::PKCS1, MessageDigest::sha384())));
    assert!(!verify(&keys, "k1", "message", &signed(Padding::PKCS1_PSS, MessageDigest::sha256())));
}

#[test]
fn two_keys_of_one_id_are_both_tried() {
    let (a, b) = (key(), key());
    let keys = set(&json!([a.public_jwk(), b.public_jwk()]));
    for k in [a, b] {
        let token = k.sign(&json!({})).unwrap();
        let (message, signature) = token.rsplit_once('.').unwrap();
        assert!(verify(&keys, "k1", message, signature));
    }
}

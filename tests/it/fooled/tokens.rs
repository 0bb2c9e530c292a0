//! Tokens that are none, or not the platform's: shape, algorithm, key, signature.

use data_encoding::BASE64URL_NOPAD;
use openssl::{hash::MessageDigest, pkey::PKey, rsa::Padding, sign::Signer};
use serde_json::{Value, json};

use super::{Bend, Case, refused, run};
use courseferry::lti::jose::SigningKey;

/// Who or what signs.
#[derive(Clone, Copy)]
pub(super) enum Signed {
    /// The platform, RSA with SHA-256.
    Platform,
    /// The platform, RSA with another digest or padding.
    PlatformBy(fn() -> MessageDigest, Option<Padding>),
    /// A stranger whose key has the same id.
    Stranger,
    /// HMAC with bytes that everybody can read off the platform's public key.
    Hmac(fn(&SigningKey) -> Vec<u8>),
    /// These bytes.
    Bytes(&'static [u8]),
    /// The signature of another good token.
    Borrowed,
}

fn part(text: &str) -> String {
    BASE64URL_NOPAD.encode(text.as_bytes())
}

fn stranger() -> &'static SigningKey {
    static KEY: std::sync::LazyLock<SigningKey> = std::sync::LazyLock::new(|| SigningKey::generate("key-1").unwrap());
    &KEY
}

fn rsa(key: &SigningKey, digest: MessageDigest, padding: Option<Padding>, message: &str) -> Vec<u8> {
    let key = PKey::private_key_from_der(key.private_der()).unwrap();
    let mut signer = Signer::new(digest, &key).unwrap();
    if let Some(padding) = padding {
        signer.set_rsa_padding(padding).unwrap();
    }
    signer.sign_oneshot_to_vec(message.as_bytes()).unwrap()
}

/// The compact token of a bent launch.
pub(super) fn make(bend: &Bend<'_>, nonce: &str) -> String {
    let mut claims = bend.claims.clone();
    if claims.get("nonce").is_none() && claims.is_object() {
        claims["nonce"] = json!(nonce);
    }
    // A claim that must be missing is set to this.
    if claims["nonce"] == json!({ "absent": true }) {
        claims.as_object_mut().unwrap().remove("nonce");
    }
    let payload = bend.payload.clone().unwrap_or_else(|| claims.to_string()).replace("{nonce}", nonce);
    let message = format!("{}.{}", part(&bend.header), part(&payload));
    let key = &bend.house.issuer.key;
    let signature = match bend.signed {
        Signed::Platform => rsa(key, MessageDigest::sha256(), None, &message),
        Signed::PlatformBy(digest, padding) => rsa(key, digest(), padding, &message),
        Signed::Stranger => rsa(stranger(), MessageDigest::sha256(), None, &message),
        Signed::Hmac(secret) => {
            let key = PKey::hmac(&secret(key)).unwrap();
            Signer::new(MessageDigest::sha256(), &key).unwrap().sign_oneshot_to_vec(message.as_bytes()).unwrap()
        }
        Signed::Bytes(bytes) => bytes.to_vec(),
        Signed::Borrowed => rsa(key, MessageDigest::sha256(), None, &format!("{}.{}", part(&bend.header), part("{\"another\":1}"))),
    };
    format!("{message}.{}", BASE64URL_NOPAD.encode(&signature))
}

fn public_der(key: &SigningKey) -> Vec<u8> {
    PKey::private_key_from_der(key.private_der()).unwrap().public_key_to_der().unwrap()
}

fn public_pem(key: &SigningKey) -> Vec<u8> {
    PKey::private_key_from_der(key.private_der()).unwrap().public_key_to_pem().unwrap()
}

fn jwk(key: &SigningKey) -> Vec<u8> {
    serde_json::to_vec(key.public_jwk()).unwrap()
}

fn header(b: &mut Bend<'_>, header: Value) {
    b.header = header.to_string();
}

fn alg(b: &mut Bend<'_>, alg: &str) {
    header(b, json!({ "alg": alg, "kid": "key-1" }));
}

/// The good header with one member more.
fn with(b: &mut Bend<'_>, name: &str, value: Value) {
    let mut all = json!({ "alg": "RS256", "kid": "key-1" });
    all[name] = value;
    header(b, all);
}

const fn no(name: &'static str, code: &'static str, bend: fn(&mut Bend<'_>)) -> Case {
    refused(name, 400, code, bend)
}

pub(super) const CASES: &[Case] = &[
    no("B5: plain JSON instead of a token", "token_not_a_jwt", |b| b.compact = |_| r#"{"name":"badltilaunch"}"#.into()),
    no("B5: two segments", "token_not_a_jwt", |b| b.compact = |t| t.rsplit_once('.').unwrap().0.to_owned()),
    no("one segment", "token_not_a_jwt", |b| b.compact = |t| t.split('.').next().unwrap().to_owned()),
    no("four segments", "token_not_a_jwt", |b| b.compact = |t| format!("{t}.e30")),
    no("five segments: an encrypted token", "token_not_a_jwt", |b| b.compact = |t| format!("{t}.e30.e30")),
    no("no signature", "token_not_a_jwt", |b| b.compact = |t| format!("{}.", t.rsplit_once('.').unwrap().0)),
    no("padded base64", "token_not_a_jwt", |b| b.compact = |t| t.replacen('.', "=.", 1)),
    no("classic base64", "token_not_a_jwt", |b| b.compact = |t| t.replacen('.', "+/.", 1)),
    no("white space before the token", "token_not_a_jwt", |b| b.compact = |t| format!(" {t}")),
    no("a line break in the token", "token_not_a_jwt", |b| b.compact = |t| t.replacen('.', "\r\n.", 1)),
    no("a token behind a bearer word", "token_not_a_jwt", |b| b.compact = |t| format!("Bearer {t}")),
    no("a token of 65 KiB", "token_too_large", |b| b.set("https://x.example/padding", json!("x".repeat(65 * 1024)))),
    Case {
        name: "a token of 1 MiB",
        bend: |b| b.compact = |t| format!("{t}{}", "A".repeat(1 << 20)),
        outcome: super::Outcome::Launch(413, ""),
    },
    no("B5: a header that is no JSON", "token_header_unreadable", |b| b.header = "{".into()),
    no("a header that is a list", "token_header_unreadable", |b| b.header = "[]".into()),
    no("alg none", "token_alg_refused", |b| alg(b, "none")),
    no("alg none without a signature", "token_alg_refused", |b| {
        alg(b, "none");
        b.compact = |t| format!("{}.", t.rsplit_once('.').unwrap().0);
    }),
    no("alg NONE", "token_alg_refused", |b| alg(b, "NONE")),
    no("alg nOnE", "token_alg_refused", |b| alg(b, "nOnE")),
    no("alg in small letters", "token_alg_refused", |b| alg(b, "rs256")),
    no("HS256 with the public key's PEM", "token_alg_refused", |b| {
        alg(b, "HS256");
        b.signed = Signed::Hmac(public_pem);
    }),
    no("HS256 with the public key's DER", "token_alg_refused", |b| {
        alg(b, "HS256");
        b.signed = Signed::Hmac(public_der);
    }),
    no("HS256 with the JWK's text", "token_alg_refused", |b| {
        alg(b, "HS256");
        b.signed = Signed::Hmac(jwk);
    }),
    no("HS256 with an empty secret", "token_alg_refused", |b| {
        alg(b, "HS256");
        b.signed = Signed::Bytes(b"0123456789abcdef0123456789abcdef");
    }),
    no("RS256 that is HMAC in truth", "token_signature_wrong", |b| b.signed = Signed::Hmac(public_pem)),
    no("RS384 by the RS256 key", "token_alg_refused", |b| {
        alg(b, "RS384");
        b.signed = Signed::PlatformBy(MessageDigest::sha384, None);
    }),
    no("RS512 by the RS256 key", "token_alg_refused", |b| {
        alg(b, "RS512");
        b.signed = Signed::PlatformBy(MessageDigest::sha512, None);
    }),
    no("PS256 by the RS256 key", "token_alg_refused", |b| {
        alg(b, "PS256");
        b.signed = Signed::PlatformBy(MessageDigest::sha256, Some(Padding::PKCS1_PSS));
    }),
    no("RS256 that is RS384 in truth", "token_signature_wrong", |b| b.signed = Signed::PlatformBy(MessageDigest::sha384, None)),
    no("RS256 that is PS256 in truth", "token_signature_wrong", |b| {
        b.signed = Signed::PlatformBy(MessageDigest::sha256, Some(Padding::PKCS1_PSS));
    }),
    no("ES256", "token_alg_refused", |b| alg(b, "ES256")),
    no("EdDSA", "token_alg_refused", |b| alg(b, "EdDSA")),
    no("no alg", "token_header_unreadable", |b| header(b, json!({ "kid": "key-1" }))),
    no("alg null", "token_header_unreadable", |b| header(b, json!({ "alg": null, "kid": "key-1" }))),
    no("alg is a list", "token_header_unreadable", |b| header(b, json!({ "alg": ["RS256", "none"], "kid": "key-1" }))),
    no("alg twice", "token_header_unreadable", |b| b.header = r#"{"alg":"RS256","alg":"none","kid":"key-1"}"#.into()),
    no("kid twice", "token_header_unreadable", |b| b.header = r#"{"alg":"RS256","kid":"key-1","kid":"key-2"}"#.into()),
    no("B1: no kid", "token_kid_missing", |b| header(b, json!({ "alg": "RS256" }))),
    no("an empty kid", "token_header_unreadable", |b| with(b, "kid", json!(""))),
    no("a kid that is a number", "token_header_unreadable", |b| with(b, "kid", json!(1))),
    no("a kid that is a list", "token_header_unreadable", |b| with(b, "kid", json!(["key-1"]))),
    no("B2: an unknown kid", "token_kid_unknown", |b| with(b, "kid", json!("key-2"))),
    no("a kid with a space behind", "token_kid_unknown", |b| with(b, "kid", json!("key-1 "))),
    no("a kid in capitals", "token_kid_unknown", |b| with(b, "kid", json!("KEY-1"))),
    no("a kid that is a path", "token_kid_unknown", |b| with(b, "kid", json!("../../../../dev/null"))),
    no("a kid that is a URL", "token_kid_unknown", |b| with(b, "kid", json!("https://evil.example/keys/1"))),
    no("a kid that is SQL", "token_kid_unknown", |b| with(b, "kid", json!("key-1' UNION SELECT 'secret' --"))),
    no("a kid with NUL", "token_kid_unknown", |b| with(b, "kid", json!("key-1\0"))),
    no("a kid of 10 KiB", "token_kid_unknown", |b| with(b, "kid", json!("k".repeat(10 * 1024)))),
    no("a stranger's key with the platform's kid", "token_signature_wrong", |b| b.signed = Signed::Stranger),
    no("a stranger's key, fetched from jku", "token_signature_wrong", |b| {
        with(b, "jku", json!("https://evil.example/jwks.json"));
        b.signed = Signed::Stranger;
    }),
    no("a stranger's key, brought along as jwk", "token_signature_wrong", |b| {
        with(b, "jwk", serde_json::to_value(stranger().public_jwk()).unwrap());
        b.signed = Signed::Stranger;
    }),
    no("a stranger's key, fetched from x5u", "token_signature_wrong", |b| {
        with(b, "x5u", json!("https://evil.example/cert.pem"));
        b.signed = Signed::Stranger;
    }),
    no("a stranger's key, brought along as x5c", "token_signature_wrong", |b| {
        with(b, "x5c", json!([BASE64URL_NOPAD.encode(&public_der(stranger()))]));
        b.signed = Signed::Stranger;
    }),
    no("b64 false", "token_extension_refused", |b| with(b, "b64", json!(false))),
    no("crit with exp", "token_extension_refused", |b| with(b, "crit", json!(["exp"]))),
    no("crit that is empty", "token_extension_refused", |b| with(b, "crit", json!([]))),
    no("claims that are broken JSON", "token_claims_unreadable", |b| b.payload = Some("{\"iss\":".into())),
    no("claims that are a list", "token_claims_unreadable", |b| b.payload = Some("[]".into())),
    no("claims that are a text", "token_claims_unreadable", |b| b.payload = Some("\"badltilaunch\"".into())),
    no("claims that are empty", "token_claims_unreadable", |b| b.payload = Some(String::new())),
    no("claims with text behind", "token_claims_unreadable", |b| b.payload = Some(format!("{} {{}}", b.claims))),
    no("claims nested a thousand deep", "token_claims_unreadable", |b| {
        b.payload = Some(format!("{{\"x\":{}{}}}", "[".repeat(1000), "]".repeat(1000)));
    }),
    no("aud twice", "token_claims_unreadable", |b| b.payload = Some(doubled(b, "aud", "\"another-tool\""))),
    no("sub twice, once escaped", "token_claims_unreadable", |b| b.payload = Some(doubled(b, "\\u0073ub", "\"admin\""))),
    no("a member twice deep inside", "token_claims_unreadable", |b| {
        b.payload = Some(doubled(b, "https://x.example/deep", "{\"a\":[{\"b\":1,\"b\":2}]}"));
    }),
    no("half a surrogate pair", "token_claims_unreadable", |b| b.payload = Some(doubled(b, "https://x.example/half", "\"\\ud800\""))),
    no("a number without end", "token_claims_unreadable", |b| b.payload = Some(doubled(b, "https://x.example/huge", "1e999"))),
    no("a signature cut short", "token_signature_wrong", |b| b.compact = |t| t[..t.len() - 2].to_owned()),
    no("a signature of zeros", "token_signature_wrong", |b| b.signed = Signed::Bytes(&[0; 256])),
    no("a signature of one byte", "token_signature_wrong", |b| b.signed = Signed::Bytes(&[1])),
    no("the signature of another token", "token_signature_wrong", |b| b.signed = Signed::Borrowed),
    no("claims changed after signing", "token_signature_wrong", |b| {
        b.compact = |t| {
            let mut parts = t.split('.');
            let (head, body, signature) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
            let body = String::from_utf8(BASE64URL_NOPAD.decode(body.as_bytes()).unwrap()).unwrap();
            format!("{head}.{}.{signature}", part(&body.replace("membership#Learner", "membership#Instructor")))
        };
    }),
    no("a header changed after signing", "token_signature_wrong", |b| {
        b.compact = |t| format!("{}.{}", part(r#"{"kid":"key-1","alg":"RS256"}"#), t.split_once('.').unwrap().1);
    }),
];

/// The good claims with one member more at their end.
fn doubled(b: &Bend<'_>, name: &str, value: &str) -> String {
    let text = b.claims.to_string();
    format!("{},\"nonce\":\"{{nonce}}\",\"{name}\":{value}}}", &text[..text.len() - 1])
}

#[test]
fn every_bad_token_is_refused() {
    run(CASES, true);
}

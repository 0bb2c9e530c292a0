//! Every bad token the certification suite, five peers' failures and the threat table know of, one row each.

use std::sync::LazyLock;

use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use openssl::{hash::MessageDigest, pkey::PKey, sign::Signer};
use serde_json::{Value, json};

use super::{
    id_token::{TokenError, Unverified, Verified},
    jose::{KeySet, SigningKey, jwks_document},
    roles::Standing,
    *,
};

const NOW: i64 = 1_790_000_000;
const PREFIX: &str = "https://purl.imsglobal.org/spec/lti/claim/";
const TARGET: &str = "https://tool.example/lti/launch?to=m1";

static KEY: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::generate("k1").unwrap());
static OTHER: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::generate("k1").unwrap());
static KEYS: LazyLock<KeySet> = LazyLock::new(|| KeySet::parse(jwks_document(&[KEY.public_jwk().clone()]).as_bytes()).unwrap());

pub(super) fn claim(name: &str) -> String {
    format!("{PREFIX}{name}")
}

pub(super) fn good() -> Value {
    json!({
        "iss": "https://lms.example", "aud": "client-1", "azp": "client-1", "sub": "user-1",
        "iat": NOW, "exp": NOW + 60, "nonce": "n-0123456789", "name": "Ada L.", "email": "ada@example.org", "locale": "de",
        claim("version"): "1.3.0", claim("message_type"): "LtiResourceLinkRequest", claim("deployment_id"): "1",
        claim("target_link_uri"): TARGET,
        claim("roles"): ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"],
        claim("resource_link"): {"id": "rl-1", "title": "Module 1"},
        claim("context"): {"id": "c-1", "label": "ML", "title": "Machine learning", "type": ["CourseSection"]},
        claim("custom"): {"to": "m1", "unset": "$Person.x", "number": 5, "none": null},
        claim("tool_platform"): {"guid": "g", "product_family_code": "moodle", "version": "4.5"},
        claims::AGS: {"scope": [ags::SCOPE_SCORE], "lineitems": "https://lms.example/li", "lineitem": ""},
    })
}

fn expected() -> Expected<'static> {
    Expected {
        issuer: "https://lms.example",
        client_id: "client-1",
        nonce: "n-0123456789",
        login_target: TARGET,
        public_url: "https://tool.example",
        anonymous_allowed: false,
        now: Timestamp::from_second(NOW).unwrap(),
    }
}

/// Signs whatever header and payload it is given.
fn forge(header: &str, payload: &str, key: &SigningKey) -> String {
    let message = format!("{}.{}", BASE64URL_NOPAD.encode(header.as_bytes()), BASE64URL_NOPAD.encode(payload.as_bytes()));
    let key = PKey::private_key_from_der(key.private_der()).unwrap();
    let mut signer = Signer::new(MessageDigest::sha256(), &key).unwrap();
    let signature = signer.sign_oneshot_to_vec(message.as_bytes()).unwrap();
    format!("{message}.{}", BASE64URL_NOPAD.encode(&signature))
}

fn with_header(header: &str) -> String {
    forge(header, &good().to_string(), &KEY)
}

fn accept(token: &str) -> Result<Launch, LaunchError> {
    validate(&Unverified::peek(token)?.verify(&KEYS)?, &expected())
}

pub(super) fn accept_claims(claims: &Value) -> Result<Launch, LaunchError> {
    accept(&KEY.sign(claims).unwrap())
}

fn changed(name: &str, value: Value) -> Value {
    let mut claims = good();
    let object = claims.as_object_mut().unwrap();
    let name = if object.contains_key(&claim(name)) { claim(name) } else { name.to_owned() };
    object.insert(name, value);
    claims
}

fn without(names: &[&str]) -> Value {
    let mut claims = good();
    for name in names {
        let object = claims.as_object_mut().unwrap();
        assert!(object.remove(*name).or(object.remove(&claim(name))).is_some(), "{name}");
    }
    claims
}

#[test]
fn a_good_token_is_a_launch_with_every_check_passed() {
    let launch = accept_claims(&good()).unwrap();
    assert_eq!(launch.passed, Check::ALL);
    assert_eq!((launch.sub.as_deref(), launch.deployment_id.as_str()), (Some("user-1"), "1"));
    assert_eq!(launch.person.name.as_deref(), Some("Ada L."));
    assert_eq!(launch.locale.as_deref(), Some("de"));
    assert_eq!(launch.profile().key, "moodle");
    assert_eq!(launch.wanted_content().as_deref(), Some("m1"));
    assert_eq!(launch.custom.keys().collect::<Vec<_>>(), ["number", "to"], "what was not substituted is none");
    let ags = launch.ags.clone().unwrap();
    assert_eq!((ags.line_item, ags.line_items.as_deref()), (None, Some("https://lms.example/li")), "an empty line item is none");
    assert!(launch.is_gradable());
}

#[test]
fn tokens_that_are_no_candidates_are_refused_before_any_key_is_looked_up() {
    let ok = with_header(r#"{"alg":"RS256","kid":"k1"}"#);
    assert!(Unverified::peek(&ok).is_ok());
    let (head, signature) = ok.rsplit_once('.').unwrap();
    let (header, payload) = head.split_once('.').unwrap();
    let none = BASE64URL_NOPAD.encode(br#"{"alg":"none","kid":"k1"}"#);
    let plain = BASE64URL_NOPAD.encode(br#"{"name":"badltilaunch"}"#);
    let cases: Vec<(&str, String, &str)> = vec![
        ("empty", String::new(), "token_not_a_jwt"),
        ("plain JSON", r#"{"name":"badltilaunch"}"#.into(), "token_not_a_jwt"),
        ("two segments", head.into(), "token_not_a_jwt"),
        ("four segments", format!("{ok}.x"), "token_not_a_jwt"),
        ("five segments: JWE", format!("{ok}.x.y"), "token_not_a_jwt"),
        ("no signature", format!("{head}."), "token_not_a_jwt"),
        ("padding", format!("{header}=.{payload}.{signature}"), "token_not_a_jwt"),
        ("classic base64", format!("{header}.a+/b.{signature}"), "token_not_a_jwt"),
        ("white space", format!(" {ok}"), "token_not_a_jwt"),
        ("1 MiB", "a".repeat(1 << 20), "token_too_large"),
        ("a header that is no JSON", format!("{}.{payload}.{signature}", BASE64URL_NOPAD.encode(b"{")), "token_header_unreadable"),
        ("a header that is a list", format!("{}.{payload}.{signature}", BASE64URL_NOPAD.encode(b"[]")), "token_header_unreadable"),
        ("a header without alg", format!("{plain}.{payload}.{signature}"), "token_header_unreadable"),
        ("alg none", format!("{none}.{payload}.{signature}"), "token_alg_refused"),
        ("alg none, no signature", format!("{none}.{payload}."), "token_alg_refused"),
        ("claims that are no JSON", format!("{header}.{}.{signature}", BASE64URL_NOPAD.encode(b"{\"iss\":")), "token_claims_unreadable"),
        ("claims that are a text", format!("{header}.{}.{signature}", BASE64URL_NOPAD.encode(b"\"x\"")), "token_claims_unreadable"),
        ("alg NONE", with_header(r#"{"alg":"NONE","kid":"k1"}"#), "token_alg_refused"),
        ("alg rs256", with_header(r#"{"alg":"rs256","kid":"k1"}"#), "token_alg_refused"),
        ("alg RS384", with_header(r#"{"alg":"RS384","kid":"k1"}"#), "token_alg_refused"),
        ("alg PS256", with_header(r#"{"alg":"PS256","kid":"k1"}"#), "token_alg_refused"),
        ("alg is a list", with_header(r#"{"alg":["RS256"],"kid":"k1"}"#), "token_header_unreadable"),
        ("alg twice", with_header(r#"{"alg":"RS256","alg":"none","kid":"k1"}"#), "token_header_unreadable"),
        ("crit", with_header(r#"{"alg":"RS256","kid":"k1","crit":["exp"]}"#), "token_extension_refused"),
        ("b64", with_header(r#"{"alg":"RS256","kid":"k1","b64":false}"#), "token_extension_refused"),
        ("B1 no kid", with_header(r#"{"alg":"RS256"}"#), "token_kid_missing"),
        ("an empty kid", with_header(r#"{"alg":"RS256","kid":""}"#), "token_header_unreadable"),
        ("a kid that is a number", with_header(r#"{"alg":"RS256","kid":1}"#), "token_header_unreadable"),
        ("a claim twice", forge(r#"{"alg":"RS256","kid":"k1"}"#, r#"{"aud":"client-1","aud":"x"}"#, &KEY), "token_claims_unreadable"),
    ];
    for (name, token, code) in cases {
        let error = accept(&token).expect_err(name);
        assert_eq!(error.code(), code, "{name}: {error}");
        assert_eq!((error.failed, error.passed.len()), (Check::Shape, 0), "{name}");
    }
}

#[test]
fn only_the_registered_keys_sign_launches() {
    let body = good().to_string();
    let public_pem = PKey::private_key_from_der(KEY.private_der()).unwrap().public_key_to_pem().unwrap();
    let hmac = |secret: &[u8]| {
        let head = format!("{}.{}", BASE64URL_NOPAD.encode(br#"{"alg":"HS256","kid":"k1"}"#), BASE64URL_NOPAD.encode(body.as_bytes()));
        let key = PKey::hmac(secret).unwrap();
        let mac = Signer::new(MessageDigest::sha256(), &key).unwrap().sign_oneshot_to_vec(head.as_bytes()).unwrap();
        format!("{head}.{}", BASE64URL_NOPAD.encode(&mac))
    };
    let other_jwk = serde_json::to_string(OTHER.public_jwk()).unwrap();
    for (name, token, code) in [
        ("HS256 with the public PEM", hmac(&public_pem), "token_alg_refused"),
        ("HS256 with the JWK", hmac(serde_json::to_string(KEY.public_jwk()).unwrap().as_bytes()), "token_alg_refused"),
        ("B2 unknown kid", forge(r#"{"alg":"RS256","kid":"k2"}"#, &body, &KEY), "token_kid_unknown"),
        ("a kid with a path", forge(r#"{"alg":"RS256","kid":"../../etc/passwd"}"#, &body, &KEY), "token_kid_unknown"),
        ("a kid with SQL", forge(r#"{"alg":"RS256","kid":"k1' OR '1'='1"}"#, &body, &KEY), "token_kid_unknown"),
        ("a foreign key of the same kid", forge(r#"{"alg":"RS256","kid":"k1"}"#, &body, &OTHER), "token_signature_wrong"),
        ("jwk header", forge(&format!(r#"{{"alg":"RS256","kid":"k1","jwk":{other_jwk}}}"#), &body, &OTHER), "token_signature_wrong"),
        ("jku header", forge(r#"{"alg":"RS256","kid":"k1","jku":"https://evil.example/jwks"}"#, &body, &OTHER), "token_signature_wrong"),
        ("x5u header", forge(r#"{"alg":"RS256","kid":"k1","x5u":"https://evil.example/c"}"#, &body, &OTHER), "token_signature_wrong"),
    ] {
        let error = accept(&token).expect_err(name);
        assert_eq!(error.code(), code, "{name}: {error}");
    }
    let token = KEY.sign(&good()).unwrap();
    let (head, _) = token.rsplit_once('.').unwrap();
    let (header, payload) = head.split_once('.').unwrap();
    let other_body = BASE64URL_NOPAD.encode(changed("sub", json!("user-2")).to_string().as_bytes());
    let signature = token.rsplit('.').next().unwrap();
    assert_eq!(accept(&format!("{header}.{other_body}.{signature}")).unwrap_err().code(), "token_signature_wrong");
    assert_eq!(accept(&format!("{header}.{payload}.{}", &signature[..340])).unwrap_err().code(), "token_signature_wrong");
}

#[test]
fn each_claim_that_carries_trust_is_checked_in_type_and_value() {
    let cases: Vec<(&str, Value, &str)> = vec![
        ("iss missing", without(&["iss"]), "issuer_wrong"),
        ("iss of another", changed("iss", json!("https://lms.example/")), "issuer_wrong"),
        ("iss a list", changed("iss", json!(["https://lms.example"])), "issuer_wrong"),
        ("aud missing", without(&["aud"]), "audience_wrong"),
        ("aud of another tool", changed("aud", json!("client-2")), "audience_wrong"),
        ("aud empty", changed("aud", json!([])), "audience_wrong"),
        ("aud with a stranger", changed("aud", json!(["client-1", "client-2"])), "audience_wrong"),
        ("aud with a number", changed("aud", json!(["client-1", 5])), "audience_wrong"),
        ("aud null", changed("aud", Value::Null), "audience_wrong"),
        ("azp of another", changed("azp", json!("client-2")), "authorized_party_wrong"),
        ("azp null", changed("azp", Value::Null), "authorized_party_wrong"),
        ("exp missing", without(&["exp"]), "expiry_wrong"),
        ("exp past", changed("exp", json!(NOW - 60)), "token_expired"),
        ("exp as text", changed("exp", json!("1990000000")), "expiry_wrong"),
        ("exp as a fraction", changed("exp", json!(1_990_000_000.5)), "expiry_wrong"),
        ("exp below zero", changed("exp", json!(-1)), "expiry_wrong"),
        ("exp beyond all time", changed("exp", json!(u64::MAX)), "expiry_wrong"),
        ("exp null", changed("exp", Value::Null), "expiry_wrong"),
        ("nbf ahead", changed("nbf", json!(NOW + 61)), "expiry_wrong"),
        ("nbf as text", changed("nbf", json!("1")), "expiry_wrong"),
        ("iat missing", without(&["iat"]), "issued_at_wrong"),
        ("iat a day old", changed("iat", json!(NOW - 86_400)), "token_too_old"),
        ("iat an hour ahead", changed("iat", json!(NOW + 3_600)), "token_from_the_future"),
        ("iat as text", changed("iat", json!("1790000000")), "issued_at_wrong"),
        ("nonce missing", without(&["nonce"]), "nonce_wrong"),
        ("nonce of another login", changed("nonce", json!("n-9876543210")), "nonce_wrong"),
        ("nonce never issued", changed("nonce", json!("x")), "nonce_wrong"),
        ("nonce a number", changed("nonce", json!(5)), "nonce_wrong"),
        ("B4 version missing", without(&["version"]), "version_wrong"),
        ("B3 version 11.3", changed("version", json!("11.3")), "version_wrong"),
        ("version a number", changed("version", json!(1.3)), "version_wrong"),
        ("B8 message_type missing", without(&["message_type"]), "message_type_wrong"),
        ("message_type unknown", changed("message_type", json!("LtiBogusRequest")), "message_type_wrong"),
        ("message_type in other case", changed("message_type", json!("ltiresourcelinkrequest")), "message_type_wrong"),
        ("B10 deployment_id missing", without(&["deployment_id"]), "deployment_missing"),
        ("deployment_id empty", changed("deployment_id", json!(" ")), "deployment_missing"),
        ("deployment_id a number", changed("deployment_id", json!(1)), "deployment_missing"),
        ("deployment_id endless", changed("deployment_id", json!("d".repeat(1025))), "deployment_missing"),
        ("target_link_uri missing", without(&["target_link_uri"]), "target_wrong"),
        ("target_link_uri not the login's", changed("target_link_uri", json!("https://tool.example/other")), "target_wrong"),
        ("target_link_uri of another", changed("target_link_uri", json!("https://evil.example/")), "target_wrong"),
        ("B9 roles missing", without(&["roles"]), "roles_wrong"),
        ("roles a text", changed("roles", json!("Instructor")), "roles_wrong"),
        ("roles null", changed("roles", Value::Null), "roles_wrong"),
        ("roles with a number", changed("roles", json!(["Learner", 5])), "roles_wrong"),
        ("B12 sub missing", without(&["sub"]), "subject_missing"),
        ("sub empty", changed("sub", json!("")), "subject_missing"),
        ("sub a number", changed("sub", json!(5)), "subject_missing"),
        ("B11 resource_link missing", without(&["resource_link"]), "resource_link_missing"),
        ("B11 resource_link without id", changed("resource_link", json!({"title": "x"})), "resource_link_missing"),
        ("resource_link id empty", changed("resource_link", json!({"id": ""})), "resource_link_missing"),
        ("resource_link id a number", changed("resource_link", json!({"id": 5})), "resource_link_missing"),
        ("resource_link a text", changed("resource_link", json!("rl-1")), "resource_link_missing"),
        ("B6 many missing", without(&["iss", "aud", "sub", "deployment_id", "roles"]), "issuer_wrong"),
        (
            "B7 iat and exp wrong",
            {
                let mut c = changed("iat", json!(11111));
                c["exp"] = json!(22222);
                c
            },
            "token_expired",
        ),
        ("B5 not LTI at all", json!({"name": "badltilaunch"}), "issuer_wrong"),
    ];
    for (name, claims, code) in cases {
        let error = accept_claims(&claims).expect_err(name);
        assert_eq!(error.code(), code, "{name}: {error}");
        assert!(error.passed.starts_with(&[Check::Shape, Check::Key, Check::Signature]), "{name}");
        assert!(!error.passed.contains(&error.failed), "{name}");
    }
}

#[test]
fn the_foreign_login_target_is_refused_even_when_the_claim_agrees() {
    let evil = "https://evil.example/";
    let token = KEY.sign(&changed("target_link_uri", json!(evil))).unwrap();
    let verified = Unverified::peek(&token).unwrap().verify(&KEYS).unwrap();
    assert_eq!(validate(&verified, &Expected { login_target: evil, ..expected() }).unwrap_err().code(), "target_wrong");
}

#[test]
fn clocks_may_differ_by_a_minute() {
    for (name, value) in [("exp", NOW - 59), ("iat", NOW + 60), ("iat", NOW - 600), ("nbf", NOW + 60)] {
        assert!(accept_claims(&changed(name, json!(value))).is_ok(), "{name} {value}");
    }
}

#[test]
fn an_empty_nonce_matches_nothing() {
    let token = KEY.sign(&changed("nonce", json!(""))).unwrap();
    let verified: Verified = Unverified::peek(&token).unwrap().verify(&KEYS).unwrap();
    assert_eq!(validate(&verified, &Expected { nonce: "", ..expected() }).unwrap_err().code(), "nonce_wrong");
}

#[test]
fn what_carries_no_trust_may_be_missing_empty_or_odd() {
    let only = without(&["azp", "name", "email", "locale", "context", "custom", "tool_platform", claims::AGS]);
    let launch = accept_claims(&only).unwrap();
    assert_eq!((launch.context, launch.ags, launch.locale, launch.person.name), (None, None, None, None));
    for (name, value) in [
        ("name", json!("")),
        ("name", json!(5)),
        ("name", json!("名前 Ünï")),
        ("email", Value::Null),
        ("custom", json!({})),
        ("custom", json!([])),
        ("context", json!({"id": "c"})),
        ("context", json!({})),
        ("context", json!("c")),
        ("tool_platform", json!(5)),
        (claims::AGS, json!({"scope": ["urn:unheard-of"], "lineitems": 5})),
        ("launch_presentation", json!({"document_target": "hologram"})),
        ("https://unheard.example/claim", json!({"x": [1, 2]})),
        ("aud", json!(["client-1"])),
        ("sub", json!("s".repeat(255))),
        ("roles", json!([])),
        ("roles", json!(["urn:unheard-of"])),
    ] {
        assert!(accept_claims(&changed(name, value.clone())).is_ok(), "{name} {value}");
    }
}

#[test]
fn certification_launches_of_teachers_and_learners_stand_where_they_should() {
    let membership = |role: &str| format!("http://purl.imsglobal.org/vocab/lis/v2/membership#{role}");
    let institution = |role: &str| format!("http://purl.imsglobal.org/vocab/lis/v2/institution/person#{role}");
    for (roles, standing) in [
        (json!([membership("Instructor")]), Standing::Teacher),
        (json!([membership("Instructor"), institution("Faculty")]), Standing::Teacher),
        (json!(["Instructor"]), Standing::Teacher),
        (json!([institution("Instructor")]), Standing::Learner),
        (json!(["http://unknown.example/role#Instructor"]), Standing::Learner),
        (json!([]), Standing::Learner),
        (json!([membership("Learner"), institution("Student")]), Standing::Learner),
        (json!(["Learner"]), Standing::Learner),
    ] {
        assert_eq!(accept_claims(&changed("roles", roles.clone())).unwrap().standing(), standing, "{roles}");
    }
}

#[test]
fn an_anonymous_launch_needs_the_registrations_leave_and_earns_no_grade() {
    let token = KEY.sign(&without(&["sub"])).unwrap();
    let verified = Unverified::peek(&token).unwrap().verify(&KEYS).unwrap();
    let launch = validate(&verified, &Expected { anonymous_allowed: true, ..expected() }).unwrap();
    assert_eq!(launch.sub, None);
    assert!(!launch.is_gradable());
    let token = KEY.sign(&changed("sub", json!(5))).unwrap();
    let verified = Unverified::peek(&token).unwrap().verify(&KEYS).unwrap();
    assert!(validate(&verified, &Expected { anonymous_allowed: true, ..expected() }).is_err(), "a wrong type is no anonymity");
}

#[test]
fn a_masquerading_teacher_earns_no_grade() {
    let launch = |custom: Value| accept_claims(&changed("custom", custom)).unwrap();
    assert!(!launch(json!({"masquerading_user_id": "77"})).is_gradable());
    assert!(launch(json!({"masquerading_user_id": "$Canvas.masqueradingUser.id"})).is_gradable());
}

#[test]
fn canvass_course_navigation_is_no_resource_of_its_own() {
    let launch = accept_claims(&changed("resource_link", json!({"id": "c-1"}))).unwrap();
    assert!(launch.own_resource_link().is_none());
    assert!(accept_claims(&good()).unwrap().own_resource_link().is_some());
}

#[test]
fn a_peek_finds_the_registration_and_nothing_more() {
    let token = KEY.sign(&changed("aud", json!(["a", "b"]))).unwrap();
    let peek = Unverified::peek(&token).unwrap();
    assert_eq!((peek.issuer(), peek.audiences(), peek.kid()), (Some("https://lms.example"), vec!["a", "b"], "k1"));
    assert_eq!(peek.hash().len(), 64);
    assert_eq!(Unverified::peek(&KEY.sign(&json!({})).unwrap()).unwrap().issuer(), None);
    assert_eq!(TokenError::NoKid.code(), "token_kid_missing");
}

#[test]
fn the_courses_it_was_copied_from_are_read_from_a_custom_parameter_nearest_first() {
    let history = |value: Value| {
        let mut claims = good();
        claims[claim("context")] = json!({ "id": "9" });
        claims[claim("custom")] = value;
        accept_claims(&claims).unwrap().context_history()
    };
    assert_eq!(history(json!({ "context_id_history": "7, 3,,7 ,9,a%2Cb%20c+d" })), ["7", "3", "a,b c+d"]);
    assert_eq!(history(json!({ "context_history": "5" })), ["5"]);
    for none in [json!({ "context_id_history": "$Context.id.history" }), json!({ "context_id_history": "" }), json!({}), json!(null)] {
        assert_eq!(history(none), Vec::<String>::new());
    }
    let many = (0..500).map(|n| format!("c{n}")).collect::<Vec<_>>().join(",");
    assert_eq!(history(json!({ "context_id_history": many })).len(), notice::MOST_ORIGINS);
}

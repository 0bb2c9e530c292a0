//! What strangers send, read by the code that reads it, and what must hold whatever it is.
//!
//! Plain functions of bytes: `cargo fuzz` runs them from `fuzz_targets/`, and where it is not installed `tests/it/fuzzed.rs` runs the
//! very same ones on the same corpus. A new reader of strangers' bytes gets a function here, a line in [`TARGETS`], a folder in
//! `corpus/` and a file in `fuzz_targets/`; a test compares the four.

use std::sync::LazyLock;

use courseferry::lti::{
    Expected,
    ags::{self, LineItem, ResultItem},
    deep_linking::{Answer, DeepLinkingRequest, Response, SETTINGS, Takes, response},
    id_token::Unverified,
    jose::{KeySet, MAX_KEYS, MAX_TOKEN_BYTES, SigningKey, jwks_document},
    notice, nrps,
    oidc::{AuthorizationRequest, LaunchForm, LoginRequest, authorization_url},
    platform,
    registration::{self, PlatformConfiguration, Registered, Vouched, vouch},
    strict_json, target,
    tool::Tool,
    v1p1::{self, Method, outcomes},
    validate,
};
use serde_json::{Value, json};
use url::Url;

/// A target: what it reads.
pub type Target = fn(&[u8]);

/// All targets, by the name of their corpus.
pub const TARGETS: &[(&str, Target)] = &[
    ("id_token", id_token),
    ("claims", claims),
    ("strict_json", strict_json),
    ("key_set", key_set),
    ("ags", ags),
    ("login", login),
    ("v1p1", v1p1),
    ("outcome", outcome),
    ("registration", registration),
    ("registered", registered),
    ("roster", roster),
    ("deep_linking", deep_linking),
];

const NOW: i64 = 1_790_000_000;
const PUBLIC: &str = "https://tool.example/ferry";
const TARGET: &str = "https://tool.example/ferry/lti/launch?to=m1";

static KEY: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::generate("k1").expect("a key"));
static KEYS: LazyLock<KeySet> =
    LazyLock::new(|| KeySet::parse(jwks_document(std::slice::from_ref(KEY.public_jwk())).as_bytes()).expect("our own key set"));

/// A token as it comes: nothing that was not signed here is ever believed.
pub fn id_token(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    peek(text);
    // Header and claims as text, two lines: past the base64, which no mutation survives.
    if let Some((header, claims)) = text.split_once('\n') {
        let part = |text: &str| data_of(text.as_bytes());
        peek(&format!("{}.{}.{}", part(header), part(claims), part("signature")));
    }
}

fn peek(text: &str) {
    match Unverified::peek(text) {
        Err(error) => assert!(error.code().starts_with("token_")),
        Ok(token) => {
            assert!(text.len() <= MAX_TOKEN_BYTES && text.split('.').count() == 3 && !token.kid().is_empty());
            assert_eq!(token.hash().len(), 64);
            let _ = (token.issuer().map(str::len), token.audiences().len());
            assert!(token.verify(&KEYS).is_err(), "an unsigned token was believed");
        }
    }
}

fn data_of(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0_u32, |all, b| all << 8 | u32::from(*b)) << (8 * (3 - group.len()));
        (0..=group.len()).for_each(|n| text.push(char::from(ALPHABET[(bits >> (18 - 6 * n) & 63) as usize])));
    }
    text
}

/// Well-signed claims: whatever becomes a launch is what was expected.
pub fn claims(data: &[u8]) {
    let Ok(claims @ Value::Object(_)) = serde_json::from_slice::<Value>(data) else { return };
    let Ok(token) = KEY.sign(&claims) else { return };
    let Ok(token) = Unverified::peek(&token) else { return };
    let verified = token.verify(&KEYS).expect("our own signature");
    let now = jiff::Timestamp::from_second(NOW).expect("a time");
    if let Ok(notice) = notice::notice(&verified, &notice::Expected { issuer: "https://lms.example", client_id: "client-1", now }) {
        assert!([&notice.id, &notice.deployment_id].iter().all(|id| !id.contains('\0') && !id.trim().is_empty()));
        if let notice::News::Copied { context, origins } = &notice.news {
            assert!(origins.len() <= notice::MOST_ORIGINS && origins.iter().all(|id| !id.contains('\0') && id != context));
        }
    }
    for anonymous_allowed in [false, true] {
        let expected = Expected {
            issuer: "https://lms.example",
            client_id: "client-1",
            nonce: "n-0123456789",
            login_target: TARGET,
            public_url: PUBLIC,
            anonymous_allowed,
            now,
        };
        let Ok(launch) = validate(&verified, &expected) else { continue };
        let member = |name: &str| claims.get(name).and_then(Value::as_str);
        assert_eq!((member("iss"), member("nonce")), (Some(expected.issuer), Some(expected.nonce)));
        assert!(claims["exp"].as_i64().is_some_and(|exp| exp + 60 > NOW) && claims["iat"].as_i64().is_some_and(|iat| iat <= NOW + 60));
        assert!(launch.sub.is_some() || anonymous_allowed && !launch.is_gradable());
        assert!(target::is_ours(PUBLIC, &launch.target_link_uri));
        assert!(launch.sub.iter().chain([&launch.deployment_id]).all(|id| !id.contains('\0') && !id.trim().is_empty()));
        assert!(launch.custom.values().all(|v| !v.is_empty() && !v.starts_with('$')));
        let _ = (launch.profile().key, launch.standing(), launch.own_resource_link().is_some(), launch.wanted_content());
    }
}

/// Strict JSON takes nothing that JSON does not, reads it alike, and refuses beyond that only what is named twice.
pub fn strict_json(data: &[u8]) {
    // serde_json reads this name as a private sign of its own.
    if data.windows(11).any(|w| w == b"$serde_json") || data.windows(6).any(|w| w == b"\\u0024") {
        return;
    }
    match (strict_json::parse(data), serde_json::from_slice::<Value>(data)) {
        (Ok(strict), Ok(usual)) => assert_eq!(strict, usual),
        (Ok(_), Err(error)) => panic!("strict JSON took what is none: {error}"),
        (Err(error), Ok(_)) => assert!(error.to_string().contains("duplicate member"), "{error}"),
        (Err(_), Err(_)) => {}
    }
}

/// A platform's key set: at most so many keys, each with a name to be found by.
pub fn key_set(data: &[u8]) {
    let Ok(keys) = KeySet::parse(data) else { return };
    assert!(keys.kids().count() <= MAX_KEYS);
    assert!(keys.kids().all(|kid| !kid.is_empty() && keys.has(kid)));
}

/// Answers and addresses of a grade service.
pub fn ags(data: &[u8]) {
    if let Ok(item) = serde_json::from_slice::<LineItem>(data) {
        let text = serde_json::to_string(&item).expect("what was read can be written");
        assert_eq!(serde_json::from_str::<LineItem>(&text).expect("and read again"), item);
    }
    if let Ok(results) = serde_json::from_slice::<Vec<ResultItem>>(data) {
        assert!(results.iter().filter_map(ResultItem::percent).all(f64::is_finite));
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let (Ok(scores), Ok(line_item)) = (ags::scores_url(text), Url::parse(text)) {
        assert_eq!((scores.host(), scores.port(), scores.query()), (line_item.host(), line_item.port(), line_item.query()));
        assert!(scores.path().ends_with("/scores"));
        let results = ags::results_url(text, Some("u&x=1")).expect("what scores have, results have");
        assert_eq!(results.query_pairs().last(), Some(("user_id".into(), "u&x=1".into())));
    }
}

/// Forms of logins and launches: no target leads out of our site, no parameter smuggles another one in.
pub fn login(data: &[u8]) {
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(data).into_owned().collect();
    let _ = LaunchForm::parse(pairs.clone());
    let Ok(request) = LoginRequest::parse(pairs) else { return };
    if target::is_ours(PUBLIC, &request.target_link_uri) {
        let url = Url::parse(&request.target_link_uri).expect("ours is an address");
        assert_eq!(url.origin().ascii_serialization(), "https://tool.example");
        assert!(url.path() == "/ferry" || url.path().starts_with("/ferry/"));
        assert!(!request.target_link_uri.contains(['\\', '\r', '\n', '\0']));
    }
    let ours = AuthorizationRequest {
        client_id: request.client_id.as_deref().unwrap_or("c"),
        redirect_uri: TARGET,
        login_hint: &request.login_hint,
        lti_message_hint: request.lti_message_hint.as_deref(),
        state: "our-state",
        nonce: "our-nonce",
    };
    let url = Url::parse(&authorization_url("https://lms.example/auth?x=1", &ours).expect("an address")).expect("an address");
    assert_eq!((url.host_str(), url.fragment()), (Some("lms.example"), None));
    let values = |name: &str| url.query_pairs().filter(|(n, _)| n == name).map(|(_, v)| v.into_owned()).collect::<Vec<_>>();
    assert_eq!((values("state"), values("nonce")), (vec!["our-state".to_owned()], vec!["our-nonce".to_owned()]));
    assert_eq!((values("redirect_uri"), values("login_hint")), (vec![TARGET.to_owned()], vec![request.login_hint.clone()]));
}

/// Forms of LTI 1.1: what nobody signed is never believed, and what is signed is read with the same care as a token.
pub fn v1p1(data: &[u8]) {
    const BASE: &str = "https://tool.example/ferry/lti/v1p1/launch";
    const SECRET: &str = "a secret";
    let form: Vec<(String, String)> = url::form_urlencoded::parse(data).into_owned().collect();
    if let Ok(unsigned) = v1p1::Unverified::peek(&form, &[]) {
        assert!(unsigned.verify(BASE, Some("another secret"), NOW).is_err() && unsigned.verify(BASE, None, NOW).is_err());
    }
    let time = NOW.to_string();
    let oauth = [
        ("oauth_consumer_key", "key-1"),
        ("oauth_nonce", "nonce-1"),
        ("oauth_timestamp", time.as_str()),
        ("oauth_signature_method", Method::HmacSha256.name()),
    ];
    let mut signed: Vec<(String, String)> = form.into_iter().filter(|(n, _)| !n.starts_with("oauth_")).collect();
    signed.extend(oauth.map(|(n, v)| (n.to_owned(), v.to_owned())));
    let all = signed.iter().map(|(n, v)| (n.as_str(), v.as_str()));
    let signature = v1p1::signature(Method::HmacSha256, "POST", BASE, all, SECRET).expect("a signature");
    signed.push(("oauth_signature".to_owned(), signature));
    let Ok(unverified) = v1p1::Unverified::peek(&signed, &[]) else {
        assert!(signed.iter().any(|(n, v)| n.contains('\0') || v.contains('\0')), "a signed form that cannot be read");
        return;
    };
    let verified = unverified.verify(BASE, Some(SECRET), NOW).expect("our own signature");
    let Ok(launch) = v1p1::launch(&verified, v1p1::Expected { anonymous_allowed: false }) else { return };
    assert!(launch.sub.as_ref().is_some_and(|sub| !sub.trim().is_empty() && sub.len() <= 1024));
    assert!(launch.custom.values().all(|v| !v.is_empty() && !v.starts_with('$')));
    assert!(launch.outcomes.iter().all(|o| o.sourced_id.len() <= 8 * 1024));
    let _ = (launch.profile().key, launch.standing(), launch.own_resource_link().is_some(), launch.is_gradable());
}

/// The XML of a grade service of LTI 1.1: no entities, no endless words, no grade that is no number.
pub fn outcome(data: &[u8]) {
    let Ok(outcome) = outcomes::answer(data) else { return };
    assert!(outcome.percent.is_none_or(f64::is_finite));
    assert!(outcome.description.chars().count() <= 1000);
}

/// Whether every database keeps it: PostgreSQL has no zero byte.
fn can_be_kept(text: &str, longest: usize) -> bool {
    !text.trim().is_empty() && text.len() <= longest && !text.contains('\0')
}

/// What a platform says of itself: nobody vouches for a stranger, and we ask for nothing that is not on offer.
pub fn registration(data: &[u8]) {
    let Ok(c) = PlatformConfiguration::parse(data) else { return };
    let issuer = Url::parse(&c.issuer).expect("an issuer is an address");
    assert!(can_be_kept(&c.issuer, 500) && issuer.query().is_none() && issuer.fragment().is_none());
    assert!(!c.issuer.contains(char::is_control));
    let endpoints = [&c.authorization_endpoint, &c.token_endpoint, &c.jwks_uri, &c.registration_endpoint];
    for url in endpoints.into_iter().chain([&issuer]) {
        assert!(matches!(url.scheme(), "http" | "https") && url.host_str().is_some_and(|host| !host.is_empty()));
        assert!(url.username().is_empty() && url.password().is_none());
    }
    let kept = [&c.version, &c.guid, &c.account, &c.authorization_server].into_iter().flatten();
    assert!(kept.chain(Some(&c.product).filter(|p| !p.is_empty())).all(|text| can_be_kept(text, 500)));
    for asked in [&c.registration_endpoint, &c.jwks_uri, &Url::parse("https://evil.example/config").expect("an address")] {
        match vouch(asked, &c) {
            Ok(Vouched::Issuer) => assert_eq!(asked.origin(), issuer.origin()),
            Ok(Vouched::HostedCanvas) => assert_eq!(c.profile().key, "canvas"),
            Ok(Vouched::OwnCanvas) => assert!(endpoints.iter().all(|url| url.origin() == asked.origin())),
            Err(stranger) => assert_eq!(stranger.issuer, c.issuer),
        }
    }
    let ours = registration::document(&tool(), &c);
    assert!(registration::scopes(&c).iter().all(|scope| c.scopes.as_ref().is_none_or(|all| all.iter().any(|s| s == scope))));
    for message in ours["https://purl.imsglobal.org/spec/lti-tool-configuration"]["messages"].as_array().expect("a list") {
        let Some(offered) = &c.messages else { continue };
        let offer = offered.iter().find(|o| o.kind == message["type"]).expect("only what is on offer");
        let (wanted, there) = (message["placements"].as_array(), offer.placements.as_ref());
        assert!(wanted.is_none_or(|w| w.iter().all(|p| there.is_none_or(|all| all.iter().any(|o| o == p)))));
    }
    let _ = c.token_audience();
}

fn tool() -> Tool {
    let at = |path: &str| format!("{PUBLIC}{path}");
    Tool {
        title: "A course".to_owned(),
        summary: "One sentence.".to_owned(),
        key: "course".to_owned(),
        domain: "tool.example".to_owned(),
        home: at("/"),
        launch: at("/lti/launch"),
        login: at("/lti/login"),
        keys: at("/lti/jwks.json"),
        icon: at("/icon.svg"),
        launch_v1p1: at("/lti/v1p1/launch"),
    }
}

/// What a platform answers to our registration, a success or a refusal.
pub fn registered(data: &[u8]) {
    if let Ok(answer) = Registered::parse(data) {
        assert!([Some(&answer.client_id), answer.deployment_id.as_ref()].into_iter().flatten().all(|id| can_be_kept(id, 255)));
        assert!(answer.client_uri.iter().all(|uri| can_be_kept(uri, 1000)));
        assert!(answer.scopes.iter().all(|scope| !scope.contains(char::is_whitespace)));
    }
    for status in [200, 400, 401, 403, 404, 422, 500] {
        let (_, said) = registration::complaint(status, data);
        assert!(said.chars().count() <= 300 && !said.contains(char::is_control));
    }
}

/// A page of a roster: whoever is on it can be kept.
pub fn roster(data: &[u8]) {
    let Some(members) = nrps::members(data) else { return };
    for member in members {
        assert!(can_be_kept(&member.user_id, 1024));
        let told = [&member.name, &member.given_name, &member.family_name, &member.email];
        assert!(told.into_iter().flatten().all(|text| !text.contains('\0') && !text.trim().is_empty()));
        let _ = (member.roles.standing(), member.roles.is_gradable());
    }
}

/// Settings of a deep linking message: kept, read again and answered as they came, and sent nowhere but where they say.
pub fn deep_linking(data: &[u8]) {
    const HOME: &str = "https://lms.example/auth";
    let Ok(settings) = serde_json::from_slice::<Value>(data) else { return };
    let claim = |name: &str| format!("https://purl.imsglobal.org/spec/lti/claim/{name}");
    let claims = json!({
        "iss": "https://lms.example", "aud": "client-1", "sub": "user-1", "nonce": "n-0123456789", "iat": NOW, "exp": NOW + 60,
        claim("version"): "1.3.0", claim("message_type"): "LtiDeepLinkingRequest", claim("deployment_id"): "1",
        claim("target_link_uri"): TARGET, claim("roles"): ["Instructor"], SETTINGS: settings,
    });
    let expected = Expected {
        issuer: "https://lms.example",
        client_id: "client-1",
        nonce: "n-0123456789",
        login_target: TARGET,
        public_url: PUBLIC,
        anonymous_allowed: false,
        now: jiff::Timestamp::from_second(NOW).expect("a time"),
    };
    let Ok(token) = KEY.sign(&claims) else { return };
    let Ok(token) = Unverified::peek(&token) else { return };
    let Ok(launch) = validate(&token.verify(&KEYS).expect("our own signature"), &expected) else { return };
    let request = launch.deep_linking.as_ref().expect("a deep linking message has settings");
    let url = Url::parse(&request.return_url).expect("an address");
    assert!(matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none());
    assert_eq!(request.returns_home(&launch, &[HOME]), url.origin() == Url::parse(HOME).expect("an address").origin());
    let source = request.return_source().expect("an address has an origin");
    assert!(source.chars().all(|c| c.is_ascii_graphic() && !matches!(c, ';' | ',')), "{source}");
    let kept = serde_json::to_string(request).expect("what was read can be written");
    assert_eq!(&serde_json::from_str::<DeepLinkingRequest>(&kept).expect("and read again"), request);
    for name in ["moodle", "canvas", "other"] {
        let _ = Takes::of(request, platform::profile(Some(name), "https://lms.example"));
    }
    let who = Response { client_id: "client-1", issuer: "https://lms.example", deployment_id: "1", nonce: "n", now: NOW };
    let answer = response(&who, request, &Answer::Cancelled);
    assert_eq!(answer.get("https://purl.imsglobal.org/spec/lti-dl/claim/data"), settings.get("data").filter(|data| !data.is_null()));
}

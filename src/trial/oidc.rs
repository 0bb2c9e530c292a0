//! Login and launch on the platform's side (OIDC third-party initiated login, LTI 1.3 core section 5.1), and the token endpoint.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{
    assertion, deep_link,
    faults::Fault,
    pages::{AutoPost, html, message},
    people::Person,
    state::{CLIENT_ID, DEPLOYMENT_ID, Hint, Platform, Purpose},
};
use crate::{
    ids,
    lti::{claims::AGS, deep_linking::SETTINGS, jose::JoseError},
};

const CLAIM: &str = "https://purl.imsglobal.org/spec/lti/claim/";
const NO_RANDOMNESS: &str = "The trial platform could not make a random value.";
const SCOPES: [&str; 3] = [
    "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly",
    "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly",
    "https://purl.imsglobal.org/spec/lti-ags/scope/score",
];

#[derive(serde::Deserialize)]
pub(crate) struct Start {
    #[serde(rename = "as")]
    person: String,
    open: String,
}

/// `GET /start`: what the frame loads; posts the login initiation to the tool.
pub(crate) async fn start(platform: web::Data<Platform>, query: web::Query<Start>) -> HttpResponse {
    let (Some(person), Some(link)) = (Person::find(&query.person), platform.link(&query.open)) else {
        return message(404, "There is no such person or activity in the trial course.");
    };
    initiate(&platform, person, Purpose::Open(link))
}

#[derive(serde::Deserialize)]
pub(crate) struct Choose {
    #[serde(rename = "as")]
    person: String,
}

/// `GET /choose`: the same for a teacher who adds content.
pub(crate) async fn choose(platform: web::Data<Platform>, query: web::Query<Choose>) -> HttpResponse {
    let Some(person) = Person::find(&query.person).filter(|p| p.teacher) else {
        return message(403, "Only teachers add content to the trial course.");
    };
    let Ok(data) = ids::random_token(16) else { return message(500, NO_RANDOMNESS) };
    platform.ask_to_choose(data.clone());
    initiate(&platform, person, Purpose::Choose(data))
}

fn initiate(platform: &Platform, person: &'static Person, purpose: Purpose) -> HttpResponse {
    let Ok(hint) = ids::random_token(16) else { return message(500, NO_RANDOMNESS) };
    let fields = vec![
        ("iss".to_owned(), platform.issuer.clone()),
        ("client_id".to_owned(), CLIENT_ID.to_owned()),
        ("lti_deployment_id".to_owned(), DEPLOYMENT_ID.to_owned()),
        ("target_link_uri".to_owned(), target(platform, &purpose)),
        ("login_hint".to_owned(), person.id.to_owned()),
        ("lti_message_hint".to_owned(), hint.clone()),
    ];
    platform.begin(hint, person, purpose);
    html(200, &AutoPost { action: platform.tool_url("/lti/login"), fields, what: "Opening the activity" }.render())
}

fn target(platform: &Platform, purpose: &Purpose) -> String {
    match purpose {
        Purpose::Open(link) => link.url.clone(),
        Purpose::Choose(_) => platform.tool_url("/lti/launch"),
    }
}

/// `GET|POST /auth`: the authorization endpoint.
pub(crate) async fn authorize(platform: web::Data<Platform>, params: web::Query<HashMap<String, String>>) -> HttpResponse {
    let get = |name: &str| params.get(name).map_or("", String::as_str);
    let redirect = get("redirect_uri");
    if get("client_id") != CLIENT_ID || redirect != platform.tool_url("/lti/launch") {
        return message(400, "The trial platform knows one tool only, and this request names another client id or redirect URI.");
    }
    let hint = platform.take_hint(get("lti_message_hint"));
    let expected = [("response_type", "id_token"), ("response_mode", "form_post"), ("scope", "openid"), ("prompt", "none")];
    let fault = expected.iter().find(|(name, value)| get(name) != *value);
    let fields = match (hint, fault) {
        (Some(hint), None) if get("login_hint") == hint.person.id && !get("nonce").is_empty() => {
            match id_token(&platform, &hint, get("nonce")) {
                Ok(token) => vec![("id_token".to_owned(), token), ("state".to_owned(), get("state").to_owned())],
                Err(error) => return message(500, &format!("The trial platform could not sign the launch: {error}.")),
            }
        }
        (None, _) => refusal("login_required", "this launch was begun already: open the activity again", get("state")),
        _ => refusal("invalid_request", "the authentication request is not as LTI 1.3 wants it", get("state")),
    };
    html(200, &AutoPost { action: redirect.to_owned(), fields, what: "Opening the activity" }.render())
}

fn refusal(code: &str, text: &str, state: &str) -> Vec<(String, String)> {
    [("error", code), ("error_description", text), ("state", state)].map(|(k, v)| (k.to_owned(), v.to_owned())).to_vec()
}

fn id_token(platform: &Platform, hint: &Hint, nonce: &str) -> Result<String, JoseError> {
    let mut now = platform.now();
    if platform.fault() == Fault::ExpireLaunch {
        now = now.saturating_sub(SignedDuration::from_mins(10)).unwrap_or(now);
    }
    platform.key.sign(&claims(platform, hint, nonce, now))
}

fn claims(platform: &Platform, hint: &Hint, nonce: &str, now: Timestamp) -> Value {
    let person = hint.person;
    let mut claims = json!({
        "iss": platform.issuer, "aud": CLIENT_ID, "azp": CLIENT_ID, "sub": person.id, "nonce": nonce,
        "iat": now.as_second(), "exp": now.as_second() + 300,
        "name": person.name(), "given_name": person.given, "family_name": person.family, "locale": "en",
        AGS: { "scope": SCOPES, "lineitems": format!("{}/lineitems", platform.issuer) },
    });
    let more = [
        ("version", json!("1.3.0")),
        ("deployment_id", json!(DEPLOYMENT_ID)),
        ("target_link_uri", json!(target(platform, &hint.purpose))),
        ("roles", json!([person.role()])),
        (
            "context",
            json!({ "id": "trial-course", "label": "TRIAL", "title": "Trial course", "type": ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering"] }),
        ),
        ("launch_presentation", json!({ "document_target": "iframe", "return_url": format!("{}/", platform.issuer), "locale": "en" })),
        ("tool_platform", json!({ "guid": "trial", "name": "Trial LMS", "product_family_code": "courseferry-trial", "version": "1" })),
    ];
    for (name, value) in more {
        claims[format!("{CLAIM}{name}")] = value;
    }
    match &hint.purpose {
        Purpose::Open(link) => {
            claims[format!("{CLAIM}message_type")] = json!("LtiResourceLinkRequest");
            claims[format!("{CLAIM}custom")] = json!(link.custom);
            let resource = format!("trial-{}", link.id);
            if let Some(points) = link.points {
                let number = platform.with_book(|book| book.line_item_for(&resource, &link.title, points).number);
                claims[AGS]["lineitem"] = json!(format!("{}/lineitems/{number}", platform.issuer));
            }
            claims[format!("{CLAIM}resource_link")] = json!({ "id": resource, "title": link.title });
        }
        Purpose::Choose(data) => {
            claims[format!("{CLAIM}message_type")] = json!("LtiDeepLinkingRequest");
            claims[SETTINGS] = deep_link::settings(platform, data);
        }
    }
    claims
}

/// `GET /jwks`
pub(crate) async fn key_set(platform: web::Data<Platform>) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "keys": [platform.key.public_jwk()] }))
}

/// `POST /token`: client credentials with a signed assertion (Security Framework 1.0, section 4.1).
pub(crate) async fn token(platform: web::Data<Platform>, form: web::Form<HashMap<String, String>>) -> HttpResponse {
    let refuse = |code: &str| HttpResponse::BadRequest().json(json!({ "error": code }));
    if form.get("grant_type").map(String::as_str) != Some("client_credentials") {
        return refuse("unsupported_grant_type");
    }
    let assertion = form.get("client_assertion").map_or("", String::as_str);
    if let Err(reason) = assertion::check(&platform, assertion).await {
        platform.note(format!("A token was asked for and refused: {reason}."));
        return refuse("invalid_client");
    }
    let wanted = form.get("scope").map_or("", String::as_str);
    let granted: Vec<_> = wanted.split(' ').filter(|s| SCOPES.contains(s)).collect();
    if granted.is_empty() {
        return refuse("invalid_scope");
    }
    let Ok(token) = ids::random_token(24) else { return HttpResponse::InternalServerError().finish() };
    let life = platform.issue_token(token.clone());
    HttpResponse::Ok().json(json!({ "access_token": token, "token_type": "Bearer", "expires_in": life, "scope": granted.join(" ") }))
}

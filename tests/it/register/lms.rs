//! A strict LMS for Dynamic Registration: Moodle 4.5 and Canvas, to the letter of what each accepts. Whatever either would ignore in
//! silence, or take and then misplace, is noted as a breach; a test that drops it with a breach noted fails.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, OnceLock},
};

use courseferry::{
    ids,
    lti::jose::{SigningKey, jwks_document},
};
use serde_json::{Value, json};

use crate::fake_platform::{Reply, Request, Response, serve};

const TOOL: &str = "https://purl.imsglobal.org/spec/lti-tool-configuration";
const PLATFORM: &str = "https://purl.imsglobal.org/spec/lti-platform-configuration";
const CANVAS: &str = "https://canvas.instructure.com/lti/";
/// What both offer.
pub(super) const SCOPES: &[&str] = &[
    "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem",
    "https://purl.imsglobal.org/spec/lti-ags/scope/score",
    "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly",
    "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly",
];
/// Canvas only.
pub(super) const NOTICES: &str = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers";
pub(super) const CHOOSING: &[&str] =
    &["assignment_selection", "link_selection", "course_assignments_menu", "module_index_menu_modal", "module_menu_modal", "editor_button"];
pub(super) const OPENING: &[&str] = &["link_selection", "course_navigation", "account_navigation"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Moodle,
    Canvas,
}

/// The LMS.
pub(crate) struct Lms {
    pub(crate) port: u16,
    state: Arc<Mutex<State>>,
}

pub(crate) struct State {
    pub(crate) dialect: Dialect,
    base: String,
    /// What it calls itself, if not its address.
    pub(crate) issuer: Option<String>,
    pub(crate) version: String,
    pub(crate) account: String,
    /// Further members of the configuration, and ones that are not as they should be.
    pub(crate) changed: BTreeMap<String, Value>,
    /// Answered instead of the configuration, or of a registration.
    pub(crate) instead: Option<Response>,
    pub(crate) instead_registered: Option<Response>,
    tokens: BTreeSet<String>,
    /// Of the next registration.
    pub(crate) client_id: String,
    pub(crate) deployment: String,
    /// What the tool sent, each time it was taken.
    pub(crate) registered: Vec<Value>,
    /// Requests for the configuration, and for a registration.
    pub(crate) asked: (u32, u32),
    breaches: Vec<String>,
}

impl Lms {
    pub(crate) fn start(dialect: Dialect) -> Lms {
        let state = Arc::new(Mutex::new(State {
            dialect,
            base: String::new(),
            issuer: None,
            version: "4.5.6".to_owned(),
            account: "Example School".to_owned(),
            changed: BTreeMap::new(),
            instead: None,
            instead_registered: None,
            tokens: BTreeSet::new(),
            client_id: "client-A".to_owned(),
            deployment: "7".to_owned(),
            registered: Vec::new(),
            asked: (0, 0),
            breaches: Vec::new(),
        }));
        let shared = Arc::clone(&state);
        let port = serve(move |request| Reply::Answer(shared.lock().unwrap().answer(&request)));
        state.lock().unwrap().base = format!("http://127.0.0.1:{port}");
        Lms { port, state }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(crate) fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn issuer(&self) -> String {
        self.state().issuer.clone().unwrap_or_else(|| self.base())
    }

    /// A registration begins: what the LMS opens the tool's link with.
    pub(crate) fn begin(&self) -> Vec<(&'static str, String)> {
        let token = ids::random_token(24).unwrap();
        let mut state = self.state();
        state.tokens.insert(token.clone());
        let own = match state.dialect {
            Dialect::Moodle => "lang=en&x=%2Fa%26b".to_owned(),
            Dialect::Canvas => format!("registration_token={token}&x=%2Fa%26b"),
        };
        let configuration = format!("{}/openid-configuration?{own}", state.base);
        vec![("openid_configuration", configuration), ("registration_token", token)]
    }

    pub(crate) fn key() -> SigningKey {
        static DER: OnceLock<Vec<u8>> = OnceLock::new();
        SigningKey::from_der("lms-1", DER.get_or_init(|| SigningKey::generate("lms-1").unwrap().private_der().to_vec())).unwrap()
    }

    pub(crate) fn breaches(&self) -> Vec<String> {
        std::mem::take(&mut self.state().breaches)
    }
}

impl Drop for Lms {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(self.breaches(), Vec::<String>::new(), "the tool broke the LMS's rules");
        }
    }
}

impl State {
    fn answer(&mut self, request: &Request) -> Response {
        match (request.method.as_str(), request.path.as_str()) {
            ("GET", "/openid-configuration") => {
                self.asked.0 += 1;
                self.configuration(request)
            }
            ("POST", "/register") => {
                self.asked.1 += 1;
                self.register(request)
            }
            ("GET", "/jwks") => Response::new(200, "application/json", jwks_document(&[Lms::key().public_jwk().clone()])),
            _ => Response::plain(404, "no such page"),
        }
    }

    fn configuration(&mut self, request: &Request) -> Response {
        if let Some(instead) = &self.instead {
            return instead.clone();
        }
        if request.parameter("x") != Some("/a&b") {
            self.breaches.push("the configuration's own query was not kept whole".to_owned());
        }
        let bearer = request.header("authorization").strip_prefix("Bearer ").unwrap_or_default();
        if !self.tokens.contains(bearer) {
            self.breaches.push("the configuration was asked for without the token".to_owned());
        }
        if self.dialect == Dialect::Canvas && request.parameter("registration_token") != Some(bearer) {
            return Response::json(401, "application/json", &json!({ "errors": [{ "message": "Invalid token" }] }));
        }
        let messages = match self.dialect {
            Dialect::Moodle => {
                json!([{ "type": "LtiResourceLinkRequest" }, { "type": "LtiDeepLinkingRequest", "placements": ["ContentArea"] }])
            }
            Dialect::Canvas => {
                let named = |all: &[&str]| all.iter().map(|p| format!("{CANVAS}{p}")).collect::<Vec<_>>();
                json!([
                    { "type": "LtiResourceLinkRequest", "placements": named(OPENING) },
                    { "type": "LtiDeepLinkingRequest", "placements": named(CHOOSING) },
                ])
            }
        };
        let base = &self.base;
        let mut document = json!({
            "issuer": self.issuer.clone().unwrap_or_else(|| base.clone()),
            "authorization_endpoint": format!("{base}/auth"),
            "token_endpoint": format!("{base}/token"),
            "jwks_uri": format!("{base}/jwks"),
            "registration_endpoint": format!("{base}/register"),
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": if self.dialect == Dialect::Canvas { [SCOPES, &[NOTICES]].concat() } else { SCOPES.to_vec() },
            "response_types_supported": ["id_token"],
            "claims_supported": ["sub", "name", "given_name", "family_name", "email"],
            PLATFORM: {
                "product_family_code": if self.dialect == Dialect::Moodle { "moodle" } else { "canvas" },
                "version": self.version,
                "messages_supported": messages,
                format!("{CANVAS}account_name"): self.account,
                format!("{CANVAS}account_lti_guid"): "794d72b707af6ea82cfe3d5d473f16888a8366c7:canvas-lms",
            },
        });
        for (name, value) in &self.changed {
            document[name] = value.clone();
        }
        Response::json(200, "application/json", &document)
    }

    fn register(&mut self, request: &Request) -> Response {
        let bearer = request.header("authorization").strip_prefix("Bearer ").unwrap_or_default().to_owned();
        if !self.tokens.contains(&bearer) {
            return Response::plain(401, "Token is not valid or was used");
        }
        if let Some(instead) = &self.instead_registered {
            return instead.clone();
        }
        if request.header("content-type") != "application/json" {
            return Response::plain(400, "no JSON");
        }
        let Ok(document) = serde_json::from_slice::<Value>(&request.body) else { return Response::plain(400, "no JSON") };
        let checked = match self.dialect {
            Dialect::Moodle => moodle(&document).map_err(|why| Response::plain(400, &why)),
            Dialect::Canvas => {
                self.breaches.extend(misplaced(&document));
                canvas(&document).map_err(|why| Response::json(422, "application/json", &json!({ "errors": [why] })))
            }
        };
        if let Err(refusal) = checked {
            self.breaches.push(format!("a registration was refused: {}", String::from_utf8_lossy(&refusal.body)));
            return refusal;
        }
        // Moodle takes each token once.
        self.tokens.remove(&bearer);
        self.registered.push(document.clone());
        let mut answer = document;
        answer["client_id"] = json!(self.client_id);
        if self.dialect == Dialect::Moodle {
            answer[TOOL]["deployment_id"] = json!(self.deployment);
        } else {
            answer["scope"] = json!(format!("{} openid", answer["scope"].as_str().unwrap_or_default()));
            answer["registration_client_uri"] = json!(format!("{}/register/1", self.base));
        }
        Response::json(201, "application/json", &answer)
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn holds(value: &Value, name: &str, item: &str) -> bool {
    value[name].as_array().is_some_and(|all| all.iter().any(|v| v == item))
}

/// Moodle: the error codes are its own.
fn moodle(document: &Value) -> Result<(), String> {
    for name in ["client_name", "initiate_login_uri", "jwks_uri"] {
        if text(document, name).is_empty() {
            return Err(format!("missing required attribute {name}"));
        }
    }
    if !holds(document, "response_types", "id_token") {
        return Err("invalid_response_types".into());
    }
    if document["redirect_uris"].as_array().is_none_or(Vec::is_empty) {
        return Err("invalid_redirect_uris".into());
    }
    if text(document, "token_endpoint_auth_method") != "private_key_jwt" {
        return Err("invalid_token_endpoint_auth_method".into());
    }
    if text(document, "application_type") != "web" {
        return Err("invalid_application_type".into());
    }
    let tool = &document[TOOL];
    if text(tool, "domain").is_empty() {
        return Err("missing_domain".into());
    }
    let target = url::Url::parse(text(tool, "target_link_uri")).map_err(|_| "no target")?;
    let host = target.port().map_or_else(|| target.host_str().unwrap().to_owned(), |p| format!("{}:{p}", target.host_str().unwrap()));
    if text(tool, "domain") != host {
        return Err("domain_targetlinkuri_mismatch".into());
    }
    // It reads the first deep linking message and ignores the rest.
    let first = tool["messages"].as_array().and_then(|all| all.first()).map(|m| text(m, "type").to_owned());
    if first.as_deref() != Some("LtiDeepLinkingRequest") {
        return Err("the deep linking message is not the first".into());
    }
    if tool["custom_parameters"].as_object().is_none_or(|all| all.values().any(|v| !v.is_string())) {
        return Err("custom parameters are not flat".into());
    }
    Ok(())
}

/// Canvas: its schema.
fn canvas(document: &Value) -> Result<(), String> {
    if text(document, "application_type") != "web" {
        return Err("application_type must be web".into());
    }
    if !holds(document, "grant_types", "client_credentials") || !holds(document, "grant_types", "implicit") {
        return Err("grant_types must hold client_credentials and implicit".into());
    }
    if !holds(document, "response_types", "id_token") || text(document, "token_endpoint_auth_method") != "private_key_jwt" {
        return Err("response_types or token_endpoint_auth_method".into());
    }
    for name in ["initiate_login_uri", "jwks_uri", "client_name"] {
        if text(document, name).is_empty() {
            return Err(format!("{name} is required"));
        }
    }
    if document["redirect_uris"]
        .as_array()
        .is_none_or(|all| all.is_empty() || all.iter().any(|u| !u.as_str().is_some_and(|u| u.starts_with("http"))))
    {
        return Err("redirect_uris".into());
    }
    if let Some(unknown) = text(document, "scope").split_whitespace().find(|s| *s != NOTICES && !SCOPES.contains(s)) {
        return Err(format!("scope holds unknown {unknown}"));
    }
    let tool = &document[TOOL];
    if text(tool, "domain").is_empty() || text(tool, "domain").contains("://") || !tool["messages"].is_array() || !tool["claims"].is_array()
    {
        return Err("domain, messages and claims are required".into());
    }
    if tool["custom_parameters"].as_object().is_some_and(|all| all.values().any(|v| !v.is_string())) {
        return Err("custom_parameters must be strings".into());
    }
    Ok(())
}

/// What Canvas would drop in silence, or put where nobody asked.
fn misplaced(document: &Value) -> Vec<String> {
    let mut breaches = Vec::new();
    let known = ["privacy_level", "tool_id", "vendor"];
    for name in document.as_object().unwrap().keys().filter(|n| n.starts_with(CANVAS)) {
        breaches.push(format!("`{name}` outside the tool configuration is ignored"));
    }
    for name in known {
        if document[TOOL][format!("{CANVAS}{name}")].as_str().is_none_or(str::is_empty) {
            breaches.push(format!("`{name}` is missing"));
        }
    }
    let one_of = |value: &Value, words: &[&str]| value.is_null() || value.as_str().is_some_and(|v| words.contains(&v));
    if !one_of(&document[TOOL][format!("{CANVAS}privacy_level")], &["public", "name_only", "email_only", "anonymous"]) {
        breaches.push("an unknown privacy level".to_owned());
    }
    let mut taken = BTreeSet::new();
    for message in document[TOOL]["messages"].as_array().unwrap() {
        let kind = text(message, "type");
        let allowed = if kind == "LtiDeepLinkingRequest" { CHOOSING } else { OPENING };
        let placements = message["placements"].as_array().cloned().unwrap_or_default();
        if placements.is_empty() {
            breaches.push(format!("{kind} without placements lands in link_selection"));
        }
        for placement in placements {
            let name = placement.as_str().unwrap().trim_start_matches(CANVAS).to_owned();
            if !allowed.contains(&name.as_str()) {
                breaches.push(format!("{kind} cannot be placed at {name}"));
            }
            if !taken.insert(name.clone()) {
                breaches.push(format!("two messages claim {name}"));
            }
            if name == "course_navigation" && message[format!("{CANVAS}course_navigation/default_enabled")] != false {
                breaches.push("the course navigation would show up in every course".to_owned());
            }
        }
        if !text(message, "target_link_uri").starts_with("http") {
            breaches.push(format!("{kind} has no target"));
        }
        let shows = ["default", "full_width", "full_width_in_context", "full_width_with_nav", "in_nav_context", "borderless", "new_window"];
        let good = ["LtiResourceLinkRequest", "LtiDeepLinkingRequest"].contains(&kind)
            && one_of(&message[format!("{CANVAS}display_type")], &shows)
            && one_of(&message[format!("{CANVAS}visibility")], &["admins", "members", "public"]);
        if !good {
            breaches.push(format!("{kind} is not one of Canvas's, or shown as nobody knows"));
        }
    }
    breaches
}

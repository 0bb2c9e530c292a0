//! Its side of the login: it starts one, and answers the authentication request as strictly as Canvas.

use std::collections::BTreeMap;

use courseferry::lti::claims::{AGS, LTI};
use serde_json::{Value, json};

use super::{
    CLIENT_ID, FakePlatform, State,
    wire::{Request, Response},
};

impl FakePlatform {
    /// Starts a launch: the fields of the form it posts to the tool's login address.
    pub(crate) fn initiate(&self, sub: &str, role: &str, target: &str) -> Vec<(String, String)> {
        let hint = format!("{{\"for\":\"{sub}\", \"n\":\"{}\"}}", courseferry::ids::new_id());
        let claims = self.claims(sub, role, target);
        let mut state = self.state();
        state.hints.insert(hint.clone());
        state.launches.insert(hint.clone(), claims);
        [
            ("iss", state.base.as_str()),
            ("login_hint", sub),
            ("target_link_uri", target),
            ("lti_message_hint", &hint),
            ("client_id", CLIENT_ID),
        ]
        .map(|(n, v)| (n.to_owned(), v.to_owned()))
        .to_vec()
    }

    /// The claims of a launch, but for `nonce`.
    pub(crate) fn claims(&self, sub: &str, role: &str, target: &str) -> Value {
        let now = (self.state().clock)().as_second();
        let mut claims = json!({
            "iss": self.url(""), "aud": CLIENT_ID, "sub": sub, "iat": now, "exp": now + 60, "name": format!("Person {sub}"),
            AGS: { "scope": self.state().granted, "lineitems": self.line_items_url(), "lineitem": self.line_item() },
        });
        for (name, value) in [
            ("version", json!("1.3.0")),
            ("message_type", json!("LtiResourceLinkRequest")),
            ("deployment_id", json!("1")),
            ("target_link_uri", json!(target)),
            ("roles", json!([format!("http://purl.imsglobal.org/vocab/lis/v2/membership#{role}")])),
            ("resource_link", json!({ "id": "link-1", "title": "Module" })),
            ("context", json!({ "id": "course-7", "label": "LLM", "title": "Fine-tuning" })),
        ] {
            claims[format!("{LTI}{name}")] = value;
        }
        claims
    }
}

/// The authentication request: everything named, known and unspent, or an error page.
pub(super) fn authorize(state: &mut State, request: &Request) -> Response {
    let mut given: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, value) in &request.query {
        if given.insert(name, value).is_some() {
            state.breach(format!("authentication request: `{name}` twice"));
        }
    }
    let fixed =
        [("scope", "openid"), ("response_type", "id_token"), ("response_mode", "form_post"), ("prompt", "none"), ("client_id", CLIENT_ID)];
    for (name, wanted) in fixed {
        if given.get(name) != Some(&wanted) {
            state.breach(format!("authentication request: `{name}` is {:?}", given.get(name)));
        }
    }
    let redirect = given.get("redirect_uri").copied().unwrap_or_default();
    if !state.tool_redirects.iter().any(|r| r == redirect) {
        state.breach(format!("authentication request: `{redirect}` is not registered"));
        return Response::new(400, "text/html", "Invalid request");
    }
    let (nonce, sent_state) = (given.get("nonce").copied().unwrap_or_default(), given.get("state").copied().unwrap_or_default());
    let hint = given.get("lti_message_hint").copied().unwrap_or_default();
    if nonce.is_empty() || !state.hints.remove(hint) {
        return form(redirect, &[("error", "invalid_request"), ("error_description", "The hint is spent"), ("state", sent_state)]);
    }
    let mut claims = state.launches.remove(hint).unwrap_or_default();
    if claims["sub"] != *given.get("login_hint").unwrap_or(&"") {
        state.breach("authentication request: `login_hint` came back changed");
    }
    claims["nonce"] = json!(nonce);
    let token = state.keys[0].sign(&claims).unwrap();
    form(redirect, &[("id_token", &token), ("state", sent_state)])
}

fn form(action: &str, fields: &[(&str, &str)]) -> Response {
    let inputs: String = fields.iter().map(|(n, v)| format!("<input type=\"hidden\" name=\"{n}\" value=\"{v}\">")).collect();
    Response::new(200, "text/html", format!("<form method=\"post\" action=\"{action}\">{inputs}</form>"))
}

/// The fields of such a form.
pub(crate) fn fields(html: &str) -> Vec<(String, String)> {
    html.split("<input type=\"hidden\" name=\"")
        .skip(1)
        .map(|part| {
            let (name, rest) = part.split_once("\" value=\"").unwrap();
            (name.to_owned(), rest.split_once('"').unwrap().0.to_owned())
        })
        .collect()
}

//! Its side of the login: it starts one, and answers the authentication request as strictly as Canvas.

use std::collections::BTreeMap;

use courseferry::lti::claims::{AGS, LTI};
use serde_json::{Value, json};

use super::{
    CLIENT_ID, FakePlatform, State,
    grades::Family,
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
        let own: &[(&str, &str)] = match state.grades.family {
            Family::Moodle => &[("lti_deployment_id", "1")],
            // The code says "prod", whatever the documents say.
            Family::Canvas => {
                &[("deployment_id", "1"), ("lti_deployment_id", "1"), ("canvas_environment", "prod"), ("canvas_region", "not_configured")]
            }
            Family::Edx => &[],
        };
        [
            ("iss", state.base.as_str()),
            ("login_hint", sub),
            ("target_link_uri", target),
            ("lti_message_hint", &hint),
            ("client_id", CLIENT_ID),
        ]
        .iter()
        .chain(own)
        .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
        .collect()
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
        let family = self.state().grades.family;
        dialect(family, &mut claims, role, &self.url("/back"));
        claims
    }
}

/// What each product says besides, and says otherwise.
fn dialect(family: Family, claims: &mut Value, role: &str, back: &str) {
    let sub = claims["sub"].as_str().unwrap_or_default().to_owned();
    let mut lti = |name: &str, value: Value| claims[format!("{LTI}{name}")] = value;
    match family {
        Family::Moodle => {
            lti("tool_platform", json!({ "product_family_code": "moodle", "version": "2024100706", "guid": "m.example", "name": "M" }));
            lti("launch_presentation", json!({ "document_target": "iframe", "locale": "en", "return_url": back }));
            lti("lis", json!({ "person_sourcedid": "", "course_section_sourcedid": "" }));
            // Each key as written and in small letters; what it cannot resolve comes as it is, what is empty as null.
            lti("custom", json!({ "Not-Resolved": "$ResourceLink.id.history", "not_resolved": "$ResourceLink.id.history", "empty": null }));
            lti("context", json!({ "id": "course-7", "label": "LLM", "title": "Fine-tuning", "type": ["CourseSection"] }));
            claims["https://purl.imsglobal.org/spec/lti/claim/ext"] = json!({ "lms": "moodle-2", "user_username": sub });
        }
        Family::Canvas => {
            let version = json!({ "product_family_code": "canvas", "version": "cloud", "guid": "g:canvas-lms", "name": "Example School" });
            lti("tool_platform", version);
            lti("launch_presentation", json!({ "document_target": "iframe", "locale": "en", "return_url": back, "height": null }));
            lti("lti11_legacy_user_id", json!(format!("legacy-{sub}")));
            lti(
                "context",
                json!({ "id": "course-7", "label": "LLM", "title": "Fine-tuning",
                "type": ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering"] }),
            );
            lti("custom", json!({ "canvas_masquerading_user_id": "$Canvas.masqueradingUser.id" }));
            let vocabulary = "http://purl.imsglobal.org/vocab/lis/v2";
            lti(
                "roles",
                json!([
                    format!("{vocabulary}/institution/person#Student"),
                    format!("{vocabulary}/membership#{role}"),
                    format!("{vocabulary}/system/person#User"),
                ]),
            );
            // Built at the login, good for an hour.
            (claims["azp"], claims["exp"]) = (json!(CLIENT_ID), json!(claims["iat"].as_i64().unwrap() + 3600));
            claims["https://www.instructure.com/placement"] = Value::Null;
            claims["locale"] = json!("en");
        }
        Family::Edx => {}
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
        let error = if state.grades.family == Family::Canvas { "launch_no_longer_valid" } else { "invalid_request" };
        return form(redirect, &[("error", error), ("error_description", "The hint is spent"), ("state", sent_state)]);
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

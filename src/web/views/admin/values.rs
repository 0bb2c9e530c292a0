//! What an LMS wants to know of us, in its own words.

use serde_json::json;

use crate::{
    app::add_platform::Product,
    course::Course,
    lti::ags::{SCOPE_LINE_ITEM, SCOPE_RESULT, SCOPE_SCORE},
    web::State,
};

/// A value to copy, under the label it has in the LMS.
pub(super) struct Value {
    pub(super) id: String,
    pub(super) label: &'static str,
    pub(super) value: String,
}

/// Values to copy into an LMS.
pub(super) fn of(product: Product, state: &State, course: &Course) -> Vec<Value> {
    let number = |(n, (label, value))| Value { id: format!("copy-{}", n + 1), label, value };
    labelled(product, state, course).into_iter().enumerate().map(number).collect()
}

fn labelled(product: Product, state: &State, course: &Course) -> Vec<(&'static str, String)> {
    let (launch, login, keys) = (state.site().url("/lti/launch"), state.site().url("/lti/login"), state.site().url("/lti/jwks.json"));
    match product {
        Product::Moodle => vec![
            ("Tool name", course.title.clone()),
            ("Tool URL", launch.clone()),
            ("Tool description", course.summary.clone()),
            ("Public keyset", keys),
            ("Initiate login URL", login),
            ("Redirection URI(s)", launch),
        ],
        Product::Canvas | Product::OwnCanvas => vec![("LTI 1.3 configuration", canvas(state, course))],
        Product::Edx => vec![
            ("Launch URL", launch.clone()),
            ("Tool Initiate Login URL (OIDC)", login),
            ("Registered Redirect URIs", serde_json::to_string(&[launch]).unwrap_or_default()),
            ("Tool Keyset URL", keys),
        ],
        Product::Other => vec![
            ("Target link or launch URL", launch.clone()),
            ("Initiate login URL (OIDC)", login),
            ("Redirect URI", launch),
            ("Public keyset URL (JWKS)", keys),
            ("Domain", domain(state)),
            ("Scopes", [SCOPE_LINE_ITEM, SCOPE_SCORE, SCOPE_RESULT].join(" ")),
        ],
    }
}

/// Host with port, as LMSs call a tool's domain.
fn domain(state: &State) -> String {
    let origin = state.site().origin();
    origin.split_once("://").map_or(origin, |(_, host)| host).to_owned()
}

/// What is pasted into a Canvas LTI key.
fn canvas(state: &State, course: &Course) -> String {
    let launch = state.site().url("/lti/launch");
    let placement = |name: &str| json!({ "placement": name, "enabled": true, "message_type": "LtiResourceLinkRequest", "target_link_uri": launch, "text": course.title });
    let mut navigation = placement("course_navigation");
    navigation["default"] = json!("disabled");
    navigation["windowTarget"] = json!("_self");
    let config = json!({
        "title": course.title,
        "description": course.summary,
        "target_link_uri": launch,
        "oidc_initiation_url": state.site().url("/lti/login"),
        "public_jwk_url": state.site().url("/lti/jwks.json"),
        "scopes": [SCOPE_LINE_ITEM, SCOPE_SCORE, SCOPE_RESULT],
        "custom_fields": {
            "canvas_api_domain": "$Canvas.api.domain",
            "canvas_masquerading_user_id": "$Canvas.masqueradingUser.id",
        },
        "extensions": [{
            "platform": "canvas.instructure.com",
            "domain": domain(state),
            "tool_id": course.id,
            "privacy_level": "public",
            "settings": { "text": course.title, "placements": [placement("assignment_selection"), placement("link_selection"), navigation] },
        }],
    });
    serde_json::to_string_pretty(&config).unwrap_or_default()
}

//! What an LMS wants to know of us, in its own words.

use crate::{
    app::add_platform::Product,
    lti::tool::{CUSTOM, SCOPES, canvas_json},
    web::State,
};

/// A value to copy, under the label it has in the LMS.
pub(super) struct Value {
    pub(super) id: String,
    pub(super) label: &'static str,
    pub(super) value: String,
}

/// Values to copy into an LMS that has, or will have, this id here.
pub(super) fn of(product: Product, state: &State, id: &str) -> Vec<Value> {
    let number = |(n, (label, value))| Value { id: format!("copy-{}", n + 1), label, value };
    labelled(product, state, id).into_iter().enumerate().map(number).collect()
}

fn labelled(product: Product, state: &State, id: &str) -> Vec<(&'static str, String)> {
    let tool = state.app.tool_for(id);
    match product {
        Product::Moodle => vec![
            ("Tool name", tool.title),
            ("Tool URL", tool.launch.clone()),
            ("Tool description", tool.summary),
            ("Public keyset", tool.keys),
            ("Initiate login URL", tool.login),
            ("Redirection URI(s)", tool.launch),
            ("Icon URL", tool.icon),
            ("Custom parameters", custom()),
        ],
        Product::Canvas | Product::OwnCanvas => vec![
            ("LTI 1.3 configuration", serde_json::to_string_pretty(&canvas_json(&tool)).unwrap_or_default()),
            ("JSON URL", state.site().url(&format!("/lti/canvas.json?platform={id}"))),
            ("Redirect URIs", tool.launch),
        ],
        Product::Edx => vec![
            ("Launch URL", tool.launch.clone()),
            ("Tool Initiate Login URL (OIDC)", tool.login),
            ("Registered Redirect URIs", serde_json::to_string(&[tool.launch]).unwrap_or_default()),
            ("Tool Keyset URL", tool.keys),
        ],
        Product::Other => vec![
            ("Target link or launch URL", tool.launch.clone()),
            ("Initiate login URL (OIDC)", tool.login),
            ("Redirect URI", tool.launch),
            ("Public keyset URL (JWKS)", tool.keys),
            ("Domain", tool.domain),
            ("Icon URL", tool.icon),
            ("Scopes", SCOPES.join(" ")),
            ("Custom parameters", custom()),
        ],
    }
}

/// As platforms take them: one a line.
fn custom() -> String {
    CUSTOM.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("\n")
}

//! The document we register with. Moodle and Canvas each refuse one that lacks what the other ignores, so it has both.

use serde_json::{Map, Value, json};

use super::PlatformConfiguration;
use crate::lti::tool::{CANVAS_CHOOSING, CANVAS_CUSTOM, CANVAS_OPENING, CUSTOM, SCOPES, Tool};

/// Scopes we have a use for.
pub const WANTED_SCOPES: &[&str] = &SCOPES;

const CANVAS: &str = "https://canvas.instructure.com/lti/";
/// Where content is chosen elsewhere.
const CHOOSING: &[&str] = &["ContentArea", "RichTextEditor"];
/// What of a person we have a use for: the teacher's class list shows it.
const CLAIMS: &[&str] = &["iss", "sub", "name", "given_name", "family_name", "email", "locale"];

/// What we ask for: of our wishes those that are on offer. An unknown scope is an error on Canvas.
#[must_use]
pub fn scopes(c: &PlatformConfiguration) -> Vec<&'static str> {
    let offered = |scope: &&&str| c.scopes.as_ref().is_none_or(|all| all.iter().any(|s| s == **scope));
    WANTED_SCOPES.iter().filter(offered).copied().collect()
}

/// The document for this platform.
#[must_use]
pub fn document(tool: &Tool, c: &PlatformConfiguration) -> Value {
    let canvas = c.profile().key == "canvas";
    let claims: Vec<&str> = CLAIMS
        .iter()
        .filter(|claim| matches!(**claim, "iss" | "sub") || c.claims.as_ref().is_none_or(|all| all.iter().any(|o| o == **claim)))
        .copied()
        .collect();
    let more: &[(&str, &str)] = if canvas { CANVAS_CUSTOM } else { &[] };
    // Strings only: Canvas refuses anything else.
    let custom: Map<String, Value> = CUSTOM.iter().chain(more).map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let mut part = json!({
        "domain": tool.domain,
        "description": tool.summary,
        "target_link_uri": tool.launch,
        "custom_parameters": custom,
        "claims": claims,
        "messages": messages(tool, c, canvas),
    });
    if canvas {
        // Inside this part, or Canvas does not see them.
        part[format!("{CANVAS}privacy_level")] = json!("public");
        part[format!("{CANVAS}tool_id")] = json!(tool.key);
        part[format!("{CANVAS}vendor")] = json!("courseferry");
    }
    json!({
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": tool.login,
        "redirect_uris": [tool.launch],
        "client_name": tool.title,
        "client_uri": tool.home,
        "logo_uri": tool.icon,
        "jwks_uri": tool.keys,
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": scopes(c).join(" "),
        "https://purl.imsglobal.org/spec/lti-tool-configuration": part,
    })
}

/// A learner's work, opened from the platform's grade book.
const REVIEW: &str = "LtiSubmissionReviewRequest";

/// The deep linking message first: where two messages claim one placement the first wins, and Moodle reads the first only.
fn messages(tool: &Tool, c: &PlatformConfiguration, canvas: bool) -> Vec<Value> {
    let mut kinds: Vec<(&str, &[&str])> = if canvas {
        vec![("LtiDeepLinkingRequest", CANVAS_CHOOSING), ("LtiResourceLinkRequest", CANVAS_OPENING)]
    } else {
        vec![("LtiDeepLinkingRequest", CHOOSING), ("LtiResourceLinkRequest", &[])]
    };
    // Only where it is on offer by name: few know it.
    if c.messages.as_ref().is_some_and(|all| all.iter().any(|o| o.kind == REVIEW)) {
        kinds.push((REVIEW, &[]));
    }
    kinds.into_iter().filter_map(|(kind, wanted)| message(tool, c, canvas, kind, wanted)).collect()
}

fn message(tool: &Tool, c: &PlatformConfiguration, canvas: bool, kind: &str, wanted: &[&str]) -> Option<Value> {
    let offer = match &c.messages {
        Some(all) => Some(all.iter().find(|o| o.kind == kind)?),
        None => None,
    };
    let placements: Vec<&str> = match offer.and_then(|o| o.placements.as_ref()) {
        // As the platform spells them: Canvas takes the bare name and the one with its address in front.
        Some(offered) => {
            wanted.iter().filter_map(|w| offered.iter().find(|o| o.strip_prefix(CANVAS).unwrap_or(o) == *w)).map(String::as_str).collect()
        }
        None => wanted.to_vec(),
    };
    if canvas && placements.is_empty() {
        // Canvas would put it where nobody asked for it.
        return None;
    }
    let mut message = json!({ "type": kind, "target_link_uri": tool.launch, "label": tool.title, "icon_uri": tool.icon });
    if !placements.is_empty() {
        message["placements"] = json!(placements);
    }
    if canvas && kind == "LtiResourceLinkRequest" {
        // The teacher of a course switches it on.
        message[format!("{CANVAS}course_navigation/default_enabled")] = json!(false);
    }
    Some(message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lti::tool::example;

    const TOOL: &str = "https://purl.imsglobal.org/spec/lti-tool-configuration";

    fn platform(product: &str, offered: &Value, scopes: &Value) -> PlatformConfiguration {
        let mut part = json!({ "product_family_code": product });
        if !offered.is_null() {
            part["messages_supported"] = offered.clone();
        }
        let mut document = json!({
            "issuer": "https://p.example", "authorization_endpoint": "https://p.example/a", "token_endpoint": "https://p.example/t",
            "jwks_uri": "https://p.example/k", "registration_endpoint": "https://p.example/r",
            "claims_supported": ["sub", "name"],
            "https://purl.imsglobal.org/spec/lti-platform-configuration": part,
        });
        if !scopes.is_null() {
            document["scopes_supported"] = scopes.clone();
        }
        PlatformConfiguration::parse(document.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn scopes_are_those_wanted_and_offered() {
        let some = platform("canvas", &Value::Null, &json!(["https://canvas.instructure.com/x", WANTED_SCOPES[1]]));
        assert_eq!(scopes(&some), [WANTED_SCOPES[1]]);
        assert_eq!(scopes(&platform("x", &Value::Null, &Value::Null)).len(), WANTED_SCOPES.len());
        assert_eq!(document(&example(), &platform("x", &Value::Null, &json!([])))["scope"], "");
    }

    #[test]
    fn canvas_gets_its_keys_inside_the_tool_part_and_placements_that_never_overlap() {
        let offered = json!([
            {"type": "LtiResourceLinkRequest", "placements": ["https://canvas.instructure.com/lti/course_navigation", "link_selection"]},
            {"type": "LtiDeepLinkingRequest", "placements": ["link_selection", "https://canvas.instructure.com/lti/assignment_selection", "unknown"]},
        ]);
        let text = document(&example(), &platform("canvas", &offered, &Value::Null));
        let part = &text[TOOL];
        for name in ["privacy_level", "tool_id", "vendor"] {
            assert!(part[format!("{CANVAS}{name}")].is_string() && text[format!("{CANVAS}{name}")].is_null(), "{name}");
        }
        let messages = part["messages"].as_array().unwrap();
        assert_eq!(messages[0]["type"], "LtiDeepLinkingRequest");
        assert_eq!(messages[0]["placements"], json!(["https://canvas.instructure.com/lti/assignment_selection", "link_selection"]));
        assert_eq!(messages[1]["placements"], json!(["https://canvas.instructure.com/lti/course_navigation"]));
        assert_eq!(messages[1][format!("{CANVAS}course_navigation/default_enabled")], false);
        assert_eq!(part["claims"], json!(["iss", "sub", "name"]));
        assert_eq!(part["domain"], "ferry.example:8443");
    }

    #[test]
    fn a_canvas_that_offers_none_of_our_placements_gets_no_message_without_one() {
        let offered = json!([{"type": "LtiResourceLinkRequest", "placements": ["global_navigation"]}]);
        assert_eq!(document(&example(), &platform("canvas", &offered, &Value::Null))[TOOL]["messages"], json!([]));
    }

    #[test]
    fn others_get_the_common_placements_and_only_messages_they_can_send() {
        let offered = json!([{"type": "LtiResourceLinkRequest"}, {"type": "LtiDeepLinkingRequest", "placements": ["ContentArea"]}]);
        let text = document(&example(), &platform("moodle", &offered, &Value::Null));
        let messages = text[TOOL]["messages"].as_array().unwrap();
        assert_eq!((messages.len(), messages[0]["placements"].clone()), (2, json!(["ContentArea"])));
        assert!(messages[1].get("placements").is_none());
        assert!(text[TOOL].get(format!("{CANVAS}privacy_level")).is_none());
        assert!(text[TOOL]["custom_parameters"].get("canvas_api_domain").is_none());
        let few = document(&example(), &platform("x", &json!([{"type": "LtiResourceLinkRequest"}]), &Value::Null));
        assert_eq!(few[TOOL]["messages"].as_array().unwrap().len(), 1);
        // One that does not say is asked for both.
        assert_eq!(document(&example(), &platform("x", &Value::Null, &Value::Null))[TOOL]["messages"].as_array().unwrap().len(), 2);
    }
}

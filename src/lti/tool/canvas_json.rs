//! Canvas's own configuration: pasted, or fetched by Canvas from its address. Nothing in it is secret.

use serde_json::{Map, Value, json};

use super::{CANVAS_CHOOSING, CANVAS_CUSTOM, CANVAS_OPENING, CUSTOM, SCOPES, Tool};

/// The document.
#[must_use]
pub fn canvas_json(tool: &Tool) -> Value {
    let custom: Map<String, Value> = CUSTOM.iter().chain(CANVAS_CUSTOM).map(|(n, v)| ((*n).to_owned(), json!(v))).collect();
    let placement = |name: &str, message: &str| {
        json!({
            "placement": name, "enabled": true, "message_type": message, "target_link_uri": tool.launch, "text": tool.title,
            "icon_url": tool.icon,
        })
    };
    let mut placements: Vec<Value> = CANVAS_CHOOSING.iter().map(|name| placement(name, "LtiDeepLinkingRequest")).collect();
    for name in CANVAS_OPENING {
        let mut opening = placement(name, "LtiResourceLinkRequest");
        // The teacher of a course switches it on.
        opening["default"] = json!("disabled");
        placements.push(opening);
    }
    json!({
        "title": tool.title,
        "description": tool.summary,
        "target_link_uri": tool.launch,
        "oidc_initiation_url": tool.login,
        "public_jwk_url": tool.keys,
        "scopes": SCOPES,
        "custom_fields": custom,
        "extensions": [{
            "platform": "canvas.instructure.com",
            "domain": tool.domain,
            "tool_id": tool.key,
            "privacy_level": "public",
            "settings": { "text": tool.title, "icon_url": tool.icon, "placements": placements },
        }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lti::tool::example;

    #[test]
    fn it_has_every_required_member_and_each_placement_once() {
        let json = canvas_json(&example());
        for name in ["title", "description", "target_link_uri", "oidc_initiation_url", "public_jwk_url"] {
            assert!(json[name].as_str().is_some_and(|t| !t.is_empty()), "{name}");
        }
        let extension = &json["extensions"][0];
        assert_eq!((extension["domain"].as_str(), extension["privacy_level"].as_str()), (Some("ferry.example:8443"), Some("public")));
        let placements = extension["settings"]["placements"].as_array().unwrap();
        let mut names: Vec<_> = placements.iter().map(|p| p["placement"].as_str().unwrap()).collect();
        assert_eq!(names.len(), 7);
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 7);
        let navigation = placements.iter().find(|p| p["placement"] == "course_navigation").unwrap();
        assert_eq!(
            (navigation["message_type"].as_str(), navigation["default"].as_str()),
            (Some("LtiResourceLinkRequest"), Some("disabled"))
        );
        assert!(json["custom_fields"].as_object().unwrap().values().all(Value::is_string));
    }
}

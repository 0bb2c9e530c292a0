//! What platforms read about us at addresses that stay.

use serde_json::Value;

use super::lms::{CHOOSING, NOTICES, OPENING, SCOPES};
use crate::{databases::sqlite, house, house::Browser};

#[test]
fn canvas_reads_its_configuration_by_address() {
    sqlite(async |db| {
        let address = house::serve(&db.store, "https://ferry.example:8443/f", None).await;
        let page = Browser::new().get(&format!("http://{address}/f/lti/canvas.json")).await;
        assert_eq!(page.headers["content-type"], "application/json");
        assert_eq!(page.headers["cache-control"], "public, max-age=300");
        let json: serde_json::Value = serde_json::from_str(&page.body).unwrap();
        assert_eq!(json["oidc_initiation_url"], "https://ferry.example:8443/f/lti/login");
        assert_eq!(json["extensions"][0]["domain"], "ferry.example:8443");
        assert_eq!(unread(&json), Vec::<String>::new());
    });
}

/// What Canvas refuses or does not read in such a document, by its schema.
fn unread(json: &Value) -> Vec<String> {
    const TOP: &[&str] = &[
        "title",
        "description",
        "target_link_uri",
        "oidc_initiation_url",
        "oidc_initiation_urls",
        "scopes",
        "public_jwk_url",
        "public_jwk",
        "custom_fields",
        "extensions",
    ];
    const SETTINGS: &[&str] = &["text", "icon_url", "selection_width", "selection_height", "custom_fields", "placements"];
    const PLACEMENT: &[&str] = &[
        "placement",
        "enabled",
        "message_type",
        "text",
        "icon_url",
        "target_link_uri",
        "custom_fields",
        "visibility",
        "default",
        "windowTarget",
        "display_type",
        "required_permissions",
    ];
    let (mut found, extension) = (Vec::new(), &json["extensions"][0]);
    let mut only = |value: &Value, known: &[&str]| {
        found.extend(value.as_object().unwrap().keys().filter(|name| !known.contains(&name.as_str())).cloned());
    };
    only(json, TOP);
    only(extension, &["platform", "domain", "tool_id", "privacy_level", "settings"]);
    only(&extension["settings"], SETTINGS);
    for placement in extension["settings"]["placements"].as_array().unwrap() {
        only(placement, PLACEMENT);
    }
    for name in ["title", "description", "target_link_uri", "oidc_initiation_url", "public_jwk_url"] {
        found.extend(json[name].as_str().is_none().then(|| format!("no {name}")));
    }
    let known_scopes = [SCOPES, &[NOTICES, "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"]].concat();
    let unknown = json["scopes"].as_array().unwrap().iter().filter(|s| !known_scopes.contains(&s.as_str().unwrap()));
    found.extend(unknown.map(|s| format!("unknown scope {s}")));
    let levels = ["public", "name_only", "email_only", "anonymous"];
    let good = extension["platform"] == "canvas.instructure.com"
        && levels.iter().any(|l| extension["privacy_level"] == *l)
        && !extension["domain"].as_str().unwrap().contains("://")
        && json["custom_fields"].as_object().unwrap().values().all(Value::is_string);
    found.extend((!good).then(|| "the extension".to_owned()));
    for placement in extension["settings"]["placements"].as_array().unwrap() {
        let chooses = placement["message_type"] == "LtiDeepLinkingRequest";
        let allowed = if chooses { CHOOSING } else { &[OPENING, CHOOSING].concat()[..] };
        let name = placement["placement"].as_str().unwrap();
        let there = allowed.contains(&name) && (chooses || name != "editor_button");
        let off = name != "course_navigation" || placement["default"] == "disabled";
        let window = placement.get("windowTarget").is_none_or(|w| w == "_blank");
        found.extend((!there || !off || !window).then(|| format!("{name}: {placement}")));
    }
    found
}

#[test]
fn the_cartridge_and_the_picture_have_addresses_that_stay() {
    sqlite(async |db| {
        let address = house::serve(&db.store, "https://ferry.example/f", None).await;
        let page = Browser::new().get(&format!("http://{address}/f/lti/v1p1/config.xml")).await;
        assert_eq!(page.headers["content-type"], "application/xml; charset=utf-8");
        assert!(page.body.contains("<blti:secure_launch_url>https://ferry.example/f/lti/v1p1/launch<"), "{}", page.body);
        assert!(page.body.contains("A tiny &lt;course&gt;"), "{}", page.body);
        let icon = Browser::new().get(&format!("http://{address}/f/icon.svg")).await;
        assert!(icon.headers["content-type"] == "image/svg+xml" && icon.body.contains("<svg"), "{}", icon.body);
    });
}

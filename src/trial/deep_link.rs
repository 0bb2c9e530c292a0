//! Deep linking on the platform's side: what is asked for, and the answer, checked as strictly as a platform should.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use serde_json::{Map, Value, json};

use super::{
    pages::message_to,
    state::{CLIENT_ID, DEPLOYMENT_ID, Link, Platform},
};
use crate::lti::id_token::{TokenError, Unverified};

const LTI: &str = "https://purl.imsglobal.org/spec/lti/claim/";
const DL: &str = "https://purl.imsglobal.org/spec/lti-dl/claim/";
/// Seconds an answer may travel.
const LIFE: i64 = 300;

/// Why an answer is not taken.
#[derive(Debug, thiserror::Error)]
enum AnswerError {
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error("the tool's keys could not be fetched: {0}")]
    Keys(String),
    #[error("`{0}` of the answer is missing or wrong")]
    Claim(&'static str),
    #[error("the answer was used before")]
    Replayed,
    #[error("a content item is no link to the tool with a title, or has a column without points")]
    Item,
}

/// What is asked for.
pub(super) fn settings(platform: &Platform, data: &str) -> Value {
    json!({
        "deep_link_return_url": format!("{}/deep-link?course=trial", platform.issuer),
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["iframe"],
        "accept_multiple": true,
        "accept_lineitem": true,
        "auto_create": true,
        "data": data,
    })
}

/// `POST /deep-link`: the answer, posted by the teacher's browser.
pub(crate) async fn answer(platform: web::Data<Platform>, form: web::Form<HashMap<String, String>>) -> HttpResponse {
    const BACK: &str = "/?as=tom";
    match check(&platform, form.get("JWT").map_or("", String::as_str)).await {
        Ok(links) if links.is_empty() => message_to(200, "Nothing was added to the trial course.", BACK),
        Ok(links) => {
            let text = if links.len() == 1 { "1 link was added".to_owned() } else { format!("{} links were added", links.len()) };
            platform.note(format!("{text} by the teacher."));
            platform.add_links(links);
            message_to(200, &format!("{text} to the trial course."), BACK)
        }
        Err(error) => {
            platform.note(format!("A choice of content was refused: {error}."));
            message_to(400, &format!("The choice was refused: {error}."), BACK)
        }
    }
}

async fn check(platform: &Platform, token: &str) -> Result<Vec<Link>, AnswerError> {
    let unverified = Unverified::peek(token)?;
    let keys = (platform.tool_keys)().await.map_err(AnswerError::Keys)?;
    let verified = unverified.verify(&keys)?;
    let claims = verified.claims();
    check_claims(claims, &platform.issuer, platform.now().as_second())?;
    let tool = platform.tool_url("/");
    let items = claims.get(&format!("{DL}content_items")).and_then(Value::as_array).ok_or(AnswerError::Claim("content_items"))?;
    let links = items.iter().map(|item| link(item, &tool).ok_or(AnswerError::Item)).collect::<Result<_, _>>()?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    if !platform.take_jti(text("nonce")) {
        return Err(AnswerError::Replayed);
    }
    if platform.take_choice(text(&format!("{DL}data"))) { Ok(links) } else { Err(AnswerError::Claim("data")) }
}

fn check_claims(claims: &Map<String, Value>, issuer: &str, now: i64) -> Result<(), AnswerError> {
    let is = |name: &str, wanted: &str| claims.get(name).and_then(Value::as_str) == Some(wanted);
    let lti = |name: &str| format!("{LTI}{name}");
    for (name, right) in [
        ("iss", is("iss", CLIENT_ID)),
        ("aud", is("aud", issuer)),
        ("message_type", is(&lti("message_type"), "LtiDeepLinkingResponse")),
        ("version", is(&lti("version"), "1.3.0")),
        ("deployment_id", is(&lti("deployment_id"), DEPLOYMENT_ID)),
        ("nonce", claims.get("nonce").and_then(Value::as_str).is_some_and(|n| !n.is_empty())),
    ] {
        if !right {
            return Err(AnswerError::Claim(name));
        }
    }
    let number = |name: &'static str| claims.get(name).and_then(Value::as_i64).ok_or(AnswerError::Claim(name));
    let (issued, expires) = (number("iat")?, number("exp")?);
    if issued > now || issued < now - LIFE {
        return Err(AnswerError::Claim("iat"));
    }
    if expires <= now || expires > issued + LIFE { Err(AnswerError::Claim("exp")) } else { Ok(()) }
}

fn link(item: &Value, tool: &str) -> Option<Link> {
    let text = |name: &str| item.get(name).and_then(Value::as_str).filter(|t| !t.is_empty());
    let points = match item.get("lineItem") {
        None => None,
        Some(column) => Some(column.get("scoreMaximum").and_then(Value::as_f64).filter(|m| *m > 0.0)?),
    };
    (text("type")? == "ltiResourceLink").then_some(())?;
    Some(Link {
        id: String::new(),
        title: text("title")?.to_owned(),
        url: text("url").filter(|u| u.starts_with(tool))?.to_owned(),
        custom: item.get("custom").and_then(Value::as_object).cloned().unwrap_or_default(),
        points,
        added: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOOL: &str = "http://127.0.0.1:9/";

    fn good() -> Map<String, Value> {
        let value = json!({ "iss": CLIENT_ID, "aud": "http://lms", "iat": 995, "exp": 1295, "nonce": "n",
            (format!("{LTI}message_type")): "LtiDeepLinkingResponse", (format!("{LTI}version")): "1.3.0",
            (format!("{LTI}deployment_id")): DEPLOYMENT_ID });
        value.as_object().unwrap().clone()
    }

    #[test]
    fn each_wrong_claim_is_named() {
        assert!(check_claims(&good(), "http://lms", 1000).is_ok());
        let lti = |name: &str| format!("{LTI}{name}");
        for (name, key, value) in [
            ("iss", "iss".to_owned(), json!("other")),
            ("aud", "aud".to_owned(), json!(["http://lms"])),
            ("message_type", lti("message_type"), json!("LtiResourceLinkRequest")),
            ("version", lti("version"), json!("1.0")),
            ("deployment_id", lti("deployment_id"), json!("2")),
            ("nonce", "nonce".to_owned(), json!("")),
            ("iat", "iat".to_owned(), json!(1001)),
            ("iat", "iat".to_owned(), json!(600)),
            ("exp", "exp".to_owned(), json!(1000)),
            ("exp", "exp".to_owned(), json!(9999)),
        ] {
            let mut claims = good();
            claims.insert(key, value);
            let error = check_claims(&claims, "http://lms", 1000).unwrap_err().to_string();
            assert!(error.contains(&format!("`{name}`")), "{name}: {error}");
        }
    }

    #[test]
    fn only_links_to_the_tool_with_points_for_their_columns_are_taken() {
        let item = |change: Value| {
            let mut item =
                json!({ "type": "ltiResourceLink", "title": "T", "url": "http://127.0.0.1:9/lti/launch?to=x", "custom": { "to": "x" } });
            item.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            link(&item, TOOL)
        };
        let plain = item(json!({})).unwrap();
        assert_eq!((plain.points, plain.custom["to"].as_str()), (None, Some("x")));
        assert_eq!(item(json!({ "lineItem": { "scoreMaximum": 20 } })).unwrap().points, Some(20.0));
        for bad in [
            json!({ "type": "link" }),
            json!({ "title": "" }),
            json!({ "url": "https://evil.example/" }),
            json!({ "lineItem": { "label": "no points" } }),
            json!({ "lineItem": { "scoreMaximum": 0 } }),
        ] {
            assert_eq!(item(bad.clone()), None, "{bad}");
        }
    }
}

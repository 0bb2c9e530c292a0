//! The answer to a deep linking request.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{DL, DeepLinkingRequest, RESOURCE_LINK};
use crate::lti::claims::LTI;

/// Seconds an answer may travel, the most that platforms allow. A minute proved too short for a teacher's slow line.
const LIFE: i64 = 300;
/// Seconds the answer is dated back: some platforms give no leeway at all.
const BACK: i64 = 5;

/// A link to one of our pages, for the platform to keep.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceLinkItem {
    /// Its address, one of ours.
    pub url: String,
    /// Its name.
    pub title: String,
    /// A sentence about it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// What every launch of it brings along. Texts: Canvas drops the whole map otherwise.
    pub custom: BTreeMap<String, String>,
    /// Its column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_item: Option<ItemLineItem>,
    /// When it may be opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub available: Option<Span>,
    /// When work may be handed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submission: Option<Span>,
    /// As a frame inside a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iframe: Option<Frame>,
    /// In a window of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
}

/// A column for the link. Without `scoreMaximum` Canvas and Moodle refuse it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemLineItem {
    /// Its name.
    pub label: String,
    /// Points, above 0.
    pub score_maximum: f64,
    /// Our id of the content.
    pub resource_id: String,
    /// Our word for its purpose.
    pub tag: &'static str,
    /// Where a teacher looks at what was handed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submission_review: Option<SubmissionReview>,
}

/// How the platform opens a learner's work from its grade book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SubmissionReview {
    /// From which state of the work on.
    pub reviewable_status: &'static [&'static str],
    /// Where, one of our addresses.
    pub url: String,
    /// What the message brings along.
    pub custom: BTreeMap<String, String>,
}

/// A time from, a time until, ISO 8601 with zone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Span {
    /// From.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_date_time: Option<String>,
    /// Until.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_date_time: Option<String>,
}

/// Pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Frame {
    /// Across.
    pub width: u16,
    /// Down.
    pub height: u16,
}

/// A browser's window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Window {
    /// `_blank` is a new one each time.
    pub target_name: &'static str,
}

/// What the teacher decided.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// These.
    Items(Vec<ResourceLinkItem>),
    /// Nothing: the platform closes its dialog without a word.
    Cancelled,
}

/// Who answers whom.
#[derive(Debug, Clone, Copy)]
pub struct Response<'a> {
    /// Us, as the platform knows us.
    pub client_id: &'a str,
    /// The platform.
    pub issuer: &'a str,
    /// Its deployment.
    pub deployment_id: &'a str,
    /// Used once.
    pub nonce: &'a str,
    /// Now, in seconds.
    pub now: i64,
}

/// The claims of an answer, to be signed with our key.
#[must_use]
pub fn response(who: &Response<'_>, request: &DeepLinkingRequest, answer: &Answer) -> Value {
    let mut claims = Map::new();
    let iat = who.now - BACK;
    // `aud` as a plain text: there are platforms that refuse a list of one.
    for (name, value) in [
        ("iss", json!(who.client_id)),
        ("aud", json!(who.issuer)),
        ("iat", json!(iat)),
        ("exp", json!(iat + LIFE)),
        ("nonce", json!(who.nonce)),
    ] {
        claims.insert(name.to_owned(), value);
    }
    for (name, value) in
        [("message_type", json!("LtiDeepLinkingResponse")), ("version", json!("1.3.0")), ("deployment_id", json!(who.deployment_id))]
    {
        claims.insert(format!("{LTI}{name}"), value);
    }
    let (items, msg, log) = match answer {
        Answer::Items(items) => {
            let links = if items.len() == 1 { "1 link".to_owned() } else { format!("{} links", items.len()) };
            let log = format!("courseferry answered with {links}");
            (items.iter().map(item).collect(), Some(format!("{links} from the course")), log)
        }
        Answer::Cancelled => (Vec::new(), None, "courseferry was left without a choice".to_owned()),
    };
    claims.insert(format!("{DL}content_items"), Value::Array(items));
    claims.insert(format!("{DL}log"), json!(log));
    if let Some(msg) = msg {
        claims.insert(format!("{DL}msg"), json!(msg));
    }
    if let Some(data) = &request.data {
        claims.insert(format!("{DL}data"), data.clone());
    }
    Value::Object(claims)
}

fn item(link: &ResourceLinkItem) -> Value {
    let mut item = serde_json::to_value(link).unwrap_or_default();
    item["type"] = json!(RESOURCE_LINK);
    item
}

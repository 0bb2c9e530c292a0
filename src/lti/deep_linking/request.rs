//! What a platform asks for: strict about where the answer goes, lenient about the rest.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use super::{PLACEMENT, SETTINGS};
use crate::lti::{Launch, claims, error::Fault};

/// Longest return URL that is kept; Canvas puts a JWT into its query.
const LONGEST: usize = 8192;
/// The claim in an administrator's log.
const NAME: &str = "deep_linking_settings";
const RETURN_URL: &str = "deep_link_return_url";

/// The settings of a deep linking request, as they are kept while a teacher chooses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeepLinkingRequest {
    /// Where the answer goes, exactly as given.
    pub return_url: String,
    /// Types of content items that are taken; empty where the platform does not say.
    #[serde(default)]
    pub accept_types: Vec<String>,
    /// Whether several items are taken.
    #[serde(default)]
    pub accept_multiple: Option<bool>,
    /// Whether columns of the grade book are taken.
    #[serde(default)]
    pub accept_lineitem: Option<bool>,
    /// `iframe`, `window` and so on.
    #[serde(default)]
    pub accept_targets: Vec<String>,
    /// Where in Canvas the button was.
    #[serde(default)]
    pub placement: Option<String>,
    /// What the platform wants to see again, unchanged.
    #[serde(default)]
    pub data: Option<Value>,
}

impl DeepLinkingRequest {
    /// Reads the claims of a deep linking message.
    ///
    /// # Errors
    /// When there are no settings, or the return URL is none.
    pub(in crate::lti) fn parse(all: &Map<String, Value>) -> Result<Self, Fault> {
        let settings = all.get(SETTINGS).ok_or(Fault::Missing(NAME))?;
        let settings = settings.as_object().ok_or(Fault::WrongType(NAME, "an object"))?;
        let url = settings.get(RETURN_URL).ok_or(Fault::Missing(RETURN_URL))?;
        let url = url.as_str().ok_or(Fault::WrongType(RETURN_URL, "text"))?;
        if web_address(url).is_none() {
            return Err(Fault::Unexpected { claim: RETURN_URL, found: url.chars().take(200).collect() });
        }
        Ok(Self {
            return_url: url.to_owned(),
            accept_types: claims::texts(settings, "accept_types"),
            accept_multiple: yes_or_no(settings, "accept_multiple"),
            accept_lineitem: yes_or_no(settings, "accept_lineitem"),
            accept_targets: claims::texts(settings, "accept_presentation_document_targets"),
            placement: claims::text(all, PLACEMENT),
            data: settings.get("data").filter(|d| !d.is_null()).cloned(),
        })
    }

    /// Whether the return URL is the registration's: at the origin of one of its `endpoints`, or by https at an origin that the
    /// signed launch itself names for its services or its way back. Issuer and services differ on hosted Canvas.
    #[must_use]
    pub fn returns_home(&self, launch: &Launch, endpoints: &[&str]) -> bool {
        let Some(url) = web_address(&self.return_url) else { return false };
        let at = |text: &str| web_address(text).is_some_and(|other| other.origin() == url.origin());
        if endpoints.iter().any(|endpoint| at(endpoint)) {
            return true;
        }
        let ags = launch.ags.as_ref();
        let named = [
            launch.presentation.return_url.as_deref(),
            ags.and_then(|a| a.line_items.as_deref()),
            ags.and_then(|a| a.line_item.as_deref()),
            launch.nrps.as_ref().map(|n| n.memberships_url.as_str()),
        ];
        url.scheme() == "https" && named.into_iter().flatten().any(at)
    }

    /// The return URL as a source expression of a content security policy: without query, nothing in it that could end a directive.
    #[must_use]
    pub fn return_source(&self) -> Option<String> {
        let mut url = web_address(&self.return_url)?;
        url.set_query(None);
        url.set_fragment(None);
        Some(String::from(url).replace(';', "%3B").replace(',', "%2C"))
    }
}

/// An http(s) address that every parser reads alike.
fn web_address(text: &str) -> Option<Url> {
    let odd = |c: char| c == '\\' || c.is_control() || c.is_whitespace();
    if text.len() > LONGEST || text.contains(odd) {
        return None;
    }
    let url = Url::parse(text).ok().filter(|u| matches!(u.scheme(), "http" | "https"))?;
    // `https:host` and `https:/host` are repaired by parsers, each in its own way.
    let (_, rest) = text.split_once(':')?;
    (rest.starts_with("//") && url.username().is_empty() && url.password().is_none()).then_some(url)
}

/// Some platforms write `"true"`.
fn yes_or_no(from: &Map<String, Value>, name: &str) -> Option<bool> {
    match from.get(name)? {
        Value::Bool(yes) => Some(*yes),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

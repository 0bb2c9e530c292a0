//! The page after a session's end.

use askama::Template;

use super::Base;
use crate::web::State;

#[derive(Template)]
#[template(path = "lti/ended.html")]
pub(crate) struct EndedPage {
    base: Base,
    back: Option<String>,
}

impl EndedPage {
    /// `return_url` comes from a verified launch; only web addresses become links.
    pub(crate) fn new(state: &State, return_url: Option<String>) -> Self {
        let back = return_url.filter(|url| url::Url::parse(url).is_ok_and(|u| matches!(u.scheme(), "https" | "http")));
        Self { base: Base::new(state), back }
    }
}

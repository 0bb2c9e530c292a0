//! The page after a session's end.

use askama::Template;

use super::{Base, web_link};
use crate::web::State;

#[derive(Template)]
#[template(path = "lti/ended.html")]
pub(crate) struct EndedPage {
    base: Base,
    back: Option<String>,
}

impl EndedPage {
    /// `return_url` comes from a verified launch.
    pub(crate) fn new(state: &State, return_url: Option<&str>) -> Self {
        Self { base: Base::new(state), back: return_url.and_then(web_link) }
    }
}

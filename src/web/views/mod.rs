//! Page structs: what a template needs, and nothing a handler must know.

use actix_web::{HttpResponse, HttpResponseBuilder, http::header};
use askama::Template;
use url::Url;

use super::State;

pub(crate) mod admin;
pub(crate) mod ended;
pub(crate) mod error;
pub(crate) mod front;
pub(crate) mod launch;
pub(crate) mod learn;
pub(crate) mod packages;
pub(crate) mod pick;
pub(crate) mod refusal;
pub(crate) mod register;
pub(crate) mod teach;
pub(crate) mod tools;
pub(crate) mod tree;

/// What every page's frame needs.
pub(crate) struct Base {
    pub(crate) lang: String,
    pub(crate) style: String,
    pub(crate) theme: String,
    pub(crate) icon: String,
    pub(crate) script: String,
}

impl Base {
    pub(crate) fn new(state: &State) -> Self {
        let path = |name: &str| state.assets.path(name).to_owned();
        Self { lang: "en".to_owned(), style: path("ferry.css"), theme: path("theme.js"), icon: path("icon.svg"), script: path("tools.js") }
    }
}

/// A platform's address as a link: a web address, spelled as a parser reads it, that hides no other host behind a user name.
pub(crate) fn web_link(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let plain = matches!(url.scheme(), "https" | "http") && url.username().is_empty() && url.password().is_none();
    plain.then(|| url.into())
}

/// Renders `page` into `response`; a template that fails is our fault and says nothing more.
pub(crate) fn html(mut response: HttpResponseBuilder, page: &impl Template) -> HttpResponse {
    match page.render() {
        Ok(text) => response.insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8")).body(text),
        Err(error) => {
            tracing::error!(%error, "a template failed");
            HttpResponse::InternalServerError().finish()
        }
    }
}

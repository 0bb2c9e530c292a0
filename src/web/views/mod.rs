//! Page structs: what a template needs, and nothing a handler must know.

use actix_web::{HttpResponse, HttpResponseBuilder, http::header};
use askama::Template;

use super::State;

pub(crate) mod ended;
pub(crate) mod error;
pub(crate) mod front;
pub(crate) mod launch;
pub(crate) mod learn;
pub(crate) mod refusal;
pub(crate) mod teach;

/// What every page's frame needs.
pub(crate) struct Base {
    pub(crate) lang: String,
    pub(crate) style: String,
}

impl Base {
    pub(crate) fn new(state: &State) -> Self {
        Self { lang: "en".to_owned(), style: state.assets.path("ferry.css").to_owned() }
    }
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

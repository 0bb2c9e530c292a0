//! The page of an error.

use actix_web::{HttpResponse, HttpResponseBuilder};
use askama::Template;

use super::Base;
use crate::web::{Error, State, error::Words};

#[derive(Template)]
#[template(path = "error.html")]
pub(crate) struct ErrorPage<'a> {
    base: Base,
    words: Words,
    reference: &'a str,
    /// Script that tries a stored bearer, for pages of a launch.
    bearer: Option<(&'a str, &'a str)>,
}

impl<'a> ErrorPage<'a> {
    pub(crate) fn new(state: &'a State, error: &'a Error, words: Words, reference: &'a str) -> Self {
        let bearer = match error {
            Error::NoSession(launch) => Some((launch.as_str(), state.assets.path("bearer.js"))),
            _ => None,
        };
        Self { base: Base::new(state), words, reference, bearer }
    }

    pub(crate) fn into_response(self, response: HttpResponseBuilder) -> HttpResponse {
        super::html(response, &self)
    }
}

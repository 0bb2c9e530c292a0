//! Coming in.

use actix_web::{HttpResponse, HttpResponseBuilder, http::StatusCode};
use askama::Template;

use crate::web::{
    State,
    views::{
        Base, html,
        tools::{Frame, problem},
    },
};

#[derive(Template)]
#[template(path = "web/admin/sign_in.html")]
struct SignInPage<'a> {
    base: Base,
    frame: Frame,
    script: &'a str,
    /// Browsers keep our cookies here.
    secure: bool,
    public: String,
    next: &'a str,
    name: &'a str,
    failed: Option<&'static str>,
    link_failed: bool,
    action: String,
    link_action: String,
}

/// What is wrong with a try to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Nothing yet.
    None,
    /// Somewhere behind a page that needs an administrator.
    First,
    /// Name and password do not go together.
    Wrong,
    /// The one-time link is unknown, too old or used.
    LinkSpent,
    /// Too many tries from there.
    TooMany,
    /// Over plain http no browser keeps the session.
    Insecure,
}

/// The page; with trouble its status says so too.
pub(crate) fn page(state: &State, next: &str, name: &str, trouble: Trouble) -> HttpResponse {
    let status = match trouble {
        Trouble::None => StatusCode::OK,
        Trouble::First | Trouble::Wrong => StatusCode::UNAUTHORIZED,
        Trouble::LinkSpent | Trouble::Insecure => StatusCode::FORBIDDEN,
        Trouble::TooMany => StatusCode::TOO_MANY_REQUESTS,
    };
    answer(HttpResponse::build(status), state, next, name, trouble)
}

/// The same in an answer that is begun already.
pub(crate) fn answer(response: HttpResponseBuilder, state: &State, next: &str, name: &str, trouble: Trouble) -> HttpResponse {
    let page = SignInPage {
        base: Base::new(state),
        frame: Frame::plain("Administration"),
        script: state.assets.path("sign-in.js"),
        secure: state.site().keeps_secure_cookies(),
        public: state.site().url("/"),
        next,
        name,
        failed: match trouble {
            Trouble::Wrong => Some("Name and password do not go together."),
            Trouble::TooMany => Some("Too many tries from your network. Wait a minute, then try again."),
            Trouble::First => Some("Sign in to see this page."),
            _ => None,
        },
        link_failed: trouble == Trouble::LinkSpent,
        action: state.site().path("/admin/sign-in"),
        link_action: state.site().path("/admin/sign-in/link"),
    };
    html(response, &page)
}

#[derive(Template)]
#[template(path = "web/admin/account.html")]
struct AccountPage<'a> {
    base: Base,
    frame: Frame,
    link: &'a str,
    typed: &'a str,
    problems: &'a Vec<(&'static str, String)>,
    action: String,
}

impl AccountPage<'_> {
    fn problem(&self, field: &str) -> Option<&str> {
        problem(self.problems, field)
    }
}

/// Name and password for a one-time link that stands.
pub(crate) fn account(state: &State, link: &str, name: &str, problems: &Vec<(&'static str, String)>) -> HttpResponse {
    let page = AccountPage {
        base: Base::new(state),
        frame: Frame::plain("Administration"),
        link,
        typed: name,
        problems,
        action: state.site().path("/admin/sign-in/account"),
    };
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    html(HttpResponse::build(status), &page)
}

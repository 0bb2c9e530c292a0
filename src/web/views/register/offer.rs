//! What will be registered, before anything is.

use actix_web::HttpResponse;
use askama::Template;

use crate::{
    app::register_platform::{Knock, Offer},
    lti::{
        ags::{SCOPE_LINE_ITEM, SCOPE_RESULT, SCOPE_SCORE},
        notice::SCOPE_NOTICES,
        registration::Vouched,
    },
    web::{
        State,
        views::{Base, html, tools::Frame},
    },
};

#[derive(Template)]
#[template(path = "web/register/offer.html")]
struct OfferPage<'a> {
    base: Base,
    frame: Frame,
    course: String,
    product: &'static str,
    version: &'a str,
    account: &'a str,
    host: &'a str,
    issuer: &'a str,
    asks: Vec<&'static str>,
    again: bool,
    waits: bool,
    /// Nobody vouches for its name.
    unvouched: bool,
    action: String,
    configuration: &'a str,
    token: &'a str,
}

pub(crate) fn page(state: &State, offer: &Offer, knock: &Knock) -> HttpResponse {
    let (course, c) = (state.app.course(), &offer.configuration);
    let page = OfferPage {
        base: Base::new(state),
        frame: Frame::plain(course.title.clone()),
        course: course.title.clone(),
        product: c.profile().name,
        version: c.version.as_deref().unwrap_or_default(),
        account: c.account.as_deref().unwrap_or_default(),
        host: &offer.host,
        issuer: &c.issuer,
        asks: offer.scopes.iter().map(|s| in_words(s)).collect(),
        again: offer.again,
        waits: !offer.approved(),
        unvouched: offer.vouched == Vouched::OwnCanvas,
        action: state.site().path(&format!("/lti/register/{}", knock.link)),
        configuration: &knock.configuration,
        token: knock.token.as_deref().unwrap_or_default(),
    };
    html(HttpResponse::Ok(), &page)
}

/// What a scope is for.
fn in_words(scope: &str) -> &'static str {
    match scope {
        SCOPE_SCORE => "send learners' grades to its grade book",
        SCOPE_RESULT => "read back the grades it sent",
        SCOPE_LINE_ITEM => "find and make its own grade columns",
        SCOPE_NOTICES => "be told when a course is copied",
        _ => "read who takes part in a course",
    }
}

//! The link was opened by hand: it belongs into an LMS.

use actix_web::HttpResponse;
use askama::Template;

use crate::{
    store::registration_link::RegistrationLink,
    web::{
        State,
        views::{
            Base, html,
            tools::{Frame, When},
        },
    },
};

#[derive(Template)]
#[template(path = "web/register/paste.html")]
struct PastePage<'a> {
    base: Base,
    frame: Frame,
    course: String,
    host: &'a str,
    address: String,
    until: When,
}

pub(crate) fn page(state: &State, link: &RegistrationLink, token: &str) -> HttpResponse {
    let course = state.app.course();
    let page = PastePage {
        base: Base::new(state),
        frame: Frame::plain(course.title.clone()),
        course: course.title.clone(),
        host: &link.host,
        address: state.site().url(&format!("/lti/register/{token}")),
        until: When::new(link.expires_at, state.app.now()),
    };
    html(HttpResponse::Ok(), &page)
}

//! Registered: what to press next in this LMS, and the way back into it.

use actix_web::HttpResponse;
use askama::Template;

use crate::{
    app::register_platform::{Became, Joined},
    lti::platform,
    web::{
        State,
        views::{Base, html, tools::Frame},
    },
};

#[derive(Template)]
#[template(path = "web/register/done.html")]
struct DonePage<'a> {
    base: Base,
    frame: Frame,
    script: &'a str,
    course: String,
    family: &'a str,
    product: &'static str,
    name: &'a str,
    client_id: &'a str,
    deployment: &'a str,
    waits: bool,
    changed: bool,
    unchanged: bool,
    admin: String,
}

pub(crate) fn page(state: &State, joined: &Joined) -> HttpResponse {
    let (r, course) = (&joined.registration, state.app.course());
    let page = DonePage {
        base: Base::new(state),
        frame: Frame::plain(course.title.clone()),
        script: state.assets.path("close-frame.js"),
        course: course.title.clone(),
        family: &r.family,
        product: platform::by_key(&r.family).name,
        name: &r.name,
        client_id: &r.client_id,
        deployment: joined.deployment.as_deref().unwrap_or_default(),
        waits: joined.became == Became::Waits,
        changed: joined.became == Became::ChangeWaits,
        unchanged: joined.became == Became::Unchanged,
        admin: state.site().url("/admin/waiting"),
    };
    html(HttpResponse::Ok(), &page)
}

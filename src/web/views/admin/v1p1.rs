//! Adding a platform that speaks LTI 1.1: first here, where key and secret are made, then there.

use actix_web::HttpResponse;
use askama::Template;

use super::{frame, values};
use crate::{
    app::{V1P1_LAUNCH, v1p1_keys::Handed},
    course::Course,
    web::{
        State,
        admin::Admin,
        views::{Base, html, tools::Frame},
    },
};

#[derive(Template)]
#[template(path = "web/admin/v1p1.html")]
struct FormPage<'a> {
    base: Base,
    frame: Frame,
    action: String,
    back: String,
    form_token: &'a str,
}

pub(crate) fn form(state: &State, admin: &Admin) -> HttpResponse {
    let page = FormPage {
        base: Base::new(state),
        frame: frame(state, admin, ""),
        action: state.site().path("/admin/platforms/add/v1p1"),
        back: state.site().path("/admin/platforms/add"),
        form_token: &admin.visit.form_token,
    };
    html(HttpResponse::Ok(), &page)
}

#[derive(Template)]
#[template(path = "web/admin/v1p1_key.html")]
struct HandedPage<'a> {
    base: Base,
    frame: Frame,
    handed: &'a Handed,
    new: bool,
    values: Vec<values::Value>,
    course: &'a Course,
    platform: String,
}

/// `new`: the platform was just added, so the whole way in the LMS is told.
pub(crate) fn handed(state: &State, admin: &Admin, handed: &Handed, new: bool) -> HttpResponse {
    let course = state.app.course();
    let mut values = values(state, &handed.key);
    values.push(values::Value { id: "copy-secret".to_owned(), label: "Shared secret", value: handed.secret.clone() });
    let page = HandedPage {
        base: Base::new(state),
        frame: frame(state, admin, ""),
        handed,
        new,
        values,
        course: &course,
        platform: state.site().path(&format!("/admin/platforms/{}", handed.registration_id)),
    };
    html(HttpResponse::Ok(), &page)
}

/// What an LMS wants to know, but for the secret.
pub(super) fn values(state: &State, key: &str) -> Vec<values::Value> {
    vec![
        values::Value { id: "copy-launch".to_owned(), label: "Launch URL", value: state.site().url(V1P1_LAUNCH) },
        values::Value { id: "copy-key".to_owned(), label: "Consumer key", value: key.to_owned() },
    ]
}

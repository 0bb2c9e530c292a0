//! Administrators come in and leave.

use std::time::Instant;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderValue},
    web::{Data, Form, Query},
};

use super::teach::value;
use crate::{
    app::admin_sign_in::{NewPassword, Redeemed},
    web::{
        Error, State, admin,
        admin::Admin,
        extract::{self, Pairs},
        views::admin::sign_in::{self, Trouble},
    },
};

/// `/admin/sign-in`.
pub(crate) async fn show(state: Data<State>, query: Query<Pairs>) -> HttpResponse {
    sign_in::page(&state, inside(&state, value(&query, "next")), "", Trouble::None)
}

/// With name and password.
pub(crate) async fn by_password(state: Data<State>, request: HttpRequest, form: Form<Pairs>) -> Result<HttpResponse, Error> {
    let (name, next) = (value(&form, "name"), inside(&state, value(&form, "next")));
    if let Some(trouble) = refused(&state, &request) {
        return Ok(sign_in::page(&state, next, name, trouble));
    }
    match state.app.sign_in(name, value(&form, "password")).await? {
        Some(token) => Ok(enter(&state, &token, next)),
        None => Ok(sign_in::page(&state, next, name, Trouble::Wrong)),
    }
}

/// A one-time link: the page that asks for name and password. Nothing is spent yet.
pub(crate) async fn by_link(state: Data<State>, request: HttpRequest, form: Form<Pairs>) -> Result<HttpResponse, Error> {
    if let Some(trouble) = refused(&state, &request) {
        return Ok(sign_in::page(&state, "", "", trouble));
    }
    // The whole address may have been pasted.
    let link = value(&form, "link").rsplit('#').next().unwrap_or_default().trim();
    if state.app.admin_link_stands(link).await? {
        Ok(sign_in::account(&state, link, "", &Vec::new()))
    } else {
        Ok(sign_in::page(&state, "", "", Trouble::LinkSpent))
    }
}

/// The link is spent, the account made or its password set.
pub(crate) async fn account(state: Data<State>, request: HttpRequest, form: Form<Pairs>) -> Result<HttpResponse, Error> {
    if let Some(trouble) = refused(&state, &request) {
        return Ok(sign_in::page(&state, "", "", trouble));
    }
    let text = |name: &str| value(&form, name).to_owned();
    let typed = NewPassword { name: text("name"), password: text("password"), again: text("again") };
    match state.app.redeem_admin_link(value(&form, "link"), &typed).await? {
        Redeemed::SignedIn(token) => Ok(enter(&state, &token, "")),
        Redeemed::Spent => Ok(sign_in::page(&state, "", "", Trouble::LinkSpent)),
        Redeemed::Refused(problems) => Ok(sign_in::account(&state, value(&form, "link"), &typed.name, &problems)),
    }
}

/// The session ends.
pub(crate) async fn out(state: Data<State>, admin: Admin, form: Form<Pairs>) -> Result<HttpResponse, Error> {
    admin.check_form(&form)?;
    state.app.sign_out(&admin.token).await?;
    Ok(to(&state.site().path("/admin/sign-in"), admin::no_cookie()))
}

/// Why nobody may try to sign in from there now.
fn refused(state: &State, request: &HttpRequest) -> Option<Trouble> {
    if !state.site().keeps_secure_cookies() {
        return Some(Trouble::Insecure);
    }
    // Every try counts, good or bad: hashing is what a flood would be after.
    state.sign_ins.count("", extract::client(state, request), Instant::now()).then_some(Trouble::TooMany)
}

fn enter(state: &State, token: &str, next: &str) -> HttpResponse {
    let home = state.site().path("/admin");
    to(if next.is_empty() { &home } else { next }, admin::cookie(token))
}

fn to(path: &str, cookie: Option<HeaderValue>) -> HttpResponse {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((header::LOCATION, path));
    if let Some(cookie) = cookie {
        response.insert_header((header::SET_COOKIE, cookie));
    }
    response.finish()
}

/// Where to go after signing in: an administrator's page of ours, or nowhere in particular.
fn inside<'n>(state: &State, next: &'n str) -> &'n str {
    let home = state.site().path("/admin");
    let ours = next == home || next.strip_prefix(&home).is_some_and(|rest| rest.starts_with('/'));
    let plain = next.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-_.~%".contains(&b)) && !next.contains("..");
    if ours && plain { next } else { "" }
}

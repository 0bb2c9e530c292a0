//! `/lti/login`: third-party login, by GET or POST.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{Data, Form, Query},
};

use super::refused;
use crate::{
    app::{LOGIN_LIFE, LoginStarted},
    ids,
    lti::oidc::LoginRequest,
    web::{
        Error, State, cookies,
        extract::{Pairs, Reference},
        views::{self, launch::StorePage},
    },
};

/// The binding cookie's name starts with this; a part of the state's hash follows, so that logins side by side do not mix.
const COOKIE: &str = "__Host-ferry-login-";

/// More logins than these under way in one browser and the oldest are dropped.
const LOGINS: usize = 20;

/// Name of the cookie that binds `state` to a browser.
pub(crate) fn cookie_name(state: &str) -> String {
    format!("{COOKIE}{}", &ids::sha256_hex(state.as_bytes())[..16])
}

pub(crate) async fn by_get(
    state: Data<State>,
    request: HttpRequest,
    reference: Reference,
    query: Query<Pairs>,
) -> Result<HttpResponse, Error> {
    login(&state, &request, &reference, query.into_inner()).await
}

pub(crate) async fn by_post(
    state: Data<State>,
    request: HttpRequest,
    reference: Reference,
    form: Form<Pairs>,
) -> Result<HttpResponse, Error> {
    login(&state, &request, &reference, form.into_inner()).await
}

async fn login(state: &State, request: &HttpRequest, reference: &Reference, pairs: Pairs) -> Result<HttpResponse, Error> {
    let started = match LoginRequest::parse(pairs) {
        Ok(parsed) => state.app.begin_login(parsed).await,
        Err(error) => Err(crate::app::Refused::login(error)),
    };
    match started {
        Ok(login) => Ok(answer(state, request, &login)),
        Err(refusal) => Err(refused(state, request, reference, refusal).await),
    }
}

/// 302 to the platform; a page only where the platform offers to keep the proof for us. Which of its hosts frames us only the launch
/// will tell: a school we do not know yet must get that far.
fn answer(state: &State, request: &HttpRequest, login: &LoginStarted) -> HttpResponse {
    let cookie = cookies::set(&cookie_name(&login.state), &login.proof, LOGIN_LIFE / 1000);
    let mut response = if login.storage.is_some() { HttpResponse::Ok() } else { HttpResponse::Found() };
    // Logins that never came back must not fill the cookie jar. Browsers send the oldest first.
    let waiting: Vec<&str> = cookies::names(request.headers(), COOKIE).collect();
    let old = waiting.iter().take((waiting.len() + 1).saturating_sub(LOGINS));
    for cookie in cookie.into_iter().chain(old.filter_map(|name| cookies::clear(name))) {
        response.append_header((header::SET_COOKIE, cookie));
    }
    match &login.storage {
        Some(storage) => views::html(response, &StorePage::new(state, login, storage)),
        None => response.insert_header((header::LOCATION, login.authorization_url.as_str())).finish(),
    }
}

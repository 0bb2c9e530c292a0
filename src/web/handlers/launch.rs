//! `/lti/launch`: what the platform posts, of every kind; `/lti/launch/proof`: the same with the proof from Platform Storage, from
//! our own page.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderValue},
    web::{Data, Form, Query},
};

use super::{login::cookie_name, refused, teach::value};
use crate::{
    app::{self, Accepted, LaunchPost, Opened, Proof, Refused, Review},
    ids,
    lti::oidc::LaunchForm,
    web::{
        Error, State, cookies,
        extract::{Pairs, Reference, SESSION_COOKIE},
        middleware::{guard, headers},
        views::{self, launch::ProvePage},
    },
};

/// More sessions than these in one browser and the oldest are dropped: the Cookie header has its limits.
const SESSIONS: usize = 12;

pub(crate) async fn launch(
    state: Data<State>,
    request: HttpRequest,
    reference: Reference,
    form: Form<Pairs>,
) -> Result<HttpResponse, Error> {
    let result = match LaunchForm::parse(form.into_inner()) {
        Ok(LaunchForm::Token { id_token, state: login }) => {
            let proof = Proof::Cookie(cookies::read(request.headers(), &cookie_name(&login)));
            let post = LaunchPost { id_token: &id_token, state: &login, proof, origin: origin(&request), reference: &reference.0 };
            state.app.accept_launch(post).await.map(|accepted| match accepted {
                Accepted::Opened(opened) => enter(&state, &request, Some(&login), &opened),
                Accepted::AskStorage(storage) => views::html(HttpResponse::Ok(), &ProvePage::new(&state, storage, &login, &id_token)),
            })
        }
        Ok(LaunchForm::Refused { error, description, state: login }) => {
            let name = login.as_deref().map(cookie_name);
            let proof = name.as_deref().and_then(|name| cookies::read(request.headers(), name));
            Err(state.app.refused_by_platform(error, description, login.clone(), proof).await)
        }
        Err(error) => Err(Refused::launch(error)),
    };
    match result {
        Ok(response) => Ok(response),
        Err(refusal) => Err(refused(&state, &request, &reference, refusal).await),
    }
}

/// From our own page only: a form on another site could carry somebody else's proof.
pub(crate) async fn prove(
    state: Data<State>,
    request: HttpRequest,
    reference: Reference,
    form: Form<Pairs>,
) -> Result<HttpResponse, Error> {
    if !guard::surely_ours(request.headers(), state.site().origin()) {
        return Err(Error::CrossSite("a proof must come from our own page"));
    }
    let field = |name: &str| form.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str());
    let (id_token, login) = (field("id_token"), field("state"));
    let post = LaunchPost { id_token, state: login, proof: Proof::Storage(field("proof")), origin: None, reference: &reference.0 };
    match state.app.accept_launch(post).await {
        Ok(Accepted::Opened(opened)) => Ok(hand_over(&state, &request, login, &opened)),
        Ok(Accepted::AskStorage(_)) => Err(Error::NotFound),
        Err(refusal) => Err(refused(&state, &request, &reference, refusal).await),
    }
}

/// `/lti/jwks.json`; with `?platform=<id>` the address that this platform alone was given.
pub(crate) async fn jwks(state: Data<State>, request: HttpRequest, query: Query<Pairs>) -> Result<HttpResponse, Error> {
    // Somebody who opens the address to look at it is no platform.
    let by_hand = request.headers().get("sec-fetch-mode").is_some_and(|mode| mode == "navigate");
    let platform = Some(value(&query, "platform")).filter(|id| !by_hand && ids::is_id(id));
    let document = state.app.jwks(platform).await?;
    Ok(HttpResponse::Ok().content_type("application/json").insert_header((header::CACHE_CONTROL, "public, max-age=300")).body(document))
}

pub(super) fn origin(request: &HttpRequest) -> Option<&str> {
    request.headers().get(header::ORIGIN)?.to_str().ok()
}

/// 303 to the page the launch opens, with the session's cookie.
pub(super) fn enter(state: &State, request: &HttpRequest, login: Option<&str>, opened: &Opened) -> HttpResponse {
    headers::framed_by(request, &opened.embedders);
    let mut response = HttpResponse::SeeOther();
    for cookie in session_cookies(state, request, login, opened) {
        response.append_header((header::SET_COOKIE, cookie));
    }
    response.insert_header((header::LOCATION, first_page(state, opened))).finish()
}

/// The same for a script, which finds out whether the cookie is kept and holds the bearer if it is not.
fn hand_over(state: &State, request: &HttpRequest, login: &str, opened: &Opened) -> HttpResponse {
    let launch = app::launch_id(&opened.token);
    let mut response = HttpResponse::Ok();
    for cookie in session_cookies(state, request, Some(login), opened) {
        response.append_header((header::SET_COOKIE, cookie));
    }
    response.json(serde_json::json!({
        "launch": launch, "bearer": opened.token, "location": first_page(state, opened), "check": state.site().path(&format!("/l/{launch}/check")),
    }))
}

/// `login`: the state whose cookie has had its time.
fn session_cookies(state: &State, request: &HttpRequest, login: Option<&str>, opened: &Opened) -> Vec<HeaderValue> {
    let name = format!("{SESSION_COOKIE}{}", app::launch_id(&opened.token));
    let mut cookies = vec![cookies::set(&name, &opened.token, state.app.session_life / 1000)];
    cookies.extend(login.map(|login| cookies::clear(&cookie_name(login))));
    // Browsers send the oldest first.
    let held: Vec<&str> = cookies::names(request.headers(), SESSION_COOKIE).filter(|n| n.len() == name.len()).collect();
    cookies.extend(held.iter().take((held.len() + 1).saturating_sub(SESSIONS)).map(|old| cookies::clear(old)));
    cookies.into_iter().flatten().collect()
}

/// What the launch opens: whoever was asked to choose content, the picker; whoever asked for somebody's work, that; a teacher sees the
/// class, or chooses what the link opens; everybody else the content.
fn first_page(state: &State, opened: &Opened) -> String {
    let (launch, session) = (app::launch_id(&opened.token), &opened.session);
    let page = match (session.role.as_str(), session.target.as_str()) {
        _ if opened.review.is_some() => opened.review.as_ref().map(reviewed).unwrap_or_default(),
        _ if opened.asks_copied => "copied".to_owned(),
        // Nothing is linked yet.
        _ if session.resource_link_id.is_empty() => "pick".to_owned(),
        ("instructor", "") => "choose".to_owned(),
        ("instructor", _) => "class".to_owned(),
        (_, "") => String::new(),
        (_, target) => format!("p/{target}"),
    };
    state.site().path(&format!("/l/{launch}/{page}"))
}

/// The learner's page, at the attempt that was asked for; for their own eyes the result they saw.
fn reviewed(review: &Review) -> String {
    let Review { learner_id, .. } = review;
    match (&review.attempt, review.own) {
        (Some(attempt), true) => format!("result/{attempt}"),
        (None, true) => String::new(),
        (Some(attempt), false) => format!("class/{learner_id}?attempt={attempt}#attempt-{attempt}"),
        (None, false) => format!("class/{learner_id}"),
    }
}

//! `/lti/register/<link>`: an LMS opens our one-time link in its own frame. Looking registers nothing; the button does.

use std::time::Instant;

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Form, Path, Query},
};

use super::teach::value;
use crate::{
    app::register_platform::{Knock, RegisterFault},
    web::{
        Error, State,
        extract::{self, Pairs},
        views::register::{self, done, offer, paste},
    },
};

/// Without a link there is nothing to register by.
pub(crate) async fn without_link() -> Result<HttpResponse, Error> {
    Err(Error::Register(Box::new(RegisterFault::LinkUnknown)))
}

/// What will be registered; opened by hand, where the link belongs.
pub(crate) async fn show(state: Data<State>, request: HttpRequest, link: Path<String>, query: Query<Pairs>) -> Result<HttpResponse, Error> {
    let knock = knock(&link, &query);
    if knock.configuration.is_empty() {
        let kept = state.app.registration_link(&knock.link).await;
        let kept = kept.map_err(|fault| failed(&state, &request, fault))?;
        return Ok(paste::page(&state, &kept, &knock.link));
    }
    let looked = state.app.look_at_platform(&knock).await;
    let looked = looked.map_err(|fault| failed(&state, &request, *fault))?;
    Ok(offer::page(&state, &looked, &knock))
}

/// Registers.
pub(crate) async fn register(
    state: Data<State>,
    request: HttpRequest,
    link: Path<String>,
    form: Form<Pairs>,
) -> Result<HttpResponse, Error> {
    let joined = state.app.register_platform(&knock(&link, &form)).await;
    let joined = joined.map_err(|fault| failed(&state, &request, *fault))?;
    Ok(done::page(&state, &joined))
}

fn knock(link: &str, pairs: &Pairs) -> Knock {
    let token = Some(value(pairs, "registration_token")).filter(|t| !t.is_empty()).map(str::to_owned);
    Knock { link: link.to_owned(), configuration: value(pairs, "openid_configuration").to_owned(), token }
}

/// Guesses at links, and links used to make us call around, are counted like failed launches.
fn failed(state: &State, request: &HttpRequest, fault: RegisterFault) -> Error {
    if state.failures.count("registration", extract::client(state, request), Instant::now()) {
        return Error::TooMany;
    }
    register::error(fault)
}

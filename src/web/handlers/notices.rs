//! `/lti/notices`: what platforms tell us by themselves.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Json},
};
use serde::Deserialize;

use super::refused;
use crate::web::{Error, State, extract::Reference};

/// Most notices in one request.
const MOST: usize = 100;

/// What is posted.
#[derive(Deserialize)]
pub(crate) struct Batch {
    notices: Vec<Signed>,
}

#[derive(Deserialize)]
struct Signed {
    jwt: String,
}

pub(crate) async fn receive(
    state: Data<State>,
    request: HttpRequest,
    reference: Reference,
    batch: Json<Batch>,
) -> Result<HttpResponse, Error> {
    if batch.notices.len() > MOST {
        return Err(Error::TooLarge);
    }
    let tokens: Vec<&str> = batch.notices.iter().map(|n| n.jwt.as_str()).collect();
    match state.app.accept_notices(&tokens).await {
        Ok(()) => Ok(HttpResponse::Ok().json(serde_json::json!({}))),
        Err(refusal) => Err(refused(&state, &request, &reference, refusal).await),
    }
}

//! One file a concern; a handler extracts, asks [`crate::app`] and shows a view.

use std::time::Instant;

use actix_web::HttpRequest;

use super::{
    Error, State,
    extract::{self, Reference},
};
use crate::app::Refused;

pub(crate) mod admin;
pub(crate) mod admin_sign_in;
pub(crate) mod admin_v1p1;
pub(crate) mod assets;
pub(crate) mod audit;
pub(crate) mod doctor;
pub(crate) mod front;
pub(crate) mod health;
pub(crate) mod keys;
pub(crate) mod launch;
pub(crate) mod learn;
pub(crate) mod login;
pub(crate) mod media;
pub(crate) mod notices;
pub(crate) mod packages;
pub(crate) mod pick;
pub(crate) mod quiz;
pub(crate) mod register;
pub(crate) mod session;
pub(crate) mod teach;
pub(crate) mod tool;
pub(crate) mod v1p1;
pub(crate) mod waiting;

/// Counts a refusal and keeps it for the administrator; with too many from there, the answer gets brief and nothing is kept.
async fn refused(state: &State, request: &HttpRequest, reference: &Reference, refusal: Box<Refused>) -> Error {
    let who = format!("{}\n{}", refusal.issuer, refusal.client_id);
    metrics::counter!("ferry_launches_refused_total", "code" => refusal.why.code()).increment(1);
    let registration = if refusal.tenant_id.is_some() { who.as_str() } else { "" };
    if state.failures.count(registration, extract::client(state, request), Instant::now()) {
        return Error::TooMany;
    }
    state.app.log_refusal(&refusal, &reference.0).await;
    Error::Launch(refusal)
}

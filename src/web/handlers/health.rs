//! Probes and metrics.

use actix_web::{HttpResponse, web::Data};

use crate::web::{Error, State};

/// We are running.
pub(crate) async fn healthz() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

/// We can serve: the database answers.
pub(crate) async fn readyz(state: Data<State>) -> Result<HttpResponse, Error> {
    state.app.ready().await.map_err(|e| Error::Unavailable(e.into()))?;
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ready\n"))
}

/// Prometheus text.
pub(crate) async fn metrics(state: Data<State>) -> Result<HttpResponse, Error> {
    let handle = state.metrics.as_ref().ok_or(Error::NotFound)?;
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(handle.render()))
}

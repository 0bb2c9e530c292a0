//! Probes and metrics.

use actix_web::{HttpRequest, HttpResponse, http::header, web::Data};

use crate::{
    app::this_machine,
    web::{
        Error, State,
        extract::{self, bearer},
    },
};

/// We are running.
pub(crate) async fn healthz() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

/// We can serve: the database answers.
pub(crate) async fn readyz(state: Data<State>) -> Result<HttpResponse, Error> {
    state.app.ready().await.map_err(|e| Error::Unavailable(e.into()))?;
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ready\n"))
}

fn from_here(request: &HttpRequest) -> bool {
    let host = request.headers().get(header::HOST).and_then(|h| h.to_str().ok());
    this_machine::check_request(host, request.headers().keys().map(|n| n.as_str())).is_ok()
}

/// Prometheus text: for whoever has the token, or without one for this machine. To others it does not exist.
pub(crate) async fn metrics(state: Data<State>, request: HttpRequest) -> Result<HttpResponse, Error> {
    let same = |a: &str, b: &str| a.len() == b.len() && openssl::memcmp::eq(a.as_bytes(), b.as_bytes());
    let allowed = match &state.metrics_token {
        Some(token) => bearer(&request).is_some_and(|t| same(t, token.expose())),
        // A proxy on this machine that passes everything on is not this machine asking.
        None => extract::client(&state, &request).is_some_and(|ip| ip.is_loopback()) && from_here(&request),
    };
    if !allowed {
        return Err(Error::NotFound);
    }
    let handle = state.metrics.as_ref().ok_or(Error::NotFound)?;
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(handle.render()))
}

//! Reference id, log line and metrics of a request.

use std::time::Instant;

use actix_web::{
    Error, HttpMessage as _,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        StatusCode,
        header::{HeaderName, HeaderValue},
    },
    middleware::Next,
};
use data_encoding::BASE32_NOPAD;
use tracing::Instrument as _;

use super::{headers, pages};

/// The id a person can read out, on every response and log line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestId(pub(crate) String);

impl RequestId {
    /// 50 random bits as `ABCDE-FGHIJ`.
    fn new() -> Self {
        let mut bytes = [0_u8; 7];
        if openssl::rand::rand_bytes(&mut bytes).is_err() {
            tracing::error!("OpenSSL has no randomness for a request id");
        }
        let text = BASE32_NOPAD.encode(&bytes);
        Self(format!("{}-{}", &text[..5], &text[5..10]))
    }
}

pub(crate) async fn shell(request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, Error> {
    let start = Instant::now();
    let id = RequestId::new();
    let span = tracing::info_span!("request", id = %id.0);
    request.extensions_mut().insert(id.clone());
    let response = next.call(request).instrument(span.clone()).await?.map_into_boxed_body();
    let _inside = span.enter();
    let mut response = pages::render(response, &id);
    headers::apply(&mut response);
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    record(&response, start);
    Ok(response)
}

fn record(response: &ServiceResponse<BoxBody>, start: Instant) {
    let request = response.request();
    let route = request.match_pattern().unwrap_or_else(|| "-".to_owned());
    let (status, elapsed) = (response.status(), start.elapsed());
    let class = match status.as_u16() / 100 {
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    };
    metrics::histogram!("ferry_http_request_seconds", "route" => route.clone(), "status" => class).record(elapsed.as_secs_f64());
    let ms = elapsed.as_secs_f64() * 1000.0;
    let method = request.method().as_str();
    // Probes come every few seconds and say nothing while they pass.
    if status == StatusCode::OK && matches!(route.as_str(), "/healthz" | "/readyz" | "/metrics") {
        tracing::debug!(method, route, status = status.as_u16(), ms, "answered");
    } else {
        tracing::info!(method, route, status = status.as_u16(), ms, "answered");
    }
}

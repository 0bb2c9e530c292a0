//! Security headers, the same on every answer but for who may frame it.

use std::sync::Arc;

use actix_web::{
    HttpMessage as _, HttpRequest,
    body::BoxBody,
    dev::ServiceResponse,
    http::{
        StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
    web::Data,
};

use crate::web::State;

/// Who may frame this answer, where a handler knows better than the route: the sources of a `frame-ancestors` directive.
#[derive(Debug, Clone)]
struct Embedders(Arc<str>);

impl Embedders {
    // These origins, and nobody else. None known: no opinion, the route class decides.
    fn of(origins: &[String]) -> Option<Self> {
        (!origins.is_empty()).then(|| Self(origins.join(" ").into()))
    }
}

/// Notes who may frame the answer to `request`.
pub(crate) fn framed_by(request: &HttpRequest, origins: &[String]) {
    if let Some(embedders) = Embedders::of(origins) {
        request.extensions_mut().insert(embedders);
    }
}

/// Where the forms of this answer go, where not to us: the source of a `form-action` directive.
#[derive(Debug, Clone)]
struct PostsTo(Arc<str>);

/// Notes that the form of the answer to `request` goes there and nowhere else.
pub(crate) fn posts_to(request: &HttpRequest, source: &str) {
    request.extensions_mut().insert(PostsTo(source.into()));
}

// Nothing inline, nothing from elsewhere; `data:` images are what notebooks and maths carry.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; media-src 'self'; \
                      connect-src 'self'; base-uri 'none'; ";

const FIXED: &[(&str, &str)] = &[
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

pub(crate) fn apply(response: &mut ServiceResponse<BoxBody>) {
    let policy = HeaderValue::from_str(&format!("{POLICY}form-action {}; frame-ancestors {}", forms(response), ancestors(response)));
    let headers = response.headers_mut();
    if let (Ok(policy), false) = (policy, headers.contains_key(header::CONTENT_SECURITY_POLICY)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    for (name, value) in FIXED {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// To ourselves; a signed answer to its platform alone. A browser that keeps no cookies here stays in the document that said so, with
/// that document's policy, until the answer is posted: so that one lets a picker's form out to wherever we may be framed.
fn forms(response: &ServiceResponse<BoxBody>) -> Arc<str> {
    let request = response.request();
    if let Some(PostsTo(source)) = request.extensions().get::<PostsTo>() {
        return Arc::clone(source);
    }
    let picker = request.match_pattern().is_some_and(|p| p.ends_with("/l/{launch}/pick") || p.contains("/l/{launch}/pick/"));
    match request.app_data::<Data<State>>() {
        Some(state) if picker && response.status() == StatusCode::UNAUTHORIZED => format!("'self' {}", state.any_embedder()).into(),
        _ => Arc::from("'self'"),
    }
}

/// By route class: launch pages name the registration's embedders, or any https site while none is known; all else is framed by nobody.
fn ancestors(response: &ServiceResponse<BoxBody>) -> Arc<str> {
    let request = response.request();
    if let Some(known) = request.extensions().get::<Embedders>() {
        return Arc::clone(&known.0);
    }
    let Some(state) = request.app_data::<Data<State>>() else { return Arc::from("'none'") };
    let path = request.path();
    let path = path.strip_prefix(state.site().prefix()).unwrap_or(path);
    if path.starts_with("/lti/") || path.starts_with("/l/") { state.any_embedder() } else { Arc::from("'none'") }
}

//! Requests that change something come from our own pages: Fetch Metadata first, the Origin header where a browser has none.
//!
//! Our pages send no referrer, so their forms say `Origin: null`; the session's form token is what remains there.

use actix_web::{
    Error,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{self, HeaderMap},
    },
    middleware::Next,
    web::Data,
};

use crate::{
    app::this_machine,
    web::{self, State},
};

/// Routes that other sites post to, by name.
const EXEMPT: &[&str] = &["/lti/login", "/lti/launch", "/lti/v1p1/launch", "/lti/notices"];

pub(crate) async fn guard(request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, Error> {
    // No page has a NUL in its address, and PostgreSQL takes none in a text.
    if request.path().contains("%00") || request.path().contains('\0') {
        return Ok(request.error_response(web::Error::NotFound).map_into_boxed_body());
    }
    if elsewhere(&request) {
        return Ok(request.error_response(web::Error::CrossSite("a trial answers this machine only")).map_into_boxed_body());
    }
    if let Some(reason) = refuse(&request) {
        return Ok(request.error_response(web::Error::CrossSite(reason)).map_into_boxed_body());
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Whether a trial must not answer this.
fn elsewhere(request: &ServiceRequest) -> bool {
    let limited = request.app_data::<Data<State>>().is_some_and(|s| s.this_machine_only);
    let host = request.headers().get(header::HOST).and_then(|h| h.to_str().ok());
    limited && this_machine::check_request(host, request.headers().keys().map(|n| n.as_str())).is_err()
}

fn refuse(request: &ServiceRequest) -> Option<&'static str> {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return None;
    }
    let state = request.app_data::<Data<State>>()?;
    let path = request.path();
    if EXEMPT.contains(&path.strip_prefix(state.site().prefix()).unwrap_or(path)) {
        return None;
    }
    foreign(request.headers(), state.site().origin())
}

/// Why a changing request with these headers is not from one of our pages at `origin`.
pub(crate) fn foreign(headers: &HeaderMap, origin: &str) -> Option<&'static str> {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    match text("sec-fetch-site") {
        Some("same-origin") => return None,
        Some(_) => return Some("Sec-Fetch-Site is not same-origin"),
        None => {}
    }
    match text(header::ORIGIN.as_str()) {
        Some(theirs) if theirs != "null" && theirs != origin => Some("Origin is another site"),
        _ => None,
    }
}

/// Whether a request proves by itself that it is from one of our pages: for what no session protects yet.
pub(crate) fn surely_ours(headers: &HeaderMap, origin: &str) -> bool {
    let says = |name: &str, value: &str| headers.get(name).is_some_and(|v| v.as_bytes() == value.as_bytes());
    says("sec-fetch-site", "same-origin") || (!headers.contains_key("sec-fetch-site") && says(header::ORIGIN.as_str(), origin))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(n, v)| (HeaderName::from_static(n), HeaderValue::from_static(v))).collect()
    }

    #[test]
    fn fetch_metadata_decides_and_origin_stands_in() {
        const OURS: &str = "https://ferry.example";
        let ok: &[&[(&str, &str)]] =
            &[&[("sec-fetch-site", "same-origin"), ("origin", "null")], &[("origin", OURS)], &[("origin", "null")], &[]];
        for pairs in ok {
            assert_eq!(foreign(&headers(pairs), OURS), None, "{pairs:?}");
        }
        let bad: &[&[(&str, &str)]] = &[
            &[("sec-fetch-site", "cross-site"), ("origin", OURS)],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[("origin", "https://evil.example")],
            &[("origin", "http://ferry.example")],
        ];
        for pairs in bad {
            assert!(foreign(&headers(pairs), OURS).is_some(), "{pairs:?}");
        }
    }
}

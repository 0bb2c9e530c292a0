//! Errors become pages.

use actix_web::{
    HttpMessage as _, HttpRequest, HttpResponse,
    body::BoxBody,
    dev::ServiceResponse,
    error::{JsonPayloadError, PathError, PayloadError, QueryPayloadError, UrlencodedError},
    http::{Method, StatusCode, header},
    web::Data,
};

use super::shell::RequestId;
use crate::web::{
    Error, State,
    views::{
        admin::sign_in::{self, Trouble},
        error::ErrorPage,
    },
};

/// Replaces an error's empty body by a page that helps, and logs it: the only place that does.
pub(crate) fn render(response: ServiceResponse<BoxBody>, id: &RequestId) -> ServiceResponse<BoxBody> {
    let fallback;
    let error = match response.response().error() {
        Some(error) => match error.as_error::<Error>() {
            Some(ours) => ours,
            None => {
                fallback = foreign(error);
                &fallback
            }
        },
        None => match by_status(response.status()) {
            Some(error) if !response.response().headers().contains_key(header::CONTENT_TYPE) => {
                fallback = error;
                &fallback
            }
            _ => return response,
        },
    };
    log(error);
    let page = answer(error, response.request(), id);
    let (request, _) = response.into_parts();
    ServiceResponse::new(request, page)
}

fn answer(error: &Error, request: &HttpRequest, id: &RequestId) -> HttpResponse {
    let mut page = HttpResponse::build(actix_web::ResponseError::status_code(error));
    page.insert_header((header::CACHE_CONTROL, "no-store"));
    if matches!(error, Error::TooMany) {
        page.insert_header((header::RETRY_AFTER, "60"));
    }
    let words = error.words();
    if wants_json(request) {
        let mut body = words.as_json();
        body["error"] = error.code().into();
        body["reference"] = id.0.as_str().into();
        return page.json(body);
    }
    let Some(state) = request.app_data::<Data<State>>() else { return page.finish() };
    if matches!(error, Error::SignInFirst) {
        let next = if request.method() == Method::GET { request.path() } else { "" };
        return sign_in::answer(page, state, next, "", Trouble::First);
    }
    ErrorPage::new(state, error, words, &id.0).into_response(page)
}

fn wants_json(request: &HttpRequest) -> bool {
    let json = |name| request.headers().get(name).and_then(|v| v.to_str().ok()).is_some_and(|v| v.starts_with("application/json"));
    request.content_type() == "application/json" || json(header::ACCEPT)
}

/// actix-web's own refusals in our words.
fn foreign(error: &actix_web::Error) -> Error {
    let status = error.as_response_error().status_code();
    if let Some(known) = by_status(status) {
        return known;
    }
    if error.as_error::<UrlencodedError>().is_some()
        || error.as_error::<PayloadError>().is_some()
        || error.as_error::<JsonPayloadError>().is_some()
        || error.as_error::<QueryPayloadError>().is_some()
        || error.as_error::<PathError>().is_some()
        || status.is_client_error()
    {
        return Error::BadRequest(error.to_string().into());
    }
    Error::internal(error.to_string())
}

fn by_status(status: StatusCode) -> Option<Error> {
    match status {
        StatusCode::NOT_FOUND => Some(Error::NotFound),
        StatusCode::METHOD_NOT_ALLOWED => Some(Error::Method),
        StatusCode::PAYLOAD_TOO_LARGE => Some(Error::TooLarge),
        _ => None,
    }
}

fn log(error: &Error) {
    let code = error.code();
    let mut reason = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        reason = format!("{reason}: {inner}");
        cause = inner.source();
    }
    match error {
        Error::Internal(_) | Error::Unavailable(_) => tracing::error!(code, reason, "request failed"),
        Error::NotFound | Error::Method => tracing::debug!(code, reason, "request refused"),
        _ => tracing::warn!(code, reason, "request refused"),
    }
}

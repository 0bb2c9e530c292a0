//! The session itself: is it kept, and its end.

use actix_web::{HttpResponse, http::header, web::Data};

use crate::web::{
    Error, State, cookies,
    extract::{SESSION_COOKIE, Sent, Visitor},
    views::{self, ended::EndedPage},
};

/// 204 for a script that asks whether the browser kept the session's cookie; else the page it shows where the tab keeps nothing either.
pub(crate) async fn check(visitor: Result<Visitor, Error>) -> Result<HttpResponse, Error> {
    match visitor {
        Ok(_) => Ok(HttpResponse::NoContent().finish()),
        Err(Error::NoSession(_)) => Err(Error::NothingKept),
        Err(other) => Err(other),
    }
}

/// Ends it, and says how to come back.
pub(crate) async fn end(state: Data<State>, sent: Sent<Visitor>) -> Result<HttpResponse, Error> {
    let visitor = sent.who;
    state.app.end_visit(&visitor.visit).await?;
    let mut response = HttpResponse::Ok();
    if let Some(cookie) = cookies::clear(&format!("{SESSION_COOKIE}{}", visitor.visit.launch_id)) {
        response.append_header((header::SET_COOKIE, cookie));
    }
    Ok(views::html(response, &EndedPage::new(&state, visitor.visit.data.return_url.as_deref())))
}

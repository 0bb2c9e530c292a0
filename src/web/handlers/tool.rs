//! What platforms read about us at addresses that stay: Canvas's JSON, the LTI 1.1 cartridge, our picture. Nothing in it is secret.

use actix_web::{
    HttpResponse,
    http::header,
    web::{Data, Query},
};

use super::teach::value;
use crate::{
    ids,
    lti::tool::{canvas_json, cartridge},
    web::{Error, State, extract::Pairs},
};

/// Long enough for a burst of questions, short enough for a new course title.
const BRIEFLY: (header::HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=300");

/// `/lti/canvas.json`; with `?platform=<id>` for a platform that will have this id here.
pub(crate) async fn canvas(state: Data<State>, query: Query<Pairs>) -> HttpResponse {
    let tool = match value(&query, "platform") {
        id if ids::is_id(id) => state.app.tool_for(id),
        _ => state.app.tool(),
    };
    let text = serde_json::to_string_pretty(&canvas_json(&tool)).unwrap_or_default();
    HttpResponse::Ok().content_type("application/json").insert_header(BRIEFLY).body(text)
}

pub(crate) async fn v1p1(state: Data<State>) -> Result<HttpResponse, Error> {
    let text = cartridge(&state.app.tool()).map_err(Error::internal)?;
    Ok(HttpResponse::Ok().content_type("application/xml; charset=utf-8").insert_header(BRIEFLY).body(text))
}

pub(crate) async fn icon(state: Data<State>) -> Result<HttpResponse, Error> {
    let asset = state.assets.named("icon.svg").ok_or(Error::NotFound)?;
    Ok(HttpResponse::Ok()
        .content_type(asset.media_type)
        .insert_header((header::CACHE_CONTROL, "public, max-age=86400"))
        .body(asset.bytes.clone()))
}

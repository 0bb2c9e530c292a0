//! `/assets/<hash>/<name>`: ours, never changing.

use actix_web::{
    HttpResponse,
    http::header,
    web::{Data, Path},
};

use crate::web::{Error, State};

/// A year, as caches understand "for ever".
pub(crate) const FOR_EVER: &str = "public, max-age=31536000, immutable";

pub(crate) async fn asset(state: Data<State>, path: Path<(String, String)>) -> Result<HttpResponse, Error> {
    let asset = state.assets.find(&format!("{}/{}", path.0, path.1)).ok_or(Error::NotFound)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, asset.media_type))
        .insert_header((header::CACHE_CONTROL, FOR_EVER))
        .body(asset.bytes.clone()))
}

//! `/media/<expiry>/<signature>/<path>`: files of the course, by signed addresses.

use actix_web::{
    HttpResponse,
    http::header,
    web::{Data, Path},
};

use crate::web::{Error, State};

pub(crate) async fn media(state: Data<State>, path: Path<(i64, String, String)>) -> Result<HttpResponse, Error> {
    let (expiry, signature, file) = path.into_inner();
    let course = state.app.course();
    let asset = course.assets.get(&file).ok_or(Error::NotFound)?;
    if !state.app.media.allows(&file, &asset.sha256, expiry, &signature, state.app.now()) {
        return Err(Error::NotFound);
    }
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CONTENT_TYPE, asset.media_type.as_str()));
    response.insert_header((header::CACHE_CONTROL, "private, max-age=86400, immutable"));
    // An SVG opened by itself is a document: it may style itself, and do nothing else.
    response.insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; sandbox"));
    if !(asset.media_type.starts_with("image/") || asset.media_type.starts_with("video/") || asset.media_type.starts_with("audio/")) {
        let name = file.rsplit('/').next().unwrap_or("file");
        response.insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")));
    }
    if asset.media_type == "application/zip" {
        // It does not get smaller.
        response.insert_header(header::ContentEncoding::Identity);
    }
    Ok(response.body(asset.bytes.clone()))
}

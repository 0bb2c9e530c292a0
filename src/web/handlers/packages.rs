//! Packages: for the administrator, for a teacher, and for whoever has a link that still works.

use actix_web::{
    HttpResponse,
    http::header,
    web::{Data, Form, Path, Query},
};

use super::teach::value;
use crate::web::{
    Error, State,
    admin::Admin,
    extract::{Pairs, Visitor},
    views::{
        admin::frame,
        packages::{self, Share, Shown},
        tools::Frame,
    },
};

/// `/admin/packages`.
pub(crate) async fn for_admin(state: Data<State>, admin: Admin) -> Result<HttpResponse, Error> {
    admin_page(&state, &admin, None).await
}

/// Makes a link for a colleague.
pub(crate) async fn make_link(state: Data<State>, admin: Admin, form: Form<Pairs>) -> Result<HttpResponse, Error> {
    admin.check_form(&form)?;
    let (until, key) = state.app.grant_packages(&admin.visit).await?;
    admin_page(&state, &admin, Some(state.site().url(&format!("/packages?until={until}&key={key}")))).await
}

async fn admin_page(state: &State, admin: &Admin, link: Option<String>) -> Result<HttpResponse, Error> {
    let catalogue = state.app.catalogue().await?;
    let share = Share { action: state.site().path("/admin/packages/link"), form_token: &admin.visit.form_token, link };
    let shown = Shown {
        frame: frame(state, admin, "packages"),
        share: Some(share),
        register: Some(state.site().path("/admin/platforms/add")),
        href: &|name| state.site().path(&format!("/admin/packages/{name}")),
    };
    Ok(packages::page(state, &catalogue, &state.app.course(), shown))
}

/// `/l/<launch>/packages`.
pub(crate) async fn for_teacher(state: Data<State>, visitor: Visitor) -> Result<HttpResponse, Error> {
    visitor.check_teacher()?;
    let (catalogue, course) = (state.app.catalogue().await?, state.app.course());
    let launch = &visitor.visit.launch_id;
    // A browser that keeps no cookies here cannot show who it is when it downloads: its addresses say it.
    let granted = visitor.by_bearer.then(|| state.app.packages_grant());
    let href = |name: &str| match &granted {
        Some((until, key)) => state.site().path(&format!("/packages/{name}?until={until}&key={key}")),
        None => state.site().path(&format!("/l/{launch}/packages/{name}")),
    };
    let frame = Frame::teacher(&state, &visitor, course.title.as_str(), "packages");
    Ok(packages::page(&state, &catalogue, &course, Shown { frame, share: None, register: None, href: &href }))
}

/// `/packages?until=…&key=…`: by a link that an administrator made.
pub(crate) async fn by_link(state: Data<State>, query: Query<Pairs>) -> Result<HttpResponse, Error> {
    let (until, key) = granted(&state, &query)?;
    let (catalogue, course) = (state.app.catalogue().await?, state.app.course());
    let href = |name: &str| state.site().path(&format!("/packages/{name}?until={until}&key={key}"));
    let frame = Frame::plain(course.title.as_str());
    Ok(packages::page(&state, &catalogue, &course, Shown { frame, share: None, register: None, href: &href }))
}

pub(crate) async fn file_for_admin(state: Data<State>, _admin: Admin, name: Path<String>) -> Result<HttpResponse, Error> {
    file(&state, &name).await
}

pub(crate) async fn file_for_teacher(state: Data<State>, visitor: Visitor, path: Path<(String, String)>) -> Result<HttpResponse, Error> {
    visitor.check_teacher()?;
    file(&state, &path.1).await
}

pub(crate) async fn file_by_link(state: Data<State>, name: Path<String>, query: Query<Pairs>) -> Result<HttpResponse, Error> {
    granted(&state, &query)?;
    file(&state, &name).await
}

/// Expiry and key of a link that still works.
fn granted(state: &State, query: &Pairs) -> Result<(i64, String), Error> {
    let until = value(query, "until").parse().map_err(|_| Error::LinkOver)?;
    let key = value(query, "key");
    if state.app.packages_granted(until, key) { Ok((until, key.to_owned())) } else { Err(Error::LinkOver) }
}

async fn file(state: &State, name: &str) -> Result<HttpResponse, Error> {
    let package = state.app.package(name).await?;
    metrics::counter!("ferry_packages_downloaded_total", "format" => package.format.to_string()).increment(1);
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/zip"))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", package.file_name)))
        // A zip does not get smaller, and its bytes are what the hash is of.
        .insert_header(header::ContentEncoding::Identity)
        .insert_header((header::ETAG, format!("\"{}\"", package.sha256)))
        .body(package.bytes.clone()))
}

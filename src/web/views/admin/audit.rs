//! What administrators did.

use actix_web::HttpResponse;
use askama::Template;

use super::frame;
use crate::{
    app::audit::Trail,
    web::{
        State,
        admin::Admin,
        views::{
            Base, html,
            tools::{Frame, When},
        },
    },
};

#[derive(Template)]
#[template(path = "web/admin/audit.html")]
struct AuditPage<'a> {
    base: Base,
    frame: Frame,
    lines: Vec<Line<'a>>,
    newest: Option<String>,
    older: Option<String>,
}

struct Line<'a> {
    when: When,
    who: &'a str,
    act: String,
    on: &'a str,
}

/// `later`: it is not the first page.
pub(crate) fn page(state: &State, admin: &Admin, trail: &Trail, later: bool) -> HttpResponse {
    let (now, here) = (state.app.now(), state.site().path("/admin/audit"));
    let page = AuditPage {
        base: Base::new(state),
        frame: frame(state, admin, "audit"),
        lines: trail
            .entries
            .iter()
            .map(|e| Line { when: When::new(e.created_at, now), who: &e.by_name, act: sentence(&e.act), on: &e.subject })
            .collect(),
        older: trail.older.as_ref().map(|id| format!("{here}?before={id}")),
        newest: later.then_some(here),
    };
    html(HttpResponse::Ok(), &page)
}

/// With a capital.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

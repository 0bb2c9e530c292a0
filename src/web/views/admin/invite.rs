//! Links by which an LMS registers itself.

use actix_web::{HttpResponse, http::StatusCode};
use askama::Template;

use super::frame;
use crate::{
    app::register_platform::{InviteForm, LINK_DAYS},
    store::registration_link::RegistrationLink,
    web::{
        State,
        admin::Admin,
        views::{
            Base, html,
            tools::{Frame, Said, When, problem},
        },
    },
};

#[derive(Template)]
#[template(path = "web/admin/invite.html")]
struct InvitePage<'a> {
    base: Base,
    frame: Frame,
    links: Vec<Line<'a>>,
    form: &'a InviteForm,
    problems: &'a Vec<(&'static str, String)>,
    days: i64,
    here: String,
    by_hand: String,
    form_token: &'a str,
}

struct Line<'a> {
    id: &'a str,
    name: &'a str,
    host: &'a str,
    made_by: &'a str,
    approved: bool,
    until: When,
    spent: Option<When>,
    platform: Option<String>,
}

impl Line<'_> {
    /// Whom it is for.
    fn title(&self) -> &str {
        [self.name, self.host].into_iter().find(|text| !text.is_empty()).unwrap_or("any LMS")
    }
}

impl InvitePage<'_> {
    fn problem(&self, field: &str) -> Option<&str> {
        problem(self.problems, field)
    }
}

pub(crate) fn page(
    state: &State,
    admin: &Admin,
    links: &[RegistrationLink],
    form: &InviteForm,
    problems: &Vec<(&'static str, String)>,
    said: Option<Said>,
) -> HttpResponse {
    let now = state.app.now();
    let page = InvitePage {
        base: Base::new(state),
        frame: frame(state, admin, "").with(said),
        links: links
            .iter()
            .map(|l| Line {
                id: &l.id,
                name: &l.name,
                host: &l.host,
                made_by: &l.made_by,
                approved: l.approved,
                until: When::new(l.expires_at, now),
                spent: l.spent_at.map(|at| When::new(at, now)),
                platform: l.registration_id.as_ref().map(|id| state.site().path(&format!("/admin/platforms/{id}"))),
            })
            .collect(),
        form,
        problems,
        days: LINK_DAYS,
        here: state.site().path("/admin/platforms/invite"),
        by_hand: state.site().path("/admin/platforms/add"),
        form_token: &admin.visit.form_token,
    };
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    html(HttpResponse::build(status), &page)
}

#[derive(Template)]
#[template(path = "web/admin/invited.html")]
struct InvitedPage<'a> {
    base: Base,
    frame: Frame,
    form: &'a InviteForm,
    address: &'a str,
    days: i64,
    here: String,
}

/// The link, for the only time it is shown.
pub(crate) fn made(state: &State, admin: &Admin, form: &InviteForm, address: &str) -> HttpResponse {
    let page = InvitedPage {
        base: Base::new(state),
        frame: frame(state, admin, ""),
        form,
        address,
        days: LINK_DAYS,
        here: state.site().path("/admin/platforms/invite"),
    };
    html(HttpResponse::Ok(), &page)
}

//! What waits for the administrator.

use actix_web::HttpResponse;
use askama::Template;

use super::frame;
use crate::{
    app::{register_platform::Difference, waiting::Waiting},
    lti::{platform, registration::Vouched},
    store::registration_origin::Origin,
    web::{
        State,
        admin::Admin,
        views::{
            Base, html,
            tools::{Frame, Said, When},
        },
    },
};

#[derive(Template)]
#[template(path = "web/admin/waiting.html")]
struct WaitingPage<'a> {
    base: Base,
    frame: Frame,
    platforms: Vec<Platform<'a>>,
    changes: Vec<Change<'a>>,
    deployments: Vec<Deployment<'a>>,
    here: String,
    form_token: &'a str,
}

struct Platform<'a> {
    id: &'a str,
    href: String,
    name: &'a str,
    family: &'static str,
    issuer: &'a str,
    client_id: &'a str,
    host: &'a str,
    unvouched: bool,
    since: When,
}

struct Change<'a> {
    id: &'a str,
    href: String,
    name: &'a str,
    differences: &'a [Difference],
}

struct Deployment<'a> {
    id: &'a str,
    platform_id: &'a str,
    href: String,
    platform: &'a str,
    issuer: &'a str,
    lms_id: &'a str,
    since: When,
}

impl WaitingPage<'_> {
    fn is_empty(&self) -> bool {
        self.platforms.is_empty() && self.changes.is_empty() && self.deployments.is_empty()
    }
}

pub(crate) fn page(state: &State, admin: &Admin, waiting: &Waiting, said: Option<Said>) -> HttpResponse {
    let now = state.app.now();
    let href = |id: &str| state.site().path(&format!("/admin/platforms/{id}"));
    let page = WaitingPage {
        base: Base::new(state),
        frame: frame(state, admin, "waiting").with(said),
        platforms: waiting
            .platforms
            .iter()
            .map(|(r, origin)| Platform {
                id: &r.id,
                href: href(&r.id),
                name: &r.name,
                family: platform::by_key(&r.family).name,
                issuer: &r.issuer,
                client_id: &r.client_id,
                host: origin.as_ref().map_or("", |o| o.host.as_str()),
                unvouched: is_unvouched(origin.as_ref()),
                since: When::new(r.created_at, now),
            })
            .collect(),
        changes: waiting.changes.iter().map(|(r, d)| Change { id: &r.id, href: href(&r.id), name: &r.name, differences: d }).collect(),
        deployments: waiting
            .deployments
            .iter()
            .map(|d| Deployment {
                id: &d.id,
                platform_id: &d.registration_id,
                href: href(&d.registration_id),
                platform: &d.platform,
                issuer: &d.issuer,
                lms_id: &d.lms_id,
                since: When::new(d.created_at, now),
            })
            .collect(),
        here: state.site().path("/admin/waiting"),
        form_token: &admin.visit.form_token,
    };
    html(HttpResponse::Ok(), &page)
}

/// Nobody vouches for the name it gave itself.
pub(super) fn is_unvouched(origin: Option<&Origin>) -> bool {
    origin.is_some_and(|o| o.vouched == Vouched::OwnCanvas.key())
}

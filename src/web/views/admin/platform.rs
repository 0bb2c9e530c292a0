//! One platform in full, and its removal.

use actix_web::{HttpResponse, http::StatusCode};
use askama::Template;

use super::{LaunchLine, family, frame, launch_line, status, v1p1, values, waiting::is_unvouched};
use crate::{
    app::{
        add_platform::{PlatformForm, Product},
        platform_changes,
        platforms::PlatformView,
        register_platform::Difference,
    },
    course::Course,
    lti::v1p1::ISSUER,
    store::{
        registration::{Belongings, DeploymentPolicy, DeploymentStatus, Registration, RegistrationStatus},
        registration_origin::Origin,
    },
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
#[template(path = "web/admin/platform.html")]
struct PlatformPage<'a> {
    base: Base,
    frame: Frame,
    r: &'a Registration,
    family: &'static str,
    status: (&'static str, &'static str, &'static str),
    facts: Vec<(&'static str, Option<When>)>,
    learners: i64,
    waiting: i64,
    parked: i64,
    deployments: Vec<Line<'a>>,
    origin: Option<&'a Origin>,
    unvouched: bool,
    changes: &'a [Difference],
    others: &'a [Registration],
    siblings: bool,
    launches: Vec<LaunchLine<'a>>,
    keys: String,
    product: Product,
    is_v1p1: bool,
    values: Vec<values::Value>,
    course: &'a Course,
    form: &'a PlatformForm,
    problems: &'a Vec<(&'static str, String)>,
    here: String,
    form_token: &'a str,
}

struct Line<'a> {
    id: &'a str,
    lms_id: &'a str,
    /// Class, sign, word.
    state: (&'static str, &'static str, &'static str),
    active: bool,
    since: When,
}

impl PlatformPage<'_> {
    fn problem(&self, field: &str) -> Option<&str> {
        problem(self.problems, field)
    }

    /// Host, version and school, as the LMS said them.
    fn said_of_itself(&self) -> Option<String> {
        let o = self.origin?;
        let parts = [Some(&o.host), o.version.as_ref(), o.account.as_ref(), o.guid.as_ref()];
        Some(parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" · "))
    }

    fn is_active(&self) -> bool {
        self.r.status == RegistrationStatus::Active
    }

    fn accepts_all(&self) -> bool {
        self.r.deployment_policy == DeploymentPolicy::Accept
    }
}

pub(crate) fn page(
    state: &State,
    admin: &Admin,
    view: &PlatformView,
    form: &PlatformForm,
    problems: &Vec<(&'static str, String)>,
    said: Option<Said>,
) -> HttpResponse {
    let (r, now, course) = (&view.registration, state.app.now(), state.app.course());
    let product = Product::of(&r.family, &r.issuer);
    let at = |ms: Option<i64>| ms.map(|ms| When::new(ms, now));
    let (glance, is_v1p1) = (view.glance.as_ref(), r.issuer == ISSUER);
    let page = PlatformPage {
        base: Base::new(state),
        frame: frame(state, admin, "platforms").with(said),
        family: family(&r.family, &r.issuer),
        status: status(r.status),
        facts: vec![
            ("Last launch", at(glance.and_then(|g| g.last_launch))),
            ("Last grade", at(glance.and_then(|g| g.last_grade))),
            ("Registered", at(Some(r.created_at))),
        ],
        learners: view.belongings.learners,
        waiting: glance.map_or(0, |g| g.grades_waiting),
        parked: glance.map_or(0, |g| g.grades_parked),
        deployments: view
            .deployments
            .iter()
            .map(|d| Line {
                id: &d.id,
                lms_id: &d.lms_id,
                state: match d.status {
                    DeploymentStatus::Active => ("active", "✓", "active"),
                    DeploymentStatus::Waiting => ("needs-you", "!", "waits for you"),
                    DeploymentStatus::Blocked => ("off", "–", "turned down"),
                },
                active: d.status == DeploymentStatus::Active,
                since: When::new(d.created_at, now),
            })
            .collect(),
        origin: view.origin.as_ref(),
        unvouched: is_unvouched(view.origin.as_ref()),
        changes: &view.changes,
        others: &view.others,
        siblings: platform_changes::has_siblings(r),
        launches: view.launches.iter().map(|l| launch_line(l, now)).collect(),
        keys: state.site().path("/admin/keys"),
        values: if is_v1p1 { v1p1::values(state, &r.client_id) } else { values::of(product, state, &r.id) },
        is_v1p1,
        product,
        course: &course,
        form,
        problems,
        here: state.site().path(&format!("/admin/platforms/{}", r.id)),
        form_token: &admin.visit.form_token,
        r,
    };
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    html(HttpResponse::build(status), &page)
}

#[derive(Template)]
#[template(path = "web/admin/remove.html")]
struct RemovePage<'a> {
    base: Base,
    frame: Frame,
    name: &'a str,
    lost: &'a Belongings,
    wrong: bool,
    here: String,
    form_token: &'a str,
}

/// Are you sure? `wrong`: the name that was typed is not this one's.
pub(crate) fn remove(state: &State, admin: &Admin, view: &PlatformView, wrong: bool) -> HttpResponse {
    let page = RemovePage {
        base: Base::new(state),
        frame: frame(state, admin, "platforms"),
        name: view.registration.name.trim(),
        lost: &view.belongings,
        wrong,
        here: state.site().path(&format!("/admin/platforms/{}", view.registration.id)),
        form_token: &admin.visit.form_token,
    };
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    html(HttpResponse::build(status), &page)
}

//! The connection doctor's page.

use actix_web::{HttpResponse, http::StatusCode};
use askama::Template;

use super::frame;
use crate::{
    app::doctor::Report,
    lti::doctor::{Finding, Tally, Verdict},
    store::{context::Context, registration::Registration},
    web::{
        State,
        admin::Admin,
        views::{
            Base, html,
            tools::{Frame, count},
        },
    },
};

/// What was asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    /// Row id of a course; empty for the latest ones.
    pub(crate) course: String,
    pub(crate) test_column: bool,
    /// A test column, and no course to make it in.
    pub(crate) refused: bool,
}

#[derive(Template)]
#[template(path = "web/admin/doctor.html")]
struct DoctorPage<'a> {
    base: Base,
    frame: Frame,
    name: &'a str,
    platform: String,
    here: String,
    form_token: &'a str,
    courses: Vec<Course<'a>>,
    asked: &'a Asked,
    looked: Option<Looked<'a>>,
}

struct Course<'a> {
    id: &'a str,
    title: &'a str,
    label: &'a str,
    chosen: bool,
}

struct Looked<'a> {
    truth: String,
    sum: String,
    ill: Vec<Ill<'a>>,
    all: Vec<Line<'a>>,
}

/// Something to be ended.
struct Ill<'a> {
    state: (&'static str, &'static str, &'static str),
    of: &'a Finding,
    who: &'static str,
    screen: &'static str,
    forward: Option<String>,
}

struct Line<'a> {
    state: (&'static str, &'static str, &'static str),
    of: &'a Finding,
}

pub(crate) fn page(
    state: &State,
    admin: &Admin,
    r: &Registration,
    courses: &[Context],
    asked: &Asked,
    report: Option<&Report>,
) -> HttpResponse {
    let platform = state.site().path(&format!("/admin/platforms/{}", r.id));
    let page = DoctorPage {
        base: Base::new(state),
        frame: frame(state, admin, "platforms"),
        name: &r.name,
        here: format!("{platform}/doctor"),
        platform,
        form_token: &admin.visit.form_token,
        courses: courses
            .iter()
            .map(|c| Course {
                id: &c.id,
                title: [&c.title, &c.label].into_iter().find(|t| !t.trim().is_empty()).map_or("A course without a name", String::as_str),
                label: if c.title.trim().is_empty() { "" } else { &c.label },
                chosen: c.id == asked.course,
            })
            .collect(),
        asked,
        looked: report.map(looked),
    };
    let status = if asked.refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    html(HttpResponse::build(status), &page)
}

fn looked(report: &Report) -> Looked<'_> {
    let tally = Tally::of(&report.findings);
    let mut ill: Vec<&Finding> = report.findings.iter().filter(|f| f.verdict() >= Verdict::Warning).collect();
    ill.sort_by_key(|f| std::cmp::Reverse(f.verdict()));
    Looked {
        truth: match (tally.failed, tally.warnings) {
            (0, 0) => "Everything that was looked at is well.".to_owned(),
            (0, n) => format!("It works. {} to know of.", count(n, "thing", "things")),
            (n, _) => format!("{} not work.", count(n, "thing does", "things do")),
        },
        sum: tally.sentence(),
        ill: ill
            .into_iter()
            .map(|of| Ill {
                state: pill(of.verdict()),
                who: of.who().map_or("", crate::lti::doctor::Who::name),
                screen: of.screen(&report.registration.family),
                forward: of.to_forward(&report.here()),
                of,
            })
            .collect(),
        all: report.findings.iter().map(|of| Line { state: pill(of.verdict()), of }).collect(),
    }
}

/// Class, sign, word.
fn pill(verdict: Verdict) -> (&'static str, &'static str, &'static str) {
    let (sign, word) = verdict.shown();
    let class = match verdict {
        Verdict::Ok => "in-lms",
        Verdict::Warning => "retrying",
        Verdict::Failed => "needs-you",
        Verdict::NotTried => "none",
    };
    (class, sign, word)
}

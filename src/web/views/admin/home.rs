//! All platforms at a glance.

use actix_web::HttpResponse;
use askama::Template;

use super::{LaunchLine, family, frame, launch_line, status};
use crate::{
    app::{add_platform::Product, platforms::AdminHome},
    lti::platform,
    store::overview::Glance,
    web::{
        State,
        admin::Admin,
        views::{
            Base, html,
            tools::{Frame, Said, When, count},
        },
    },
};

#[derive(Template)]
#[template(path = "web/admin/home.html")]
struct HomePage<'a> {
    base: Base,
    frame: Frame,
    course: String,
    platforms: Vec<Line<'a>>,
    /// What the banner says, and nothing where nothing waits.
    waiting: Option<String>,
    queue: String,
    add: String,
    action: String,
    reference: &'a str,
    found: Option<Vec<LaunchLine<'a>>>,
    refused: Vec<LaunchLine<'a>>,
}

struct Line<'a> {
    href: String,
    name: &'a str,
    family: &'static str,
    issuer: &'a str,
    status: (&'static str, &'static str, &'static str),
    launch: Option<When>,
    grade: Option<When>,
    learners: i64,
    todo: Vec<String>,
}

impl HomePage<'_> {
    /// The form that registers what a refused launch named.
    fn register(&self, line: &LaunchLine<'_>) -> String {
        let product = Product::of(platform::profile(None, line.issuer).key, line.issuer);
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("issuer", line.issuer)
            .append_pair("client_id", line.client_id)
            .finish();
        match product {
            Product::Other => format!("{}?{query}", self.add),
            known => format!("{}/{}?{query}", self.add, known.key()),
        }
    }
}

pub(crate) fn page(state: &State, admin: &Admin, home: &AdminHome, reference: &str, said: Option<Said>) -> HttpResponse {
    let now = state.app.now();
    let page = HomePage {
        base: Base::new(state),
        frame: frame(state, admin, "").with(said),
        course: state.app.course().title.clone(),
        platforms: home.platforms.iter().map(|g| line(state, g, now)).collect(),
        waiting: (home.waiting > 0).then(|| format!("{} for you", count(home.waiting, "decision waits", "decisions wait"))),
        queue: state.site().path("/admin/waiting"),
        add: state.site().path("/admin/platforms/add"),
        action: state.site().path("/admin"),
        reference,
        found: home.found.as_ref().map(|found| found.iter().map(|l| launch_line(l, now)).collect()),
        refused: home.refused.iter().map(|l| launch_line(l, now)).collect(),
    };
    html(HttpResponse::Ok(), &page)
}

fn line<'a>(state: &State, g: &'a Glance, now: i64) -> Line<'a> {
    let number = |n: i64| usize::try_from(n).unwrap_or(0);
    let mut todo = Vec::new();
    if g.deployments_waiting > 0 {
        todo.push(format!("{} for approval", count(number(g.deployments_waiting), "deployment waits", "deployments wait")));
    }
    if g.grades_parked > 0 {
        todo.push(format!("{} given up", count(number(g.grades_parked), "grade was", "grades were")));
    }
    Line {
        href: state.site().path(&format!("/admin/platforms/{}", g.id)),
        name: &g.name,
        family: family(&g.family, &g.issuer),
        issuer: &g.issuer,
        status: status(g.status),
        launch: g.last_launch.map(|at| When::new(at, now)),
        grade: g.last_grade.map(|at| When::new(at, now)),
        learners: g.learners,
        todo,
    }
}

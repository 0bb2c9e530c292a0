//! The picker: what of the course a teacher adds to a course in the LMS.

mod preview;
pub(crate) mod review;
mod words;

use actix_web::{HttpResponse, http::StatusCode};
use askama::Template;

use super::{
    Base, html,
    tools::{Frame, Leave, Said, count},
    tree::Tree,
};
use crate::{
    app::{
        content,
        deep_link::{Picker, SignedAnswer},
        pick,
    },
    course::Course,
    web::{
        State,
        extract::{Pairs, Visitor},
    },
};

/// Everything the picker's pages are made from.
pub(crate) struct Pick<'a> {
    pub(crate) state: &'a State,
    pub(crate) visitor: &'a Visitor,
    pub(crate) picker: &'a Picker,
    pub(crate) course: &'a Course,
}

/// Step one: choosing.
#[derive(Template)]
#[template(path = "web/pick/choose.html")]
struct ChoosePage<'a> {
    base: Base,
    frame: Frame,
    platform: &'a str,
    many: bool,
    modules: String,
    tree: Tree,
    query: &'a str,
    chosen: String,
    action: String,
    review: String,
    preview: Option<String>,
}

/// The answer on its way to the platform.
#[derive(Template)]
#[template(path = "lti/answer.html")]
struct AnswerPage<'a> {
    base: Base,
    title: String,
    answer: &'a SignedAnswer,
}

impl Pick<'_> {
    pub(super) fn path(&self, rest: &str) -> String {
        self.state.site().path(&format!("/l/{}/pick{rest}", self.visitor.visit.launch_id))
    }

    fn frame(&self, said: Option<Said>) -> Frame {
        let leave = Leave { action: self.path("/cancel"), form_token: self.visitor.visit.form_token.clone(), text: "Add nothing" };
        Frame {
            bearer: super::tools::bearer(self.state, self.visitor),
            leave: Some(leave),
            ..Frame::plain(self.course.title.as_str()).with(said)
        }
    }

    /// The tree, what of it is chosen, and a preview of what was asked for.
    pub(crate) fn choose(&self, query: &Pairs) -> HttpResponse {
        let value = |name: &str| query.iter().rev().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str());
        let ids = chosen_ids(query);
        let pages = pick::picked(self.course, &ids, self.picker.takes);
        let titles: Vec<String> = pages.iter().map(|p| pick::title(self.course, p)).collect();
        let tree = Tree::new(self.course, "pick", self.picker.takes.many, value("q"), |id| pages.iter().any(|p| p.id(self.course) == id));
        let nothing = (value("said") == "nothing").then(|| Said::look("Choose at least one part of the course first.")).flatten();
        let page = ChoosePage {
            base: Base::new(self.state),
            frame: self.frame(nothing),
            platform: &self.picker.platform,
            many: self.picker.takes.many,
            modules: count(self.course.modules.len(), "module", "modules"),
            tree: Tree { previews: true, ..tree },
            query: value("q"),
            chosen: words::chosen(&titles),
            action: self.path(""),
            review: self.path("/review"),
            preview: content::page(self.course, value("show")).and_then(|page| self.preview(&page, &ids)),
        };
        html(HttpResponse::build(StatusCode::OK), &page)
    }
}

/// Ids a query or a form chooses.
pub(crate) fn chosen_ids(pairs: &Pairs) -> Vec<String> {
    pairs.iter().filter(|(name, _)| name == "pick").map(|(_, id)| id.clone()).collect()
}

/// Posts the answer to the platform, by script or by a button.
pub(crate) fn answer(state: &State, title: String, answer: &SignedAnswer) -> HttpResponse {
    html(HttpResponse::Ok(), &AnswerPage { base: Base::new(state), title, answer })
}

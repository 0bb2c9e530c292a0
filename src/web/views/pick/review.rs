//! Step two: what will be created, spelled out, and how it counts.

use actix_web::{HttpResponse, http::StatusCode};
use askama::Template;

use super::{Pick, words};
use crate::{
    app::{
        content::{self, Page},
        pick::{self, ItemForm, LinkForm, Problems},
    },
    lti::deep_linking::Takes,
    web::views::{Base, html, tools::Frame},
};

#[derive(Template)]
#[template(path = "web/pick/review.html")]
struct ReviewPage<'a> {
    base: Base,
    frame: Frame,
    platform: &'a str,
    takes: Takes,
    links: String,
    graded: String,
    names: String,
    then: &'static str,
    form: &'a LinkForm,
    items: Vec<Item<'a>>,
    problems: &'a Problems,
    action: String,
    back: String,
    form_token: &'a str,
}

/// One link.
struct Item<'a> {
    form: &'a ItemForm,
    /// `Module`, `Lesson` and so on.
    kind: &'static str,
    gradable: bool,
}

impl ReviewPage<'_> {
    fn problem(&self, field: &str) -> Option<&str> {
        self.problems.iter().find(|(name, _)| name == field).map(|(_, text)| text.as_str())
    }

    fn of(&self, name: &str, item: &Item<'_>) -> String {
        format!("{name}.{}", item.form.id)
    }

    /// Whether anything here has a quiz: only then does it matter how it counts.
    fn counts(&self) -> bool {
        self.items.iter().any(|i| i.gradable)
    }
}

impl Pick<'_> {
    /// The form with what is wrong with it, if anything.
    pub(crate) fn review(&self, form: &LinkForm, problems: &Problems) -> HttpResponse {
        let (links, graded, names) = words::created(form);
        let mut back = url::form_urlencoded::Serializer::new(String::new());
        back.extend_pairs(form.items.iter().map(|i| ("pick", &i.id)));
        let page = ReviewPage {
            base: Base::new(self.state),
            frame: self.frame(None),
            platform: &self.picker.platform,
            takes: self.picker.takes,
            then: words::then(self.picker.takes.then, form.items.len(), form.graded()),
            links,
            graded,
            names,
            items: form.items.iter().map(|i| self.item(i)).collect(),
            form,
            problems,
            action: self.path("/answer"),
            back: format!("{}?{}", self.path(""), back.finish()),
            form_token: &self.visitor.visit.form_token,
        };
        let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        html(HttpResponse::build(status), &page)
    }

    fn item<'f>(&self, form: &'f ItemForm) -> Item<'f> {
        let page = content::page(self.course, &form.id);
        let kind = match page {
            Some(Page::Course) => "The whole course",
            Some(Page::Module(_)) => "Module",
            Some(Page::Quiz(..)) => "Quiz",
            _ => "Lesson",
        };
        Item { form, kind, gradable: page.is_some_and(|page| pick::gradable(self.course, &page)) }
    }
}

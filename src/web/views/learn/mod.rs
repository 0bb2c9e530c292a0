//! A learner's pages: the same fragments as in packages, put into the server's shell.

mod lesson;
mod outline;
mod quiz;
pub(crate) mod road;
mod words;

use actix_web::HttpResponse;
use askama::Template;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{html, tools::iso};
use crate::{
    app::{Study, content::Page},
    course::links::{self, Target},
    package::player::view::{Bar, Link, Moment, Outline},
    web::{
        Error, State,
        extract::{Student, Visitor},
    },
};

pub(crate) use words::percent;

/// The page around a fragment.
#[derive(Template)]
#[template(path = "web/learn/page.html")]
struct Shell<'a> {
    lang: &'a str,
    title: String,
    style: &'a str,
    theme: &'a str,
    icon: &'a str,
    script: &'a str,
    bearer: Option<(&'a str, &'a str)>,
    bar: String,
    outline: String,
    main: String,
    data: String,
    leave: String,
    form_token: &'a str,
}

/// Everything a learner's page is made from.
pub(crate) struct Learn<'a> {
    pub(crate) state: &'a State,
    pub(crate) visitor: &'a Visitor,
    pub(crate) study: &'a Study,
}

impl<'a> Learn<'a> {
    pub(crate) fn new(state: &'a State, student: &'a Student) -> Self {
        Self { state, visitor: &student.visitor, study: &student.study }
    }
}

impl Learn<'_> {
    /// `/l/<launch>/<rest>`.
    pub(crate) fn path(&self, rest: &str) -> String {
        self.state.site().path(&format!("/l/{}/{rest}", self.visitor.visit.launch_id))
    }

    /// The address of a page by its id.
    fn page_path(&self, id: &str) -> String {
        if id == self.study.home() { self.path("") } else { self.path(&format!("p/{id}")) }
    }

    fn link(&self, page: &Page<'_>) -> Link {
        Link::new(self.page_path(page.id(&self.study.course)), page.title(&self.study.course))
    }

    /// Fields that every form of ours carries.
    fn hidden(&self) -> Vec<(String, String)> {
        vec![(crate::web::extract::FORM_TOKEN.to_owned(), self.visitor.visit.form_token.clone())]
    }

    /// Course links become addresses of this launch.
    fn rewrite(&self, html: &str) -> String {
        let app = &self.state.app;
        let now = app.now();
        links::rewrite(html, |target| match target {
            Target::Page { id, anchor } => format!("{}{}", self.page_path(id), anchor.map(|a| format!("#{a}")).unwrap_or_default()),
            Target::Asset(path) => match self.study.course.assets.get(path) {
                Some(asset) => self.state.site().path(&app.media.address(path, &asset.sha256, now)),
                None => String::new(),
            },
        })
    }

    fn bar(&self) -> Result<String, askama::Error> {
        let (done, total) = self.study.done();
        let title = self.study.page(self.study.home()).map(|p| p.title(&self.study.course).to_owned()).unwrap_or_default();
        let links = if self.visitor.visit.is_teacher() { vec![Link::new(self.path("class"), "Class")] } else { Vec::new() };
        Bar { title, home: Some(self.path("")), done, total, links }.render()
    }

    /// A whole page around `main`; `data` is what its script needs.
    fn show(&self, title: &str, current: &str, main: &str, data: Value) -> Result<HttpResponse, Error> {
        let render = || -> Result<Shell<'_>, askama::Error> {
            Ok(Shell {
                lang: &self.study.course.language,
                title: title.to_owned(),
                style: self.state.assets.path("ferry.css"),
                icon: self.state.assets.path("icon.svg"),
                theme: self.state.assets.path("theme.js"),
                script: self.state.assets.path("player.js"),
                bearer: self.visitor.by_bearer.then(|| (self.state.assets.path("bearer.js"), self.visitor.visit.launch_id.as_str())),
                bar: self.bar()?,
                outline: Outline { title: self.study.course.title.clone(), modules: self.outline(current) }.render()?,
                main: self.rewrite(main),
                // In a script element only `</script` and `<!--` could end it.
                data: self.data(current, data).to_string().replace('<', "\\u003c"),
                leave: self.path("end"),
                form_token: &self.visitor.visit.form_token,
            })
        };
        Ok(html(HttpResponse::Ok(), &render().map_err(Error::internal)?))
    }

    /// What `player/src` reads from `#ferry-data`.
    fn data(&self, page: &str, more: Value) -> Value {
        let mut data = json!({
            "adapter": "lti",
            "page": page,
            "formToken": self.visitor.visit.form_token,
            "progress": self.path("progress"),
            "frameResize": self.visitor.visit.data.resizes,
        });
        if let (Some(data), Value::Object(more)) = (data.as_object_mut(), more) {
            data.extend(more);
        }
        data
    }
}

/// A moment; script tells it in the reader's zone.
pub(crate) fn moment(ms: i64) -> Moment {
    let text = Timestamp::from_millisecond(ms).map(|t| t.strftime("%-d %B %Y, %H:%M UTC").to_string()).unwrap_or_default();
    Moment { iso: iso(ms), text }
}

//! The one document of a package: every lesson, notebook and quiz as a section, readable without script.
//!
//! What the player finds in it:
//! - `<main id="main">` with one `<section class="page" id="<page id>" data-page="home|lesson|notebook|quiz|elsewhere">` per page;
//!   without script all are shown one after another, with script the one that the hash names (`#<page id>` or
//!   `#<page id>--<heading>`).
//! - `<script type="application/json" id="ferry-course">`: see [`data`].

mod data;

use std::collections::BTreeSet;

use askama::Template;

use crate::course::{Course, Lesson, Module, NotebookPage, Quiz};

use super::{Finish, PackageError, scope::Selection};

/// A rendered document and the course files it refers to.
pub(crate) struct Page {
    pub(crate) html: String,
    /// Paths in [`Course::assets`].
    pub(crate) assets: BTreeSet<String>,
}

#[derive(Template)]
#[template(path = "package/index.html")]
struct Document<'a> {
    course: &'a Course,
    title: &'a str,
    summary: &'a str,
    whole: bool,
    modules: Vec<ModulePart<'a>>,
    elsewhere: Vec<Elsewhere<'a>>,
    data: &'a str,
}

struct ModulePart<'a> {
    module: &'a Module,
    lessons: Vec<LessonPart<'a>>,
    quiz: Option<&'a Quiz>,
}

struct LessonPart<'a> {
    lesson: &'a Lesson,
    html: String,
    notebooks: Vec<NotebookPart<'a>>,
}

struct NotebookPart<'a> {
    notebook: &'a NotebookPage,
    html: String,
    file: String,
}

/// A page that this package links to and does not hold.
struct Elsewhere<'a> {
    id: String,
    title: &'a str,
    module: &'a Module,
}

/// Where a file of the course lies in the package.
pub(crate) fn asset_href(path: &str) -> String {
    format!("assets/{path}")
}

/// Renders the document of a selection.
pub(crate) fn render(selection: &Selection<'_>, finish: Finish) -> Result<Page, PackageError> {
    let mut links = Links { selection, assets: BTreeSet::new(), elsewhere: BTreeSet::new() };
    let modules: Vec<_> = selection.modules().map(|module| links.module(module)).collect();
    let data = data::json(selection, finish, &mut links)?;
    let Links { assets, elsewhere, .. } = links;
    let elsewhere = elsewhere.into_iter().filter_map(|id| locate(selection.course, id)).collect();
    let html = Document {
        course: selection.course,
        title: &selection.title(),
        summary: &selection.summary(),
        whole: selection.module.is_none(),
        modules,
        elsewhere,
        data: &data,
    }
    .render()?;
    Ok(Page { html, assets })
}

fn locate(course: &Course, id: String) -> Option<Elsewhere<'_>> {
    course.modules.iter().find_map(|module| {
        let lesson = module.lessons.iter().find(|l| l.id == id).map(|l| l.title.as_str());
        let notebook = || module.lessons.iter().flat_map(|l| &l.notebooks).find(|n| n.id == id).map(|n| n.title.as_str());
        let quiz = || module.quiz.as_ref().filter(|q| q.id == id).map(|q| q.title.as_str());
        let title = lesson.or_else(notebook).or_else(quiz)?;
        Some(Elsewhere { id: id.clone(), title, module })
    })
}

/// Turns the course's private link schemes into links of this document and notes what it needs.
struct Links<'a> {
    selection: &'a Selection<'a>,
    assets: BTreeSet<String>,
    elsewhere: BTreeSet<String>,
}

impl Links<'_> {
    fn rewrite(&mut self, html: &str) -> String {
        self.replace(html, ["=\"page:", "=\"asset:"], '"')
    }

    fn replace(&mut self, text: &str, schemes: [&str; 2], quote: char) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((at, scheme)) = schemes.iter().filter_map(|s| Some((rest.find(s)?, *s))).min() {
            let value = &rest[at + scheme.len()..];
            let end = value.find(quote).unwrap_or(value.len());
            let link = if scheme.ends_with("page:") { self.page(&value[..end]) } else { self.asset(&value[..end]) };
            out.push_str(&rest[..at]);
            out.push_str(scheme.trim_end_matches("page:").trim_end_matches("asset:"));
            out.push_str(&link);
            rest = &value[end..];
        }
        out.push_str(rest);
        out
    }

    /// The same inside JSON, where the quote of an attribute is escaped.
    fn rewrite_json(&mut self, json: &str) -> String {
        self.replace(json, ["=\\\"page:", "=\\\"asset:"], '\\')
    }

    fn page(&mut self, target: &str) -> String {
        let (page, anchor) = target.split_once('#').map_or((target, None), |(p, a)| (p, Some(a)));
        if self.selection.holds(page) {
            format!("#{}", anchor.unwrap_or(page))
        } else {
            self.elsewhere.insert(page.to_owned());
            format!("#elsewhere-{page}")
        }
    }

    fn asset(&mut self, path: &str) -> String {
        self.assets.insert(path.to_owned());
        asset_href(path)
    }

    fn module<'m>(&mut self, module: &'m Module) -> ModulePart<'m> {
        let lessons = module
            .lessons
            .iter()
            .map(|lesson| LessonPart {
                lesson,
                html: self.rewrite(&lesson.html),
                notebooks: lesson
                    .notebooks
                    .iter()
                    .map(|notebook| NotebookPart { notebook, html: self.rewrite(&notebook.html), file: self.asset(&notebook.asset) })
                    .collect(),
            })
            .collect();
        ModulePart { module, lessons, quiz: module.quiz.as_ref() }
    }
}

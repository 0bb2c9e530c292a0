//! The one document of a package: every lesson, notebook and quiz as a page of it, readable without script.
//!
//! The shell and the parts are those of [`super::player::view`]; the server builds its pages from the same ones. Here every page is
//! in the document, links are `#<page id>` or `#<heading id>`, and script shows one page at a time.

mod data;
mod links;
mod parts;

use std::collections::BTreeSet;

use askama::Template;

use super::{Finish, PackageError, scope::Selection};
use links::Links;

/// A rendered document and the course files it refers to.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) html: String,
    /// Paths in [`crate::course::Course::assets`].
    pub(crate) assets: BTreeSet<String>,
}

#[derive(Template)]
#[template(path = "package/index.html")]
struct Document<'a> {
    language: &'a str,
    title: &'a str,
    summary: &'a str,
    start: &'a str,
    bar: String,
    outline: String,
    pages: Vec<String>,
    elsewhere: Vec<parts::Elsewhere<'a>>,
    data: &'a str,
    keys: Vec<(&'a str, String)>,
}

/// Where a file of the course lies in the package.
pub(crate) fn asset_href(path: &str) -> String {
    format!("assets/{path}")
}

/// Renders the document of a selection.
pub(crate) fn render(selection: &Selection<'_>, finish: Finish) -> Result<Page, PackageError> {
    let links = Links::new(selection);
    let mut pages = vec![parts::home(selection).render()?];
    for module in selection.modules() {
        pages.extend(parts::module(selection, module, &links)?);
    }
    if selection.module.is_none() {
        for side in &selection.course.side {
            pages.push(parts::side_page(selection, None, side, &links).render()?);
        }
    }
    let quizzes = selection.modules().filter_map(|m| m.quiz.as_ref());
    let keys = quizzes.map(|quiz| Ok((quiz.id.as_str(), data::key(quiz, &links)?))).collect::<Result<_, PackageError>>()?;
    let data = data::facts(selection, finish)?;
    let (assets, missing) = links.into_needs();
    let elsewhere = missing.into_iter().filter_map(|id| parts::elsewhere(selection.course, id)).collect();
    let document = Document {
        language: &selection.course.language,
        title: selection.title(),
        summary: selection.summary(),
        start: selection.start(),
        bar: parts::bar(selection).render()?,
        outline: parts::outline(selection).render()?,
        pages,
        elsewhere,
        data: &data,
        keys,
    };
    Ok(Page { html: document.render()?, assets })
}

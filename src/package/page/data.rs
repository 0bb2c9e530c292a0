//! The facts that the player works with, as JSON inside the page: `PackageData` and `Quiz` of `player/src/types.js`.

use serde::Serialize;
use serde_json::Value;

use super::links::Links;
use crate::{
    course::Quiz,
    package::{Finish, PackageError, scope::Selection},
};

#[derive(Serialize)]
struct Facts<'a> {
    kind: &'static str,
    course: &'a str,
    scope: &'a str,
    content: &'a str,
    start: &'a str,
    status: &'static str,
    pass_mark: f64,
    modules: Vec<ModuleFacts<'a>>,
}

#[derive(Serialize)]
struct ModuleFacts<'a> {
    id: &'a str,
    title: &'a str,
    weight: f64,
    lessons: Vec<&'a str>,
    quiz: Option<&'a str>,
}

/// What the package holds and how it counts.
pub(super) fn facts(selection: &Selection<'_>, finish: Finish) -> Result<String, PackageError> {
    let modules = selection.modules().map(|module| ModuleFacts {
        id: &module.id,
        title: &module.title,
        weight: module.weight,
        lessons: module.lessons.iter().map(|l| l.id.as_str()).collect(),
        quiz: module.quiz.as_ref().map(|q| q.id.as_str()),
    });
    in_script(&Facts {
        kind: "package",
        course: &selection.course.id,
        scope: selection.start(),
        content: &selection.course.content_hash,
        start: selection.start(),
        status: match finish {
            Finish::Completed => "completed",
            Finish::PassedFailed => "passed",
        },
        pass_mark: selection.pass_mark().unwrap_or(selection.course.grading.pass_mark),
        modules: modules.collect(),
    })
}

/// A quiz with its answers, links rewritten.
pub(super) fn key(quiz: &Quiz, links: &Links<'_>) -> Result<String, PackageError> {
    let mut value = serde_json::to_value(quiz)?;
    rewrite(&mut value, false, links);
    in_script(&value)
}

/// Rewrites every text whose field is called `html` or `…_html`.
fn rewrite(value: &mut Value, html: bool, links: &Links<'_>) {
    match value {
        Value::String(text) if html => *text = links.html(text),
        Value::Array(items) => items.iter_mut().for_each(|item| rewrite(item, false, links)),
        Value::Object(fields) => fields.iter_mut().for_each(|(name, item)| rewrite(item, name.ends_with("html"), links)),
        _ => {}
    }
}

/// JSON that cannot end its script element.
fn in_script(value: &impl Serialize) -> Result<String, PackageError> {
    Ok(serde_json::to_string(value)?.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029"))
}

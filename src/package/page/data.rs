//! The facts that the player works with, as JSON inside the page.
//!
//! `{ v, course, version, hash, scope, id, title, status, passMark, modules: [{ id, title, weight, lessons: [{ id, title, minutes,
//! notebooks }], quiz }], quizzes: [Quiz] }`. `status` is what SCORM 1.2 reports at the end: `completed` or `passed`.
//! `quizzes` holds the model's serde form, answers included, with links rewritten.

use serde::Serialize;

use super::Links;
use crate::{
    course::Quiz,
    package::{Finish, PackageError, scope::Selection},
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Data<'a> {
    v: u8,
    course: &'a str,
    version: &'a str,
    hash: &'a str,
    scope: &'static str,
    id: &'a str,
    title: &'a str,
    status: &'static str,
    pass_mark: Option<f64>,
    modules: Vec<ModuleData<'a>>,
    quizzes: Vec<Quiz>,
}

#[derive(Serialize)]
struct ModuleData<'a> {
    id: &'a str,
    title: &'a str,
    weight: f64,
    lessons: Vec<LessonData<'a>>,
    quiz: Option<&'a str>,
}

#[derive(Serialize)]
struct LessonData<'a> {
    id: &'a str,
    title: &'a str,
    minutes: u16,
    notebooks: Vec<&'a str>,
}

/// The data, safe inside a script element.
pub(super) fn json(selection: &Selection<'_>, finish: Finish, links: &mut Links<'_>) -> Result<String, PackageError> {
    let course = selection.course;
    let data = Data {
        v: 1,
        course: &course.id,
        version: &course.version,
        hash: &course.content_hash,
        scope: if selection.module.is_some() { "module" } else { "course" },
        id: selection.module.map_or(&course.id, |m| &m.id),
        title: &selection.title(),
        status: match finish {
            Finish::Completed => "completed",
            Finish::PassedFailed => "passed",
        },
        pass_mark: selection.pass_mark(),
        modules: selection
            .modules()
            .map(|module| ModuleData {
                id: &module.id,
                title: &module.title,
                weight: module.weight,
                lessons: module
                    .lessons
                    .iter()
                    .map(|lesson| LessonData {
                        id: &lesson.id,
                        title: &lesson.title,
                        minutes: lesson.minutes,
                        notebooks: lesson.notebooks.iter().map(|n| n.id.as_str()).collect(),
                    })
                    .collect(),
                quiz: module.quiz.as_ref().map(|q| q.id.as_str()),
            })
            .collect(),
        quizzes: selection.modules().filter_map(|m| m.quiz.clone()).collect(),
    };
    let json = serde_json::to_string(&data)?;
    // Quotes inside strings are escaped in JSON, so attribute values begin with `=\"`.
    Ok(links.rewrite_json(&json).replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029"))
}

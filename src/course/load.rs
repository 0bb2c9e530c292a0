//! A source tree in, a course or every diagnostic out.

use std::collections::BTreeMap;

use super::{
    cache::RenderCache,
    diagnostic::{Diagnostic, Diagnostics, Kind, Spot},
    front_matter, links,
    manifest::{self, CourseFile},
    markdown::{self, Fragments},
    model::{Asset, Course, Lesson, Module, Quiz},
    quiz,
    source::Source,
};
use crate::ids::sha256_hex;

/// Reads a course.
///
/// # Errors
/// Every finding, warnings included, when something keeps the course from being used.
pub fn load(source: &Source, cache: Option<&mut dyn RenderCache>) -> Result<Course, Diagnostics> {
    match check(source, cache) {
        (Some(course), found) if !found.blocking() => Ok(course),
        (_, found) => Err(found),
    }
}

/// Reads a course and answers with every finding. There is a course if there is a readable `course.toml`; use it only if
/// nothing [blocks](Diagnostics::blocking).
#[must_use]
pub fn check(source: &Source, _cache: Option<&mut dyn RenderCache>) -> (Option<Course>, Diagnostics) {
    let mut found = Vec::new();
    let Some(text) = source.get("course.toml").and_then(|b| std::str::from_utf8(b).ok()) else {
        found.push(Diagnostic::new(Kind::MissingFile, "course.toml", Spot::START, "there is no course.toml"));
        return (None, Diagnostics::new(found));
    };
    let (file, bad) = manifest::course("course.toml", text);
    found.extend(bad);
    let mut assets = BTreeMap::new();
    let mut modules = Vec::new();
    let mut dirs: Vec<String> = source.under("modules").filter_map(|(p, _)| p.split('/').nth(1).map(str::to_owned)).collect();
    dirs.dedup();
    for dir in dirs {
        if let Some(module) = module(source, &dir, &file, &mut assets, &mut found) {
            modules.push(module);
        }
    }
    let place = |m: &Module| file.order.iter().position(|o| o.value == m.id).unwrap_or(usize::MAX);
    modules.sort_by_key(place);
    let course = Course {
        id: file.id,
        title: file.title,
        version: file.version,
        language: file.language,
        summary: file.summary,
        license: file.license,
        credits: file.credits,
        grading: file.grading,
        modules,
        jumps: file.jumps.into_iter().map(|(j, _)| j).collect(),
        assets,
        content_hash: source.hash(),
    };
    (Some(course), Diagnostics::new(found))
}

fn module(
    source: &Source,
    dir: &str,
    course: &CourseFile,
    assets: &mut BTreeMap<String, Asset>,
    found: &mut Vec<Diagnostic>,
) -> Option<Module> {
    let base = format!("modules/{dir}");
    let toml_path = format!("{base}/module.toml");
    let text = std::str::from_utf8(source.get(&toml_path)?).ok()?;
    let (file, bad) = manifest::module(&toml_path, text);
    found.extend(bad);
    for folder in ["media", "figures", "data", "notebooks"] {
        for (path, bytes) in source.under(&format!("{base}/{folder}")) {
            let name = path.strip_prefix("modules/").unwrap_or(path);
            let media_type = mime_guess::from_path(path).first_or_octet_stream().essence_str().to_owned();
            let asset = Asset { path: name.to_owned(), media_type, sha256: sha256_hex(bytes), bytes: bytes.to_vec() };
            assets.insert(name.to_owned(), asset);
        }
    }
    let mut lessons = Vec::new();
    for (path, bytes) in source.under(&base) {
        let name = path.strip_prefix(&format!("{base}/")).unwrap_or(path);
        let Some(number) = name.strip_suffix(".md").and_then(|n| n.split('-').next()).and_then(|n| n.parse().ok()) else { continue };
        let Ok(text) = std::str::from_utf8(bytes) else { continue };
        let (front, bad) = front_matter::read(path, text);
        found.extend(bad);
        let Some(front) = front else { continue };
        let rendered = markdown::page(path, &front.id.value, text);
        found.extend(rendered.found);
        lessons.push(Lesson {
            id: front.id.value,
            number,
            title: front.title,
            summary: front.summary,
            minutes: front.minutes,
            outcomes: front.outcomes.into_iter().map(|o| o.value).collect(),
            html: resolve(&rendered.html, dir, &rendered.links),
            headings: rendered.headings,
            words: rendered.words,
            notebooks: Vec::new(),
        });
    }
    let quiz = quiz_of(source, &base, dir, &file.id.value, course, found);
    Some(Module {
        id: file.id.value,
        number: dir.split('-').next().and_then(|n| n.parse().ok()).unwrap_or(0),
        dir: dir.to_owned(),
        title: file.title,
        summary: file.summary,
        outcomes: file.outcomes.into_iter().map(|(o, _)| o).collect(),
        hours: file.hours,
        weight: file.weight,
        lessons,
        planned: file.planned.into_iter().map(|(p, _)| p).collect(),
        quiz,
    })
}

fn quiz_of(source: &Source, base: &str, dir: &str, module_id: &str, course: &CourseFile, found: &mut Vec<Diagnostic>) -> Option<Quiz> {
    let path = format!("{base}/quiz.toml");
    let text = std::str::from_utf8(source.get(&path)?).ok()?;
    let quiz_id = format!("{module_id}-quiz");
    let (file, bad, _) = quiz::read(&path, text, module_id, Fragments::new(&path, &quiz_id, Vec::new()));
    found.extend(bad);
    found.extend(file.rendered.found.iter().cloned());
    let mut quiz = file.quiz;
    quiz.attempts = file.attempts.unwrap_or(course.grading.attempts);
    quiz.pass_mark = file.pass_mark.unwrap_or(course.grading.pass_mark);
    quiz.grade = course.grading.grade;
    for html in quiz.html_mut() {
        *html = resolve(html, dir, &file.rendered.links);
    }
    Some(quiz)
}

fn resolve(html: &str, dir: &str, list: &[markdown::Link]) -> String {
    links::rewrite_urls(html, |url| {
        let link = list.get(url.strip_prefix("ref:")?.parse::<usize>().ok()?)?;
        Some(if link.url.starts_with('#') { link.url.clone() } else { format!("asset:{dir}/{}", link.url) })
    })
}

//! The course that ships.

use std::{collections::BTreeSet, sync::LazyLock};

use courseferry::course::{Course, Diagnostic, Kind, QuestionKind, Severity, SideKind, Source, check, links};

fn embedded() -> &'static Course {
    static COURSE: LazyLock<Course> = LazyLock::new(|| {
        let (course, found) = check(&Source::embedded(), None);
        // A fact may stand in its file before the lesson that shows it, and the bank of the exam fills with the modules.
        let early = |d: &Diagnostic| d.severity == Severity::Warning && (d.file == "facts.toml" || d.kind == Kind::SmallBank);
        let told: Vec<_> = found.0.iter().filter(|d| !early(d)).map(ToString::to_string).collect();
        assert_eq!(told, Vec::<String>::new(), "the course that ships has no problems");
        course.unwrap()
    });
    &COURSE
}

fn pages(course: &Course) -> Vec<(String, String)> {
    let mut out: Vec<_> = course.side.iter().map(|s| (s.id.clone(), s.html.clone())).collect();
    for module in &course.modules {
        for lesson in &module.lessons {
            out.push((lesson.id.clone(), lesson.html.clone()));
            out.extend(lesson.notebooks.iter().map(|n| (n.id.clone(), n.html.clone())));
        }
        out.extend(module.side.iter().map(|s| (s.id.clone(), s.html.clone())));
        if let Some(mut quiz) = module.quiz.clone() {
            let html: String = quiz.html_mut().into_iter().map(|h| h.clone()).collect();
            out.push((quiz.id.clone(), html));
        }
    }
    out
}

#[test]
fn the_course_that_ships_is_whole() {
    let course = embedded();
    let modules: Vec<_> = course.modules.iter().filter(|m| !m.exam).collect();
    assert_eq!(modules.len(), 14);
    for module in modules {
        assert!(!module.lessons.is_empty(), "{} has no lesson", module.id);
        let quiz = module.quiz.as_ref().unwrap_or_else(|| panic!("{} has no quiz", module.id));
        assert!(quiz.questions.len() >= 6, "{} has {} questions", quiz.id, quiz.questions.len());
        for question in &quiz.questions {
            assert!(question.outcome.is_some() && question.lesson.is_some(), "{} names no outcome or lesson", question.id);
            if let QuestionKind::Single { options } | QuestionKind::Multiple { options } = &question.kind {
                assert!(options.iter().all(|o| !o.why_html.is_empty()), "{} has an option without a reason", question.id);
            }
        }
    }
}

#[test]
fn every_paper_that_a_lesson_cites_is_on_the_list() {
    let course = embedded();
    let list: String = course.side.iter().filter(|s| s.kind == SideKind::Papers).map(|s| s.html.as_str()).collect();
    let address = "https://arxiv.org/abs/";
    assert!(list.matches(address).count() >= 140, "{} papers", list.matches(address).count());
    for lesson in course.modules.iter().flat_map(|m| &m.lessons) {
        for (at, _) in lesson.html.match_indices(address) {
            let id: String = lesson.html[at + address.len()..].chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
            assert!(list.contains(&format!("{address}{id}\"")), "{} cites {id}, which papers.toml does not list", lesson.id);
        }
    }
}

#[test]
fn every_link_of_the_course_that_ships_leads_somewhere() {
    let course = embedded();
    let pages = pages(course);
    for (id, html) in &pages {
        for url in links::targets(html) {
            match links::Target::parse(&url).unwrap() {
                links::Target::Asset(path) => assert!(course.assets.contains_key(path), "{id}: {url}"),
                links::Target::Page { id: to, anchor } => {
                    let (_, there) = pages.iter().find(|(p, _)| p == to).unwrap_or_else(|| panic!("{id}: {url}"));
                    assert!(anchor.is_none_or(|a| there.contains(&format!("id=\"{a}\""))), "{id}: {url}");
                }
            }
        }
    }
}

#[test]
fn the_html_of_the_course_that_ships_suits_a_strict_policy_and_one_document() {
    let mut ids = BTreeSet::new();
    for (id, html) in pages(embedded()) {
        for bad in [" style=", "<script", "<iframe", " on", "ref:", "javascript:", "\u{E000}", "\u{E001}", "\u{E002}"] {
            let tags = html.split('<').filter_map(|t| t.split_once('>')).map(|(tag, _)| format!("<{tag}"));
            let hit = tags.into_iter().find(|tag| {
                tag.contains(bad) && (bad != " on" || tag.contains("=\"") && tag.split('"').step_by(2).any(|p| p.contains(" on")))
            });
            assert!(hit.is_none(), "{id}: {bad} in {hit:?}");
        }
        for part in html.split(" id=\"").skip(1) {
            let element = part.split('"').next().unwrap().to_owned();
            assert!(element.starts_with(&format!("{id}--")), "{element} on {id}");
            assert!(ids.insert(element.clone()), "{element} comes twice");
        }
        for image in html.split("<img ").skip(1) {
            let tag = image.split('>').next().unwrap();
            assert!(tag.contains(" width=\"") && !tag.contains("alt=\"\""), "{id}: {tag}");
        }
    }
}

#[cfg(feature = "figures")]
#[test]
fn stored_figures_are_what_would_be_drawn_now() {
    for source in [Source::embedded(), super::tiny()] {
        for figure in courseferry::course::figures::sources(&source).unwrap() {
            let drawn = courseferry::course::draw::draw(&figure.id, &figure.text).unwrap();
            assert!(source.get(&figure.path) == Some(drawn.as_bytes()), "{} is stale: run `ferry figures`", figure.path);
        }
    }
}

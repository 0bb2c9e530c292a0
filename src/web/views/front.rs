//! The front door.

use askama::Template;

use super::{Base, tools::count};
use crate::{
    course::{Course, Module},
    package::Format,
    web::State,
};

#[derive(Template)]
#[template(path = "web/front.html")]
pub(crate) struct FrontPage<'a> {
    base: Base,
    course: &'a Course,
    facts: Vec<String>,
    modules: Vec<Stop<'a>>,
    packages: String,
    register: String,
    admin: String,
    files: usize,
}

/// A module on the map.
struct Stop<'a> {
    number: u16,
    title: &'a str,
    summary: &'a str,
    note: String,
}

impl<'a> FrontPage<'a> {
    pub(crate) fn new(state: &State, course: &'a Course) -> Self {
        Self {
            base: Base { lang: course.language.clone(), ..Base::new(state) },
            facts: facts(course),
            modules: course.modules.iter().map(stop).collect(),
            packages: state.site().path("/admin/packages"),
            register: state.site().path("/admin/platforms/add"),
            admin: state.site().path("/admin"),
            files: (course.modules.len() + 1) * Format::ALL.len(),
            course,
        }
    }
}

fn facts(course: &Course) -> Vec<String> {
    let (read, lab) = course.modules.iter().fold((0.0, 0.0), |(read, lab), m| (read + m.hours.read, lab + m.hours.lab));
    let lessons = course.modules.iter().map(|m| m.lessons.len()).sum();
    let quizzes = course.modules.iter().filter(|m| m.quiz.is_some()).count();
    let mut facts = vec![count(course.modules.len(), "module", "modules"), count(lessons, "lesson", "lessons")];
    facts.push(count(quizzes, "quiz", "quizzes"));
    if read > 0.0 {
        facts.push(format!("{} of reading", hours(read)));
    }
    if lab > 0.0 {
        facts.push(format!("{} of practice", hours(lab)));
    }
    facts
}

fn stop(module: &Module) -> Stop<'_> {
    let lessons = if module.exam { "exam".to_owned() } else { count(module.lessons.len(), "lesson", "lessons") };
    let quiz = if module.quiz.is_some() && !module.exam { ", quiz" } else { "" };
    let time = module.hours.read + module.hours.lab;
    let time = if time > 0.0 { format!(", {}", hours(time)) } else { String::new() };
    Stop { number: module.number, title: &module.title, summary: &module.summary, note: format!("{lessons}{quiz}{time}") }
}

/// `3 hours`, `2.5 hours`.
fn hours(h: f64) -> String {
    let halves = (h * 2.0).round() / 2.0;
    if (halves - 1.0).abs() < f64::EPSILON { "1 hour".to_owned() } else { format!("{halves} hours") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::fixture;

    #[test]
    fn hours_are_told_in_halves() {
        assert_eq!([hours(1.0), hours(2.4), hours(0.6), hours(12.0)], ["1 hour", "2.5 hours", "0.5 hours", "12 hours"]);
    }

    #[test]
    fn the_facts_count_what_there_is() {
        let course = fixture::course();
        let facts = facts(&course);
        assert_eq!(facts[0], count(course.modules.len(), "module", "modules"));
        assert!(facts.iter().any(|f| f.contains("quiz")));
    }
}

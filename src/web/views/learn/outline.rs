//! The outline beside a page, and the start page.

use actix_web::HttpResponse;
use askama::Template as _;
use serde_json::json;

use super::{Learn, words};
use crate::{
    app::content::{self, Page},
    course::{Lesson, Module},
    package::player::view::{Home, ModuleCard, OutlineEntry, OutlineModule, PageKind},
    web::Error,
};

impl Learn<'_> {
    /// Every page this link opens, with what is done.
    pub(super) fn outline(&self, current: &str) -> Vec<OutlineModule> {
        let modules = self.study.modules().map(|module| {
            let quiz_done = !self.study.completion(module).quiz_missing;
            let mut entries: Vec<OutlineEntry> = content::pages(module).map(|page| self.entry(&page, current, quiz_done)).collect();
            let at = entries.iter().position(|e| e.kind == PageKind::Quiz).unwrap_or(entries.len());
            entries.splice(at..at, module.planned.iter().map(|p| planned(&p.title)));
            entries.extend(content::side(module).map(|page| self.entry(&page, current, false)));
            OutlineModule {
                id: module.id.clone(),
                title: module.numbered(),
                open: module.id == current || entries.iter().any(|e| e.current),
                entries,
            }
        });
        // A link to one module opens nothing that is for the whole course.
        let beside = self
            .study
            .course
            .side
            .iter()
            .filter(|_| self.study.only.is_none())
            .map(|side| self.entry(&Page::Side(None, side), current, false));
        modules.chain(OutlineModule::beside(beside.collect())).collect()
    }

    fn entry(&self, page: &Page<'_>, current: &str, quiz_done: bool) -> OutlineEntry {
        let course = &self.study.course;
        let id = page.id(course);
        let (kind, minutes, done) = match page {
            Page::Lesson(_, lesson) => (PageKind::Lesson, lesson.minutes, self.study.read.contains(&lesson.id)),
            Page::Quiz(..) => (PageKind::Quiz, 0, quiz_done),
            Page::Side(_, side) => (PageKind::Side(side.kind), 0, false),
            _ => (PageKind::Notebook, 0, false),
        };
        OutlineEntry {
            id: id.to_owned(),
            kind,
            title: page.title(course).to_owned(),
            href: Some(self.page_path(id)),
            minutes,
            done,
            current: id == current,
        }
    }

    /// The start page of the course, or of one of its modules.
    pub(crate) fn home(&self, module: Option<&Module>) -> Result<HttpResponse, Error> {
        let course = &self.study.course;
        let resume = self.study.resume().filter(|p| module.is_none() || p.module().map(|m| &m.id) == module.map(|m| &m.id));
        let first = self.study.sequence().into_iter().find(|p| module.is_none() || p.module().map(|m| &m.id) == module.map(|m| &m.id));
        let begun = !self.study.read.is_empty() || !self.study.attempts.is_empty();
        let (start_href, start_text) = match (&resume, begun, &first) {
            (Some(page), true, _) => (self.link(page).href, format!("Go on: {}", page.title(course))),
            (Some(page), false, _) => (self.link(page).href, "Start".to_owned()),
            (None, _, Some(page)) => (self.link(page).href, "Read again".to_owned()),
            (None, _, None) => (self.path(""), "Start".to_owned()),
        };
        let home = Home {
            id: module.map_or(&course.id, |m| &m.id).clone(),
            kicker: module.map(Module::place).unwrap_or_default(),
            title: module.map_or(&course.title, |m| &m.title).clone(),
            summary: module.map_or(&course.summary, |m| &m.summary).clone(),
            start_href,
            start_text,
            completion: module.map_or_else(|| self.course_missing(), |m| words::missing(m, &self.study.completion(m))),
            outcomes: module.map(|m| m.outcomes.iter().map(|o| o.text.clone()).collect()).unwrap_or_default(),
            modules: if module.is_none() { course.modules.iter().map(|m| self.card(m)).collect() } else { Vec::new() },
            credits: credits(course),
        };
        let main = home.render().map_err(Error::internal)?;
        self.show(&home.title, &home.id, &main, json!({ "kind": "home" }))
    }

    fn course_missing(&self) -> String {
        let all = self.study.modules().count();
        let done = self.study.modules().filter(|m| self.study.completion(m).complete).count();
        if done == all { "Complete.".to_owned() } else { format!("{done} of {} complete.", words::count(all, "module", "modules")) }
    }

    fn card(&self, module: &Module) -> ModuleCard {
        let state = self.study.completion(module);
        let mut parts: Vec<String> = Vec::new();
        parts.extend((!module.lessons.is_empty()).then(|| words::count(module.lessons.len(), "lesson", "lessons")));
        let hours = module.hours.read + module.hours.lab;
        parts.extend((hours > 0.0).then(|| format!("{hours} h")));
        parts.extend(module.quiz.as_ref().map(|_| if module.exam { "exam" } else { "quiz" }.to_owned()));
        let total = module.lessons.len() + usize::from(module.quiz.is_some());
        let done = total - state.unread.len() - usize::from(state.quiz_missing);
        parts.push(if state.complete { "✓ complete".to_owned() } else { format!("{done} of {total} done") });
        ModuleCard {
            id: module.id.clone(),
            href: self.page_path(&module.id),
            title: module.title.clone(),
            summary: module.summary.clone(),
            // Lines break between the parts only.
            note: parts.iter().map(|p| p.replace(' ', "\u{a0}")).collect::<Vec<_>>().join(" · "),
        }
    }
}

fn planned(title: &str) -> OutlineEntry {
    OutlineEntry {
        id: String::new(),
        kind: PageKind::Planned,
        title: title.to_owned(),
        href: None,
        minutes: 0,
        done: false,
        current: false,
    }
}

fn credits(course: &crate::course::Course) -> Vec<String> {
    std::iter::once(format!("Licence of the text: {}", course.license)).chain(course.credits.iter().cloned()).collect()
}

/// `Module 1 · lesson 2 of 6 · 25 min`.
pub(super) fn kicker(module: &Module, lesson: &Lesson) -> String {
    let at = module.lessons.iter().position(|l| l.id == lesson.id).map_or(1, |i| i + 1);
    let minutes = if lesson.minutes > 0 { format!(" · {} min", lesson.minutes) } else { String::new() };
    format!("{} · lesson {at} of {}{minutes}", module.place(), module.lessons.len())
}

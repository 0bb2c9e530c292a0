//! The parts of the document, from the course.

use askama::Template;

use super::links::Links;
use crate::{
    course::{Course, GradePolicy, Lesson, Module, Quiz, QuizLayout, SidePage},
    learning::{Responses, draw},
    package::{
        PackageError,
        player::{
            questions::to_answer,
            view::{Bar, Home, LessonPage, Link, ModuleCard, Outline, OutlineEntry, OutlineModule, PageKind, QuizPage},
        },
        scope::Selection,
    },
};

/// A page that this package links to and does not hold.
pub(super) struct Elsewhere<'a> {
    pub(super) id: String,
    pub(super) title: &'a str,
    pub(super) module: Option<&'a Module>,
}

pub(super) fn elsewhere(course: &Course, id: String) -> Option<Elsewhere<'_>> {
    let of_course = course.side.iter().find(|s| s.id == id).map(|s| Elsewhere { id: id.clone(), title: &s.title, module: None });
    of_course.or_else(|| {
        course.modules.iter().find_map(|module| {
            let lessons = module.lessons.iter().map(|l| (&l.id, &l.title));
            let notebooks = module.lessons.iter().flat_map(|l| &l.notebooks).map(|n| (&n.id, &n.title));
            let quiz = module.quiz.iter().map(|q| (&q.id, &q.title));
            let side = module.side.iter().map(|s| (&s.id, &s.title));
            let (_, title) = lessons.chain(notebooks).chain(quiz).chain(side).find(|(page, _)| **page == id)?;
            Some(Elsewhere { id: id.clone(), title, module: Some(module) })
        })
    })
}

pub(super) fn bar(selection: &Selection<'_>) -> Bar {
    Bar {
        title: selection.title().to_owned(),
        home: Some(format!("#{}", selection.start())),
        done: 0,
        total: selection.modules().map(|m| m.lessons.len() + usize::from(m.quiz.is_some())).sum(),
        links: Vec::new(),
    }
}

pub(super) fn outline(selection: &Selection<'_>) -> Outline {
    let entry = |id: &str, kind, title: &str, minutes| OutlineEntry {
        id: id.to_owned(),
        kind,
        title: title.to_owned(),
        href: (kind != PageKind::Planned).then(|| format!("#{id}")),
        minutes,
        done: false,
        current: false,
    };
    let side = |s: &SidePage| entry(&s.id, PageKind::Side(s.kind), &s.title, 0);
    let modules = selection.modules().map(|module| {
        let mut numbered: Vec<(u16, OutlineEntry)> = Vec::new();
        for lesson in &module.lessons {
            numbered.push((lesson.number, entry(&lesson.id, PageKind::Lesson, &lesson.title, lesson.minutes)));
            let notebooks = lesson.notebooks.iter().map(|n| (lesson.number, entry(&n.id, PageKind::Notebook, &n.title, 0)));
            numbered.extend(notebooks);
        }
        numbered.extend(module.planned.iter().map(|p| (p.number, entry("", PageKind::Planned, &p.title, 0))));
        numbered.sort_by_key(|(number, _)| *number);
        let quiz = module.quiz.iter().map(|q| entry(&q.id, PageKind::Quiz, &q.title, 0));
        OutlineModule {
            id: module.id.clone(),
            title: module.numbered(),
            open: false,
            entries: numbered.into_iter().map(|(_, e)| e).chain(quiz).chain(module.side.iter().map(side)).collect(),
        }
    });
    let of_course = selection.course.side.iter().filter(|_| selection.module.is_none());
    Outline { title: selection.title().to_owned(), modules: modules.chain(OutlineModule::beside(of_course.map(side).collect())).collect() }
}

pub(super) fn home(selection: &Selection<'_>) -> Home {
    let course = selection.course;
    let mut credits: Vec<String> = course.credits.clone();
    if !course.license.is_empty() {
        credits.push(format!("Text and questions: {}. Version {}.", course.license, course.version));
    }
    Home {
        id: selection.start().to_owned(),
        kicker: selection.module.map_or_else(String::new, |m| format!("{} · {}", m.place(), course.title)),
        title: selection.title().to_owned(),
        summary: selection.summary().to_owned(),
        start_href: selection.modules().next().map_or_else(String::new, |m| format!("#{}", first_page(m))),
        start_text: "Start".to_owned(),
        completion: completion(selection),
        outcomes: selection.module.map_or_else(Vec::new, |m| m.outcomes.iter().map(|o| o.text.clone()).collect()),
        modules: match selection.module {
            Some(_) => Vec::new(),
            None => selection.modules().map(card).collect(),
        },
        credits,
    }
}

/// What it takes to be complete, before anything is done.
fn completion(selection: &Selection<'_>) -> String {
    let lessons = selection.modules().map(|m| m.lessons.len()).sum();
    let quizzes = selection.modules().filter(|m| m.quiz.is_some()).count();
    match (lessons, quizzes) {
        (n, 0) => format!("To complete: {}.", count(n, "lesson")),
        (0, n) => format!("To complete: {}.", count(n, "quiz")),
        (lessons, n) => format!("To complete: {} and {}.", count(lessons, "lesson"), count(n, "quiz")),
    }
}

fn card(module: &Module) -> ModuleCard {
    let hours = module.hours.read + module.hours.lab;
    let mut note: Vec<String> = (!module.lessons.is_empty()).then(|| count(module.lessons.len(), "lesson")).into_iter().collect();
    if hours > 0.0 {
        note.push(format!("{} h", (hours * 10.0).round() / 10.0));
    }
    note.extend(module.quiz.is_some().then(|| if module.exam { "exam" } else { "quiz" }.to_owned()));
    ModuleCard {
        id: module.id.clone(),
        href: format!("#{}", first_page(module)),
        title: module.title.clone(),
        summary: module.summary.clone(),
        note: note.join(" · "),
    }
}

fn count(n: usize, what: &str) -> String {
    match (n, what) {
        (1, _) => format!("1 {what}"),
        (_, "quiz") => format!("{n} quizzes"),
        _ => format!("{n} {what}s"),
    }
}

fn first_page(module: &Module) -> &str {
    module.lessons.first().map(|l| l.id.as_str()).or(module.quiz.as_ref().map(|q| q.id.as_str())).unwrap_or(&module.id)
}

/// A module's pages in reading order, rendered.
pub(super) fn module(selection: &Selection<'_>, module: &Module, links: &Links<'_>) -> Result<Vec<String>, PackageError> {
    let to = |id: &str, title: &str| Link::new(format!("#{id}"), title);
    let after = selection.modules().skip_while(|m| m.id != module.id).nth(1);
    let onward = after.map(|m| (to(first_page(m), &format!("{}: {}", m.place(), m.title)), String::new()));
    let quiz = module
        .quiz
        .as_ref()
        .map(|q| (to(&q.id, &q.title), if module.exam { "about every module" } else { "the quiz of this module" }.to_owned()));
    let mut pages = Vec::new();
    let mut back = Some(to(selection.start(), selection.title()));
    for (at, lesson) in module.lessons.iter().enumerate() {
        let next = module.lessons.get(at + 1).map(|l| (to(&l.id, &l.title), minutes(l.minutes)));
        let (next, next_note) = next.or_else(|| quiz.clone()).or_else(|| onward.clone()).unzip();
        let next_note = next_note.unwrap_or_default();
        pages.push(lesson_page(module, at, lesson, links, back.take(), next.clone(), next_note.clone()).render()?);
        for notebook in &lesson.notebooks {
            let page = LessonPage {
                id: notebook.id.clone(),
                kind: PageKind::Notebook,
                kicker: format!("{} · notebook", module.place()),
                title: notebook.title.clone(),
                summary: String::new(),
                html: links.html(&notebook.html),
                notebooks: Vec::new(),
                files: vec![Link::new(links.asset(&notebook.asset), "Notebook file (.ipynb)")],
                action: String::new(),
                hidden: Vec::new(),
                read: false,
                back: Some(to(&lesson.id, &lesson.title)),
                next: next.clone(),
                next_note: next_note.clone(),
            };
            pages.push(page.render()?);
        }
        back = Some(to(&lesson.id, &lesson.title));
    }
    if let Some(quiz) = &module.quiz {
        pages.push(quiz_page(module, quiz, links).render()?);
    }
    for side in &module.side {
        pages.push(side_page(selection, Some(module), side, links).render()?);
    }
    Ok(pages)
}

fn lesson_page(
    module: &Module,
    at: usize,
    lesson: &Lesson,
    links: &Links<'_>,
    back: Option<Link>,
    next: Option<Link>,
    next_note: String,
) -> LessonPage {
    let mut kicker = vec![module.place(), format!("lesson {} of {}", at + 1, module.lessons.len())];
    kicker.extend(Some(minutes(lesson.minutes)).filter(|m| !m.is_empty()));
    LessonPage {
        id: lesson.id.clone(),
        kind: PageKind::Lesson,
        kicker: kicker.join(" · "),
        title: lesson.title.clone(),
        summary: lesson.summary.clone(),
        html: links.html(&lesson.html),
        notebooks: lesson.notebooks.iter().map(|n| Link::new(format!("#{}", n.id), n.title.as_str())).collect(),
        files: Vec::new(),
        action: String::new(),
        hidden: Vec::new(),
        read: false,
        back,
        next,
        next_note,
    }
}

/// A page beside the lessons of a module or of the course.
pub(super) fn side_page(selection: &Selection<'_>, module: Option<&Module>, side: &SidePage, links: &Links<'_>) -> LessonPage {
    LessonPage {
        id: side.id.clone(),
        kind: PageKind::Side(side.kind),
        kicker: module.map_or_else(|| selection.course.title.clone(), |m| format!("{} · {}", m.place(), m.title)),
        title: side.title.clone(),
        summary: side.summary.clone(),
        html: links.html(&side.html),
        notebooks: Vec::new(),
        files: side.files.iter().map(|(text, path)| Link::new(links.asset(path), text.as_str())).collect(),
        action: String::new(),
        hidden: Vec::new(),
        read: false,
        back: Some(Link::new(format!("#{}", selection.start()), selection.title())),
        next: None,
        next_note: String::new(),
    }
}

fn minutes(minutes: u16) -> String {
    if minutes == 0 { String::new() } else { format!("{minutes} min") }
}

/// Every question, pools not drawn yet, in the author's order and with its first variant: script draws an attempt from it and
/// changes a stem only where the attempt's is another.
fn quiz_page(module: &Module, quiz: &Quiz, links: &Links<'_>) -> QuizPage {
    let whole = Quiz { pools: Vec::new(), ..quiz.clone() };
    let mut questions = to_answer(&draw(&whole, ""), &Responses::default());
    for (question, authored) in questions.iter_mut().zip(&quiz.questions) {
        question.stem_html = links.html(&authored.stem_html);
        for item in question.options.iter_mut().chain(&mut question.left) {
            item.html = links.html(&item.html);
        }
    }
    QuizPage {
        id: quiz.id.clone(),
        quiz_id: quiz.id.clone(),
        kicker: module.quiz_place(),
        title: quiz.title.clone(),
        intro_html: links.html(&quiz.intro_html),
        facts: facts(quiz),
        layout: match quiz.layout {
            QuizLayout::All => "all",
            QuizLayout::One => "one",
        },
        action: String::new(),
        hidden: Vec::new(),
        questions,
        review: false,
        result: None,
    }
}

fn facts(quiz: &Quiz) -> Vec<String> {
    let counts = match quiz.grade {
        GradePolicy::Best => "the best counts",
        GradePolicy::Last => "the last counts",
    };
    vec![
        count(quiz.asked(), "question"),
        format!("{} % to pass", quiz.pass_mark),
        match quiz.attempts {
            0 => format!("as many attempts as you like, {counts}"),
            1 => "1 attempt".to_owned(),
            n => format!("{n} attempts, {counts}"),
        },
    ]
}

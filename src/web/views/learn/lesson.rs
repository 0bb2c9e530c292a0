//! A lesson, a notebook, and a page that another link opens.

use actix_web::HttpResponse;
use askama::Template;
use serde_json::json;

use super::{Learn, outline::kicker, words};
use crate::{
    app::content::Page,
    course::{Lesson, Module, NotebookPage, SidePage},
    package::player::view::{LessonPage, Link, PageKind},
    web::Error,
};

/// A page of another module.
#[derive(Template)]
#[template(path = "web/learn/elsewhere.html")]
struct Elsewhere<'a> {
    id: &'a str,
    title: &'a str,
    module: &'a str,
    home: Link,
}

impl Learn<'_> {
    /// A lesson with what comes before and after.
    pub(crate) fn lesson(&self, module: &Module, lesson: &Lesson, position: Option<&str>) -> Result<HttpResponse, Error> {
        let read = self.study.read.contains(&lesson.id);
        let (back, next, next_note) = self.neighbours(&lesson.id);
        let page = LessonPage {
            id: lesson.id.clone(),
            kind: PageKind::Lesson,
            kicker: kicker(module, lesson),
            title: lesson.title.clone(),
            summary: lesson.summary.clone(),
            html: lesson.html.clone(),
            notebooks: lesson.notebooks.iter().map(|n| Link::new(self.page_path(&n.id), n.title.as_str())).collect(),
            files: Vec::new(),
            action: self.path(&format!("p/{}/read", lesson.id)),
            hidden: self.hidden(),
            read,
            back,
            next,
            next_note,
        };
        let main = page.render().map_err(Error::internal)?;
        self.show(&lesson.title, &lesson.id, &main, json!({ "kind": "lesson", "read": read, "position": position }))
    }

    /// A notebook with its file.
    pub(crate) fn notebook(&self, module: &Module, lesson: &Lesson, notebook: &NotebookPage) -> Result<HttpResponse, Error> {
        let (back, next, next_note) = self.neighbours(&notebook.id);
        let page = LessonPage {
            id: notebook.id.clone(),
            kind: PageKind::Notebook,
            kicker: format!("{} · notebook of “{}”", module.place(), lesson.title),
            title: notebook.title.clone(),
            summary: String::new(),
            html: notebook.html.clone(),
            notebooks: Vec::new(),
            files: vec![Link::new(format!("asset:{}", notebook.asset), "Download the notebook")],
            action: String::new(),
            hidden: Vec::new(),
            read: false,
            back,
            next,
            next_note,
        };
        let main = page.render().map_err(Error::internal)?;
        self.show(&notebook.title, &notebook.id, &main, json!({ "kind": "notebook" }))
    }

    /// A page beside the lessons.
    pub(crate) fn side(&self, module: Option<&Module>, side: &SidePage) -> Result<HttpResponse, Error> {
        let teacher = side.teacher_files.iter().filter(|_| self.visitor.visit.is_teacher());
        let files = side.files.iter().chain(teacher).map(|(text, path)| Link::new(format!("asset:{path}"), text.as_str())).collect();
        let home = self.study.page(self.study.home()).map(|p| self.link(&p));
        let page = LessonPage {
            id: side.id.clone(),
            kind: PageKind::Side(side.kind),
            kicker: module.map_or_else(|| self.study.course.title.clone(), |m| format!("{} · {}", m.place(), m.title)),
            title: side.title.clone(),
            summary: side.summary.clone(),
            html: side.html.clone(),
            notebooks: Vec::new(),
            files,
            action: String::new(),
            hidden: Vec::new(),
            read: false,
            back: home,
            next: None,
            next_note: String::new(),
        };
        let main = page.render().map_err(Error::internal)?;
        self.show(&side.title, &side.id, &main, json!({ "kind": "side" }))
    }

    /// A page of the course that this link does not open.
    pub(crate) fn elsewhere(&self, page: &Page<'_>) -> Result<HttpResponse, Error> {
        let course = &self.study.course;
        let module = page.module().map_or(course.title.as_str(), |m| m.title.as_str());
        let (id, title) = (page.id(course), page.title(course));
        let main =
            Elsewhere { id, title, module, home: Link::new(self.path(""), "Back to this module") }.render().map_err(Error::internal)?;
        self.show(title, id, &main, json!({ "kind": "elsewhere" }))
    }

    /// Where "go on" leads after a page.
    pub(crate) fn after(&self, id: &str) -> String {
        self.neighbours(id).1.map_or_else(|| self.path(""), |next| next.href)
    }

    /// What comes before and after a page, and a word about the latter.
    pub(super) fn neighbours(&self, id: &str) -> (Option<Link>, Option<Link>, String) {
        let pages = self.study.sequence();
        let at = pages.iter().position(|p| p.id(&self.study.course) == id);
        let back = at.and_then(|i| i.checked_sub(1)).and_then(|i| pages.get(i)).map(|p| self.link(p));
        let next = at.and_then(|i| pages.get(i + 1));
        let note = match next {
            Some(Page::Lesson(_, lesson)) if lesson.minutes > 0 => format!("{} min", lesson.minutes),
            Some(Page::Quiz(module, quiz)) => {
                let state = self.study.completion(module);
                // An exam comes after another module, of which we do not speak here.
                let here = module.lessons.iter().any(|l| l.id == id);
                match (state.quiz_missing, here && state.unread.iter().all(|l| l == id)) {
                    (true, true) => "the quiz is all that is left".to_owned(),
                    (true, false) => words::count(quiz.asked(), "question", "questions"),
                    (false, _) => "done".to_owned(),
                }
            }
            _ => String::new(),
        };
        (back, next.map(|p| self.link(p)), note)
    }
}

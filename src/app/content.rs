//! Finding one's way in a course: pages by id, and their order.

use crate::course::{Course, Lesson, Module, NotebookPage, Quiz, SideKind, SidePage};

/// A page of a course.
#[derive(Debug, Clone, Copy)]
pub enum Page<'a> {
    /// The course's start page.
    Course,
    /// A module's start page.
    Module(&'a Module),
    /// A lesson.
    Lesson(&'a Module, &'a Lesson),
    /// A notebook.
    Notebook(&'a Module, &'a Lesson, &'a NotebookPage),
    /// A quiz.
    Quiz(&'a Module, &'a Quiz),
    /// A page beside the lessons: of a module, or of the course.
    Side(Option<&'a Module>, &'a SidePage),
}

impl<'a> Page<'a> {
    /// The module it belongs to.
    #[must_use]
    pub fn module(&self) -> Option<&'a Module> {
        match self {
            Self::Course => None,
            Self::Side(m, _) => *m,
            Self::Module(m) | Self::Lesson(m, _) | Self::Notebook(m, _, _) | Self::Quiz(m, _) => Some(m),
        }
    }

    /// The lesson, quiz or project that a link may open alone.
    #[must_use]
    pub fn alone(&self) -> Option<&'a str> {
        match self {
            Self::Lesson(_, l) => Some(&l.id),
            Self::Quiz(_, q) => Some(&q.id),
            Self::Course | Self::Module(_) | Self::Notebook(..) => None,
            Self::Side(_, s) => (s.kind == SideKind::Project).then_some(&s.id),
        }
    }

    /// Its id, within `course`.
    #[must_use]
    pub fn id(&self, course: &'a Course) -> &'a str {
        match self {
            Self::Course => &course.id,
            Self::Module(m) => &m.id,
            Self::Lesson(_, l) => &l.id,
            Self::Notebook(_, _, n) => &n.id,
            Self::Quiz(_, q) => &q.id,
            Self::Side(_, s) => &s.id,
        }
    }

    /// Its title, within `course`.
    #[must_use]
    pub fn title(&self, course: &'a Course) -> &'a str {
        match self {
            Self::Course => &course.title,
            Self::Module(m) => &m.title,
            Self::Lesson(_, l) => &l.title,
            Self::Notebook(_, _, n) => &n.title,
            Self::Quiz(_, q) => &q.title,
            Self::Side(_, s) => &s.title,
        }
    }
}

/// The page with this id.
#[must_use]
pub fn page<'a>(course: &'a Course, id: &str) -> Option<Page<'a>> {
    if id == course.id {
        return Some(Page::Course);
    }
    let of_course = course.side.iter().map(|side| Page::Side(None, side)).find(|page| page.id(course) == id);
    of_course.or_else(|| {
        course.modules.iter().find_map(|module| {
            if module.id == id {
                return Some(Page::Module(module));
            }
            pages(module).chain(side(module)).find(|page| page.id(course) == id)
        })
    })
}

/// The course's projects.
pub fn projects(course: &Course) -> impl Iterator<Item = Page<'_>> {
    course.side.iter().filter(|s| s.kind == SideKind::Project).map(|side| Page::Side(None, side))
}

/// A module's pages beside its lessons.
pub fn side(module: &Module) -> impl Iterator<Item = Page<'_>> {
    module.side.iter().map(move |side| Page::Side(Some(module), side))
}

/// A module's pages in reading order, without its start page: lessons, each with its notebooks, then the quiz.
pub fn pages(module: &Module) -> impl Iterator<Item = Page<'_>> {
    let lessons = module.lessons.iter().flat_map(move |lesson| {
        std::iter::once(Page::Lesson(module, lesson)).chain(lesson.notebooks.iter().map(move |n| Page::Notebook(module, lesson, n)))
    });
    lessons.chain(module.quiz.iter().map(move |quiz| Page::Quiz(module, quiz)))
}

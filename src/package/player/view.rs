//! What the learner's pages are made of, for packages and server alike. Each struct is one template of `templates/learn/` and
//! renders to a fragment: fill it in, call `render()`, put the text into the page with `|safe`.
//!
//! The shell around them, the same everywhere:
//!
//! ```html
//! <html lang="en" class="no-js">           theme-early.js turns it into class="js"
//! <head> … <script src="theme.js"></script> <link rel="stylesheet" href="player.css"> <script src="player.js" defer></script>
//! <body class="learn">
//!   <a class="skip" href="#main">Skip to the text</a>
//!   {bar}
//!   <div class="shell">{outline}<main id="main" tabindex="-1">{one page}</main></div>
//!   <div class="sr" role="status" aria-live="polite" data-live></div>
//!   <script type="application/json" id="ferry-data">{…}</script>      see `player/src/data.js`
//!   <script type="application/json" data-quiz-key="<quiz id>">{model::Quiz}</script>      packages only
//! </body>
//! ```
//!
//! In a package every page is in the document (`<main … data-pages="many">`); `href`s are `#<page id>` or `#<heading id>`, and
//! script shows one page at a time.
//! Page ids: a lesson's, notebook's or quiz's own id; the start page has the id of the course or module that the package holds.

use askama::Template;

use crate::course::SideKind;

pub use super::questions::{Feedback, Mark, QuestionView, Truth, Verdict, ViewItem};

/// A link with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where to.
    pub href: String,
    /// What it says.
    pub text: String,
}

impl Link {
    /// A link.
    pub fn new(href: impl Into<String>, text: impl Into<String>) -> Self {
        Self { href: href.into(), text: text.into() }
    }
}

/// What kind of page an outline entry leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageKind {
    /// A lesson.
    Lesson,
    /// A notebook.
    Notebook,
    /// A quiz.
    Quiz,
    /// A lesson that is announced.
    Planned,
    /// A page beside the lessons.
    Side(SideKind),
}

impl PageKind {
    /// The value of `data-kind`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lesson => "lesson",
            Self::Notebook => "notebook",
            Self::Quiz => "quiz",
            Self::Planned => "planned",
            Self::Side(_) => "side",
        }
    }

    /// What "done" is called.
    pub fn done_word(self) -> &'static str {
        match self {
            Self::Quiz => "done",
            Self::Lesson | Self::Notebook | Self::Planned | Self::Side(_) => "read",
        }
    }
}

/// The slim bar on top.
#[derive(Debug, Clone, Template)]
#[template(path = "learn/bar.html")]
pub struct Bar {
    /// Where we are: the module, or the course.
    pub title: String,
    /// Where the title leads.
    pub home: Option<String>,
    /// Lessons and quizzes done.
    pub done: usize,
    /// Lessons and quizzes there are.
    pub total: usize,
    /// More links, such as the class view for a teacher.
    pub links: Vec<Link>,
}

/// The table of contents.
#[derive(Debug, Clone, Template)]
#[template(path = "learn/outline.html")]
pub struct Outline {
    /// Title of the course or module.
    pub title: String,
    /// Modules; with one only, its entries stand alone.
    pub modules: Vec<OutlineModule>,
}

/// A module in the outline.
#[derive(Debug, Clone)]
pub struct OutlineModule {
    /// Module id.
    pub id: String,
    /// Module title, numbered if you like.
    pub title: String,
    /// Whether it is unfolded.
    pub open: bool,
    /// Its pages.
    pub entries: Vec<OutlineEntry>,
}

impl OutlineModule {
    /// The pages beside the modules, where there are any.
    pub fn beside(entries: Vec<OutlineEntry>) -> Option<Self> {
        let open = entries.iter().any(|e| e.current);
        (!entries.is_empty()).then(|| Self { id: String::new(), title: "To look things up".to_owned(), open, entries })
    }

    /// Lessons and quiz done.
    pub fn done(&self) -> usize {
        self.counted().filter(|e| e.done).count()
    }

    /// Lessons and quiz.
    pub fn total(&self) -> usize {
        self.counted().count()
    }

    fn counted(&self) -> impl Iterator<Item = &OutlineEntry> {
        self.entries.iter().filter(|e| matches!(e.kind, PageKind::Lesson | PageKind::Quiz))
    }
}

/// A page in the outline.
#[derive(Debug, Clone)]
pub struct OutlineEntry {
    /// Page id.
    pub id: String,
    /// What it is.
    pub kind: PageKind,
    /// Title.
    pub title: String,
    /// Where it is; `None` for what is announced only.
    pub href: Option<String>,
    /// Reading time; 0 says nothing.
    pub minutes: u16,
    /// Read, passed or spent.
    pub done: bool,
    /// The page shown now (server).
    pub current: bool,
}

impl OutlineEntry {
    /// What stands at the end of the line.
    pub fn note(&self) -> String {
        match (self.kind, self.minutes) {
            (PageKind::Quiz, _) => "quiz".to_owned(),
            (PageKind::Notebook, _) => "notebook".to_owned(),
            (PageKind::Side(kind), _) => kind.word().to_owned(),
            (_, 0) => String::new(),
            (_, minutes) => format!("{minutes} min"),
        }
    }
}

/// The start page of a course or module.
#[derive(Debug, Clone, Template)]
#[template(path = "learn/home.html")]
pub struct Home {
    /// Page id: the course's or module's.
    pub id: String,
    /// Small line above the title; may be empty.
    pub kicker: String,
    /// Title.
    pub title: String,
    /// One sentence.
    pub summary: String,
    /// Where the button leads.
    pub start_href: String,
    /// "Start", or "Go on: What training is".
    pub start_text: String,
    /// What is still missing, or that it is complete.
    pub completion: String,
    /// Learning outcomes, plain text.
    pub outcomes: Vec<String>,
    /// The course's modules; empty in a module.
    pub modules: Vec<ModuleCard>,
    /// Licence and credits, plain text.
    pub credits: Vec<String>,
}

/// A module on the course's start page.
#[derive(Debug, Clone)]
pub struct ModuleCard {
    /// Module id.
    pub id: String,
    /// Where it starts.
    pub href: String,
    /// Title.
    pub title: String,
    /// One sentence.
    pub summary: String,
    /// "6 lessons · 2.5 h · quiz".
    pub note: String,
}

/// A lesson, a notebook, or a page beside them.
#[derive(Debug, Clone, Template)]
#[template(path = "learn/lesson.html")]
pub struct LessonPage {
    /// Page id.
    pub id: String,
    /// Lesson or notebook.
    pub kind: PageKind,
    /// "Module 1 · lesson 2 of 6 · 25 min".
    pub kicker: String,
    /// Title.
    pub title: String,
    /// One sentence; may be empty.
    pub summary: String,
    /// The body, its links rewritten.
    pub html: String,
    /// Notebooks that belong to it.
    pub notebooks: Vec<Link>,
    /// Files to download, such as a notebook's own.
    pub files: Vec<Link>,
    /// Where "Mark as read and go on" posts to; empty in a package.
    pub action: String,
    /// Hidden fields of that form, such as the anti-forgery token.
    pub hidden: Vec<(String, String)>,
    /// Whether it was read already.
    pub read: bool,
    /// The page before.
    pub back: Option<Link>,
    /// The page after.
    pub next: Option<Link>,
    /// Why: "25 min", or "the quiz is all that is left".
    pub next_note: String,
}

/// A quiz, to answer or to look back on.
#[derive(Debug, Clone, Template)]
#[template(path = "learn/quiz.html")]
pub struct QuizPage {
    /// Page id: the quiz's.
    pub id: String,
    /// Quiz id.
    pub quiz_id: String,
    /// "Module 1 · quiz".
    pub kicker: String,
    /// Title.
    pub title: String,
    /// The author's introduction; may be empty.
    pub intro_html: String,
    /// "6 questions", "70 % to pass", "3 attempts, the best counts".
    pub facts: Vec<String>,
    /// `all` or `one`.
    pub layout: &'static str,
    /// Where the form posts to; empty in a package.
    pub action: String,
    /// Hidden fields: the attempt, the anti-forgery token.
    pub hidden: Vec<(String, String)>,
    /// The questions.
    pub questions: Vec<QuestionView>,
    /// Whether this looks back on a submitted attempt: no button, fields locked, feedback shown.
    pub review: bool,
    /// A rendered [`ResultPanel`].
    pub result: Option<String>,
}

/// The result of a graded attempt, shown above the reviewed questions.
#[derive(Debug, Clone, Template)]
#[template(path = "learn/result.html")]
pub struct ResultPanel {
    /// Quiz id.
    pub quiz_id: String,
    /// "Passed", "Not passed yet".
    pub headline: String,
    /// Whether it is passed.
    pub passed: bool,
    /// "83 %".
    pub score_text: String,
    /// "70 % needed".
    pub score_note: String,
    /// More lines: attempts left, which one counts.
    pub lines: Vec<String>,
    /// Lessons worth reading again.
    pub review: Vec<Link>,
    /// The grade's road; empty in a package.
    pub steps: Vec<RoadStep>,
    /// Start another attempt (a POST); `None` when none is left.
    pub again: Option<Link>,
    /// Hidden fields of that form.
    pub hidden: Vec<(String, String)>,
    /// Where to go on.
    pub next: Option<Link>,
}

/// A step of the grade's road: recorded, sent, seen in the LMS.
#[derive(Debug, Clone)]
pub struct RoadStep {
    /// `done`, `now` or `todo`.
    pub state: &'static str,
    /// "Recorded".
    pub text: String,
    /// Why, or what next.
    pub note: String,
    /// When; stands behind the note.
    pub at: Option<Moment>,
}

/// A moment, for machines and as text with its zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// `2026-11-23T19:05:00Z`.
    pub iso: String,
    /// `23 November 2026, 19:05 UTC`.
    pub text: String,
}

//! The course as the rest of the house sees it: parsed, rendered, every link resolved.
//!
//! HTML in here carries two private link schemes that each front door rewrites:
//! `asset:<path>` (a file of the course, [`Asset::path`]) and `page:<id>` or `page:<id>#<anchor>`
//! (a [`Lesson`], a [`NotebookPage`] or a [`Quiz`] by its id). Ids of headings are
//! `<page id>--<slug>`, so that a whole course fits in one document.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use super::model_quiz::*;

/// One course: the unit that is built, launched and graded as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Course {
    /// Stable id.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// The author's version, such as `2026.11`.
    pub version: String,
    /// BCP 47 language tag.
    pub language: String,
    /// One sentence.
    pub summary: String,
    /// SPDX licence id of the text.
    pub license: String,
    /// Lines of credit, as the author wrote them.
    pub credits: Vec<String>,
    /// Defaults for every quiz.
    pub grading: Grading,
    /// Modules in the navigator's order, then those reached by jumps only.
    pub modules: Vec<Module>,
    /// Shortcuts through the course.
    pub jumps: Vec<Jump>,
    /// What modules need, and where a low score leads.
    #[serde(default)]
    pub navigator: Navigator,
    /// Pages for the whole course, beside its modules.
    #[serde(default)]
    pub side: Vec<SidePage>,
    /// Every file the pages refer to, by path.
    pub assets: BTreeMap<String, Asset>,
    /// SHA-256 (hex) over all sources: changes when anything a learner sees may change.
    pub content_hash: String,
}

/// How quizzes count, unless the quiz or the teacher says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Grading {
    /// Graded tries; 0 means unlimited.
    pub attempts: u32,
    /// Percent needed to pass, 0 to 100.
    pub pass_mark: f64,
    /// Which attempt counts.
    pub grade: GradePolicy,
}

/// Which graded attempt becomes the grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GradePolicy {
    /// The highest score.
    Best,
    /// The most recent score.
    Last,
}

/// A shortcut of the navigator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jump {
    /// What the learner wants, as a key.
    pub intent: String,
    /// The same for people.
    pub title: String,
    /// Id of the module it leads to.
    pub to: String,
}

/// The way through the course, beyond the order of its modules.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Navigator {
    /// Module to the modules that come before it.
    pub requires: BTreeMap<String, Vec<String>>,
    /// Where low scores lead, for each module from the lowest threshold up.
    pub checkpoints: Vec<Checkpoint>,
}

/// Where a low score leads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Whose quiz.
    pub module: String,
    /// Scores under this, in percent, down to the next lower threshold of the module.
    pub below: f64,
    /// Id of the module or lesson to go to.
    pub to: String,
    /// Why, for the learner.
    pub why: String,
}

/// One module: a package of its own, a SCO, a resource link's target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Module {
    /// Stable id.
    pub id: String,
    /// 1-based position from the folder's name.
    pub number: u16,
    /// Folder name, such as `01-foundations`.
    pub dir: String,
    /// Title for people.
    pub title: String,
    /// One sentence.
    pub summary: String,
    /// What a learner can do afterwards.
    pub outcomes: Vec<Outcome>,
    /// Hours of study.
    pub hours: Hours,
    /// Share in the whole course's grade.
    pub weight: f64,
    /// Lessons in order.
    pub lessons: Vec<Lesson>,
    /// Announced lessons, never required.
    pub planned: Vec<PlannedLesson>,
    /// At most one quiz.
    pub quiz: Option<Quiz>,
    /// Pages beside the lessons.
    #[serde(default)]
    pub side: Vec<SidePage>,
    /// Whether it is the course's final exam: a quiz about every other module.
    #[serde(default)]
    pub exam: bool,
}

impl Module {
    /// `Module 3`, or `Exam`.
    #[must_use]
    pub fn place(&self) -> String {
        if self.exam { "Exam".to_owned() } else { format!("Module {}", self.number) }
    }

    /// `Module 3 · quiz`, or `Exam`.
    #[must_use]
    pub fn quiz_place(&self) -> String {
        if self.exam { self.place() } else { format!("{} · quiz", self.place()) }
    }

    /// `3. Deep learning`; the exam has no number.
    #[must_use]
    pub fn numbered(&self) -> String {
        if self.exam { self.title.clone() } else { format!("{}. {}", self.number, self.title) }
    }
}

/// A page beside the lessons: to look something up. Never required, never graded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SidePage {
    /// Stable id.
    pub id: String,
    /// What it is.
    pub kind: SideKind,
    /// Title for people.
    pub title: String,
    /// One sentence.
    pub summary: String,
    /// Body HTML.
    pub html: String,
    /// Files it offers: what the button says, and the path in [`Course::assets`].
    pub files: Vec<(String, String)>,
    /// The same for teachers only: in no package.
    #[serde(default)]
    pub teacher_files: Vec<(String, String)>,
}

/// What a side page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SideKind {
    /// Terms and what they mean.
    Glossary,
    /// What to read beyond the course.
    Papers,
    /// Something to make, with how it is marked.
    Project,
}

impl SideKind {
    /// What it is called in an outline.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Glossary => "terms",
            Self::Papers => "reading",
            Self::Project => "project",
        }
    }
}

/// A learning outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Stable id.
    pub id: String,
    /// One sentence, plain text.
    pub text: String,
}

/// Study time in hours.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Hours {
    /// Reading.
    pub read: f64,
    /// Notebooks and projects.
    pub lab: f64,
}

/// A lesson that exists as a title only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedLesson {
    /// Position in the module.
    pub number: u16,
    /// Title for people.
    pub title: String,
}

/// One lesson, rendered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lesson {
    /// Stable id.
    pub id: String,
    /// Position in the module.
    pub number: u16,
    /// Title for people.
    pub title: String,
    /// One sentence; may be empty.
    pub summary: String,
    /// Reading time.
    pub minutes: u16,
    /// Outcome ids it serves.
    pub outcomes: Vec<String>,
    /// Body HTML, clean, without the title.
    pub html: String,
    /// Second-level headings: (anchor id, text).
    pub headings: Vec<(String, String)>,
    /// Words of prose.
    pub words: usize,
    /// Notebooks shown after it.
    pub notebooks: Vec<NotebookPage>,
}

/// A notebook as a page and as a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotebookPage {
    /// Stable id: the file's stem with underscores turned into hyphens.
    pub id: String,
    /// First heading of the notebook, or its file name.
    pub title: String,
    /// Rendered cells and outputs.
    pub html: String,
    /// Path of the `.ipynb` in [`Course::assets`].
    pub asset: String,
}

/// A file of the course.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asset {
    /// `<module dir>/media/x.svg`, as in the sources: ASCII letters, digits, `._-/`.
    pub path: String,
    /// Media type.
    pub media_type: String,
    /// SHA-256, hex.
    pub sha256: String,
    /// Content.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Asset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Asset({}, {} bytes)", self.path, self.bytes.len())
    }
}

impl Course {
    /// The module with this id.
    pub fn module(&self, id: &str) -> Option<&Module> {
        self.modules.iter().find(|m| m.id == id)
    }

    /// The module that holds this lesson, and the lesson.
    pub fn lesson(&self, id: &str) -> Option<(&Module, &Lesson)> {
        self.modules.iter().find_map(|m| m.lessons.iter().find(|l| l.id == id).map(|l| (m, l)))
    }

    /// The module that holds this quiz, and the quiz.
    pub fn quiz(&self, id: &str) -> Option<(&Module, &Quiz)> {
        self.modules.iter().find_map(|m| m.quiz.as_ref().filter(|q| q.id == id).map(|q| (m, q)))
    }
}

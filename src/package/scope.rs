//! What one package holds: the course or one module of it.

use crate::course::{Course, Module, SidePage};

use super::{Format, PackageError, manifest_xml};

/// The whole course or one module, by id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Every module.
    Course,
    /// One module.
    Module(String),
}

impl Scope {
    /// Every scope of a course: its modules in order, then the whole.
    #[must_use]
    pub fn all(course: &Course) -> Vec<Self> {
        course.modules.iter().map(|m| Self::Module(m.id.clone())).chain([Self::Course]).collect()
    }
}

/// A scope looked up in its course.
#[derive(Debug, Clone)]
pub(crate) struct Selection<'a> {
    pub(crate) course: &'a Course,
    /// The one module, unless it is the whole course.
    pub(crate) module: Option<&'a Module>,
}

impl<'a> Selection<'a> {
    pub(crate) fn new(course: &'a Course, scope: &Scope) -> Result<Self, PackageError> {
        let module = match scope {
            Scope::Course => None,
            Scope::Module(id) => Some(course.module(id).ok_or_else(|| PackageError::UnknownModule {
                id: id.clone(),
                known: course.modules.iter().map(|m| m.id.as_str()).collect::<Vec<_>>().join(", "),
            })?),
        };
        Ok(Self { course, module })
    }

    pub(crate) fn modules(&self) -> impl Iterator<Item = &'a Module> {
        let (one, all) = match self.module {
            Some(module) => (Some(module), None),
            None => (None, Some(self.course.modules.iter())),
        };
        one.into_iter().chain(all.into_iter().flatten())
    }

    pub(crate) fn title(&self) -> &'a str {
        self.module.map_or(&self.course.title, |m| &m.title)
    }

    pub(crate) fn summary(&self) -> &'a str {
        self.module.map_or(&self.course.summary, |m| &m.summary)
    }

    /// Id of the start page.
    pub(crate) fn start(&self) -> &'a str {
        self.module.map_or(&self.course.id, |m| &m.id)
    }

    pub(crate) fn hours(&self) -> f64 {
        self.modules().map(|m| m.hours.read + m.hours.lab).sum()
    }

    /// Percent to pass: the quiz's for a module, the course's for the whole; none where nothing is graded.
    pub(crate) fn pass_mark(&self) -> Option<f64> {
        match self.module {
            Some(module) => module.quiz.as_ref().map(|q| q.pass_mark),
            None => self.modules().any(|m| m.quiz.is_some()).then_some(self.course.grading.pass_mark),
        }
    }

    /// Never changes while the course keeps its ids.
    pub(crate) fn identifier(&self) -> String {
        manifest_xml::xml_id(&self.course.id, self.module.map(|m| m.id.as_str()))
    }

    pub(crate) fn file_name(&self, format: Format) -> String {
        format!("{}-{}-{format}.zip", self.course.id, self.module.map_or("course", |m| &m.dir))
    }

    /// Whether a page, by id, is in this package.
    pub(crate) fn holds(&self, page: &str) -> bool {
        let side = |list: &[SidePage]| list.iter().any(|s| s.id == page);
        (self.module.is_none() && side(&self.course.side))
            || self.modules().any(|m| {
                side(&m.side)
                    || m.quiz.as_ref().is_some_and(|q| q.id == page)
                    || m.lessons.iter().any(|l| l.id == page || l.notebooks.iter().any(|n| n.id == page))
            })
    }
}

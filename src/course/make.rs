//! From what was read to the model: every link resolved, every fact in place.

use std::collections::BTreeSet;

use super::{
    diagnostic::Diagnostic,
    exam::{self, Bank, ExamFile},
    glossary::{Entry, Term},
    load::{Draft, LessonDraft, ModuleDraft},
    markdown::{Fragments, Rendered},
    model::{Lesson, Module, NotebookPage, Outcome, PlannedLesson, QuestionKind, Quiz},
    notebook,
    project::ProjectDraft,
    quiz::QuizFile,
    resolve::{Here, Index, Resolved, resolve},
    source::Source,
};

/// Turns drafts into the model, every link resolved.
pub(crate) struct Maker<'m, 's> {
    pub(crate) source: &'s Source,
    pub(crate) index: &'m Index,
    pub(crate) draft: &'m Draft<'s>,
    /// Files that pages show or offer.
    pub(crate) used: &'m mut BTreeSet<String>,
    pub(crate) found: &'m mut Vec<Diagnostic>,
    /// Terms that the pages made so far lead to.
    pub(crate) terms: BTreeSet<String>,
}

impl<'m> Maker<'m, '_> {
    fn resolved(&mut self, here: &Here<'_>, rendered: &Rendered) -> Resolved {
        let mut resolved = resolve(here, &rendered.links);
        self.used.append(&mut resolved.used);
        self.found.append(&mut resolved.found);
        self.terms.append(&mut resolved.terms);
        resolved
    }

    fn here<'h>(&self, file: &'h str, page_id: &'h str) -> Here<'h>
    where
        'm: 'h,
    {
        Here { source: self.source, index: self.index, file, page_id }
    }

    /// A plain text with its facts.
    fn fill(&self, text: &str) -> String {
        self.draft.facts.fill(text).into_owned()
    }

    fn html(&mut self, file: &str, page_id: &str, rendered: &Rendered) -> String {
        let here = Here { source: self.source, index: self.index, file, page_id };
        let resolved = self.resolved(&here, rendered);
        resolved.apply(&here, &rendered.links, &rendered.html)
    }

    /// The module's own terms, ready to be shown.
    pub(crate) fn terms(&mut self, module: &ModuleDraft<'_>) -> Vec<Entry> {
        let (Some(glossary), Some(path)) = (&module.glossary, module.folder.glossary) else { return Vec::new() };
        let here = self.here(path, "");
        let resolved = self.resolved(&here, &glossary.rendered);
        let entry = |term: &Term| Entry {
            id: term.id.value.clone(),
            name: self.fill(&term.name.value),
            aliases: term.aliases.iter().map(|a| self.fill(&a.value)).collect(),
            lesson: term.lesson.as_ref().map(|l| l.value.clone()),
            html: resolved.apply(&here, &glossary.rendered.links, &term.html),
            module: module.file.id.value.clone(),
        };
        glossary.terms.iter().map(entry).collect()
    }

    pub(crate) fn module(&mut self, module: &ModuleDraft<'_>) -> Module {
        let lessons = module.lessons.iter().map(|l| self.lesson(module, l)).collect();
        let quiz = module.quiz.as_ref().map(|q| self.quiz(module.folder.quiz.unwrap_or_default(), q));
        let file = &module.file;
        Module {
            id: file.id.value.clone(),
            number: module.folder.number,
            dir: module.folder.dir.clone(),
            title: self.fill(&file.title),
            summary: self.fill(&file.summary),
            outcomes: file.outcomes.iter().map(|(o, _)| Outcome { id: o.id.clone(), text: self.fill(&o.text) }).collect(),
            hours: file.hours,
            weight: file.weight,
            lessons,
            planned: file.planned.iter().map(|(p, _)| PlannedLesson { number: p.number, title: self.fill(&p.title) }).collect(),
            quiz,
            side: Vec::new(),
            exam: false,
        }
    }

    fn lesson(&mut self, module: &ModuleDraft<'_>, lesson: &LessonDraft<'_>) -> Lesson {
        let (front, rendered) = (&lesson.front, &lesson.rendered);
        let mut html = self.html(lesson.path, &front.id.value, rendered);
        html.push_str(&self.draft.facts.line(&String::from_utf8_lossy(self.source.get(lesson.path).unwrap_or_default())));
        let notebooks =
            front.notebooks.iter().filter_map(|n| self.notebook(&module.folder.path(&format!("notebooks/{}", n.value)))).collect();
        Lesson {
            id: front.id.value.clone(),
            number: lesson.number,
            title: self.fill(&front.title),
            summary: self.fill(&front.summary),
            minutes: front.minutes,
            outcomes: front.outcomes.iter().map(|o| o.value.clone()).collect(),
            html,
            headings: rendered.headings.clone(),
            words: rendered.words,
            notebooks,
        }
    }

    fn notebook(&mut self, path: &str) -> Option<NotebookPage> {
        let draft = self.draft;
        let notebook = draft.notebooks.get(path)?;
        let id = notebook::page_id(path);
        let html = self.html(path, &id, &notebook.rendered);
        self.used.insert(path.to_owned());
        Some(NotebookPage { id, title: notebook.title.clone(), html, asset: path.strip_prefix("modules/")?.to_owned() })
    }

    /// The module's questions for the exam.
    pub(crate) fn bank(&mut self, module: &ModuleDraft<'_>) -> Bank {
        let path = module.folder.exam.unwrap_or_default();
        let questions = module.exam.as_ref().map(|file| self.quiz(path, file).questions).unwrap_or_default();
        Bank { module: module.file.id.value.clone(), questions }
    }

    /// A project's brief and its sheet for reviews.
    pub(crate) fn project(&mut self, project: &ProjectDraft<'_>) -> (String, String) {
        let draft = self.draft;
        let mut page = |path: Option<&str>, id: &str| {
            let rendered = path.and_then(|p| Some((p, draft.pages.get(p)?)));
            rendered.map(|(path, rendered)| self.html(path, id, rendered)).unwrap_or_default()
        };
        (page(project.brief, &project.id.value), page(project.review, &project.review_id()))
    }

    /// What the exam says above its questions.
    pub(crate) fn exam_intro(&mut self, exam: &ExamFile) -> String {
        let Some(intro) = &exam.intro else { return String::new() };
        let (file, page) = ("course.toml", format!("{}-quiz", exam::ID));
        let mut fragments = Fragments::new(file, &page, &self.draft.facts, Vec::new());
        let html = fragments.block(intro);
        let rendered = fragments.finish().0;
        self.found.extend(rendered.found.iter().cloned());
        self.html(file, &page, &Rendered { html, ..rendered })
    }

    fn quiz(&mut self, path: &str, file: &QuizFile) -> Quiz {
        let here = self.here(path, &file.quiz.id);
        let resolved = self.resolved(&here, &file.rendered);
        let grading = self.draft.course.grading;
        let mut quiz = Quiz {
            attempts: file.attempts.unwrap_or(grading.attempts),
            pass_mark: file.pass_mark.unwrap_or(grading.pass_mark),
            grade: grading.grade,
            title: self.fill(&file.quiz.title),
            ..file.quiz.clone()
        };
        let facts = &self.draft.facts;
        for question in &mut quiz.questions {
            match &mut question.kind {
                QuestionKind::Text { accept, .. } => accept.iter_mut().for_each(|a| *a = facts.fill(a).into_owned()),
                QuestionKind::Numeric { unit: Some(unit), .. } => *unit = facts.fill(unit).into_owned(),
                _ => {}
            }
        }
        for html in quiz.html_mut() {
            *html = resolved.apply(&here, &file.rendered.links, html);
        }
        quiz
    }
}

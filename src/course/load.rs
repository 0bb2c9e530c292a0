//! A source tree in, a course or every diagnostic out.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    cache::RenderCache,
    diagnostic::{Diagnostic, Diagnostics, Kind, Spot},
    facts::Facts,
    files::{self, Folder},
    front_matter::{self, FrontMatter},
    lint,
    manifest::{self, CourseFile, ModuleFile},
    markdown::Rendered,
    model::{Asset, Course, Lesson, Module, NotebookPage, Outcome, PlannedLesson, QuestionKind, Quiz},
    notebook::{self, Notebook},
    quiz::QuizFile,
    render::{self, Done, Job, What},
    resolve::{Here, Index, Resolved, resolve},
    source::Source,
};
use crate::ids::sha256_hex;

/// Everything read, nothing resolved.
pub(crate) struct Draft<'s> {
    pub(crate) course: CourseFile,
    pub(crate) facts: Facts,
    pub(crate) modules: Vec<ModuleDraft<'s>>,
    /// Notebooks by path.
    pub(crate) notebooks: BTreeMap<&'s str, Notebook>,
}

/// One module, read.
pub(crate) struct ModuleDraft<'s> {
    pub(crate) folder: Folder<'s>,
    pub(crate) path: String,
    pub(crate) file: ModuleFile,
    pub(crate) lessons: Vec<LessonDraft<'s>>,
    pub(crate) quiz: Option<QuizFile>,
}

/// One lesson, read.
pub(crate) struct LessonDraft<'s> {
    pub(crate) path: &'s str,
    pub(crate) number: u16,
    pub(crate) front: FrontMatter,
    pub(crate) rendered: Rendered,
}

/// Reads a course.
///
/// # Errors
/// Every finding, warnings included, when something keeps the course from being used.
pub fn load(source: &Source, cache: Option<&mut dyn RenderCache>) -> Result<Course, Diagnostics> {
    match check(source, cache) {
        (Some(course), found) if !found.blocking() => Ok(course),
        (_, found) => Err(found),
    }
}

/// Reads a course and answers with every finding. There is a course if there is a readable `course.toml`; use it only if
/// nothing [blocks](Diagnostics::blocking).
#[must_use]
pub fn check(source: &Source, cache: Option<&mut dyn RenderCache>) -> (Option<Course>, Diagnostics) {
    let mut found = Vec::new();
    let Some(draft) = read(source, cache, &mut found) else { return (None, Diagnostics::new(found)) };
    let index = index(&draft);
    let mut used = BTreeSet::new();
    let mut modules: Vec<Module> = Vec::new();
    for module in &draft.modules {
        let mut maker = Maker { source, index: &index, draft: &draft, used: &mut used, found: &mut found };
        modules.push(maker.module(module));
    }
    lint::all(source, &draft, &used, &mut found);
    draft.facts.check(source, &mut found);
    let fill = |text: String| draft.facts.fill(&text).into_owned();
    let place = |m: &Module| {
        let jump = || draft.course.jumps.iter().position(|(j, _)| j.to == m.id).map(|i| i + draft.course.order.len());
        draft.course.order.iter().position(|o| o.value == m.id).or_else(jump).unwrap_or(usize::MAX)
    };
    modules.sort_by_key(place);
    let assets = used.iter().filter_map(|path| asset(source, &index, path)).map(|a| (a.path.clone(), a)).collect();
    let c = draft.course;
    let course = Course {
        id: c.id,
        title: fill(c.title),
        version: c.version,
        language: c.language,
        summary: fill(c.summary),
        license: c.license,
        credits: c.credits.into_iter().map(fill).collect(),
        grading: c.grading,
        modules,
        jumps: c.jumps.into_iter().map(|(j, _)| j).collect(),
        assets,
        content_hash: source.hash(),
    };
    (Some(course), Diagnostics::new(found))
}

/// The text of a file; one that is not UTF-8 is reported.
fn text<'s>(source: &'s Source, path: &str, found: &mut Vec<Diagnostic>) -> Option<&'s str> {
    let bytes = source.get(path)?;
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) => {
            let spot = Spot::at(&String::from_utf8_lossy(&bytes[..error.valid_up_to()]), error.valid_up_to());
            found.push(Diagnostic::new(Kind::Syntax, path, spot, "the file is not UTF-8").hint("save it as UTF-8"));
            None
        }
    }
}

/// Reads every file.
pub(crate) fn read<'s>(source: &'s Source, cache: Option<&mut dyn RenderCache>, found: &mut Vec<Diagnostic>) -> Option<Draft<'s>> {
    if !source.has("course.toml") {
        let missing = Diagnostic::new(Kind::MissingFile, "course.toml", Spot::START, "there is no course.toml");
        found.push(missing.hint("name the folder that holds it, or make a new course with `ferry new DIR`"));
        return None;
    }
    let (course, bad) = manifest::course("course.toml", text(source, "course.toml", found)?);
    found.extend(bad);
    let (facts, bad) = Facts::read(text(source, "facts.toml", found));
    found.extend(bad);
    let mut modules = Vec::new();
    let mut jobs = Vec::new();
    for folder in files::folders(source, found) {
        let path = folder.path("module.toml");
        let Some(toml) = text(source, &path, found) else { continue };
        let (file, bad) = manifest::module(&path, toml);
        found.extend(bad);
        let mut lessons = Vec::new();
        for (number, path) in folder.lessons.iter().copied() {
            let Some(text) = text(source, path, found) else { continue };
            let (front, bad) = front_matter::read(path, text);
            found.extend(bad);
            let id = front.as_ref().map_or_else(|| "lesson".to_owned(), |f| f.id.value.clone());
            jobs.push(Job { what: What::Lesson, file: path, text, id });
            lessons.push((number, path, front));
        }
        for (what, path) in folder.quiz.iter().map(|p| (What::Quiz, *p)).chain(folder.notebooks.iter().map(|p| (What::Notebook, *p))) {
            if let Some(text) = text(source, path, found) {
                jobs.push(Job { what, file: path, text, id: file.id.value.clone() });
            }
        }
        modules.push((folder, path, file, lessons));
    }
    let done = render::run(&jobs, &facts, cache);
    let mut pages: BTreeMap<&str, Rendered> = BTreeMap::new();
    let mut quizzes: BTreeMap<&str, QuizFile> = BTreeMap::new();
    let mut notebooks: BTreeMap<&str, Notebook> = BTreeMap::new();
    for (job, done) in jobs.iter().zip(done) {
        let file = job.file;
        match done {
            Done::Lesson(page) => drop(pages.insert(file, page)),
            Done::Notebook(page) => drop(notebooks.insert(file, page)),
            Done::Quiz(quiz, bad) => {
                found.extend(bad);
                found.extend(quiz.rendered.found.iter().cloned());
                quizzes.insert(file, *quiz);
            }
        }
    }
    found.extend(pages.values().flat_map(|p| &p.found).chain(notebooks.values().flat_map(|n| &n.rendered.found)).cloned());
    let modules = modules.into_iter().map(|(folder, path, file, lessons)| {
        let lessons = lessons.into_iter().filter_map(|(number, path, front)| {
            Some(LessonDraft { path, number, front: front?, rendered: pages.remove(path).unwrap_or_default() })
        });
        let lessons = lessons.collect();
        let quiz = folder.quiz.and_then(|p| quizzes.remove(p));
        ModuleDraft { folder, path, file, lessons, quiz }
    });
    Some(Draft { course, modules: modules.collect(), notebooks, facts })
}

fn index(draft: &Draft<'_>) -> Index {
    let mut index = Index::default();
    for module in &draft.modules {
        for lesson in &module.lessons {
            let id = &lesson.front.id.value;
            index.pages.insert(lesson.path.to_owned(), id.clone());
            index.anchors.insert(id.clone(), lesson.rendered.anchors.iter().cloned().collect());
            for name in &lesson.front.notebooks {
                let path = module.folder.path(&format!("notebooks/{}", name.value));
                let Some(notebook) = draft.notebooks.get(path.as_str()) else { continue };
                let id = notebook::page_id(&path);
                index.anchors.insert(id.clone(), notebook.rendered.anchors.iter().cloned().collect());
                index.pages.insert(path, id);
                let folder = module.folder.path("notebooks");
                index.extra.extend(notebook.image_files().map(|(name, bytes)| (format!("{folder}/{name}"), bytes)));
            }
        }
        if let (Some(quiz), Some(path)) = (&module.quiz, module.folder.quiz) {
            index.pages.insert(path.to_owned(), quiz.quiz.id.clone());
            index.anchors.insert(quiz.quiz.id.clone(), BTreeSet::new());
        }
    }
    index
}

fn asset(source: &Source, index: &Index, path: &str) -> Option<Asset> {
    let bytes = source.get(path).map(<[u8]>::to_vec).or_else(|| index.extra.get(path).cloned())?;
    let media_type = match path.rsplit('.').next() {
        Some("ipynb") => "application/x-ipynb+json".to_owned(),
        _ => mime_guess::from_path(path).first_or_octet_stream().essence_str().to_owned(),
    };
    Some(Asset { path: path.strip_prefix("modules/")?.to_owned(), media_type, sha256: sha256_hex(&bytes), bytes })
}

/// Turns drafts into the model, every link resolved.
struct Maker<'m, 's> {
    source: &'s Source,
    index: &'m Index,
    draft: &'m Draft<'s>,
    used: &'m mut BTreeSet<String>,
    found: &'m mut Vec<Diagnostic>,
}

impl<'m> Maker<'m, '_> {
    fn resolved(&mut self, here: &Here<'_>, rendered: &Rendered) -> Resolved {
        let mut resolved = resolve(here, &rendered.links);
        self.used.append(&mut resolved.used);
        self.found.append(&mut resolved.found);
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

    fn module(&mut self, module: &ModuleDraft<'_>) -> Module {
        let lessons = module.lessons.iter().map(|l| self.lesson(module, l)).collect();
        let quiz = module.quiz.as_ref().map(|q| self.quiz(module, q));
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

    fn quiz(&mut self, module: &ModuleDraft<'_>, file: &QuizFile) -> Quiz {
        let path = module.folder.quiz.unwrap_or_default();
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

//! A source tree in, a course or every diagnostic out.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    cache::RenderCache,
    diagnostic::{Diagnostic, Diagnostics, Kind, Spot},
    exam,
    facts::Facts,
    files::{self, Folder},
    front_matter::{self, FrontMatter},
    glossary::{self, GlossaryFile},
    lint,
    make::Maker,
    manifest::{self, CourseFile, ModuleFile},
    markdown::Rendered,
    model::{Asset, Course, Module},
    notebook::{self, Notebook},
    papers::{self, Paper},
    project::{self, ProjectDraft},
    quiz::QuizFile,
    render::{self, Done, Job, What},
    resolve::Index,
    route,
    source::Source,
};
use crate::ids::sha256_hex;

/// Everything read, nothing resolved.
pub(crate) struct Draft<'s> {
    pub(crate) course: CourseFile,
    pub(crate) facts: Facts,
    pub(crate) papers: Vec<Paper>,
    pub(crate) projects: Vec<ProjectDraft<'s>>,
    /// Pages that are no lessons, by path.
    pub(crate) pages: BTreeMap<&'s str, Rendered>,
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
    pub(crate) glossary: Option<GlossaryFile>,
    /// Its questions for the exam.
    pub(crate) exam: Option<QuizFile>,
}

impl ModuleDraft<'_> {
    /// Its quiz and its part of the exam, each with its file.
    pub(crate) fn questions(&self) -> impl Iterator<Item = (&QuizFile, &str)> {
        self.quiz.iter().zip(self.folder.quiz).chain(self.exam.iter().zip(self.folder.exam))
    }
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
    let (mut entries, mut terms, mut banks) = (Vec::new(), Vec::new(), Vec::new());
    let mut maker = Maker { source, index: &index, draft: &draft, used: &mut used, found: &mut found, terms: BTreeSet::new() };
    for module in &draft.modules {
        modules.push(maker.module(module));
        banks.push(maker.bank(module));
        entries.extend(maker.terms(module));
        terms.push(std::mem::take(&mut maker.terms));
    }
    let projects: Vec<_> = draft.projects.iter().map(|p| (p, maker.project(p))).collect();
    let exam_intro = draft.course.exam.as_ref().map(|exam| maker.exam_intro(exam)).unwrap_or_default();
    let glossaries: Vec<_> = modules.iter().zip(&terms).map(|(m, used)| glossary::of_module(m, &entries, used, &modules)).collect();
    for (module, glossary) in modules.iter_mut().zip(glossaries) {
        module.side.extend(glossary);
        module.side.extend(papers::of_module(module, &draft.papers));
    }
    lint::all(source, &draft, &used, &mut found);
    draft.facts.check(source, &mut found);
    let fill = |text: String| draft.facts.fill(&text).into_owned();
    let place = |m: &Module| {
        let jump = || draft.course.jumps.iter().position(|(j, _)| j.to == m.id).map(|i| i + draft.course.order.len());
        draft.course.order.iter().position(|o| o.value == m.id).or_else(jump).unwrap_or(usize::MAX)
    };
    modules.sort_by_key(place);
    let of_course =
        [glossary::of_course(&draft.course.id, &entries, &modules), papers::of_course(&draft.course.id, &draft.papers, &modules)];
    let (pages, files): (Vec<_>, Vec<_>) =
        projects.into_iter().map(|(p, (brief, review))| project::page(p, &brief, &review, source, &modules)).unzip();
    let side = of_course.into_iter().flatten().chain(pages).collect();
    if let Some(exam) = &draft.course.exam {
        banks.sort_by_key(|b| modules.iter().position(|m| m.id == b.module));
        let number = modules.iter().map(|m| m.number).max().unwrap_or(0) + 1;
        modules.extend(exam::module(exam, banks, exam_intro, number, draft.course.grading, &mut found));
    }
    let assets = used
        .iter()
        .filter_map(|path| asset(source, &index, path))
        .chain(files.into_iter().flatten())
        .map(|a| (a.path.clone(), a))
        .collect();
    let navigator = route::navigator(&draft.course);
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
        navigator,
        jumps: c.jumps.into_iter().map(|(j, _)| j).collect(),
        side,
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
    let (papers, bad) = papers::read(text(source, "papers.toml", found));
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
        let quiz = folder.quiz.iter().map(|p| (What::Quiz, *p));
        let glossary = folder.glossary.iter().map(|p| (What::Glossary, *p));
        let exam = folder.exam.iter().map(|p| (What::Exam, *p));
        for (what, path) in quiz.chain(exam).chain(glossary).chain(folder.notebooks.iter().map(|p| (What::Notebook, *p))) {
            if let Some(text) = text(source, path, found) {
                jobs.push(Job { what, file: path, text, id: file.id.value.clone() });
            }
        }
        modules.push((folder, path, file, lessons));
    }
    let projects = project::read(source, found);
    for project in &projects {
        for (path, id) in [(project.brief, project.id.value.clone()), (project.review, project.review_id())] {
            if let Some((path, text)) = path.and_then(|p| Some((p, text(source, p, found)?))) {
                jobs.push(Job { what: What::Lesson, file: path, text, id });
            }
        }
    }
    let done = render::run(&jobs, &facts, cache);
    let mut pages: BTreeMap<&str, Rendered> = BTreeMap::new();
    let mut quizzes: BTreeMap<&str, QuizFile> = BTreeMap::new();
    let mut notebooks: BTreeMap<&str, Notebook> = BTreeMap::new();
    let mut glossaries: BTreeMap<&str, GlossaryFile> = BTreeMap::new();
    for (job, done) in jobs.iter().zip(done) {
        let file = job.file;
        match done {
            Done::Lesson(page) => drop(pages.insert(file, page)),
            Done::Notebook(page) => drop(notebooks.insert(file, page)),
            Done::Quiz(quiz, bad) | Done::Exam(quiz, bad) => {
                found.extend(bad);
                found.extend(quiz.rendered.found.iter().cloned());
                quizzes.insert(file, *quiz);
            }
            Done::Glossary(glossary, bad) => {
                found.extend(bad);
                found.extend(glossary.rendered.found.iter().cloned());
                glossaries.insert(file, glossary);
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
        let glossary = folder.glossary.and_then(|p| glossaries.remove(p));
        let exam = folder.exam.and_then(|p| quizzes.remove(p));
        ModuleDraft { folder, path, file, lessons, quiz, glossary, exam }
    });
    let modules = modules.collect();
    Some(Draft { course, modules, notebooks, facts, papers, projects, pages })
}

fn index(draft: &Draft<'_>) -> Index {
    let mut index = Index { glossary: glossary::page_id(&draft.course.id), ..Index::default() };
    for module in &draft.modules {
        let page = glossary::page_id(&module.file.id.value);
        if let (Some(glossary), Some(path)) = (&module.glossary, module.folder.glossary) {
            index.terms.extend(glossary.terms.iter().map(|t| t.id.value.clone()));
            let anchors = glossary.terms.iter().map(|t| glossary::anchor(&page, &t.id.value)).collect();
            index.anchors.insert(page.clone(), anchors);
            index.pages.insert(path.to_owned(), page.clone());
        }
        index.glossaries.insert(module.folder.path(""), page);
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

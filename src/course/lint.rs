//! Faults that no single file shows: ids, references, the way through the course, figures, files nobody uses.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    diagnostic::{Diagnostic, Kind, Spot},
    exam, figures, glossary,
    load::{Draft, ModuleDraft},
    notebook, papers, project, route,
    source::Source,
};

/// Looks at everything; `used` are the files that pages show or offer.
pub(crate) fn all(source: &Source, draft: &Draft<'_>, used: &BTreeSet<String>, found: &mut Vec<Diagnostic>) {
    ids(draft, found);
    glossary::check(draft, found);
    exams(draft, found);
    papers::check(draft, found);
    project::check(draft, found);
    route::check(draft, found);
    references(draft, found);
    for module in &draft.modules {
        planned(module, found);
        notebooks(draft, module, found);
        drawn(source, module, found);
        unused(source, module, used, found);
    }
}

/// An id is unique in the whole course.
fn ids(draft: &Draft<'_>, found: &mut Vec<Diagnostic>) {
    let mut all: Vec<(&str, &str, Spot)> = Vec::new();
    let mut own = Vec::new();
    own.extend(draft.projects.iter().map(|p| (p.id.value.clone(), p.folder.as_str(), p.id.spot)));
    for m in &draft.modules {
        all.push((&m.file.id.value, &m.path, m.file.id.spot));
        all.extend(m.file.outcomes.iter().map(|(o, spot)| (o.id.as_str(), m.path.as_str(), *spot)));
        all.extend(m.lessons.iter().map(|l| (l.front.id.value.as_str(), l.path, l.front.id.spot)));
        for l in &m.lessons {
            own.extend(l.front.notebooks.iter().map(|n| (notebook::page_id(&n.value), l.path, n.spot)));
        }
        if draft.papers.iter().any(|p| p.is_of(&m.file.id.value)) {
            own.push((format!("{}-papers", m.file.id.value), papers::FILE, Spot::START));
        }
        own.extend(m.folder.glossary.map(|path| (glossary::page_id(&m.file.id.value), path, Spot::START)));
        own.extend(m.folder.quiz.map(|path| (format!("{}-quiz", m.file.id.value), path, Spot::START)));
        for (quiz, path) in m.questions() {
            all.extend(quiz.ids.iter().map(|id| (id.value.as_str(), path, id.spot)));
        }
    }
    if draft.course.exam.is_some() {
        own.extend([exam::ID.to_owned(), format!("{}-quiz", exam::ID)].map(|id| (id, "course.toml", Spot::START)));
    }
    all.extend(own.iter().map(|(id, path, spot)| (id.as_str(), *path, *spot)));
    let mut seen: BTreeMap<&str, (&str, Spot)> = BTreeMap::new();
    for (id, path, spot) in all.into_iter().filter(|(id, _, _)| !id.is_empty()) {
        match seen.get(id) {
            None => drop(seen.insert(id, (path, spot))),
            Some((first, at)) => found.push(
                Diagnostic::new(Kind::DuplicateId, path, spot, format!("the id `{id}` is used twice"))
                    .hint(format!("the other one is at {first}:{}:{}; ids are unique in the whole course", at.line, at.col)),
            ),
        }
    }
}

/// Questions for an exam that there is not.
fn exams(draft: &Draft<'_>, found: &mut Vec<Diagnostic>) {
    let files = draft.modules.iter().filter_map(|m| m.folder.exam).filter(|_| draft.course.exam.is_none());
    let alone = |path| Diagnostic::new(Kind::Unused, path, Spot::START, "no exam draws from this file").hint("add `[exam]` to course.toml");
    found.extend(files.map(alone));
}

/// Outcomes and lessons that are named exist.
fn references(draft: &Draft<'_>, found: &mut Vec<Diagnostic>) {
    let outcomes: Vec<&str> = draft.modules.iter().flat_map(|m| &m.file.outcomes).map(|(o, _)| o.id.as_str()).collect();
    let lessons: Vec<&str> = draft.modules.iter().flat_map(|m| &m.lessons).map(|l| l.front.id.value.as_str()).collect();
    let mut named = Vec::new();
    for m in &draft.modules {
        named.extend(m.lessons.iter().flat_map(|l| l.front.outcomes.iter().map(|o| ("outcome", &outcomes, o, l.path))));
        for (quiz, path) in m.questions() {
            named.extend(quiz.outcomes.iter().map(|o| ("outcome", &outcomes, o, path)));
            named.extend(quiz.lessons.iter().map(|l| ("lesson", &lessons, l, path)));
        }
    }
    for (what, known, name, path) in named {
        if !known.contains(&name.value.as_str()) {
            let d = Diagnostic::new(Kind::UnknownReference, path, name.spot, format!("there is no {what} `{}`", name.value));
            found.push(d.hint_nearest(&name.value, known.iter().copied()));
        }
    }
}

fn planned(module: &ModuleDraft<'_>, found: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<u16, String> =
        module.lessons.iter().map(|l| (l.number, format!("the lesson `{}`", l.path.rsplit('/').next().unwrap_or_default()))).collect();
    for (lesson, spot) in &module.file.planned {
        if let Some(other) = seen.insert(lesson.number, format!("the planned lesson `{}`", lesson.title)) {
            found.push(
                Diagnostic::new(Kind::PlannedClash, &module.path, *spot, format!("number {} is taken by {other}", lesson.number))
                    .hint("remove the `[[planned]]` entry of a lesson that is written, or give it another number"),
            );
        }
    }
}

fn notebooks(draft: &Draft<'_>, module: &ModuleDraft<'_>, found: &mut Vec<Diagnostic>) {
    let prefix = module.folder.path("notebooks/");
    let known: Vec<&str> = module.folder.notebooks.iter().filter_map(|p| p.strip_prefix(prefix.as_str())).collect();
    for lesson in &module.lessons {
        for name in lesson.front.notebooks.iter().filter(|n| !draft.notebooks.contains_key(format!("{prefix}{}", n.value).as_str())) {
            let d = Diagnostic::new(Kind::BrokenLink, lesson.path, name.spot, format!("there is no notebook `notebooks/{}`", name.value));
            found.push(d.hint_nearest(&name.value, known.iter().copied()));
        }
    }
}

/// Every diagram is drawn, and drawn from what it says now.
fn drawn(source: &Source, module: &ModuleDraft<'_>, found: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for (lesson, figure) in module.lessons.iter().flat_map(|l| l.rendered.figures.iter().map(move |f| (l, f))) {
        if let Some(other) = seen.insert(&figure.id, lesson.path) {
            let message = format!("the figure `{}` is in this module twice", figure.id);
            found.push(Diagnostic::new(Kind::DuplicateId, lesson.path, figure.spot, message).hint(format!("the other one is in {other}")));
            continue;
        }
        let path = module.folder.path(&figures::path(&figure.id));
        let svg = source.get(&path).map(String::from_utf8_lossy);
        match svg.as_deref().map(figures::source_hash) {
            None => found.push(
                Diagnostic::new(Kind::MissingFigure, lesson.path, figure.spot, format!("the figure `{}` is not drawn", figure.id))
                    .hint("run `ferry figures`"),
            ),
            Some(hash) if hash != Some(figures::hash(&figure.source).as_str()) => found.push(
                Diagnostic::new(
                    Kind::StaleFigure,
                    lesson.path,
                    figure.spot,
                    format!("the figure `{}` was drawn from another text", figure.id),
                )
                .hint("run `ferry figures`"),
            ),
            Some(_) => {}
        }
    }
}

/// Files in media/, figures/ and notebooks/ that nobody sees. A folder of data may hold more than is offered.
fn unused(source: &Source, module: &ModuleDraft<'_>, used: &BTreeSet<String>, found: &mut Vec<Diagnostic>) {
    for folder in ["media", "figures", "notebooks"] {
        for (path, _) in source.under(&module.folder.path(folder)).filter(|(p, _)| !used.contains(*p) && !beside_a_notebook(source, p)) {
            let hint = match folder {
                "notebooks" => "name it under `notebooks:` in the front matter of a lesson, or remove it",
                "figures" => "remove it: its diagram is gone",
                _ => "show it in a lesson, or remove it",
            };
            found.push(Diagnostic::new(Kind::Unused, path, Spot::START, "nothing refers to this file").hint(hint));
        }
    }
}

/// The text a notebook is written as (`NAME.py`) and its solutions (`NAME_solutions.md` or `.py`): nothing has to link to them.
fn beside_a_notebook(source: &Source, path: &str) -> bool {
    let text = path.strip_suffix(".py");
    let solutions = text.or_else(|| path.strip_suffix(".md")).and_then(|stem| stem.strip_suffix("_solutions"));
    text.into_iter().chain(solutions).any(|stem| source.has(&format!("{stem}.ipynb")))
}

//! `glossary.toml` of a module: its terms, and the pages that explain them.
//!
//! `[words](glossary:ID)` leads to the entry on the glossary of the module that the words stand in. A module's glossary explains its
//! own terms and those of others that its pages use, so that its package needs no other.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use super::{
    diagnostic::{Diagnostic, Kind, Spot},
    links,
    load::Draft,
    manifest,
    markdown::{Fragments, Rendered, code::escape},
    model::{Module, SideKind, SidePage},
    reader::{Reader, Table, Text},
};

/// A glossary before its links are resolved.
pub(crate) struct GlossaryFile {
    pub(crate) terms: Vec<Term>,
    pub(crate) rendered: Rendered,
}

/// One term, as written.
pub(crate) struct Term {
    pub(crate) id: Text,
    pub(crate) name: Text,
    pub(crate) aliases: Vec<Text>,
    pub(crate) lesson: Option<Text>,
    /// Refers to the file's links.
    pub(crate) html: String,
}

/// One term, ready to be shown.
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) lesson: Option<String>,
    pub(crate) html: String,
    /// Id of the module that explains it.
    pub(crate) module: String,
}

/// So many entries need letters to jump to.
const MANY: usize = 40;

/// Id of the glossary of a module or of the course.
pub(crate) fn page_id(of: &str) -> String {
    format!("{of}-glossary")
}

/// Id of an entry on a glossary.
pub(crate) fn anchor(page: &str, term: &str) -> String {
    format!("{page}--{term}")
}

/// Reads a glossary. `fragments` renders its Markdown, or gives back what was rendered before.
pub(crate) fn read(file: &str, text: &str, mut fragments: Fragments<'_>) -> (GlossaryFile, Vec<Diagnostic>, Vec<Rendered>) {
    let mut r = Reader::new(file, text);
    let root = r.parse();
    let mut t = Table::new(root.get_ref(), Spot::START, "glossary.toml");
    let mut terms = Vec::new();
    for mut e in t.tables(&mut r, "term", "a term") {
        let (id, name) = (manifest::id(&mut e, &mut r), e.text(&mut r, "term"));
        let aliases = e.texts(&mut r, "aliases");
        let (lesson, text) = (e.text(&mut r, "lesson"), e.text(&mut r, "text"));
        e.finish(&mut r);
        if let (Some(id), Some(name), Some(text)) = (id, name, text) {
            let html = fragments.block(&text);
            if html.contains(" id=\"") {
                // An entry stands on several pages, and ids are unique.
                r.report(Kind::BadValue, text.spot, "a term's text holds a heading or a footnote");
            }
            terms.push(Term { id, name, aliases, lesson, html });
        }
    }
    t.finish(&mut r);
    let (rendered, fresh) = fragments.finish();
    (GlossaryFile { terms, rendered }, r.found, fresh)
}

/// Terms that are explained twice, and lessons that are none.
pub(crate) fn check(draft: &Draft<'_>, found: &mut Vec<Diagnostic>) {
    let lessons: Vec<&str> = draft.modules.iter().flat_map(|m| &m.lessons).map(|l| l.front.id.value.as_str()).collect();
    let mut ids: BTreeMap<String, (&str, Spot)> = BTreeMap::new();
    let mut names: BTreeMap<String, (&str, Spot)> = BTreeMap::new();
    for module in &draft.modules {
        let (Some(glossary), Some(path)) = (&module.glossary, module.folder.glossary) else { continue };
        let mut once = |seen: &mut BTreeMap<String, (&'_ str, Spot)>, key: String, spot: Spot, message: String| {
            if let Some((first, at)) = seen.get(&key) {
                let hint = format!("the other one is at {first}:{}:{}", at.line, at.col);
                found.push(Diagnostic::new(Kind::DuplicateId, path, spot, message).hint(hint));
            }
        };
        for term in &glossary.terms {
            once(&mut ids, term.id.value.clone(), term.id.spot, format!("the term id `{}` is used twice", term.id.value));
            ids.entry(term.id.value.clone()).or_insert((path, term.id.spot));
            for name in std::iter::once(&term.name).chain(&term.aliases) {
                once(&mut names, plain(&name.value), name.spot, format!("the term `{}` is explained twice", name.value));
                names.entry(plain(&name.value)).or_insert((path, name.spot));
            }
        }
        for lesson in glossary.terms.iter().filter_map(|t| t.lesson.as_ref()).filter(|l| !lessons.contains(&l.value.as_str())) {
            let d = Diagnostic::new(Kind::UnknownReference, path, lesson.spot, format!("there is no lesson `{}`", lesson.value));
            found.push(d.hint_nearest(&lesson.value, lessons.iter().copied()));
        }
    }
}

/// What two spellings of a term have in common.
fn plain(name: &str) -> String {
    name.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The glossary of one module, if there is anything to explain; `used` are the terms that its pages lead to.
pub(crate) fn of_module(module: &Module, entries: &[Entry], used: &BTreeSet<String>, modules: &[Module]) -> Option<SidePage> {
    page(page_id(&module.id), entries.iter().filter(|e| e.module == module.id || used.contains(&e.id)), Some(module), modules)
}

/// The glossary of the course.
pub(crate) fn of_course(course: &str, entries: &[Entry], modules: &[Module]) -> Option<SidePage> {
    page(page_id(course), entries.iter(), None, modules)
}

fn page<'e>(id: String, entries: impl Iterator<Item = &'e Entry>, here: Option<&Module>, modules: &[Module]) -> Option<SidePage> {
    let mut entries: Vec<&Entry> = entries.collect();
    entries.sort_by_key(|e| (plain(&e.name), &e.id));
    let shown: BTreeSet<&str> = entries.iter().map(|e| e.id.as_str()).collect();
    let mut html = String::new();
    let mut letters: Vec<(char, Vec<&Entry>)> = Vec::new();
    for entry in &entries {
        match letters.last_mut().filter(|(letter, _)| *letter == initial(&entry.name)) {
            Some((_, list)) => list.push(entry),
            None => letters.push((initial(&entry.name), vec![entry])),
        }
    }
    if entries.len() < MANY {
        letters = vec![(' ', entries.clone())];
    } else {
        html.push_str("<nav class=\"letters\" aria-label=\"Letters\">");
        for (letter, _) in &letters {
            let _ = write!(html, "<a href=\"#{}\">{letter}</a>", letter_id(&id, *letter));
        }
        html.push_str("</nav>\n");
    }
    for (letter, list) in &letters {
        if *letter != ' ' {
            let _ = writeln!(html, "<h2 id=\"{}\">{letter}</h2>", letter_id(&id, *letter));
        }
        html.push_str("<dl class=\"glossary\">\n");
        list.iter().for_each(|entry| html.push_str(&one(entry, &id, here, modules, &shown)));
        html.push_str("</dl>\n");
    }
    let count = entries.len();
    let summary = format!("{count} {}, each with the lesson that explains it.", if count == 1 { "term" } else { "terms" });
    let page = SidePage {
        id,
        kind: SideKind::Glossary,
        title: "Glossary".to_owned(),
        summary,
        html,
        files: Vec::new(),
        teacher_files: Vec::new(),
    };
    (count > 0).then_some(page)
}

fn one(entry: &Entry, page: &str, here: Option<&Module>, modules: &[Module], shown: &BTreeSet<&str>) -> String {
    // Its links to other terms lead to entries of this page, where they are on it.
    let home = page_id(&entry.module);
    let text = links::rewrite_urls(&entry.html, |url| {
        let term = url.strip_prefix(&format!("page:{home}#{home}--"))?;
        shown.contains(term).then(|| format!("#{}", anchor(page, term)))
    });
    let also = match entry.aliases.is_empty() {
        true => String::new(),
        false => format!(" <span class=\"term-also\">also {}</span>", escape(&entry.aliases.join(", "))),
    };
    let lesson = entry.lesson.as_deref().and_then(|id| {
        let module = modules.iter().find(|m| m.lessons.iter().any(|l| l.id == id))?;
        let lesson = module.lessons.iter().find(|l| l.id == id)?;
        let place = if here.is_some_and(|m| m.id == module.id) { String::new() } else { format!(", module {}", module.number) };
        Some(format!("<p class=\"term-lesson\">Explained in <a href=\"page:{id}\">{}</a>{place}</p>", escape(&lesson.title)))
    });
    format!(
        "<div class=\"term\" id=\"{}\"><dt>{}{also}</dt><dd>{}{}</dd></div>\n",
        anchor(page, &entry.id),
        escape(&entry.name),
        text.trim_end(),
        lesson.unwrap_or_default()
    )
}

/// The letter that a term stands under; `#` for all that is none.
fn initial(name: &str) -> char {
    name.chars().next().filter(|c| c.is_alphabetic()).and_then(|c| c.to_uppercase().next()).unwrap_or('#')
}

fn letter_id(page: &str, letter: char) -> String {
    let name = if letter.is_alphabetic() { letter.to_lowercase().to_string() } else { "other".to_owned() };
    format!("{page}--letter.{name}")
}

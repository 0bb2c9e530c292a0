//! Projects: a brief, a rubric, a starter to download, a reference solution for teachers, a sheet for reviews by peers.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{Cursor, Write as _},
};

use zip::{DateTime, System, ZipWriter, result::ZipError, write::SimpleFileOptions};

use super::{
    diagnostic::{Diagnostic, Kind, Spot},
    files,
    load::Draft,
    manifest::{self, positive},
    markdown::code::escape,
    model::{Asset, Module, SideKind, SidePage},
    reader::{Reader, Table, Text},
    source::Source,
};
use crate::ids::sha256_hex;

/// What a rubric's columns are worth, in percent of the row's points.
const LEVELS: [u32; 4] = [0, 50, 80, 100];

/// A project, read.
pub(crate) struct ProjectDraft<'s> {
    /// `projects/01-sentiment`.
    pub(crate) folder: String,
    pub(crate) id: Text,
    title: String,
    summary: String,
    modules: Vec<Text>,
    hours: f64,
    rubric: Rubric,
    pub(crate) brief: Option<&'s str>,
    pub(crate) review: Option<&'s str>,
}

#[derive(Default)]
struct Rubric {
    pass: u32,
    rows: Vec<Row>,
}

struct Row {
    name: String,
    points: u32,
    minimum: Option<u32>,
    levels: Vec<String>,
}

impl ProjectDraft<'_> {
    /// Path of its manifest.
    pub(crate) fn path(&self) -> String {
        format!("{}/project.toml", self.folder)
    }

    /// Page id of its review sheet's headings.
    pub(crate) fn review_id(&self) -> String {
        format!("{}--review", self.id.value)
    }
}

/// Every project, in order of the folders' names.
pub(crate) fn read<'s>(source: &'s Source, found: &mut Vec<Diagnostic>) -> Vec<ProjectDraft<'s>> {
    let mut folders: BTreeMap<&str, Vec<(&'s str, &str)>> = BTreeMap::new();
    for (path, _) in source.under("projects") {
        match path.strip_prefix("projects/").and_then(|rest| rest.split_once('/')) {
            Some((dir, name)) => folders.entry(dir).or_default().push((path, name)),
            None => unknown(path, found),
        }
    }
    let mut out = Vec::new();
    for (dir, list) in folders {
        let folder = format!("projects/{dir}");
        let manifest = format!("{folder}/project.toml");
        if files::number(dir).is_none() {
            let d = Diagnostic::new(Kind::BadFileName, &manifest, Spot::START, "a project's folder does not begin with its number");
            found.push(d.hint("name it `NN-name`, such as `01-sentiment`"));
        }
        for (path, name) in &list {
            let known = ["project.toml", "rubric.toml", "brief.md", "review.md"].contains(name);
            if !known && !name.starts_with("starter/") && !name.starts_with("solution/") {
                unknown(path, found);
            }
        }
        for needed in ["project.toml", "rubric.toml", "brief.md"] {
            if !list.iter().any(|(_, name)| *name == needed) {
                let path = format!("{folder}/{needed}");
                found.push(Diagnostic::new(Kind::MissingFile, &path, Spot::START, format!("the folder `{folder}` has no {needed}")));
            }
        }
        let text = |name: &str| source.get(&format!("{folder}/{name}")).map(String::from_utf8_lossy);
        let Some(text_of) = text("project.toml") else { continue };
        let (project, bad) = project(&manifest, &text_of, folder.clone());
        found.extend(bad);
        let (rubric, bad) = rubric(&format!("{folder}/rubric.toml"), text("rubric.toml").unwrap_or_default().as_ref());
        found.extend(bad);
        let path = |wanted: &str| list.iter().find(|(_, name)| *name == wanted).map(|(path, _)| *path);
        out.extend(project.map(|p| ProjectDraft { rubric, brief: path("brief.md"), review: path("review.md"), ..p }));
    }
    out
}

fn unknown(path: &str, found: &mut Vec<Diagnostic>) {
    let d = Diagnostic::new(Kind::Unused, path, Spot::START, "this file is no part of a project");
    found.push(d.hint("a project holds project.toml, rubric.toml, brief.md, review.md, starter/ and solution/"));
}

fn project<'s>(file: &str, text: &str, folder: String) -> (Option<ProjectDraft<'s>>, Vec<Diagnostic>) {
    let mut r = Reader::new(file, text);
    let root = r.parse();
    let mut t = Table::new(root.get_ref(), Spot::START, "project.toml");
    let (id, title, summary) = (manifest::id(&mut t, &mut r), t.text(&mut r, "title"), t.text(&mut r, "summary"));
    let (modules, hours) = (t.texts(&mut r, "modules"), positive(&mut t, &mut r, "hours").unwrap_or(0.0));
    t.finish(&mut r);
    let made = id.zip(title).zip(summary).map(|((id, title), summary)| ProjectDraft {
        folder,
        id,
        title: title.value,
        summary: summary.value,
        modules,
        hours,
        rubric: Rubric::default(),
        brief: None,
        review: None,
    });
    (made, r.found)
}

fn rubric(file: &str, text: &str) -> (Rubric, Vec<Diagnostic>) {
    let mut r = Reader::new(file, text);
    let root = r.parse();
    let mut t = Table::new(root.get_ref(), Spot::START, "rubric.toml");
    let pass = t.integer(&mut r, "pass", 1..=1000).unwrap_or(60);
    let mut rows = Vec::new();
    for mut row in t.tables(&mut r, "row", "a row") {
        let spot = row.key_spot(&r, "levels");
        let (name, points) = (row.text(&mut r, "name"), row.integer(&mut r, "points", 1..=1000));
        if !row.has("points") {
            row.missing(&mut r, "points");
        }
        let (minimum, levels) = (row.integer(&mut r, "minimum", 1..=1000), row.texts(&mut r, "levels"));
        row.finish(&mut r);
        if levels.len() != LEVELS.len() {
            let message = format!("`levels` holds {}, not one for each of 0, 50, 80 and 100 %", levels.len());
            r.report(Kind::BadValue, spot, message);
        }
        if let (Some(name), Some(points)) = (name, points) {
            rows.push(Row { name: name.value, points, minimum, levels: levels.into_iter().map(|l| l.value).collect() });
        }
    }
    let most: u32 = rows.iter().map(|row| row.points).sum();
    if pass > most && !rows.is_empty() {
        let spot = t.key_spot(&r, "pass");
        r.report(Kind::BadValue, spot, format!("{pass} points pass, but the rows give {most}"));
    }
    t.finish(&mut r);
    (Rubric { pass, rows }, r.found)
}

/// Modules that projects name exist.
pub(crate) fn check(draft: &Draft<'_>, found: &mut Vec<Diagnostic>) {
    let modules: Vec<&str> = draft.modules.iter().map(|m| m.file.id.value.as_str()).collect();
    for project in &draft.projects {
        for module in project.modules.iter().filter(|m| !modules.contains(&m.value.as_str())) {
            let d = Diagnostic::new(Kind::UnknownReference, &project.path(), module.spot, format!("there is no module `{}`", module.value));
            found.push(d.hint_nearest(&module.value, modules.iter().copied()));
        }
    }
}

/// A project's page, and the files it offers. `brief` and `review` are HTML, their links resolved.
pub(crate) fn page(project: &ProjectDraft<'_>, brief: &str, review: &str, source: &Source, modules: &[Module]) -> (SidePage, Vec<Asset>) {
    let id = project.id.value.clone();
    let mut html = String::new();
    let belongs = project.modules.iter().filter_map(|m| modules.iter().find(|x| x.id == m.value)).map(Module::place);
    let mut facts: Vec<String> = belongs.collect();
    facts.extend((project.hours > 0.0).then(|| format!("{} hours", project.hours)));
    if !facts.is_empty() {
        let _ = writeln!(html, "<p class=\"project-facts\">{}</p>", escape(&facts.join(" · ")));
    }
    html.push_str(brief);
    let _ = writeln!(html, "<h2 id=\"{id}--part.rubric\">How it is marked</h2>");
    html.push_str(&table(&project.rubric));
    if !review.is_empty() {
        let _ = writeln!(html, "<h2 id=\"{id}--part.review\">Review by a peer</h2>\n{review}");
    }
    let (mut files, mut teacher_files, mut assets) = (Vec::new(), Vec::new(), Vec::new());
    for (part, text, list) in
        [("starter", "Starter (.zip)", &mut files), ("solution", "Reference solution (.zip), shown to teachers only", &mut teacher_files)]
    {
        if let Some(bytes) = zip(source, &format!("{}/{part}", project.folder)) {
            let path = format!("{}/{part}.zip", project.folder);
            assets.push(Asset { path: path.clone(), media_type: "application/zip".to_owned(), sha256: sha256_hex(&bytes), bytes });
            list.push((text.to_owned(), path));
        }
    }
    let (title, summary) = (project.title.clone(), project.summary.clone());
    (SidePage { id, kind: SideKind::Project, title, summary, html, files, teacher_files }, assets)
}

fn table(rubric: &Rubric) -> String {
    let mut html = String::from(
        "<div class=\"table-scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Rubric\"><table><thead><tr><th scope=\"col\">What counts</th><th scope=\"col\" class=\"al-r\">Points</th>",
    );
    LEVELS.iter().for_each(|level| html.push_str(&format!("<th scope=\"col\">{level} %</th>")));
    html.push_str("</tr></thead><tbody>\n");
    for row in &rubric.rows {
        let minimum = row.minimum.map(|m| format!(", at least {m} to pass")).unwrap_or_default();
        let _ = write!(html, "<tr><th scope=\"row\">{}</th><td class=\"al-r\">{}{minimum}</td>", escape(&row.name), row.points);
        row.levels.iter().for_each(|level| html.push_str(&format!("<td>{}</td>", escape(level))));
        html.push_str("</tr>\n");
    }
    let most: u32 = rubric.rows.iter().map(|row| row.points).sum();
    let _ = writeln!(html, "</tbody></table></div>\n<p>{} of {most} points pass.</p>", rubric.pass);
    html
}

/// The files below a folder as one zip, the same on every machine; none if there are none.
fn zip(source: &Source, folder: &str) -> Option<Vec<u8>> {
    let write = || -> Result<Option<Vec<u8>>, ZipError> {
        let options = SimpleFileOptions::default().last_modified_time(DateTime::default()).unix_permissions(0o644).system(System::Unix);
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let mut any = false;
        for (path, bytes) in source.under(folder) {
            writer.start_file(path.trim_start_matches(folder).trim_start_matches('/'), options)?;
            writer.write_all(bytes)?;
            any = true;
        }
        Ok(any.then_some(writer.finish()?.into_inner()))
    };
    write().ok().flatten()
}

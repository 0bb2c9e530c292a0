//! The folders of a course: which files are lessons, quizzes, notebooks; names that no LMS takes.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    diagnostic::{Diagnostic, Kind, Spot},
    source::Source,
};

/// One module's folder.
#[derive(Debug, Default)]
pub(crate) struct Folder<'s> {
    /// Such as `01-foundations`.
    pub(crate) dir: String,
    pub(crate) number: u16,
    /// (number, path) of each lesson, in order.
    pub(crate) lessons: Vec<(u16, &'s str)>,
    pub(crate) quiz: Option<&'s str>,
    pub(crate) glossary: Option<&'s str>,
    pub(crate) exam: Option<&'s str>,
    /// Paths of all `.ipynb` files in `notebooks/`.
    pub(crate) notebooks: Vec<&'s str>,
}

impl Folder<'_> {
    /// The path of something in the folder.
    pub(crate) fn path(&self, name: &str) -> String {
        format!("modules/{}/{name}", self.dir)
    }
}

/// The modules' folders in order of their numbers.
pub(crate) fn folders<'s>(source: &'s Source, found: &mut Vec<Diagnostic>) -> Vec<Folder<'s>> {
    names(source, found);
    let mut by_dir: BTreeMap<&str, Folder<'s>> = BTreeMap::new();
    for (path, _) in source.iter() {
        let Some((dir, name)) = path.strip_prefix("modules/").and_then(|rest| rest.split_once('/')) else {
            stray(path, found);
            continue;
        };
        let folder = by_dir.entry(dir).or_insert_with(|| Folder { dir: dir.to_owned(), ..Folder::default() });
        match name.split_once('/') {
            Some(("notebooks", rest)) if rest.ends_with(".ipynb") => folder.notebooks.push(path),
            Some(("media" | "figures" | "data" | "notebooks", _)) => {}
            None if name == "module.toml" => {}
            None if name == "quiz.toml" => folder.quiz = Some(path),
            None if name == "exam.toml" => folder.exam = Some(path),
            None if name == "glossary.toml" => folder.glossary = Some(path),
            None if name.ends_with(".md") => match number(name) {
                Some(number) => folder.lessons.push((number, path)),
                None => bad_name(
                    found,
                    path,
                    "a lesson's file name does not begin with its number",
                    "name it `NN-name.md`, such as `01-first-steps.md`",
                ),
            },
            _ => found.push(Diagnostic::new(Kind::Unused, path, Spot::START, "this file is no part of a module").hint(
                "a module holds module.toml, quiz.toml, exam.toml, glossary.toml, `NN-name.md`, figures/, media/, notebooks/ and data/",
            )),
        }
    }
    let mut out: Vec<Folder<'s>> = Vec::new();
    for (dir, mut folder) in by_dir {
        let at = format!("modules/{dir}/module.toml");
        match number(dir) {
            Some(n) => folder.number = n,
            None => bad_name(found, &at, "a module's folder does not begin with its number", "name it `NN-name`, such as `01-foundations`"),
        }
        if let Some(twin) = out.iter().find(|f| f.number == folder.number && folder.number > 0) {
            bad_name(
                found,
                &at,
                &format!("the folders `{}` and `{dir}` have the same number", twin.dir),
                "give each module a number of its own",
            );
        }
        folder.lessons.sort_unstable();
        for pair in folder.lessons.windows(2).filter(|w| w[0].0 == w[1].0) {
            let other = pair[0].1.rsplit('/').next().unwrap_or_default();
            bad_name(found, pair[1].1, &format!("this lesson has the same number as `{other}`"), "give each lesson a number of its own");
        }
        if source.has(&at) {
            out.push(folder);
        } else {
            found.push(Diagnostic::new(Kind::MissingFile, &at, Spot::START, format!("the folder `modules/{dir}` has no module.toml")));
        }
    }
    out.sort_by_key(|f| f.number);
    out
}

/// The number that `NN-name` begins with.
pub(crate) fn number(name: &str) -> Option<u16> {
    let (digits, rest) = name.split_once('-')?;
    let good = !rest.is_empty() && digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
    digits.parse().ok().filter(|n| good && *n > 0)
}

fn bad_name(found: &mut Vec<Diagnostic>, path: &str, message: &str, hint: &str) {
    found.push(Diagnostic::new(Kind::BadFileName, path, Spot::START, message).hint(hint));
}

fn stray(path: &str, found: &mut Vec<Diagnostic>) {
    if path.starts_with("projects/") {
        return;
    }
    let at_home = ["course.toml", "facts.toml", "papers.toml", "README.md", "LICENSE", "LICENSE.md", "CHANGELOG.md"].contains(&path);
    if !at_home {
        found.push(
            Diagnostic::new(Kind::Unused, path, Spot::START, "this file is no part of the course")
                .hint("a course holds course.toml, facts.toml, papers.toml, modules/ and projects/"),
        );
    }
}

/// Names that some LMS, zip reader or file system refuses.
fn names(source: &Source, found: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    let mut told = BTreeSet::new();
    for (path, _) in source.iter() {
        for part in path.split('/').filter(|p| refused(p)) {
            if told.insert(part) {
                bad_name(
                    found,
                    path,
                    &format!("some LMS refuses the name `{part}`"),
                    "use ASCII letters, digits, `.`, `_` and `-`, at most 80, no dot at the end",
                );
            }
        }
        if path.len() > 180 {
            bad_name(found, path, "the path is longer than 180 characters", "shorten the names: Windows cannot unpack longer ones");
        }
        if let Some(twin) = seen.insert(path.to_ascii_lowercase(), path) {
            bad_name(
                found,
                path,
                &format!("`{twin}` differs by upper and lower case only"),
                "some file systems keep one of the two: rename one",
            );
        }
    }
}

fn refused(part: &str) -> bool {
    const DEVICES: &[&str] = &["con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "lpt1", "lpt2", "lpt3"];
    let good = part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'_' || b == b'-');
    let stem = part.split('.').next().unwrap_or_default().to_ascii_lowercase();
    !good || part.len() > 80 || part.ends_with('.') || DEVICES.contains(&stem.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(paths: &[&str]) -> Vec<String> {
        let mut found = Vec::new();
        folders(&Source::from_files(paths.iter().map(|p| (*p, ""))), &mut found);
        found.iter().map(|d| format!("{}: {}", d.file, d.message)).collect()
    }

    #[test]
    fn files_find_their_place() {
        let source = Source::from_files(
            [
                "modules/02-b/module.toml",
                "modules/02-b/02-y.md",
                "modules/02-b/01-x.md",
                "modules/02-b/quiz.toml",
                "modules/02-b/notebooks/n.ipynb",
                "modules/01-a/module.toml",
            ]
            .map(|p| (p, "")),
        );
        let mut found = Vec::new();
        let all = folders(&source, &mut found);
        assert_eq!(found, []);
        assert_eq!(all.iter().map(|f| f.dir.as_str()).collect::<Vec<_>>(), ["01-a", "02-b"]);
        assert_eq!(all[1].lessons, [(1, "modules/02-b/01-x.md"), (2, "modules/02-b/02-y.md")]);
        assert_eq!((all[1].quiz, all[1].notebooks.len()), (Some("modules/02-b/quiz.toml"), 1));
    }

    #[test]
    fn names_that_lmss_refuse_are_told() {
        assert_eq!(
            said(&["modules/01-a/module.toml", "modules/01-a/media/größe 1.svg"]),
            ["modules/01-a/media/größe 1.svg: some LMS refuses the name `größe 1.svg`"]
        );
        assert_eq!(
            said(&["modules/01-a/module.toml", "modules/01-a/data/aux.csv"])[0],
            "modules/01-a/data/aux.csv: some LMS refuses the name `aux.csv`"
        );
        assert_eq!(
            said(&["modules/01-a/module.toml", "modules/01-a/media/A.svg", "modules/01-a/media/a.svg"]),
            ["modules/01-a/media/a.svg: `modules/01-a/media/A.svg` differs by upper and lower case only"]
        );
    }

    #[test]
    fn folders_and_lessons_need_numbers_of_their_own() {
        assert_eq!(
            said(&[
                "modules/01-a/module.toml",
                "modules/01-b/module.toml",
                "modules/c/module.toml",
                "modules/01-a/intro.md",
                "modules/01-a/03-x.md",
                "modules/01-a/03-y.md"
            ]),
            [
                "modules/01-a/intro.md: a lesson's file name does not begin with its number",
                "modules/01-a/03-y.md: this lesson has the same number as `03-x.md`",
                "modules/01-b/module.toml: the folders `01-a` and `01-b` have the same number",
                "modules/c/module.toml: a module's folder does not begin with its number",
            ]
        );
    }

    #[test]
    fn strays_are_worth_a_look() {
        assert_eq!(
            said(&["README.md", "notes.txt", "modules/01-a/todo.txt", "modules/01-a/01-x.md"]),
            [
                "modules/01-a/todo.txt: this file is no part of a module",
                "notes.txt: this file is no part of the course",
                "modules/01-a/module.toml: the folder `modules/01-a` has no module.toml"
            ]
        );
    }
}

//! `ferry new`: a course of your own.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use rust_embed::RustEmbed;

use super::{Context, Exit, UsageError};

/// A small course that shows every element of the format.
#[derive(RustEmbed)]
#[folder = "src/cli/example/"]
struct Example;

/// The example's own id, which becomes the new course's.
const EXAMPLE_ID: &str = "id = \"my-course\"";

/// Start a course of your own
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  ferry new my-course && ferry check my-course && ferry serve --trial --course my-course")]
pub struct Args {
    /// Folder to make
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
}

pub(super) fn run(args: &Args, ctx: &Context) -> anyhow::Result<Exit> {
    let files = create(&args.dir)?;
    let dir = args.dir.display();
    ctx.out.say(format!("✓ wrote a small course to {dir}: {files} files"));
    ctx.out.hint(format!("see it with `ferry serve --trial --course {dir}`, change it, then run `ferry check {dir}`"));
    Ok(Exit::Success)
}

/// Writes the example; a folder that holds anything is left alone.
fn create(dir: &Path) -> anyhow::Result<usize> {
    match fs::read_dir(dir).map(|mut entries| entries.next().is_some()) {
        Ok(false) => {}
        Ok(true) => return Err(UsageError(format!("`{}` is not empty: name a folder that does not exist yet", dir.display())).into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| format!("cannot use `{}`", dir.display())),
    }
    let id = id(dir);
    let mut files = 0;
    for name in Example::iter() {
        let Some(file) = Example::get(&name) else { continue };
        let path = dir.join(name.as_ref());
        let folder = path.parent().unwrap_or(dir);
        fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
        let bytes = match (name.as_ref(), std::str::from_utf8(&file.data)) {
            ("course.toml", Ok(text)) => text.replacen(EXAMPLE_ID, &format!("id = \"{id}\""), 1).into_bytes(),
            _ => file.data.into_owned(),
        };
        fs::write(&path, bytes).with_context(|| format!("cannot write `{}`", path.display()))?;
        files += 1;
    }
    Ok(files)
}

/// The folder's name as a course id.
fn id(dir: &Path) -> String {
    let name = dir.file_name().map(|n| n.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let words: Vec<&str> = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let id: String = words.join("-").chars().take(48).collect();
    if id.is_empty() { "my-course".to_owned() } else { id.trim_end_matches('-').to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::{QuestionKind, Source, check};

    #[test]
    fn a_new_course_has_no_problems_and_shows_every_kind_of_question() {
        let dir = tempfile::tempdir().unwrap();
        let at = dir.path().join("Rowing & Sculling 2");
        create(&at).unwrap();
        let (course, found) = check(&Source::read_dir(&at).unwrap(), None);
        assert_eq!(found.to_string(), "");
        let course = course.unwrap();
        assert_eq!(course.id, "rowing-sculling-2");
        let kinds: std::collections::BTreeSet<_> =
            course.modules[0].quiz.as_ref().unwrap().questions.iter().map(|q| discriminant(&q.kind)).collect();
        assert_eq!(kinds.len(), 7);
        assert_eq!(course.assets.len(), 4);
    }

    fn discriminant(kind: &QuestionKind) -> String {
        serde_json::to_value(kind).unwrap()["type"].to_string()
    }

    #[test]
    fn a_folder_that_holds_something_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("thesis.txt"), "mine").unwrap();
        let error = create(dir.path()).unwrap_err();
        assert!(error.is::<UsageError>() && error.to_string().ends_with("is not empty: name a folder that does not exist yet"), "{error}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        fs::remove_file(dir.path().join("thesis.txt")).unwrap();
        assert!(create(dir.path()).unwrap() > 8, "an empty folder is fine");
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let error = create(Path::new("/dev/null/course")).unwrap_err();
        assert!(format!("{error:#}").contains("/dev/null/course"), "{error:#}");
    }

    #[test]
    fn every_folder_name_gives_a_usable_id() {
        assert_eq!(id(Path::new("/x/My Course")), "my-course");
        assert_eq!(id(Path::new("..")), "my-course");
        assert_eq!(id(Path::new("Übung 1")), "bung-1");
    }
}

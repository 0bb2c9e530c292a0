//! `ferry check`: every problem of a course at once.

use std::path::{Path, PathBuf};

use super::{Context, Exit};
use crate::course::{self, Diagnostics, Source, SourceError};

/// Report every problem of a course
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    ferry check              the course in force\n  \
    ferry check my-course    a folder\n\n\
    Problems are printed as file:line:col: message, with a hint. Exit code 1 when there are any; \
    warnings alone leave it 0, unless --strict is given.")]
pub struct Args {
    /// Folder of the course [default: FERRY_COURSE, else the course built in]
    #[arg(value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// The same, spelled as in other commands
    #[arg(long, value_name = "DIR", conflicts_with = "dir")]
    pub course: Option<PathBuf>,
    /// Fail on warnings too
    #[arg(long)]
    pub strict: bool,
}

pub(super) fn run(args: &Args, ctx: &Context) -> anyhow::Result<Exit> {
    let dir = args.dir.as_deref().or(args.course.as_deref());
    let dir = ctx.settings_for(dir)?.course;
    let source = source(dir.as_deref())?;
    let (course, found) = course::check(&source, None);
    for diagnostic in &found.0 {
        // With the folder before it, so that an editor or terminal can open the place.
        ctx.out.data(match &dir {
            Some(dir) => format!("{}/{diagnostic}", dir.display().to_string().trim_end_matches('/')),
            None => diagnostic.to_string(),
        })?;
    }
    if let Some(course) = &course {
        ctx.out.say(summary(course));
    }
    ctx.out.say(verdict(&found));
    let failed = found.errors() > 0 || (args.strict && found.warnings() > 0);
    Ok(if failed { Exit::Problems } else { Exit::Success })
}

/// The course in a folder, or the one built in.
pub(super) fn source(dir: Option<&Path>) -> Result<Source, SourceError> {
    dir.map_or_else(|| Ok(Source::embedded()), Source::read_dir)
}

fn summary(course: &course::Course) -> String {
    let lessons: usize = course.modules.iter().map(|m| m.lessons.len()).sum();
    let questions: usize = course.modules.iter().filter_map(|m| m.quiz.as_ref()).map(|q| q.questions.len()).sum();
    let words: usize = course.modules.iter().flat_map(|m| &m.lessons).map(|l| l.words).sum();
    format!(
        "{}: {}, {}, {}, {}",
        course.title,
        many(course.modules.len(), "module"),
        many(lessons, "lesson"),
        many(questions, "question"),
        many(words, "word")
    )
}

fn verdict(found: &Diagnostics) -> String {
    match (found.errors(), found.warnings()) {
        (0, 0) => "✓ no problems".to_owned(),
        (0, w) => format!("✓ no errors, {}", many(w, "warning")),
        (e, 0) => format!("! {}", many(e, "error")),
        (e, w) => format!("! {}, {}", many(e, "error"), many(w, "warning")),
    }
}

fn many(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

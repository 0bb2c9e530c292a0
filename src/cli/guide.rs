//! `ferry guide`: what to study next, in the terminal.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::Context as _;

use super::{Context, Exit, UsageError, check};
use crate::{
    config::nearest,
    course::{self, Course},
    learning::navigator::{Progress, suggest},
};

/// Say what to study next, and why
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    ferry guide                              go on where you were\n  \
    ferry guide --intent deploy_fast         take the way to one aim\n  \
    ferry guide --done foundations=85        take down a module and the score of its quiz\n  \
    ferry guide --show                       only say where you stand\n\n\
    What you did is kept in a small file, progress.json: course, intent, modules (id to best score, or null), last.\n\
    Without a terminal, or with --done, --intent or --show, nothing is asked.")]
pub struct Args {
    /// Folder of the course [default: FERRY_COURSE, else the course built in]
    #[arg(long, value_name = "DIR")]
    pub course: Option<PathBuf>,
    /// Where progress is kept
    #[arg(long, value_name = "FILE", default_value = "progress.json")]
    pub progress: PathBuf,
    /// What you are after; `none` follows the order of the course
    #[arg(long, value_name = "INTENT")]
    pub intent: Option<String>,
    /// A module you studied, with the percentage of its quiz if you took it; may be given again
    #[arg(long, value_name = "MODULE[=SCORE]")]
    pub done: Vec<String>,
    /// Say where you stand, change and ask nothing
    #[arg(long, conflicts_with_all = ["done", "intent"])]
    pub show: bool,
}

pub(super) fn run(args: &Args, ctx: &Context) -> anyhow::Result<Exit> {
    let dir = ctx.settings_for(args.course.as_deref())?.course;
    let course =
        course::load(&check::source(dir.as_deref())?, None).map_err(|found| anyhow::anyhow!("the course has problems:\n{found}"))?;
    let mut progress = load(&args.progress, &course)?;
    if let Some(intent) = &args.intent {
        progress.intent = intent_of(&course, intent)?;
    }
    for done in &args.done {
        let (module, score) = studied(&course, done)?;
        progress.record(&module, score);
    }
    if args.intent.is_some() || !args.done.is_empty() {
        save(&args.progress, &progress)?;
    }
    show(ctx, &course, &progress)?;
    let asks = !args.show && args.intent.is_none() && args.done.is_empty();
    if !asks {
        return Ok(Exit::Success);
    }
    while let Some(answer) = ctx.out.ask("Done? Type MODULE=SCORE, an intent, or nothing to stop:")? {
        match studied(&course, &answer).map(|(m, s)| progress.record(&m, s)).or_else(|wrong| {
            let intent = intent_of(&course, &answer);
            intent.map(|i| progress.intent = i).map_err(|_| wrong)
        }) {
            Ok(()) => save(&args.progress, &progress)?,
            Err(wrong) => ctx.out.warn(wrong.to_string()),
        }
        show(ctx, &course, &progress)?;
    }
    Ok(Exit::Success)
}

fn show(ctx: &Context, course: &Course, progress: &Progress) -> anyhow::Result<()> {
    let done = course.modules.iter().filter(|m| progress.modules.contains_key(&m.id)).count();
    ctx.out.data(format!("{}: {done} of {} modules done", course.title, course.modules.len()))?;
    let next = suggest(course, progress);
    ctx.out.data(match &next.to {
        Some(id) => format!("next: {} ({id})", next.title),
        None => next.title.clone(),
    })?;
    for why in &next.why {
        ctx.out.data(format!("  {why}"))?;
    }
    if progress.intent.is_none() && progress.modules.is_empty() && !course.jumps.is_empty() {
        let aims = course.jumps.iter().map(|j| format!("  {:<20} {}", j.intent, j.title)).collect::<Vec<_>>().join("\n");
        ctx.out.say(format!("With one aim in mind, say `ferry guide --intent …`:\n{aims}"));
    }
    Ok(())
}

fn intent_of(course: &Course, text: &str) -> Result<Option<String>, UsageError> {
    if text == "none" {
        return Ok(None);
    }
    let known = || course.jumps.iter().map(|j| j.intent.as_str());
    match known().find(|i| *i == text) {
        Some(intent) => Ok(Some(intent.to_owned())),
        None => Err(UsageError(format!("no intent `{text}`; there are: {}, none", known().collect::<Vec<_>>().join(", ")))),
    }
}

/// `foundations=85`, or `foundations`.
fn studied(course: &Course, text: &str) -> Result<(String, Option<f64>), UsageError> {
    let (id, score) = text.split_once('=').map_or((text, None), |(id, score)| (id, Some(score)));
    if course.module(id).is_none() {
        let near = nearest(id, course.modules.iter().map(|m| m.id.as_str()));
        let meant = near.map(|n| format!(": did you mean `{n}`?")).unwrap_or_default();
        return Err(UsageError(format!("no module `{id}` in this course{meant}")));
    }
    let number = |s: &str| s.trim_end_matches('%').trim().parse::<f64>().ok().filter(|n| (0.0..=100.0).contains(n));
    match score.map(|s| number(s).ok_or(s)).transpose() {
        Ok(score) => Ok((id.to_owned(), score)),
        Err(wrong) => Err(UsageError(format!("`{wrong}` is no score: type a percentage from 0 to 100, such as {id}=85"))),
    }
}

fn load(path: &Path, course: &Course) -> anyhow::Result<Progress> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Progress { course: course.id.clone(), ..Progress::default() }),
        Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", path.display())),
    };
    let progress: Progress = serde_json::from_str(&text)
        .with_context(|| format!("`{}` is no progress file: mend it, or name another with --progress", path.display()))?;
    if progress.course != course.id {
        let (path, of) = (path.display(), &progress.course);
        return Err(UsageError(format!("`{path}` is about the course `{of}`, not `{}`: name another with --progress", course.id)).into());
    }
    Ok(progress)
}

/// Written aside and renamed: a stop in the middle loses nothing.
fn save(path: &Path, progress: &Progress) -> anyhow::Result<()> {
    let aside = path.with_extension(format!("{}.tmp", std::process::id()));
    let text = serde_json::to_string_pretty(progress)? + "\n";
    fs::write(&aside, text).and_then(|()| fs::rename(&aside, path)).with_context(|| {
        let _ = fs::remove_file(&aside);
        format!("cannot write `{}`", path.display())
    })
}

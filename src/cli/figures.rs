//! `ferry figures`: diagrams drawn once, by the author.

use std::path::PathBuf;

use super::{Context, Exit};

/// Draw a course's diagrams
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    ferry figures --course my-course\n  \
    ferry figures --check\n\n\
    Draws every Mermaid diagram to figures/<id>.svg in its module. Needs a ferry built with `--features figures`.")]
pub struct Args {
    /// Folder of the course [default: FERRY_COURSE, else `content`]
    #[arg(long, value_name = "DIR")]
    pub course: Option<PathBuf>,
    /// Draw nothing: fail if a stored drawing differs from what would be drawn
    #[arg(long)]
    pub check: bool,
}

#[cfg(not(feature = "figures"))]
pub(super) fn run(_args: &Args, ctx: &Context) -> anyhow::Result<Exit> {
    ctx.out.say("! this ferry cannot draw: it was built without the Mermaid renderer");
    ctx.out.hint("build one that can: cargo run --features figures -- figures");
    Ok(Exit::Usage)
}

#[cfg(feature = "figures")]
pub(super) fn run(args: &Args, ctx: &Context) -> anyhow::Result<Exit> {
    use crate::course::{Diagnostics, Source, draw, figures};

    let dir = ctx.settings_for(args.course.as_deref())?.course.unwrap_or_else(|| PathBuf::from("content"));
    let source = Source::read_dir(&dir)?;
    let list = match figures::sources(&source) {
        Ok(list) => list,
        Err(found) => {
            ctx.out.data(Diagnostics::new(found).to_string())?;
            return Ok(Exit::Problems);
        }
    };
    let bar = ctx.out.progress(list.len() as u64, "drawing");
    let (mut changed, mut bad) = (0, 0);
    for figure in &list {
        bar.inc(1);
        let place = format!("{}/{}:{}:1", dir.display(), figure.file, figure.line);
        let svg = match draw::draw(&figure.id, &figure.text) {
            Ok(svg) => svg,
            Err(why) => {
                bad += 1;
                ctx.out.data(format!("{place}: the figure `{}` cannot be drawn: {why}", figure.id))?;
                continue;
            }
        };
        if source.get(&figure.path) == Some(svg.as_bytes()) {
            continue;
        }
        changed += 1;
        if args.check {
            ctx.out.data(format!("{place}: `{}` differs from what would be drawn\n  hint: run `ferry figures`", figure.path))?;
        } else {
            write(&dir.join(&figure.path), &svg)?;
            ctx.out.data(figure.path.clone())?;
        }
    }
    bar.finish_and_clear();
    let current = list.len() - changed - bad;
    let verb = if args.check { "differ" } else { "drawn" };
    ctx.out.say(format!("{current} of {} figures were current, {changed} {verb}, {bad} cannot be drawn", list.len()));
    let failed = bad > 0 || (args.check && changed > 0);
    Ok(if failed { Exit::Problems } else { Exit::Success })
}

#[cfg(feature = "figures")]
fn write(path: &std::path::Path, svg: &str) -> anyhow::Result<()> {
    use anyhow::Context as _;

    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    }
    std::fs::write(path, svg).with_context(|| format!("cannot write `{}`", path.display()))
}

//! `ferry figures`: diagrams drawn once, by the author.

use std::path::PathBuf;

use super::{Context, Exit};

/// Draw a course's diagrams
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    ferry figures --course my-course\n\n\
    Draws every Mermaid diagram to an SVG beside its lesson. Needs a ferry built with `--features figures`.")]
pub struct Args {
    /// Folder of the course [default: FERRY_COURSE, else `content`]
    #[arg(long, value_name = "DIR")]
    pub course: Option<PathBuf>,
}

pub(super) fn run(_args: &Args, _ctx: &Context) -> anyhow::Result<Exit> {
    anyhow::bail!("not built yet")
}

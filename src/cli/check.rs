//! `ferry check`: every problem of a course at once.

use std::path::PathBuf;

use super::{Context, Exit};

/// Report every problem of a course
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    ferry check              the course in force\n  \
    ferry check my-course    a folder\n\n\
    Problems are printed as file:line:col: message, with a hint. Exit code 1 when there are any.")]
pub struct Args {
    /// Folder of the course [default: FERRY_COURSE, else the course built in]
    #[arg(value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// The same, spelled as in other commands
    #[arg(long, value_name = "DIR", conflicts_with = "dir")]
    pub course: Option<PathBuf>,
}

pub(super) fn run(_args: &Args, _ctx: &Context) -> anyhow::Result<Exit> {
    anyhow::bail!("not built yet")
}

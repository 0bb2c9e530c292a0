//! `ferry new`: a course of your own.

use std::path::PathBuf;

use super::{Context, Exit};

/// Start a course of your own
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  ferry new my-course && ferry check my-course && ferry serve --trial --course my-course")]
pub struct Args {
    /// Folder to make
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
}

pub(super) fn run(_args: &Args, _ctx: &Context) -> anyhow::Result<Exit> {
    anyhow::bail!("not built yet")
}

//! `ferry build`: packages to import.

use std::path::PathBuf;

use clap::ValueEnum;

use super::{Context, Exit};

/// Write SCORM packages to import into an LMS
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    ferry build                                        every module and the whole course, both formats\n  \
    ferry build --format scorm12 --module foundations  one zip\n  \
    ferry build --course my-course --out /tmp/zips")]
pub struct Args {
    /// Package format; may be repeated [default: all]
    #[arg(long, value_name = "FORMAT")]
    pub format: Vec<PackageFormat>,
    /// Id of a module; may be repeated [default: every module and the whole course]
    #[arg(long, value_name = "ID")]
    pub module: Vec<String>,
    /// Folder to write to
    #[arg(long, value_name = "DIR", default_value = "packages")]
    pub out: PathBuf,
    /// Folder of the course [default: FERRY_COURSE, else the course built in]
    #[arg(long, value_name = "DIR")]
    pub course: Option<PathBuf>,
}

/// Formats by the names people type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PackageFormat {
    /// SCORM 1.2: Moodle and nearly everything else
    Scorm12,
    /// SCORM 2004 4th Edition
    Scorm2004,
}

pub(super) fn run(_args: &Args, _ctx: &Context) -> anyhow::Result<Exit> {
    anyhow::bail!("not built yet")
}

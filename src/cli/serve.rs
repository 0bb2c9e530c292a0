//! `ferry serve`: only its words; [`crate::run`] does the work, because it needs the front doors.

use std::path::PathBuf;

/// Serve the course to learners over LTI
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    ferry serve --trial                      try it here, without an LMS\n  \
    ferry serve --course my-course --trial   the same with your own course\n  \
    FERRY_PUBLIC_URL=https://courses.example.edu ferry serve\n\n\
    Stop with Ctrl-C: what is under way is finished first.")]
pub struct Args {
    /// Also start a small LTI platform to try the tool with: throw-away data, this machine only
    #[arg(long)]
    pub trial: bool,
    /// Folder of the course [default: FERRY_COURSE, else the course built in]
    #[arg(long, value_name = "DIR")]
    pub course: Option<PathBuf>,
    /// Address and port [default: FERRY_LISTEN, else 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
}

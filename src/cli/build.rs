//! `ferry build`: packages to import.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::Context as _;
use clap::ValueEnum;
use rayon::prelude::*;

use super::{Context, Exit, UsageError};
use crate::{
    config::nearest,
    course::{self, Course, Source},
    package::{Builder, Finish, Format, Package, Scope, verify},
};

/// Write SCORM packages to import into an LMS
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    ferry build                                        every module and the whole course, both formats\n  \
    ferry build --format scorm12 --module foundations  one zip\n  \
    ferry build --course my-course --out /tmp/zips\n\n\
    Moodle: import the scorm12 zips. Learners who look can find the answers inside any SCORM package;\n\
    graded work that matters is better placed as an LTI tool: `ferry help serve`.")]
pub struct Args {
    /// Package format; may be repeated [default: all]
    #[arg(long, value_name = "FORMAT")]
    pub format: Vec<PackageFormat>,
    /// Id of a module; may be repeated [default: every module and the whole course]
    #[arg(long, value_name = "ID")]
    pub module: Vec<String>,
    /// What SCORM 1.2 reports at the end
    #[arg(long, value_name = "STATUS", default_value = "completed")]
    pub status: Status,
    /// Folder to write to
    #[arg(long, value_name = "DIR", default_value = "dist")]
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

impl From<PackageFormat> for Format {
    fn from(format: PackageFormat) -> Self {
        match format {
            PackageFormat::Scorm12 => Self::Scorm12,
            PackageFormat::Scorm2004 => Self::Scorm2004,
        }
    }
}

/// Final statuses by the names people type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Status {
    /// `completed`: what a new Moodle activity waits for
    Completed,
    /// `passed` or `failed`, with a mastery score
    Passed,
}

/// A package on its way to the disk.
struct Built {
    package: Package,
    faults: Vec<verify::Fault>,
}

pub(super) fn run(args: &Args, ctx: &Context) -> anyhow::Result<Exit> {
    let start = Instant::now();
    let settings = ctx.settings_for(args.course.as_deref())?;
    let course = match load(settings.course.as_deref())? {
        Ok(course) => course,
        Err(found) => {
            ctx.out.say(found.to_string());
            anyhow::bail!("nothing was built: the course has {} to mend", count(found.errors(), "problem"));
        }
    };
    let built = build(&course, args, ctx)?;
    if let Some(faulty) = built.iter().find(|b| !b.faults.is_empty()) {
        faulty.faults.iter().for_each(|fault| ctx.out.say(fault.to_string()));
        anyhow::bail!("nothing was written: {} would fail in an LMS", faulty.package.file_name);
    }
    write(&args.out, &built)?;
    let rows = built.iter().map(|b| row(&b.package)).collect::<Vec<_>>();
    ctx.out.table(&["package", "format", "KB", "files", "sha256"], &rows)?;
    let bytes = built.iter().map(|b| b.package.bytes.len()).sum::<usize>();
    ctx.out.say(format!(
        "{} in {}, {} KB in all, checked and listed in {}, {:.1} s",
        count(built.len(), "package"),
        args.out.display(),
        kilobytes(bytes),
        args.out.join(SUMS).display(),
        start.elapsed().as_secs_f64()
    ));
    Ok(Exit::Success)
}

/// Digests of what was built, for `sha256sum -c`.
const SUMS: &str = "sha256sums.txt";

fn load(dir: Option<&Path>) -> anyhow::Result<Result<Course, course::Diagnostics>> {
    let source = match dir {
        Some(dir) => Source::read_dir(dir)?,
        None => Source::embedded(),
    };
    Ok(course::load(&source, None))
}

fn build(course: &Course, args: &Args, ctx: &Context) -> anyhow::Result<Vec<Built>> {
    let scopes = scopes(course, &args.module)?;
    let mut formats: Vec<Format> = args.format.iter().map(|f| Format::from(*f)).collect();
    formats.sort_unstable();
    formats.dedup();
    if formats.is_empty() {
        formats = Format::ALL.to_vec();
    }
    let builder = Builder::new(course).finish(match args.status {
        Status::Completed => Finish::Completed,
        Status::Passed => Finish::PassedFailed,
    });
    let bar = ctx.out.progress((scopes.len() * formats.len()) as u64, "packages");
    // One task a scope: its formats share the page, which is most of the work.
    let built: Vec<Vec<Built>> = scopes
        .par_iter()
        .map(|scope| {
            let one = |format: &Format| {
                let package = builder.build(*format, scope)?;
                let faults = verify::verify(&package.bytes).faults;
                bar.inc(1);
                Ok(Built { package, faults })
            };
            formats.iter().map(one).collect()
        })
        .collect::<anyhow::Result<_>>()?;
    bar.finish_and_clear();
    let mut built: Vec<Built> = built.into_iter().flatten().collect();
    built.sort_by(|a, b| a.package.file_name.cmp(&b.package.file_name));
    Ok(built)
}

fn scopes(course: &Course, modules: &[String]) -> anyhow::Result<Vec<Scope>> {
    let known: Vec<&str> = course.modules.iter().map(|m| m.id.as_str()).collect();
    if let Some(unknown) = modules.iter().find(|m| !known.contains(&m.as_str())) {
        let guess = nearest(unknown, known.iter().copied()).map_or_else(String::new, |n| format!("; did you mean `{n}`?"));
        return Err(UsageError(format!("no module `{unknown}`{guess} There are: {}", known.join(", "))).into());
    }
    let all = Scope::all(course);
    if modules.is_empty() {
        return Ok(all);
    }
    Ok(all.into_iter().filter(|s| matches!(s, Scope::Module(id) if modules.contains(id))).collect())
}

fn write(out: &Path, built: &[Built]) -> anyhow::Result<()> {
    fs::create_dir_all(out).with_context(|| format!("cannot make the folder `{}`", out.display()))?;
    let mut sums = String::new();
    for Built { package, .. } in built {
        put(&out.join(&package.file_name), &package.bytes)?;
        sums.push_str(&format!("{}  {}\n", package.sha256, package.file_name));
    }
    put(&out.join(SUMS), sums.as_bytes())
}

/// Written aside and renamed: nobody uploads half a package.
fn put(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let aside = path.with_extension("part");
    let written = fs::write(&aside, bytes).and_then(|()| fs::rename(&aside, path));
    if written.is_err() {
        let _ = fs::remove_file(&aside);
    }
    written.with_context(|| format!("cannot write `{}`", path.display()))
}

fn row(package: &Package) -> Vec<String> {
    vec![
        package.file_name.clone(),
        package.format.title().to_owned(),
        kilobytes(package.bytes.len()).to_string(),
        package.files.len().to_string(),
        package.sha256[..12].to_owned(),
    ]
}

fn kilobytes(bytes: usize) -> usize {
    bytes.div_ceil(1000)
}

fn count(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

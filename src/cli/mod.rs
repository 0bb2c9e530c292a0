//! The command line: one file a command.
//!
//! Data goes to stdout, talk to stderr. Exit codes: 0 all well, 1 problems found or failed, 2 wrong usage.

mod admin;
mod build;
mod check;
mod config;
mod db;
mod doctor;
mod figures;
mod guide;
mod keys;
mod new;
pub mod outbound;
pub mod output;
mod platform;
mod private;
mod secret_link;
pub mod serve;

#[cfg(test)]
mod tests;

use std::{future::Future, path::PathBuf};

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use output::Output;

use crate::{
    clock,
    config::{ConfigError, Loader, Settings},
    store::{Store, StoreError},
};

/// The words of the command line.
#[derive(Debug, Parser)]
#[command(
    name = "ferry",
    version,
    about = "One Markdown course to every LMS: SCORM packages to import, an LTI tool to launch, grades brought home.",
    after_help = "First steps:\n  \
        ferry serve --trial          try everything on this machine, without an LMS\n  \
        ferry build --out packages   SCORM zips of the course\n  \
        ferry new my-course          a course of your own\n  \
        ferry help platform          connect Moodle, Canvas and others\n  \
        ferry doctor                 what is wrong between an LMS and this tool\n\n\
        Settings come from FERRY_* variables, then ferry.toml, then the defaults: `ferry config show`.",
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = false
)]
pub struct Cli {
    /// Settings file [default: ferry.toml, if there is one]
    #[arg(long, global = true, value_name = "FILE", env = "FERRY_CONFIG")]
    pub config: Option<PathBuf>,
    /// Say nothing but errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the course to learners over LTI
    Serve(serve::Args),
    /// Write SCORM packages to import into an LMS
    Build(build::Args),
    /// Report every problem of a course
    Check(check::Args),
    /// Start a course of your own
    New(new::Args),
    /// Draw a course's diagrams
    Figures(figures::Args),
    /// Say what to study next, and why
    Guide(guide::Args),
    /// Connect platforms: Moodle, Canvas, Open edX and others
    Platform(platform::Args),
    /// Look for what is wrong between an LMS and this tool
    Doctor(doctor::Args),
    /// The keys we sign with
    Keys(keys::Args),
    /// Sign in as administrator
    Admin(admin::Args),
    /// Migrate, back up, restore the database
    Db(db::Args),
    /// Check or show the settings
    Config(config::Args),
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All well.
    Success,
    /// It did its work and found problems, or could not do it.
    Problems,
    /// It was asked wrongly.
    Usage,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Success => 0,
            Exit::Problems => 1,
            Exit::Usage => 2,
        })
    }
}

/// The command was asked wrongly, in a way the parser cannot see.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(pub String);

/// What a command has at hand.
#[derive(Debug)]
pub struct Context {
    config: Option<PathBuf>,
    /// Where it talks and prints.
    pub out: Output,
}

impl Context {
    /// For the words given.
    #[must_use]
    pub fn new(cli: &Cli) -> Self {
        Self { config: cli.config.clone(), out: Output::new(cli.quiet) }
    }

    /// The settings in force.
    ///
    /// # Errors
    /// When they are wrong.
    pub fn settings(&self) -> Result<Settings, ConfigError> {
        Settings::load(self.config.as_deref())
    }

    /// The settings in force, with the course of `--course` if that was given.
    ///
    /// # Errors
    /// When they are wrong.
    pub fn settings_for(&self, course: Option<&std::path::Path>) -> Result<Settings, ConfigError> {
        let loader = Loader::new().file(self.config.as_deref())?.environment(std::env::vars_os());
        match course {
            Some(dir) => loader.set("course", &dir.to_string_lossy()).finish(),
            None => loader.finish(),
        }
    }

    /// Runs something that waits.
    ///
    /// # Errors
    /// What it fails with.
    pub fn wait<T>(&self, work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
        tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start")?.block_on(work)
    }

    /// Runs something with the database, brought up to date first.
    ///
    /// # Errors
    /// What it fails with, or what the database fails with.
    pub fn with_store<T>(&self, settings: &Settings, work: impl AsyncFnOnce(&Store) -> anyhow::Result<T>) -> anyhow::Result<T> {
        self.wait(async {
            let store = Store::connect(&settings.database).await?;
            let result = work(&store).await;
            store.close().await;
            result
        })
    }
}

/// Runs every command but `serve`, which needs the front doors and so belongs to [`crate::run`].
#[must_use]
pub fn dispatch(command: &Command, ctx: &Context) -> Exit {
    let result = match command {
        Command::Serve(_) => return Exit::Usage,
        Command::Build(args) => build::run(args, ctx),
        Command::Check(args) => check::run(args, ctx),
        Command::New(args) => new::run(args, ctx),
        Command::Figures(args) => figures::run(args, ctx),
        Command::Guide(args) => guide::run(args, ctx),
        Command::Platform(args) => platform::run(args, ctx),
        Command::Doctor(args) => doctor::run(args, ctx),
        Command::Keys(args) => keys::run(args, ctx),
        Command::Admin(args) => admin::run(args, ctx),
        Command::Db(args) => db::run(args, ctx),
        Command::Config(args) => config::run(args, ctx),
    };
    conclude(result, &ctx.out)
}

/// Tells of an error and gives the exit code.
#[must_use]
pub fn conclude(result: anyhow::Result<Exit>, out: &Output) -> Exit {
    match result {
        Ok(exit) => exit,
        // Nobody reads on: `ferry platform list | head -1`.
        Err(e) if e.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe) => Exit::Success,
        Err(e) => {
            out.error(&e);
            if e.is::<UsageError>() { Exit::Usage } else { Exit::Problems }
        }
    }
}

/// Epoch milliseconds, now.
fn now() -> i64 {
    clock::now().as_millisecond()
}

/// A refusal from inside a transaction.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("{0}")]
    Because(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

//! `ferry config`: what is in force, and whether it makes sense.

use clap::Subcommand;

use super::{Context, Exit};
use crate::config::Settings;

/// Check or show the settings
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    ferry config check\n  \
    ferry config show\n  \
    ferry --config /etc/ferry.toml config check\n\n\
    ferry.default.toml documents every setting; `ferry config show --defaults` prints it.")]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Say what is wrong with the settings, if anything is
    Check,
    /// Show every setting with where it came from; secrets are starred out
    Show {
        /// Print the commented defaults instead: a start for ferry.toml
        #[arg(long)]
        defaults: bool,
    },
}

pub(super) fn run(args: &Args, ctx: &Context) -> anyhow::Result<Exit> {
    match &args.action {
        Action::Check => check(&ctx.settings()?, ctx),
        Action::Show { defaults: true } => {
            ctx.out.data(crate::config::DEFAULTS.trim_end())?;
            Ok(Exit::Success)
        }
        Action::Show { defaults: false } => show(&ctx.settings()?, ctx),
    }
}

fn show(settings: &Settings, ctx: &Context) -> anyhow::Result<Exit> {
    for (key, value, origin) in &settings.origins {
        let line = format!("{key} = {value}");
        ctx.out.data(format!("{line:<50} # {origin}"))?;
    }
    Ok(Exit::Success)
}

/// Beyond what loading checks: files that must be there, and addresses browsers will not put up with.
fn check(settings: &Settings, ctx: &Context) -> anyhow::Result<Exit> {
    let problems = settings.problems();
    for problem in &problems {
        ctx.out.data(problem)?;
    }
    if !problems.is_empty() {
        return Ok(Exit::Problems);
    }
    for advice in settings.advice() {
        ctx.out.warn(advice);
    }
    ctx.out.say("settings are fine");
    Ok(Exit::Success)
}

//! The composition root: the one place that sees every front door.

mod serve;
mod trial;

use clap::Parser as _;

use crate::cli::{self, Cli, Command, Context};

/// Runs the command line and gives the exit code.
#[must_use]
pub fn run() -> std::process::ExitCode {
    // Wrong words end here with exit code 2, help with 0.
    let cli = Cli::parse();
    let ctx = Context::new(&cli);
    match &cli.command {
        Command::Serve(args) => cli::conclude(serve::run(args, &ctx), &ctx.out),
        command => cli::dispatch(command, &ctx),
    }
    .into()
}

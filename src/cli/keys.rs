//! `ferry keys`: what we sign with.

use clap::Subcommand;

use super::{Context, Exit};

/// The keys we sign with
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    ferry keys list\n  \
    ferry keys rotate    a new key signs from now on; platforms read it from /lti/jwks.json\n\n\
    Works beside a running server, which takes the new key up by itself.")]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List keys, newest first
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Make a new key and retire the one that signs
    Rotate,
}

pub(super) fn run(_args: &Args, _ctx: &Context) -> anyhow::Result<Exit> {
    anyhow::bail!("not built yet")
}

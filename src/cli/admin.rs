//! `ferry admin`: a way in for who runs the server.

use anyhow::Context as _;
use clap::Subcommand;

use super::{Context, Exit, now, secret_link};
use crate::{
    app::audit::{self, By},
    ids,
    store::{DEFAULT_TENANT, StoreError, Tx, admin},
};

/// How long a link can be used.
const MINUTES: i64 = 30;

/// Sign in as administrator
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    ferry admin link    a one-time address to sign in with: the first account, or a lost password\n\n\
    It works once, for 30 minutes. On a terminal it is printed; elsewhere it is written to a file that only you\n\
    can read, and the file's path is printed, so that no log ever holds it.")]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a one-time sign-in link
    Link,
}

pub(super) fn run(args: &Args, ctx: &Context) -> anyhow::Result<Exit> {
    let Action::Link = args.action;
    let settings = ctx.settings()?;
    let token = ids::random_token(32).context("no random numbers to be had")?;
    let (hash, now) = (ids::sha256_hex(token.as_bytes()), now());
    let address = ctx.with_store(&settings, async |store| {
        let op = async move |tx: &mut Tx| {
            admin::add_link(tx, DEFAULT_TENANT, &hash, now + MINUTES * 60_000, now).await?;
            Ok::<_, StoreError>(((), Some(By::command_line().did("one-time sign-in link made", "", now))))
        };
        audit::record(store, op).await?;
        secret_link::public_address(store, &settings).await
    })?;
    // The token rides behind `#`, where no server's or proxy's log sees it; the page posts it.
    secret_link::hand_over(&format!("{address}/admin/sign-in#{token}"), "admin-link", &format!("{MINUTES} minutes"), &settings, ctx)
}

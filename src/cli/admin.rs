//! `ferry admin`: a way in for who runs the server.

use anyhow::Context as _;
use clap::Subcommand;

use super::{Context, Exit, now, private};
use crate::{
    config::Settings,
    ids,
    store::{DEFAULT_TENANT, Durability, Tx, admin, meta},
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
        let op = async move |tx: &mut Tx| admin::add_link(tx, DEFAULT_TENANT, &hash, now + MINUTES * 60_000, now).await;
        store.write(Durability::Full, op).await?;
        Ok(meta::get(&mut store.read().await?, meta::ADDRESS).await?)
    })?;
    // What is set counts; else where the last server really was, whose port may be one that was free.
    let address = address.filter(|_| settings.server.public_url.is_none());
    let address = address.unwrap_or_else(|| settings.server.public_url_on(settings.server.listen));
    // The token rides behind `#`, where no server's or proxy's log sees it; the page posts it.
    hand_over(&format!("{address}/admin/sign-in#{token}"), &settings, ctx)
}

fn hand_over(link: &str, settings: &Settings, ctx: &Context) -> anyhow::Result<Exit> {
    if ctx.out.is_terminal() {
        ctx.out.data(link)?;
        ctx.out.say(format!("works once, for {MINUTES} minutes"));
    } else {
        let path = private::write(&settings.database.data_dir, "admin-link", link)?;
        ctx.out.data(path.display().to_string())?;
        ctx.out.say(format!("the link is in this file, for your eyes only; it works once, for {MINUTES} minutes"));
    }
    if settings.plain_http_beyond_loopback() {
        ctx.out.warn("the public address is plain http: browsers will not keep the sign-in; set FERRY_PUBLIC_URL to an https address");
    }
    Ok(Exit::Success)
}

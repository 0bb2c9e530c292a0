//! `ferry keys`: what we sign with.

use clap::Subcommand;
use jiff::Timestamp;
use serde_json::json;

use super::{Context, Exit, now};
use crate::{
    app::{audit::By, master_key, tool_keys},
    config::Settings,
    store::{DEFAULT_TENANT, Store, tool_key},
};

/// The keys we sign with
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    ferry keys list\n  \
    ferry keys rotate    a new key signs from now on; platforms read it from /lti/jwks.json\n\n\
    Works beside a running server, which takes the new key up by itself. The old key stays published, so that\n\
    platforms that remember it notice nothing. The setting rotate_keys_days does it by schedule: the next key is\n\
    then published two days before it signs.")]
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

pub(super) fn run(args: &Args, ctx: &Context) -> anyhow::Result<Exit> {
    let settings = ctx.settings()?;
    ctx.with_store(&settings, async |store| match args.action {
        Action::List { json } => list(store, json, ctx).await,
        Action::Rotate => rotate(store, &settings, ctx).await,
    })
}

async fn list(store: &Store, as_json: bool, ctx: &Context) -> anyhow::Result<Exit> {
    let keys = tool_key::list(&mut store.read().await?, DEFAULT_TENANT).await?;
    let time = |ms: i64| Timestamp::from_millisecond(ms).map(|t| t.strftime("%Y-%m-%d %H:%M").to_string()).unwrap_or_default();
    if as_json {
        let all: Vec<_> = keys
            .iter()
            .map(|k| json!({"kid": k.kid, "status": k.status.as_str(), "created_at": k.created_at, "signs_from": k.signs_from, "retired_at": k.retired_at}))
            .collect();
        ctx.out.data(serde_json::to_string_pretty(&all)?)?;
    } else if keys.is_empty() {
        ctx.out.say("no keys yet; the first start of `ferry serve` makes one, or `ferry keys rotate`");
    } else {
        let row = |k: &tool_key::ToolKey| {
            let retired = k.retired_at.map(time).unwrap_or_default();
            vec![k.kid.clone(), k.status.as_str().to_owned(), time(k.created_at), time(k.signs_from), retired]
        };
        ctx.out
            .table(&["KEY ID", "STATUS", "MADE (UTC)", "SIGNS FROM (UTC)", "RETIRED (UTC)"], &keys.iter().map(row).collect::<Vec<_>>())?;
    }
    Ok(Exit::Success)
}

async fn rotate(store: &Store, settings: &Settings, ctx: &Context) -> anyhow::Result<Exit> {
    let master = master_key(settings.master_key.as_ref(), &settings.database.data_dir)?;
    let kid = tool_keys::rotate(store, &master, By::command_line(), now()).await?;
    ctx.out.data(kid)?;
    ctx.out.say("this key signs from now on; the one before stays published");
    Ok(Exit::Success)
}

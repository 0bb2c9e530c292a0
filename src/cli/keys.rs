//! `ferry keys`: what we sign with.

use clap::Subcommand;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Context, Exit, now};
use crate::{
    app::{
        audit::By,
        key_proofs::{Has, KeyRing},
        master_key, tool_keys,
    },
    config::Settings,
    store::{
        DEFAULT_TENANT, Store,
        tool_key::{KeyStatus, ToolKey},
    },
};

/// The keys we sign with
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    ferry keys list\n  \
    ferry keys rotate    a new key signs from now on; platforms read it from /lti/jwks.json\n\n\
    Works beside a running server, which takes the new key up by itself. The old key stays published for 30 days,\n\
    so that platforms that remember it notice nothing. The setting rotate_keys_days does it by schedule: the next\n\
    key is then published seven days ahead, and signs sooner once every platform has proved to have it.")]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List keys, newest first, and which platform has proved to have them
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
        Action::List { json } => list(store, &settings, json, ctx).await,
        Action::Rotate => rotate(store, &settings, ctx).await,
    })
}

async fn list(store: &Store, settings: &Settings, as_json: bool, ctx: &Context) -> anyhow::Result<Exit> {
    let ring = KeyRing::read(&mut store.read().await?, DEFAULT_TENANT, settings.limits.rotate_keys_days).await?;
    if as_json {
        let all: Vec<Value> = ring.keys.iter().map(|key| as_value(&ring, key)).collect();
        ctx.out.data(serde_json::to_string_pretty(&all)?)?;
    } else if ring.keys.is_empty() {
        ctx.out.say("no keys yet; the first start of `ferry serve` makes one, or `ferry keys rotate`");
    } else {
        let heading = ["KEY ID", "STATUS", "MADE (UTC)", "SIGNS FROM (UTC)", "UNTIL (UTC)"];
        ctx.out.table(&heading, &ring.keys.iter().map(|key| key_row(&ring, key)).collect::<Vec<_>>())?;
        if !ring.platforms.is_empty() {
            ctx.out.data("")?;
            platforms(&ring, ctx)?;
        }
    }
    Ok(Exit::Success)
}

fn time(ms: i64) -> String {
    Timestamp::from_millisecond(ms).map(|t| t.strftime("%Y-%m-%d %H:%M").to_string()).unwrap_or_default()
}

fn key_row(ring: &KeyRing, key: &ToolKey) -> Vec<String> {
    let until = match key.status {
        KeyStatus::Retired => "published until ",
        KeyStatus::Next | KeyStatus::Active => "",
    };
    let until = ring.until(key).map(|at| format!("{until}{}", time(at))).unwrap_or_default();
    let signs_from = if key.signs_ever() { time(key.signs_from) } else { "never".to_owned() };
    vec![key.kid.clone(), key.status.as_str().to_owned(), time(key.created_at), signs_from, until]
}

/// Who has the key that signs, and the next one, if there is one.
fn platforms(ring: &KeyRing, ctx: &Context) -> anyhow::Result<()> {
    let keys: Vec<&ToolKey> = [KeyStatus::Active, KeyStatus::Next].into_iter().filter_map(|status| ring.key(status)).collect();
    let heading: Vec<&str> = ["PLATFORM", "HAS THE KEY THAT SIGNS", "HAS THE NEXT KEY"].into_iter().take(1 + keys.len()).collect();
    let row = |(id, name): (&str, &str)| {
        let proofs = keys.iter().map(|key| said(ring.has(id, &key.kid)));
        std::iter::once(name.to_owned()).chain(proofs).collect()
    };
    let rows: Vec<Vec<String>> = ring.platforms.iter().map(|r| (r.id.as_str(), r.name.as_str())).map(row).collect();
    ctx.out.table(&heading, &rows)?;
    if keys.first().is_some_and(|key| ring.proved(&key.kid) < ring.platforms.len()) {
        ctx.out.hint("`ferry doctor` asks a platform for a token now, and so finds out; the page *Keys* says what to do");
    }
    Ok(())
}

fn said(has: Has) -> String {
    match has {
        Has::Token(at) => format!("yes, gave a token {}", time(at)),
        Has::Fetched(at) => format!("yes, fetched it {}", time(at)),
        Has::Refused(at) => format!("not proved, refused a token {}", time(at)),
        Has::Unknown => "not proved".to_owned(),
    }
}

fn as_value(ring: &KeyRing, key: &ToolKey) -> Value {
    let of = |id: &str| ring.proofs.iter().find(|p| p.registration_id == id && p.kid == key.kid);
    let platform = |(id, name): (&str, &str)| {
        let proof = of(id);
        json!({
            "id": id,
            "name": name,
            "proved": ring.has(id, &key.kid).it(),
            "granted_at": proof.and_then(|p| p.granted_at),
            "fetched_at": proof.and_then(|p| p.fetched_at),
            "refused_at": proof.and_then(|p| p.refused_at),
        })
    };
    let platforms: Vec<Value> = ring.platforms.iter().map(|r| (r.id.as_str(), r.name.as_str())).map(platform).collect();
    json!({
        "kid": key.kid,
        "status": key.status.as_str(),
        "created_at": key.created_at,
        "signs_from": key.signs_from,
        "retired_at": key.retired_at,
        "until": ring.until(key),
        "platforms": platforms,
    })
}

async fn rotate(store: &Store, settings: &Settings, ctx: &Context) -> anyhow::Result<Exit> {
    let master = master_key(settings.master_key.as_ref(), &settings.database.data_dir)?;
    let kid = tool_keys::rotate(store, &master, By::command_line(), now()).await?;
    ctx.out.data(kid)?;
    ctx.out.say("this key signs from now on; the one before stays published for 30 days");
    let ring = KeyRing::read(&mut store.read().await?, DEFAULT_TENANT, settings.limits.rotate_keys_days).await?;
    if !ring.platforms.is_empty() {
        ctx.out.hint("`ferry keys list` shows which platform has proved to have it");
    }
    Ok(Exit::Success)
}

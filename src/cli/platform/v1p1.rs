use super::super::{Context, Exit, now, private};
use crate::{
    app::{
        V1P1_LAUNCH,
        audit::By,
        master_key,
        v1p1_keys::{self, Handed},
    },
    config::Settings,
    store::{Store, meta},
};

/// Add a platform that speaks LTI 1.1 only
#[derive(Debug, clap::Args)]
#[command(after_help = "A consumer key and a shared secret are made for it: copy both, and the launch URL, into the LMS.\n\
    One key for one site. On a terminal they are printed; elsewhere they are written to a file that only you can\n\
    read, and the file's path is printed, so that no log ever holds them.")]
pub(super) struct Args {
    /// Name for people
    #[arg(long)]
    name: String,
}

pub(super) async fn add(args: &Args, store: &Store, settings: &Settings, ctx: &Context) -> anyhow::Result<Exit> {
    let master = master_key(settings.master_key.as_ref(), &settings.database.data_dir)?;
    let handed = v1p1_keys::add(store, &master, By::command_line(), &args.name, now()).await?;
    ctx.out.say(format!("added `{}`, id {}", handed.name, handed.registration_id));
    hand_over(&handed, store, settings, ctx).await
}

/// A new secret in the place of the old one.
pub(super) async fn renew(word: &str, store: &Store, settings: &Settings, ctx: &Context) -> anyhow::Result<Exit> {
    let platform = super::find(store, word).await?;
    let master = master_key(settings.master_key.as_ref(), &settings.database.data_dir)?;
    let handed = v1p1_keys::renew(store, &master, By::command_line(), &platform.id, now()).await?;
    ctx.out.say(format!("the old secret of `{}` no longer works", handed.name));
    hand_over(&handed, store, settings, ctx).await
}

async fn hand_over(handed: &Handed, store: &Store, settings: &Settings, ctx: &Context) -> anyhow::Result<Exit> {
    // What is set counts; else where the last server really was.
    let address = meta::get(&mut store.read().await?, meta::ADDRESS).await?.filter(|_| settings.server.public_url.is_none());
    let address = address.unwrap_or_else(|| settings.server.public_url_on(settings.server.listen));
    let lines = format!(
        "Launch URL     {}{V1P1_LAUNCH}\nConsumer key   {}\nShared secret  {}",
        address.trim_end_matches('/'),
        handed.key,
        handed.secret
    );
    if ctx.out.is_terminal() {
        ctx.out.data(lines)?;
        ctx.out.hint("the secret is not shown again; `ferry platform key` makes a new one");
    } else {
        let path = private::write(&settings.database.data_dir, "lti-key", &lines)?;
        ctx.out.data(path.display().to_string())?;
        ctx.out.say("key and secret are in this file, for your eyes only: delete it once they are in the LMS");
    }
    Ok(Exit::Success)
}

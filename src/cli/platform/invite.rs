use anyhow::Context as _;

use super::super::{Context, Exit, UsageError, now, secret_link};
use crate::{
    app::{
        audit::{By, COMMAND_LINE},
        register_platform::{InviteForm, LINK_DAYS, record_link},
    },
    config::Settings,
    ids,
    store::{DEFAULT_TENANT, Store},
};

/// Make a one-time link by which an LMS registers itself
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  \
    ferry platform invite --name \"Campus Moodle\" --site https://moodle.example.edu --approve\n\n\
    Whoever runs the LMS pastes the link there:\n  \
    Moodle    Site administration > Plugins > External tool > Manage tools: into Tool URL, then Add LTI Advantage\n  \
    Canvas    Admin > Apps > Manage > Install a New App > Dynamic Registration\n\n\
    On a terminal the link is printed; elsewhere it is written to a file that only you can read, and the file's\n\
    path is printed. It works once, for seven days.")]
pub(super) struct Args {
    /// Name for people [default: its host]
    #[arg(long, default_value = "", hide_default_value = true)]
    name: String,
    /// The LMS's address: only this one can use the link
    #[arg(long, value_name = "URL", default_value = "", hide_default_value = true)]
    site: String,
    /// Accept its launches at once, without approval; needs --site
    #[arg(long)]
    approve: bool,
}

pub(super) async fn run(args: &Args, store: &Store, settings: &Settings, ctx: &Context) -> anyhow::Result<Exit> {
    let token = ids::random_token(32).context("no random numbers to be had")?;
    let form = InviteForm { name: args.name.clone(), site: args.site.clone(), approved: args.approve };
    let link = form.check(&token, DEFAULT_TENANT, COMMAND_LINE, now()).map_err(|_| {
        UsageError(match args.site.as_str() {
            "" => "--approve needs --site: else the link could let in anybody".to_owned(),
            site => format!("--site `{site}` is no web address; write it like `https://moodle.example.edu`"),
        })
    })?;
    record_link(store, By::command_line(), link).await?;
    let address = secret_link::public_address(store, settings).await?;
    secret_link::hand_over(&format!("{address}/lti/register/{token}"), "registration-link", &format!("{LINK_DAYS} days"), settings, ctx)
}

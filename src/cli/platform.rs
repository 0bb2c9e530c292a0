//! `ferry platform`: which platforms know us. Needs no network, works beside a running server.

mod add;
mod invite;
mod show;
mod v1p1;

use clap::Subcommand;

use super::{Context, Exit, Refused, UsageError, now};
use crate::{
    app::audit::{self, By},
    store::{DEFAULT_TENANT, Store, StoreError, Tx, registration, registration::Registration},
};

/// Connect platforms: Moodle, Canvas, Open edX and others
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    ferry platform invite    a link that Moodle, Canvas and others register the tool by\n  \
    ferry platform add --name \"Moodle of our school\" --family moodle --client-id AbC123 --deployment 1 \\\n    \
        --issuer https://moodle.example.edu --auth-url https://moodle.example.edu/mod/lti/auth.php \\\n    \
        --token-url https://moodle.example.edu/mod/lti/token.php --jwks-url https://moodle.example.edu/mod/lti/certs.php\n  \
    ferry platform add-v1p1 --name \"Old LMS\"    an LMS that speaks LTI 1.1 only\n  \
    ferry platform list\n  \
    ferry platform approve AbC123    let its waiting deployments in\n\n\
    What to type into the platform is on the administrator's pages (`ferry admin link`).")]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a one-time link by which an LMS registers itself
    Invite(invite::Args),
    /// Add a platform by its values
    Add(add::Args),
    /// Add a platform that speaks LTI 1.1 only
    AddV1p1(v1p1::Args),
    /// Make a new shared secret for an LTI 1.1 platform
    Key {
        /// Its id or consumer key
        platform: String,
    },
    /// List platforms
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Show everything about one
    Show {
        /// Its id or client id
        platform: String,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Accept a pending platform and its waiting deployments
    Approve {
        /// Its id or client id
        platform: String,
        /// Only this deployment; may be repeated [default: all that wait]
        #[arg(long, value_name = "ID")]
        deployment: Vec<String>,
    },
    /// Erase a platform with its learners, attempts and grades
    Remove {
        /// Its id or client id
        platform: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

pub(super) fn run(args: &Args, ctx: &Context) -> anyhow::Result<Exit> {
    let settings = ctx.settings()?;
    ctx.with_store(&settings, async |store| match &args.action {
        Action::Invite(args) => invite::run(args, store, &settings, ctx).await,
        Action::Add(add) => add::run(add, store, ctx).await,
        Action::AddV1p1(add) => v1p1::add(add, store, &settings, ctx).await,
        Action::Key { platform } => v1p1::renew(platform, store, &settings, ctx).await,
        Action::List { json } => show::list(store, *json, ctx).await,
        Action::Show { platform, json } => show::show(store, platform, *json, ctx).await,
        Action::Approve { platform, deployment } => approve(store, platform, deployment, ctx).await,
        Action::Remove { platform, yes } => remove(store, platform, *yes, ctx).await,
    })
}

/// By row id or client id.
pub(super) async fn find(store: &Store, word: &str) -> anyhow::Result<Registration> {
    let all = registration::list(&mut store.read().await?, DEFAULT_TENANT).await?;
    let mut matching: Vec<_> = all.into_iter().filter(|r| r.id == word || r.client_id == word).collect();
    match (matching.pop(), matching.is_empty()) {
        (Some(one), true) => Ok(one),
        (Some(_), false) => {
            Err(UsageError(format!("`{word}` is the client id of several platforms; use the id from `ferry platform list`")).into())
        }
        (None, _) => anyhow::bail!("no platform has the id or client id `{word}`; `ferry platform list` shows those there are"),
    }
}

async fn approve(store: &Store, word: &str, only: &[String], ctx: &Context) -> anyhow::Result<Exit> {
    let platform = find(store, word).await?;
    let (row, only, now) = (platform.clone(), only.to_vec(), now());
    let approved = audit::record(store, async move |tx: &mut Tx| {
        let known = registration::deployments(tx, &row.id).await?;
        if let Some(unknown) = only.iter().find(|o| known.iter().all(|d| d.lms_id != **o)) {
            let ids: Vec<_> = known.iter().map(|d| format!("`{}`", d.lms_id)).collect();
            return Err(Refused::Because(format!("no launch has named deployment `{unknown}` yet; known: {}", ids.join(", "))));
        }
        let mut approved = Vec::new();
        // One that was turned down is let in by its name only.
        let waits = |d: &&registration::Deployment| match d.status {
            registration::DeploymentStatus::Active => false,
            registration::DeploymentStatus::Waiting => only.is_empty() || only.contains(&d.lms_id),
            registration::DeploymentStatus::Blocked => only.contains(&d.lms_id),
        };
        for d in known.iter().filter(waits) {
            registration::approve_deployment(tx, &d.id).await?;
            approved.push(d.lms_id.clone());
        }
        registration::set_status(tx, &row.id, registration::RegistrationStatus::Active, now).await?;
        let on = match approved.as_slice() {
            [] if row.status == registration::RegistrationStatus::Active => return Ok((approved, None)),
            [] => audit::platform(&row),
            some => format!("{}, deployment {}", audit::platform(&row), some.join(", ")),
        };
        Ok((approved, Some(By::command_line().did("platform approved", &on, now))))
    })
    .await?;
    if platform.status != registration::RegistrationStatus::Active {
        ctx.out.say(format!("`{}` may launch now", platform.name));
    }
    match approved.as_slice() {
        [] => ctx.out.say("no deployment was waiting"),
        some => some.iter().for_each(|d| ctx.out.say(format!("deployment `{d}` may launch now"))),
    }
    Ok(Exit::Success)
}

async fn remove(store: &Store, word: &str, yes: bool, ctx: &Context) -> anyhow::Result<Exit> {
    let platform = find(store, word).await?;
    let lost = registration::belongings(&mut store.read().await?, &platform.id).await?;
    let what = format!(
        "`{}` ({}) with {} learners, {} attempts and {} scores not delivered yet",
        platform.name, platform.issuer, lost.learners, lost.attempts, lost.undelivered
    );
    if !yes {
        match ctx.out.confirm(&format!("Erase {what}? This cannot be undone."))? {
            Some(true) => {}
            Some(false) => {
                ctx.out.say("nothing was erased");
                return Ok(Exit::Problems);
            }
            None => return Err(UsageError(format!("this would erase {what}; say --yes if that is meant")).into()),
        }
    }
    let (id, on) = (platform.id.clone(), audit::platform(&platform));
    let op = async move |tx: &mut Tx| {
        registration::remove(tx, &id).await?;
        Ok::<_, StoreError>(((), Some(By::command_line().did("platform removed", &on, now()))))
    };
    audit::record(store, op).await?;
    ctx.out.say(format!("erased {what}"));
    Ok(Exit::Success)
}

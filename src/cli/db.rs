//! `ferry db`: migrate, back up, restore.

use std::path::PathBuf;

use clap::Subcommand;

use super::{Context, Exit, UsageError, now};
use crate::{
    app::audit::{self, By},
    store::{Store, StoreError, Tx, backup},
};

/// Migrate, back up, restore the database
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    ferry db migrate\n  \
    ferry db backup /backups/ferry-2026-11-23.db    beside a running server\n  \
    ferry db restore /backups/ferry-2026-11-23.db   with the server stopped\n\n\
    Any command brings a new or older database up to date; `migrate` does nothing else. A backup holds grades and\n\
    sealed keys; the master key that opens them is not in it: keep data_dir/master.key apart.\n\
    On PostgreSQL backup and restore call pg_dump and pg_restore.")]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Bring the schema up to date
    Migrate,
    /// Write a copy that is whole, beside a running server
    Backup {
        /// File to write; must not be there yet
        #[arg(value_name = "FILE")]
        to: PathBuf,
    },
    /// Put a copy in the database's place; the server must be stopped
    Restore {
        /// File that `ferry db backup` wrote
        #[arg(value_name = "FILE")]
        from: PathBuf,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

pub(super) fn run(args: &Args, ctx: &Context) -> anyhow::Result<Exit> {
    let settings = ctx.settings()?;
    match &args.action {
        Action::Migrate => ctx.with_store(&settings, async |store: &Store| {
            ctx.out.say(format!("{} database `{}` is up to date", store.kind(), settings.database.url));
            Ok(Exit::Success)
        }),
        Action::Backup { to } => {
            ctx.with_store(&settings, async |store: &Store| Ok(backup::backup(store, to).await?))?;
            ctx.out.data(to.display().to_string())?;
            ctx.out.hint("the master key is not in it: keep a copy of it elsewhere");
            Ok(Exit::Success)
        }
        Action::Restore { from, yes } => {
            let question = format!("Replace everything in `{}` by `{}`?", settings.database.url, from.display());
            if !yes {
                match ctx.out.confirm(&question)? {
                    Some(true) => {}
                    Some(false) => {
                        ctx.out.say("nothing was changed");
                        return Ok(Exit::Problems);
                    }
                    None => {
                        let what = format!("this would replace everything in `{}`; say --yes if that is meant", settings.database.url);
                        return Err(UsageError(what).into());
                    }
                }
            }
            let kept = ctx.wait(async { Ok(backup::restore(&settings.database, from).await?) })?;
            // What was done since that copy was made is no longer listed; that it was put back is.
            ctx.with_store(&settings, async |store: &Store| {
                let done = async |_: &mut Tx| Ok::<_, StoreError>(((), Some(By::command_line().did("backup restored", "", now()))));
                audit::record(store, done).await?;
                Ok(Exit::Success)
            })?;
            if let Some(kept) = kept {
                ctx.out.say(format!("what was there before is in `{}`", kept.display()));
            }
            ctx.out.say("restored");
            Ok(Exit::Success)
        }
    }
}

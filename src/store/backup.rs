//! Copies of the whole database.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use sqlx::AssertSqlSafe;

use super::{Store, StoreError, postgres, sqlite};
use crate::config::{DatabaseSettings, DatabaseUrl};

/// Writes a copy that is whole to `to`, beside whoever works on the database.
///
/// # Errors
/// When `to` is there already, cannot be written, or the helper program fails.
pub async fn backup(store: &Store, to: &Path) -> Result<(), StoreError> {
    if to.exists() {
        return Err(StoreError::Tool(format!("`{}` is there already; name a new file", to.display())));
    }
    // Made first, for our eyes only: VACUUM INTO accepts an empty file.
    let mut options = std::fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(to).map_err(|e| StoreError::Tool(format!("cannot write `{}`: {e}", to.display())))?;
    let result = match store {
        Store::Sqlite(db) => vacuum_into(db, to).await,
        Store::Postgres(db) => run("pg_dump", db, &["--format=custom", "--no-owner", "--file"], to),
    };
    if result.is_err() {
        let _ = std::fs::remove_file(to);
    }
    result
}

async fn vacuum_into(db: &sqlite::Sqlite, to: &Path) -> Result<(), StoreError> {
    let name = to.to_str().ok_or_else(|| StoreError::Tool("the file's name must be readable text".to_owned()))?;
    let mut connection = db.aside().await?;
    // A file name cannot be bound here; quotes are doubled.
    let text = format!("VACUUM INTO '{}'", name.replace('\'', "''"));
    sqlx::query(AssertSqlSafe(text)).persistent(false).execute(&mut connection).await?;
    Ok(())
}

/// Puts a copy in the database's place. Refuses while a server works on it. Gives where the old database went, if there was one.
///
/// # Errors
/// When a server runs, the copy is none of ours, or the helper program fails.
pub async fn restore(settings: &DatabaseSettings, from: &Path) -> Result<Option<PathBuf>, StoreError> {
    let missing = |e: std::io::Error| StoreError::Tool(format!("cannot read `{}`: {e}", from.display()));
    std::fs::File::open(from).map_err(missing)?;
    match &settings.url {
        DatabaseUrl::Sqlite(path) => restore_file(path, from).await,
        DatabaseUrl::Postgres(_) => {
            let store = Store::connect(settings).await?;
            let Store::Postgres(db) = &store else { return Err(StoreError::Closed) };
            let others = db.others().await?;
            if others > 0 {
                return Err(StoreError::Tool(format!("{others} other ferry connections use this database; stop the servers first")));
            }
            let options = ["--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error"];
            let result = run("pg_restore", db, &options, from);
            store.close().await;
            result.map(|()| None)
        }
    }
}

async fn restore_file(path: &Path, from: &Path) -> Result<Option<PathBuf>, StoreError> {
    let tool = |what: &str, e: std::io::Error| StoreError::Tool(format!("{what}: {e}"));
    let beside = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir).map_err(|source| StoreError::DataDir { path: dir.to_owned(), source })?;
    }
    let _lock = sqlite::lock(path)?;
    // The copy is proved and brought up to date before anything is touched.
    let fresh = beside(".restoring");
    let _ = std::fs::remove_file(&fresh);
    std::fs::copy(from, &fresh).map_err(|e| tool("cannot copy", e))?;
    let proved = sqlite::prove(&fresh).await;
    if let Err(e) = proved {
        let _ = std::fs::remove_file(&fresh);
        return Err(StoreError::Tool(format!("`{}` is not a whole copy of a ferry database ({e}); nothing was changed", from.display())));
    }
    let old = path.exists().then(|| beside(&format!(".before-{}", crate::ids::new_id())));
    if let Some(old) = &old {
        // What is in the log belongs to the old file: fold it in, so that one file holds all.
        sqlite::checkpoint(path).await?;
        std::fs::rename(path, old).map_err(|e| tool("cannot set the old database aside", e))?;
    }
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(beside(suffix));
    }
    std::fs::rename(&fresh, path).map_err(|e| tool("cannot put the copy in place", e))?;
    Ok(old)
}

/// Runs one of PostgreSQL's own programs; the password goes by environment, not by command line.
fn run(program: &str, db: &postgres::Postgres, options: &[&str], file: &Path) -> Result<(), StoreError> {
    let shown = format!("{program} {} {}", options.join(" "), file.display());
    let (url, password) = db.url_and_password();
    let mut command = Command::new(find(program));
    if program == "pg_restore" {
        command.args(options).arg("--dbname").arg(&url).arg(file);
    } else {
        command.args(options).arg(file).arg("--dbname").arg(&url);
    }
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    match command.output() {
        Ok(done) if done.status.success() => Ok(()),
        Ok(done) => {
            let told = String::from_utf8_lossy(&done.stderr);
            let first = told.lines().find(|l| l.contains("error")).or_else(|| told.lines().next()).unwrap_or("no reason given");
            Err(StoreError::Tool(format!("`{program}` failed: {first}")))
        }
        Err(_) => Err(StoreError::Tool(format!(
            "`{program}` is not installed here; install PostgreSQL's client programs, or run where they are: {shown} --dbname {url}"
        ))),
    }
}

/// On the path, or where Debian keeps it: the newest there is, because an older one refuses a newer server.
fn find(program: &str) -> PathBuf {
    let newest = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|e| e.path()).filter_map(|p| {
        let version: u32 = p.file_name()?.to_str()?.parse().ok()?;
        let program = p.join("bin").join(program);
        program.is_file().then_some((version, program))
    });
    newest.max().map_or_else(|| PathBuf::from(program), |(_, p)| p)
}

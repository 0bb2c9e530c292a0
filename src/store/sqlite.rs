//! The embedded database: one writer with group commit, four readers.

use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use tokio::sync::mpsc;

use super::{
    Durability, StoreError, Tx, migrate,
    shelf::{Lent, Shelf},
    tx::execute,
    writer::{Job, Writer},
};

/// Most operations in one commit: bounds how long the first of them waits.
const BATCH: usize = 256;
/// Connections for looking.
const READERS: u32 = 4;

/// The embedded database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Sqlite(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    readers: Shelf,
    write: Shelf,
    writer: Writer,
    serving: Mutex<Option<File>>,
}

impl Sqlite {
    pub(super) async fn open(path: &Path) -> Result<Self, StoreError> {
        if let Some(dir) = path.parent().filter(|d| !d.as_os_str().is_empty()) {
            private_dir(dir)?;
        }
        let open = |e: sqlx::Error| opening(path, e);
        let options = options(path);
        // The first connection makes the file and turns WAL on, before readers come.
        let write = first(&options.clone().create_if_missing(true), path).await?;
        let mut connection = write.lend().await?;
        if let Err(e) = migrate::sqlite(&mut connection).await {
            drop(connection);
            write.close().await;
            return Err(e);
        }
        let readers = Shelf::open(READERS, &options.read_only(true)).await.map_err(open)?;
        let writer = Writer::start(false, move |jobs| commit_groups(connection, jobs))?;
        Ok(Self(Arc::new(Inner { path: path.to_owned(), readers, write, writer, serving: Mutex::new(None) })))
    }

    pub(super) async fn read(&self) -> Result<Tx, StoreError> {
        Ok(Tx::Sqlite(self.0.readers.lend().await?))
    }

    pub(super) fn writer(&self) -> &Writer {
        &self.0.writer
    }

    /// A connection outside the write path, for what cannot run in a transaction (a backup).
    pub(super) async fn aside(&self) -> Result<sqlx::SqliteConnection, StoreError> {
        use sqlx::ConnectOptions as _;
        Ok(options(&self.0.path).connect().await?)
    }

    pub(super) fn lock_for_serving(&self) -> Result<(), StoreError> {
        let lock = lock(&self.0.path)?;
        if let Ok(mut serving) = self.0.serving.lock() {
            *serving = Some(lock);
        }
        Ok(())
    }

    pub(super) fn unlock_serving(&self) {
        if let Ok(mut serving) = self.0.serving.lock() {
            *serving = None;
        }
    }

    pub(super) async fn close(&self) {
        self.0.writer.close().await;
        self.0.readers.close().await;
        self.0.write.close().await;
    }
}

/// The lock a server holds as long as it runs, whatever ends it.
pub(super) fn lock(database: &Path) -> Result<File, StoreError> {
    let path = lock_path(database);
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(|source| StoreError::DataDir { path: path.clone(), source })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse(database.to_owned())),
        Err(TryLockError::Error(source)) => Err(StoreError::DataDir { path, source }),
    }
}

/// Whether a file is a whole database of ours; brings it up to date.
pub(super) async fn prove(path: &Path) -> Result<(), StoreError> {
    use sqlx::{ConnectOptions as _, Connection as _};
    let mut connection = options(path).connect().await?;
    let (told,): (String,) = sqlx::query_as("PRAGMA quick_check").fetch_one(&mut connection).await?;
    if told != "ok" {
        return Err(StoreError::Tool(told));
    }
    // A foreign or empty file would be "migrated" into an empty database of ours.
    sqlx::query("SELECT 1 FROM registration LIMIT 1").fetch_optional(&mut connection).await?;
    migrate::sqlite(&mut connection).await?;
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_optional(&mut connection).await?;
    Ok(connection.close().await?)
}

/// Folds the log into the file.
pub(super) async fn checkpoint(path: &Path) -> Result<(), StoreError> {
    use sqlx::{ConnectOptions as _, Connection as _};
    let mut connection = options(path).connect().await?;
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_optional(&mut connection).await?;
    Ok(connection.close().await?)
}

fn lock_path(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

/// Makes a folder for our eyes only, or checks that we may write to the one that is there.
fn private_dir(dir: &Path) -> Result<(), StoreError> {
    let error = |source| StoreError::DataDir { path: dir.to_owned(), source };
    if !dir.exists() {
        std::fs::create_dir_all(dir).map_err(error)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o700)).map_err(error)?;
        }
    }
    let probe = dir.join(format!(".ferry-{}", crate::ids::new_id()));
    File::create(&probe).map_err(error)?;
    std::fs::remove_file(&probe).map_err(error)
}

fn opening(path: &Path, error: sqlx::Error) -> StoreError {
    match StoreError::from(error) {
        StoreError::Locked => StoreError::Locked,
        StoreError::Database(e) => StoreError::Open { name: path.display().to_string(), message: e.to_string() },
        other => StoreError::Open { name: path.display().to_string(), message: other.to_string() },
    }
}

/// Where two programs make the same file, one of them turns WAL on and SQLite tells the other "busy" at once,
/// whatever the busy timeout says.
async fn first(options: &SqliteConnectOptions, path: &Path) -> Result<Shelf, StoreError> {
    let opened = async {
        loop {
            match Shelf::open(1, options).await.map_err(|e| opening(path, e)) {
                Err(StoreError::Locked) => tokio::time::sleep(Duration::from_millis(10)).await,
                done => return done,
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), opened).await.unwrap_or(Err(StoreError::Locked))
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5))
        .foreign_keys(true)
        .pragma("cache_size", "-16000")
        .statement_cache_capacity(256)
        .optimize_on_close(true, None)
}

async fn commit_groups(connection: Lent, mut queue: mpsc::Receiver<Box<dyn Job>>) {
    let mut tx = Tx::Sqlite(connection);
    let mut synchronous = Durability::Full;
    let mut jobs = Vec::with_capacity(BATCH);
    while queue.recv_many(&mut jobs, BATCH).await > 0 {
        match commit(&mut tx, &mut jobs, &mut synchronous).await {
            Ok(true) => jobs.drain(..).for_each(|job| job.settle(Ok(()))),
            // One alone has its answer; of several, each gets a transaction of its own.
            Ok(false) if jobs.len() == 1 => jobs.drain(..).for_each(|job| job.settle(Ok(()))),
            Ok(false) => {
                for job in jobs.drain(..) {
                    let mut alone = vec![job];
                    let commit = commit(&mut tx, &mut alone, &mut synchronous).await.map(drop);
                    let commit = commit.map_err(|e| repeat(&e));
                    alone.into_iter().for_each(|job| job.settle(commit.as_ref().copied().map_err(repeat)));
                }
            }
            Err(e) => jobs.drain(..).for_each(|job| job.settle(Err(repeat(&e)))),
        }
    }
}

/// One transaction. False when an operation failed and everything was rolled back.
async fn commit(tx: &mut Tx, jobs: &mut [Box<dyn Job>], synchronous: &mut Durability) -> Result<bool, StoreError> {
    let wanted = jobs.iter().map(|j| j.durability()).max().unwrap_or(Durability::Full);
    if wanted != *synchronous {
        let pragma = if wanted == Durability::Full { "PRAGMA synchronous = FULL" } else { "PRAGMA synchronous = NORMAL" };
        execute!(tx, pragma)?;
        *synchronous = wanted;
    }
    execute!(tx, "BEGIN IMMEDIATE")?;
    for job in jobs.iter_mut() {
        if !job.run(tx).await {
            // SQLite may have rolled back by itself (disk full): then there is nothing left to do.
            let _ = execute!(tx, "ROLLBACK");
            return Ok(false);
        }
    }
    if let Err(e) = execute!(tx, "COMMIT") {
        // A failed COMMIT may leave the transaction open (SQLITE_BUSY) or have ended it (SQLITE_FULL).
        let _ = execute!(tx, "ROLLBACK");
        return Err(e);
    }
    Ok(true)
}

/// The same news for each of those who wait.
fn repeat(error: &StoreError) -> StoreError {
    match error {
        StoreError::Locked => StoreError::Locked,
        StoreError::Closed => StoreError::Closed,
        other => StoreError::Tool(other.to_string()),
    }
}

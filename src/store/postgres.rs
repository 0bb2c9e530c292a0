//! A PostgreSQL server: each operation has a transaction of its own.

use std::{str::FromStr, sync::Arc, time::Duration};

use sqlx::{
    Connection as _, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::sync::{Semaphore, mpsc};

use super::{
    StoreError, Tx, migrate,
    tx::execute,
    writer::{Job, Writer},
};

const CONNECTIONS: u32 = 10;
/// Of those, the ones that operations may hold at once: reads always find one.
const WRITERS: usize = 8;

/// A database server. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Postgres(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    pool: PgPool,
    writer: Writer,
    url: String,
}

impl Postgres {
    pub(super) async fn open(url: &str, name: &str) -> Result<Self, StoreError> {
        let unreachable = |e: sqlx::Error| StoreError::Unreachable { name: name.to_owned(), message: plain(&e) };
        let options = PgConnectOptions::from_str(url).map_err(unreachable)?;
        let options = options
            .application_name("courseferry")
            .options([("statement_timeout", "10s"), ("idle_in_transaction_session_timeout", "60s")])
            .statement_cache_capacity(256);
        let mut first = tokio::time::timeout(Duration::from_secs(5), sqlx::PgConnection::connect_with(&options))
            .await
            .map_err(|_| StoreError::Unreachable { name: name.to_owned(), message: "no answer in 5 seconds".to_owned() })?
            .map_err(unreachable)?;
        migrate::postgres(&mut first).await?;
        let _ = first.close().await;
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(Duration::from_secs(3))
            .test_before_acquire(false)
            // A server that restarted leaves dead connections behind: ask those that rested.
            .before_acquire(|connection, meta| {
                Box::pin(async move { Ok(meta.idle_for < Duration::from_secs(5) || connection.ping().await.is_ok()) })
            })
            .connect_lazy_with(options);
        let shared = pool.clone();
        let writer = Writer::start(true, move |jobs| serve(shared, jobs))?;
        Ok(Self(Arc::new(Inner { pool, writer, url: url.to_owned() })))
    }

    pub(super) async fn acquire(&self) -> Result<Tx, StoreError> {
        Ok(Tx::Postgres(self.0.pool.acquire().await?))
    }

    pub(super) fn writer(&self) -> &Writer {
        &self.0.writer
    }

    /// The address without the password, and the password: for PostgreSQL's own programs.
    pub(super) fn url_and_password(&self) -> (String, Option<String>) {
        let Ok(mut url) = url::Url::parse(&self.0.url) else { return (self.0.url.clone(), None) };
        let password = url.password().map(|p| percent_encoding::percent_decode_str(p).decode_utf8_lossy().into_owned());
        let _ = url.set_password(None);
        (url.to_string(), password)
    }

    /// Connections of other ferry programs.
    pub(super) async fn others(&self) -> Result<i64, StoreError> {
        let text = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'courseferry' \
            AND pid <> pg_backend_pid()";
        let (n,): (i64,) = sqlx::query_as(text).fetch_one(&self.0.pool).await?;
        Ok(n)
    }

    pub(super) async fn close(&self) {
        self.0.writer.close().await;
        self.0.pool.close().await;
    }
}

/// What the driver says, on one line.
fn plain(error: &sqlx::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

async fn serve(pool: PgPool, mut queue: mpsc::Receiver<Box<dyn Job>>) {
    let permits = Arc::new(Semaphore::new(WRITERS));
    while let Some(job) = queue.recv().await {
        let Ok(permit) = Arc::clone(&permits).acquire_owned().await else { return };
        let pool = pool.clone();
        tokio::task::spawn_local(async move {
            transact(&pool, job).await;
            drop(permit);
        });
    }
    // All permits back: all operations done.
    let _ = permits.acquire_many(u32::try_from(WRITERS).unwrap_or(1)).await;
}

async fn transact(pool: &PgPool, mut job: Box<dyn Job>) {
    let mut tx = match pool.acquire().await {
        Ok(connection) => Tx::Postgres(connection),
        Err(e) => return job.settle(Err(e.into())),
    };
    let commit = match execute!(&mut tx, "BEGIN") {
        Err(e) => Err(e),
        Ok(_) if job.run(&mut tx).await => execute!(&mut tx, "COMMIT").map(drop),
        Ok(_) => execute!(&mut tx, "ROLLBACK").map(drop),
    };
    if commit.is_err()
        && let Tx::Postgres(connection) = tx
    {
        // Whatever state it is in, nobody else should meet it.
        let _ = connection.close().await;
    }
    job.settle(commit);
}

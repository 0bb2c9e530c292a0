//! Connections to the embedded database, lent one at a time. sqlx's own pool asks each connection whether it still lives whenever
//! it comes back, a trip to another thread that costs as much as a look; a file does not hang up.

use std::{
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex as StdMutex, PoisonError},
    time::Duration,
};

use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::sync::{Mutex, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

use super::StoreError;

/// How long to wait for a connection.
const PATIENCE: Duration = Duration::from_secs(10);

/// A few connections. Each is locked while it is lent; there are as many permits as connections.
#[derive(Debug)]
pub(super) struct Shelf {
    connections: StdMutex<Vec<Arc<Mutex<SqliteConnection>>>>,
    permits: Arc<Semaphore>,
    size: u32,
}

/// One of them, until it is dropped: the lock is released before the permit.
#[derive(Debug)]
pub struct Lent {
    connection: OwnedMutexGuard<SqliteConnection>,
    _permit: OwnedSemaphorePermit,
}

impl Deref for Lent {
    type Target = SqliteConnection;
    fn deref(&self) -> &SqliteConnection {
        &self.connection
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }
}

impl Shelf {
    /// Opens `size` connections.
    pub(super) async fn open(size: u32, options: &SqliteConnectOptions) -> Result<Self, sqlx::Error> {
        let mut connections = Vec::new();
        for _ in 0..size {
            connections.push(Arc::new(Mutex::new(options.connect().await?)));
        }
        let permits = Arc::new(Semaphore::new(connections.len()));
        Ok(Self { connections: StdMutex::new(connections), permits, size })
    }

    /// Lends one as soon as one is there.
    pub(super) async fn lend(&self) -> Result<Lent, StoreError> {
        let permit = match Arc::clone(&self.permits).try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => {
                let waited = tokio::time::timeout(PATIENCE, Arc::clone(&self.permits).acquire_owned()).await;
                waited.map_err(|_| busy())?.map_err(|_| StoreError::Closed)?
            }
        };
        let connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        let free = connections.iter().find_map(|c| Arc::clone(c).try_lock_owned().ok());
        free.map(|connection| Lent { connection, _permit: permit }).ok_or(StoreError::Closed)
    }

    /// Waits until all are back and closes them in order.
    pub(super) async fn close(&self) {
        let all = self.permits.acquire_many(self.size).await;
        self.permits.close();
        let connections = std::mem::take(&mut *self.connections.lock().unwrap_or_else(PoisonError::into_inner));
        for connection in connections.into_iter().filter_map(Arc::into_inner) {
            if let Err(error) = connection.into_inner().close().await {
                tracing::debug!(%error, "a connection did not close in order");
            }
        }
        drop(all);
    }
}

fn busy() -> StoreError {
    StoreError::Unreachable { name: "database".to_owned(), message: "every connection is busy for more than 10 seconds".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn shelf(size: u32) -> Shelf {
        Shelf::open(size, &SqliteConnectOptions::new().in_memory(true)).await.unwrap()
    }

    #[tokio::test]
    async fn each_connection_is_lent_to_one_at_a_time_and_comes_back() {
        let shelf = shelf(2).await;
        let (mut one, mut two) = (shelf.lend().await.unwrap(), shelf.lend().await.unwrap());
        // Two in-memory databases: what one holds the other does not.
        sqlx::query("CREATE TABLE a (x)").execute(&mut *one).await.unwrap();
        assert!(sqlx::query("SELECT * FROM a").fetch_optional(&mut *two).await.is_err());
        let waiting = shelf.lend();
        tokio::pin!(waiting);
        assert!(tokio::time::timeout(Duration::from_millis(20), &mut waiting).await.is_err(), "none is free");
        drop(one);
        let mut again = waiting.await.unwrap();
        assert!(sqlx::query("SELECT * FROM a").fetch_optional(&mut *again).await.is_ok());
    }

    #[tokio::test]
    async fn a_query_given_up_half_way_leaves_a_connection_that_works() {
        let shelf = shelf(1).await;
        for _ in 0..20 {
            let mut lent = shelf.lend().await.unwrap();
            let long = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 20000) SELECT x FROM n";
            let query = sqlx::query(long).fetch_all(&mut *lent);
            assert!(tokio::time::timeout(Duration::from_micros(200), query).await.is_err());
        }
        let mut lent = shelf.lend().await.unwrap();
        let (one,): (i64,) = sqlx::query_as("SELECT 1").fetch_one(&mut *lent).await.unwrap();
        assert_eq!(one, 1);
    }

    #[tokio::test]
    async fn closing_waits_for_what_is_lent_and_then_lends_no_more() {
        let shelf = Arc::new(shelf(2).await);
        let lent = shelf.lend().await.unwrap();
        let closing = tokio::spawn({
            let shelf = Arc::clone(&shelf);
            async move { shelf.close().await }
        });
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(!closing.is_finished());
        drop(lent);
        closing.await.unwrap();
        assert!(matches!(shelf.lend().await, Err(StoreError::Closed)));
    }
}

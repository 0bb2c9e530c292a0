//! SQLite and PostgreSQL behind one type.
//!
//! How to use it: an aggregate is a file of free functions that take a [`Tx`]; [`Store::read`] hands one out for looking,
//! [`Store::write`] runs a closure inside a transaction:
//!
//! ```ignore
//! let attempt = store.write(Durability::Full, async move |tx: &mut Tx| {
//!     let attempt = attempt::submit(tx, &submission, now).await?;
//!     outbox::enqueue(tx, &message, now).await?;
//!     Ok::<_, StoreError>(attempt)
//! }).await?;
//! let mut tx = store.read().await?;
//! let registration = registration::find(&mut tx, &id).await?;
//! ```
//!
//! The closure may run more than once: with SQLite, operations that wait share one transaction (group commit), and when one of
//! them fails the others run again by themselves. So it must have no effect but on `tx`. `Err` rolls back this operation only.
//! Refusals that are part of daily life (an unknown state, a spent attempt) are values, not errors: errors cost the batch.
//!
//! Ids are UUID v7 text, times epoch milliseconds, JSON text. `now` is always an argument.

pub mod admin;
pub mod attempt;
pub mod audit;
pub mod backup;
pub mod class;
pub mod context;
pub mod course_copy;
pub mod deep_linking;
pub mod delivery;
mod error;
mod fingerprint;
pub mod key_proof;
pub mod launch;
pub mod launch_log;
pub mod learner;
pub mod ledger;
pub mod line_item_claim;
pub mod login_state;
pub mod meta;
mod migrate;
pub mod notice;
pub mod outbox;
pub mod outcome_place;
pub mod overview;
mod postgres;
pub mod progress;
pub mod quiz_version;
pub mod reading;
pub mod registration;
pub mod registration_link;
pub mod registration_origin;
pub mod review;
pub mod roster;
pub mod session;
mod shelf;
mod sqlite;
#[doc(hidden)]
pub mod statements;
pub mod sweep;
pub mod tenant;
pub mod tool_key;
mod tx;
pub mod v1p1;
pub mod v1p1_move;
mod writer;

pub use error::StoreError;
pub use migrate::MIGRATIONS;
pub use tx::Tx;
pub use writer::Durability;

use crate::config::{DatabaseSettings, DatabaseUrl};

/// The tenant of everything that is no trial.
pub const DEFAULT_TENANT: &str = "default";

/// A database, whichever it is. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Store {
    /// The embedded database.
    Sqlite(sqlite::Sqlite),
    /// A server.
    Postgres(postgres::Postgres),
}

impl Store {
    /// Opens the database, makes it if it is SQLite and not there, and brings its schema up to date.
    ///
    /// # Errors
    /// When it cannot be reached, opened or migrated.
    pub async fn connect(settings: &DatabaseSettings) -> Result<Self, StoreError> {
        match &settings.url {
            DatabaseUrl::Sqlite(path) => sqlite::Sqlite::open(path).await.map(Self::Sqlite),
            DatabaseUrl::Postgres(url) => postgres::Postgres::open(url.expose(), &settings.url.to_string()).await.map(Self::Postgres),
        }
    }

    /// A connection for looking. With SQLite it cannot write.
    ///
    /// # Errors
    /// When none is to be had.
    pub async fn read(&self) -> Result<Tx, StoreError> {
        match self {
            Self::Sqlite(db) => db.read().await,
            Self::Postgres(db) => db.acquire().await,
        }
    }

    /// Runs `op` in a transaction and gives its result once it is committed. See the module's page for what `op` may do.
    ///
    /// # Errors
    /// What `op` fails with, or what beginning and committing fail with.
    pub async fn write<T, E, F>(&self, durability: Durability, op: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: AsyncFn(&mut Tx) -> Result<T, E> + Send + 'static,
    {
        let writer = match self {
            Self::Sqlite(db) => db.writer(),
            Self::Postgres(db) => db.writer(),
        };
        writer.run(durability, op).await
    }

    /// Takes the database for a server that is about to start: nobody else may serve from the same SQLite file, and login states
    /// that an unclean stop may have brought back are void. Gives how many those were.
    ///
    /// # Errors
    /// [`StoreError::InUse`] when another server works on it.
    pub async fn begin_serving(&self) -> Result<u64, StoreError> {
        let Self::Sqlite(db) = self else { return Ok(0) };
        db.lock_for_serving()?;
        self.write(Durability::Full, async |tx: &mut Tx| {
            let unclean = meta::get(tx, meta::SERVING).await?.is_some_and(|v| v == "running");
            let void = if unclean { login_state::forget_all(tx).await? } else { 0 };
            meta::set(tx, meta::SERVING, "running").await?;
            Ok(void)
        })
        .await
    }

    /// Notes where a server is reached, for commands that name its address.
    ///
    /// # Errors
    /// When the note cannot be written.
    pub async fn note_address(&self, address: &str) -> Result<(), StoreError> {
        let address = address.to_owned();
        self.write(Durability::Normal, async move |tx: &mut Tx| meta::set(tx, meta::ADDRESS, &address).await).await
    }

    /// Notes an orderly stop, so that the next start trusts what it finds.
    ///
    /// # Errors
    /// When the note cannot be written.
    pub async fn end_serving(&self) -> Result<(), StoreError> {
        let Self::Sqlite(db) = self else { return Ok(()) };
        self.write(Durability::Full, async |tx: &mut Tx| meta::set(tx, meta::SERVING, "clean").await).await?;
        db.unlock_serving();
        Ok(())
    }

    /// Finishes what is queued and closes all connections.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(db) => db.close().await,
            Self::Postgres(db) => db.close().await,
        }
    }

    /// `SQLite` or `PostgreSQL`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }
}

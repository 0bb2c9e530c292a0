use std::path::PathBuf;

/// What went wrong with the database, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The data folder cannot be made or written.
    #[error("cannot write to the data folder `{}` ({source}); give its owner write access or set FERRY_DATA_DIR to another folder", path.display())]
    DataDir {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The database file cannot be opened.
    #[error("cannot open the database `{name}`: {message}; check the path, its permissions and the free space")]
    Open {
        /// File.
        name: String,
        /// What SQLite says.
        message: String,
    },
    /// The database server cannot be reached.
    #[error("cannot reach the database `{name}`: {message}; check that it runs and that FERRY_DATABASE_URL is right")]
    Unreachable {
        /// Address without the password.
        name: String,
        /// What the driver says.
        message: String,
    },
    /// Another program keeps the database locked.
    #[error(
        "the database is locked by another program for more than 5 seconds; stop what holds it (a copy, a database browser) and try again"
    )]
    Locked,
    /// The schema is newer than this binary.
    #[error(
        "the database was made by a newer ferry (schema {found}, this one knows {known}); run the newer ferry, or restore an older backup"
    )]
    Newer {
        /// In the database.
        found: i64,
        /// In this binary.
        known: i64,
    },
    /// A migration that ran here is not the one in this binary.
    #[error("schema step {version} of the database differs from this ferry's; use the ferry that made the database, or restore a backup")]
    Changed {
        /// Number of the step.
        version: i64,
    },
    /// A migration failed.
    #[error("cannot bring the database up to date: {0}")]
    Migration(String),
    /// Another server works on this data folder.
    #[error("another ferry server works on `{}`; stop it first, or use PostgreSQL to share the work", .0.display())]
    InUse(PathBuf),
    /// The store was closed, or the operation died.
    #[error("the database is closed")]
    Closed,
    /// A value in a row is not what the schema says.
    #[error("the database holds `{value}` where a {what} should be")]
    Corrupt {
        /// Kind of value.
        what: &'static str,
        /// As found.
        value: String,
    },
    /// Two rows would be the same.
    #[error("this already exists")]
    Duplicate,
    /// A row refers to one that is gone.
    #[error("this refers to something that no longer exists")]
    Dangling,
    /// A tool that helps us failed.
    #[error("{0}")]
    Tool(String),
    /// Anything else the driver says.
    #[error("database error: {0}")]
    Database(#[source] sqlx::Error),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) => Self::Unreachable { name: "database".to_owned(), message: error.to_string() },
            sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => Self::Closed,
            sqlx::Error::Database(e) if e.is_unique_violation() => Self::Duplicate,
            sqlx::Error::Database(e) if e.is_foreign_key_violation() => Self::Dangling,
            sqlx::Error::Database(e) if is_busy(e.code().as_deref()) => Self::Locked,
            _ => Self::Database(error),
        }
    }
}

/// SQLITE_BUSY and SQLITE_LOCKED with their extensions.
fn is_busy(code: Option<&str>) -> bool {
    matches!(code, Some("5" | "6" | "261" | "262" | "517" | "773"))
}

//! Why a use case could not do what was asked.

use crate::store::StoreError;

/// The reason.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Nothing of that id, or not this person's.
    #[error("nothing of this id")]
    NotFound,
    /// The role does not include it.
    #[error("not for this role")]
    Forbidden,
    /// All attempts are spent.
    #[error("no attempts are left")]
    NoAttemptsLeft,
    /// The choice of content was answered already.
    #[error("this request to choose content was answered before")]
    AnsweredBefore,
    /// Our signing key is not to be had.
    #[error(transparent)]
    Key(#[from] super::tool_keys::KeyError),
    /// What was asked for makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] StoreError),
    /// What the database holds cannot be read.
    #[error("a stored {what} cannot be read")]
    Unreadable {
        /// Kind of thing.
        what: &'static str,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// A package could not be had.
    #[error(transparent)]
    Package(#[from] super::packages::ShelfError),
    /// A password could not be hashed.
    #[error(transparent)]
    Password(#[from] super::password::PasswordError),
    /// A secret cannot be sealed or opened.
    #[error("a secret cannot be sealed or opened: is the master key the one it was sealed with?")]
    Seal(#[from] crate::lti::seal::SealError),
    /// The work was cut short.
    #[error("the work was cut short")]
    Interrupted,
    /// OpenSSL has no randomness.
    #[error("no randomness")]
    Random(#[from] openssl::error::ErrorStack),
}

//! Signatures: `jsonwebtoken` over OpenSSL, RS256 only.

mod key_set;
mod provider;
mod signing;
#[cfg(test)]
mod tests;

use jsonwebtoken::Algorithm;

pub use key_set::KeySet;
pub use provider::install;
pub use signing::{PublicJwk, SigningKey, jwks_document};

/// Longest token that is looked at.
pub const MAX_TOKEN_BYTES: usize = 64 * 1024;
/// Longest JWKS document that is looked at.
pub const MAX_KEY_SET_BYTES: usize = 256 * 1024;
/// Most keys a platform may publish.
pub const MAX_KEYS: usize = 32;

/// Why keys or signatures could not be used.
#[derive(Debug, thiserror::Error)]
pub enum JoseError {
    /// More than [`MAX_KEY_SET_BYTES`].
    #[error("the key set is larger than 256 KiB")]
    KeySetTooLarge,
    /// Not JSON with a `keys` array.
    #[error("not a key set: {0}")]
    NotAKeySet(String),
    /// More than [`MAX_KEYS`].
    #[error("the key set lists {0} keys, more than 32")]
    TooManyKeys(usize),
    /// OpenSSL refused.
    #[error("the key could not be used")]
    OpenSsl(#[from] openssl::error::ErrorStack),
    /// Signing failed.
    #[error("the token could not be signed")]
    Sign(#[from] jsonwebtoken::errors::Error),
}

/// Does one of the set's keys called `kid` verify this signature over `message`?
#[must_use]
pub(super) fn verify(keys: &KeySet, kid: &str, message: &str, signature: &str) -> bool {
    install();
    keys.of(kid).any(|key| jsonwebtoken::crypto::verify(signature, message.as_bytes(), key, Algorithm::RS256).unwrap_or(false))
}

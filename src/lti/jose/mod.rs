//! Signatures, RS256 only: made by `jsonwebtoken` over OpenSSL, verified by OpenSSL with keys that are ready.

mod key_set;
mod provider;
mod signing;
#[cfg(test)]
mod tests;

use data_encoding::BASE64URL_NOPAD;
use openssl::{
    error::ErrorStack,
    md::Md,
    pkey::{PKeyRef, Public},
    pkey_ctx::PkeyCtx,
    rsa::Padding,
    sha::sha256,
};

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

/// Does one of the set's keys called `kid` verify this signature (base64url) over `message`?
#[must_use]
pub(super) fn verify(keys: &KeySet, kid: &str, message: &str, signature: &str) -> bool {
    let Ok(signature) = BASE64URL_NOPAD.decode(signature.as_bytes()) else { return false };
    let digest = sha256(message.as_bytes());
    keys.of(kid).any(|key| rs256(key, &digest, &signature).unwrap_or(false))
}

/// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518, 3.3). OpenSSL reports a signature of the wrong length as an error: no signature either.
fn rs256(key: &PKeyRef<Public>, digest: &[u8], signature: &[u8]) -> Result<bool, ErrorStack> {
    let mut context = PkeyCtx::new(key)?;
    context.verify_init()?;
    context.set_rsa_padding(Padding::PKCS1)?;
    context.set_signature_md(Md::sha256())?;
    context.verify(digest, signature)
}

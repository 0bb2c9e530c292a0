//! Ids, random tokens and digests.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use openssl::{error::ErrorStack, rand::rand_bytes, sha::sha256};

/// A new row id: UUID version 7 as text, so that ids sort by creation.
#[must_use]
pub fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// `bytes` random bytes from OpenSSL as unpadded base64url.
///
/// # Errors
/// When OpenSSL has no entropy to give.
pub fn random_token(bytes: usize) -> Result<String, ErrorStack> {
    let mut buffer = vec![0_u8; bytes];
    rand_bytes(&mut buffer)?;
    Ok(BASE64URL_NOPAD.encode(&buffer))
}

/// SHA-256 as 64 lower-case hex digits.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(&sha256(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_url_safe_and_never_repeat() {
        let (a, b) = (random_token(32).unwrap(), random_token(32).unwrap());
        assert_eq!(a.len(), 43);
        assert_ne!(a, b);
        assert!(a.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_'));
    }

    #[test]
    fn digest_matches_the_published_vector() {
        assert_eq!(sha256_hex(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}

//! Ids, random tokens and digests.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use openssl::{error::ErrorStack, rand::rand_bytes, sha::sha256};

/// A new row id: UUID version 7 as text, so that ids sort by creation.
#[must_use]
pub fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// Whether this is written as row ids are: for one that came from outside.
#[must_use]
pub fn is_id(text: &str) -> bool {
    uuid::Uuid::try_parse(text).is_ok_and(|id| id.to_string() == text)
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

/// A secret like [`random_token`]'s behind the time it was made (11 hex digits of milliseconds), so that rows found by its
/// [`timed_hash`] lie in the order they came: a group of them then touches few pages of the database.
///
/// # Errors
/// When OpenSSL has no entropy to give.
pub fn timed_token(now_ms: i64, bytes: usize) -> Result<String, ErrorStack> {
    Ok(format!("{now_ms:011x}{}", random_token(bytes)?))
}

/// What to keep of a [`timed_token`]: its time, which is no secret, and the hash of the whole. Any other text is hashed as it is.
#[must_use]
pub fn timed_hash(token: &str) -> String {
    let hash = sha256_hex(token.as_bytes());
    match token.get(..11) {
        Some(time) if time.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f')) => format!("{time}{hash}"),
        _ => hash,
    }
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
    fn an_id_is_told_from_other_text() {
        let id = new_id();
        assert!(is_id(&id));
        for other in ["", "a", &id.to_uppercase(), &id.replace('-', ""), &format!("{{{id}}}"), &format!("{id}\"")] {
            assert!(!is_id(other), "{other}");
        }
    }

    #[test]
    fn tokens_are_url_safe_and_never_repeat() {
        let (a, b) = (random_token(32).unwrap(), random_token(32).unwrap());
        assert_eq!(a.len(), 43);
        assert_ne!(a, b);
        assert!(a.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_'));
    }

    #[test]
    fn timed_tokens_sort_by_time_and_their_hashes_too() {
        let (a, b) = (timed_token(1_780_000_000_000, 32).unwrap(), timed_token(1_780_000_000_001, 32).unwrap());
        assert_eq!(a.len(), 54);
        assert!(a < b && timed_hash(&a) < timed_hash(&b));
        assert!(timed_hash(&a).ends_with(&sha256_hex(a.as_bytes())));
        assert!(!timed_hash(&a).contains(&a[11..]));
    }

    #[test]
    fn what_is_no_timed_token_is_hashed_as_it_is() {
        for other in ["", "short", "ABCDEF00000 and more", "éééééééééééé"] {
            assert_eq!(timed_hash(other), sha256_hex(other.as_bytes()));
        }
    }

    #[test]
    fn digest_matches_the_published_vector() {
        assert_eq!(sha256_hex(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}

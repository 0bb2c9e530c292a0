//! Addresses of course files that need no session: signed, and good for a limited time. Browsers that keep no cookies load images
//! by them, and everybody's caches work.

use openssl::{hash::MessageDigest, pkey::PKey, sign::Signer};

use crate::ids;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Signs and checks them.
#[derive(Clone)]
pub struct MediaKey(String);

impl MediaKey {
    /// A key that follows from `secret`, the same on every instance that shares it.
    #[must_use]
    pub fn from_secret(secret: &str) -> Self {
        Self(ids::sha256_hex(format!("ferry media {secret}").as_bytes()))
    }

    /// `/media/<expiry>/<signature>/<path>`, good for one to two days: the same for all within a day, so that it is cached.
    #[must_use]
    pub fn address(&self, path: &str, content_hash: &str, now: i64) -> String {
        let expiry = (now / DAY + 2) * DAY / 1000;
        format!("/media/{expiry}/{}/{path}", self.signature(path, content_hash, expiry))
    }

    /// Whether the address is ours and still good.
    #[must_use]
    pub fn allows(&self, path: &str, content_hash: &str, expiry: i64, signature: &str, now: i64) -> bool {
        let right = self.signature(path, content_hash, expiry);
        expiry * 1000 > now && right.len() == signature.len() && openssl::memcmp::eq(right.as_bytes(), signature.as_bytes())
    }

    /// Over the content's hash too: a changed file has another address.
    pub(super) fn signature(&self, path: &str, content_hash: &str, expiry: i64) -> String {
        let sign = || {
            let key = PKey::hmac(self.0.as_bytes())?;
            let mut signer = Signer::new(MessageDigest::sha256(), &key)?;
            signer.sign_oneshot_to_vec(format!("{expiry}\n{content_hash}\n{path}").as_bytes())
        };
        // Without a signature no address works: the safe side to fail on.
        sign().map(|mac| data_encoding::HEXLOWER.encode(&mac[..16])).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_works_for_its_file_its_content_and_its_time_only() {
        let key = MediaKey::from_secret("s");
        let now = 1_800_000_000_000;
        let address = key.address("01-x/media/a.png", "hash", now);
        let mut parts = address.splitn(5, '/').skip(2);
        let (expiry, signature) = (parts.next().unwrap().parse().unwrap(), parts.next().unwrap());
        assert_eq!(parts.next(), Some("01-x/media/a.png"));
        assert!(key.allows("01-x/media/a.png", "hash", expiry, signature, now));
        assert!(key.allows("01-x/media/a.png", "hash", expiry, signature, now + DAY));
        assert!(!key.allows("01-x/media/a.png", "hash", expiry, signature, now + 2 * DAY));
        assert!(!key.allows("01-x/media/b.png", "hash", expiry, signature, now));
        assert!(!key.allows("01-x/media/a.png", "other", expiry, signature, now));
        assert!(!key.allows("01-x/media/a.png", "hash", expiry + 86_400, signature, now));
        assert!(!MediaKey::from_secret("t").allows("01-x/media/a.png", "hash", expiry, signature, now));
        assert!(!key.allows("01-x/media/a.png", "hash", expiry, "", now));
    }
}

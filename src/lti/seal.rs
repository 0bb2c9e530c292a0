//! Private keys at rest: AES-256-GCM under the master key, bound to what they belong to.

use std::fmt;

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};
use openssl::{
    rand::rand_bytes,
    symm::{Cipher, decrypt_aead, encrypt_aead},
};

const VERSION: &str = "v1.";
const NONCE: usize = 12;
const TAG: usize = 16;

/// Why something could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The master key is not 32 bytes in hex or base64.
    #[error("the master key must be 32 bytes in hex or base64")]
    BadMasterKey,
    /// The sealed text is damaged, belongs to something else, or was sealed by another master key.
    #[error("the sealed text does not open with this master key")]
    DoesNotOpen,
    /// OpenSSL refused.
    #[error("sealing failed")]
    OpenSsl(#[from] openssl::error::ErrorStack),
}

/// The key that seals the keys.
#[derive(Clone)]
pub struct MasterKey([u8; 32]);

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

impl MasterKey {
    /// A new random key.
    ///
    /// # Errors
    /// When OpenSSL has no entropy to give.
    pub fn generate() -> Result<MasterKey, SealError> {
        let mut bytes = [0; 32];
        rand_bytes(&mut bytes)?;
        Ok(MasterKey(bytes))
    }

    /// Reads 32 bytes of hex, base64 or base64url; white space around it is ignored.
    ///
    /// # Errors
    /// [`SealError::BadMasterKey`].
    pub fn parse(text: &str) -> Result<MasterKey, SealError> {
        let text = text.trim().as_bytes();
        [&HEXLOWER_PERMISSIVE, &BASE64, &BASE64URL_NOPAD]
            .iter()
            .filter_map(|encoding| encoding.decode(text).ok())
            .find_map(|bytes| <[u8; 32]>::try_from(bytes).ok())
            .map(MasterKey)
            .ok_or(SealError::BadMasterKey)
    }

    /// The key as text that [`MasterKey::parse`] reads, for the file made on first run.
    #[must_use]
    pub fn to_text(&self) -> String {
        BASE64URL_NOPAD.encode(&self.0)
    }

    /// Seals `secret` for `owner` (say, a key id): opening needs the same owner.
    ///
    /// # Errors
    /// When OpenSSL refuses.
    pub fn seal(&self, owner: &str, secret: &[u8]) -> Result<String, SealError> {
        let (mut nonce, mut tag) = ([0; NONCE], [0; TAG]);
        rand_bytes(&mut nonce)?;
        let cipher_text = encrypt_aead(Cipher::aes_256_gcm(), &self.0, Some(&nonce), owner.as_bytes(), secret, &mut tag)?;
        Ok(format!("{VERSION}{}", BASE64URL_NOPAD.encode(&[&nonce[..], &cipher_text, &tag].concat())))
    }

    /// Opens what [`MasterKey::seal`] sealed for `owner`.
    ///
    /// # Errors
    /// [`SealError::DoesNotOpen`].
    pub fn open(&self, owner: &str, sealed: &str) -> Result<Vec<u8>, SealError> {
        let encoded = sealed.strip_prefix(VERSION).ok_or(SealError::DoesNotOpen)?;
        let bytes = BASE64URL_NOPAD.decode(encoded.as_bytes()).map_err(|_| SealError::DoesNotOpen)?;
        let (nonce, rest) = bytes.split_at_checked(NONCE).ok_or(SealError::DoesNotOpen)?;
        let (cipher_text, tag) = rest.split_at_checked(rest.len().wrapping_sub(TAG)).ok_or(SealError::DoesNotOpen)?;
        decrypt_aead(Cipher::aes_256_gcm(), &self.0, Some(nonce), owner.as_bytes(), cipher_text, tag).map_err(|_| SealError::DoesNotOpen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_for_its_owner_only() {
        let key = MasterKey::generate().unwrap();
        let sealed = key.seal("kid-1", b"private").unwrap();
        assert_eq!(key.open("kid-1", &sealed).unwrap(), b"private");
        assert!(matches!(key.open("kid-2", &sealed), Err(SealError::DoesNotOpen)));
        assert!(matches!(MasterKey::generate().unwrap().open("kid-1", &sealed), Err(SealError::DoesNotOpen)));
        assert_ne!(sealed, key.seal("kid-1", b"private").unwrap(), "the nonce is fresh every time");
    }

    #[test]
    fn damage_is_noticed() {
        let key = MasterKey::generate().unwrap();
        let sealed = key.seal("k", b"private").unwrap();
        let mut bytes = BASE64URL_NOPAD.decode(&sealed.as_bytes()[3..]).unwrap();
        for i in 0..bytes.len() {
            bytes[i] ^= 1;
            assert!(key.open("k", &format!("v1.{}", BASE64URL_NOPAD.encode(&bytes))).is_err(), "byte {i}");
            bytes[i] ^= 1;
        }
        for text in ["", "v1.", "v1.AAAA", "v2.AAAA", "v1.*"] {
            assert!(key.open("k", text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_master_key_reads_as_hex_and_base64_and_never_prints() {
        let key = MasterKey::parse(&"0F".repeat(32)).unwrap();
        assert_eq!(MasterKey::parse(&key.to_text()).unwrap().0, [15; 32]);
        assert_eq!(MasterKey::parse(&format!(" {}\n", BASE64.encode(&[15; 32]))).unwrap().0, [15; 32]);
        assert_eq!(format!("{key:?}"), "MasterKey(…)");
        for text in ["", "short", &"0f".repeat(31), &"zz".repeat(32)] {
            assert!(matches!(MasterKey::parse(text), Err(SealError::BadMasterKey)), "{text}");
        }
    }
}

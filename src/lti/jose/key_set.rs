//! A platform's public keys.

use std::fmt;

use openssl::{
    bn::BigNum,
    pkey::{PKey, Public},
    rsa::Rsa,
};
use serde_json::Value;

use super::{JoseError, MAX_KEY_SET_BYTES, MAX_KEYS};
use crate::lti::strict_json;

/// The usable keys of one JWKS document. Keys we cannot use are skipped, so that a platform may add new kinds.
#[derive(Clone, Default)]
pub struct KeySet(Vec<Key>);

#[derive(Clone)]
struct Key {
    kid: String,
    key: PKey<Public>,
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.kids()).finish()
    }
}

impl KeySet {
    /// Reads a JWKS document.
    ///
    /// # Errors
    /// When it is too large, is no JWKS, or lists more than [`MAX_KEYS`] keys. A set without a usable key is no error here:
    /// the launch that looks for its key says more.
    pub fn parse(bytes: &[u8]) -> Result<KeySet, JoseError> {
        if bytes.len() > MAX_KEY_SET_BYTES {
            return Err(JoseError::KeySetTooLarge);
        }
        let document = strict_json::parse(bytes).map_err(|e| JoseError::NotAKeySet(e.to_string()))?;
        let keys = document.get("keys").and_then(Value::as_array).ok_or_else(|| JoseError::NotAKeySet("no `keys` array".into()))?;
        if keys.len() > MAX_KEYS {
            return Err(JoseError::TooManyKeys(keys.len()));
        }
        Ok(KeySet(keys.iter().filter_map(read_key).collect()))
    }

    /// The ids of the usable keys.
    pub fn kids(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|k| k.kid.as_str())
    }

    /// Is there a usable key of this id?
    #[must_use]
    pub fn has(&self, kid: &str) -> bool {
        self.0.iter().any(|k| k.kid == kid)
    }

    /// Every key of this id: a set may name two keys alike, and both are the platform's.
    pub(super) fn of(&self, kid: &str) -> impl Iterator<Item = &PKey<Public>> {
        self.0.iter().filter(move |k| k.kid == kid).map(|k| &k.key)
    }
}

/// RSA signature keys with an id, 2048 to 8192 bits, odd exponent; `alg` may be absent (D2L), anything but RS256 is not ours.
fn read_key(jwk: &Value) -> Option<Key> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    let absent_or = |name: &str, wanted: &str| jwk.get(name).is_none_or(|v| v.as_str() == Some(wanted));
    if text("kty") != Some("RSA") || !absent_or("use", "sig") || !absent_or("alg", "RS256") {
        return None;
    }
    if let Some(operations) = jwk.get("key_ops") {
        operations.as_array()?.iter().find(|o| o.as_str() == Some("verify"))?;
    }
    let kid = text("kid").filter(|kid| !kid.is_empty())?.to_owned();
    let number = |name: &str| {
        // Some platforms pad.
        let digits = data_encoding::BASE64URL_NOPAD.decode(text(name)?.trim_end_matches('=').as_bytes()).ok()?;
        BigNum::from_slice(&digits).ok()
    };
    let (n, e) = (number("n")?, number("e")?);
    if !(2048..=8192).contains(&n.num_bits()) || !e.is_bit_set(0) || e.num_bits() < 2 || e.num_bits() > 64 {
        return None;
    }
    // Built once, here: OpenSSL takes longer to read a key than to verify with it.
    Some(Key { kid, key: PKey::from_rsa(Rsa::from_public_components(n, e).ok()?).ok()? })
}

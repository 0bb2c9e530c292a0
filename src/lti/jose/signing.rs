//! Our own keys: made, kept sealed by the store, published, and used to sign.

use std::fmt;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use openssl::{
    pkey::{PKey, Private},
    rsa::Rsa,
};
use serde::{Deserialize, Serialize};

use super::JoseError;

/// The public half of one of our keys, as the JWKS document shows it. Moodle drops a key without `kid` or `alg`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicJwk {
    /// Always `RSA`.
    pub kty: String,
    /// Always `RS256`.
    pub alg: String,
    /// Always `sig`.
    #[serde(rename = "use")]
    pub usage: String,
    /// The key's id.
    pub kid: String,
    /// Modulus, base64url.
    pub n: String,
    /// Exponent, base64url.
    pub e: String,
}

/// The document at `/lti/jwks.json`.
#[must_use]
pub fn jwks_document(keys: &[PublicJwk]) -> String {
    serde_json::json!({ "keys": keys }).to_string()
}

/// One of our private keys, ready to sign.
#[derive(Clone)]
pub struct SigningKey {
    kid: String,
    key: EncodingKey,
    public: PublicJwk,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl SigningKey {
    /// Makes an RSA key of 2048 bits.
    ///
    /// # Errors
    /// When OpenSSL refuses.
    pub fn generate(kid: &str) -> Result<SigningKey, JoseError> {
        SigningKey::from_rsa(kid, Rsa::generate(2048)?)
    }

    /// Reads a key kept by [`SigningKey::private_der`].
    ///
    /// # Errors
    /// When it is no RSA private key.
    pub fn from_der(kid: &str, der: &[u8]) -> Result<SigningKey, JoseError> {
        SigningKey::from_rsa(kid, PKey::private_key_from_der(der)?.rsa()?)
    }

    fn from_rsa(kid: &str, rsa: Rsa<Private>) -> Result<SigningKey, JoseError> {
        let base64 = |n: &openssl::bn::BigNumRef| data_encoding::BASE64URL_NOPAD.encode(&n.to_vec());
        let public = PublicJwk {
            kty: "RSA".into(),
            alg: "RS256".into(),
            usage: "sig".into(),
            kid: kid.to_owned(),
            n: base64(rsa.n()),
            e: base64(rsa.e()),
        };
        let key = EncodingKey::from_rsa_der(&rsa.private_key_to_der()?);
        Ok(SigningKey { kid: kid.to_owned(), key, public })
    }

    /// The key's id.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The private key as DER, to be sealed before it is kept.
    #[must_use]
    pub fn private_der(&self) -> &[u8] {
        self.key.as_bytes()
    }

    /// The public half.
    #[must_use]
    pub fn public_jwk(&self) -> &PublicJwk {
        &self.public
    }

    /// Signs `claims` as a compact JWT with `kid` in its header.
    ///
    /// # Errors
    /// When the claims are no JSON or OpenSSL refuses.
    pub fn sign<T: Serialize>(&self, claims: &T) -> Result<String, JoseError> {
        super::install();
        let header = Header { kid: Some(self.kid.clone()), ..Header::new(Algorithm::RS256) };
        Ok(jsonwebtoken::encode(&header, claims, &self.key)?)
    }
}

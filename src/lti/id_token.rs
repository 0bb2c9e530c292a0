//! An `id_token` before and after its signature is believed. The types keep the two apart.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value};

use super::{
    jose::{self, KeySet, MAX_TOKEN_BYTES},
    strict_json,
};
use crate::ids;

/// Why a token was not even a candidate, or why its signature was not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Longer than 64 KiB.
    #[error("the token is larger than 64 KiB")]
    TooLarge,
    /// Not three base64url parts.
    #[error("this is not a signed JWT")]
    NotAJwt,
    /// The header is no JSON object, or names a member twice.
    #[error("the token's header cannot be read: {0}")]
    Header(String),
    /// `alg` is not the literal `RS256`.
    #[error("the token is signed with `{0}`, and only `RS256` is accepted")]
    Algorithm(String),
    /// `crit` or `b64` in the header.
    #[error("the token's header asks for `{0}`, which is not supported")]
    Extension(&'static str),
    /// No `kid`.
    #[error("the token does not name its key (`kid`)")]
    NoKid,
    /// The payload is no JSON object, or names a member twice.
    #[error("the token's claims cannot be read: {0}")]
    Claims(String),
    /// The platform publishes no key of this id.
    #[error("the platform publishes no key `{0}`")]
    UnknownKid(String),
    /// The signature is not the platform's.
    #[error("the signature does not belong to the platform's key `{0}`")]
    Signature(String),
}

impl TokenError {
    /// A stable code for logs and documentation.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            TokenError::TooLarge => "token_too_large",
            TokenError::NotAJwt => "token_not_a_jwt",
            TokenError::Header(_) => "token_header_unreadable",
            TokenError::Algorithm(_) => "token_alg_refused",
            TokenError::Extension(_) => "token_extension_refused",
            TokenError::NoKid => "token_kid_missing",
            TokenError::Claims(_) => "token_claims_unreadable",
            TokenError::UnknownKid(_) => "token_kid_unknown",
            TokenError::Signature(_) => "token_signature_wrong",
        }
    }
}

/// A token whose shape is right and whose content nobody vouches for yet.
///
/// Good for one thing: finding out whose keys to verify it with.
#[derive(Debug, Clone)]
pub struct Unverified<'a> {
    message: &'a str,
    signature: &'a str,
    kid: String,
    claims: Map<String, Value>,
    hash: String,
}

impl<'a> Unverified<'a> {
    /// Reads a compact JWT without believing it.
    ///
    /// # Errors
    /// Every [`TokenError`] but those about keys.
    pub fn peek(token: &'a str) -> Result<Unverified<'a>, TokenError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::TooLarge);
        }
        let mut parts = token.split('.');
        let (Some(header), Some(payload), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
            return Err(TokenError::NotAJwt);
        };
        let decode = |part: &str| BASE64URL_NOPAD.decode(part.as_bytes()).map_err(|_| TokenError::NotAJwt);
        let header = object(&decode(header)?).map_err(TokenError::Header)?;
        let kid = check_header(&header)?;
        if decode(signature)?.is_empty() {
            return Err(TokenError::NotAJwt);
        }
        let claims = object(&decode(payload)?).map_err(TokenError::Claims)?;
        let message = &token[..token.len() - signature.len() - 1];
        Ok(Unverified { message, signature, kid, claims, hash: ids::sha256_hex(token.as_bytes()) })
    }

    /// Who the token says issued it.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.claims.get("iss").and_then(Value::as_str)
    }

    /// Whom the token says it is for: the strings of `aud`.
    #[must_use]
    pub fn audiences(&self) -> Vec<&str> {
        match self.claims.get("aud") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// The key the token says signed it.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// SHA-256 of the whole token, to name it in the launch log without keeping it.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Checks the signature with the platform's keys.
    ///
    /// # Errors
    /// [`TokenError::UnknownKid`] (the caller may fetch the keys anew) and [`TokenError::Signature`].
    pub fn verify(self, keys: &KeySet) -> Result<Verified, TokenError> {
        if !keys.has(&self.kid) {
            return Err(TokenError::UnknownKid(self.kid));
        }
        if !jose::verify(keys, &self.kid, self.message, self.signature) {
            return Err(TokenError::Signature(self.kid));
        }
        Ok(Verified { claims: self.claims, hash: self.hash })
    }
}

/// A token the platform's key vouches for. Whether it is a launch is another matter: see [`super::validate()`].
#[derive(Debug, Clone)]
pub struct Verified {
    claims: Map<String, Value>,
    hash: String,
}

impl Verified {
    /// The claims as sent.
    #[must_use]
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// SHA-256 of the whole token.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }
}

fn object(bytes: &[u8]) -> Result<Map<String, Value>, String> {
    match strict_json::parse(bytes) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err("not an object".into()),
        Err(error) => Err(error.to_string()),
    }
}

/// `jku`, `jwk`, `x5u` and `x5c` are ignored: keys come from the registration, never from the token.
fn check_header(header: &Map<String, Value>) -> Result<String, TokenError> {
    match header.get("alg") {
        Some(Value::String(alg)) if alg == "RS256" => {}
        Some(Value::String(alg)) => return Err(TokenError::Algorithm(alg.chars().take(40).collect())),
        _ => return Err(TokenError::Header("`alg` is no text".into())),
    }
    for name in ["crit", "b64"] {
        if header.contains_key(name) {
            return Err(TokenError::Extension(name));
        }
    }
    match header.get("kid") {
        None => Err(TokenError::NoKid),
        Some(Value::String(kid)) if !kid.is_empty() => Ok(kid.clone()),
        Some(_) => Err(TokenError::Header("`kid` is no text".into())),
    }
}

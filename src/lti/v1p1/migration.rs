//! The LTI 1.1 to 1.3 migration claim: who somebody was, and which link this was, when the site still spoke 1.1.

use data_encoding::BASE64;
use openssl::{hash::MessageDigest, memcmp, pkey::PKey, sign::Signer};
use serde_json::{Map, Value};

use crate::lti::claims::{LTI, text};

/// The claim, signed by a key's holder or not: believe it only if [`Claim::is_signed_with`] says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The consumer key that was used before.
    pub consumer_key: String,
    /// `oauth_consumer_key_sign`.
    signature: String,
    /// What it signs.
    signed: String,
    /// `user_id` of 1.1, where it differs from `sub`.
    pub user_id: Option<String>,
    /// `context_id` of 1.1, where it differs.
    pub context_id: Option<String>,
    /// `resource_link_id` of 1.1, where it differs.
    pub resource_link_id: Option<String>,
}

/// Reads the claim of a verified token. One without a signature is none: it binds nobody.
pub(in crate::lti) fn claim(claims: &Map<String, Value>, deployment_id: &str) -> Option<Claim> {
    let claim = claims.get(&format!("{LTI}lti1p1"))?.as_object()?;
    let consumer_key = text(claim, "oauth_consumer_key")?;
    let exp = claims.get("exp")?.as_number()?.to_string();
    let (issuer, nonce) = (text(claims, "iss")?, text(claims, "nonce")?);
    let client_id = match claims.get("aud")? {
        Value::Array(many) => many.first()?.as_str()?.to_owned(),
        one => one.as_str()?.to_owned(),
    };
    Some(Claim {
        signature: text(claim, "oauth_consumer_key_sign")?,
        signed: [&consumer_key, deployment_id, &issuer, &client_id, &exp, &nonce].join("&"),
        user_id: text(claim, "user_id"),
        context_id: text(claim, "context_id"),
        resource_link_id: text(claim, "resource_link_id"),
        consumer_key,
    })
}

impl Claim {
    /// Did the holder of this secret sign it for this very launch?
    #[must_use]
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let mac = || {
            let key = PKey::hmac(secret.as_bytes())?;
            Signer::new(MessageDigest::sha256(), &key)?.sign_oneshot_to_vec(self.signed.as_bytes())
        };
        let Ok(wanted) = mac().map(|mac| BASE64.encode(&mac)) else { return false };
        wanted.len() == self.signature.len() && memcmp::eq(wanted.as_bytes(), self.signature.as_bytes())
    }
}

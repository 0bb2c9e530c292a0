//! A signed form: read without trust, then verified.

use super::{
    error::{Fault, Refused},
    signature::{Method, signature},
};
use crate::lti::Check;

/// Longest value of an `oauth_` parameter.
const LONGEST: usize = 512;

type Pair = (String, String);

/// A launch as it came: nothing in it is to be believed.
#[derive(Debug, Clone, Copy)]
pub struct Unverified<'a> {
    body: &'a [Pair],
    query: &'a [Pair],
    key: &'a str,
    nonce: &'a str,
    timestamp: i64,
    method: Method,
    signature: &'a str,
}

/// A launch that the holder of the key's secret signed, just now.
#[derive(Debug, Clone)]
pub struct Verified {
    /// The form's pairs, then those of the address.
    pub(super) pairs: Vec<Pair>,
    /// The address without its query.
    pub(super) base_uri: String,
    /// The query's pairs.
    pub(super) query: Vec<Pair>,
    /// The consumer key.
    pub key: String,
    /// `oauth_nonce`: whether it was used before is the caller's next question.
    pub nonce: String,
    /// How it was signed: answers to the platform are signed the same way.
    pub method: Method,
}

impl<'a> Unverified<'a> {
    /// Reads what OAuth needs.
    ///
    /// # Errors
    /// When something is missing, came twice, or is of a kind that is not taken.
    pub fn peek(body: &'a [Pair], query: &'a [Pair]) -> Result<Self, Refused> {
        let fail = |fault| Refused::at(Check::Shape, fault);
        let get = |name| one(body, query, name).map_err(fail);
        let needed = |name| get(name)?.filter(|v| !v.is_empty()).ok_or_else(|| fail(Fault::Missing(name)));
        let wrong = |parameter, found: &str| fail(Fault::Unexpected { parameter, found: found.chars().take(100).collect() });
        // No platform means it, and no database takes it.
        if let Some((name, _)) = body.iter().chain(query).find(|(n, v)| n.contains('\0') || v.contains('\0')) {
            return Err(wrong("a parameter with NUL", name));
        }
        if let Some(found) = get("oauth_version")?.filter(|v| *v != "1.0") {
            return Err(wrong("oauth_version", found));
        }
        let method = needed("oauth_signature_method")?;
        let timestamp = needed("oauth_timestamp")?;
        let decimal = timestamp.len() <= 12 && timestamp.bytes().all(|b| b.is_ascii_digit());
        let unverified = Self {
            body,
            query,
            key: needed("oauth_consumer_key")?,
            nonce: needed("oauth_nonce")?,
            timestamp: timestamp.parse().ok().filter(|_| decimal).ok_or_else(|| wrong("oauth_timestamp", timestamp))?,
            method: Method::parse(method).ok_or_else(|| wrong("oauth_signature_method", method))?,
            signature: needed("oauth_signature")?,
        };
        for (name, value) in [("oauth_consumer_key", unverified.key), ("oauth_nonce", unverified.nonce)] {
            if value.len() > LONGEST {
                return Err(wrong(name, value));
            }
        }
        // The others that RFC 5849 knows mean nothing to a launch, and still may not come twice.
        for name in ["oauth_token", "oauth_callback", "oauth_body_hash"] {
            get(name)?;
        }
        Ok(unverified)
    }

    /// The key it claims to be signed with.
    #[must_use]
    pub fn key(&self) -> &'a str {
        self.key
    }

    /// Checks signature and time. `base_uri`: our public address, as the platform was told it. Without a secret the work is done all
    /// the same, so that an unknown key takes as long as a wrong signature.
    ///
    /// # Errors
    /// When the key is unknown, the signature is another, or the time is not now.
    pub fn verify(self, base_uri: &str, secret: Option<&str>, now: i64) -> Result<Verified, Refused> {
        let signed = self.is_signed(base_uri, secret.unwrap_or("no secret")).map_err(|_| Refused::at(Check::Signature, Fault::OpenSsl))?;
        if secret.is_none() {
            return Err(Refused::at(Check::Key, Fault::KeyUnknown));
        }
        if !signed {
            return Err(Refused::at(Check::Signature, Fault::Signature(base_uri.to_owned())));
        }
        let age = now.saturating_sub(self.timestamp);
        let late = if age > super::WINDOW { Some(Fault::TooOld(age)) } else { None };
        let fault = late.or_else(|| (age < -super::WINDOW).then(|| Fault::FromTheFuture(age.saturating_neg())));
        match fault {
            Some(fault) => Err(Refused::at(Check::IssuedAt, fault)),
            None => Ok(Verified {
                pairs: self.body.iter().chain(self.query).cloned().collect(),
                base_uri: base_uri.to_owned(),
                query: self.query.to_vec(),
                key: self.key.to_owned(),
                nonce: self.nonce.to_owned(),
                method: self.method,
            }),
        }
    }

    /// By RFC 5849 the address's pairs count beside the form's. Canvas copies them into the form and signs them once: pairs that the
    /// signed form repeats to the letter add nothing that is not signed.
    fn is_signed(&self, base_uri: &str, secret: &str) -> Result<bool, openssl::error::ErrorStack> {
        if self.fits(base_uri, secret, self.query)? {
            return Ok(true);
        }
        let more: Vec<Pair> = self.query.iter().filter(|pair| !self.body.contains(pair)).cloned().collect();
        if more.len() == self.query.len() { Ok(false) } else { self.fits(base_uri, secret, &more) }
    }

    fn fits(&self, base_uri: &str, secret: &str, query: &[Pair]) -> Result<bool, openssl::error::ErrorStack> {
        let all = self.body.iter().chain(query).filter(|(name, _)| name != "oauth_signature");
        let wanted = signature(self.method, "POST", base_uri, all.map(|(n, v)| (n.as_str(), v.as_str())), secret)?;
        Ok(wanted.len() == self.signature.len() && openssl::memcmp::eq(wanted.as_bytes(), self.signature.as_bytes()))
    }
}

impl Verified {
    /// A value that is there and not empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(n, v)| n == name && !v.trim().is_empty()).map(|(_, v)| v.as_str())
    }

    /// The same for what carries trust: two values that differ are none.
    pub(super) fn sure(&self, name: &'static str) -> Result<Option<&str>, Fault> {
        let found = self.text(name);
        if self.pairs.iter().any(|(n, v)| n == name && Some(v.as_str()) != found && !v.trim().is_empty()) {
            return Err(Fault::Repeated(name));
        }
        Ok(found)
    }
}

fn one<'a>(body: &'a [Pair], query: &'a [Pair], name: &'static str) -> Result<Option<&'a str>, Fault> {
    let mut found = body.iter().chain(query).filter(|(n, _)| n == name).map(|(_, v)| v.as_str());
    match (found.next(), found.next()) {
        (_, Some(_)) => Err(Fault::Repeated(name)),
        (first, None) => Ok(first),
    }
}

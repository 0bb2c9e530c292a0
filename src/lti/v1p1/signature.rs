//! The signature base string of RFC 5849 3.4.1, and its two HMACs.
//!
//! `oauth1-request` is a client: its high-level calls sort by raw values, leave names unencoded and panic on a `?` in the address. So
//! this feeds its low-level [`Sign`], which takes everything encoded and in order.

use std::fmt;

use data_encoding::BASE64;
use oauth1_request::signature_method::{HmacSha1, Sign, SignatureMethod};
use openssl::{
    error::ErrorStack,
    hash::{MessageDigest, hash},
    pkey::PKey,
    sign::Signer,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, percent_decode_str, utf8_percent_encode};

/// All but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How a message is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// What everybody speaks.
    HmacSha1,
    /// What some speak instead.
    HmacSha256,
}

impl Method {
    /// `oauth_signature_method`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::HmacSha1 => "HMAC-SHA1",
            Self::HmacSha256 => "HMAC-SHA256",
        }
    }

    /// From [`Self::name`].
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::HmacSha1, Self::HmacSha256].into_iter().find(|m| m.name() == name)
    }

    /// `oauth_body_hash` of a body: by the hash that the signature uses.
    ///
    /// # Errors
    /// When OpenSSL refuses.
    pub fn body_hash(self, body: &[u8]) -> Result<String, ErrorStack> {
        let digest = match self {
            Self::HmacSha1 => MessageDigest::sha1(),
            Self::HmacSha256 => MessageDigest::sha256(),
        };
        Ok(BASE64.encode(&hash(digest, body)?))
    }
}

/// As RFC 5849 3.6 encodes.
pub(super) fn encode(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, RESERVED)
}

/// The signature in base64. `base_uri` has no query: its pairs are among `parameters`.
///
/// # Errors
/// When OpenSSL refuses.
pub fn signature<'a>(
    method: Method,
    verb: &str,
    base_uri: &str,
    parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
    secret: &str,
) -> Result<String, ErrorStack> {
    let mut pairs: Vec<_> = parameters.into_iter().map(|(name, value)| (encode(name).to_string(), encode(value).to_string())).collect();
    // By encoded name, then encoded value; what comes twice stays twice.
    pairs.sort();
    match method {
        Method::HmacSha1 => Ok(base64(feed(HmacSha1::new().sign_with(secret, None), verb, base_uri, &pairs))),
        Method::HmacSha256 => feed(HmacSha256.sign_with(secret, None), verb, base_uri, &pairs).mac(),
    }
}

fn feed<S: Sign>(mut sign: S, verb: &str, base_uri: &str, pairs: &[(String, String)]) -> S::Signature {
    sign.request_method(verb);
    sign.uri(encode(base_uri));
    for (i, (name, value)) in pairs.iter().enumerate() {
        if i > 0 {
            sign.delimiter();
        }
        // The second encoding.
        sign.parameter(&encode(name).to_string(), encode(value));
    }
    sign.end()
}

/// The crate's signatures come percent-encoded.
fn base64(signature: impl fmt::Display) -> String {
    percent_decode_str(&signature.to_string()).decode_utf8_lossy().into_owned()
}

/// HMAC-SHA256, which the crate has not.
struct HmacSha256;

/// Gathers the base string.
struct Gather {
    key: String,
    text: String,
}

impl SignatureMethod for HmacSha256 {
    type Sign = Gather;

    fn sign_with(self, client_secret: &str, token_secret: Option<&str>) -> Gather {
        let key = format!("{}&{}", encode(client_secret), encode(token_secret.unwrap_or_default()));
        Gather { key, text: String::new() }
    }
}

impl Gather {
    fn mac(&self) -> Result<String, ErrorStack> {
        let key = PKey::hmac(self.key.as_bytes())?;
        Ok(BASE64.encode(&Signer::new(MessageDigest::sha256(), &key)?.sign_oneshot_to_vec(self.text.as_bytes())?))
    }
}

impl fmt::Display for Gather {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        encode(&self.mac().map_err(|_| fmt::Error)?).fmt(f)
    }
}

impl Sign for Gather {
    type Signature = Gather;

    fn get_signature_method_name(&self) -> &'static str {
        Method::HmacSha256.name()
    }

    fn request_method(&mut self, method: &str) {
        self.text.push_str(method);
        self.text.push('&');
    }

    fn uri<T: fmt::Display>(&mut self, uri: T) {
        self.text.push_str(&uri.to_string());
        self.text.push('&');
    }

    fn parameter<V: fmt::Display>(&mut self, key: &str, value: V) {
        self.text.push_str(key);
        self.text.push_str("%3D");
        self.text.push_str(&value.to_string());
    }

    fn delimiter(&mut self) {
        self.text.push_str("%26");
    }

    fn end(self) -> Gather {
        self
    }
}

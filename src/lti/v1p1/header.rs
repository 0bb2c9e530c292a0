//! The `Authorization` header of a message we sign: `oauth1-request` leaves `oauth_body_hash` out of its own.

use openssl::error::ErrorStack;
use url::Url;

use super::signature::{Method, encode, signature};

/// Signs a POST of `body` to `url`.
///
/// # Errors
/// When OpenSSL refuses.
pub fn authorization(
    method: Method,
    url: &Url,
    body: &[u8],
    key: &str,
    secret: &str,
    now_seconds: i64,
    nonce: &str,
) -> Result<String, ErrorStack> {
    let (hash, time) = (method.body_hash(body)?, now_seconds.to_string());
    let oauth = [
        ("oauth_body_hash", hash.as_str()),
        ("oauth_consumer_key", key),
        ("oauth_nonce", nonce),
        ("oauth_signature_method", method.name()),
        ("oauth_timestamp", time.as_str()),
        ("oauth_version", "1.0"),
    ];
    let query: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let mut base = url.clone();
    base.set_query(None);
    base.set_fragment(None);
    let all = oauth.into_iter().chain(query.iter().map(|(n, v)| (n.as_str(), v.as_str())));
    let signature = signature(method, "POST", base.as_str(), all, secret)?;
    let mut header = String::from("OAuth realm=\"\"");
    for (name, value) in oauth.into_iter().chain([("oauth_signature", signature.as_str())]) {
        header.push_str(&format!(",{name}=\"{}\"", encode(value)));
    }
    Ok(header)
}

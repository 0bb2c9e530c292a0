//! The check of a tool's client assertion (RFC 7523; Security Framework 1.0, section 4.1.1), as strict as Canvas is.

use serde_json::{Map, Value};

use super::state::{CLIENT_ID, Platform};
use crate::lti::id_token::{TokenError, Unverified};

/// Why no token is given.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AssertionError {
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error("the tool's keys could not be fetched: {0}")]
    Keys(String),
    #[error("`{0}` of the client assertion is missing or wrong")]
    Claim(&'static str),
    #[error("the client assertion was used before")]
    Replayed,
}

/// Whether this is a fresh assertion of the tool's, for our token endpoint.
pub(crate) async fn check(platform: &Platform, assertion: &str) -> Result<(), AssertionError> {
    let unverified = Unverified::peek(assertion)?;
    let keys = (platform.tool_keys)().await.map_err(AssertionError::Keys)?;
    let verified = unverified.verify(&keys)?;
    let jti = check_claims(verified.claims(), &format!("{}/token", platform.issuer), platform.now().as_second())?;
    if platform.take_jti(jti) { Ok(()) } else { Err(AssertionError::Replayed) }
}

/// Gives the `jti`.
fn check_claims<'a>(claims: &'a Map<String, Value>, audience: &str, now: i64) -> Result<&'a str, AssertionError> {
    let text = |name: &'static str| claims.get(name).and_then(Value::as_str).ok_or(AssertionError::Claim(name));
    for name in ["iss", "sub"] {
        if text(name)? != CLIENT_ID {
            return Err(AssertionError::Claim(name));
        }
    }
    if text("aud")? != audience {
        return Err(AssertionError::Claim("aud"));
    }
    let number = |name: &'static str| claims.get(name).and_then(Value::as_i64).ok_or(AssertionError::Claim(name));
    if number("exp")? <= now {
        return Err(AssertionError::Claim("exp"));
    }
    let issued = number("iat")?;
    if issued > now || issued < now - 300 {
        return Err(AssertionError::Claim("iat"));
    }
    text("jti")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const AUDIENCE: &str = "http://localhost:1/token";

    fn claims() -> Map<String, Value> {
        let value = json!({ "iss": CLIENT_ID, "sub": CLIENT_ID, "aud": AUDIENCE, "iat": 995, "exp": 1300, "jti": "x" });
        value.as_object().unwrap().clone()
    }

    #[test]
    fn a_good_assertion_gives_its_jti() {
        assert_eq!(check_claims(&claims(), AUDIENCE, 1000).unwrap(), "x");
    }

    #[test]
    fn each_wrong_claim_is_named() {
        let wrong = [
            ("iss", json!("other")),
            ("sub", json!(7)),
            ("aud", json!("http://elsewhere/token")),
            ("exp", json!(1000)),
            ("iat", json!(1030)),
            ("iat", json!(600)),
            ("jti", Value::Null),
        ];
        for (name, value) in wrong {
            let mut claims = claims();
            claims.insert(name.into(), value.clone());
            let error = check_claims(&claims, AUDIENCE, 1000).unwrap_err().to_string();
            assert!(error.contains(&format!("`{name}`")), "{name} = {value}: {error}");
        }
    }
}

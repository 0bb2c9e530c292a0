//! The platform's OpenID configuration.

use serde_json::{Map, Value};
use url::Url;

use crate::lti::{
    address,
    platform::{self, PlatformProfile},
    strict_json,
};

/// The member that holds what LTI adds.
const LTI_PART: &str = "https://purl.imsglobal.org/spec/lti-platform-configuration";
const CANVAS: &str = "https://canvas.instructure.com/lti/";
/// Longest name that is kept.
const LONGEST: usize = 500;

/// Why a configuration is of no use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigurationError {
    /// Not a JSON object, or one that names a member twice.
    #[error("it is no JSON object: {0}")]
    NotAnObject(String),
    /// Something required is not there.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// Something required has the wrong form.
    #[error("`{0}` is no web address")]
    NotAnAddress(&'static str),
    /// It cannot do what LTI 1.3 needs.
    #[error("`{0}` does not offer `{1}`")]
    Unable(&'static str, &'static str),
}

/// A message the platform can send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// Its type.
    pub kind: String,
    /// Where in the platform it can start, as the platform spells it; none: it does not say.
    pub placements: Option<Vec<String>>,
}

/// What a platform says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformConfiguration {
    /// `iss` of its messages, exactly as said.
    pub issuer: String,
    /// Where logins go.
    pub authorization_endpoint: Url,
    /// Where access tokens come from.
    pub token_endpoint: Url,
    /// Where its keys are.
    pub jwks_uri: Url,
    /// Where we register.
    pub registration_endpoint: Url,
    /// `aud` of token requests, where it says one.
    pub authorization_server: Option<String>,
    /// Scopes it offers; none: it does not say.
    pub scopes: Option<Vec<String>>,
    /// Claims it offers; none: it does not say.
    pub claims: Option<Vec<String>>,
    /// `product_family_code`, as said.
    pub product: String,
    /// The product's version.
    pub version: Option<String>,
    /// Names the tenant: on hosted Canvas, the school.
    pub guid: Option<String>,
    /// What the tenant is called.
    pub account: Option<String>,
    /// Messages it can send; none: it does not say.
    pub messages: Option<Vec<Offered>>,
}

impl PlatformConfiguration {
    /// Reads the document: strict where trust hangs on it, lenient elsewhere.
    ///
    /// # Errors
    /// The first thing that is missing or wrong.
    pub fn parse(bytes: &[u8]) -> Result<Self, ConfigurationError> {
        let document = strict_json::parse(bytes).map_err(|e| ConfigurationError::NotAnObject(e.to_string()))?;
        let all = document.as_object().ok_or_else(|| ConfigurationError::NotAnObject("it is something else".to_owned()))?;
        let lti = all.get(LTI_PART).and_then(Value::as_object).ok_or(ConfigurationError::Missing(LTI_PART))?;
        let issuer = all.get("issuer").and_then(Value::as_str).ok_or(ConfigurationError::Missing("issuer"))?.trim();
        let bare = address::parse(issuer).is_ok_and(|url| url.query().is_none() && url.fragment().is_none());
        // An address is read past such characters; an issuer is compared as it is.
        if !bare || issuer.contains(char::is_control) {
            return Err(ConfigurationError::NotAnAddress("issuer"));
        }
        offers(all, "token_endpoint_auth_methods_supported", "private_key_jwt")?;
        offers(all, "id_token_signing_alg_values_supported", "RS256")?;
        Ok(Self {
            authorization_endpoint: endpoint(all, "authorization_endpoint")?,
            token_endpoint: endpoint(all, "token_endpoint")?,
            jwks_uri: endpoint(all, "jwks_uri")?,
            registration_endpoint: endpoint(all, "registration_endpoint")?,
            authorization_server: text(all, "authorization_server"),
            scopes: texts(all, "scopes_supported"),
            claims: texts(all, "claims_supported"),
            product: text(lti, "product_family_code").unwrap_or_default(),
            version: text(lti, "version"),
            guid: text(lti, &format!("{CANVAS}account_lti_guid")),
            account: text(lti, &format!("{CANVAS}account_name")),
            messages: messages(lti),
            issuer: issuer.to_owned(),
        })
    }

    /// The product's rules.
    #[must_use]
    pub fn profile(&self) -> &'static PlatformProfile {
        platform::profile(Some(self.product.as_str()).filter(|p| !p.is_empty()), &self.issuer)
    }

    /// `aud` of token requests, where it is not the token address. Moodle does not look, and Canvas wants the address it was called
    /// at, whatever its configuration says.
    #[must_use]
    pub fn token_audience(&self) -> Option<String> {
        let says = self.authorization_server.clone().filter(|server| server != self.token_endpoint.as_str())?;
        (!matches!(self.profile().key, "moodle" | "canvas")).then_some(says)
    }
}

fn endpoint(all: &Map<String, Value>, name: &'static str) -> Result<Url, ConfigurationError> {
    let text = all.get(name).and_then(Value::as_str).ok_or(ConfigurationError::Missing(name))?;
    address::parse(text).map_err(|_| ConfigurationError::NotAnAddress(name))
}

/// Without NUL, which no database column takes.
fn text(all: &Map<String, Value>, name: &str) -> Option<String> {
    let text = all.get(name)?.as_str()?.trim();
    let text = text.replace('\0', "");
    (!text.trim().is_empty() && text.len() <= LONGEST).then_some(text)
}

fn texts(all: &Map<String, Value>, name: &str) -> Option<Vec<String>> {
    Some(all.get(name)?.as_array()?.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

/// A list that is there must hold `needed`; what is not said is not refused.
fn offers(all: &Map<String, Value>, name: &'static str, needed: &'static str) -> Result<(), ConfigurationError> {
    match texts(all, name) {
        Some(list) if !list.iter().any(|item| item == needed) => Err(ConfigurationError::Unable(name, needed)),
        _ => Ok(()),
    }
}

fn messages(lti: &Map<String, Value>) -> Option<Vec<Offered>> {
    let read = |value: &Value| {
        let one = value.as_object()?;
        Some(Offered { kind: text(one, "type")?, placements: texts(one, "placements").filter(|p| !p.is_empty()) })
    };
    Some(lti.get("messages_supported")?.as_array()?.iter().filter_map(read).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn moodle() -> Value {
        json!({
            "issuer": "https://m.example/moodle",
            "authorization_endpoint": "https://m.example/moodle/mod/lti/auth.php",
            "token_endpoint": "https://m.example/moodle/mod/lti/token.php",
            "jwks_uri": "https://m.example/moodle/mod/lti/certs.php",
            "registration_endpoint": "https://m.example/moodle/mod/lti/openid-registration.php",
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "scopes_supported": ["https://purl.imsglobal.org/spec/lti-ags/scope/score"],
            LTI_PART: {
                "product_family_code": "moodle", "version": "4.5.6 (Build: 20250811)",
                "messages_supported": [{"type": "LtiResourceLinkRequest"}, {"type": "LtiDeepLinkingRequest", "placements": ["ContentArea"]}],
            },
        })
    }

    fn read(document: &Value) -> Result<PlatformConfiguration, ConfigurationError> {
        PlatformConfiguration::parse(document.to_string().as_bytes())
    }

    #[test]
    fn what_moodle_says_is_read() {
        let c = read(&moodle()).unwrap();
        assert_eq!(
            (c.issuer.as_str(), c.profile().key, c.version.as_deref()),
            ("https://m.example/moodle", "moodle", Some("4.5.6 (Build: 20250811)"))
        );
        assert_eq!(c.messages.unwrap()[1].placements.as_deref(), Some(&["ContentArea".to_owned()][..]));
        assert_eq!((c.claims, c.guid), (None, None));
    }

    #[test]
    fn everything_trust_hangs_on_must_be_there_and_be_an_address() {
        for name in ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint"] {
            for bad in [json!(null), json!(7), json!(["https://m.example"]), json!("")] {
                let mut document = moodle();
                document[name] = bad;
                assert!(read(&document).is_err(), "{name}");
            }
            for bad in [
                "javascript:alert(1)",
                "/relative",
                "https://u:p@m.example/",
                "ftp://m.example/",
                "https://",
                &format!("https://m.example/{}", "x".repeat(600)),
            ] {
                let mut document = moodle();
                document[name] = json!(bad);
                assert!(read(&document).is_err(), "{name} {bad}");
            }
        }
        for bad in ["https://m.example/?x=1", "https://m.example/#x", "https://m.example/\0", "https://m.exa\tmple/"] {
            let mut document = moodle();
            document["issuer"] = json!(bad);
            assert_eq!(read(&document), Err(ConfigurationError::NotAnAddress("issuer")), "{bad}");
        }
        let mut document = moodle();
        document[LTI_PART] = json!("text");
        assert_eq!(read(&document), Err(ConfigurationError::Missing(LTI_PART)));
    }

    #[test]
    fn a_platform_without_our_algorithms_is_refused_and_one_that_does_not_say_is_not() {
        let mut document = moodle();
        document["id_token_signing_alg_values_supported"] = json!(["ES256"]);
        assert_eq!(read(&document), Err(ConfigurationError::Unable("id_token_signing_alg_values_supported", "RS256")));
        let mut document = moodle();
        document["token_endpoint_auth_methods_supported"] = json!(["client_secret_basic"]);
        assert!(read(&document).is_err());
        document.as_object_mut().unwrap().remove("token_endpoint_auth_methods_supported");
        assert!(read(&document).is_ok());
    }

    #[test]
    fn what_is_no_configuration_is_refused() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        for text in ["", "<html><body>Log in</body></html>", "[]", "\"x\"", "{\"issuer\":\"a\",\"issuer\":\"b\"}", deep.as_str()] {
            assert!(PlatformConfiguration::parse(text.as_bytes()).is_err(), "{}", &text[..text.len().min(40)]);
        }
    }

    #[test]
    fn what_no_database_keeps_is_left_out_of_names() {
        let mut document = moodle();
        document[LTI_PART]["version"] = json!("4\0.5");
        document[LTI_PART][format!("{CANVAS}account_name")] = json!("\0");
        let c = read(&document).unwrap();
        assert_eq!((c.version.as_deref(), c.account), (Some("4.5"), None));
    }

    #[test]
    fn the_token_audience_is_taken_where_platforms_mean_it() {
        let mut document = moodle();
        document["authorization_server"] = json!("https://m.example/other");
        assert_eq!(read(&document).unwrap().token_audience(), None);
        document[LTI_PART]["product_family_code"] = json!("desire2learn");
        assert_eq!(read(&document).unwrap().token_audience().as_deref(), Some("https://m.example/other"));
        document["authorization_server"] = document["token_endpoint"].clone();
        assert_eq!(read(&document).unwrap().token_audience(), None);
    }
}

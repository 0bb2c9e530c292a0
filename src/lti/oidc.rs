//! Third-party login: the request that starts it, the redirect that goes on, the form that ends it.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

/// Unreserved characters of RFC 3986 stay; a space becomes `%20`, which every platform reads alike.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// Longest parameter that is passed on: Canvas's hint is a JWT, Moodle's is JSON.
const MAX_PARAMETER: usize = 16 * 1024;

/// What is wrong with a login request or a launch form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoginError {
    /// A parameter is absent or empty.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// A parameter came twice.
    #[error("`{0}` was sent twice")]
    Repeated(&'static str),
    /// A parameter is unreasonably long.
    #[error("`{0}` is too long")]
    TooLong(&'static str),
    /// A parameter holds a NUL character, which no platform means and no database takes.
    #[error("`{0}` holds a character that no parameter has")]
    Unreadable(&'static str),
    /// The registration's authorization URL is no URL.
    #[error("the registered authorization URL `{0}` is not a web address")]
    AuthorizationUrl(String),
}

impl LoginError {
    /// A stable code for logs and documentation.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            LoginError::Missing(_) => "login_parameter_missing",
            LoginError::Repeated(_) => "login_parameter_repeated",
            LoginError::TooLong(_) => "login_parameter_too_long",
            LoginError::Unreadable(_) => "login_parameter_unreadable",
            LoginError::AuthorizationUrl(_) => "registration_auth_url_wrong",
        }
    }
}

/// The parameters of `/lti/login`, by GET or POST.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginRequest {
    /// The platform.
    pub issuer: String,
    /// Opaque; returned as it came.
    pub login_hint: String,
    /// The page to open.
    pub target_link_uri: String,
    /// Opaque; returned as it came, absent if absent.
    pub lti_message_hint: Option<String>,
    /// We, as the platform knows us; optional.
    pub client_id: Option<String>,
    /// The deployment; optional. Canvas sends `deployment_id`, the specification says `lti_deployment_id`.
    pub deployment_id: Option<String>,
    /// The frame that keeps state for us, where the platform offers one.
    pub storage_target: Option<String>,
}

/// Text pairs of a query or a form, each name at most once.
struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn take(&self, name: &'static str) -> Result<Option<String>, LoginError> {
        let mut found = self.0.iter().filter(|(n, _)| n == name).map(|(_, v)| v);
        let Some(value) = found.next() else { return Ok(None) };
        if found.next().is_some() {
            return Err(LoginError::Repeated(name));
        }
        if value.len() > MAX_PARAMETER {
            return Err(LoginError::TooLong(name));
        }
        if value.contains('\0') {
            return Err(LoginError::Unreadable(name));
        }
        Ok(Some(value.clone()))
    }

    fn filled(&self, name: &'static str) -> Result<Option<String>, LoginError> {
        Ok(self.take(name)?.filter(|v| !v.trim().is_empty()))
    }

    fn needed(&self, name: &'static str) -> Result<String, LoginError> {
        self.filled(name)?.ok_or(LoginError::Missing(name))
    }
}

impl LoginRequest {
    /// Reads the parameters, decoded, in the order they came.
    ///
    /// # Errors
    /// When `iss`, `login_hint` or `target_link_uri` is missing, or one of the parameters is repeated or too long.
    pub fn parse(parameters: impl IntoIterator<Item = (String, String)>) -> Result<LoginRequest, LoginError> {
        let from = Parameters(parameters.into_iter().collect());
        let deployment_id = match from.filled("lti_deployment_id")? {
            Some(id) => Some(id),
            None => from.filled("deployment_id")?,
        };
        Ok(LoginRequest {
            issuer: from.needed("iss")?,
            login_hint: from.needed("login_hint")?,
            target_link_uri: from.needed("target_link_uri")?,
            lti_message_hint: from.take("lti_message_hint")?,
            client_id: from.filled("client_id")?,
            deployment_id,
            storage_target: from.filled("lti_storage_target")?,
        })
    }
}

/// What goes to the platform's authorization endpoint, in the browser.
#[derive(Debug, Clone, Copy)]
pub struct AuthorizationRequest<'a> {
    /// The registration's client id.
    pub client_id: &'a str,
    /// Our one launch URL.
    pub redirect_uri: &'a str,
    /// As it came.
    pub login_hint: &'a str,
    /// As it came.
    pub lti_message_hint: Option<&'a str>,
    /// The id of the state row.
    pub state: &'a str,
    /// The nonce of the state row.
    pub nonce: &'a str,
}

/// The authorization URL with our request added to whatever query it has.
///
/// # Errors
/// When `endpoint` is no http(s) URL.
pub fn authorization_url(endpoint: &str, request: &AuthorizationRequest<'_>) -> Result<String, LoginError> {
    let wrong = || LoginError::AuthorizationUrl(endpoint.to_owned());
    let mut url = Url::parse(endpoint).map_err(|_| wrong())?;
    if !matches!(url.scheme(), "https" | "http") || !url.has_host() {
        return Err(wrong());
    }
    url.set_fragment(None);
    let mut query = url.query().map(|q| q.trim_end_matches('&').to_owned()).unwrap_or_default();
    let fixed = [("scope", "openid"), ("response_type", "id_token"), ("response_mode", "form_post"), ("prompt", "none")];
    let ours = [
        ("client_id", Some(request.client_id)),
        ("redirect_uri", Some(request.redirect_uri)),
        ("login_hint", Some(request.login_hint)),
        ("lti_message_hint", request.lti_message_hint),
        ("state", Some(request.state)),
        ("nonce", Some(request.nonce)),
    ];
    for (name, value) in fixed.into_iter().map(|(n, v)| (n, Some(v))).chain(ours) {
        let Some(value) = value else { continue };
        let separator = if query.is_empty() { "" } else { "&" };
        let _ = write!(query, "{separator}{name}={}", utf8_percent_encode(value, QUERY));
    }
    url.set_query(None);
    Ok(format!("{url}?{query}"))
}

/// The form the platform posts to `/lti/launch`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LaunchForm {
    /// A token to check.
    Token {
        /// The compact JWT.
        id_token: String,
        /// The state we sent.
        state: String,
    },
    /// The platform refused.
    Refused {
        /// Such as `login_required`.
        error: String,
        /// The platform's words.
        description: Option<String>,
        /// The state we sent, to be consumed.
        state: Option<String>,
    },
}

impl LaunchForm {
    /// Reads the form, decoded.
    ///
    /// # Errors
    /// When neither a token with a state nor an error is there, or a parameter is repeated.
    pub fn parse(parameters: impl IntoIterator<Item = (String, String)>) -> Result<LaunchForm, LoginError> {
        let from = Parameters(parameters.into_iter().collect());
        if let Some(error) = from.filled("error")? {
            return Ok(LaunchForm::Refused { error, description: from.filled("error_description")?, state: from.filled("state")? });
        }
        // The token has its own limit.
        let mut tokens = from.0.iter().filter(|(n, _)| n == "id_token").map(|(_, v)| v.clone());
        let id_token = tokens.next().filter(|t| !t.is_empty()).ok_or(LoginError::Missing("id_token"))?;
        if tokens.next().is_some() {
            return Err(LoginError::Repeated("id_token"));
        }
        Ok(LaunchForm::Token { id_token, state: from.needed("state")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        url::form_urlencoded::parse(text.as_bytes()).into_owned().collect()
    }

    #[test]
    fn moodles_and_canvass_logins_are_read() {
        let moodle = LoginRequest::parse(pairs(
            "iss=https%3A%2F%2Fm.example&target_link_uri=https%3A%2F%2Ft.example%2Fx&login_hint=5&lti_message_hint=%7B%22a%22%3A1%7D&client_id=c1&lti_deployment_id=3",
        ))
        .unwrap();
        assert_eq!((moodle.lti_message_hint.as_deref(), moodle.deployment_id.as_deref()), (Some("{\"a\":1}"), Some("3")));
        assert_eq!(moodle.storage_target, None);
        let canvas = LoginRequest::parse(pairs(
            "iss=i&target_link_uri=t&login_hint=h&deployment_id=1:ab&lti_storage_target=post_message_forwarding",
        ))
        .unwrap();
        assert_eq!((canvas.client_id, canvas.deployment_id.as_deref()), (None, Some("1:ab")));
        assert_eq!(canvas.storage_target.as_deref(), Some("post_message_forwarding"));
    }

    #[test]
    fn missing_repeated_and_endless_parameters_are_refused() {
        for (text, error) in [
            ("login_hint=h&target_link_uri=t", LoginError::Missing("iss")),
            ("iss=&login_hint=h&target_link_uri=t", LoginError::Missing("iss")),
            ("iss=i&target_link_uri=t", LoginError::Missing("login_hint")),
            ("iss=i&login_hint=h", LoginError::Missing("target_link_uri")),
            ("iss=i&iss=j&login_hint=h&target_link_uri=t", LoginError::Repeated("iss")),
            ("iss=i&login_hint=h&target_link_uri=t&client_id=a&client_id=b", LoginError::Repeated("client_id")),
            ("iss=i%00&login_hint=h&target_link_uri=t", LoginError::Unreadable("iss")),
        ] {
            assert_eq!(LoginRequest::parse(pairs(text)), Err(error), "{text}");
        }
        let long = format!("iss=i&login_hint={}&target_link_uri=t", "h".repeat(MAX_PARAMETER + 1));
        assert_eq!(LoginRequest::parse(pairs(&long)), Err(LoginError::TooLong("login_hint")));
    }

    #[test]
    fn hints_go_back_verbatim_and_encoded() {
        let hint = "{\"cmid\":2, \"x\":\"a+b&c=d#é\"}";
        let request = AuthorizationRequest {
            client_id: "c 1",
            redirect_uri: "https://t.example/lti/launch",
            login_hint: "5",
            lti_message_hint: Some(hint),
            state: "s",
            nonce: "n",
        };
        let url = authorization_url("https://m.example/mod/lti/auth.php?x=1#frag", &request).unwrap();
        assert!(url.starts_with("https://m.example/mod/lti/auth.php?x=1&scope=openid&response_type=id_token&"), "{url}");
        assert!(!url.contains('+') && !url.contains(' '), "{url}");
        let parsed: std::collections::BTreeMap<_, _> = Url::parse(&url).unwrap().query_pairs().into_owned().collect();
        assert_eq!(parsed["lti_message_hint"], hint);
        assert_eq!(parsed["client_id"], "c 1");
        assert_eq!((parsed["response_mode"].as_str(), parsed["prompt"].as_str()), ("form_post", "none"));
        let without = authorization_url("https://m.example/a", &AuthorizationRequest { lti_message_hint: None, ..request }).unwrap();
        assert!(!without.contains("lti_message_hint"), "absent stays absent");
        let empty = authorization_url("https://m.example/a", &AuthorizationRequest { lti_message_hint: Some(""), ..request }).unwrap();
        assert!(empty.contains("lti_message_hint=&"), "empty stays empty");
    }

    #[test]
    fn an_authorization_url_is_a_web_address() {
        let request =
            AuthorizationRequest { client_id: "c", redirect_uri: "r", login_hint: "h", lti_message_hint: None, state: "s", nonce: "n" };
        for bad in ["", "/auth", "javascript:alert(1)", "file:///etc/passwd"] {
            assert!(authorization_url(bad, &request).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_launch_form_is_a_token_or_a_refusal() {
        assert_eq!(
            LaunchForm::parse(pairs("id_token=a.b.c&state=s")),
            Ok(LaunchForm::Token { id_token: "a.b.c".into(), state: "s".into() })
        );
        assert_eq!(
            LaunchForm::parse(pairs("error=login_required&error_description=No+user&state=s")),
            Ok(LaunchForm::Refused { error: "login_required".into(), description: Some("No user".into()), state: Some("s".into()) })
        );
        for (text, error) in [
            ("", LoginError::Missing("id_token")),
            ("id_token=a.b.c", LoginError::Missing("state")),
            ("state=s", LoginError::Missing("id_token")),
            ("id_token=a&id_token=b&state=s", LoginError::Repeated("id_token")),
            ("id_token=a&state=s&state=t", LoginError::Repeated("state")),
        ] {
            assert_eq!(LaunchForm::parse(pairs(text)), Err(error), "{text}");
        }
    }
}

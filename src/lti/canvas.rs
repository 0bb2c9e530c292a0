//! Hosted Canvas: three environments that every school shares.

use url::Url;

/// (key, name, issuer, host that logs in).
pub const SITES: [(&str, &str, &str, &str); 3] = [
    ("production", "Production", "https://canvas.instructure.com", "https://sso.canvaslms.com"),
    ("beta", "Beta", "https://canvas.beta.instructure.com", "https://sso.beta.canvaslms.com"),
    ("test", "Test", "https://canvas.test.instructure.com", "https://sso.test.canvaslms.com"),
];

/// Where a Canvas server at `host` (with scheme) answers: login, tokens, keys.
#[must_use]
pub fn endpoints(host: &str) -> [String; 3] {
    ["/api/lti/authorize_redirect", "/login/oauth2/token", "/api/lti/security/jwks"].map(|path| format!("{host}{path}"))
}

/// Whether `issuer` is one of hosted Canvas's and `url` is on a host that Instructure keeps for it. The older hosts still answer.
#[must_use]
pub fn hosts(issuer: &str, url: &Url) -> bool {
    let origin = url.origin().ascii_serialization();
    SITES.iter().any(|(_, _, known, sso)| *known == issuer && (origin == *sso || origin == *known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_environment_has_its_own_hosts() {
        let url = |text: &str| Url::parse(text).unwrap();
        assert!(hosts("https://canvas.instructure.com", &url("https://sso.canvaslms.com/login/oauth2/token")));
        assert!(hosts("https://canvas.beta.instructure.com", &url("https://canvas.beta.instructure.com/api/lti/security/jwks")));
        for (issuer, bad) in [
            ("https://canvas.instructure.com", "https://sso.beta.canvaslms.com/x"),
            ("https://canvas.instructure.com", "https://sso.canvaslms.com.evil.example/x"),
            ("https://canvas.instructure.com", "http://sso.canvaslms.com/x"),
            ("https://canvas.instructure.com", "https://sso.canvaslms.com:8443/x"),
            ("https://canvas.school.example", "https://sso.canvaslms.com/x"),
        ] {
            assert!(!hosts(issuer, &url(bad)), "{issuer} {bad}");
        }
    }
}

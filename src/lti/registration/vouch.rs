//! Who vouches for a configuration: anybody may publish one that names somebody else's issuer.

use url::Url;

use super::PlatformConfiguration;
use crate::lti::{address::authority, canvas};

/// On whose word the configuration is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vouched {
    /// The issuer's own host serves it.
    Issuer,
    /// Hosted Canvas: login, tokens and keys are on the hosts that Instructure keeps for this issuer.
    HostedCanvas,
    /// A Canvas on a server of its own that calls itself something else, `https://canvas.instructure.com` as it ships. Nobody vouches
    /// for the name, so an administrator must.
    OwnCanvas,
}

/// The configuration names an issuer that is not its own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{host}` says that it is `{issuer}`")]
pub struct Stranger {
    /// Who served it.
    pub host: String,
    /// Whom it names.
    pub issuer: String,
}

impl Vouched {
    /// As the database keeps it.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Issuer => "issuer",
            Self::HostedCanvas => "hosted-canvas",
            Self::OwnCanvas => "own-canvas",
        }
    }

    /// The host, with its port, that people know the LMS by.
    #[must_use]
    pub fn host(self, asked: &Url, c: &PlatformConfiguration) -> String {
        match self {
            // Of the three hosts that hosted Canvas works with, the school's own is the one we register at.
            Self::HostedCanvas => authority(&c.registration_endpoint),
            Self::Issuer | Self::OwnCanvas => authority(asked),
        }
    }
}

/// Whether to believe what the document at `asked` says of itself.
///
/// # Errors
/// When it names an issuer that somebody else must vouch for.
pub fn vouch(asked: &Url, c: &PlatformConfiguration) -> Result<Vouched, Stranger> {
    let stranger = || Stranger { host: authority(asked), issuer: c.issuer.clone() };
    let issuer = Url::parse(&c.issuer).map_err(|_| stranger())?;
    if issuer.origin() == asked.origin() {
        return Ok(Vouched::Issuer);
    }
    if c.profile().key != "canvas" {
        return Err(stranger());
    }
    let endpoints = [&c.authorization_endpoint, &c.token_endpoint, &c.jwks_uri];
    if endpoints.iter().all(|url| canvas::hosts(&c.issuer, url)) {
        return Ok(Vouched::HostedCanvas);
    }
    let own = endpoints.iter().chain([&&c.registration_endpoint]).all(|url| url.origin() == asked.origin());
    if own { Ok(Vouched::OwnCanvas) } else { Err(stranger()) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn configuration(product: &str, issuer: &str, endpoints: &str, registration: &str) -> PlatformConfiguration {
        let document = json!({
            "issuer": issuer, "authorization_endpoint": format!("{endpoints}/auth"), "token_endpoint": format!("{endpoints}/token"),
            "jwks_uri": format!("{endpoints}/jwks"), "registration_endpoint": format!("{registration}/register"),
            "https://purl.imsglobal.org/spec/lti-platform-configuration": { "product_family_code": product },
        });
        PlatformConfiguration::parse(document.to_string().as_bytes()).unwrap()
    }

    fn judged(asked: &str, product: &str, issuer: &str, endpoints: &str, registration: &str) -> Option<(Vouched, String)> {
        let (asked, c) = (Url::parse(asked).unwrap(), configuration(product, issuer, endpoints, registration));
        vouch(&asked, &c).ok().map(|v| (v, v.host(&asked, &c)))
    }

    #[test]
    fn an_issuer_vouches_for_itself() {
        let m = "https://m.example:8443";
        assert_eq!(
            judged(&format!("{m}/config?x=1"), "moodle", &format!("{m}/moodle"), m, m),
            Some((Vouched::Issuer, "m.example:8443".to_owned()))
        );
        // Its other hosts are its own business.
        assert!(
            judged("https://d.example/config", "desire2learn", "https://d.example", "https://auth.d2l.example", "https://d.example")
                .is_some()
        );
    }

    #[test]
    fn nobody_speaks_for_another_issuer() {
        let m = "https://m.example";
        for (asked, product, endpoints) in [
            ("https://evil.example/config", "moodle", "https://evil.example"),
            ("https://evil.example/config", "", "https://m.example"),
            ("https://m.example.evil.example/config", "moodle", m),
            ("http://m.example/config", "moodle", m),
            ("https://m.example:444/config", "moodle", m),
        ] {
            assert_eq!(judged(asked, product, m, endpoints, asked.trim_end_matches("/config")), None, "{asked}");
        }
    }

    #[test]
    fn hosted_canvas_is_known_by_its_hosts() {
        let (issuer, sso, school) = ("https://canvas.instructure.com", "https://sso.canvaslms.com", "https://school.instructure.com");
        assert_eq!(
            judged(&format!("{sso}/api/lti/security/openid-configuration?registration_token=x"), "canvas", issuer, sso, school),
            Some((Vouched::HostedCanvas, "school.instructure.com".to_owned()))
        );
        // Whoever claims to be it, but keeps the keys elsewhere, is not.
        assert_eq!(judged("https://evil.example/c", "canvas", issuer, "https://keys.example", "https://evil.example"), None);
        assert_eq!(judged("https://evil.example/c", "moodle", issuer, sso, "https://evil.example"), None);
    }

    #[test]
    fn a_canvas_of_its_own_may_keep_the_stock_name_and_nobody_vouches_for_it() {
        let own = "https://canvas.school.example";
        let judged = |endpoints: &str, registration: &str| {
            judged(&format!("{own}/c"), "canvas", "https://canvas.instructure.com", endpoints, registration)
        };
        assert_eq!(judged(own, own), Some((Vouched::OwnCanvas, "canvas.school.example".to_owned())));
        assert_eq!(judged(own, "https://elsewhere.example"), None);
    }
}

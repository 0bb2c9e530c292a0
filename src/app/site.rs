//! Where the world reaches us.

use url::Url;

/// The public URL, taken apart once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    origin: String,
    prefix: String,
    keeps_secure_cookies: bool,
}

/// Why a text is no public URL.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// Not a URL.
    #[error("the public URL `{0}` is not a URL")]
    NotAUrl(String, #[source] url::ParseError),
    /// Neither http nor https, or with a user, a query or a fragment.
    #[error("the public URL `{0}` must be `http(s)://host[:port][/path]` and nothing more")]
    TooMuch(String),
}

impl Site {
    /// Reads `http(s)://host[:port][/path]`.
    ///
    /// # Errors
    /// When the text is anything else.
    pub fn parse(public_url: &str) -> Result<Self, SiteError> {
        let url = Url::parse(public_url).map_err(|e| SiteError::NotAUrl(public_url.to_owned(), e))?;
        let bare = url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
        let (true, Some(host)) = (bare && matches!(url.scheme(), "http" | "https"), url.host()) else {
            return Err(SiteError::TooMuch(public_url.to_owned()));
        };
        // Browsers treat these as trustworthy, so `Secure` cookies are kept there without TLS.
        let loopback = match host {
            url::Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
            url::Host::Ipv4(ip) => ip.is_loopback(),
            url::Host::Ipv6(ip) => ip.is_loopback(),
        };
        Ok(Self {
            origin: url.origin().ascii_serialization(),
            prefix: url.path().trim_end_matches('/').to_owned(),
            keeps_secure_cookies: url.scheme() == "https" || loopback,
        })
    }

    /// `scheme://host[:port]`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The path all our pages lie under, without a final slash; often empty.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// `path` (which starts with a slash) as browsers must ask for it.
    #[must_use]
    pub fn path(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    /// `path` as an absolute URL.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}{}{path}", self.origin, self.prefix)
    }

    /// Whether a browser keeps our `Secure` cookies: https, or this very machine.
    #[must_use]
    pub fn keeps_secure_cookies(&self) -> bool {
        self.keeps_secure_cookies
    }

    /// Whether `text` is an address of ours: same origin, under our path, nothing hidden in it.
    #[must_use]
    pub fn owns(&self, text: &str) -> bool {
        let Ok(url) = Url::parse(text) else { return false };
        let under = url.path() == self.prefix || url.path().strip_prefix(self.prefix.as_str()).is_some_and(|rest| rest.starts_with('/'));
        url.username().is_empty() && url.password().is_none() && under && url.origin().ascii_serialization() == self.origin
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_prefix_is_kept_and_a_final_slash_is_not() {
        let site = Site::parse("https://learn.example.org/ferry/").unwrap();
        assert_eq!(site.url("/lti/launch"), "https://learn.example.org/ferry/lti/launch");
        assert_eq!(site.path("/"), "/ferry/");
        assert_eq!(Site::parse("http://localhost:8080").unwrap().url("/"), "http://localhost:8080/");
    }

    #[test]
    fn only_https_and_this_machine_keep_secure_cookies() {
        for good in ["https://a.example", "http://localhost:80", "http://127.0.0.1:1", "http://[::1]:8080", "http://tool.localhost"] {
            assert!(Site::parse(good).unwrap().keeps_secure_cookies(), "{good}");
        }
        for bad in ["http://a.example", "http://10.0.0.7:8080", "http://localhost.example"] {
            assert!(!Site::parse(bad).unwrap().keeps_secure_cookies(), "{bad}");
        }
    }

    #[test]
    fn anything_but_a_plain_address_is_refused() {
        for bad in ["", "localhost:8080", "ftp://a.example", "https://u@a.example", "https://a.example/?q", "https://a.example/#f"] {
            assert!(Site::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn foreign_addresses_in_disguise_are_not_ours() {
        let site = Site::parse("https://a.example/ferry").unwrap();
        assert!(site.owns("https://a.example/ferry/lti/launch?to=x"));
        assert!(site.owns("https://A.example:443/ferry"));
        for bad in [
            "https://a.example/other",
            "https://a.example/ferry-not",
            "http://a.example/ferry",
            "https://a.example.evil.example/ferry",
            "https://a.example@evil.example/ferry",
            "https://u@a.example/ferry",
            "//a.example/ferry",
            "/ferry",
            "javascript:alert(1)",
            "https://a.example/ferry/../other",
        ] {
            assert!(!site.owns(bad), "{bad}");
        }
    }
}

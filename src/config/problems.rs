//! What the values alone do not show: files that are not there, combinations that will not work.

use std::path::Path;

use super::{DatabaseUrl, Settings};

impl Settings {
    /// Whatever would stop a server, one line each.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut file = |key: &str, path: &Path| {
            if let Err(e) = std::fs::File::open(path) {
                problems.push(format!("setting `{key}`: cannot read `{}` ({e}); check the path and its permissions", path.display()));
            }
        };
        if let Some(tls) = &self.server.tls {
            file("tls_cert", &tls.cert);
            file("tls_key", &tls.key);
        }
        if let Some(ca) = &self.network.ca_file {
            file("ca_file", ca);
        }
        if let Some(course) = &self.course {
            file("course", &course.join("course.toml"));
        }
        problems
    }

    /// Whatever works, but perhaps not as meant.
    #[must_use]
    pub fn advice(&self) -> Vec<String> {
        let mut advice = Vec::new();
        if self.plain_http_beyond_loopback() {
            advice.push(
                "setting `public_url` is plain http on another machine's address: browsers keep no cookies of ours inside an LMS then, so \
                 launches and sign-ins will be refused; use https, with tls_cert and tls_key or a proxy in front"
                    .to_owned(),
            );
        }
        if matches!(self.database.url, DatabaseUrl::Postgres(_)) && self.master_key.is_none() {
            advice.push(
                "no `master_key`: each machine makes its own in its data folder; with several servers on one PostgreSQL set the same \
                 FERRY_MASTER_KEY on all"
                    .to_owned(),
            );
        }
        if !self.server.listen.ip().is_loopback() && self.server.public_url.is_none() {
            advice
                .push("no `public_url`: links we give to LMSs name this machine by its listening address; set FERRY_PUBLIC_URL".to_owned());
        }
        advice
    }

    /// Secure cookies would be lost: sign-in is refused.
    #[must_use]
    pub fn plain_http_beyond_loopback(&self) -> bool {
        let loopback = |url: &url::Url| match url.host() {
            Some(url::Host::Domain(d)) => d == "localhost" || d.ends_with(".localhost"),
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        };
        match &self.server.public_url {
            Some(url) => url.scheme() == "http" && !loopback(url),
            None => self.server.tls.is_none() && !self.server.listen.ip().is_loopback() && !self.server.listen.ip().is_unspecified(),
        }
    }
}

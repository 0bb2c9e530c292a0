//! Whom we may talk to: https and public addresses, with exact exceptions.

use std::{fmt, io, net::SocketAddr, sync::Arc};

use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::address::is_public;

/// Why an address is not called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not a web address, or one with a user name in it.
    #[error("`{0}` is not a web address we can call")]
    NotAnAddress(String),
    /// Plain http.
    #[error("`{0}` is not https; if it is meant, add it to FERRY_ALLOW_HOSTS")]
    NotHttps(String),
    /// A private or local address.
    #[error("`{0}` is not on the public internet; if it is meant, add it to FERRY_ALLOW_HOSTS")]
    NotPublic(String),
}

/// How an address is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    /// https, the name's addresses filtered.
    Guarded,
    /// One of the exceptions.
    Allowed,
}

/// The exceptions: exact pairs of host and port.
#[derive(Debug, Clone, Default)]
pub(super) struct Guard(Vec<(String, u16)>);

impl Guard {
    pub(super) fn new(allowed: &[(String, u16)]) -> Guard {
        Guard(allowed.iter().map(|(host, port)| (bare(host), *port)).collect())
    }

    /// With one more.
    pub(super) fn and(&self, host: &str, port: u16) -> Guard {
        Guard(self.0.iter().cloned().chain([(bare(host), port)]).collect())
    }

    /// Decides before anything is resolved or connected. IP literals never reach a resolver, so they are judged here.
    pub(super) fn route(&self, url: &Url) -> Result<Route, Refusal> {
        let shown = || format!("{}://{}", url.scheme(), authority(url));
        let (Some(host), Some(port), true) = (url.host(), url.port_or_known_default(), matches!(url.scheme(), "https" | "http")) else {
            return Err(Refusal::NotAnAddress(url.scheme().to_owned()));
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::NotAnAddress(shown()));
        }
        let (name, literal) = match host {
            Host::Domain(name) => (name.to_ascii_lowercase(), None),
            Host::Ipv4(ip) => (ip.to_string(), Some(ip.into())),
            Host::Ipv6(ip) => (ip.to_string(), Some(ip.into())),
        };
        if self.0.iter().any(|(host, at)| *host == name && *at == port) {
            return Ok(Route::Allowed);
        }
        if url.scheme() != "https" {
            return Err(Refusal::NotHttps(shown()));
        }
        let local = literal.map_or_else(|| is_local_name(&name), |ip| !is_public(ip));
        if local {
            return Err(Refusal::NotPublic(authority(url)));
        }
        Ok(Route::Guarded)
    }
}

fn bare(host: &str) -> String {
    host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase()
}

/// Names that mean this machine or this network by definition. Said here because with a proxy it is the proxy that resolves.
fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    ["localhost", "local", "internal", "home.arpa"]
        .iter()
        .any(|end| name.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Asks for a name's addresses.
type Lookup = Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> + Send + Sync>;

/// Resolves names and gives the connector public addresses only. The connector uses what it is given, so an answer that changes
/// between the check and the call changes nothing.
#[derive(Clone)]
pub(super) struct PublicResolver(Lookup);

impl PublicResolver {
    pub(super) fn system() -> PublicResolver {
        PublicResolver(Arc::new(|name| Box::pin(async move { tokio::net::lookup_host((name, 0)).await.map(Iterator::collect) })))
    }
}

#[cfg(test)]
impl PublicResolver {
    /// Asks `names` instead of the system.
    pub(super) fn asking(names: impl Fn(String) -> Vec<SocketAddr> + Send + Sync + 'static) -> PublicResolver {
        PublicResolver(Arc::new(move |name| {
            let found = names(name);
            Box::pin(async move { Ok(found) })
        }))
    }
}

impl fmt::Debug for PublicResolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicResolver")
    }
}

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_owned();
        let lookup = (self.0)(name.clone());
        Box::pin(async move {
            let found = lookup.await?;
            let public: Vec<SocketAddr> = found.iter().copied().filter(|a| is_public(a.ip())).collect();
            if public.is_empty() && !found.is_empty() {
                return Err(Refusal::NotPublic(name).into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(url: &str) -> Result<Route, Refusal> {
        let guard = Guard::new(&[
            ("lms.campus.example".into(), 8443),
            ("127.0.0.1".into(), 9000),
            ("[::1]".into(), 9000),
            ("Localhost".into(), 80),
        ]);
        guard.route(&Url::parse(url).unwrap())
    }

    #[test]
    fn https_goes_out_guarded() {
        for url in ["https://lms.example/token", "https://lms.example:8443/x", "https://8.8.8.8/", "https://lms.campus.example/"] {
            assert_eq!(route(url), Ok(Route::Guarded), "{url}");
        }
    }

    #[test]
    fn exceptions_are_exact_pairs() {
        for url in ["http://127.0.0.1:9000/jwks", "https://LMS.campus.example:8443/", "http://[::1]:9000/", "http://localhost/x"] {
            assert_eq!(route(url), Ok(Route::Allowed), "{url}");
        }
        assert_eq!(route("http://2130706433:9000/"), Ok(Route::Allowed), "another spelling of the same address");
        for url in ["http://127.0.0.1:9001/", "http://127.0.0.1/", "http://localhost:9000/", "http://sub.lms.campus.example:8443/"] {
            assert!(matches!(route(url), Err(Refusal::NotHttps(_))), "{url}");
        }
    }

    #[test]
    fn local_addresses_are_refused_in_every_spelling() {
        for url in [
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:7f00:1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[2002:7f00:1::]/",
            "https://169.254.169.254/latest/meta-data/",
            "https://[fd00:ec2::254]/",
            "https://10.0.0.5:8443/",
            "https://100.64.0.1/",
            "https://0.0.0.0/",
            "https://127.0.0.1:9001/",
        ] {
            assert!(matches!(route(url), Err(Refusal::NotPublic(_))), "{url}");
        }
    }

    #[test]
    fn other_schemes_and_hidden_users_are_refused() {
        for url in
            ["ftp://lms.example/", "file:///etc/passwd", "data:text/plain,x", "https://u@lms.example/", "https://u:p@127.0.0.1:9000/"]
        {
            assert!(matches!(route(url), Err(Refusal::NotAnAddress(_))), "{url}");
        }
    }

    fn answering(addresses: &'static [&'static str]) -> PublicResolver {
        PublicResolver::asking(move |_| addresses.iter().map(|a| SocketAddr::new(a.parse().unwrap(), 0)).collect())
    }

    async fn resolve_name(resolver: PublicResolver, name: &str) -> Result<Addrs, Box<dyn std::error::Error + Send + Sync>> {
        resolver.resolve(name.parse().unwrap()).await
    }

    #[tokio::test]
    async fn a_name_gives_public_addresses_only() {
        let resolve = |r: PublicResolver| resolve_name(r, "lms.example");
        let mixed: Vec<_> = resolve(answering(&["10.0.0.1", "8.8.8.8", "::1"])).await.unwrap().map(|a| a.ip().to_string()).collect();
        assert_eq!(mixed, ["8.8.8.8"]);
        let Err(error) = resolve(answering(&["127.0.0.1", "169.254.169.254"])).await else { panic!("resolved") };
        assert_eq!(error.downcast_ref(), Some(&Refusal::NotPublic("lms.example".into())));
        let Err(error) = resolve_name(PublicResolver::system(), "localhost").await else { panic!("resolved") };
        assert_eq!(error.downcast_ref(), Some(&Refusal::NotPublic("localhost".into())));
    }
}

//! The limits of `--trial`: loopback only, no proxy in front, no other Host. The tool and the trial platform both keep them.

use std::net::IpAddr;

use url::{Host, Url};

/// Why a trial does not start or does not answer.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotThisMachine {
    /// The public URL is not on this machine.
    #[error("a trial runs on this machine only, and the public URL is `{0}`")]
    PublicUrl(String),
    /// The Host header names another machine: DNS rebinding, or a proxy.
    #[error("the request was for host `{0}`, not for this machine")]
    Host(String),
    /// A proxy forwarded the request.
    #[error("the request was forwarded by a proxy (`{0}`)")]
    Forwarded(String),
}

/// Whether this URL stays on this machine.
///
/// # Errors
/// [`NotThisMachine::PublicUrl`] for any host but `localhost`, `127.0.0.0/8` and `::1`.
pub fn check_public_url(url: &Url) -> Result<(), NotThisMachine> {
    let local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    if local { Ok(()) } else { Err(NotThisMachine::PublicUrl(url.to_string())) }
}

/// Whether a request came straight from a browser on this machine.
///
/// # Errors
/// When the Host header is another machine's, or a proxy left its mark.
pub fn check_request<'a>(host: Option<&str>, headers: impl IntoIterator<Item = &'a str>) -> Result<(), NotThisMachine> {
    let host = host.unwrap_or("");
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map_or(host, |(name, _)| name);
    let name = name.trim_matches(['[', ']']);
    if !(name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())) {
        return Err(NotThisMachine::Host(host.to_owned()));
    }
    for header in headers {
        let lower = header.to_ascii_lowercase();
        if lower == "forwarded" || lower == "via" || lower.starts_with("x-forwarded") || lower == "x-real-ip" {
            return Err(NotThisMachine::Forwarded(header.to_owned()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_urls_may_be_tried() {
        for good in ["http://localhost:8080", "http://127.0.0.1:8080/x", "http://[::1]:8080"] {
            assert_eq!(check_public_url(&Url::parse(good).unwrap()), Ok(()), "{good}");
        }
        for bad in ["https://ferry.example.edu", "http://10.0.0.5:8080", "http://localhost.example.edu", "http://0.0.0.0:8080"] {
            assert!(check_public_url(&Url::parse(bad).unwrap()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_rebound_name_is_refused() {
        assert_eq!(check_request(Some("evil.example:8081"), []), Err(NotThisMachine::Host("evil.example:8081".into())));
        assert!(check_request(None, []).is_err());
        assert!(check_request(Some("localhost.evil.example"), []).is_err());
    }

    #[test]
    fn this_machine_is_answered() {
        for host in ["localhost:8081", "127.0.0.1:8081", "[::1]:8081", "LOCALHOST"] {
            assert_eq!(check_request(Some(host), ["accept", "user-agent"]), Ok(()), "{host}");
        }
    }

    #[test]
    fn forwarded_requests_are_refused() {
        for header in ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"] {
            assert!(check_request(Some("localhost"), [header]).is_err(), "{header}");
        }
    }
}

//! Who asks: the peer, or what a trusted proxy says about it.

use std::net::IpAddr;

use actix_web::http::header::HeaderMap;

use crate::config::Network;

/// The client's address: the right-most entry of `X-Forwarded-For` that no trusted proxy stands for, if the peer is trusted.
pub(crate) fn client(peer: Option<IpAddr>, headers: &HeaderMap, trusted: &[Network]) -> Option<IpAddr> {
    let is_trusted = |ip: IpAddr| trusted.iter().any(|n| n.contains(ip));
    let peer = peer?.to_canonical();
    if !is_trusted(peer) {
        return Some(peer);
    }
    let forwarded = headers.get_all("x-forwarded-for").filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(','));
    let mut client = peer;
    for text in forwarded.collect::<Vec<_>>().into_iter().rev() {
        let Ok(ip) = text.trim().parse::<IpAddr>() else { break };
        client = ip.to_canonical();
        if !is_trusted(client) {
            break;
        }
    }
    Some(client)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn forwarded(text: &str) -> HeaderMap {
        let mut map = HeaderMap::new();
        map.insert(HeaderName::from_static("x-forwarded-for"), HeaderValue::from_str(text).unwrap());
        map
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_forwarded_address_counts_only_from_a_trusted_proxy() {
        let trusted = [Network::parse("127.0.0.1").unwrap(), Network::parse("10.0.0.0/8").unwrap()];
        let headers = forwarded("6.6.6.6, 203.0.113.9, 10.0.0.2");
        assert_eq!(client(Some(ip("127.0.0.1")), &headers, &trusted), Some(ip("203.0.113.9")));
        assert_eq!(client(Some(ip("198.51.100.1")), &headers, &trusted), Some(ip("198.51.100.1")));
        assert_eq!(client(Some(ip("127.0.0.1")), &HeaderMap::new(), &trusted), Some(ip("127.0.0.1")));
        assert_eq!(client(Some(ip("127.0.0.1")), &forwarded("nonsense"), &trusted), Some(ip("127.0.0.1")));
    }
}

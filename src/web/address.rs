//! Who asks: the peer, or what a trusted proxy says about it.

use std::net::IpAddr;

use actix_web::http::header::HeaderMap;

/// `10.0.0.0/8`, `::1` and the like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Network {
    base: IpAddr,
    bits: u32,
}

impl Network {
    /// Reads an address, or an address and a prefix length.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (base, bits) = text.trim().split_once('/').map_or((text.trim(), None), |(b, n)| (b, Some(n)));
        let base: IpAddr = base.parse().ok()?;
        let width = if base.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Some(width), |n| n.parse().ok())?;
        (bits <= width).then_some(Self { base, bits })
    }

    /// Whether `ip` lies in it.
    pub(crate) fn holds(&self, ip: IpAddr) -> bool {
        match (self.base, ip.to_canonical()) {
            (IpAddr::V4(a), IpAddr::V4(b)) => (a.to_bits() ^ b.to_bits()).checked_shr(32 - self.bits).unwrap_or(0) == 0,
            (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits() ^ b.to_bits()).checked_shr(128 - self.bits).unwrap_or(0) == 0,
            _ => false,
        }
    }
}

/// The client's address: the right-most entry of `X-Forwarded-For` that no trusted proxy stands for, if the peer is trusted.
pub(crate) fn client(peer: Option<IpAddr>, headers: &HeaderMap, trusted: &[Network]) -> Option<IpAddr> {
    let is_trusted = |ip: IpAddr| trusted.iter().any(|n| n.holds(ip));
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
    fn networks_hold_what_their_prefix_says() {
        let net = Network::parse("10.1.0.0/16").unwrap();
        assert!(net.holds(ip("10.1.255.1")) && net.holds(ip("::ffff:10.1.2.3")));
        assert!(!net.holds(ip("10.2.0.1")) && !net.holds(ip("::1")));
        assert!(Network::parse("0.0.0.0/0").unwrap().holds(ip("8.8.8.8")));
        assert!(Network::parse("::1").unwrap().holds(ip("::1")));
        assert!(Network::parse("fd00::/8").unwrap().holds(ip("fdff::1")));
        for bad in ["", "10.0.0.0/33", "10.0.0/8", "x", "::/129"] {
            assert!(Network::parse(bad).is_none(), "{bad}");
        }
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

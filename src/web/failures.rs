//! Counts failures, never successes: a class behind one address is never refused, and a flood of bad launches stays cheap.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::Mutex,
    time::{Duration, Instant},
};

const WINDOW: Duration = Duration::from_secs(60);
/// Beyond this many (registration, address) pairs, those whose minute is over are forgotten.
const KEEP: usize = 4096;

/// A registration and an address.
type Source = (String, Option<IpAddr>);
/// When its minute began, and how often it failed since.
type Since = (Instant, u32);

/// Failures a minute per registration and address.
pub(crate) struct Failures {
    limit: u32,
    seen: Mutex<HashMap<Source, Since>>,
}

impl Failures {
    /// Lets `limit` failures a minute through before it calls them too many.
    pub(crate) fn new(limit: u32) -> Self {
        Self { limit, seen: Mutex::default() }
    }

    /// Counts one; true when this pair has had too many in the last minute.
    pub(crate) fn count(&self, registration: &str, address: Option<IpAddr>, now: Instant) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if seen.len() > KEEP {
            seen.retain(|_, (start, _)| now.duration_since(*start) < WINDOW);
        }
        if seen.len() > 2 * KEEP {
            return true;
        }
        let entry = seen.entry((registration.to_owned(), address.map(network))).or_insert((now, 0));
        if now.duration_since(entry.0) >= WINDOW {
            *entry = (now, 0);
        }
        entry.1 = entry.1.saturating_add(1);
        entry.1 > self.limit
    }
}

/// Who is behind an address: with IPv6 that is a whole /64, which one machine may walk through.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) >> 64 << 64).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));

    #[test]
    fn the_limit_is_per_pair_and_forgets_after_a_minute() {
        let failures = Failures::new(2);
        let now = Instant::now();
        assert!(!failures.count("a", HOME, now));
        assert!(!failures.count("a", HOME, now));
        assert!(failures.count("a", HOME, now));
        assert!(!failures.count("b", HOME, now));
        assert!(!failures.count("a", None, now));
        assert!(!failures.count("a", HOME, now + WINDOW));
    }

    #[test]
    fn an_ipv6_network_counts_as_one_address() {
        let failures = Failures::new(1);
        let now = Instant::now();
        let at = |text: &str| Some(text.parse().unwrap());
        assert!(!failures.count("a", at("2001:db8:1:2::1"), now));
        assert!(failures.count("a", at("2001:db8:1:2:ffff::9"), now));
        assert!(!failures.count("a", at("2001:db8:1:3::1"), now));
    }

    #[test]
    fn a_flood_of_new_pairs_does_not_fill_the_memory() {
        let failures = Failures::new(2);
        let now = Instant::now();
        for n in 0..3 * KEEP {
            failures.count(&n.to_string(), HOME, now);
        }
        assert!(failures.seen.lock().unwrap().len() <= 2 * KEEP + 1);
    }
}

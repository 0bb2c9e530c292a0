//! The only place that reads the wall clock.

use std::sync::Arc;

use jiff::{Timestamp, Unit};

/// A source of "now", handed down from the composition root; tests hand in their own.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The wall clock, cut to milliseconds: what the databases keep.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the place that the rule points to")]
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    now.round(jiff::TimestampRound::new().smallest(Unit::Millisecond).mode(jiff::RoundMode::Trunc)).unwrap_or(now)
}

/// The wall clock as a [`Clock`].
#[must_use]
pub fn system() -> Clock {
    Arc::new(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn now_carries_no_more_than_milliseconds() {
        assert_eq!(now().as_nanosecond() % 1_000_000, 0);
    }
}

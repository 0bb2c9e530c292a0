//! Canvas's leaky bucket: what is asked fills it, time empties it, and whoever finds it full is turned away with a 403.

use jiff::Timestamp;

use super::{State, wire::Response};

/// What each request costs.
const COST: f64 = 10.0;

/// How much the tool may ask.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    left: f64,
    most: f64,
    /// What comes back each second.
    flow: f64,
    at: Option<Timestamp>,
    /// How often it was found full.
    pub(crate) refused: u32,
}

impl Bucket {
    pub(crate) fn new(most: f64, flow: f64) -> Bucket {
        Bucket { left: most, most, flow, at: None, refused: 0 }
    }

    /// What its header says.
    pub(super) fn remaining(&self) -> f64 {
        if self.left < COST { 0.0 } else { self.left }
    }
}

/// The answer to a request that is too much.
pub(super) fn refuses(state: &mut State) -> Option<Response> {
    let now = (state.clock)();
    let bucket = state.bucket.as_mut()?;
    let since = bucket.at.map_or(0.0, |at| (now.as_millisecond() - at.as_millisecond()) as f64 / 1000.0);
    bucket.left = (bucket.left + since * bucket.flow).min(bucket.most);
    bucket.at = Some(now);
    if bucket.left < COST {
        bucket.refused += 1;
        return Some(Response::plain(403, "403 Forbidden (Rate Limit Exceeded)\n").with("x-request-cost", "0"));
    }
    bucket.left -= COST;
    None
}

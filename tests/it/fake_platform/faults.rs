//! Faults, ordered by the test: each is used up by one request of its kind.

use std::{collections::VecDeque, time::Duration};

use super::wire::Response;

/// Where a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum At {
    Jwks,
    Token,
    Score,
    Results,
    LineItems,
    LineItem,
    Members,
    Notices,
}

/// What goes wrong.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// This is answered, and nothing is done.
    Answer(Response),
    /// The work is done, and then this is answered.
    Lie(Response),
    /// The connection closes; nothing was done.
    HangUpBefore,
    /// The work is done, then the connection closes.
    HangUpAfter,
    /// It takes so long, then closes the connection; nothing was done.
    Stall(Duration),
    /// It takes so long, then goes on as usual.
    Slow(Duration),
    /// An answer that never ends.
    Drip,
}

/// Faults that wait for their request.
#[derive(Debug, Default)]
pub(crate) struct Faults(VecDeque<(At, Fault)>);

impl Faults {
    pub(crate) fn push(&mut self, at: At, fault: Fault) {
        self.0.push_back((at, fault));
    }

    pub(crate) fn take(&mut self, at: At) -> Option<Fault> {
        let place = self.0.iter().position(|(a, _)| *a == at)?;
        self.0.remove(place).map(|(_, fault)| fault)
    }
}

//! A message went out and nobody knows whether it arrived: the platform's results say.

use super::{
    Case, Courier,
    reading::{Reading, Trouble},
};
use crate::{app::sight::Sight, learning::ledger::arrived, lti::jose::SigningKey, store::ledger::Ledger};

/// What reading the results showed.
#[derive(Debug, Clone)]
pub(super) enum Doubt {
    /// Our score is there.
    Arrived(Sight),
    /// Another one is there, or none.
    Absent(Sight),
    /// This platform does not let us read, or the message had no score to look for.
    CannotTell,
    /// The platform could not be asked just now.
    Later(Trouble),
}

impl Courier {
    /// Looks for the ledger line's score in the platform's results.
    pub(super) async fn look_for(&self, case: &Case, line: &Ledger, key: &SigningKey) -> Doubt {
        let Some(sent) = line.sent_score else { return Doubt::CannotTell };
        match self.read_cell(case, &line.lineitem, key).await {
            Reading::Read(sight) if arrived(sight.candour, sent, sight.shown) => Doubt::Arrived(sight),
            Reading::Read(sight) => Doubt::Absent(sight),
            Reading::CannotTell => Doubt::CannotTell,
            Reading::Later(trouble) => Doubt::Later(trouble),
        }
    }
}

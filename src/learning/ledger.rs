//! Does the grade book show what it should? What we sent, what was taken and what was seen there, put together.

use super::delivery::is_there;

/// What the ledger holds of one line item and one learner.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Entries {
    /// The grade as it is here.
    pub ours: Option<f64>,
    /// The last score the platform took.
    pub accepted: Option<f64>,
    /// What the grade book showed, once looked at; the inner none is no grade.
    pub seen: Option<Option<f64>>,
    /// Is a message on its way?
    pub waiting: bool,
    /// Was one given up?
    pub parked: bool,
}

/// Where a grade is, for the teacher and the learner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// There is no grade yet.
    NoGrade,
    /// On its way.
    Waiting,
    /// Given up; somebody can send it again.
    Parked,
    /// The platform took it.
    Arrived,
    /// The grade book was seen showing it.
    Confirmed,
    /// The grade book shows another one: a teacher's, most likely. It is not overwritten until ours changes.
    ChangedThere,
    /// The platform took it and shows none.
    MissingThere,
}

/// Puts the entries together.
#[must_use]
pub fn place(entries: &Entries) -> Place {
    let Some(ours) = entries.ours else { return Place::NoGrade };
    if entries.parked {
        return Place::Parked;
    }
    if entries.waiting || !is_there(Some(ours), entries.accepted, 100.0) {
        return Place::Waiting;
    }
    match entries.seen {
        None => Place::Arrived,
        Some(None) => Place::MissingThere,
        Some(seen) if is_there(Some(ours), seen, 10.0) => Place::Confirmed,
        Some(_) => Place::ChangedThere,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_accounts_make_one_place() {
        let all = Entries { ours: Some(80.0), accepted: Some(80.0), seen: Some(Some(80.0)), waiting: false, parked: false };
        for (entries, expected) in [
            (all, Place::Confirmed),
            (Entries { seen: Some(Some(79.95)), ..all }, Place::Confirmed),
            (Entries { seen: None, ..all }, Place::Arrived),
            (Entries { seen: Some(None), ..all }, Place::MissingThere),
            (Entries { seen: Some(Some(95.0)), ..all }, Place::ChangedThere),
            (Entries { accepted: Some(60.0), ..all }, Place::Waiting),
            (Entries { accepted: None, seen: None, ..all }, Place::Waiting),
            (Entries { waiting: true, ..all }, Place::Waiting),
            (Entries { parked: true, ..all }, Place::Parked),
            (Entries { ours: None, ..all }, Place::NoGrade),
        ] {
            assert_eq!(place(&entries), expected, "{entries:?}");
        }
    }
}

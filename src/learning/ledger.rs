//! Whose mark does the grade book show? What we sent, what was taken and what is seen there, put together: the one place that judges.

/// Are two scores the same one? Both in percent; `maximum`: the points of the line item that shows one of them. Grade books keep two
/// decimals of their own points, so a column of 10 points rounds more coarsely than one of 100.
#[must_use]
pub fn same_score(a: f64, b: f64, maximum: f64) -> bool {
    (a - b).abs() <= 0.01 + 100.0 * 0.005 / maximum.max(0.01)
}

/// What a grade book shows of one learner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shown {
    /// No entry at all.
    Nothing,
    /// An entry without a score.
    Blank,
    /// A score.
    Mark {
        /// 0 to 100.
        percent: f64,
        /// The points of its column.
        maximum: f64,
    },
}

impl Shown {
    /// The score in percent, if there is one.
    #[must_use]
    pub fn percent(self) -> Option<f64> {
        if let Shown::Mark { percent, .. } = self { Some(percent) } else { None }
    }

    /// Is this what was shown before?
    #[must_use]
    pub fn is_mark(self, before: Option<f64>) -> bool {
        match (self, before) {
            (Shown::Mark { percent, maximum }, Some(before)) => same_score(percent, before, maximum),
            (Shown::Nothing | Shown::Blank, None) => true,
            _ => false,
        }
    }
}

/// How far a platform's results can be trusted to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candour {
    /// Is a grade of 0 an entry without a score (Moodle)?
    pub zero_is_blank: bool,
    /// Does it surely show every score it took? Where nobody knows, an empty cell tells nothing until it was seen to hold one.
    pub shows_all: bool,
}

/// Our own account of one line item and one learner.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Account {
    /// The last score the platform took.
    pub accepted: Option<f64>,
    /// A score that went out, and nobody knows whether it arrived.
    pub doubted: Option<f64>,
    /// Was it the line item that is looked at now?
    pub same_line_item: bool,
    /// Was a score seen there before?
    pub was_seen: bool,
}

/// Whose mark it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// There is none.
    Nobodys,
    /// It came from us.
    Ours,
    /// Somebody typed it, or took ours away.
    Theirs,
    /// This platform does not tell.
    CannotTell,
}

/// Judges.
#[must_use]
pub fn whose(candour: Candour, account: &Account, shown: Shown) -> Whose {
    let from_us = |test: &dyn Fn(f64) -> bool| [account.accepted, account.doubted].into_iter().flatten().any(test);
    if let Shown::Mark { percent, maximum } = shown {
        return if from_us(&|ours| same_score(ours, percent, maximum)) { Whose::Ours } else { Whose::Theirs };
    }
    let typed = candour.zero_is_blank && shown == Shown::Blank;
    if typed && from_us(&|ours| same_score(ours, 0.0, 100.0)) {
        return Whose::CannotTell;
    }
    match account.accepted.filter(|_| account.same_line_item) {
        // Moodle lists nobody who was never graded: a 0 was typed, or a mark typed and taken away.
        None if typed => Whose::Theirs,
        None => Whose::Nobodys,
        Some(_) if candour.shows_all || account.was_seen => Whose::Theirs,
        Some(_) => Whose::CannotTell,
    }
}

/// Did the score that was sent arrive?
#[must_use]
pub fn arrived(candour: Candour, sent: f64, shown: Shown) -> bool {
    match shown {
        Shown::Mark { percent, maximum } => same_score(sent, percent, maximum),
        Shown::Blank => candour.zero_is_blank && same_score(sent, 0.0, 100.0),
        Shown::Nothing => false,
    }
}

/// May a score go out now?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admit {
    /// It covers nothing of anybody's.
    Send,
    /// It covers a person's mark, and a person said that it may.
    Replace,
    /// It would cover a person's mark: ask.
    Ask,
}

/// Decides. `may_replace`: the mark that a person said may be replaced; the inner none is an empty cell.
#[must_use]
pub fn admit(whose: Whose, wanted: f64, may_replace: Option<Option<f64>>, shown: Shown) -> Admit {
    if whose != Whose::Theirs {
        return Admit::Send;
    }
    match shown {
        Shown::Mark { percent, maximum } if same_score(wanted, percent, maximum) => Admit::Send,
        _ if may_replace.is_some_and(|mark| shown.is_mark(mark)) => Admit::Replace,
        _ => Admit::Ask,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOODLE: Candour = Candour { zero_is_blank: true, shows_all: true };
    const CANVAS: Candour = Candour { zero_is_blank: false, shows_all: true };
    const OTHER: Candour = Candour { zero_is_blank: false, shows_all: false };

    fn mark(percent: f64) -> Shown {
        Shown::Mark { percent, maximum: 50.0 }
    }

    #[test]
    fn a_column_of_few_points_rounds_more_coarsely() {
        for (a, b, maximum, same) in [
            (83.333, 83.33, 100.0, true),
            (83.333, 83.0, 1.0, true),
            (66.67, 66.7, 10.0, true),
            (66.67, 66.7, 100.0, false),
            (83.0, 82.0, 100.0, false),
            (83.0, 83.5, 100.0, false),
            (0.0, 0.4, 100.0, false),
            (50.0, 50.0, 0.0, true),
        ] {
            assert_eq!(same_score(a, b, maximum), same, "{a} {b} of {maximum}");
            assert_eq!(same_score(b, a, maximum), same, "either way round");
        }
    }

    #[test]
    fn every_mark_has_an_owner_or_nobody_can_tell() {
        use Whose::{CannotTell, Nobodys, Ours, Theirs};
        let none = Account::default();
        let took = |score| Account { accepted: Some(score), same_line_item: true, ..none };
        let doubt = |accepted, doubted| Account { accepted, doubted: Some(doubted), same_line_item: true, was_seen: false };
        for (candour, account, shown, expected) in [
            // Nothing was ever sent.
            (MOODLE, none, Shown::Nothing, Nobodys),
            (MOODLE, none, Shown::Blank, Theirs),
            (CANVAS, none, Shown::Blank, Nobodys),
            (OTHER, none, Shown::Blank, Nobodys),
            (MOODLE, none, mark(75.0), Theirs),
            (CANVAS, none, mark(0.0), Theirs),
            // One was taken.
            (MOODLE, took(60.0), mark(60.0), Ours),
            (MOODLE, took(66.666_667), mark(66.66), Ours),
            (CANVAS, took(60.0), mark(75.0), Theirs),
            (CANVAS, took(60.0), mark(0.0), Theirs),
            (CANVAS, took(60.0), Shown::Blank, Theirs),
            (MOODLE, took(60.0), Shown::Blank, Theirs),
            (MOODLE, took(60.0), Shown::Nothing, Theirs),
            (OTHER, took(60.0), Shown::Nothing, CannotTell),
            (OTHER, Account { was_seen: true, ..took(60.0) }, Shown::Nothing, Theirs),
            (OTHER, took(60.0), mark(75.0), Theirs),
            // A zero.
            (MOODLE, took(0.0), Shown::Blank, CannotTell),
            (CANVAS, took(0.0), Shown::Blank, Theirs),
            (CANVAS, took(0.0), mark(0.0), Ours),
            (MOODLE, took(0.0), mark(5.0), Theirs),
            // One is in doubt.
            (MOODLE, doubt(None, 90.0), Shown::Nothing, Nobodys),
            (MOODLE, doubt(None, 0.0), Shown::Blank, CannotTell),
            (CANVAS, doubt(Some(60.0), 90.0), mark(90.0), Ours),
            (CANVAS, doubt(Some(60.0), 90.0), mark(60.0), Ours),
            (CANVAS, doubt(Some(60.0), 90.0), mark(75.0), Theirs),
            // The column is another one than the score went to.
            (CANVAS, Account { same_line_item: false, ..took(60.0) }, Shown::Blank, Nobodys),
            (CANVAS, Account { same_line_item: false, ..took(60.0) }, mark(60.0), Ours),
            (CANVAS, Account { same_line_item: false, ..took(60.0) }, mark(75.0), Theirs),
        ] {
            assert_eq!(whose(candour, &account, shown), expected, "{candour:?} {account:?} {shown:?}");
        }
    }

    #[test]
    fn a_persons_mark_is_covered_only_by_the_very_decision_about_it() {
        use Admit::{Ask, Replace, Send};
        for (owner, wanted, may_replace, shown, expected) in [
            (Whose::Ours, 90.0, None, mark(60.0), Send),
            (Whose::CannotTell, 90.0, None, Shown::Blank, Send),
            (Whose::Theirs, 90.0, None, mark(75.0), Ask),
            (Whose::Theirs, 75.0, None, mark(75.0), Send),
            (Whose::Theirs, 90.0, Some(Some(75.0)), mark(75.0), Replace),
            (Whose::Theirs, 90.0, Some(Some(75.0)), mark(80.0), Ask),
            (Whose::Theirs, 90.0, Some(Some(75.0)), Shown::Blank, Ask),
            (Whose::Theirs, 90.0, Some(None), Shown::Blank, Replace),
            (Whose::Theirs, 90.0, Some(None), mark(75.0), Ask),
            (Whose::Theirs, 0.0, None, Shown::Blank, Ask),
        ] {
            assert_eq!(admit(owner, wanted, may_replace, shown), expected, "{owner:?} {wanted} {may_replace:?} {shown:?}");
        }
    }

    #[test]
    fn what_was_sent_has_arrived_when_it_is_shown() {
        assert!(arrived(CANVAS, 83.333, mark(83.33)));
        assert!(arrived(MOODLE, 0.0, Shown::Blank) && !arrived(CANVAS, 0.0, Shown::Blank));
        assert!(!arrived(MOODLE, 0.0, Shown::Nothing) && !arrived(MOODLE, 50.0, Shown::Blank) && !arrived(CANVAS, 80.0, mark(75.0)));
    }
}

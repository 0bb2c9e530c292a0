//! Where a learner's grade is: the five states that every page shows with the same word and sign.

use crate::store::{class::DeliveryStanding, outbox::OutboxState};

/// Scores that differ by less are the same: grade books round, and keep points where we keep percent.
const SAME: f64 = 0.2;

/// Code under which a grade is put aside because somebody typed another mark in the LMS.
pub const EDITED_CODE: &str = "edited_in_lms";

/// Where a grade is.
#[derive(Debug, Clone, PartialEq)]
pub enum Standing {
    /// No graded attempt yet.
    NothingYet,
    /// The LMS takes no grades for this link.
    NotTaken,
    /// The LMS has it, since then.
    InLms {
        /// When the LMS took it.
        at: i64,
        /// When we last saw it in the grade book, if we looked.
        seen_at: Option<i64>,
    },
    /// On its way for the first time.
    Waiting,
    /// Tried in vain; tried again by itself.
    Retrying {
        /// When it is tried next; none while it is being tried.
        next: Option<i64>,
        /// What happened last.
        trouble: Trouble,
    },
    /// Somebody typed another mark in the LMS. It stays until a person decides.
    Edited {
        /// What the LMS shows; none is an empty cell.
        theirs: Option<f64>,
        /// When we looked.
        at: i64,
    },
    /// Only a person can help.
    NeedsYou(Trouble),
}

/// Why a grade is not in the LMS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The platform's answer, or what we made of it.
    Delivery {
        /// Stable code.
        code: String,
        /// In words, no secrets.
        detail: String,
        /// When it was last tried, where known.
        tries: i64,
    },
    /// The LMS still shows an older grade of ours, and nothing is on its way.
    Outdated,
    /// There is a grade, and it was never sent off.
    NeverSent,
}

/// The five signs, and one for "nothing to tell".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sign {
    /// Needs you.
    NeedsYou,
    /// Edited in the LMS.
    Edited,
    /// Retrying.
    Retrying,
    /// Waiting.
    Waiting,
    /// In the LMS.
    InLms,
    /// No grade, or none wanted.
    None,
}

impl Sign {
    /// All that stand for a grade, worst first.
    pub const ALL: [Self; 5] = [Self::NeedsYou, Self::Edited, Self::Retrying, Self::Waiting, Self::InLms];

    /// In addresses, class names and exports.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::NeedsYou => "needs-you",
            Self::Edited => "edited",
            Self::Retrying => "retrying",
            Self::Waiting => "waiting",
            Self::InLms => "in-lms",
            Self::None => "none",
        }
    }

    /// From [`Self::key`].
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().chain([Self::None]).find(|s| s.key() == key)
    }

    /// The word people read.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NeedsYou => "needs you",
            Self::Edited => "edited in the LMS",
            Self::Retrying => "retrying",
            Self::Waiting => "waiting",
            Self::InLms => "in the LMS",
            Self::None => "no grade yet",
        }
    }

    /// The sign beside the word.
    #[must_use]
    pub fn mark(self) -> &'static str {
        match self {
            Self::NeedsYou => "!",
            Self::Edited => "✎",
            Self::Retrying => "↻",
            Self::Waiting => "◷",
            Self::InLms => "✓",
            Self::None => "–",
        }
    }
}

impl Standing {
    /// Judges: our grade now, what became of its messages, and whether the LMS takes grades for this link at all.
    #[must_use]
    pub fn judge(grade: Option<f64>, delivery: Option<&DeliveryStanding>, taken: bool) -> Self {
        let Some(grade) = grade else { return Self::NothingYet };
        let Some(d) = delivery else { return if taken { Self::NeedsYou(Trouble::NeverSent) } else { Self::NotTaken } };
        match d.state {
            Some(OutboxState::Ready | OutboxState::Running) if d.code.is_some() => {
                Self::Retrying { next: d.run_at.filter(|_| d.state == Some(OutboxState::Ready)), trouble: trouble(d) }
            }
            Some(OutboxState::Ready | OutboxState::Running) => Self::Waiting,
            Some(OutboxState::Parked) if d.code.as_deref() == Some(EDITED_CODE) => {
                Self::Edited { theirs: d.seen_score, at: d.seen_at.unwrap_or_default() }
            }
            state => match edited(d) {
                Some(edited) => edited,
                None if state == Some(OutboxState::Parked) => Self::NeedsYou(trouble(d)),
                None => settled(grade, d, taken),
            },
        }
    }

    /// Its sign.
    #[must_use]
    pub fn sign(&self) -> Sign {
        match self {
            Self::NothingYet | Self::NotTaken => Sign::None,
            Self::InLms { .. } => Sign::InLms,
            Self::Waiting => Sign::Waiting,
            Self::Retrying { .. } => Sign::Retrying,
            Self::Edited { .. } => Sign::Edited,
            Self::NeedsYou(_) => Sign::NeedsYou,
        }
    }

    /// Whether "send everything that is stuck" takes it along. An edited mark never is: that is one person's decision about one other.
    #[must_use]
    pub fn is_stuck(&self) -> bool {
        matches!(self, Self::Retrying { .. } | Self::NeedsYou(_))
    }
}

/// The grade book shows something else than what it took from us.
fn edited(d: &DeliveryStanding) -> Option<Standing> {
    let (accepted, at, looked) = (d.accepted_score?, d.accepted_at?, d.seen_at?);
    // Moodle shows an empty cell where the grade is 0, so that says nothing.
    let differs = d.seen_score.map_or(accepted >= SAME, |seen| (seen - accepted).abs() >= SAME);
    (looked >= at && differs).then_some(Standing::Edited { theirs: d.seen_score, at: looked })
}

/// Nothing is on its way: either the LMS has our grade or it has an older one.
fn settled(grade: f64, d: &DeliveryStanding, taken: bool) -> Standing {
    match (d.accepted_score, d.accepted_at) {
        (Some(accepted), Some(at)) if (accepted - grade).abs() < SAME => Standing::InLms { at, seen_at: d.seen_at.filter(|s| *s >= at) },
        (Some(_), _) => Standing::NeedsYou(Trouble::Outdated),
        (None, _) if taken => Standing::NeedsYou(Trouble::NeverSent),
        (None, _) => Standing::NotTaken,
    }
}

fn trouble(d: &DeliveryStanding) -> Trouble {
    Trouble::Delivery { code: d.code.clone().unwrap_or_default(), detail: d.detail.clone().unwrap_or_default(), tries: d.attempts }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(state: OutboxState) -> DeliveryStanding {
        DeliveryStanding {
            outbox_id: Some("o".to_owned()),
            state: Some(state),
            code: None,
            detail: None,
            attempts: 0,
            run_at: Some(5),
            accepted_score: None,
            accepted_at: None,
            seen_score: None,
            seen_at: None,
        }
    }

    fn accepted(score: f64, at: i64) -> DeliveryStanding {
        DeliveryStanding { accepted_score: Some(score), accepted_at: Some(at), ..delivery(OutboxState::Delivered) }
    }

    #[test]
    fn without_a_grade_nothing_is_missing() {
        assert_eq!(Standing::judge(None, None, true), Standing::NothingYet);
        assert_eq!(Standing::judge(None, Some(&accepted(1.0, 1)), true), Standing::NothingYet);
    }

    #[test]
    fn a_grade_nobody_asked_for_is_no_trouble_and_one_never_sent_is() {
        assert_eq!(Standing::judge(Some(80.0), None, false), Standing::NotTaken);
        assert_eq!(Standing::judge(Some(80.0), None, true), Standing::NeedsYou(Trouble::NeverSent));
    }

    #[test]
    fn the_first_sending_waits_and_a_failed_one_is_retried() {
        assert_eq!(Standing::judge(Some(80.0), Some(&delivery(OutboxState::Ready)), true), Standing::Waiting);
        let failed = DeliveryStanding { code: Some("throttled".to_owned()), attempts: 2, ..delivery(OutboxState::Ready) };
        let Standing::Retrying { next: Some(5), trouble: Trouble::Delivery { code, tries: 2, .. } } =
            Standing::judge(Some(80.0), Some(&failed), true)
        else {
            panic!()
        };
        assert_eq!(code, "throttled");
        let running = DeliveryStanding { state: Some(OutboxState::Running), ..failed };
        assert!(matches!(Standing::judge(Some(80.0), Some(&running), true), Standing::Retrying { next: None, .. }));
    }

    #[test]
    fn rounding_in_the_grade_book_is_no_edit_and_a_typed_mark_is() {
        let seen = |score, at| DeliveryStanding { seen_score: score, seen_at: Some(at), ..accepted(66.67, 10) };
        assert_eq!(Standing::judge(Some(66.67), Some(&seen(Some(66.7), 11)), true), Standing::InLms { at: 10, seen_at: Some(11) });
        assert_eq!(Standing::judge(Some(66.67), Some(&seen(Some(70.0), 11)), true), Standing::Edited { theirs: Some(70.0), at: 11 });
        assert_eq!(Standing::judge(Some(66.67), Some(&seen(None, 11)), true), Standing::Edited { theirs: None, at: 11 });
        // What was seen before we sent says nothing about what we sent.
        assert_eq!(Standing::judge(Some(66.67), Some(&seen(Some(70.0), 9)), true), Standing::InLms { at: 10, seen_at: None });
    }

    #[test]
    fn an_empty_cell_for_a_zero_is_not_an_edit() {
        let zero = DeliveryStanding { seen_score: None, seen_at: Some(11), ..accepted(0.0, 10) };
        assert_eq!(Standing::judge(Some(0.0), Some(&zero), true).sign(), Sign::InLms);
    }

    #[test]
    fn an_edited_mark_is_never_swept_along() {
        let edited = DeliveryStanding { seen_score: Some(10.0), seen_at: Some(11), ..accepted(90.0, 10) };
        assert!(!Standing::judge(Some(90.0), Some(&edited), true).is_stuck());
        let parked = DeliveryStanding {
            code: Some(EDITED_CODE.to_owned()),
            seen_score: Some(3.0),
            seen_at: Some(4),
            ..delivery(OutboxState::Parked)
        };
        assert_eq!(Standing::judge(Some(90.0), Some(&parked), true), Standing::Edited { theirs: Some(3.0), at: 4 });
    }

    #[test]
    fn what_was_given_up_and_what_is_out_of_date_need_a_person() {
        let parked = DeliveryStanding { code: Some("not_gradable".to_owned()), ..delivery(OutboxState::Parked) };
        assert!(Standing::judge(Some(80.0), Some(&parked), true).is_stuck());
        assert_eq!(Standing::judge(Some(80.0), Some(&accepted(60.0, 1)), true), Standing::NeedsYou(Trouble::Outdated));
        // The message was swept; the ledger remembers.
        let swept = DeliveryStanding { outbox_id: None, state: None, ..accepted(80.0, 7) };
        assert_eq!(Standing::judge(Some(80.0), Some(&swept), true), Standing::InLms { at: 7, seen_at: None });
    }

    #[test]
    fn every_sign_has_its_own_word_and_mark() {
        let mut seen = std::collections::BTreeSet::new();
        for sign in Sign::ALL.into_iter().chain([Sign::None]) {
            assert!(seen.insert((sign.mark(), sign.word())));
            assert_eq!(Sign::from_key(sign.key()), Some(sign));
        }
    }
}

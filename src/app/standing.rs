//! Where a learner's grade is: the five states that every page shows with the same word and sign.

use crate::{
    learning::ledger::same_score,
    store::{class::DeliveryStanding, ledger::Decision, outbox::OutboxState},
};

/// Code under which a grade is put aside because somebody typed another mark in the LMS.
pub const EDITED_CODE: &str = "edited_in_lms";
/// Code under which a grade is put aside because the LMS took it and goes on showing the mark that somebody typed.
pub const KEPT_CODE: &str = "kept_by_lms";
/// Code of a grade that is tried again, slowly, and that only a person can help: it is locked in the LMS, as far as can be told.
pub const ERROR_CODE: &str = "error_for_grade";
/// What we keep and send is out of so many points.
const OUR_MAXIMUM: f64 = 100.0;

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
        /// When a person decided that it stays, if one did.
        kept: Option<i64>,
        /// Did the LMS take ours and go on showing this?
        held: bool,
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
            Some(OutboxState::Ready | OutboxState::Running) if d.code.as_deref() == Some(ERROR_CODE) => Self::NeedsYou(trouble(d)),
            Some(OutboxState::Ready | OutboxState::Running) if d.code.is_some() => {
                Self::Retrying { next: d.run_at.filter(|_| d.state == Some(OutboxState::Ready)), trouble: trouble(d) }
            }
            Some(OutboxState::Ready | OutboxState::Running) => Self::Waiting,
            _ if d.edited => edited(d),
            Some(OutboxState::Parked) if ![Some(EDITED_CODE), Some(KEPT_CODE)].contains(&d.code.as_deref()) => Self::NeedsYou(trouble(d)),
            _ => settled(grade, d, taken),
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

/// The grade book shows a person's mark.
fn edited(d: &DeliveryStanding) -> Standing {
    let parked = |code| d.state == Some(OutboxState::Parked) && d.code.as_deref() == Some(code);
    let decided = d.decided_at.filter(|at| d.accepted_at.is_none_or(|taken| taken < *at));
    Standing::Edited {
        theirs: d.seen_score,
        at: d.seen_at.unwrap_or_default(),
        kept: decided.filter(|_| d.decision == Some(Decision::Keep)),
        held: parked(KEPT_CODE),
    }
}

/// Nothing is on its way: either the LMS has our grade or it has an older one.
fn settled(grade: f64, d: &DeliveryStanding, taken: bool) -> Standing {
    match (d.accepted_score, d.accepted_at) {
        (Some(accepted), Some(at)) if same_score(accepted, grade, OUR_MAXIMUM) => {
            Standing::InLms { at, seen_at: d.seen_at.filter(|s| *s >= at) }
        }
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
            edited: false,
            decision: None,
            decided_at: None,
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
        let locked = DeliveryStanding { code: Some(ERROR_CODE.to_owned()), ..failed.clone() };
        assert_eq!(Standing::judge(Some(80.0), Some(&locked), true).sign(), Sign::NeedsYou, "tried again, and only a person can help");
        let running = DeliveryStanding { state: Some(OutboxState::Running), ..failed };
        assert!(matches!(Standing::judge(Some(80.0), Some(&running), true), Standing::Retrying { next: None, .. }));
    }

    #[test]
    fn a_persons_mark_goes_before_what_became_of_the_message() {
        let seen = DeliveryStanding { seen_score: Some(70.0), seen_at: Some(11), edited: true, ..accepted(66.67, 10) };
        let shows = Standing::Edited { theirs: Some(70.0), at: 11, kept: None, held: false };
        assert_eq!(Standing::judge(Some(66.67), Some(&seen), true), shows);
        assert_eq!(Standing::judge(Some(90.0), Some(&seen), true), shows, "not only out of date");
        for code in [EDITED_CODE, "not_gradable"] {
            let parked = DeliveryStanding { state: Some(OutboxState::Parked), code: Some(code.to_owned()), ..seen.clone() };
            assert_eq!(Standing::judge(Some(90.0), Some(&parked), true), shows, "{code}");
        }
        let on_its_way = DeliveryStanding { state: Some(OutboxState::Ready), ..seen };
        assert_eq!(Standing::judge(Some(90.0), Some(&on_its_way), true), Standing::Waiting, "somebody decided");
    }

    #[test]
    fn a_look_that_shows_our_score_confirms_it_and_an_older_one_does_not() {
        let seen = |at| DeliveryStanding { seen_score: Some(66.7), seen_at: Some(at), ..accepted(66.67, 10) };
        assert_eq!(Standing::judge(Some(66.67), Some(&seen(11)), true), Standing::InLms { at: 10, seen_at: Some(11) });
        assert_eq!(Standing::judge(Some(66.67), Some(&seen(9)), true), Standing::InLms { at: 10, seen_at: None });
    }

    #[test]
    fn a_decision_to_keep_the_mark_holds_until_the_lms_takes_something() {
        let kept = DeliveryStanding { edited: true, decision: Some(Decision::Keep), decided_at: Some(12), ..accepted(60.0, 10) };
        assert!(matches!(Standing::judge(Some(90.0), Some(&kept), true), Standing::Edited { kept: Some(12), .. }));
        let over = DeliveryStanding { accepted_at: Some(12), ..kept.clone() };
        assert!(matches!(Standing::judge(Some(90.0), Some(&over), true), Standing::Edited { kept: None, .. }));
        let replace = DeliveryStanding { decision: Some(Decision::Replace), ..kept };
        assert!(matches!(Standing::judge(Some(90.0), Some(&replace), true), Standing::Edited { kept: None, .. }));
    }

    #[test]
    fn an_edited_mark_is_never_swept_along() {
        let edited = DeliveryStanding { seen_score: Some(10.0), seen_at: Some(11), edited: true, ..accepted(90.0, 10) };
        assert!(!Standing::judge(Some(90.0), Some(&edited), true).is_stuck());
        let held = DeliveryStanding { state: Some(OutboxState::Parked), code: Some(KEPT_CODE.to_owned()), ..edited };
        assert!(matches!(Standing::judge(Some(90.0), Some(&held), true), Standing::Edited { held: true, .. }));
    }

    #[test]
    fn when_the_persons_mark_is_gone_a_grade_that_waited_for_it_can_be_sent() {
        let parked = |d: DeliveryStanding| DeliveryStanding { state: Some(OutboxState::Parked), code: Some(EDITED_CODE.to_owned()), ..d };
        let judge = |d: DeliveryStanding| Standing::judge(Some(90.0), Some(&parked(d)), true);
        assert_eq!(judge(accepted(60.0, 1)), Standing::NeedsYou(Trouble::Outdated));
        assert_eq!(judge(delivery(OutboxState::Parked)), Standing::NeedsYou(Trouble::NeverSent));
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

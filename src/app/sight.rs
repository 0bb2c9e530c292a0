//! A look at the grade book: judged once, by `learning::ledger`, and written down for every page and for the next delivery.

use crate::{
    learning::ledger::{Account, Candour, Shown, Whose, whose},
    lti::{ags::ResultItem, platform::PlatformProfile},
    store::{
        StoreError, Tx,
        ledger::{self, Ledger, Look},
        outbox::Slot,
    },
};

/// How far this product's results can be trusted to tell.
pub(super) fn candour(profile: &PlatformProfile) -> Candour {
    Candour { zero_is_blank: profile.zero_is_blank, shows_all: profile.shows_all }
}

/// What a result shows; none is no entry.
pub(super) fn shown(result: Option<&ResultItem>) -> Shown {
    match result.map(|r| (r.percent(), r.maximum())) {
        None => Shown::Nothing,
        Some((None, _)) => Shown::Blank,
        Some((Some(percent), maximum)) => Shown::Mark { percent, maximum },
    }
}

/// Our account of what went to a line item, as the ledger has it.
pub(super) fn account(line: Option<&Ledger>, line_item: &str) -> Account {
    let Some(line) = line else { return Account::default() };
    Account {
        accepted: line.accepted_score,
        doubted: line.sent_score.filter(|_| line.in_doubt),
        same_line_item: line.lineitem == line_item,
        was_seen: line.seen_score.is_some(),
    }
}

/// A look at one learner's cell.
#[derive(Debug, Clone)]
pub(super) struct Sight {
    /// What it showed.
    pub(super) shown: Shown,
    /// Of which line item.
    pub(super) line_item: String,
    /// When we asked.
    pub(super) at: i64,
    /// How far that can be trusted.
    pub(super) candour: Candour,
    /// Did we ask after the platform took our latest, whatever the clock says?
    pub(super) after: bool,
}

/// Writes a look down and gives whose mark it was. None where the ledger has no line, or a later look.
pub(super) async fn note(tx: &mut Tx, (link_id, learner_id, slot): (&str, &str, Slot), sight: &Sight) -> Result<Option<Whose>, StoreError> {
    let Some(line) = ledger::find(tx, link_id, learner_id, slot).await? else { return Ok(None) };
    let whose = whose(sight.candour, &account(Some(&line), &sight.line_item), sight.shown);
    let edited = whose == Whose::Theirs;
    let at = line.accepted_at.filter(|_| sight.after).map_or(sight.at, |taken| sight.at.max(taken + i64::from(edited)));
    let same_mark = !edited || sight.shown.is_mark(line.decided_mark);
    let look = Look { score: sight.shown.percent(), edited, same_mark, at };
    Ok(ledger::seen(tx, link_id, learner_id, slot, &look).await?.then_some(whose))
}

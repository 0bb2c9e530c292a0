//! Per (line item, learner): what we last sent, what was last accepted, what the LMS last showed.

use super::{
    StoreError, Tx,
    outbox::Slot,
    tx::{execute, one, optional, row, sql, text_enum},
};

text_enum! {
    /// What a person decided about a mark that was typed in the LMS.
    pub enum Decision {
        /// It stays.
        Keep = "keep",
        /// Ours goes over it.
        Replace = "replace",
    }
}

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct Ledger {
    /// Which link.
    pub resource_link_id: String,
    /// Which learner.
    pub learner_id: String,
    /// Which line item of the link.
    pub slot: Slot,
    /// Its address when we last sent.
    pub lineitem: String,
    /// `timestamp` of the last message: never sent twice, never goes back.
    pub sent_ts: i64,
    /// Score of the last message; none when it had none.
    pub sent_score: Option<f64>,
    /// `submittedAt` of the last message.
    pub sent_submitted_at: Option<i64>,
    /// Attempt the platform was last told of as a new submission.
    pub sent_submission: Option<String>,
    /// Sent, outcome unknown: read results first.
    pub in_doubt: bool,
    /// Last score the platform took.
    pub accepted_score: Option<f64>,
    /// When it took it.
    pub accepted_at: Option<i64>,
    /// What its grade book last showed.
    pub seen_score: Option<f64>,
    /// When we asked.
    pub seen_at: Option<i64>,
    /// Was that a person's mark?
    pub edited: bool,
    /// What a person decided about it. Void once another mark is seen there.
    pub decision: Option<Decision>,
    /// About which mark; none is an empty cell.
    pub decided_mark: Option<f64>,
    /// Row id of the teacher.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<i64>,
}
row!(Ledger {
    resource_link_id,
    learner_id,
    slot,
    lineitem,
    sent_ts,
    sent_score,
    sent_submitted_at,
    sent_submission,
    in_doubt,
    accepted_score,
    accepted_at,
    seen_score,
    seen_at,
    edited,
    decision,
    decided_mark,
    decided_by,
    decided_at,
});

impl Ledger {
    /// The decision, until the platform took something after it.
    #[must_use]
    pub fn standing_decision(&self) -> Option<Decision> {
        self.decision.filter(|_| self.accepted_at.is_none_or(|taken| self.decided_at.is_some_and(|decided| decided > taken)))
    }

    /// The mark that a person said may be replaced, if one did and nothing was taken since.
    #[must_use]
    pub fn may_replace(&self) -> Option<Option<f64>> {
        (self.standing_decision() == Some(Decision::Replace)).then_some(self.decided_mark)
    }
}

/// What a look at the grade book showed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Its score; none is none.
    pub score: Option<f64>,
    /// Is it a person's?
    pub edited: bool,
    /// Is it the mark that a person decided about?
    pub same_mark: bool,
    /// When we asked: whatever the platform took later says nothing against it.
    pub at: i64,
}

/// A decision of a person's.
#[derive(Debug, Clone)]
pub struct Decided {
    /// What.
    pub decision: Decision,
    /// About which mark; none is an empty cell.
    pub mark: Option<f64>,
    /// Row id of the teacher.
    pub by: String,
    /// When.
    pub at: i64,
}

/// A message about to go out.
#[derive(Debug, Clone)]
pub struct Sending {
    /// Whose.
    pub tenant_id: String,
    /// Which link.
    pub resource_link_id: String,
    /// Which learner.
    pub learner_id: String,
    /// Which line item of the link.
    pub slot: Slot,
    /// Its address.
    pub lineitem: String,
    /// Score, if the message has one.
    pub score: Option<f64>,
    /// `submittedAt`.
    pub submitted_at: Option<i64>,
    /// Attempt told of as a new submission; none leaves what is known.
    pub submission: Option<String>,
    /// Timestamps differ by at least this many milliseconds, and are multiples of it (platforms that count whole seconds: 1000).
    pub step_ms: i64,
}

sql! {
    FIND = "SELECT * FROM ledger WHERE resource_link_id = $1 AND learner_id = $2 AND slot = $3";
    BEGIN = "INSERT INTO ledger (resource_link_id, learner_id, slot, tenant_id, lineitem, sent_ts, sent_score, sent_submitted_at, \
        sent_submission, in_doubt) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, TRUE) \
        ON CONFLICT (resource_link_id, learner_id, slot) DO UPDATE SET lineitem = excluded.lineitem, \
        sent_ts = CASE WHEN excluded.sent_ts > ledger.sent_ts THEN excluded.sent_ts ELSE ledger.sent_ts + $10 END, \
        sent_score = excluded.sent_score, sent_submitted_at = excluded.sent_submitted_at, \
        sent_submission = COALESCE(excluded.sent_submission, ledger.sent_submission), in_doubt = TRUE RETURNING *";
    ACCEPTED = "UPDATE ledger SET in_doubt = FALSE, accepted_score = COALESCE(sent_score, accepted_score), accepted_at = $5, \
        edited = FALSE \
        WHERE resource_link_id = $1 AND learner_id = $2 AND slot = $3 AND sent_ts = $4";
    REFUSED = "UPDATE ledger SET in_doubt = FALSE WHERE resource_link_id = $1 AND learner_id = $2 AND slot = $3 AND sent_ts = $4";
    UNTELL = "UPDATE ledger SET sent_submission = $5 WHERE resource_link_id = $1 AND learner_id = $2 AND slot = $3 AND sent_ts = $4";
    RAISE = "UPDATE ledger SET sent_ts = $4 WHERE resource_link_id = $1 AND learner_id = $2 AND slot = $3 AND sent_ts < $4";
    // A look that was asked for before the platform took our latest is no judge of it, and one that comes late changes nothing.
    SEEN = "UPDATE ledger SET seen_score = $4, seen_at = $5, edited = ($6 AND (accepted_at IS NULL OR accepted_at < $5)), \
        decision = CASE WHEN $7 THEN decision ELSE NULL END \
        WHERE resource_link_id = $1 AND learner_id = $2 AND slot = $3 AND (seen_at IS NULL OR seen_at <= $5)";
    OPEN = "INSERT INTO ledger (resource_link_id, learner_id, slot, tenant_id, lineitem, sent_ts, in_doubt) \
        VALUES ($1, $2, $3, $4, $5, 0, FALSE) ON CONFLICT (resource_link_id, learner_id, slot) DO NOTHING";
    DECIDE = "UPDATE ledger SET decision = $4, decided_mark = $5, decided_by = $6, decided_at = $7 \
        WHERE resource_link_id = $1 AND learner_id = $2 AND slot = $3 AND edited";
}

/// The line, if anything was ever sent.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut Tx, link_id: &str, learner_id: &str, slot: Slot) -> Result<Option<Ledger>, StoreError> {
    optional!(tx, FIND, link_id, learner_id, slot)
}

/// Notes that a message is about to go out, before it does; from here on its outcome is in doubt. Gives the line, whose `sent_ts` is
/// the timestamp to send: later than any before.
///
/// # Errors
/// When the database fails.
pub async fn begin_send(tx: &mut Tx, s: &Sending, now: i64) -> Result<Ledger, StoreError> {
    let step = s.step_ms.max(1);
    let ts = now - now.rem_euclid(step);
    one!(
        tx,
        BEGIN,
        &s.resource_link_id,
        &s.learner_id,
        s.slot,
        &s.tenant_id,
        &s.lineitem,
        ts,
        s.score,
        s.submitted_at,
        s.submission.as_deref(),
        step
    )
}

/// The platform took the message with timestamp `sent_ts`. False when a later one went out meanwhile.
///
/// # Errors
/// When the database fails.
pub async fn accepted(tx: &mut Tx, l: &Ledger, now: i64) -> Result<bool, StoreError> {
    Ok(execute!(tx, ACCEPTED, &l.resource_link_id, &l.learner_id, l.slot, l.sent_ts, now)? > 0)
}

/// The platform surely did not take the message: nothing is in doubt.
///
/// # Errors
/// When the database fails.
pub async fn refused(tx: &mut Tx, l: &Ledger) -> Result<bool, StoreError> {
    Ok(execute!(tx, REFUSED, &l.resource_link_id, &l.learner_id, l.slot, l.sent_ts)? > 0)
}

/// The refused message was to tell of a new submission, and did not: the platform still knows of `known` only.
///
/// # Errors
/// When the database fails.
pub async fn untell(tx: &mut Tx, l: &Ledger, known: Option<&str>) -> Result<bool, StoreError> {
    Ok(execute!(tx, UNTELL, &l.resource_link_id, &l.learner_id, l.slot, l.sent_ts, known)? > 0)
}

/// The platform knows a later timestamp than ours (another tool, a clock that went back): start above it next time.
///
/// # Errors
/// When the database fails.
pub async fn raise(tx: &mut Tx, l: &Ledger, known_ts: i64) -> Result<bool, StoreError> {
    Ok(execute!(tx, RAISE, &l.resource_link_id, &l.learner_id, l.slot, known_ts)? > 0)
}

/// Notes what the grade book shows. False where there is no line, or a later look was noted.
///
/// # Errors
/// When the database fails.
pub async fn seen(tx: &mut Tx, link_id: &str, learner_id: &str, slot: Slot, look: &Look) -> Result<bool, StoreError> {
    Ok(execute!(tx, SEEN, link_id, learner_id, slot, look.score, look.at, look.edited, look.same_mark)? > 0)
}

/// A line for a learner to whom nothing was ever sent, if there is none.
///
/// # Errors
/// When the database fails.
pub async fn open(tx: &mut Tx, tenant_id: &str, link_id: &str, learner_id: &str, slot: Slot, lineitem: &str) -> Result<(), StoreError> {
    execute!(tx, OPEN, link_id, learner_id, slot, tenant_id, lineitem).map(drop)
}

/// Notes what a person decided about an edited mark. False where none is edited.
///
/// # Errors
/// When the database fails.
pub async fn decide(tx: &mut Tx, link_id: &str, learner_id: &str, slot: Slot, d: &Decided) -> Result<bool, StoreError> {
    Ok(execute!(tx, DECIDE, link_id, learner_id, slot, d.decision, d.mark, &d.by, d.at)? > 0)
}

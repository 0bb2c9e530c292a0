//! A person's mark is never covered silently: before a score goes out, the grade book is read.

use super::{
    Courier, Outcome,
    hold::Reached,
    reading::{Reading, Trouble},
    record::Ledgered,
    send::Job,
};
use crate::{
    app::{
        sight::{Sight, account},
        standing::{EDITED_CODE, KEPT_CODE},
    },
    learning::ledger::{Admit, Whose, admit, whose},
    store::{StoreError, delivery, ledger::Ledger},
};

/// Code of a try that ended because the grade book could not be read.
const UNREAD_CODE: &str = "results_unread";
/// Trouble that ends: however long it lasts, nothing goes out unread for it.
const PASSING: [&str; 2] = ["unreachable", "throttled"];
/// After so many of those the score goes out unread: results that never work must not hold grades for ever.
const PATIENCE: i64 = 3;

/// May the score go out?
pub(super) enum Guard {
    /// Yes; `replaces`: over a person's mark, by a person's decision.
    Go {
        /// Is there such a mark?
        replaces: bool,
        /// Did the grade book let itself be read just now?
        seen: bool,
    },
    /// Not now.
    Stop(Box<Outcome>),
}

const GO: Guard = Guard::Go { replaces: false, seen: false };

impl Courier {
    /// Reads the learner's cell, unless `sight` has just shown it, and decides. Costs one request for each score that is sent.
    pub(super) async fn guard(&self, job: &Job<'_>, line_item: &str, sight: Option<Sight>) -> Result<Guard, StoreError> {
        let Some(wanted) = job.wanted.score else { return Ok(GO) };
        let sight = match sight.filter(|s| s.line_item == line_item) {
            Some(sight) => sight,
            None => match self.read_cell(job.case, line_item, job.key).await {
                Reading::Read(sight) => sight,
                Reading::CannotTell => return Ok(GO),
                Reading::Later(trouble) => return self.unread(job, &trouble).await,
            },
        };
        let line = job.case.ledger.as_ref();
        let owner = whose(sight.candour, &account(line, line_item), sight.shown);
        Ok(match admit(owner, wanted, line.and_then(Ledger::may_replace), sight.shown) {
            Admit::Send => Guard::Go { replaces: false, seen: true },
            Admit::Replace => Guard::Go { replaces: true, seen: true },
            Admit::Ask => Guard::Stop(Box::new(Outcome::park(EDITED_CODE, "").reached(Reached::Yes).saw(sight))),
        })
    }

    /// Looked at again a few times; whoever cannot be reached at all takes no score either, so that is no reason to send.
    async fn unread(&self, job: &Job<'_>, trouble: &Trouble) -> Result<Guard, StoreError> {
        let reached = if trouble.answered { Reached::NotTried } else { Reached::No(None) };
        let code = if PASSING.contains(&trouble.code) { trouble.code } else { UNREAD_CODE };
        if code == UNREAD_CODE {
            let mut tx = self.store().read().await?;
            if delivery::count(&mut tx, &job.message.id, UNREAD_CODE).await? >= PATIENCE {
                return Ok(GO);
            }
        }
        Ok(Guard::Stop(Box::new(self.again(job.message, None, code, &trouble.detail).reached(reached))))
    }

    /// A score went out over a person's mark. Moodle says yes to that and goes on showing a mark that is overridden.
    pub(super) async fn replaced(&self, job: &Job<'_>, outcome: Outcome) -> Outcome {
        let Ledgered::Accepted(line) = &outcome.ledgered else { return outcome };
        let Reading::Read(sight) = self.read_cell(job.case, &line.lineitem, job.key).await else {
            return Outcome { code: "replaced", ..outcome };
        };
        let ours = Ledger { accepted_score: line.sent_score, in_doubt: false, ..line.clone() };
        let owner = whose(sight.candour, &account(Some(&ours), &line.lineitem), sight.shown);
        let ledgered = Ledgered::Accepted(line.clone());
        match owner {
            Whose::Theirs => Outcome { http_status: outcome.http_status, score: outcome.score, ..Outcome::park(KEPT_CODE, "") },
            _ => Outcome { code: "replaced", ..outcome },
        }
        .reached(Reached::Yes)
        .ledgered(ledgered)
        .saw(sight)
    }
}

//! What became of a delivery, written down in one transaction: the message, the try, the ledger.

use super::{Courier, hold::Reached};
use crate::{
    app::{
        sight::{self, Sight},
        standing::EDITED_CODE,
    },
    ids,
    store::{
        Durability, StoreError, Tx,
        delivery::{self, DeliveryTry},
        ledger::{self, Ledger},
        outbox::{self, Completion, Message},
    },
};

/// What the ledger learns.
#[derive(Debug, Clone)]
pub(super) enum Ledgered {
    /// Nothing: a message that went out stays in doubt.
    Nothing,
    /// The platform took it.
    Accepted(Ledger),
    /// The platform surely did not take it; it knows of this submission still.
    Refused(Ledger, Option<String>),
}

/// What became of a delivery.
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    pub(super) completion: Completion,
    pub(super) code: &'static str,
    pub(super) detail: String,
    pub(super) http_status: Option<u16>,
    /// The score that was sent, if one was.
    pub(super) score: Option<f64>,
    pub(super) reached: Reached,
    pub(super) ledgered: Ledgered,
    /// What the grade book was seen to show.
    pub(super) sight: Option<Sight>,
    /// Was anything tried? Only tries become rows.
    pub(super) tried: bool,
}

impl Outcome {
    fn new(completion: Completion, code: &'static str, detail: &str) -> Outcome {
        Outcome {
            completion,
            code,
            detail: detail.to_owned(),
            http_status: None,
            score: None,
            reached: Reached::NotTried,
            ledgered: Ledgered::Nothing,
            sight: None,
            tried: true,
        }
    }

    pub(super) fn delivered(code: &'static str) -> Outcome {
        Outcome::new(Completion::Delivered, code, "")
    }

    pub(super) fn retry(at: i64, code: &'static str, detail: &str) -> Outcome {
        Outcome::new(Completion::Retry(at), code, detail)
    }

    pub(super) fn park(code: &'static str, detail: &str) -> Outcome {
        Outcome::new(Completion::Park, code, detail)
    }

    /// Put back without a try: its platform rests.
    pub(super) fn postponed(at: i64) -> Outcome {
        Outcome { tried: false, ..Outcome::new(Completion::Retry(at), "waiting_for_platform", "") }
    }

    pub(super) fn reached(mut self, reached: Reached) -> Outcome {
        self.reached = reached;
        self
    }

    pub(super) fn ledgered(mut self, ledgered: Ledgered) -> Outcome {
        self.ledgered = ledgered;
        self
    }

    pub(super) fn saw(mut self, sight: Sight) -> Outcome {
        self.sight = Some(sight);
        self
    }

    fn name(&self) -> &'static str {
        match self.completion {
            Completion::Delivered => "delivered",
            Completion::Retry(_) => "retry",
            Completion::Park => "parked",
        }
    }
}

impl Courier {
    pub(super) async fn record(&self, message: &Message, outcome: Outcome, started: i64) -> Result<(), StoreError> {
        let now = self.now();
        let name = outcome.name();
        if outcome.tried {
            metrics::counter!("ferry_deliveries_total", "outcome" => name, "code" => outcome.code).increment(1);
            tracing::info!(message = message.id, outcome = name, code = outcome.code, status = outcome.http_status, "a score's delivery");
        }
        let attempt = outcome.tried.then(|| DeliveryTry {
            id: ids::new_id(),
            tenant_id: message.tenant_id.clone(),
            outbox_id: message.id.clone(),
            number: message.attempts,
            outcome: name.to_owned(),
            code: outcome.code.to_owned(),
            http_status: outcome.http_status.map(i64::from),
            detail: Some(outcome.detail.clone()).filter(|d| !d.is_empty()),
            score: outcome.score,
            started_at: started,
            duration_ms: now - started,
        });
        let message = message.clone();
        let kept = self
            .store()
            .write(Durability::Full, async move |tx: &mut Tx| {
                match &outcome.ledgered {
                    Ledgered::Nothing => {}
                    Ledgered::Accepted(line) => drop(ledger::accepted(tx, line, now).await?),
                    Ledgered::Refused(line, known) => {
                        ledger::untell(tx, line, known.as_deref()).await?;
                        ledger::refused(tx, line).await?;
                    }
                }
                if let Some(sight) = &outcome.sight {
                    let (link, learner, slot) = (&message.resource_link_id, &message.learner_id, message.slot);
                    if outcome.code == EDITED_CODE {
                        ledger::open(tx, &message.tenant_id, link, learner, slot, &sight.line_item).await?;
                    }
                    sight::note(tx, (link, learner, slot), sight).await?;
                }
                if let Some(attempt) = &attempt {
                    delivery::insert(tx, attempt).await?;
                }
                outbox::complete(tx, &message, &outcome.completion, outcome.code, &outcome.detail, now).await
            })
            .await?;
        if !kept {
            // Somebody else has the message now and will find out by the ledger.
            tracing::warn!(code = "lease_lost", "a delivery took longer than its lease");
        }
        Ok(())
    }
}

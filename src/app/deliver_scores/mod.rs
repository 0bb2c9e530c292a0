//! A leased message goes to its platform, and what became of it is written down.
//!
//! Before a score goes out the ledger says so, durably: whoever dies afterwards leaves a line *in doubt*, and the next try reads the
//! platform's results before it sends anything again (contract: unknown outcome).

mod case;
mod doubt;
mod guard;
mod hold;
mod line_item;
mod reading;
mod record;
mod send;
mod service;

use std::{sync::Arc, time::Duration};

use case::Case;
pub(super) use case::platform_of;
use hold::Holds;
use record::{Ledgered, Outcome};
use service::GradeService;

use super::tool_keys::{self, KeyError};
use crate::{
    clock::Clock,
    learning::delivery::{Effort, Reason, Verdict, Wanted, retry},
    lti::{jose::SigningKey, seal::MasterKey},
    services::{ags::Ags, fraction, outcomes::Outcomes},
    store::{
        Durability, Store, StoreError, Tx,
        outbox::{self, Backlog, Message, NewMessage},
    },
};

/// Milliseconds a worker holds a message before it holds on or has died: so soon another one takes over.
const LEASE_MS: i64 = 20_000;
/// How often it holds on.
const HOLD_ON: Duration = Duration::from_secs(5);

/// Brings scores home. Cheap to clone.
#[derive(Clone)]
pub struct Courier {
    store: Store,
    clock: Clock,
    ags: Ags,
    outcomes: Outcomes,
    master: MasterKey,
    holds: Arc<Holds>,
    /// Links share these, so that a slow platform does not hold up every other's.
    making: Arc<[tokio::sync::Mutex<()>; 16]>,
}

impl Courier {
    /// Over these.
    #[must_use]
    pub fn new(store: Store, clock: Clock, ags: Ags, master: MasterKey) -> Courier {
        let outcomes = Outcomes::new(ags.client().clone(), Arc::clone(&clock));
        Courier { store, clock, ags, outcomes, master, holds: Arc::default(), making: Arc::default() }
    }

    /// Now, as the database counts.
    #[must_use]
    pub fn now(&self) -> i64 {
        (self.clock)().as_millisecond()
    }

    /// Takes over after an unclean stop. Where only one server may use the database, whoever held a lease is dead.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_over(&self) -> Result<(), StoreError> {
        let now = self.now();
        if matches!(self.store, Store::Sqlite(_)) {
            self.store.write(Durability::Normal, async move |tx: &mut Tx| outbox::end_leases(tx, now).await).await?;
        }
        Ok(())
    }

    /// Leases up to `limit` due messages.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim(&self, limit: i64) -> Result<Vec<Message>, StoreError> {
        let now = self.now();
        self.store.write(Durability::Normal, async move |tx: &mut Tx| outbox::claim(tx, limit, now + LEASE_MS, now).await).await
    }

    /// When to look again, in epoch milliseconds, and how much waits.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn outlook(&self) -> Result<(Option<i64>, Backlog), StoreError> {
        let mut tx = self.store.read().await?;
        Ok((outbox::next_due(&mut tx).await?, outbox::backlog(&mut tx).await?))
    }

    /// Delivers one leased message, or says when to try again, or parks it; and writes down which.
    ///
    /// # Errors
    /// When the database fails. The lease runs out then, and the message comes again.
    pub async fn deliver(&self, message: &Message) -> Result<(), StoreError> {
        let started = self.now();
        let mut work = std::pin::pin!(self.outcome(message));
        let outcome = loop {
            match tokio::time::timeout(HOLD_ON, &mut work).await {
                Ok(outcome) => break outcome?,
                Err(_) => self.hold_on(message).await?,
            }
        };
        self.record(message, outcome, started).await
    }

    /// Whoever lost the lease nevertheless learns so when the outcome is recorded.
    async fn hold_on(&self, message: &Message) -> Result<(), StoreError> {
        let (message, until) = (message.clone(), self.now() + LEASE_MS);
        self.store.write(Durability::Normal, async move |tx: &mut Tx| outbox::extend(tx, &message, until).await).await.map(drop)
    }

    async fn outcome(&self, message: &Message) -> Result<Outcome, StoreError> {
        let Some(case) = self.load(message).await? else { return Ok(Outcome::park("gone", "")) };
        if let Some(until) = self.holds.until(&case.registration.id, self.now()) {
            return Ok(Outcome::postponed(until + (fraction() * 30_000.0) as i64));
        }
        let wanted: Wanted = match serde_json::from_str(&message.payload) {
            Ok(wanted) => wanted,
            Err(error) => return Ok(Outcome::park("payload_unreadable", &error.to_string())),
        };
        let key = match self.signing_key().await {
            Ok(key) => key,
            Err(KeyError::Store(error)) => return Err(error),
            Err(error) => {
                tracing::error!(code = "signing_key", %error, "no score can be sent");
                return Ok(self.again(message, None, "token_not_signed", &error.to_string()));
            }
        };
        let outcome = self.bring(message, &case, &wanted, &key).await?;
        self.holds.note(&case.registration.id, outcome.reached, self.now());
        Ok(outcome)
    }

    /// Retry, or park when it has been tried long enough.
    fn again(&self, message: &Message, retry_after: Option<i64>, code: &'static str, detail: &str) -> Outcome {
        self.settled(retry(self.effort(message), retry_after, code), detail)
    }

    fn settled(&self, verdict: Verdict, detail: &str) -> Outcome {
        match verdict {
            Verdict::Retry { after, code } => Outcome::retry(self.now() + after * 1000, code, detail),
            Verdict::GiveUp(reason) => Outcome::park(reason.code(), detail),
            Verdict::LookUpLineItem => Outcome::park(Reason::NoLineItem.code(), detail),
            Verdict::WithoutSubmission => Outcome::park(Reason::Rejected.code(), detail),
            Verdict::Delivered | Verdict::ReadBack => Outcome::delivered("delivered"),
        }
    }

    fn effort(&self, message: &Message) -> Effort {
        Effort { tries: message.attempts, age: (self.now() - message.created_at) / 1000, random: fraction() }
    }

    pub(super) async fn signing_key(&self) -> Result<SigningKey, KeyError> {
        tool_keys::signing_key(&self.store, &self.master).await
    }

    pub(super) fn master(&self) -> &MasterKey {
        &self.master
    }

    pub(super) fn ags(&self) -> &Ags {
        &self.ags
    }

    pub(super) fn store(&self) -> &Store {
        &self.store
    }
}

/// Tells a platform that wants to know (Canvas) that a learner has begun: once, and never over a grade that waits.
/// In the transaction of what it tells.
///
/// # Errors
/// When the database fails.
pub async fn announce(tx: &mut Tx, message: &NewMessage, now: i64) -> Result<bool, StoreError> {
    let (link, learner) = (&message.resource_link_id, &message.learner_id);
    let known = outbox::latest(tx, link, learner, message.slot).await?.is_some()
        || crate::store::ledger::find(tx, link, learner, message.slot).await?.is_some();
    if !known {
        outbox::enqueue(tx, message, now).await?;
    }
    Ok(!known)
}

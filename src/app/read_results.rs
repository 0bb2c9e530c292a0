//! What the grade book shows for a link, for everybody at once.

use super::{
    deliver_scores::{Courier, platform_of},
    tool_keys::KeyError,
};
use crate::{
    learning::delivery::is_there,
    lti::v1p1,
    services::ags::AgsError,
    store::{
        Durability, StoreError, Tx, context, learner,
        ledger::{self, Ledger},
        outbox::Slot,
        registration,
    },
};

/// Why the grade book could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such link, or its registration is gone.
    #[error("there is no such link")]
    NotFound,
    /// The link has no column.
    #[error("the link has no column in the grade book")]
    NoLineItem,
    /// Our signing key is not at hand.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The platform.
    #[error(transparent)]
    Platform(#[from] AgsError),
}

impl Courier {
    /// Reads the results of a link's line item and keeps what each learner's shows. Gives how many were of learners we know.
    /// A score in doubt that is there is in doubt no more.
    ///
    /// # Errors
    /// When the link has no line item or the platform does not let us read.
    pub async fn read_results(&self, link_id: &str) -> Result<usize, ReadError> {
        let mut tx = self.store().read().await?;
        let link = context::link(&mut tx, link_id).await?.ok_or(ReadError::NotFound)?;
        let course = context::find(&mut tx, &link.context_id).await?.ok_or(ReadError::NotFound)?;
        let registration = registration::find(&mut tx, &course.registration_id).await?.ok_or(ReadError::NotFound)?;
        drop(tx);
        // Basic Outcomes reads one person at a time, which is done before a grade is sent and not for a whole class.
        if registration.issuer == v1p1::ISSUER {
            return Err(ReadError::NoLineItem);
        }
        let line_item = link.lineitem.ok_or(ReadError::NoLineItem)?;
        let key = self.signing_key().await?;
        let results = self.ags().results(&platform_of(&registration, &key), &line_item, None).await?;
        let now = self.now();
        let known = self
            .store()
            .write(Durability::Normal, async move |tx: &mut Tx| {
                let mut known = 0;
                for result in &results {
                    let Some(person) = learner::by_sub(tx, &registration.id, &result.user_id).await? else { continue };
                    let seen = result.percent();
                    if !ledger::seen(tx, &link.id, &person.id, Slot::Grade, seen, now).await? {
                        continue;
                    }
                    known += 1;
                    let line: Option<Ledger> = ledger::find(tx, &link.id, &person.id, Slot::Grade).await?;
                    if let Some(line) = line.filter(|l| l.in_doubt && is_there(l.sent_score, seen, result.result_maximum.unwrap_or(1.0))) {
                        ledger::accepted(tx, &line, now).await?;
                    }
                }
                Ok::<_, StoreError>(known)
            })
            .await?;
        Ok(known)
    }
}

//! What the grade book shows for a link, for everybody at once.

use super::{
    deliver_scores::{Courier, platform_of},
    sight::{self, Sight},
    standing::{EDITED_CODE, KEPT_CODE},
    tool_keys::KeyError,
};
use crate::{
    learning::ledger::{Whose, arrived},
    lti::{platform, v1p1},
    services::ags::AgsError,
    store::{
        Durability, StoreError, Tx, context, learner, ledger,
        outbox::{self, Slot},
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
    /// A score in doubt that is there is in doubt no more; one that was held back for a person's mark goes out where that mark is gone.
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
        let asked = self.now();
        let results = self.ags().results(&platform_of(&registration, &key), &line_item, None).await?;
        let now = self.now();
        let known = self
            .store()
            .write(Durability::Normal, async move |tx: &mut Tx| {
                let mut known = 0;
                for result in &results {
                    let Some(person) = learner::by_sub(tx, &registration.id, &result.user_id).await? else { continue };
                    let sight = Sight {
                        shown: sight::shown(Some(result)),
                        line_item: line_item.clone(),
                        at: asked,
                        candour: sight::candour(platform::by_key(&registration.family)),
                        after: false,
                    };
                    known += usize::from(keep(tx, &link.id, &person.id, &sight, now).await?);
                }
                Ok::<_, StoreError>(known)
            })
            .await?;
        Ok(known)
    }
}

/// One learner's result. Whether it was of use.
async fn keep(tx: &mut Tx, link_id: &str, learner_id: &str, sight: &Sight, now: i64) -> Result<bool, StoreError> {
    let Some(whose) = sight::note(tx, (link_id, learner_id, Slot::Grade), sight).await? else { return Ok(false) };
    let line = ledger::find(tx, link_id, learner_id, Slot::Grade).await?;
    if let Some(line) = line.filter(|l| l.in_doubt && l.sent_score.is_some_and(|sent| arrived(sight.candour, sent, sight.shown))) {
        ledger::accepted(tx, &line, now).await?;
    }
    if whose != Whose::Theirs {
        for code in [EDITED_CODE, KEPT_CODE] {
            outbox::resume(tx, link_id, learner_id, Slot::Grade, code, now).await?;
        }
    }
    Ok(true)
}

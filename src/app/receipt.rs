//! Where a grade is on its way to the LMS.

use super::{App, AppError, visit::Visit};
use crate::store::{
    ledger::{self, Ledger},
    outbox::{self, Message, Slot},
};

/// The grade's road, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Receipt {
    /// The newest message about it.
    pub message: Option<Message>,
    /// What was sent, accepted and seen.
    pub ledger: Option<Ledger>,
}

impl App {
    /// Where this visitor's grade is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn receipt(&self, visit: &Visit) -> Result<Receipt, AppError> {
        let (link, learner) = (&visit.session.resource_link_id, &visit.session.learner_id);
        let mut tx = self.store.read().await?;
        let message = outbox::latest(&mut tx, link, learner, Slot::Grade).await?;
        let ledger = ledger::find(&mut tx, link, learner, Slot::Grade).await?;
        let unseen = ledger.as_ref().is_some_and(|l| l.accepted_at.is_some_and(|sent| l.seen_at.is_none_or(|seen| seen < sent)));
        if unseen {
            self.look_up_grades(link);
        }
        Ok(Receipt { message, ledger })
    }
}

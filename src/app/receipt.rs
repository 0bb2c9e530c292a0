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
        Ok(Receipt {
            message: outbox::latest(&mut tx, link, learner, Slot::Grade).await?,
            ledger: ledger::find(&mut tx, link, learner, Slot::Grade).await?,
        })
    }
}

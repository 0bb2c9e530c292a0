//! Clearing out what has had its time.

use super::{App, tool_keys::RETIRED_KEY_LIFE};
use crate::store::{
    DEFAULT_TENANT, Durability, StoreError, Tx,
    sweep::{self, Swept},
    tool_key,
};

const DAY: i64 = 24 * 60 * 60 * 1000;

impl App {
    /// Forgets ended logins, sessions and links, logs and delivered messages older than `keep_days`, keys long retired. Attempts,
    /// grades and the latest message about each learner stay.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn clear_out(&self, keep_days: u32) -> Result<Swept, StoreError> {
        let now = self.now();
        self.store
            .write(Durability::Normal, async move |tx: &mut Tx| {
                tool_key::forget_retired(tx, DEFAULT_TENANT, now - RETIRED_KEY_LIFE).await?;
                sweep::sweep(tx, i64::from(keep_days) * DAY, now).await
            })
            .await
    }
}

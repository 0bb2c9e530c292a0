//! What administrators do leaves a row, written in the transaction that does it, and a line in the log once it stands (ADR 0005).

use super::{App, AppError, admin_sign_in::AdminVisit};
use crate::{
    ids,
    store::{
        DEFAULT_TENANT, Durability, Store, StoreError, Tx,
        admin::AdminAccount,
        audit::{self, Entry},
        registration::Registration,
    },
};

/// Who acts where nobody has signed in. No administrator can be called so.
pub const COMMAND_LINE: &str = "command line";
/// Acts on a page.
pub const PAGE: usize = 50;
/// Longest subject: parts of it come from platforms.
const LONGEST: usize = 500;

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// Where.
    pub tenant_id: String,
    /// Under which name.
    pub name: String,
}

impl By {
    /// An administrator.
    #[must_use]
    pub fn account(account: &AdminAccount) -> Self {
        Self { tenant_id: account.tenant_id.clone(), name: account.name.clone() }
    }

    /// Whoever has a shell on the server.
    #[must_use]
    pub fn command_line() -> Self {
        Self { tenant_id: DEFAULT_TENANT.to_owned(), name: COMMAND_LINE.to_owned() }
    }

    /// What they did, for [`record`] to write down. `on` names no person.
    #[must_use]
    pub fn did(&self, act: &'static str, on: &str, now: i64) -> Entry {
        Entry {
            id: ids::new_id(),
            tenant_id: self.tenant_id.clone(),
            by_name: self.name.clone(),
            act: act.to_owned(),
            subject: on.chars().filter(|c| !c.is_control()).take(LONGEST).collect(),
            created_at: now,
        }
    }
}

/// A platform, as the subject of an act. Its name can change and hosted Canvas shares one issuer, so both halves of its identity.
#[must_use]
pub fn platform(r: &Registration) -> String {
    format!("{}, client ID {}", r.issuer, r.client_id)
}

/// Runs an act and writes down what `op` says was done, in one transaction: neither stands without the other. Where nothing was done,
/// `op` says so with none. As with [`Store::write`], `op` may run more than once.
///
/// # Errors
/// What `op` fails with, or the database.
pub async fn record<T, E, F>(store: &Store, op: F) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    F: AsyncFn(&mut Tx) -> Result<(T, Option<Entry>), E> + Send + 'static,
{
    let (done, entry) = store
        .write(Durability::Full, async move |tx: &mut Tx| {
            let (done, entry) = op(tx).await?;
            if let Some(entry) = &entry {
                audit::insert(tx, entry).await?;
            }
            Ok::<_, E>((done, entry))
        })
        .await?;
    if let Some(e) = entry {
        tracing::info!(target: "courseferry::audit", by = e.by_name, act = e.act, on = e.subject, "administrator");
    }
    Ok(done)
}

/// One page of what was done.
#[derive(Debug)]
pub struct Trail {
    /// Newest first.
    pub entries: Vec<Entry>,
    /// Where the next page starts, if there is more.
    pub older: Option<String>,
}

impl App {
    /// What administrators did, newest first; `before` is the last row of the page before.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_trail(&self, admin: &AdminVisit, before: Option<&str>) -> Result<Trail, AppError> {
        let mut tx = self.store.read().await?;
        // One more than shown tells whether there is another page.
        let mut entries = audit::list(&mut tx, &admin.account.tenant_id, before, PAGE as i64 + 1).await?;
        let more = entries.len() > PAGE;
        entries.truncate(PAGE);
        Ok(Trail { older: entries.last().filter(|_| more).map(|e| e.id.clone()), entries })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_short_and_one_line() {
        let entry = By::command_line().did("platform added", &format!("a\n\u{1b}[31m{}", "b".repeat(1000)), 7);
        assert_eq!(entry.subject.chars().count(), LONGEST);
        assert!(entry.subject.starts_with("a[31mb"), "{}", entry.subject);
        assert_eq!((entry.by_name.as_str(), entry.tenant_id.as_str(), entry.created_at), (COMMAND_LINE, DEFAULT_TENANT, 7));
    }
}

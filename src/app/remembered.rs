//! Registrations as they were a moment ago: a login or a launch that finds its own here needs no look before its one write.
//!
//! Never believed by itself. The write that follows holds only if the row is active and unchanged since (`updated_at`); if not,
//! nothing was written and the row is read. So a registration that another program switched off, changed or removed is refused
//! at once. That an entry dies within a second, and with every change made in this process, covers clocks that stand still.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::store::registration::{Registration, RegistrationStatus};

/// Milliseconds.
const LIFE: i64 = 1000;
/// More registrations than these in one second, and we begin anew.
const MOST: usize = 1024;

/// What is remembered, by issuer and client id.
#[derive(Debug, Default)]
pub(super) struct Remembered(Mutex<HashMap<String, (Arc<Registration>, i64)>>);

impl Remembered {
    /// Keeps what was read before `now`, if it is open for launches.
    pub(super) fn keep(&self, registration: &Registration, now: i64) {
        if registration.status != RegistrationStatus::Active {
            return;
        }
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= MOST {
            entries.clear();
        }
        entries.insert(key(&registration.issuer, &registration.client_id), (Arc::new(registration.clone()), now));
    }

    /// The registration, if it was read less than a second ago.
    pub(super) fn find(&self, issuer: &str, client_id: &str, now: i64) -> Option<Arc<Registration>> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (registration, read_at) = entries.get(&key(issuer, client_id))?;
        (*read_at..read_at + LIFE).contains(&now).then(|| Arc::clone(registration))
    }

    /// Forgets all of them: one has changed.
    pub(super) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// The length keeps the two apart.
fn key(issuer: &str, client_id: &str) -> String {
    format!("{}\n{issuer}{client_id}", issuer.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::registration::DeploymentPolicy;

    fn registration(issuer: &str, client_id: &str, status: RegistrationStatus) -> Registration {
        let text = str::to_owned;
        Registration {
            id: format!("{issuer}+{client_id}"),
            tenant_id: text("default"),
            issuer: text(issuer),
            client_id: text(client_id),
            name: text("LMS"),
            family: text("generic"),
            auth_url: text("https://lms/auth"),
            token_url: text("https://lms/token"),
            token_audience: None,
            jwks_url: text("https://lms/jwks"),
            status,
            deployment_policy: DeploymentPolicy::Pin,
            anonymous: false,
            embedders: text("[]"),
            created_at: 0,
            updated_at: 0,
        }
    }

    #[test]
    fn what_was_read_is_found_for_a_second_and_not_before() {
        let remembered = Remembered::default();
        remembered.keep(&registration("https://a", "1", RegistrationStatus::Active), 5000);
        let found = |issuer, client_id, now| remembered.find(issuer, client_id, now).map(|r| r.id.clone());
        assert_eq!(found("https://a", "1", 5999).as_deref(), Some("https://a+1"));
        assert_eq!(found("https://a", "1", 6000), None, "too old");
        assert_eq!(found("https://a", "1", 4999), None, "the clock went back");
        assert_eq!(found("https://a", "2", 5000), None);
        assert_eq!(found("https://", "a1", 5000), None, "the parts do not run together");
        remembered.forget();
        assert_eq!(found("https://a", "1", 5000), None);
    }

    #[test]
    fn only_what_is_open_for_launches_is_kept_and_never_too_much() {
        let remembered = Remembered::default();
        for status in [RegistrationStatus::Pending, RegistrationStatus::Disabled] {
            remembered.keep(&registration("https://a", "1", status), 0);
        }
        assert!(remembered.find("https://a", "1", 0).is_none());
        for n in 0..=MOST {
            remembered.keep(&registration("https://a", &n.to_string(), RegistrationStatus::Active), 0);
        }
        assert_eq!(remembered.0.lock().unwrap().len(), 1);
    }
}

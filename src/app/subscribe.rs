//! Asking a platform to tell us when a course was copied.

use super::{App, deliver_scores::platform_of, tool_keys};
use crate::{
    clock::Clock,
    lti::{Launch, notice::CONTEXT_COPY, roles::Standing, seal::MasterKey},
    services::{ServiceError, notices::Notices},
    store::{
        Durability, Store, StoreError, Tx,
        notice::{self, Asking},
        registration::Registration,
    },
};

/// Milliseconds after which a platform that took our address is asked anew: it may have lost it.
const STALE: i64 = 7 * 24 * 60 * 60_000;
/// Milliseconds between two tries.
const PAUSE: i64 = 10 * 60_000;

/// Where notices arrive, below the public URL.
pub const NOTICES: &str = "/lti/notices";

/// Why a platform was not asked, or said no.
#[derive(Debug, thiserror::Error)]
pub enum SubscribeError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Our signing key is not at hand.
    #[error(transparent)]
    Key(#[from] tool_keys::KeyError),
    /// The platform.
    #[error(transparent)]
    Platform(#[from] ServiceError),
}

/// Asks for notices. Cheap to clone.
#[derive(Clone)]
pub struct Subscriptions {
    store: Store,
    clock: Clock,
    notices: Notices,
    master: MasterKey,
}

impl Subscriptions {
    /// Over these.
    #[must_use]
    pub fn new(store: Store, clock: Clock, notices: Notices, master: MasterKey) -> Subscriptions {
        Subscriptions { store, clock, notices, master }
    }

    /// Asks, if nobody did lately; gives whether it did.
    async fn refresh(&self, registration: &Registration, asking: Asking) -> Result<bool, SubscribeError> {
        let now = (self.clock)().as_millisecond();
        let due = {
            let asking = asking.clone();
            let op = async move |tx: &mut Tx| notice::ask(tx, &asking, now - STALE, now - PAUSE, now).await;
            self.store.write(Durability::Normal, op).await?
        };
        if due {
            let key = tool_keys::signing_key(&self.store, &self.master).await?;
            self.notices.subscribe(&platform_of(registration, &key), &asking.service_url, CONTEXT_COPY, &asking.handler).await?;
            self.store.write(Durability::Normal, async move |tx: &mut Tx| notice::taken(tx, &asking, now).await).await?;
        }
        Ok(due)
    }
}

impl App {
    /// Has the platform tell us of copied courses, in the background, where this launch offers it. A teacher's launch is enough: it
    /// costs the many launches of learners nothing.
    pub(super) fn subscribe(&self, launch: &Launch, registration: &Registration) {
        let Some(service) = launch.notices.as_ref().filter(|_| launch.standing() == Standing::Teacher) else { return };
        let asking = Asking {
            registration_id: registration.id.clone(),
            tenant_id: registration.tenant_id.clone(),
            service_url: service.url.clone(),
            handler: self.site.url(NOTICES),
        };
        let (subscriptions, registration) = (self.subscriptions.clone(), registration.clone());
        tokio::spawn(async move {
            match subscriptions.refresh(&registration, asking).await {
                Ok(asked) => tracing::debug!(asked, "notices of copied courses are subscribed to"),
                Err(error) => tracing::info!(code = "notices_not_subscribed", %error, "a platform does not tell us of copied courses"),
            }
        });
    }
}

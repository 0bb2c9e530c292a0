//! The platform's list of a course's members, read when a teacher looks at the class.

use super::{
    App,
    accept_launch::role_name,
    deliver_scores::platform_of,
    tool_keys::{self, KeyError},
};
use crate::{
    clock::Clock,
    lti::{
        nrps::{Member, MemberStatus},
        platform,
        seal::MasterKey,
    },
    services::{ServiceError, nrps::Nrps},
    store::{
        Durability, Store, StoreError, Tx, context, registration,
        roster::{self, Listed, Merged, RosterStatus},
    },
};

/// Milliseconds between two looks at one course's list.
const PAUSE: i64 = 10 * 60_000;

/// Why the list could not be read.
#[derive(Debug, thiserror::Error)]
pub enum RosterError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such course, or the platform gives no list for it.
    #[error("the platform gives no list of members for this course")]
    NotOffered,
    /// Our signing key is not at hand.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The platform.
    #[error(transparent)]
    Platform(#[from] ServiceError),
}

/// Reads lists of members. Cheap to clone.
#[derive(Clone)]
pub struct Rosters {
    store: Store,
    clock: Clock,
    nrps: Nrps,
    master: MasterKey,
}

impl Rosters {
    /// Over these.
    #[must_use]
    pub fn new(store: Store, clock: Clock, nrps: Nrps, master: MasterKey) -> Rosters {
        Rosters { store, clock, nrps, master }
    }

    fn now(&self) -> i64 {
        (self.clock)().as_millisecond()
    }

    /// Reads the list of a course whole and keeps what it says.
    ///
    /// # Errors
    /// When the platform offers none or it cannot be read to its end. Nothing is changed then.
    pub async fn read(&self, context_id: &str) -> Result<Merged, RosterError> {
        let mut tx = self.store.read().await?;
        let course = context::find(&mut tx, context_id).await?.ok_or(RosterError::NotOffered)?;
        let registration = registration::find(&mut tx, &course.registration_id).await?.ok_or(RosterError::NotOffered)?;
        drop(tx);
        let address = course.memberships_url.clone().ok_or(RosterError::NotOffered)?;
        let key = tool_keys::signing_key(&self.store, &self.master).await?;
        let pages = platform::by_key(&registration.family).roster_page;
        let members = self.nrps.members(&platform_of(&registration, &key), &address, pages).await?;
        let (list, now): (Vec<Listed>, i64) = (members.into_iter().map(listed).collect(), self.now());
        Ok(self.store.write(Durability::Normal, async move |tx: &mut Tx| roster::merge(tx, &course, &list, now).await).await?)
    }

    /// Reads it if nobody did in the last ten minutes.
    async fn refresh(&self, context_id: &str) -> Result<Option<Merged>, RosterError> {
        let (id, now) = (context_id.to_owned(), self.now());
        let due = self.store.write(Durability::Normal, async move |tx: &mut Tx| roster::ask(tx, &id, now, now - PAUSE).await).await?;
        if due { self.read(context_id).await.map(Some) } else { Ok(None) }
    }
}

fn listed(m: Member) -> Listed {
    Listed {
        status: match m.status {
            MemberStatus::Active => RosterStatus::Active,
            MemberStatus::Inactive => RosterStatus::Inactive,
            MemberStatus::Deleted => RosterStatus::Gone,
        },
        role: role_name(m.roles.standing()).to_owned(),
        gradable: m.roles.is_gradable(),
        roles: serde_json::to_string(m.roles.raw()).unwrap_or_else(|_| "[]".to_owned()),
        sub: m.user_id,
        name: m.name,
        given_name: m.given_name,
        family_name: m.family_name,
        email: m.email,
    }
}

impl App {
    /// Reads the list of a course's members in the background, if nobody did lately. What it says is there at the next look.
    pub fn look_up_roster(&self, context_id: &str) {
        let (rosters, context_id) = (self.rosters.clone(), context_id.to_owned());
        tokio::spawn(async move {
            match rosters.refresh(&context_id).await {
                Ok(Some(m)) => {
                    tracing::debug!(joined = m.joined, changed = m.changed, gone = m.gone, "a course's list of members was read")
                }
                Ok(None) | Err(RosterError::NotOffered) => {}
                Err(error) => tracing::info!(code = "roster_unread", %error, "a course's list of members could not be read"),
            }
        });
    }
}

//! Use cases, one verb a file: what the front doors ask for.

mod accept_launch;
mod accept_notices;
mod accept_remembered;
mod accept_v1p1;
pub mod add_platform;
pub mod admin_sign_in;
pub mod audit;
mod begin_login;
pub mod class_query;
pub mod class_view;
mod clear_out;
pub mod content;
pub mod copied_course;
pub mod deep_link;
pub mod deliver_scores;
pub mod doctor;
mod embedders;
mod error;
pub mod key_proofs;
mod launch_record;
pub mod learner_view;
pub mod link_settings;
mod log_launch;
mod look_up_grades;
mod master_key;
mod media;
mod migrate_v1p1;
pub mod packages;
mod password;
pub mod pick;
pub mod platform_changes;
pub mod platforms;
pub mod read_results;
pub mod read_roster;
mod receipt;
mod record_progress;
mod refusal;
pub mod register_platform;
mod remembered;
mod resend_score;
mod review;
mod sight;
mod site;
pub mod standing;
mod start_attempt;
pub mod study;
mod submit_quiz;
pub mod subscribe;
pub mod this_machine;
mod tool;
pub mod tool_keys;
pub mod v1p1_keys;
mod visit;
pub mod waiting;

use std::sync::{Arc, PoisonError, RwLock};

pub use accept_launch::{Accepted, LaunchPost, Opened, Proof, SessionData, role_name};
pub use accept_v1p1::{SignedPost, V1P1_LAUNCH};
pub use begin_login::{LOGIN_LIFE, LoginStarted, Storage, storage_key};
use deliver_scores::Courier;
pub use error::AppError;
pub use look_up_grades::GradeBooks;
pub use master_key::{MasterKeyError, master_key};
pub use media::MediaKey;
use read_roster::Rosters;
pub use receipt::Receipt;
pub use refusal::{Reason, Refused};
pub use resend_score::{Resent, mark};
pub use review::Review;
pub use site::{Site, SiteError};
pub use start_attempt::responses_of;
pub use study::{LinkSettings, Study};
use subscribe::Subscriptions;
use tokio::sync::Notify;
pub use visit::{Visit, form_token, launch_id};

use crate::{
    clock::Clock,
    course::Course,
    lti::seal::MasterKey,
    services::{http::Client, key_sets::KeySets},
    store::{Store, StoreError},
};

/// What every use case stands on.
pub struct App {
    /// Where the world reaches us.
    pub site: Site,
    /// The database.
    pub store: Store,
    /// Now.
    pub clock: Clock,
    /// Calls platforms, behind the address guard.
    pub http: Client,
    /// Platforms' keys.
    pub key_sets: KeySets,
    /// Signs addresses of course files.
    pub media: MediaKey,
    /// Milliseconds a session lasts.
    pub session_life: i64,
    /// What platforms' grade books show.
    pub grade_books: Arc<GradeBooks>,
    /// Reads courses' lists of members.
    pub rosters: Rosters,
    /// Asks platforms to tell us of copied courses.
    pub subscriptions: Subscriptions,
    /// Rung when a grade waits: the worker need not wait for its next look.
    pub wake: Arc<Notify>,
    /// Days for which a signing key signs; 0: until somebody makes another.
    pub rotate_keys_days: u32,
    /// Seals what must not lie open in the database.
    master: MasterKey,
    shelf: packages::Shelf,
    remembered: remembered::Remembered,
    course: RwLock<Arc<Course>>,
}

/// What an [`App`] is made of.
pub struct Parts {
    /// Where the world reaches us.
    pub site: Site,
    /// The database.
    pub store: Store,
    /// Now.
    pub clock: Clock,
    /// Calls platforms, behind the address guard.
    pub http: Client,
    /// Platforms' keys.
    pub key_sets: KeySets,
    /// Signs addresses of course files.
    pub media: MediaKey,
    /// Hours a session lasts.
    pub session_hours: u32,
    /// Days for which a signing key signs; 0: until somebody makes another.
    pub rotate_keys_days: u32,
    /// The course.
    pub course: Course,
    /// Brings scores home and reads what became of them.
    pub courier: Courier,
    /// Reads courses' lists of members.
    pub rosters: Rosters,
    /// Asks platforms to tell us of copied courses.
    pub subscriptions: Subscriptions,
}

impl App {
    /// Puts it together.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self {
            site: parts.site,
            store: parts.store,
            clock: parts.clock,
            http: parts.http,
            key_sets: parts.key_sets,
            media: parts.media,
            session_life: i64::from(parts.session_hours) * 60 * 60 * 1000,
            rotate_keys_days: parts.rotate_keys_days,
            master: parts.courier.master().clone(),
            grade_books: Arc::new(GradeBooks::new(parts.courier)),
            rosters: parts.rosters,
            subscriptions: parts.subscriptions,
            wake: Arc::new(Notify::new()),
            shelf: packages::Shelf::default(),
            remembered: remembered::Remembered::default(),
            course: RwLock::new(Arc::new(parts.course)),
        }
    }

    /// The course as it is now.
    #[must_use]
    pub fn course(&self) -> Arc<Course> {
        Arc::clone(&self.course.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Exchanges the course: readers keep the one they have.
    pub fn replace_course(&self, course: Course) {
        *self.course.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(course);
    }

    /// Now, as the database counts.
    #[must_use]
    pub fn now(&self) -> i64 {
        (self.clock)().as_millisecond()
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ready(&self) -> Result<(), StoreError> {
        let mut tx = self.store.read().await?;
        crate::store::meta::get(&mut tx, crate::store::meta::SERVING).await.map(drop)
    }
}

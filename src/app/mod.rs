//! Use cases, one verb a file: what the front doors ask for.

pub mod deliver_scores;
pub mod read_results;
mod site;
pub mod this_machine;

use std::sync::{Arc, PoisonError, RwLock};

pub use site::{Site, SiteError};

use crate::course::Course;

/// What every use case stands on.
pub struct App {
    /// Where the world reaches us.
    pub site: Site,
    course: RwLock<Arc<Course>>,
}

impl App {
    /// Puts it together.
    #[must_use]
    pub fn new(site: Site, course: Course) -> Self {
        Self { site, course: RwLock::new(Arc::new(course)) }
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

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ready(&self) -> Result<(), std::io::Error> {
        Ok(())
    }
}

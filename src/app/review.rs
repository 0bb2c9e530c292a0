//! Whose work a launch shows: a teacher may see any learner's of the course, everybody else their own.
//!
//! Moodle has a message for it. Canvas's SpeedGrader launches the address that was kept with the submission, as an ordinary link and
//! sometimes under another link's id, so the attempt it names says by which link the work was done.

use super::{App, launch_record::course_of, refusal::Reason};
use crate::{
    lti::{Launch, review::ReviewOf, roles::Standing},
    store::{
        StoreError, Tx,
        attempt::{self, AttemptState},
        context::{self, ResourceLink},
        registration::Registration,
        review::{self, InCourse, Worker},
    },
};

/// Whose work is shown, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Row id of the learner.
    pub learner_id: String,
    /// Is it the visitor's own?
    pub own: bool,
    /// The attempt that was asked for; with one's own work the last one handed in.
    pub attempt: Option<String>,
    /// The link it was done by, if we know it.
    pub(super) link: Option<ResourceLink>,
}

impl App {
    /// None for an ordinary launch, and for a plain one that names nobody we know here: it opens as if it had not.
    pub(super) async fn review_of(&self, launch: &Launch, registration: &Registration) -> Result<Option<Review>, Reason> {
        let Some(asked) = &launch.review else { return Ok(None) };
        let course = course_of(launch).id;
        let at = InCourse { registration_id: &registration.id, deployment: &launch.deployment_id, context: &course };
        let mut tx = self.store.read().await?;
        let found = match asked {
            ReviewOf::User(sub) | ReviewOf::Student(sub) => {
                allowed(launch, sub)?;
                review::person(&mut tx, at, sub).await?
            }
            ReviewOf::Attempt(id) => review::attempt(&mut tx, at, id).await?,
        };
        let Some(found) = found else {
            return if matches!(asked, ReviewOf::User(_)) { Err(Reason::NothingToReview) } else { Ok(None) };
        };
        let own = allowed(launch, &found.sub)?;
        let link = link_of(&mut tx, at, launch, &found).await?;
        let attempt = match asked {
            ReviewOf::Attempt(id) => Some(id.clone()),
            _ if own => last_handed_in(&mut tx, link.as_ref(), &found.learner_id).await?,
            _ => None,
        };
        Ok(Some(Review { learner_id: found.learner_id, own, attempt, link }))
    }
}

/// Whether the work of `sub` is this person's own. Staff who act as somebody have no work of theirs.
fn allowed(launch: &Launch, sub: &str) -> Result<bool, Reason> {
    let own = launch.sub.as_deref() == Some(sub) && launch.masquerader().is_none();
    match launch.standing() {
        Standing::Teacher => Ok(false),
        _ if own => Ok(true),
        _ => Err(Reason::ReviewIsForTeachers),
    }
}

async fn link_of(tx: &mut Tx, at: InCourse<'_>, launch: &Launch, found: &Worker) -> Result<Option<ResourceLink>, StoreError> {
    if !found.resource_link_id.is_empty() {
        return context::link(tx, &found.resource_link_id).await;
    }
    match (launch.own_resource_link(), launch.ags.as_ref().and_then(|a| a.line_item.as_deref())) {
        (Some(link), _) => review::link(tx, at, &link.id).await,
        (None, Some(lineitem)) => review::link_of_item(tx, at, lineitem).await,
        (None, None) => review::link(tx, at, "").await,
    }
}

async fn last_handed_in(tx: &mut Tx, link: Option<&ResourceLink>, learner_id: &str) -> Result<Option<String>, StoreError> {
    let Some(link) = link else { return Ok(None) };
    let tries = attempt::list(tx, &link.id, learner_id).await?;
    let handed_in = tries.into_iter().filter(|a| a.state == AttemptState::Submitted);
    Ok(handed_in.max_by_key(|a| a.submitted_at).map(|a| a.id))
}

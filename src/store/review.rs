//! Whose work a launch is to show, looked up within the course it comes from.

use super::{
    StoreError, Tx,
    context::ResourceLink,
    tx::{optional, row, sql},
};

/// A course as a launch names it.
#[derive(Debug, Clone, Copy)]
pub struct InCourse<'a> {
    /// Row id.
    pub registration_id: &'a str,
    /// The platform's `deployment_id`.
    pub deployment: &'a str,
    /// The platform's id of the course.
    pub context: &'a str,
}

/// Somebody with work in the course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worker {
    /// Row id.
    pub learner_id: String,
    /// The platform's name for them.
    pub sub: String,
    /// Row id of the link of the attempt that was asked for; empty where a person was asked for.
    pub resource_link_id: String,
}
row!(Worker { learner_id, sub, resource_link_id });

sql! {
    ATTEMPT = "SELECT a.learner_id, u.sub, a.resource_link_id FROM attempt a JOIN learner u ON u.id = a.learner_id \
        JOIN resource_link k ON k.id = a.resource_link_id JOIN context c ON c.id = k.context_id JOIN deployment d ON d.id = c.deployment_id \
        WHERE a.id = $4 AND c.registration_id = $1 AND d.lms_id = $2 AND c.lms_id = $3";
    PERSON = "SELECT u.id AS learner_id, u.sub, '' AS resource_link_id FROM learner u JOIN enrolment e ON e.learner_id = u.id \
        JOIN context c ON c.id = e.context_id JOIN deployment d ON d.id = c.deployment_id \
        WHERE u.registration_id = $1 AND u.sub = $4 AND c.registration_id = $1 AND d.lms_id = $2 AND c.lms_id = $3";
    LINK = "SELECT k.id, k.tenant_id, k.context_id, k.lms_id, k.title, k.target, k.lineitem, k.ags_scopes, k.settings, k.created_at, \
        k.updated_at FROM resource_link k JOIN context c ON c.id = k.context_id JOIN deployment d ON d.id = c.deployment_id \
        WHERE c.registration_id = $1 AND d.lms_id = $2 AND c.lms_id = $3 AND k.lms_id = $4";
    LINK_OF_ITEM = "SELECT k.id, k.tenant_id, k.context_id, k.lms_id, k.title, k.target, k.lineitem, k.ags_scopes, k.settings, k.created_at, \
        k.updated_at FROM resource_link k JOIN context c ON c.id = k.context_id JOIN deployment d ON d.id = c.deployment_id \
        WHERE c.registration_id = $1 AND d.lms_id = $2 AND c.lms_id = $3 AND k.lineitem = $4 ORDER BY k.updated_at DESC, k.id LIMIT 1";
}

/// Who made this attempt, if it was in the course.
///
/// # Errors
/// When the database fails.
pub async fn attempt(tx: &mut Tx, at: InCourse<'_>, attempt_id: &str) -> Result<Option<Worker>, StoreError> {
    optional!(tx, ATTEMPT, at.registration_id, at.deployment, at.context, attempt_id)
}

/// The person the platform names so, if they are in the course.
///
/// # Errors
/// When the database fails.
pub async fn person(tx: &mut Tx, at: InCourse<'_>, sub: &str) -> Result<Option<Worker>, StoreError> {
    optional!(tx, PERSON, at.registration_id, at.deployment, at.context, sub)
}

/// The link the platform names so.
///
/// # Errors
/// When the database fails.
pub async fn link(tx: &mut Tx, at: InCourse<'_>, lms_id: &str) -> Result<Option<ResourceLink>, StoreError> {
    optional!(tx, LINK, at.registration_id, at.deployment, at.context, lms_id)
}

/// The link whose column this is.
///
/// # Errors
/// When the database fails.
pub async fn link_of_item(tx: &mut Tx, at: InCourse<'_>, lineitem: &str) -> Result<Option<ResourceLink>, StoreError> {
    optional!(tx, LINK_OF_ITEM, at.registration_id, at.deployment, at.context, lineitem)
}

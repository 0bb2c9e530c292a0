//! Courses in the LMS, and the links teachers placed in them.

use super::{
    StoreError, Tx,
    tx::{all, execute, optional, row, sql},
};

/// A course in the LMS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// Row id.
    pub id: String,
    /// Whose.
    pub tenant_id: String,
    /// Through which platform.
    pub registration_id: String,
    /// Row id of the deployment.
    pub deployment_id: String,
    /// The platform's id; empty for launches without a course.
    pub lms_id: String,
    /// Short name.
    pub label: String,
    /// Title.
    pub title: String,
    /// Where its line items are.
    pub lineitems_url: Option<String>,
    /// Where its members are.
    pub memberships_url: Option<String>,
    /// When the platform's list of members was last asked for.
    pub roster_asked_at: Option<i64>,
    /// When the platform's list of members was last read.
    pub roster_read_at: Option<i64>,
    /// When we met it.
    pub created_at: i64,
    /// When it last changed.
    pub updated_at: i64,
}
row!(Context {
    id,
    tenant_id,
    registration_id,
    deployment_id,
    lms_id,
    label,
    title,
    lineitems_url,
    memberships_url,
    roster_asked_at,
    roster_read_at,
    created_at,
    updated_at,
});

/// What a teacher placed in a course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceLink {
    /// Row id.
    pub id: String,
    /// Whose.
    pub tenant_id: String,
    /// In which course.
    pub context_id: String,
    /// The platform's id.
    pub lms_id: String,
    /// Title.
    pub title: String,
    /// Content id it opens; empty for the course home.
    pub target: String,
    /// Its line item, if it has one.
    pub lineitem: Option<String>,
    /// Scopes we were granted, JSON list.
    pub ags_scopes: String,
    /// The teacher's attempts, pass mark and so on, JSON.
    pub settings: String,
    /// When we met it.
    pub created_at: i64,
    /// When it last changed.
    pub updated_at: i64,
}
row!(ResourceLink { id, tenant_id, context_id, lms_id, title, target, lineitem, ags_scopes, settings, created_at, updated_at });

sql! {
    FIND = "SELECT * FROM context WHERE id = $1";
    LIST = "SELECT * FROM context WHERE registration_id = $1 ORDER BY updated_at DESC, id LIMIT $2";
    LINK = "SELECT id, tenant_id, context_id, lms_id, title, target, lineitem, ags_scopes, settings, created_at, updated_at \
        FROM resource_link WHERE id = $1";
    LINKS = "SELECT id, tenant_id, context_id, lms_id, title, target, lineitem, ags_scopes, settings, created_at, updated_at \
        FROM resource_link WHERE context_id = $1 ORDER BY created_at, id";
    SET_SETTINGS = "UPDATE resource_link SET settings = $2, updated_at = $3 WHERE id = $1";
    // A teacher's choice holds until the platform itself says something else.
    SET_TARGET = "UPDATE resource_link SET target = $2, updated_at = $3 WHERE id = $1";
    SET_LINEITEM = "UPDATE resource_link SET lineitem = $2, updated_at = $3 WHERE id = $1";
}

/// A course by row id.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut Tx, id: &str) -> Result<Option<Context>, StoreError> {
    optional!(tx, FIND, id)
}

/// Courses of a registration, most recent first.
///
/// # Errors
/// When the database fails.
pub async fn list(tx: &mut Tx, registration_id: &str, limit: i64) -> Result<Vec<Context>, StoreError> {
    all!(tx, LIST, registration_id, limit)
}

/// A link by row id.
///
/// # Errors
/// When the database fails.
pub async fn link(tx: &mut Tx, id: &str) -> Result<Option<ResourceLink>, StoreError> {
    optional!(tx, LINK, id)
}

/// Links of a course, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn links(tx: &mut Tx, context_id: &str) -> Result<Vec<ResourceLink>, StoreError> {
    all!(tx, LINKS, context_id)
}

/// Keeps what the teacher chose.
///
/// # Errors
/// When the database fails.
pub async fn set_settings(tx: &mut Tx, link_id: &str, settings_json: &str, now: i64) -> Result<bool, StoreError> {
    Ok(execute!(tx, SET_SETTINGS, link_id, settings_json, now)? > 0)
}

/// Keeps what the link opens.
///
/// # Errors
/// When the database fails.
pub async fn set_target(tx: &mut Tx, link_id: &str, target: &str, now: i64) -> Result<bool, StoreError> {
    Ok(execute!(tx, SET_TARGET, link_id, target, now)? > 0)
}

/// Keeps the line item we made or found, or forgets one that is gone.
///
/// # Errors
/// When the database fails.
pub async fn set_lineitem(tx: &mut Tx, link_id: &str, lineitem: Option<&str>, now: i64) -> Result<bool, StoreError> {
    Ok(execute!(tx, SET_LINEITEM, link_id, lineitem, now)? > 0)
}

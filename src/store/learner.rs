//! People as platforms name them, and their enrolments.

use super::{
    StoreError, Tx, session,
    tx::{execute, optional, row, sql},
};

/// A person as one platform names them.
#[derive(Clone, PartialEq, Eq)]
pub struct Learner {
    /// Row id.
    pub id: String,
    /// Whose.
    pub tenant_id: String,
    /// Through which platform.
    pub registration_id: String,
    /// The platform's `sub`.
    pub sub: String,
    /// Full name.
    pub name: Option<String>,
    /// Given name.
    pub given_name: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// Address.
    pub email: Option<String>,
    /// Language.
    pub locale: Option<String>,
    /// When we met.
    pub created_at: i64,
    /// When anything last changed, give or take a day.
    pub updated_at: i64,
}
row!(Learner { id, tenant_id, registration_id, sub, name, given_name, family_name, email, locale, created_at, updated_at });

impl std::fmt::Debug for Learner {
    /// Without the name: this ends up in logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Learner({})", self.id)
    }
}

/// A person in a course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The course.
    pub context_id: String,
    /// The person.
    pub learner_id: String,
    /// As decided at the last launch.
    pub role: String,
    /// As they came, JSON list.
    pub roles: String,
    /// False for test students and masqueraded users.
    pub gradable: bool,
    /// When we met.
    pub created_at: i64,
    /// Last launch, give or take a day.
    pub seen_at: i64,
}
row!(Enrolment { context_id, learner_id, role, roles, gradable, created_at, seen_at });

sql! {
    FIND = "SELECT * FROM learner WHERE id = $1";
    BY_SUB = "SELECT * FROM learner WHERE registration_id = $1 AND sub = $2";
    ENROLMENT = "SELECT context_id, learner_id, role, roles, gradable, created_at, seen_at FROM enrolment \
        WHERE context_id = $1 AND learner_id = $2";
    ERASE = "DELETE FROM learner WHERE id = $1";
}

/// A person by row id.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut Tx, id: &str) -> Result<Option<Learner>, StoreError> {
    optional!(tx, FIND, id)
}

/// A person by the platform's name for them.
///
/// # Errors
/// When the database fails.
pub async fn by_sub(tx: &mut Tx, registration_id: &str, sub: &str) -> Result<Option<Learner>, StoreError> {
    optional!(tx, BY_SUB, registration_id, sub)
}

/// A person in a course.
///
/// # Errors
/// When the database fails.
pub async fn enrolment(tx: &mut Tx, context_id: &str, learner_id: &str) -> Result<Option<Enrolment>, StoreError> {
    optional!(tx, ENROLMENT, context_id, learner_id)
}

/// Erases a person with all they did here.
///
/// # Errors
/// When the database fails.
pub async fn erase(tx: &mut Tx, id: &str) -> Result<bool, StoreError> {
    session::end_of_learner(tx, id).await?;
    Ok(execute!(tx, ERASE, id)? > 0)
}

//! Lessons opened and read. Shared by all links of one course.

use super::{
    StoreError, Tx,
    tx::{all, execute, row, sql},
};

/// One lesson of one learner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Which lesson.
    pub lesson_id: String,
    /// Of which module.
    pub module_id: String,
    /// Where the learner was, as the player wrote it.
    pub position: Option<String>,
    /// First opened.
    pub opened_at: i64,
    /// First read to the end.
    pub read_at: Option<i64>,
    /// Last touched.
    pub updated_at: i64,
}
row!(Progress { lesson_id, module_id, position, opened_at, read_at, updated_at });

/// A step forward.
#[derive(Debug, Clone)]
pub struct Step {
    /// Whose.
    pub tenant_id: String,
    /// Who.
    pub learner_id: String,
    /// In which course.
    pub context_id: String,
    /// Which lesson.
    pub lesson_id: String,
    /// Of which module.
    pub module_id: String,
    /// Where the learner is; none keeps what is known.
    pub position: Option<String>,
    /// Whether the lesson is read. Never taken back.
    pub read: bool,
}

sql! {
    RECORD = "INSERT INTO progress (learner_id, context_id, lesson_id, tenant_id, module_id, position, opened_at, read_at, updated_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7) ON CONFLICT (learner_id, context_id, lesson_id) DO UPDATE SET \
        position = COALESCE(excluded.position, progress.position), read_at = COALESCE(progress.read_at, excluded.read_at), \
        module_id = excluded.module_id, updated_at = excluded.updated_at";
    LIST = "SELECT lesson_id, module_id, position, opened_at, read_at, updated_at FROM progress \
        WHERE learner_id = $1 AND context_id = $2 ORDER BY lesson_id";
}

/// Notes a step.
///
/// # Errors
/// When the database fails.
pub async fn record(tx: &mut Tx, s: &Step, now: i64) -> Result<(), StoreError> {
    let read_at = s.read.then_some(now);
    execute!(tx, RECORD, &s.learner_id, &s.context_id, &s.lesson_id, &s.tenant_id, &s.module_id, s.position.as_deref(), now, read_at)
        .map(drop)
}

/// All lessons a learner opened in a course.
///
/// # Errors
/// When the database fails.
pub async fn list(tx: &mut Tx, learner_id: &str, context_id: &str) -> Result<Vec<Progress>, StoreError> {
    all!(tx, LIST, learner_id, context_id)
}

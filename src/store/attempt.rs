//! Tries at a quiz. The database is the judge: one running try per learner, quiz and link, no more than the limit, each submitted once.

use super::{
    StoreError, Tx,
    tx::{all, execute, optional, row, sql, text_enum},
};

text_enum! {
    /// How far a try is.
    pub enum AttemptState {
        /// Being answered.
        Running = "running",
        /// Handed in and scored.
        Submitted = "submitted",
    }
}

/// One try.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// Row id.
    pub id: String,
    /// Whose.
    pub tenant_id: String,
    /// Who.
    pub learner_id: String,
    /// By which link.
    pub resource_link_id: String,
    /// Which quiz.
    pub quiz_id: String,
    /// In which version.
    pub quiz_hash: String,
    /// 1 for the first.
    pub number: i64,
    /// What the questions are drawn by.
    pub seed: String,
    /// False for a teacher's or test student's try.
    pub graded: bool,
    /// How far it is.
    pub state: AttemptState,
    /// Answers, JSON.
    pub responses: String,
    /// Scoring of each question, JSON.
    pub result: Option<String>,
    /// 0 to 100.
    pub score: Option<f64>,
    /// Whether that passes.
    pub passed: Option<bool>,
    /// When it began.
    pub started_at: i64,
    /// When answers were last kept.
    pub saved_at: i64,
    /// When it was handed in.
    pub submitted_at: Option<i64>,
}
row!(Attempt {
    id,
    tenant_id,
    learner_id,
    resource_link_id,
    quiz_id,
    quiz_hash,
    number,
    seed,
    graded,
    state,
    responses,
    result,
    score,
    passed,
    started_at,
    saved_at,
    submitted_at,
});

/// A try about to start.
#[derive(Debug, Clone)]
pub struct NewAttempt {
    /// Whose.
    pub tenant_id: String,
    /// Who.
    pub learner_id: String,
    /// By which link.
    pub resource_link_id: String,
    /// Which quiz.
    pub quiz_id: String,
    /// In which version; kept before by [`super::quiz_version::keep`].
    pub quiz_hash: String,
    /// What the questions are drawn by.
    pub seed: String,
    /// False for a teacher's or test student's try: no limit, no grade.
    pub graded: bool,
    /// Most graded tries; 0 is no limit.
    pub limit: u32,
}

/// What became of starting.
#[derive(Debug, Clone, PartialEq)]
pub enum Started {
    /// A new try.
    New(Attempt),
    /// One was running already: go on with it.
    Running(Attempt),
    /// All tries are spent.
    Spent,
}

/// A try handed in, scored.
#[derive(Debug, Clone)]
pub struct Submission {
    /// Which try.
    pub attempt_id: String,
    /// Answers, JSON.
    pub responses: String,
    /// Scoring of each question, JSON.
    pub result: String,
    /// 0 to 100.
    pub score: f64,
    /// Whether that passes.
    pub passed: bool,
}

sql! {
    RUNNING = "SELECT * FROM attempt WHERE resource_link_id = $1 AND learner_id = $2 AND quiz_id = $3 AND state = 'running'";
    // Numbers rise by one and are unique, so two starts at once cannot both slip under the limit.
    START = "INSERT INTO attempt (id, tenant_id, learner_id, resource_link_id, quiz_id, quiz_hash, number, seed, graded, state, responses, \
        started_at, saved_at) SELECT $1, $2, $3, $4, $5, $6, n.highest + 1, $7, $8, 'running', '{}', $9, $9 FROM ( \
            SELECT COALESCE(MAX(number), 0) AS highest, CAST(COALESCE(SUM(CASE WHEN graded THEN 1 ELSE 0 END), 0) AS BIGINT) AS graded \
            FROM attempt WHERE resource_link_id = $4 AND learner_id = $3 AND quiz_id = $5) n \
        WHERE n.graded < $10 OR NOT $8 ON CONFLICT DO NOTHING RETURNING *";
    SAVE = "UPDATE attempt SET responses = $2, saved_at = $3 WHERE id = $1 AND state = 'running'";
    SUBMIT = "UPDATE attempt SET state = 'submitted', responses = $2, result = $3, score = $4, passed = $5, saved_at = $6, \
        submitted_at = $6 WHERE id = $1 AND state = 'running' RETURNING *";
    FIND = "SELECT * FROM attempt WHERE id = $1";
    LIST = "SELECT * FROM attempt WHERE resource_link_id = $1 AND learner_id = $2 ORDER BY quiz_id, number";
}

/// Starts a try, or gives the running one.
///
/// # Errors
/// When the database fails.
pub async fn start(tx: &mut Tx, a: &NewAttempt, now: i64) -> Result<Started, StoreError> {
    // A second look, in case another instance's start came in between.
    for _ in 0..3 {
        if let Some(attempt) = running(tx, &a.resource_link_id, &a.learner_id, &a.quiz_id).await? {
            return Ok(Started::Running(attempt));
        }
        let limit = if a.limit == 0 { i64::MAX } else { i64::from(a.limit) };
        let new: Option<Attempt> = optional!(
            tx,
            START,
            crate::ids::new_id(),
            &a.tenant_id,
            &a.learner_id,
            &a.resource_link_id,
            &a.quiz_id,
            &a.quiz_hash,
            &a.seed,
            a.graded,
            now,
            limit
        )?;
        if let Some(attempt) = new {
            return Ok(Started::New(attempt));
        }
    }
    match running(tx, &a.resource_link_id, &a.learner_id, &a.quiz_id).await? {
        Some(attempt) => Ok(Started::Running(attempt)),
        None => Ok(Started::Spent),
    }
}

/// The running try, if there is one.
///
/// # Errors
/// When the database fails.
pub async fn running(tx: &mut Tx, link_id: &str, learner_id: &str, quiz_id: &str) -> Result<Option<Attempt>, StoreError> {
    optional!(tx, RUNNING, link_id, learner_id, quiz_id)
}

/// Keeps answers. False when the try is no longer running.
///
/// # Errors
/// When the database fails.
pub async fn save(tx: &mut Tx, attempt_id: &str, responses_json: &str, now: i64) -> Result<bool, StoreError> {
    Ok(execute!(tx, SAVE, attempt_id, responses_json, now)? > 0)
}

/// Hands a try in. None when it was handed in before.
///
/// # Errors
/// When the database fails.
pub async fn submit(tx: &mut Tx, s: &Submission, now: i64) -> Result<Option<Attempt>, StoreError> {
    optional!(tx, SUBMIT, &s.attempt_id, &s.responses, &s.result, s.score, s.passed, now)
}

/// A try by row id.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut Tx, id: &str) -> Result<Option<Attempt>, StoreError> {
    optional!(tx, FIND, id)
}

/// All tries of a learner by one link, by quiz and number.
///
/// # Errors
/// When the database fails.
pub async fn list(tx: &mut Tx, link_id: &str, learner_id: &str) -> Result<Vec<Attempt>, StoreError> {
    all!(tx, LIST, link_id, learner_id)
}

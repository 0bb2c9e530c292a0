//! What every page of a learner needs, in one look: session, link, lessons and tries. With SQLite each call is a trip to another
//! thread and back, which costs more than what is read there.

use sqlx::{FromRow as _, Row as _};

use super::{
    StoreError, Tx,
    attempt::{self, Attempt},
    context::{self, ResourceLink},
    progress::{self, Progress},
    session::{self, Session},
    tx::sql,
};

/// A session and all that its learner did by its link.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The session.
    pub session: Session,
    /// The link it came by, if it is still there.
    pub link: Option<ResourceLink>,
    /// Lessons opened, by id.
    pub steps: Vec<Progress>,
    /// Tries by this link, by quiz and number.
    pub attempts: Vec<Attempt>,
}

sql! {
    // One call, four statements; each row says what it is.
    LOOK_SQLITE = "SELECT 'session' AS what, s.* FROM session s WHERE s.id_hash = $1 AND s.expires_at > $2; \
        SELECT 'link' AS what, k.* FROM session s JOIN resource_link k ON k.id = s.resource_link_id WHERE s.id_hash = $1; \
        SELECT 'step' AS what, p.* FROM session s JOIN progress p ON p.learner_id = s.learner_id AND p.context_id = s.context_id \
            WHERE s.id_hash = $1 ORDER BY p.lesson_id; \
        SELECT 'attempt' AS what, a.* FROM session s \
            JOIN attempt a ON a.resource_link_id = s.resource_link_id AND a.learner_id = s.learner_id \
            WHERE s.id_hash = $1 ORDER BY a.quiz_id, a.number";
}

/// The session that has this hash, if it has not ended, with what goes with it.
///
/// # Errors
/// When the database fails.
pub async fn look(tx: &mut Tx, id_hash: &str, now: i64) -> Result<Option<Reading>, StoreError> {
    let Tx::Sqlite(connection) = tx else { return one_by_one(tx, id_hash, now).await };
    let rows = sqlx::query(LOOK_SQLITE).bind(id_hash).bind(now).fetch_all(&mut **connection).await?;
    let (mut session, mut link, mut steps, mut attempts) = (None, None, Vec::new(), Vec::new());
    for row in &rows {
        match row.try_get("what")? {
            "session" => session = Some(Session::from_row(row)?),
            "link" => link = Some(ResourceLink::from_row(row)?),
            "step" => steps.push(Progress::from_row(row)?),
            _ => attempts.push(Attempt::from_row(row)?),
        }
    }
    Ok(session.map(|session| Reading { session, link, steps, attempts }))
}

/// The same where a call takes one statement.
async fn one_by_one(tx: &mut Tx, id_hash: &str, now: i64) -> Result<Option<Reading>, StoreError> {
    let Some(session) = session::find(tx, id_hash, now).await? else { return Ok(None) };
    let link = context::link(tx, &session.resource_link_id).await?;
    let steps = progress::list(tx, &session.learner_id, &session.context_id).await?;
    let attempts = attempt::list(tx, &session.resource_link_id, &session.learner_id).await?;
    Ok(Some(Reading { session, link, steps, attempts }))
}

//! A site moves from LTI 1.1 to 1.3: a person's work comes along. Rows of 1.1 keep their identity, because links that the LMS has not
//! moved yet still launch by it; what was done on *this* link goes over, what was read in the course is copied.

use super::{
    StoreError, Tx,
    session::Session,
    tx::{execute, optional, sql},
};

/// Who and what this was in LTI 1.1, by a claim that a key's holder signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Former {
    /// Registration of the consumer key.
    pub registration_id: String,
    /// `user_id`.
    pub user_id: String,
    /// `context_id`; empty for launches without a course.
    pub context_id: String,
    /// `resource_link_id`.
    pub resource_link_id: String,
}

sql! {
    LINK = "SELECT c.id, k.id FROM context c JOIN resource_link k ON k.context_id = c.id AND k.lms_id = $3 \
        WHERE c.registration_id = $1 AND c.lms_id = $2 ORDER BY k.updated_at DESC, k.id LIMIT 1";
    LEARNER = "SELECT id FROM learner WHERE registration_id = $1 AND sub = $2";
    // What a teacher chose for the link, as long as nobody chose anything for the new one.
    SETTINGS = "UPDATE resource_link SET settings = (SELECT o.settings FROM resource_link o WHERE o.id = $2), updated_at = $3 \
        WHERE id = $1 AND settings = '{}'";
    TARGET = "UPDATE resource_link SET target = (SELECT o.target FROM resource_link o WHERE o.id = $2), updated_at = $3 \
        WHERE id = $1 AND target = ''";
    PROGRESS = "INSERT INTO progress (learner_id, context_id, lesson_id, tenant_id, module_id, position, opened_at, read_at, updated_at) \
        SELECT $1, $2, p.lesson_id, p.tenant_id, p.module_id, p.position, p.opened_at, p.read_at, p.updated_at FROM progress p \
        WHERE p.learner_id = $3 AND p.context_id = $4 ON CONFLICT (learner_id, context_id, lesson_id) DO NOTHING";
    // All or none: attempts are counted, so two rows of them cannot be put together.
    ATTEMPTS = "UPDATE attempt SET resource_link_id = $1, learner_id = $2 WHERE resource_link_id = $3 AND learner_id = $4 \
        AND NOT EXISTS (SELECT 1 FROM attempt n WHERE n.resource_link_id = $1 AND n.learner_id = $2)";
    // The column of the new link is found anew.
    LEDGER = "UPDATE ledger SET resource_link_id = $1, learner_id = $2, lineitem = '', in_doubt = FALSE \
        WHERE resource_link_id = $3 AND learner_id = $4 \
        AND NOT EXISTS (SELECT 1 FROM ledger n WHERE n.resource_link_id = $1 AND n.learner_id = $2)";
    OUTBOX = "UPDATE outbox SET resource_link_id = $1, learner_id = $2, registration_id = $5 \
        WHERE resource_link_id = $3 AND learner_id = $4 AND state <> 'running' \
        AND NOT EXISTS (SELECT 1 FROM outbox n WHERE n.resource_link_id = $1 AND n.learner_id = $2)";
}

/// Brings along what the person of this session did on the link when both had another name. Gives how many attempts those were;
/// a second time it finds nothing.
///
/// # Errors
/// When the database fails.
pub async fn bring_along(tx: &mut Tx, former: &Former, s: &Session, now: i64) -> Result<u64, StoreError> {
    let link: Option<(String, String)> = optional!(tx, LINK, &former.registration_id, &former.context_id, &former.resource_link_id)?;
    let Some((context, link)) = link.filter(|(_, link)| *link != s.resource_link_id) else { return Ok(0) };
    execute!(tx, SETTINGS, &s.resource_link_id, &link, now)?;
    execute!(tx, TARGET, &s.resource_link_id, &link, now)?;
    let learner: Option<(String,)> = optional!(tx, LEARNER, &former.registration_id, &former.user_id)?;
    let Some((learner,)) = learner else { return Ok(0) };
    execute!(tx, PROGRESS, &s.learner_id, &s.context_id, &learner, &context)?;
    let attempts = execute!(tx, ATTEMPTS, &s.resource_link_id, &s.learner_id, &link, &learner)?;
    if attempts > 0 {
        execute!(tx, LEDGER, &s.resource_link_id, &s.learner_id, &link, &learner)?;
        execute!(tx, OUTBOX, &s.resource_link_id, &s.learner_id, &link, &learner, &s.registration_id)?;
    }
    Ok(attempts)
}

//! The class at a glance: learners, scores and where each grade is, in one statement.

use super::{
    StoreError, Tx,
    ledger::Decision,
    outbox::OutboxState,
    roster::RosterStatus,
    tx::{all, sql},
};

/// One learner of a class.
#[derive(Clone, PartialEq)]
pub struct ClassMember {
    /// Who.
    pub learner_id: String,
    /// Full name, where the platform told.
    pub name: Option<String>,
    /// Family name, to sort by.
    pub family_name: Option<String>,
    /// Address, where the platform told.
    pub email: Option<String>,
    /// The platform's `sub`.
    pub sub: String,
    /// False for test students.
    pub gradable: bool,
    /// Last launch, give or take a day; 0 for who is on the platform's list and never launched.
    pub seen_at: i64,
    /// What the platform's list says.
    pub roster: RosterStatus,
    /// Ids of the lessons read.
    pub lessons_read: Vec<String>,
    /// By quiz id.
    pub quizzes: Vec<QuizStanding>,
    /// Where the grade is, if one was ever sent off.
    pub delivery: Option<DeliveryStanding>,
}

impl std::fmt::Debug for ClassMember {
    /// Without the name: this ends up in logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ClassMember({})", self.learner_id)
    }
}

/// One quiz of one learner.
#[derive(Debug, Clone, PartialEq)]
pub struct QuizStanding {
    /// Which quiz.
    pub quiz_id: String,
    /// Graded tries handed in.
    pub submitted: i64,
    /// Whether one is running.
    pub running: bool,
    /// Highest graded score.
    pub best: Option<f64>,
    /// Most recent graded score.
    pub last: Option<f64>,
    /// When the most recent was handed in.
    pub last_at: Option<i64>,
}

/// Where a grade is.
#[derive(Debug, Clone, PartialEq)]
pub struct DeliveryStanding {
    /// Id of the message.
    pub outbox_id: Option<String>,
    /// Where it is.
    pub state: Option<OutboxState>,
    /// Stable code of its last outcome.
    pub code: Option<String>,
    /// Its last outcome for people.
    pub detail: Option<String>,
    /// How often it was tried.
    pub attempts: i64,
    /// When it is tried next.
    pub run_at: Option<i64>,
    /// Last score the platform took.
    pub accepted_score: Option<f64>,
    /// When it took it.
    pub accepted_at: Option<i64>,
    /// What its grade book last showed.
    pub seen_score: Option<f64>,
    /// When we looked.
    pub seen_at: Option<i64>,
    /// Was that a person's mark?
    pub edited: bool,
    /// What a person decided about it.
    pub decision: Option<Decision>,
    /// When.
    pub decided_at: Option<i64>,
}

sql! {
    // $1 link, $2 its context, $3 module whose lessons count ('' for all). One row per learner and quiz.
    VIEW = "SELECT u.id AS learner_id, u.name AS name, u.family_name AS family_name, u.email AS email, u.sub AS sub, \
            e.gradable AS gradable, e.seen_at AS seen_at, e.roster AS roster, \
            (SELECT string_agg(p.lesson_id, ' ') FROM progress p WHERE p.learner_id = u.id AND p.context_id = e.context_id \
                AND p.read_at IS NOT NULL AND (p.module_id = $3 OR $3 = '')) AS lessons_read, \
            q.quiz_id AS quiz_id, q.submitted AS submitted, q.running AS running, q.best AS best, q.last_at AS last_at, \
            (SELECT z.score FROM attempt z WHERE z.resource_link_id = $1 AND z.learner_id = u.id AND z.quiz_id = q.quiz_id \
                AND z.graded AND z.state = 'submitted' ORDER BY z.number DESC LIMIT 1) AS last_score, \
            o.id AS outbox_id, o.state AS state, o.code AS code, o.detail AS detail, o.attempts AS attempts, o.run_at AS run_at, \
            l.accepted_score AS accepted_score, l.accepted_at AS accepted_at, l.seen_score AS seen_score, l.seen_at AS looked_at, \
            l.edited AS edited, l.decision AS decision, l.decided_at AS decided_at \
        FROM enrolment e JOIN learner u ON u.id = e.learner_id \
        LEFT JOIN (SELECT a.learner_id, a.quiz_id, \
                CAST(SUM(CASE WHEN a.graded AND a.state = 'submitted' THEN 1 ELSE 0 END) AS BIGINT) AS submitted, \
                CAST(SUM(CASE WHEN a.state = 'running' THEN 1 ELSE 0 END) AS BIGINT) AS running, \
                MAX(CASE WHEN a.graded THEN a.score END) AS best, MAX(CASE WHEN a.graded THEN a.submitted_at END) AS last_at \
            FROM attempt a WHERE a.resource_link_id = $1 GROUP BY a.learner_id, a.quiz_id) q ON q.learner_id = u.id \
        LEFT JOIN outbox o ON o.id = (SELECT MAX(x.id) FROM outbox x WHERE x.resource_link_id = $1 AND x.learner_id = u.id \
            AND x.slot = 'grade' AND x.state <> 'superseded') \
        LEFT JOIN ledger l ON l.resource_link_id = $1 AND l.learner_id = u.id AND l.slot = 'grade' \
        WHERE e.context_id = $2 AND e.role = 'learner' ORDER BY u.id, q.quiz_id";
}

struct Row {
    member: ClassMember,
    quiz: Option<QuizStanding>,
}

macro_rules! view_row {
    ($row:ty) => {
        impl<'r> sqlx::FromRow<'r, $row> for Row {
            fn from_row(r: &'r $row) -> Result<Self, sqlx::Error> {
                use sqlx::Row as _;
                let read: Option<String> = r.try_get("lessons_read")?;
                let quiz_id: Option<String> = r.try_get("quiz_id")?;
                let quiz = match quiz_id {
                    None => None,
                    Some(quiz_id) => Some(QuizStanding {
                        quiz_id,
                        submitted: r.try_get("submitted")?,
                        running: r.try_get::<i64, _>("running")? > 0,
                        best: r.try_get("best")?,
                        last: r.try_get("last_score")?,
                        last_at: r.try_get("last_at")?,
                    }),
                };
                let delivery = DeliveryStanding {
                    outbox_id: r.try_get("outbox_id")?,
                    state: r.try_get("state")?,
                    code: r.try_get("code")?,
                    detail: r.try_get("detail")?,
                    attempts: r.try_get::<Option<i64>, _>("attempts")?.unwrap_or(0),
                    run_at: r.try_get("run_at")?,
                    accepted_score: r.try_get("accepted_score")?,
                    accepted_at: r.try_get("accepted_at")?,
                    seen_score: r.try_get("seen_score")?,
                    seen_at: r.try_get("looked_at")?,
                    edited: r.try_get::<Option<bool>, _>("edited")?.unwrap_or(false),
                    decision: r.try_get("decision")?,
                    decided_at: r.try_get("decided_at")?,
                };
                let known = delivery.outbox_id.is_some() || delivery.accepted_at.is_some() || delivery.seen_at.is_some();
                let member = ClassMember {
                    learner_id: r.try_get("learner_id")?,
                    name: r.try_get("name")?,
                    family_name: r.try_get("family_name")?,
                    email: r.try_get("email")?,
                    sub: r.try_get("sub")?,
                    gradable: r.try_get("gradable")?,
                    seen_at: r.try_get("seen_at")?,
                    roster: r.try_get("roster")?,
                    lessons_read: read.map(|s| s.split(' ').map(str::to_owned).collect()).unwrap_or_default(),
                    quizzes: Vec::new(),
                    delivery: known.then_some(delivery),
                };
                Ok(Self { member, quiz })
            }
        }
    };
}
view_row!(sqlx::sqlite::SqliteRow);
view_row!(sqlx::postgres::PgRow);

/// Everybody enrolled as a learner in the link's course, by learner id. `module_id`: whose lessons count; none for all.
///
/// # Errors
/// When the database fails.
pub async fn view(tx: &mut Tx, link_id: &str, context_id: &str, module_id: Option<&str>) -> Result<Vec<ClassMember>, StoreError> {
    let rows: Vec<Row> = all!(tx, VIEW, link_id, context_id, module_id.unwrap_or_default())?;
    let mut members: Vec<ClassMember> = Vec::new();
    for Row { member, quiz } in rows {
        if members.last().is_none_or(|m| m.learner_id != member.learner_id) {
            members.push(member);
        }
        if let Some(last) = members.last_mut() {
            last.quizzes.extend(quiz);
        }
    }
    Ok(members)
}

//! A teacher sends a grade again. A mark somebody typed in the LMS is never replaced without being asked about.

use super::{
    App, AppError, Site,
    class_view::{self, ClassRow, ClassView},
    standing::Standing,
    study,
    submit_quiz::message,
    visit::Visit,
};
use crate::store::{
    Durability, Tx,
    ledger::{self, Decided, Decision},
    outbox::{self, Slot},
};

/// What became of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resent {
    /// It is on its way.
    Queued,
    /// The LMS shows another mark, and nobody said to replace it.
    Edited,
    /// There is no grade.
    Nothing,
    /// The LMS takes no grades for this link, or none of this learner.
    NotTaken,
}

impl App {
    /// Sends one learner's grade again. `over`: a person decided that it goes out over this mark, typed in the LMS, as they saw it
    /// (see [`mark`]). Over any other mark it does not go.
    ///
    /// # Errors
    /// For anybody but teachers, and when the learner is not in this class.
    pub async fn resend_score(&self, visit: &Visit, learner_id: &str, over: Option<&str>) -> Result<Resent, AppError> {
        let (course, now, visit, learner_id, site) = (self.course(), self.now(), visit.clone(), learner_id.to_owned(), self.site.clone());
        let over = over.map(str::to_owned);
        let resent = self
            .store
            .write(Durability::Full, async move |tx: &mut Tx| {
                let class = class_view::load(tx, course.clone(), &visit).await?;
                let row = class.rows.iter().find(|r| r.member.learner_id == learner_id).ok_or(AppError::NotFound)?;
                resend(tx, &site, &class, row, &visit, over.as_deref(), now).await
            })
            .await?;
        self.wake.notify_one();
        Ok(resent)
    }

    /// Decides that the mark typed in the LMS stays, as the teacher saw it. False where the LMS shows another one by now.
    ///
    /// # Errors
    /// For anybody but teachers, and when the learner is not in this class.
    pub async fn keep_mark(&self, visit: &Visit, learner_id: &str, seen: &str) -> Result<bool, AppError> {
        let (course, now, visit, learner_id, seen) = (self.course(), self.now(), visit.clone(), learner_id.to_owned(), seen.to_owned());
        self.store
            .write(Durability::Full, async move |tx: &mut Tx| {
                let class = class_view::load(tx, course.clone(), &visit).await?;
                let row = class.rows.iter().find(|r| r.member.learner_id == learner_id).ok_or(AppError::NotFound)?;
                decide(tx, &class, row, &visit, Decision::Keep, &seen, now).await
            })
            .await
    }

    /// Sends everything that is stuck again; edited marks are left alone. Gives how many.
    ///
    /// # Errors
    /// For anybody but teachers, and when the database fails.
    pub async fn resend_stuck(&self, visit: &Visit) -> Result<usize, AppError> {
        let (course, now, visit, site) = (self.course(), self.now(), visit.clone(), self.site.clone());
        let queued = self
            .store
            .write(Durability::Full, async move |tx: &mut Tx| {
                let class = class_view::load(tx, course.clone(), &visit).await?;
                let mut queued = 0;
                for row in class.rows.iter().filter(|r| r.standing.is_stuck()) {
                    queued += usize::from(resend(tx, &site, &class, row, &visit, None, now).await? == Resent::Queued);
                }
                Ok::<_, AppError>(queued)
            })
            .await?;
        self.wake.notify_one();
        Ok(queued)
    }
}

async fn resend(
    tx: &mut Tx,
    site: &Site,
    class: &ClassView,
    row: &ClassRow,
    visit: &Visit,
    over: Option<&str>,
    now: i64,
) -> Result<Resent, AppError> {
    match row.standing {
        Standing::NothingYet => return Ok(Resent::Nothing),
        Standing::NotTaken => return Ok(Resent::NotTaken),
        _ => {}
    }
    let session = &visit.session;
    let learner_id = &row.member.learner_id;
    let study = study::of_link(tx, class.course.clone(), &class.link.id, &class.context.id, learner_id, row.member.gradable).await?;
    let Some(message) = message(site, session, learner_id, &study, now) else { return Ok(Resent::Nothing) };
    if matches!(row.standing, Standing::Edited { .. }) {
        let decided = match over {
            Some(seen) => decide(tx, class, row, visit, Decision::Replace, seen, now).await?,
            None => false,
        };
        if !decided {
            return Ok(Resent::Edited);
        }
    }
    outbox::enqueue(tx, &message, now).await?;
    Ok(Resent::Queued)
}

/// Notes who decided what about which mark; the delivery goes by it. Only where the LMS still shows what the teacher saw.
async fn decide(
    tx: &mut Tx,
    class: &ClassView,
    row: &ClassRow,
    visit: &Visit,
    decision: Decision,
    seen: &str,
    now: i64,
) -> Result<bool, AppError> {
    let Standing::Edited { theirs, .. } = row.standing else { return Ok(false) };
    if mark(theirs) != seen {
        return Ok(false);
    }
    let decided = Decided { decision, mark: theirs, by: visit.session.learner_id.clone(), at: now };
    Ok(ledger::decide(tx, &class.link.id, &row.member.learner_id, Slot::Grade, &decided).await?)
}

/// A mark as a form carries it, so that a decision is about the mark that the page showed and no other.
#[must_use]
pub fn mark(theirs: Option<f64>) -> String {
    theirs.map_or_else(|| "none".to_owned(), |mark| mark.to_string())
}

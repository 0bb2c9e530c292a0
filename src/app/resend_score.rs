//! A teacher sends a grade again. A mark somebody typed in the LMS is never replaced without being asked about.

use super::{
    App, AppError, Site,
    class_view::{self, ClassRow, ClassView},
    standing::Standing,
    study,
    submit_quiz::message,
    visit::Visit,
};
use crate::store::{Durability, Tx, outbox};

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
    /// Sends one learner's grade again. `replace`: also over a mark somebody typed in the LMS.
    ///
    /// # Errors
    /// For anybody but teachers, and when the learner is not in this class.
    pub async fn resend_score(&self, visit: &Visit, learner_id: &str, replace: bool) -> Result<Resent, AppError> {
        let (course, now, visit, learner_id, site) = (self.course(), self.now(), visit.clone(), learner_id.to_owned(), self.site.clone());
        let resent = self
            .store
            .write(Durability::Full, async move |tx: &mut Tx| {
                let class = class_view::load(tx, course.clone(), &visit).await?;
                let row = class.rows.iter().find(|r| r.member.learner_id == learner_id).ok_or(AppError::NotFound)?;
                resend(tx, &site, &class, row, &visit, replace, now).await
            })
            .await?;
        self.wake.notify_one();
        Ok(resent)
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
                    queued += usize::from(resend(tx, &site, &class, row, &visit, false, now).await? == Resent::Queued);
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
    replace: bool,
    now: i64,
) -> Result<Resent, AppError> {
    match row.standing {
        Standing::NothingYet => return Ok(Resent::Nothing),
        Standing::NotTaken => return Ok(Resent::NotTaken),
        Standing::Edited { .. } if !replace => return Ok(Resent::Edited),
        _ => {}
    }
    let session = &visit.session;
    let learner_id = &row.member.learner_id;
    let study = study::of_link(tx, class.course.clone(), &class.link.id, &class.context.id, learner_id, row.member.gradable).await?;
    let Some(mut message) = message(site, session, learner_id, &study, now) else { return Ok(Resent::Nothing) };
    if replace {
        message.payload = with_replace(&message.payload);
    }
    outbox::enqueue(tx, &message, now).await?;
    Ok(Resent::Queued)
}

/// Says in the message that a person decided to replace what the LMS shows.
fn with_replace(payload: &str) -> String {
    let mut value: serde_json::Value = serde_json::from_str(payload).unwrap_or_default();
    if let Some(object) = value.as_object_mut() {
        object.insert("replace".to_owned(), true.into());
    }
    value.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_decision_to_replace_travels_with_the_message() {
        let value: serde_json::Value = serde_json::from_str(&with_replace(r#"{"score":1.5}"#)).unwrap();
        assert_eq!(value, serde_json::json!({"score": 1.5, "replace": true}));
    }
}

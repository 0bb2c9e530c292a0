//! A lesson opened, read on, or read to the end.

use super::{App, AppError, content::Page, deliver_scores::announce, study::Study, submit_quiz::envelope, visit::Visit};
use crate::{
    learning::delivery::Wanted,
    store::{
        Durability, Tx,
        progress::{self, Step},
    },
};

/// Longest position a player may leave.
const LONGEST: usize = 1000;

impl App {
    /// Notes a step in a lesson of this link.
    ///
    /// # Errors
    /// When the link opens no such lesson or the database fails.
    pub async fn record_progress(
        &self,
        visit: &Visit,
        study: &Study,
        lesson_id: &str,
        position: Option<String>,
        read: bool,
    ) -> Result<(), AppError> {
        let Some(Page::Lesson(module, lesson)) = study.page(lesson_id) else { return Err(AppError::NotFound) };
        if position.as_ref().is_some_and(|p| p.len() > LONGEST || p.contains('\0')) {
            return Err(AppError::Invalid("the position is none".to_owned()));
        }
        let step = Step {
            tenant_id: visit.session.tenant_id.clone(),
            learner_id: visit.session.learner_id.clone(),
            context_id: visit.session.context_id.clone(),
            lesson_id: lesson.id.clone(),
            module_id: module.id.clone(),
            position,
            read,
        };
        let now = self.now();
        let begun = visit.data.announces && visit.data.takes_grades && visit.session.gradable && study.grade().is_none();
        let message = begun.then(|| envelope(&visit.session, &visit.session.learner_id, &Wanted::default(), now));
        let told = self
            .store
            .write(Durability::Normal, async move |tx: &mut Tx| {
                progress::record(tx, &step, now).await?;
                match &message {
                    Some(message) => announce(tx, message, now).await,
                    None => Ok(false),
                }
            })
            .await?;
        if told {
            self.wake.notify_one();
        }
        Ok(())
    }
}

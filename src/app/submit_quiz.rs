//! A try is handed in: scored here, kept with its grade message in one transaction.

use super::{
    App, AppError, Site,
    start_attempt::is_of,
    study::{LinkSettings, Study, of_link},
    visit::Visit,
};
use crate::{
    course::Quiz,
    learning::{self, Responses, delivery::Wanted},
    lti::review,
    store::{
        Durability, Tx,
        attempt::{self, Attempt, AttemptState, Submission},
        context,
        outbox::{self, NewMessage, Slot},
        session::Session,
    },
};

impl App {
    /// Scores the answers and keeps attempt and grade message together. Handing in twice gives what was handed in first.
    ///
    /// # Errors
    /// When the try is not this visitor's or the database fails.
    pub async fn submit_quiz(&self, visit: &Visit, attempt: Attempt, quiz: &Quiz, responses: &Responses) -> Result<Attempt, AppError> {
        if !is_of(&attempt, visit) {
            return Err(AppError::NotFound);
        }
        if attempt.state == AttemptState::Submitted {
            return Ok(attempt);
        }
        let unreadable = |source| AppError::Unreadable { what: "answer", source };
        let settings = self.link_settings(visit).await?;
        let result = learning::score(quiz, &attempt.seed, responses);
        let submission = Submission {
            attempt_id: attempt.id.clone(),
            responses: serde_json::to_string(responses).map_err(unreadable)?,
            result: serde_json::to_string(&result.questions).map_err(unreadable)?,
            score: result.score,
            passed: result.score >= settings.policy(quiz).pass_mark,
        };
        let (now, course, visit, site) = (self.now(), self.course(), visit.clone(), self.site.clone());
        let handed_in = self
            .store
            .write(Durability::Full, async move |tx: &mut Tx| {
                let Some(handed_in) = attempt::submit(tx, &submission, now).await? else {
                    return attempt::find(tx, &submission.attempt_id).await?.ok_or(AppError::NotFound);
                };
                if handed_in.graded && visit.data.takes_grades {
                    let s = &visit.session;
                    let study = of_link(tx, course.clone(), &s.resource_link_id, &s.context_id, &s.learner_id, true).await?;
                    if let Some(message) = message(&site, s, &s.learner_id, &study, now) {
                        outbox::enqueue(tx, &message, now).await?;
                    }
                }
                Ok::<_, AppError>(handed_in)
            })
            .await?;
        self.wake.notify_one();
        Ok(handed_in)
    }

    async fn link_settings(&self, visit: &Visit) -> Result<LinkSettings, AppError> {
        let mut tx = self.store.read().await?;
        let link = context::link(&mut tx, &visit.session.resource_link_id).await?.ok_or(AppError::NotFound)?;
        Ok(LinkSettings::parse(&link.settings))
    }
}

/// The grade as it stands, if there is one. `site`: where a teacher finds the work.
pub(super) fn message(site: &Site, session: &Session, learner_id: &str, study: &Study, now: i64) -> Option<NewMessage> {
    let score = study.grade()?;
    let attempt = study.attempts.iter().filter(|a| a.graded).max_by_key(|a| a.submitted_at)?;
    let wanted = Wanted {
        score: Some(score),
        complete: study.complete(),
        attempt: Some(attempt.id.clone()),
        started_at: Some(attempt.started_at),
        submitted_at: attempt.submitted_at,
        review_url: Some(review::address(&site.url(&format!("/lti/launch?to={}", study.home())), &attempt.id)),
    };
    Some(envelope(session, learner_id, &wanted, now))
}

/// What the platform is to show about a learner of the session's link.
pub(super) fn envelope(session: &Session, learner_id: &str, wanted: &Wanted, now: i64) -> NewMessage {
    NewMessage {
        tenant_id: session.tenant_id.clone(),
        registration_id: session.registration_id.clone(),
        resource_link_id: session.resource_link_id.clone(),
        learner_id: learner_id.to_owned(),
        slot: Slot::Grade,
        payload: serde_json::to_string(wanted).unwrap_or_default(),
        run_at: now,
    }
}

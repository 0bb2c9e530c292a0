//! A quiz: start, keep answers, hand in, look back.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};

use super::learn::see;
use crate::{
    app::{AppError, responses_of},
    learning::{Responses, responses::from_form},
    store::attempt::AttemptState,
    web::{
        Error, State,
        extract::{Pairs, Scripted, Sent, Student, Visitor},
        views::learn::Learn,
    },
};

pub(crate) async fn start(state: Data<State>, sent: Sent<Student>, path: Path<(String, String)>) -> Result<HttpResponse, Error> {
    let student = sent.who;
    let attempt = state.app.start_attempt(&student.visitor.visit, &student.study, &path.1).await?;
    Ok(see(&Learn::new(&state, &student).path(&format!("p/{}", attempt.quiz_id))))
}

/// Answers as the player keeps them while they are given: `{ "pairs": [["q1", "a"], …] }`, the form's own fields.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Draft {
    pairs: Pairs,
}

pub(crate) async fn save(state: Data<State>, sent: Scripted<Visitor, Draft>, path: Path<(String, String)>) -> Result<HttpResponse, Error> {
    let (attempt, quiz) = state.app.attempt(&sent.who.visit, &path.1).await?;
    let responses = from_form(&quiz, &attempt.seed, sent.body.pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())));
    let running = state.app.save_answers(&attempt, &responses).await?;
    Ok(HttpResponse::Ok().json(serde_json::json!({ "saved": running })))
}

pub(crate) async fn submit(state: Data<State>, sent: Sent<Student>, path: Path<(String, String)>) -> Result<HttpResponse, Error> {
    let visit = &sent.who.visitor.visit;
    let (attempt, quiz) = state.app.attempt(visit, &path.1).await?;
    let responses: Responses = from_form(&quiz, &attempt.seed, sent.pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())));
    let attempt = state.app.submit_quiz(visit, attempt, &quiz, &responses).await?;
    Ok(see(&Learn::new(&state, &sent.who).path(&format!("result/{}", attempt.id))))
}

pub(crate) async fn result(state: Data<State>, student: Student, path: Path<(String, String)>) -> Result<HttpResponse, Error> {
    let (visit, learn) = (&student.visitor.visit, Learn::new(&state, &student));
    let (attempt, quiz) = state.app.attempt(visit, &path.1).await?;
    if attempt.state == AttemptState::Running {
        return Ok(see(&learn.path(&format!("p/{}", attempt.quiz_id))));
    }
    let receipt = state.app.receipt(visit).await?;
    learn.result(&quiz, &attempt, &responses_of(&attempt)?, &receipt)
}

/// The grade's road for a page that waits for it.
pub(crate) async fn road(state: Data<State>, student: Student, path: Path<(String, String)>) -> Result<HttpResponse, Error> {
    let visit = &student.visitor.visit;
    let (attempt, _) = state.app.attempt(visit, &path.1).await?;
    let receipt = state.app.receipt(visit).await?;
    let submitted = attempt.submitted_at.ok_or(AppError::NotFound)?;
    Ok(HttpResponse::Ok().json(Learn::new(&state, &student).road_json(submitted, &receipt)))
}

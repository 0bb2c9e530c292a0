//! A quiz: start, keep answers, hand in, look back.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Form, Json, Path},
};

use super::learn::see;
use crate::{
    app::{AppError, responses_of},
    learning::{Responses, responses::from_form},
    store::attempt::AttemptState,
    web::{
        Error, State,
        extract::{Pairs, Visitor},
        views::learn::Learn,
    },
};

pub(crate) async fn start(
    state: Data<State>,
    visitor: Visitor,
    path: Path<(String, String)>,
    form: Form<Pairs>,
) -> Result<HttpResponse, Error> {
    visitor.check_form(&form)?;
    let study = state.app.study(&visitor.visit).await?;
    let attempt = state.app.start_attempt(&visitor.visit, &study, &path.1).await?;
    Ok(see(&Learn { state: &state, visitor: &visitor, study: &study }.path(&format!("p/{}", attempt.quiz_id))))
}

/// Answers as the player keeps them while they are given: `{ "pairs": [["q1", "a"], …] }`, the form's own fields.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Draft {
    pairs: Pairs,
}

pub(crate) async fn save(
    state: Data<State>,
    request: HttpRequest,
    visitor: Visitor,
    path: Path<(String, String)>,
    draft: Json<Draft>,
) -> Result<HttpResponse, Error> {
    visitor.check_header(&request)?;
    let (attempt, quiz) = state.app.attempt(&visitor.visit, &path.1).await?;
    let responses = from_form(&quiz, &attempt.seed, draft.pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())));
    let running = state.app.save_answers(&attempt, &responses).await?;
    Ok(HttpResponse::Ok().json(serde_json::json!({ "saved": running })))
}

pub(crate) async fn submit(
    state: Data<State>,
    visitor: Visitor,
    path: Path<(String, String)>,
    form: Form<Pairs>,
) -> Result<HttpResponse, Error> {
    visitor.check_form(&form)?;
    let (attempt, quiz) = state.app.attempt(&visitor.visit, &path.1).await?;
    let responses: Responses = from_form(&quiz, &attempt.seed, form.iter().map(|(n, v)| (n.as_str(), v.as_str())));
    let attempt = state.app.submit_quiz(&visitor.visit, attempt, &quiz, &responses).await?;
    let study = state.app.study(&visitor.visit).await?;
    Ok(see(&Learn { state: &state, visitor: &visitor, study: &study }.path(&format!("result/{}", attempt.id))))
}

pub(crate) async fn result(state: Data<State>, visitor: Visitor, path: Path<(String, String)>) -> Result<HttpResponse, Error> {
    let (attempt, quiz) = state.app.attempt(&visitor.visit, &path.1).await?;
    let study = state.app.study(&visitor.visit).await?;
    let learn = Learn { state: &state, visitor: &visitor, study: &study };
    if attempt.state == AttemptState::Running {
        return Ok(see(&learn.path(&format!("p/{}", attempt.quiz_id))));
    }
    let receipt = state.app.receipt(&visitor.visit).await?;
    learn.result(&quiz, &attempt, &responses_of(&attempt)?, &receipt)
}

/// The grade's road for a page that waits for it.
pub(crate) async fn road(state: Data<State>, visitor: Visitor, path: Path<(String, String)>) -> Result<HttpResponse, Error> {
    let (attempt, _) = state.app.attempt(&visitor.visit, &path.1).await?;
    let study = state.app.study(&visitor.visit).await?;
    let receipt = state.app.receipt(&visitor.visit).await?;
    let learn = Learn { state: &state, visitor: &visitor, study: &study };
    let submitted = attempt.submitted_at.ok_or(AppError::NotFound)?;
    Ok(HttpResponse::Ok().json(learn.road_json(submitted, &receipt)))
}

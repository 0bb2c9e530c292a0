//! A learner's pages: start page, lessons, notebooks, progress.

use actix_web::{
    HttpResponse,
    http::header,
    web::{Data, Path},
};
use serde::Deserialize;

use crate::{
    app::content::{self, Page},
    web::{
        Error, State,
        extract::{Scripted, Sent, Student},
        views::learn::Learn,
    },
};

/// `/l/<launch>/`: what the link opens.
pub(crate) async fn home(state: Data<State>, student: Student) -> Result<HttpResponse, Error> {
    show(&state, &student, student.study.home()).await
}

/// `/l/<launch>/p/<id>`: any page by its id.
pub(crate) async fn page(state: Data<State>, student: Student, path: Path<(String, String)>) -> Result<HttpResponse, Error> {
    show(&state, &student, &path.1).await
}

async fn show(state: &State, student: &Student, id: &str) -> Result<HttpResponse, Error> {
    let (visit, study, learn) = (&student.visitor.visit, &student.study, Learn::new(state, student));
    match study.page(id) {
        Some(Page::Course) => learn.home(None),
        Some(Page::Module(module)) => learn.home(Some(module)),
        Some(Page::Lesson(module, lesson)) => {
            state.app.record_progress(visit, study, &lesson.id, None, false).await?;
            learn.lesson(module, lesson, study.position(&lesson.id))
        }
        Some(Page::Notebook(module, lesson, notebook)) => learn.notebook(module, lesson, notebook),
        Some(Page::Side(module, side)) => learn.side(module, side),
        Some(Page::Quiz(module, quiz)) => match study.running(&quiz.id) {
            Some(attempt) => {
                let (attempt, quiz) = state.app.attempt(visit, &attempt.id).await?;
                learn.quiz(module, &quiz, &attempt, &crate::app::responses_of(&attempt)?)
            }
            None => learn.quiz_start(module, quiz),
        },
        None => learn.elsewhere(&content::page(&study.course, id).ok_or(Error::NotFound)?),
    }
}

/// "Mark as read and go on", without script.
pub(crate) async fn read(state: Data<State>, sent: Sent<Student>, path: Path<(String, String)>) -> Result<HttpResponse, Error> {
    let student = sent.who;
    state.app.record_progress(&student.visitor.visit, &student.study, &path.1, None, true).await?;
    Ok(see(&Learn::new(&state, &student).after(&path.1)))
}

/// A step in a lesson, from the player.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    lesson: String,
    #[serde(default)]
    position: Option<String>,
    #[serde(default)]
    read: bool,
}

pub(crate) async fn progress(state: Data<State>, sent: Scripted<Student, Step>) -> Result<HttpResponse, Error> {
    let (Student { visitor, study }, step) = (sent.who, sent.body);
    state.app.record_progress(&visitor.visit, &study, &step.lesson, step.position, step.read).await?;
    let study = state.app.study(&visitor.visit).await?;
    let (done, total) = study.done();
    Ok(HttpResponse::Ok().json(serde_json::json!({ "done": done, "total": total, "complete": study.complete() })))
}

/// 303: what was posted is done, look there now.
pub(super) fn see(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, path)).finish()
}

//! A teacher's pages.

use actix_web::{
    HttpResponse,
    http::header,
    web::{Data, Path, Query},
};

use super::learn::see;
use crate::{
    app::{AppError, Resent, class_query::ClassQuery, link_settings::SettingsForm},
    web::{
        Error, State,
        extract::{Pairs, Sent, Teacher, Visitor},
        views::teach,
    },
};

/// `/l/<launch>/class`: everybody who opened this link's course.
pub(crate) async fn class(state: Data<State>, teacher: Teacher, query: Query<Pairs>) -> HttpResponse {
    let said = teach::said(value(&query, "said"), value(&query, "n"));
    teach::class::page(&state, &teacher.visitor, &teacher.class, ClassQuery::parse(&query), said)
}

/// `/l/<launch>/class.csv`: the same rows for a spreadsheet.
pub(crate) async fn export(teacher: Teacher, query: Query<Pairs>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"class.csv\""))
        .body(teach::csv::export(&teacher.class, &ClassQuery::parse(&query)))
}

/// `/l/<launch>/class/<learner>`.
pub(crate) async fn learner(
    state: Data<State>,
    visitor: Visitor,
    path: Path<(String, String)>,
    query: Query<Pairs>,
) -> Result<HttpResponse, Error> {
    let view = state.app.learner_view(&visitor.visit, &path.1).await?;
    Ok(teach::learner::page(&state, &visitor, &view, value(&query, "attempt"), teach::said(value(&query, "said"), "")))
}

/// One attempt, as its learner saw the result.
pub(crate) async fn attempt(state: Data<State>, visitor: Visitor, path: Path<(String, String, String)>) -> Result<HttpResponse, Error> {
    let seen = state.app.attempt_seen(&visitor.visit, &path.1, &path.2).await?;
    teach::attempt::page(&state, &visitor, &seen)
}

/// One learner's grade again. Over a mark edited in the LMS only with `replace`, and only over the one that the page showed.
pub(crate) async fn resend(state: Data<State>, sent: Sent<Visitor>, path: Path<(String, String)>) -> Result<HttpResponse, Error> {
    let over = Some(value(&sent.pairs, "mark")).filter(|_| value(&sent.pairs, "replace") == "yes");
    let resent = state.app.resend_score(&sent.who.visit, &path.1, over).await?;
    let said = match resent {
        Resent::Queued => "queued",
        Resent::Edited => "edited",
        Resent::Nothing => "nothing",
        Resent::NotTaken => "not-taken",
    };
    Ok(see(&state.site().path(&format!("/l/{}/class/{}?said={said}", path.0, path.1))))
}

/// The mark that was typed in the LMS stays.
pub(crate) async fn keep(state: Data<State>, sent: Sent<Visitor>, path: Path<(String, String)>) -> Result<HttpResponse, Error> {
    let said = if state.app.keep_mark(&sent.who.visit, &path.1, value(&sent.pairs, "mark")).await? { "kept" } else { "edited" };
    Ok(see(&state.site().path(&format!("/l/{}/class/{}?said={said}", path.0, path.1))))
}

/// Everything that is stuck again.
pub(crate) async fn resend_stuck(state: Data<State>, sent: Sent<Visitor>) -> Result<HttpResponse, Error> {
    let visit = &sent.who.visit;
    let queued = state.app.resend_stuck(visit).await?;
    Ok(see(&state.site().path(&format!("/l/{}/class?said=queued-all&n={queued}", visit.launch_id))))
}

/// `/l/<launch>/choose`: what the link opens and how it counts.
pub(crate) async fn choose(state: Data<State>, teacher: Teacher) -> HttpResponse {
    let form = SettingsForm::of(&teacher.class.settings, &teacher.class.link.target);
    teach::settings::page(&state, &teacher.visitor, &teacher.class, &form, &Vec::new())
}

pub(crate) async fn chosen(state: Data<State>, sent: Sent<Teacher>) -> Result<HttpResponse, Error> {
    let (Teacher { visitor, class }, form) = (sent.who, SettingsForm::from_pairs(&sent.pairs));
    match form.check(&class.course) {
        Ok((settings, opens)) => {
            state.app.change_link(&visitor.visit, &settings, opens).await?;
            Ok(see(&state.site().path(&format!("/l/{}/class?said=settings", visitor.visit.launch_id))))
        }
        Err(problems) => Ok(teach::settings::page(&state, &visitor, &class, &form, &problems)),
    }
}

/// `/l/<launch>/copied`: what becomes of the settings of the course this one was copied from. Once it is decided, the class.
pub(crate) async fn copied(state: Data<State>, visitor: Visitor) -> Result<HttpResponse, Error> {
    match state.app.copied_course(&visitor.visit).await {
        Ok(course) => Ok(teach::copied::page(&state, &visitor, &course)),
        Err(AppError::NotFound) => Ok(see(&state.site().path(&format!("/l/{}/class", visitor.visit.launch_id)))),
        Err(error) => Err(error.into()),
    }
}

pub(crate) async fn decide_copied(state: Data<State>, sent: Sent<Visitor>) -> Result<HttpResponse, Error> {
    let visit = &sent.who.visit;
    let keep = match value(&sent.pairs, "decision") {
        "keep" => true,
        "fresh" => false,
        _ => return Err(Error::BadRequest("no decision".into())),
    };
    let said = match (state.app.decide_copied(visit, keep).await?, keep) {
        (true, true) => "class?said=continued",
        (true, false) => "class?said=fresh",
        (false, _) => "class?said=decided",
    };
    // What a link opens may still have to be chosen.
    let next = if state.app.link_target(visit).await?.is_empty() { "choose" } else { said };
    Ok(see(&state.site().path(&format!("/l/{}/{next}", visit.launch_id))))
}

/// The first value of a name, or nothing.
pub(super) fn value<'p>(pairs: &'p Pairs, name: &str) -> &'p str {
    pairs.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str())
}

//! `/l/<launch>/pick`: a teacher chooses content for a course in the LMS.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Query},
};

use super::learn::see;
use crate::{
    app::pick::{self, LinkForm},
    lti::deep_linking::Answer,
    web::{
        Error, State,
        extract::{Pairs, Sent, Visitor},
        middleware::headers,
        views::{
            pick::{Pick, answer as answer_page, chosen_ids},
            tools::count,
        },
    },
};

/// The tree, with a search and a preview.
pub(crate) async fn choose(state: Data<State>, visitor: Visitor, query: Query<Pairs>) -> Result<HttpResponse, Error> {
    let picker = state.app.picker(&visitor.visit).await?;
    let course = state.app.course();
    Ok(Pick { state: &state, visitor: &visitor, picker: &picker, course: &course }.choose(&query))
}

/// What will be created; `all=modules` is the whole course in one gesture.
pub(crate) async fn review(state: Data<State>, visitor: Visitor, query: Query<Pairs>) -> Result<HttpResponse, Error> {
    let picker = state.app.picker(&visitor.visit).await?;
    let course = state.app.course();
    let all = query.iter().any(|(name, value)| name == "all" && value == "modules");
    let ids = if all { course.modules.iter().map(|m| m.id.clone()).collect() } else { chosen_ids(&query) };
    let pages = pick::picked(&course, &ids, picker.takes);
    if pages.is_empty() {
        return Ok(nothing(&state, &visitor));
    }
    let form = LinkForm::fresh(&course, &pages, picker.takes);
    Ok(Pick { state: &state, visitor: &visitor, picker: &picker, course: &course }.review(&form, &Vec::new()))
}

/// Signs what was chosen and sends it on its way.
pub(crate) async fn answer(state: Data<State>, request: HttpRequest, sent: Sent<Visitor>) -> Result<HttpResponse, Error> {
    let Sent { who: visitor, pairs } = sent;
    let picker = state.app.picker(&visitor.visit).await?;
    let course = state.app.course();
    let form = LinkForm::from_pairs(&course, &pairs, picker.takes);
    if form.items.is_empty() {
        return Ok(nothing(&state, &visitor));
    }
    match form.check(&course, picker.takes, state.site()) {
        Ok(links) => {
            let title = format!("{} for {}", count(links.len(), "link", "links"), picker.platform);
            send(&state, &request, &visitor, title, Answer::Items(links)).await
        }
        Err(problems) => Ok(Pick { state: &state, visitor: &visitor, picker: &picker, course: &course }.review(&form, &problems)),
    }
}

/// An empty answer: the LMS closes its dialog.
pub(crate) async fn cancel(state: Data<State>, request: HttpRequest, sent: Sent<Visitor>) -> Result<HttpResponse, Error> {
    send(&state, &request, &sent.who, "Nothing is added".to_owned(), Answer::Cancelled).await
}

async fn send(state: &State, request: &HttpRequest, visitor: &Visitor, title: String, answer: Answer) -> Result<HttpResponse, Error> {
    let signed = state.app.answer_deep_linking(&visitor.visit, &answer).await?;
    headers::posts_to(request, &signed.return_source);
    Ok(answer_page(state, title, &signed))
}

fn nothing(state: &State, visitor: &Visitor) -> HttpResponse {
    see(&state.site().path(&format!("/l/{}/pick?said=nothing", visitor.visit.launch_id)))
}

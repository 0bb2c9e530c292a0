//! One attempt of one learner, as they see its result.

use actix_web::HttpResponse;
use askama::Template;

use crate::{
    app::{learner_view::AttemptSeen, responses_of},
    web::{
        Error, State,
        extract::Visitor,
        views::{Base, html, learn::Learn, tools::Frame},
    },
};

#[derive(Template)]
#[template(path = "web/teach/attempt.html")]
struct AttemptPage {
    base: Base,
    frame: Frame,
    name: String,
    activity: String,
    class: String,
    learner: String,
    main: String,
}

pub(crate) fn page(state: &State, visitor: &Visitor, seen: &AttemptSeen) -> Result<HttpResponse, Error> {
    let class = state.site().path(&format!("/l/{}/class", visitor.visit.launch_id));
    let learn = Learn { state, visitor, study: &seen.study };
    let page = AttemptPage {
        base: Base::new(state),
        frame: Frame::teacher(state, visitor, super::title(&seen.class), "class"),
        name: seen.row.name(),
        activity: super::title(&seen.class),
        learner: format!("{class}/{}", seen.row.member.learner_id),
        class,
        main: learn.result_seen(&seen.quiz, &seen.attempt, &responses_of(&seen.attempt)?)?,
    };
    Ok(html(HttpResponse::Ok(), &page))
}

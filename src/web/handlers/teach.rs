//! A teacher's pages.

use actix_web::{
    HttpResponse,
    web::{Data, Form},
};

use super::learn::see;
use crate::{
    app::LinkSettings,
    course::GradePolicy,
    web::{
        Error, State,
        extract::{Pairs, Visitor},
        views::teach,
    },
};

pub(crate) async fn class(state: Data<State>, visitor: Visitor) -> Result<HttpResponse, Error> {
    let view = state.app.class_view(&visitor.visit).await?;
    teach::class(&state, &visitor, &view)
}

/// One learner's grade, or without a learner all that wait or were given up.
pub(crate) async fn resend(state: Data<State>, visitor: Visitor, form: Form<Pairs>) -> Result<HttpResponse, Error> {
    visitor.check_form(&form)?;
    let learner = form.iter().find(|(name, _)| name == "learner").map(|(_, id)| id.as_str());
    state.app.resend_score(&visitor.visit, learner).await?;
    Ok(see(&state.site().path(&format!("/l/{}/class", visitor.visit.launch_id))))
}

pub(crate) async fn choose(state: Data<State>, visitor: Visitor) -> Result<HttpResponse, Error> {
    visitor.check_teacher()?;
    let study = state.app.study(&visitor.visit).await?;
    teach::choose(&state, &visitor, &study)
}

pub(crate) async fn chosen(state: Data<State>, visitor: Visitor, form: Form<Pairs>) -> Result<HttpResponse, Error> {
    visitor.check_form(&form)?;
    let field = |name: &str| form.iter().find(|(n, _)| n == name).map(|(_, v)| v.trim()).filter(|v| !v.is_empty());
    let wrong = |name: &str| Error::BadRequest(format!("`{name}` is not a number").into());
    let settings = LinkSettings {
        attempts: field("attempts").map(str::parse).transpose().map_err(|_| wrong("attempts"))?,
        pass_mark: field("pass_mark").map(str::parse).transpose().map_err(|_| wrong("pass_mark"))?,
        grade: match field("grade") {
            Some("best") => Some(GradePolicy::Best),
            Some("last") => Some(GradePolicy::Last),
            _ => None,
        },
    };
    state.app.set_up_link(&visitor.visit, field("target").unwrap_or_default(), &settings).await?;
    Ok(see(&state.site().path(&format!("/l/{}/class", visitor.visit.launch_id))))
}

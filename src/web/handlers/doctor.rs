//! The connection doctor's page: what to look at, and what was found.

use actix_web::{
    HttpResponse,
    web::{Data, Form, Path},
};

use super::teach::value;
use crate::{
    app::doctor::Order,
    web::{
        Error, State,
        admin::Admin,
        extract::Pairs,
        views::admin::doctor::{self, Asked},
    },
};

/// `/admin/platforms/<id>/doctor`.
pub(crate) async fn ask(state: Data<State>, admin: Admin, id: Path<String>) -> Result<HttpResponse, Error> {
    let (registration, courses) = state.app.courses_of(&admin.visit, &id).await?;
    Ok(doctor::page(&state, &admin, &registration, &courses, &Asked::default(), None))
}

/// Looks, and says what was found. Nothing is kept, so there is nothing to come back to.
pub(crate) async fn look(state: Data<State>, admin: Admin, id: Path<String>, form: Form<Pairs>) -> Result<HttpResponse, Error> {
    admin.check_form(&form)?;
    let (registration, courses) = state.app.courses_of(&admin.visit, &id).await?;
    let asked = Asked { course: value(&form, "course").to_owned(), test_column: value(&form, "test_column") == "yes", refused: false };
    let order = Order { course: Some(asked.course.clone()).filter(|c| !c.is_empty()), test_column: asked.test_column };
    if order.test_column && order.course.is_none() {
        return Ok(doctor::page(&state, &admin, &registration, &courses, &Asked { refused: true, ..asked }, None));
    }
    let report = state.app.examine(&admin.visit, &id, order).await?;
    Ok(doctor::page(&state, &admin, &registration, &courses, &asked, Some(&report)))
}

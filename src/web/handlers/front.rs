//! `/`: the public page.

use actix_web::{HttpResponse, web::Data};

use crate::web::{
    State,
    views::{self, front::FrontPage},
};

pub(crate) async fn front(state: Data<State>) -> HttpResponse {
    let course = state.app.course();
    views::html(HttpResponse::Ok(), &FrontPage::new(&state, &course))
}

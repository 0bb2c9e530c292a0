//! The administrator's LTI 1.1 platforms: a key is made, and its secret is shown once.

use actix_web::{
    HttpResponse,
    web::{Data, Form, Path},
};

use super::teach::value;
use crate::web::{Error, State, admin::Admin, extract::Pairs, views::admin::v1p1};

/// `/admin/platforms/add/v1p1`.
pub(crate) async fn form(state: Data<State>, admin: Admin) -> HttpResponse {
    v1p1::form(&state, &admin)
}

pub(crate) async fn add(state: Data<State>, admin: Admin, pairs: Form<Pairs>) -> Result<HttpResponse, Error> {
    admin.check_form(&pairs)?;
    let handed = state.app.add_v1p1(&admin.visit, value(&pairs, "name")).await?;
    Ok(v1p1::handed(&state, &admin, &handed, true))
}

/// A new secret; the one before is good for nothing from now on.
pub(crate) async fn renew(state: Data<State>, admin: Admin, id: Path<String>, pairs: Form<Pairs>) -> Result<HttpResponse, Error> {
    admin.check_form(&pairs)?;
    let handed = state.app.renew_v1p1(&admin.visit, &id).await?;
    Ok(v1p1::handed(&state, &admin, &handed, false))
}

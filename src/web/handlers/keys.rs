//! Our signing keys, and which platform has them.

use actix_web::{HttpResponse, web::Data};

use crate::web::{Error, State, admin::Admin, views::admin::keys};

/// `/admin/keys`.
pub(crate) async fn show(state: Data<State>, admin: Admin) -> Result<HttpResponse, Error> {
    let ring = state.app.key_ring(&admin.visit).await?;
    Ok(keys::page(&state, &admin, &ring))
}

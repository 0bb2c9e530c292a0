//! What administrators did.

use actix_web::{
    HttpResponse,
    web::{Data, Query},
};

use super::teach::value;
use crate::web::{Error, State, admin::Admin, extract::Pairs, views::admin::audit};

/// `/admin/audit`; `before` is the last line of the page before.
pub(crate) async fn show(state: Data<State>, admin: Admin, query: Query<Pairs>) -> Result<HttpResponse, Error> {
    let before = Some(value(&query, "before")).filter(|id| !id.is_empty());
    let trail = state.app.audit_trail(&admin.visit, before).await?;
    Ok(audit::page(&state, &admin, &trail, before.is_some()))
}

//! `/lti/v1p1/launch`: what a platform that speaks LTI 1.1 posts.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Form, Query},
};

use super::{
    launch::{enter, origin},
    refused,
};
use crate::{
    app::SignedPost,
    web::{
        Error, State,
        extract::{Pairs, Reference},
    },
};

pub(crate) async fn launch(
    state: Data<State>,
    request: HttpRequest,
    reference: Reference,
    query: Query<Pairs>,
    form: Form<Pairs>,
) -> Result<HttpResponse, Error> {
    let post = SignedPost { body: &form, query: &query, origin: origin(&request), reference: &reference.0 };
    match state.app.accept_v1p1(post).await {
        Ok(opened) => Ok(enter(&state, &request, None, &opened)),
        Err(refusal) => Err(refused(&state, &request, &reference, refusal).await),
    }
}

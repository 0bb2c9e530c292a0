//! The table: every address we answer.

use actix_web::web::{ServiceConfig, get, resource};

use super::handlers::{assets, front, health};

/// All routes, relative to the site's path prefix.
#[rustfmt::skip]
pub(crate) fn routes(app: &mut ServiceConfig) {
    app
        .service(resource("/").route(get().to(front::front)))
        .service(resource("/healthz").route(get().to(health::healthz)))
        .service(resource("/readyz").route(get().to(health::readyz)))
        .service(resource("/metrics").route(get().to(health::metrics)))
        .service(resource("/assets/{hash}/{name}").route(get().to(assets::asset)));
}

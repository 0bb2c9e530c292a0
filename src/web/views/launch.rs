//! The two pages that speak to Platform Storage.

use askama::Template;

use super::Base;
use crate::{
    app::{LoginStarted, Storage, storage_key},
    web::State,
};

/// Keeps the proof in the platform's storage, then goes on.
#[derive(Template)]
#[template(path = "lti/store.html")]
pub(crate) struct StorePage<'a> {
    base: Base,
    script: &'a str,
    storage: &'a Storage,
    key: String,
    proof: &'a str,
    next: &'a str,
}

impl<'a> StorePage<'a> {
    pub(crate) fn new(state: &'a State, login: &'a LoginStarted, storage: &'a Storage) -> Self {
        Self {
            base: Base::new(state),
            script: state.assets.path("store-state.js"),
            storage,
            key: storage_key(&login.state),
            proof: &login.proof,
            next: &login.authorization_url,
        }
    }
}

/// Gets the proof back and posts it with the launch.
#[derive(Template)]
#[template(path = "lti/prove.html")]
pub(crate) struct ProvePage<'a> {
    base: Base,
    script: &'a str,
    storage: Storage,
    key: String,
    state: &'a str,
    id_token: &'a str,
    action: String,
}

impl<'a> ProvePage<'a> {
    pub(crate) fn new(server: &'a State, storage: Storage, state: &'a str, id_token: &'a str) -> Self {
        Self {
            base: Base::new(server),
            script: server.assets.path("prove-state.js"),
            storage,
            key: storage_key(state),
            state,
            id_token,
            action: server.site().path("/lti/launch/proof"),
        }
    }
}

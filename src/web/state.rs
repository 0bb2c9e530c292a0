//! What handlers share.

use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusHandle;

use super::{assets::Assets, failures::Failures};
use crate::{
    app::{App, Site},
    config::{Network, Secret},
};

/// Tries to sign in as administrator, a minute and address.
const SIGN_INS: u32 = 10;

/// Everything a handler can reach.
pub struct State {
    pub(crate) app: Arc<App>,
    pub(crate) assets: Assets,
    pub(crate) failures: Failures,
    pub(crate) sign_ins: Failures,
    pub(crate) trusted: Vec<Network>,
    pub(crate) metrics: Option<PrometheusHandle>,
    pub(crate) metrics_token: Option<Secret>,
    pub(crate) this_machine_only: bool,
    any_embedder: Arc<str>,
}

/// What the server is told beside the application.
#[derive(Default)]
pub struct Options {
    /// Addresses or networks whose `X-Forwarded-For` we believe.
    pub trusted_proxies: Vec<Network>,
    /// Failures a minute per registration and address before answers get brief.
    pub failures_a_minute: u32,
    /// `host:port` pairs that may be plain http.
    pub allow_hosts: Vec<(String, u16)>,
    /// Where `/metrics` reads.
    pub metrics: Option<PrometheusHandle>,
    /// Bearer that `/metrics` asks for; none: it answers to this machine only.
    pub metrics_token: Option<Secret>,
    /// A trial: requests that did not start on this machine are refused.
    pub this_machine_only: bool,
}

impl State {
    /// Puts it together.
    #[must_use]
    pub fn new(app: Arc<App>, options: Options) -> Self {
        let plain = options.allow_hosts.iter().fold(String::from("https:"), |all, (host, port)| format!("{all} http://{host}:{port}"));
        Self {
            assets: Assets::new(app.site.prefix()),
            failures: Failures::new(options.failures_a_minute.max(100)),
            sign_ins: Failures::new(SIGN_INS),
            trusted: options.trusted_proxies,
            metrics: options.metrics,
            metrics_token: options.metrics_token,
            this_machine_only: options.this_machine_only,
            any_embedder: plain.into(),
            app,
        }
    }

    pub(crate) fn site(&self) -> &Site {
        &self.app.site
    }

    /// `frame-ancestors` while no embedder is known.
    pub(crate) fn any_embedder(&self) -> Arc<str> {
        Arc::clone(&self.any_embedder)
    }
}

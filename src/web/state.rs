//! What handlers share.

use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusHandle;

use super::{address::Network, assets::Assets, failures::Failures};
use crate::app::{App, Site};

/// Everything a handler can reach.
pub struct State {
    pub(crate) app: Arc<App>,
    pub(crate) assets: Assets,
    pub(crate) failures: Failures,
    pub(crate) trusted: Vec<Network>,
    pub(crate) metrics: Option<PrometheusHandle>,
    any_embedder: Arc<str>,
}

/// What the server is told beside the application.
#[derive(Default)]
pub struct Options {
    /// Addresses or networks whose `X-Forwarded-For` we believe.
    pub trusted_proxies: Vec<String>,
    /// Failures a minute per registration and address before answers get brief.
    pub failures_a_minute: u32,
    /// `host:port` pairs that may be plain http.
    pub allow_hosts: Vec<String>,
    /// Where `/metrics` reads.
    pub metrics: Option<PrometheusHandle>,
}

/// A trusted proxy that is neither an address nor a network.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is neither an address nor a network such as `10.0.0.0/8` (FERRY_TRUSTED_PROXIES)")]
pub struct BadProxy(String);

impl State {
    /// Puts it together.
    ///
    /// # Errors
    /// When a trusted proxy cannot be read.
    pub fn new(app: Arc<App>, options: Options) -> Result<Self, BadProxy> {
        let trusted =
            options.trusted_proxies.iter().map(|t| Network::parse(t).ok_or_else(|| BadProxy(t.clone()))).collect::<Result<_, _>>()?;
        let plain = options.allow_hosts.iter().fold(String::from("https:"), |all, host| format!("{all} http://{host}"));
        Ok(Self {
            assets: Assets::new(app.site.prefix()),
            failures: Failures::new(options.failures_a_minute.max(100)),
            trusted,
            metrics: options.metrics,
            any_embedder: plain.into(),
            app,
        })
    }

    pub(crate) fn site(&self) -> &Site {
        &self.app.site
    }

    /// `frame-ancestors` while no embedder is known.
    pub(crate) fn any_embedder(&self) -> Arc<str> {
        Arc::clone(&self.any_embedder)
    }
}

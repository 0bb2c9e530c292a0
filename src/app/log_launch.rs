//! The administrator's launch log: every launch, and every refusal with the check that failed. No names, no tokens.

use super::{
    App,
    refusal::{Reason, Refused},
};
use crate::{
    ids,
    lti::{Check, Launch},
    store::{DEFAULT_TENANT, Durability, Tx, launch_log, launch_log::LaunchLog},
};

/// A launch that opened a session.
pub(super) fn success(tenant_id: &str, launch: &Launch, reference: &str, now: i64) -> LaunchLog {
    LaunchLog {
        id: ids::new_id(),
        tenant_id: tenant_id.to_owned(),
        reference: reference.to_owned(),
        stage: "launch".to_owned(),
        ok: true,
        code: "opened".to_owned(),
        detail: String::new(),
        issuer: launch.issuer.clone(),
        client_id: launch.client_id.clone(),
        checks: checks(&launch.passed),
        created_at: now,
    }
}

impl App {
    /// Keeps a refusal for the administrator. A log that cannot be written refuses nobody anything.
    pub async fn log_refusal(&self, refused: &Refused, reference: &str) {
        if matches!(refused.why, Reason::Store(_)) {
            return;
        }
        let line = LaunchLog {
            id: ids::new_id(),
            tenant_id: refused.tenant_id.clone().unwrap_or_else(|| DEFAULT_TENANT.to_owned()),
            reference: reference.to_owned(),
            stage: refused.stage.to_owned(),
            ok: false,
            code: refused.why.code().to_owned(),
            detail: explain(&refused.why),
            issuer: refused.issuer.clone(),
            client_id: refused.client_id.clone(),
            checks: checks(refused.why.passed()),
            created_at: self.now(),
        };
        let written = self.store.write(Durability::Normal, async move |tx: &mut Tx| launch_log::insert(tx, &line).await).await;
        if let Err(error) = written {
            tracing::warn!(%error, "the launch log could not be written");
        }
    }
}

/// The reason with its causes, cut to what a row should hold.
pub(super) fn explain(reason: &Reason) -> String {
    let mut text = reason.to_string();
    let mut cause = std::error::Error::source(reason);
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        cause = inner.source();
    }
    if let Reason::Platform { description: Some(description), .. } = reason {
        text = format!("{text}: {description}");
    }
    text.chars().filter(|c| !c.is_control()).take(500).collect()
}

fn checks(passed: &[Check]) -> String {
    serde_json::to_string(passed).unwrap_or_default()
}

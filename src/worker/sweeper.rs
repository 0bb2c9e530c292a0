//! The sweep: clears out what has had its time, and keeps the schedule of the signing keys.

use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, time::sleep};

use crate::{
    app::{App, tool_keys::Turned},
    store::sweep::Swept,
};

/// Between two sweeps.
const PAUSE: Duration = Duration::from_secs(10 * 60);
/// After the start, when there is more to do.
const FIRST: Duration = Duration::from_secs(20);

/// Sweeps until `stop` turns true or its sender is gone.
pub async fn sweep(app: Arc<App>, keep_days: u32, stop: watch::Receiver<bool>) {
    sweep_every(app, keep_days, stop, FIRST, PAUSE).await;
}

/// Sweeps for the first time after `first`, then after each `pause`, until `stop` turns true or its sender is gone.
pub async fn sweep_every(app: Arc<App>, keep_days: u32, mut stop: watch::Receiver<bool>, first: Duration, pause: Duration) {
    let mut wait = first;
    loop {
        tokio::select! {
            _ = stop.changed() => return,
            () = sleep(wait) => {}
        }
        wait = pause;
        match app.turn_keys().await {
            Ok(None) => {}
            Ok(Some(Turned::Announced(kid))) => {
                tracing::info!(
                    code = "key_announced",
                    kid,
                    "a new signing key is published, and signs in seven days, or once every platform has it"
                );
            }
            Ok(Some(Turned::Signs(kid))) => tracing::info!(code = "key_signs", kid, "a new key signs from now on"),
            Err(error) => {
                tracing::warn!(code = "key_rotation", %error, "the signing keys could not be rotated; tried again in ten minutes")
            }
        }
        match app.clear_out(keep_days).await {
            Ok(swept) if swept == Swept::default() => {}
            Ok(s) => tracing::info!(
                code = "swept",
                logins = s.login_states,
                sessions = s.sessions,
                links = s.links,
                launches = s.launches,
                messages = s.messages,
                acts = s.acts,
                "cleared out what had its time"
            ),
            Err(error) => tracing::warn!(code = "sweep", %error, "the database could not be swept; tried again in ten minutes"),
        }
    }
}

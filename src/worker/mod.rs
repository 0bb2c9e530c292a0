//! The delivery loop: leases outbox rows and brings grades home.

mod sweeper;

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{Notify, watch},
    task::JoinSet,
    time::{sleep, timeout},
};

pub use sweeper::{sweep, sweep_every};

use crate::{app::deliver_scores::Courier, store::outbox::Message};

/// Deliveries under way at once.
const AT_ONCE: usize = 8;
/// Longest sleep: other instances and commands write messages too.
const LONGEST_SLEEP: Duration = Duration::from_secs(5);
/// How long a stop waits for deliveries under way. What takes longer is in doubt, and settled by the next start.
const FAREWELL: Duration = Duration::from_secs(12);

/// Delivers until `stop` turns true or its sender is gone. `wake` is rung when a message was written.
pub async fn run(courier: Courier, wake: Arc<Notify>, mut stop: watch::Receiver<bool>) {
    if let Err(error) = courier.take_over().await {
        tracing::error!(code = "outbox_take_over", %error, "leases of a former server could not be ended; they run out by themselves");
    }
    let mut under_way = JoinSet::new();
    while !*stop.borrow() {
        while under_way.try_join_next().is_some() {}
        let claimed = claim(&courier, AT_ONCE - under_way.len()).await;
        let idle = claimed.is_empty();
        for message in claimed {
            let courier = courier.clone();
            under_way.spawn(async move {
                if let Err(error) = courier.deliver(&message).await {
                    tracing::error!(code = "delivery_not_recorded", message = message.id, %error, "a delivery could not be recorded");
                }
            });
        }
        if !idle && under_way.len() < AT_ONCE {
            continue;
        }
        let pause = pause(&courier).await;
        tokio::select! {
            _ = stop.changed() => break,
            () = wake.notified() => {}
            Some(_) = under_way.join_next(), if !under_way.is_empty() => {}
            () = sleep(pause) => {}
        }
    }
    if timeout(FAREWELL, async { while under_way.join_next().await.is_some() {} }).await.is_err() {
        tracing::warn!(code = "deliveries_cut", left = under_way.len(), "stopped with deliveries under way; the next start settles them");
    }
}

async fn claim(courier: &Courier, limit: usize) -> Vec<Message> {
    if limit == 0 {
        return Vec::new();
    }
    match courier.claim(i64::try_from(limit).unwrap_or(1)).await {
        Ok(messages) => messages,
        Err(error) => {
            tracing::error!(code = "outbox_claim", %error, "the outbox could not be read");
            Vec::new()
        }
    }
}

/// Until the next message is due; the outbox's state goes to the metrics on the way.
async fn pause(courier: &Courier) -> Duration {
    match courier.outlook().await {
        Ok((due, backlog)) => {
            let now = courier.now();
            metrics::gauge!("ferry_outbox_waiting").set(backlog.waiting as f64);
            metrics::gauge!("ferry_outbox_parked").set(backlog.parked as f64);
            metrics::gauge!("ferry_outbox_oldest_seconds").set(backlog.oldest.map_or(0.0, |at| (now - at) as f64 / 1000.0));
            let wait = due.map_or(i64::MAX, |due| due - now).max(50);
            LONGEST_SLEEP.min(Duration::from_millis(u64::try_from(wait).unwrap_or(50)))
        }
        Err(_) => LONGEST_SLEEP,
    }
}

use courseferry::store::{
    Durability, Tx, delivery,
    outbox::{self, Completion, Message, NewMessage, OutboxState, Slot},
    session::Session,
};

use super::{MINUTE, NOW, add_platform, launch_of, learner, open};
use crate::databases::{Db, each};

const LEASE: i64 = 2 * MINUTE;

fn message(session: &Session, payload: &str) -> NewMessage {
    NewMessage {
        tenant_id: session.tenant_id.clone(),
        registration_id: session.registration_id.clone(),
        resource_link_id: session.resource_link_id.clone(),
        learner_id: session.learner_id.clone(),
        slot: Slot::Grade,
        payload: payload.to_owned(),
        run_at: NOW,
    }
}

async fn enqueue(db: &Db, m: &NewMessage) -> String {
    let m = m.clone();
    db.store.write(Durability::Full, async move |tx: &mut Tx| outbox::enqueue(tx, &m, NOW).await).await.unwrap()
}

async fn claim(db: &Db, limit: i64, now: i64) -> Vec<Message> {
    db.store.write(Durability::Full, async move |tx: &mut Tx| outbox::claim(tx, limit, now + LEASE, now).await).await.unwrap()
}

async fn complete(db: &Db, m: &Message, completion: Completion) -> bool {
    let m = m.clone();
    db.store
        .write(Durability::Full, async move |tx: &mut Tx| outbox::complete(tx, &m, &completion, "code", "detail", NOW).await)
        .await
        .unwrap()
}

async fn state(db: &Db, id: &str) -> OutboxState {
    outbox::find(&mut db.store.read().await.unwrap(), id).await.unwrap().unwrap().state
}

#[test]
fn the_newest_score_takes_the_place_of_one_that_waits() {
    each(async |db| {
        let session = learner(&db.store).await;
        let first = enqueue(db, &message(&session, "50")).await;
        let second = enqueue(db, &message(&session, "80")).await;
        assert_eq!(first, second, "one row waits");
        let due = claim(db, 10, NOW).await;
        assert_eq!(due.iter().map(|m| m.payload.as_str()).collect::<Vec<_>>(), ["80"]);
        assert!(claim(db, 10, NOW).await.is_empty(), "leased");
    });
}

#[test]
fn a_newer_score_waits_for_the_one_under_way() {
    each(async |db| {
        let session = learner(&db.store).await;
        enqueue(db, &message(&session, "50")).await;
        let older = claim(db, 10, NOW).await.remove(0);
        let newer = enqueue(db, &message(&session, "80")).await;
        assert!(claim(db, 10, NOW).await.is_empty(), "scores of one learner go one after the other");
        assert!(complete(db, &older, Completion::Delivered).await);
        assert_eq!(claim(db, 10, NOW).await.remove(0).id, newer);
    });
}

#[test]
fn a_retry_that_was_overtaken_is_laid_to_rest() {
    each(async |db| {
        let session = learner(&db.store).await;
        enqueue(db, &message(&session, "50")).await;
        let older = claim(db, 10, NOW).await.remove(0);
        let newer = enqueue(db, &message(&session, "80")).await;
        assert!(complete(db, &older, Completion::Retry(NOW + MINUTE)).await);
        assert_eq!(state(db, &older.id).await, OutboxState::Superseded);
        assert_eq!(claim(db, 10, NOW).await.remove(0).id, newer);
    });
}

#[test]
fn a_retry_comes_again_at_its_time() {
    each(async |db| {
        let session = learner(&db.store).await;
        enqueue(db, &message(&session, "50")).await;
        let m = claim(db, 10, NOW).await.remove(0);
        complete(db, &m, Completion::Retry(NOW + MINUTE)).await;
        assert!(claim(db, 10, NOW + MINUTE - 1).await.is_empty());
        assert_eq!(outbox::next_due(&mut db.store.read().await.unwrap()).await.unwrap(), Some(NOW + MINUTE));
        let again = claim(db, 10, NOW + MINUTE).await.remove(0);
        assert_eq!((again.attempts, again.code.as_deref()), (2, Some("code")));
    });
}

#[test]
fn a_lease_that_ran_out_passes_on_and_fences_the_first_holder() {
    each(async |db| {
        let session = learner(&db.store).await;
        enqueue(db, &message(&session, "50")).await;
        let slow = claim(db, 10, NOW).await.remove(0);
        assert!(claim(db, 10, NOW + LEASE).await.is_empty(), "not over yet");
        let quick = claim(db, 10, NOW + LEASE + 1).await.remove(0);
        assert_eq!((quick.id.clone(), quick.attempts), (slow.id.clone(), 2));
        for late in [Completion::Delivered, Completion::Retry(NOW), Completion::Park] {
            assert!(!complete(db, &slow, late).await);
        }
        assert!(complete(db, &quick, Completion::Delivered).await);
        assert_eq!(state(db, &quick.id).await, OutboxState::Delivered);
    });
}

#[test]
fn a_held_lease_can_be_extended_and_a_lost_one_cannot() {
    each(async |db| {
        let session = learner(&db.store).await;
        enqueue(db, &message(&session, "50")).await;
        let m = claim(db, 10, NOW).await.remove(0);
        let extend = async |m: &Message| {
            let m = m.clone();
            db.store.write(Durability::Full, async move |tx: &mut Tx| outbox::extend(tx, &m, NOW + 10 * LEASE).await).await.unwrap()
        };
        assert!(extend(&m).await);
        assert!(claim(db, 10, NOW + 5 * LEASE).await.is_empty());
        assert_eq!(claim(db, 10, NOW + 11 * LEASE).await.len(), 1);
        assert!(!extend(&m).await);
    });
}

#[test]
fn workers_at_once_never_get_the_same_message() {
    each(async |db| {
        let (_, deployment) = add_platform(&db.store, 1).await;
        for n in 0..40 {
            let session = open(&db.store, &launch_of(&deployment, &format!("sub-{n}"), &format!("s-{n}")), NOW).await.unwrap();
            enqueue(db, &message(&session, "1")).await;
        }
        let claims = futures_util::future::join_all((0..8).map(|_| claim(db, 10, NOW))).await;
        let ids: Vec<_> = claims.into_iter().flatten().map(|m| m.id).collect();
        let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(ids.len(), distinct.len());
        // SKIP LOCKED may leave some for the next look.
        let rest = claim(db, 100, NOW).await.len();
        assert_eq!(ids.len() + rest, 40);
    });
}

#[test]
fn a_parked_score_goes_again_when_somebody_asks_or_a_newer_one_comes() {
    each(async |db| {
        let session = learner(&db.store).await;
        enqueue(db, &message(&session, "50")).await;
        let m = claim(db, 10, NOW).await.remove(0);
        complete(db, &m, Completion::Park).await;
        let backlog = outbox::backlog(&mut db.store.read().await.unwrap()).await.unwrap();
        assert_eq!((backlog.waiting, backlog.parked, backlog.oldest), (0, 1, None));
        let link = session.resource_link_id.clone();
        let hurried = db.store.write(Durability::Full, async move |tx: &mut Tx| outbox::hurry(tx, &link, NOW).await).await.unwrap();
        assert_eq!(hurried, 1);
        let again = claim(db, 10, NOW).await.remove(0);
        complete(db, &again, Completion::Park).await;
        let newer = enqueue(db, &message(&session, "80")).await;
        assert_eq!(state(db, &m.id).await, OutboxState::Superseded);
        assert_eq!(state(db, &newer).await, OutboxState::Ready);
    });
}

#[test]
fn the_latest_message_tells_where_the_score_is() {
    each(async |db| {
        let session = learner(&db.store).await;
        let latest = async || {
            let mut tx = db.store.read().await.unwrap();
            outbox::latest(&mut tx, &session.resource_link_id, &session.learner_id, Slot::Grade)
                .await
                .unwrap()
                .map(|m| (m.payload, m.state))
        };
        assert_eq!(latest().await, None);
        enqueue(db, &message(&session, "50")).await;
        let m = claim(db, 10, NOW).await.remove(0);
        complete(db, &m, Completion::Delivered).await;
        assert_eq!(latest().await, Some(("50".to_owned(), OutboxState::Delivered)));
        enqueue(db, &message(&session, "80")).await;
        assert_eq!(latest().await, Some(("80".to_owned(), OutboxState::Ready)));
        let mut other = message(&session, "12");
        other.slot = Slot::Progress;
        enqueue(db, &other).await;
        assert_eq!(latest().await.unwrap().0, "80", "each slot has its own");
    });
}

#[test]
fn every_try_is_kept_in_order() {
    each(async |db| {
        let session = learner(&db.store).await;
        let outbox_id = enqueue(db, &message(&session, "50")).await;
        for number in 1..=3 {
            let row = delivery::DeliveryTry {
                id: courseferry::ids::new_id(),
                tenant_id: session.tenant_id.clone(),
                outbox_id: outbox_id.clone(),
                number,
                outcome: "retry".to_owned(),
                code: "throttled".to_owned(),
                http_status: (number > 1).then_some(429),
                detail: None,
                score: Some(50.0),
                started_at: NOW + number,
                duration_ms: 12,
            };
            db.store.write(Durability::Full, async move |tx: &mut Tx| delivery::insert(tx, &row).await).await.unwrap();
        }
        let mut tx = db.store.read().await.unwrap();
        let of_message = delivery::of_message(&mut tx, &outbox_id).await.unwrap();
        assert_eq!(of_message.iter().map(|t| (t.number, t.http_status)).collect::<Vec<_>>(), [(1, None), (2, Some(429)), (3, Some(429))]);
        let recent = delivery::of_learner(&mut tx, &session.resource_link_id, &session.learner_id, 2).await.unwrap();
        assert_eq!(recent.iter().map(|t| t.number).collect::<Vec<_>>(), [3, 2]);
    });
}

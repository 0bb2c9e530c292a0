use courseferry::store::{
    Durability, Tx,
    attempt::{self, Attempt, AttemptState, Started, Submission},
    quiz_version,
};

use super::{MINUTE, NOW, learner, start, try_of};
use crate::databases::{Db, each};

async fn submit(db: &Db, attempt: &Attempt, score: f64) -> Option<Attempt> {
    let submission = Submission {
        attempt_id: attempt.id.clone(),
        responses: "{\"q1\":\"b\"}".to_owned(),
        result: "{}".to_owned(),
        score,
        passed: score >= 70.0,
    };
    db.store.write(Durability::Full, async move |tx: &mut Tx| attempt::submit(tx, &submission, NOW + MINUTE).await).await.unwrap()
}

fn new(started: Started) -> Attempt {
    match started {
        Started::New(attempt) => attempt,
        other => panic!("expected a new try, got {other:?}"),
    }
}

#[test]
fn a_running_try_is_gone_on_with_not_started_again() {
    each(async |db| {
        let session = learner(&db.store).await;
        let first = new(start(&db.store, &try_of(&session, 3)).await);
        assert_eq!((first.number, first.state, first.responses.as_str()), (1, AttemptState::Running, "{}"));
        assert_eq!(start(&db.store, &try_of(&session, 3)).await, Started::Running(first.clone()));
        let id = first.id.clone();
        let saved = async move |tx: &mut Tx| attempt::save(tx, &id, "{\"q1\":\"a\"}", NOW + 5).await;
        assert!(db.store.write(Durability::Full, saved).await.unwrap());
        let Started::Running(again) = start(&db.store, &try_of(&session, 3)).await else { panic!("still running") };
        assert_eq!((again.responses.as_str(), again.saved_at), ("{\"q1\":\"a\"}", NOW + 5));
    });
}

#[test]
fn starting_in_twenty_tabs_gives_one_try() {
    each(async |db| {
        let session = learner(&db.store).await;
        let new_try = try_of(&session, 3);
        let all = futures_util::future::join_all((0..20).map(|_| start(&db.store, &new_try))).await;
        let ids: std::collections::BTreeSet<_> = all
            .iter()
            .map(|s| match s {
                Started::New(a) | Started::Running(a) => a.id.clone(),
                Started::Spent => panic!("none is spent"),
            })
            .collect();
        assert_eq!(ids.len(), 1);
        assert_eq!(all.iter().filter(|s| matches!(s, Started::New(_))).count(), 1);
    });
}

#[test]
fn a_try_is_handed_in_once() {
    each(async |db| {
        let session = learner(&db.store).await;
        let attempt = new(start(&db.store, &try_of(&session, 3)).await);
        let results = futures_util::future::join_all((0..10).map(|_| submit(db, &attempt, 80.0))).await;
        let done: Vec<_> = results.into_iter().flatten().collect();
        assert_eq!(done.len(), 1);
        assert_eq!((done[0].score, done[0].passed, done[0].submitted_at), (Some(80.0), Some(true), Some(NOW + MINUTE)));
        let id = attempt.id.clone();
        let late = async move |tx: &mut Tx| attempt::save(tx, &id, "{}", NOW + 2 * MINUTE).await;
        assert!(!db.store.write(Durability::Full, late).await.unwrap(), "answers after the bell do not count");
    });
}

#[test]
fn the_limit_holds_and_zero_is_none() {
    each(async |db| {
        let session = learner(&db.store).await;
        for n in 1..=2 {
            let attempt = new(start(&db.store, &try_of(&session, 2)).await);
            assert_eq!(attempt.number, n);
            submit(db, &attempt, 10.0).await.unwrap();
        }
        assert_eq!(start(&db.store, &try_of(&session, 2)).await, Started::Spent);
        let raised = new(start(&db.store, &try_of(&session, 3)).await);
        assert_eq!(raised.number, 3, "the teacher gave one more");
        submit(db, &raised, 10.0).await.unwrap();
        assert_eq!(new(start(&db.store, &try_of(&session, 0)).await).number, 4);
    });
}

#[test]
fn previews_are_neither_limited_nor_counted() {
    each(async |db| {
        let session = learner(&db.store).await;
        let mut preview = try_of(&session, 1);
        preview.graded = false;
        for _ in 0..3 {
            let attempt = new(start(&db.store, &preview).await);
            submit(db, &attempt, 50.0).await.unwrap();
        }
        assert_eq!(new(start(&db.store, &try_of(&session, 1)).await).number, 4);
    });
}

#[test]
fn a_race_at_the_last_try_stays_under_the_limit() {
    each(async |db| {
        let session = learner(&db.store).await;
        let limit = 3;
        let new_try = try_of(&session, limit);
        let storm = (0..12).map(|_| async {
            while let Started::New(a) | Started::Running(a) = start(&db.store, &new_try).await {
                submit(db, &a, 40.0).await;
            }
        });
        futures_util::future::join_all(storm).await;
        let all = attempt::list(&mut db.store.read().await.unwrap(), &session.resource_link_id, &session.learner_id).await.unwrap();
        assert_eq!(all.iter().map(|a| a.number).collect::<Vec<_>>(), [1, 2, 3]);
    });
}

#[test]
fn a_quiz_version_is_kept_once_and_found_by_its_hash() {
    each(async |db| {
        for body in ["{\"first\":1}", "{\"second\":2}"] {
            let keep = async move |tx: &mut Tx| quiz_version::keep(tx, "default", "hash", "quiz", body, NOW).await;
            db.store.write(Durability::Full, keep).await.unwrap();
        }
        let mut tx = db.store.read().await.unwrap();
        assert_eq!(quiz_version::body(&mut tx, "default", "hash").await.unwrap().as_deref(), Some("{\"first\":1}"));
        assert_eq!(quiz_version::body(&mut tx, "default", "other").await.unwrap(), None);
    });
}

#[test]
fn an_attempt_is_found_with_all_it_holds() {
    each(async |db| {
        let session = learner(&db.store).await;
        let attempt = new(start(&db.store, &try_of(&session, 3)).await);
        let done = submit(db, &attempt, 33.33).await.unwrap();
        let found = attempt::find(&mut db.store.read().await.unwrap(), &attempt.id).await.unwrap().unwrap();
        assert_eq!(found, done);
        assert_eq!((found.score, found.passed, found.state), (Some(33.33), Some(false), AttemptState::Submitted));
    });
}

use courseferry::store::{
    Durability, Tx,
    ledger::{self, Decided, Decision, Ledger, Look, Sending},
    outbox::Slot,
    session::Session,
};

use super::{NOW, learner};
use crate::databases::{Db, each};

fn sending(session: &Session, score: Option<f64>, step_ms: i64) -> Sending {
    Sending {
        tenant_id: session.tenant_id.clone(),
        resource_link_id: session.resource_link_id.clone(),
        learner_id: session.learner_id.clone(),
        slot: Slot::Grade,
        lineitem: "https://lms/lineitem/1".to_owned(),
        score,
        submitted_at: Some(NOW - 5),
        submission: None,
        step_ms,
    }
}

async fn begin(db: &Db, s: &Sending, now: i64) -> Ledger {
    let s = s.clone();
    db.store.write(Durability::Full, async move |tx: &mut Tx| ledger::begin_send(tx, &s, now).await).await.unwrap()
}

async fn find(db: &Db, session: &Session) -> Ledger {
    let mut tx = db.store.read().await.unwrap();
    ledger::find(&mut tx, &session.resource_link_id, &session.learner_id, Slot::Grade).await.unwrap().unwrap()
}

#[test]
fn timestamps_rise_strictly_even_when_the_clock_does_not() {
    each(async |db| {
        let session = learner(&db.store).await;
        let at = NOW + 250;
        let first = begin(db, &sending(&session, Some(50.0), 1000), at).await;
        assert_eq!(first.sent_ts, NOW, "whole seconds");
        let second = begin(db, &sending(&session, Some(60.0), 1000), at).await;
        assert_eq!(second.sent_ts, NOW + 1000, "in the same second");
        let third = begin(db, &sending(&session, Some(70.0), 1000), at - 60_000).await;
        assert_eq!(third.sent_ts, NOW + 2000, "the clock went back");
        let fourth = begin(db, &sending(&session, Some(70.0), 1), NOW + 60_001).await;
        assert_eq!(fourth.sent_ts, NOW + 60_001);
    });
}

#[test]
fn what_was_sent_is_in_doubt_until_the_answer() {
    each(async |db| {
        let session = learner(&db.store).await;
        let sent = begin(db, &sending(&session, Some(50.0), 1), NOW).await;
        assert!(sent.in_doubt && sent.accepted_score.is_none());
        let line = sent.clone();
        assert!(db.store.write(Durability::Full, async move |tx: &mut Tx| ledger::accepted(tx, &line, NOW + 9).await).await.unwrap());
        let line = find(db, &session).await;
        assert_eq!((line.in_doubt, line.accepted_score, line.accepted_at), (false, Some(50.0), Some(NOW + 9)));
        let next = begin(db, &sending(&session, Some(80.0), 1), NOW + 10).await;
        assert_eq!((next.in_doubt, next.accepted_score), (true, Some(50.0)), "the old grade stands while the new one is in doubt");
        assert!(
            !db.store.write(Durability::Full, async move |tx: &mut Tx| ledger::accepted(tx, &sent, NOW + 11).await).await.unwrap(),
            "an answer to the first says nothing about the second"
        );
        assert!(db.store.write(Durability::Full, async move |tx: &mut Tx| ledger::refused(tx, &next).await).await.unwrap());
        let line = find(db, &session).await;
        assert_eq!((line.in_doubt, line.accepted_score), (false, Some(50.0)));
    });
}

#[test]
fn a_message_without_score_forgets_no_accepted_grade() {
    each(async |db| {
        let session = learner(&db.store).await;
        for score in [Some(50.0), None] {
            let sent = begin(db, &sending(&session, score, 1), NOW).await;
            db.store.write(Durability::Full, async move |tx: &mut Tx| ledger::accepted(tx, &sent, NOW).await).await.unwrap();
        }
        assert_eq!(find(db, &session).await.accepted_score, Some(50.0));
    });
}

#[test]
fn a_submission_once_told_stays_told() {
    each(async |db| {
        let session = learner(&db.store).await;
        let mut told = sending(&session, Some(50.0), 1);
        told.submission = Some("attempt-1".to_owned());
        begin(db, &told, NOW).await;
        let resent = begin(db, &sending(&session, Some(50.0), 1), NOW).await;
        assert_eq!((resent.sent_submission.as_deref(), resent.sent_submitted_at), (Some("attempt-1"), Some(NOW - 5)));
    });
}

#[test]
fn a_later_timestamp_known_to_the_platform_is_started_above() {
    each(async |db| {
        let session = learner(&db.store).await;
        let sent = begin(db, &sending(&session, Some(50.0), 1000), NOW).await;
        let raised = async move |tx: &mut Tx| ledger::raise(tx, &sent, NOW + 90_000).await;
        assert!(db.store.write(Durability::Full, raised).await.unwrap());
        assert_eq!(begin(db, &sending(&session, Some(50.0), 1000), NOW).await.sent_ts, NOW + 91_000);
    });
}

#[test]
fn what_the_grade_book_shows_is_noted() {
    each(async |db| {
        let session = learner(&db.store).await;
        begin(db, &sending(&session, Some(50.0), 1), NOW).await;
        let (link, who) = (session.resource_link_id.clone(), session.learner_id.clone());
        let look = Look { score: Some(45.0), edited: true, same_mark: true, at: NOW + 1 };
        let seen = async move |tx: &mut Tx| ledger::seen(tx, &link, &who, Slot::Grade, &look).await;
        assert!(db.store.write(Durability::Normal, seen).await.unwrap());
        let line = find(db, &session).await;
        assert_eq!((line.seen_score, line.seen_at, line.sent_score, line.edited), (Some(45.0), Some(NOW + 1), Some(50.0), true));
    });
}

async fn look(db: &Db, session: &Session, look: Look) -> bool {
    let (link, who) = (session.resource_link_id.clone(), session.learner_id.clone());
    db.store.write(Durability::Normal, async move |tx: &mut Tx| ledger::seen(tx, &link, &who, Slot::Grade, &look).await).await.unwrap()
}

async fn accept(db: &Db, line: &Ledger, at: i64) {
    let line = line.clone();
    db.store.write(Durability::Full, async move |tx: &mut Tx| ledger::accepted(tx, &line, at).await).await.unwrap();
}

async fn decide(db: &Db, session: &Session, decision: Decision, mark: Option<f64>, at: i64) -> bool {
    let (link, who) = (session.resource_link_id.clone(), session.learner_id.clone());
    let decided = Decided { decision, mark, by: "teacher".into(), at };
    db.store.write(Durability::Full, async move |tx: &mut Tx| ledger::decide(tx, &link, &who, Slot::Grade, &decided).await).await.unwrap()
}

#[test]
fn a_look_from_before_the_platform_took_our_score_does_not_judge_it() {
    each(async |db| {
        let session = learner(&db.store).await;
        let line = begin(db, &sending(&session, Some(50.0), 1), NOW).await;
        accept(db, &line, NOW + 10).await;
        let edited = |at| Look { score: Some(45.0), edited: true, same_mark: true, at };
        assert!(look(db, &session, edited(NOW + 10)).await);
        assert!(!find(db, &session).await.edited, "asked no later than taken");
        assert!(look(db, &session, edited(NOW + 11)).await);
        assert!(find(db, &session).await.edited);
        assert!(!look(db, &session, Look { edited: false, ..edited(NOW + 5) }).await, "an answer that comes late");
        assert!(find(db, &session).await.edited);
        let next = begin(db, &sending(&session, Some(80.0), 1), NOW + 20).await;
        accept(db, &next, NOW + 21).await;
        assert!(!find(db, &session).await.edited, "the platform took a newer one");
    });
}

#[test]
fn a_decision_is_about_one_mark_and_ends_with_it() {
    each(async |db| {
        let session = learner(&db.store).await;
        let line = begin(db, &sending(&session, Some(50.0), 1), NOW).await;
        accept(db, &line, NOW).await;
        assert!(!decide(db, &session, Decision::Keep, Some(45.0), NOW + 1).await, "nothing is edited");
        let edited = Look { score: Some(45.0), edited: true, same_mark: true, at: NOW + 1 };
        look(db, &session, edited).await;
        assert!(decide(db, &session, Decision::Replace, Some(45.0), NOW + 2).await);
        look(db, &session, Look { at: NOW + 3, ..edited }).await;
        let decided = find(db, &session).await;
        assert_eq!((decided.may_replace(), decided.decided_by.as_deref()), (Some(Some(45.0)), Some("teacher")));
        accept(db, &begin(db, &sending(&session, Some(80.0), 1), NOW + 4).await, NOW + 5).await;
        assert_eq!(find(db, &session).await.standing_decision(), None, "used up");
        look(db, &session, Look { at: NOW + 6, ..edited }).await;
        assert!(decide(db, &session, Decision::Keep, Some(45.0), NOW + 7).await);
        assert_eq!(find(db, &session).await.standing_decision(), Some(Decision::Keep));
        look(db, &session, Look { score: Some(60.0), same_mark: false, at: NOW + 8, ..edited }).await;
        assert_eq!(find(db, &session).await.standing_decision(), None, "another mark");
    });
}

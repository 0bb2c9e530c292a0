//! A score went out and nobody knows whether it arrived. No lost grade, no stale one, no second attempt.

use std::time::Duration;

use courseferry::{lti::ags::SCOPE_SCORE, store::outbox::OutboxState};

use super::{HOUR, Rig};
use crate::{
    databases::each,
    fake_platform::{At, Family, Fault, Response},
};

const FAMILIES: [Family; 3] = [Family::Moodle, Family::Canvas, Family::Edx];

#[test]
fn an_answer_lost_on_the_way_back_is_found_in_the_results() {
    for family in FAMILIES {
        each(async |db| {
            let rig = Rig::new(db, family).await;
            let ada = rig.learner("ada").await;
            rig.grade(&ada, "a1", 80.0).await;
            rig.platform.fault(At::Score, Fault::HangUpAfter);
            rig.deliver().await;
            assert_eq!(rig.state(&ada).await, (OutboxState::Ready, "no_answer".to_owned()));
            assert!(rig.ledger(&ada).await.in_doubt);
            rig.pass(HOUR);
            rig.deliver().await;
            rig.assert_delivered(&ada, "confirmed").await;
            let entry = rig.platform.entry("ada");
            assert_eq!((entry.percent, entry.messages), (Some(80.0), 1), "it was not sent again");
            assert_eq!(rig.ledger(&ada).await.seen_score, Some(80.0));
        });
    }
}

#[test]
fn a_score_lost_on_the_way_there_is_sent_again_as_the_same_one() {
    for family in FAMILIES {
        each(async |db| {
            let rig = Rig::new(db, family).await;
            let ada = rig.learner("ada").await;
            rig.grade(&ada, "a1", 80.0).await;
            let (handed_in, sent) = (rig.now(), rig.now() - rig.now() % 1000);
            rig.platform.fault(At::Score, Fault::HangUpBefore);
            rig.deliver().await;
            rig.pass(HOUR);
            rig.deliver().await;
            rig.assert_delivered(&ada, "delivered").await;
            let entry = rig.platform.entry("ada");
            assert_eq!((entry.percent, entry.messages, entry.submissions), (Some(80.0), 1, 0));
            assert_eq!(entry.timestamp.unwrap().as_millisecond(), sent);
            assert_eq!(entry.submitted_at.unwrap().parse::<jiff::Timestamp>().unwrap().as_millisecond(), handed_in);
        });
    }
}

#[test]
fn where_results_may_not_be_read_the_platform_itself_says_it_has_it() {
    for family in FAMILIES {
        each(async |db| {
            let rig = Rig::new(db, family).await;
            rig.platform.grant(&[SCOPE_SCORE]);
            let ada = rig.learner_with("ada", Some(rig.platform.line_item()), &[SCOPE_SCORE]).await;
            rig.grade(&ada, "a1", 80.0).await;
            rig.platform.fault(At::Score, Fault::HangUpAfter);
            rig.deliver().await;
            rig.pass(HOUR);
            rig.deliver().await;
            let (state, code) = rig.state(&ada).await;
            assert_eq!((state, code.as_str()), (OutboxState::Delivered, if family == Family::Canvas { "delivered" } else { "confirmed" }));
            assert!(!rig.ledger(&ada).await.in_doubt);
            let entry = rig.platform.entry("ada");
            assert_eq!((entry.percent, entry.submissions), (Some(80.0), u32::from(family == Family::Canvas)));
            assert_eq!(rig.platform.requests(At::Results), 0);
        });
    }
}

#[test]
fn a_newer_grade_overtakes_one_in_doubt() {
    for family in FAMILIES {
        for lost in [Fault::HangUpBefore, Fault::HangUpAfter] {
            each(async |db| {
                let rig = Rig::new(db, family).await;
                let ada = rig.learner("ada").await;
                rig.grade(&ada, "a1", 40.0).await;
                rig.platform.fault(At::Score, lost.clone());
                rig.deliver().await;
                rig.pass(2000);
                rig.grade(&ada, "a2", 90.0).await;
                rig.settle().await;
                rig.assert_delivered(&ada, "delivered").await;
                let entry = rig.platform.entry("ada");
                assert_eq!(entry.percent, Some(90.0));
                let arrived = u32::from(matches!(lost, Fault::HangUpAfter));
                assert_eq!(entry.messages, 1 + arrived);
                if family == Family::Canvas {
                    assert_eq!(entry.submissions, 1 + arrived, "each attempt at most once");
                }
            });
        }
    }
}

#[test]
fn a_server_that_dies_while_sending_leaves_a_doubt_the_next_one_settles() {
    for family in FAMILIES {
        each(async |db| {
            let rig = Rig::new(db, family).await;
            let ada = rig.learner("ada").await;
            rig.grade(&ada, "a1", 80.0).await;
            let message = rig.courier.claim(1).await.unwrap().remove(0);
            rig.platform.fault(At::Score, Fault::Slow(Duration::from_millis(400)));
            // The delivery is cut off in the middle: nothing more is written, the platform takes the score nevertheless.
            let on_its_way = super::ferry::until("the score is on its way", || rig.platform.requests(At::Score) == 1);
            tokio::select! {
                _ = rig.courier.deliver(&message) => panic!("it was too quick"),
                () = on_its_way => {}
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
            assert_eq!(rig.platform.entry("ada").percent, Some(80.0));
            let next = rig.reborn();
            assert_eq!(rig.deliver_by(&next).await, 0, "the dead server's lease holds");
            next.take_over().await.unwrap();
            if !db.is_sqlite() {
                rig.pass(91_000); // another instance may live: its lease has to run out
            }
            assert_eq!(rig.deliver_by(&next).await, 1);
            rig.assert_delivered(&ada, "confirmed").await;
            let entry = rig.platform.entry("ada");
            assert_eq!((entry.percent, entry.messages), (Some(80.0), 1));
        });
    }
}

#[test]
fn a_server_that_dies_before_sending_loses_nothing() {
    each(async |db| {
        let rig = Rig::new(db, Family::Canvas).await;
        let ada = rig.learner("ada").await;
        rig.grade(&ada, "a1", 80.0).await;
        drop(rig.courier.claim(1).await.unwrap());
        rig.pass(91_000);
        let next = rig.reborn();
        assert_eq!(rig.deliver_by(&next).await, 1);
        rig.assert_delivered(&ada, "delivered").await;
        assert_eq!((rig.platform.entry("ada").percent, rig.platform.entry("ada").submissions), (Some(80.0), 1));
    });
}

#[test]
fn a_worker_that_overslept_its_lease_changes_nothing() {
    each(async |db| {
        let rig = Rig::new(db, Family::Moodle).await;
        let ada = rig.learner("ada").await;
        rig.grade(&ada, "a1", 80.0).await;
        let overslept = rig.courier.claim(1).await.unwrap().remove(0);
        rig.pass(91_000);
        rig.deliver().await;
        rig.assert_delivered(&ada, "delivered").await;
        rig.platform.fault(At::Score, Fault::Answer(Response::plain(400, "Incorrect score received")));
        rig.pass(1000);
        rig.courier.deliver(&overslept).await.unwrap();
        assert_eq!(rig.state(&ada).await.0, OutboxState::Delivered, "the message is not the sleeper's any more");
        assert_eq!(rig.platform.entry("ada").percent, Some(80.0));
    });
}

#[test]
fn a_success_that_is_a_page_for_people_is_not_believed() {
    each(async |db| {
        let rig = Rig::new(db, Family::Moodle).await;
        let ada = rig.learner("ada").await;
        rig.grade(&ada, "a1", 80.0).await;
        let login = Response::new(200, "text/html", "<!DOCTYPE html><title>Log in</title>");
        rig.platform.fault(At::Score, Fault::Answer(login.clone()));
        rig.deliver().await;
        assert_eq!(rig.state(&ada).await, (OutboxState::Ready, "platform_error".to_owned()));
        rig.settle().await;
        assert_eq!(rig.platform.entry("ada").percent, Some(80.0));
        rig.assert_delivered(&ada, "delivered").await;
        // And when it did arrive, that is found out at once.
        rig.pass(2000);
        rig.grade(&ada, "a2", 90.0).await;
        rig.platform.fault(At::Score, Fault::Lie(login));
        rig.deliver().await;
        rig.assert_delivered(&ada, "confirmed").await;
        assert_eq!(rig.platform.entry("ada").percent, Some(90.0));
    });
}

#[test]
fn a_server_error_may_hide_a_stored_score() {
    for family in FAMILIES {
        each(async |db| {
            let rig = Rig::new(db, family).await;
            let ada = rig.learner("ada").await;
            rig.grade(&ada, "a1", 80.0).await;
            rig.platform.fault(At::Score, Fault::Lie(Response::plain(504, "gateway timeout")));
            rig.deliver().await;
            rig.settle().await;
            rig.assert_delivered(&ada, "confirmed").await;
            assert_eq!(rig.platform.entry("ada").messages, 1);
        });
    }
}

#[test]
fn doubt_waits_while_the_results_cannot_be_read() {
    each(async |db| {
        let rig = Rig::new(db, Family::Canvas).await;
        let ada = rig.learner("ada").await;
        rig.grade(&ada, "a1", 80.0).await;
        rig.platform.fault(At::Score, Fault::HangUpAfter);
        for _ in 0..4 {
            rig.platform.fault(At::Results, Fault::Answer(Response::plain(503, "later")));
        }
        rig.deliver().await;
        rig.settle().await;
        rig.assert_delivered(&ada, "confirmed").await;
        assert_eq!((rig.platform.entry("ada").submissions, rig.platform.requests(At::Score)), (1, 1));
    });
}

//! What happens on a good day, and on a busy one.

use courseferry::{
    app::deliver_scores::announce,
    learning::delivery::Wanted,
    store::{Durability, Tx, outbox::OutboxState},
};
use serde_json::json;

use super::{HOUR, Rig};
use crate::{
    databases::each,
    fake_platform::{At, Family},
};

#[test]
fn a_grade_arrives_with_the_time_it_was_handed_in() {
    for family in [Family::Moodle, Family::Canvas, Family::Edx] {
        each(async |db| {
            let rig = Rig::new(db, family).await;
            let ada = rig.learner("ada").await;
            rig.grade(&ada, "a1", 83.33).await;
            rig.pass(HOUR);
            assert_eq!(rig.deliver().await, 1);
            rig.assert_delivered(&ada, "delivered").await;
            let entry = rig.platform.entry("ada");
            assert!((entry.percent.unwrap() - 83.33).abs() < 1e-9);
            assert_eq!(entry.submitted_at.as_deref(), Some("2026-05-28T20:26:40.000Z"), "not when it was sent");
            assert_eq!(entry.timestamp.unwrap().as_millisecond(), rig.now());
            let tries = rig.tries(&ada).await;
            assert_eq!(tries.iter().map(|t| (t.outcome.as_str(), t.score)).collect::<Vec<_>>(), [("delivered", Some(83.33))]);
            assert_eq!(rig.deliver().await, 0);
        });
    }
}

#[test]
fn two_grades_in_one_second_both_arrive_in_order() {
    for family in [Family::Moodle, Family::Canvas, Family::Edx] {
        each(async |db| {
            let rig = Rig::new(db, family).await;
            let ada = rig.learner("ada").await;
            for (attempt, score) in [("a1", 40.0), ("a2", 60.0), ("a3", 80.0)] {
                rig.grade(&ada, attempt, score).await;
                rig.deliver().await;
                rig.assert_delivered(&ada, "delivered").await;
                rig.pass(10);
            }
            assert_eq!(rig.platform.entry("ada").percent, Some(80.0));
            assert_eq!(rig.tries(&ada).await.len(), 3);
        });
    }
}

#[test]
fn only_the_newest_of_several_waiting_grades_is_sent() {
    each(async |db| {
        let rig = Rig::new(db, Family::Canvas).await;
        let (ada, ben) = (rig.learner("ada").await, rig.learner("ben").await);
        for (attempt, score) in [("a1", 40.0), ("a2", 90.0)] {
            rig.grade(&ada, attempt, score).await;
            rig.pass(1000);
        }
        rig.grade(&ben, "b1", 55.0).await;
        assert_eq!(rig.deliver().await, 2);
        assert_eq!((rig.platform.entry("ada").percent, rig.platform.entry("ada").messages), (Some(90.0), 1));
        assert_eq!(rig.platform.entry("ben").percent, Some(55.0));
    });
}

#[test]
fn canvas_counts_each_attempt_once_and_keeps_the_best() {
    each(async |db| {
        let rig = Rig::new(db, Family::Canvas).await;
        let ada = rig.learner("ada").await;
        for attempt in ["a1", "a2"] {
            let wanted = Wanted { review_url: Some("https://tool.example/lti/launch?to=m1".into()), ..rig.graded(attempt, 70.0) };
            rig.enqueue(&ada, &wanted).await;
            rig.deliver().await;
            // Sent again, by hand.
            rig.pass(HOUR);
            rig.enqueue(&ada, &wanted).await;
            rig.deliver().await;
        }
        let entry = rig.platform.entry("ada");
        assert_eq!((entry.submissions, entry.messages), (2, 4));
        let first = rig.platform.state().posted[0].clone();
        assert_eq!(
            first["https://canvas.instructure.com/lti/submission"],
            json!({"new_submission": true, "prioritize_non_tool_grade": true, "submission_type": "basic_lti_launch", "submission_data": "https://tool.example/lti/launch?to=m1"})
        );
    });
}

#[test]
fn beginning_is_told_to_canvas_once_and_never_over_a_grade() {
    each(async |db| {
        let rig = Rig::new(db, Family::Canvas).await;
        let (ada, ben) = (rig.learner("ada").await, rig.learner("ben").await);
        let begin = async |session| {
            let (message, now) = (rig.message(session, &Wanted::default()), rig.now());
            rig.store.write(Durability::Full, async move |tx: &mut Tx| announce(tx, &message, now).await).await.unwrap()
        };
        assert!(begin(&ada).await);
        assert!(!begin(&ada).await, "it waits already");
        rig.deliver().await;
        assert!(!begin(&ada).await, "it was told");
        rig.grade(&ben, "b1", 90.0).await;
        assert!(!begin(&ben).await, "a grade waits");
        rig.deliver().await;
        assert_eq!((rig.platform.entry("ada").percent, rig.platform.entry("ada").submissions), (None, 0));
        assert_eq!(rig.platform.entry("ben").percent, Some(90.0));
        // However such a message comes about, it goes nowhere once there is a grade.
        rig.enqueue(&ben, &Wanted::default()).await;
        rig.deliver().await;
        assert_eq!(rig.state(&ben).await, (OutboxState::Delivered, "nothing_to_send".to_owned()));
        assert_eq!((rig.platform.entry("ben").percent, rig.platform.entry("ben").messages), (Some(90.0), 1));
    });
}

#[test]
fn moodle_and_edx_hear_nothing_before_there_is_a_grade() {
    for family in [Family::Moodle, Family::Edx] {
        each(async |db| {
            let rig = Rig::new(db, family).await;
            let ada = rig.learner("ada").await;
            rig.enqueue(&ada, &Wanted::default()).await;
            rig.deliver().await;
            assert_eq!(rig.state(&ada).await.1, "nothing_to_send");
            assert_eq!(rig.platform.requests(At::Score), 0);
        });
    }
}

#[test]
fn what_the_grade_book_shows_is_read_back_and_a_teachers_change_is_seen() {
    each(async |db| {
        let rig = Rig::new(db, Family::Moodle).await;
        let (ada, ben) = (rig.learner("ada").await, rig.learner("ben").await);
        rig.grade(&ada, "a1", 80.0).await;
        rig.grade(&ben, "b1", 60.0).await;
        rig.deliver().await;
        rig.platform.edit("ben", Some(95.0));
        rig.platform.edit("stranger", Some(1.0));
        rig.pass(1);
        assert_eq!(rig.courier.read_results(&ada.resource_link_id).await.unwrap(), 2);
        let ada = rig.ledger(&ada).await;
        assert_eq!((ada.seen_score, ada.edited), (Some(80.0), false));
        let ben = rig.ledger(&ben).await;
        assert_eq!((ben.seen_score, ben.accepted_score, ben.seen_at, ben.edited), (Some(95.0), Some(60.0), Some(rig.now()), true));
        assert!(rig.courier.read_results("no such link").await.is_err());
    });
}

//! What each platform's refusal means for the message.

use courseferry::{
    lti::ags::{SCOPE_LINE_ITEM, SCOPE_SCORE},
    store::outbox::OutboxState,
};
use jiff::Timestamp;
use serde_json::json;

use super::{ALL_SCOPES, HOUR, Rig};
use crate::{
    databases::each,
    fake_platform::{At, Bucket, Family, Fault, Response},
};

fn parked(code: &str) -> (OutboxState, String) {
    (OutboxState::Parked, code.to_owned())
}

#[test]
fn someone_without_grades_is_parked_with_the_reason_and_sent_again_on_request() {
    for family in [Family::Moodle, Family::Canvas] {
        each(async |db| {
            let rig = Rig::new(db, family).await;
            let tom = rig.learner("tom").await;
            rig.grade(&tom, "t1", 80.0).await;
            rig.deliver().await;
            assert_eq!(rig.state(&tom).await, parked("not_gradable"));
            let tries = rig.tries(&tom).await;
            let first = &tries[0];
            assert_eq!((first.outcome.as_str(), first.http_status), ("parked", Some(if family == Family::Moodle { 400 } else { 422 })));
            assert!(first.detail.is_some(), "the platform's own words are kept");
            rig.pass(HOUR);
            assert_eq!(rig.deliver().await, 0);
            rig.platform.state().grades.students.insert("tom".into());
            assert_eq!(rig.hurry(&tom).await, 1);
            rig.deliver().await;
            rig.assert_delivered(&tom, "delivered").await;
            let submissions = u32::from(family == Family::Canvas);
            assert_eq!(rig.platform.entry("tom").submissions, submissions, "a refused message told of no attempt");
        });
    }
}

#[test]
fn a_concluded_course_takes_no_more() {
    each(async |db| {
        let rig = Rig::new(db, Family::Canvas).await;
        rig.platform.state().grades.concluded = true;
        let ada = rig.learner("ada").await;
        rig.grade(&ada, "a1", 80.0).await;
        rig.deliver().await;
        assert_eq!(rig.state(&ada).await, parked("course_concluded"));
    });
}

#[test]
fn spent_attempts_do_not_cost_the_grade() {
    each(async |db| {
        let rig = Rig::new(db, Family::Canvas).await;
        rig.platform.state().grades.allowed_attempts = Some(1);
        let ada = rig.learner("ada").await;
        for (attempt, score) in [("a1", 40.0), ("a2", 90.0)] {
            rig.grade(&ada, attempt, score).await;
            rig.deliver().await;
            rig.assert_delivered(&ada, "delivered").await;
            rig.pass(5000);
        }
        let entry = rig.platform.entry("ada");
        assert_eq!((entry.percent, entry.submissions), (Some(90.0), 1));
        assert_eq!(rig.platform.requests(At::Score), 3);
    });
}

#[test]
fn a_platform_that_asks_to_wait_is_left_alone_for_as_long() {
    each(async |db| {
        let rig = Rig::new(db, Family::Canvas).await;
        let (ada, ben) = (rig.learner("ada").await, rig.learner("ben").await);
        let slow_down = Response::plain(403, "403 Forbidden (Rate Limit Exceeded)").with("retry-after", "120");
        rig.platform.fault(At::Score, Fault::Answer(slow_down));
        rig.grade(&ada, "a1", 80.0).await;
        rig.deliver().await;
        assert_eq!(rig.state(&ada).await, (OutboxState::Ready, "throttled".to_owned()));
        assert!(rig.latest(&ada).await.run_at >= rig.now() + 120_000);
        rig.grade(&ben, "b1", 70.0).await;
        rig.deliver().await;
        assert_eq!(rig.state(&ben).await, (OutboxState::Ready, "waiting_for_platform".to_owned()));
        assert_eq!((rig.platform.requests(At::Score), rig.tries(&ben).await.len()), (1, 0));
        rig.settle().await;
        assert_eq!((rig.platform.entry("ada").percent, rig.platform.entry("ben").percent), (Some(80.0), Some(70.0)));
        assert_eq!((rig.platform.entry("ada").submissions, rig.platform.entry("ben").submissions), (1, 1));
    });
}

#[test]
fn a_class_that_hands_in_at_once_lives_with_canvass_leaky_bucket() {
    each(async |db| {
        let rig = Rig::new(db, Family::Canvas).await;
        let names: Vec<String> = (0..24).map(|n| format!("s{n}")).collect();
        rig.platform.state().grades.students.extend(names.clone());
        // Each grade is a look and a score; the bucket takes five of those at once and one more in two seconds.
        rig.platform.state().bucket = Some(Bucket::new(100.0, 10.0));
        let mut sessions = Vec::new();
        for name in &names {
            let session = rig.learner(name).await;
            rig.grade(&session, "a1", 80.0).await;
            sessions.push(session);
        }
        rig.deliver().await;
        let began = rig.now();
        rig.settle().await;
        for (name, session) in names.iter().zip(&sessions) {
            assert_eq!(rig.state(session).await.0, OutboxState::Delivered, "{name}");
            let entry = rig.platform.entry(name);
            assert_eq!((entry.percent, entry.submissions), (Some(80.0), 1), "{name}");
        }
        let (refused, took) = (rig.platform.state().bucket.as_ref().unwrap().refused, rig.now() - began);
        // Chance decides how often: far less than once for each request that each of them would make of a platform that is not left alone.
        assert!((1..=3 * 24).contains(&refused), "{refused} times too much");
        assert!(took < 6 * HOUR, "{took} ms");
    });
}

#[test]
fn a_stale_time_stamp_is_replaced_until_ours_is_the_newer() {
    for family in [Family::Moodle, Family::Canvas, Family::Edx] {
        each(async |db| {
            let rig = Rig::new(db, family).await;
            let ada = rig.learner("ada").await;
            rig.grade(&ada, "a1", 10.0).await;
            rig.deliver().await;
            // Another tool, or this one under a clock that was ahead, has written the same into the future.
            let ahead = Timestamp::from_millisecond(rig.now() + 40_000).unwrap();
            rig.platform.state().grades.entries.get_mut("ada").unwrap().timestamp = Some(ahead);
            rig.pass(1000);
            rig.grade(&ada, "a2", 80.0).await;
            rig.deliver().await;
            assert_eq!(rig.state(&ada).await, (OutboxState::Ready, "stale".to_owned()));
            rig.settle().await;
            rig.assert_delivered(&ada, "delivered").await;
            let entry = rig.platform.entry("ada");
            assert_eq!((entry.percent, entry.messages), (Some(80.0), 2));
            assert_eq!(entry.submissions, 2 * u32::from(family == Family::Canvas));
        });
    }
}

#[test]
fn a_line_item_that_moved_is_found_again() {
    each(async |db| {
        let rig = Rig::new(db, Family::Moodle).await;
        let gone = rig.platform.url("/services/lineitems/99/lineitem?type_id=7");
        let ada = rig.learner_with("ada", Some(gone), ALL_SCOPES).await;
        let new = json!({ "id": rig.platform.line_item(), "label": "x", "scoreMaximum": 100, "resourceLinkId": "link-1" });
        rig.platform.state().line_items.push(new);
        rig.grade(&ada, "a1", 80.0).await;
        rig.deliver().await;
        rig.assert_delivered(&ada, "delivered").await;
        assert_eq!(rig.platform.entry("ada").percent, Some(80.0));
        rig.pass(2000);
        rig.grade(&ada, "a2", 90.0).await;
        rig.deliver().await;
        assert_eq!(rig.platform.requests(At::LineItems), 1, "what was found is kept");
    });
}

#[test]
fn a_link_without_a_column_is_parked_until_it_has_one() {
    each(async |db| {
        let rig = Rig::new(db, Family::Moodle).await;
        let ada = rig.learner_with("ada", None, ALL_SCOPES).await;
        rig.grade(&ada, "a1", 80.0).await;
        rig.deliver().await;
        assert_eq!(rig.state(&ada).await, parked("no_line_item"));
        let made = json!({ "id": rig.platform.line_item(), "label": "x", "scoreMaximum": 100, "resourceLinkId": "link-1" });
        rig.platform.state().line_items.push(made);
        rig.hurry(&ada).await;
        rig.deliver().await;
        rig.assert_delivered(&ada, "delivered").await;
    });
}

#[test]
fn where_making_columns_is_the_tools_part_a_class_gets_one() {
    each(async |db| {
        let rig = Rig::new(db, Family::Edx).await;
        let (ada, ben) = (rig.learner_with("ada", None, ALL_SCOPES).await, rig.learner_with("ben", None, ALL_SCOPES).await);
        rig.grade(&ada, "a1", 80.0).await;
        rig.grade(&ben, "b1", 60.0).await;
        let claimed = rig.courier.claim(8).await.unwrap();
        let together = futures_util::future::join_all(claimed.iter().map(|m| rig.courier.deliver(m))).await;
        assert!(together.iter().all(Result::is_ok));
        for (session, name, percent) in [(&ada, "ada", 80.0), (&ben, "ben", 60.0)] {
            rig.assert_delivered(session, "delivered").await;
            assert_eq!(rig.platform.entry(name).percent, Some(percent));
        }
        let made = rig.platform.state().line_items.clone();
        assert_eq!(made.len(), 1, "{made:?}");
        assert_eq!((&made[0]["resourceLinkId"], &made[0]["label"]), (&json!("link-1"), &json!("Module 1")));
    });
}

#[test]
fn a_deleted_line_item_and_a_missing_right_are_parked() {
    each(async |db| {
        let rig = Rig::new(db, Family::Canvas).await;
        let gone = rig.platform.url("/services/lineitems/99/lineitem?type_id=7");
        let ada = rig.learner_with("ada", Some(gone), &[SCOPE_SCORE]).await;
        rig.grade(&ada, "a1", 80.0).await;
        rig.deliver().await;
        assert_eq!(rig.state(&ada).await, parked("no_line_item"));
        assert_eq!(rig.platform.requests(At::LineItems), 0, "we may not look");
        let ben = rig.learner_with("ben", Some(rig.platform.line_item()), &[SCOPE_SCORE, SCOPE_LINE_ITEM]).await;
        rig.platform.fault(At::Score, Fault::Answer(Response::plain(403, "insufficient scope")));
        rig.grade(&ben, "b1", 80.0).await;
        rig.deliver().await;
        assert_eq!(rig.state(&ben).await, parked("forbidden"));
    });
}

#[test]
fn a_tool_that_is_switched_off_waits_until_it_is_on_again() {
    each(async |db| {
        let rig = Rig::new(db, Family::Canvas).await;
        let ada = rig.learner("ada").await;
        rig.grade(&ada, "a1", 80.0).await;
        for _to_read_and_to_write in 0..2 {
            let off = Response::json(400, "application/json", &json!({ "error": "unauthorized_client" }));
            rig.platform.fault(At::Token, Fault::Answer(off));
        }
        rig.deliver().await;
        assert_eq!(rig.state(&ada).await, (OutboxState::Ready, "token_refused".to_owned()));
        assert!(!rig.ledger(&ada).await.in_doubt, "nothing was sent");
        for _ in 0..2 {
            rig.platform.fault(At::Score, Fault::Answer(Response::plain(401, "Invalid Developer Key")));
        }
        rig.pass(60_000);
        rig.deliver().await;
        assert_eq!(rig.state(&ada).await, (OutboxState::Ready, "token_not_accepted".to_owned()));
        rig.settle().await;
        assert_eq!((rig.platform.entry("ada").percent, rig.platform.entry("ada").submissions), (Some(80.0), 1));
    });
}

#[test]
fn an_address_we_do_not_call_is_parked_without_a_call() {
    each(async |db| {
        let rig = Rig::new(db, Family::Moodle).await;
        let ada = rig.learner_with("ada", Some("https://169.254.169.254/lineitem?type_id=7".into()), ALL_SCOPES).await;
        rig.grade(&ada, "a1", 80.0).await;
        rig.deliver().await;
        assert_eq!(rig.state(&ada).await, parked("address_refused"));
        assert!(!rig.ledger(&ada).await.in_doubt);
    });
}

#[test]
fn two_weeks_of_failing_end_in_a_reason_and_a_button() {
    each(async |db| {
        let rig = Rig::new(db, Family::Moodle).await;
        let ada = rig.learner("ada").await;
        rig.grade(&ada, "a1", 80.0).await;
        rig.pass(15 * 24 * HOUR);
        rig.platform.fault(At::Score, Fault::Answer(Response::plain(503, "maintenance")));
        rig.deliver().await;
        assert_eq!(rig.state(&ada).await, parked("too_old"));
        rig.hurry(&ada).await;
        rig.deliver().await;
        rig.assert_delivered(&ada, "delivered").await;
    });
}

#[test]
fn a_payload_nobody_can_read_is_parked_and_the_next_attempt_replaces_it() {
    each(async |db| {
        let rig = Rig::new(db, Family::Moodle).await;
        let ada = rig.learner("ada").await;
        let mut message = rig.message(&ada, &rig.graded("a1", 80.0));
        message.payload = "{".into();
        let now = rig.now();
        let op = async move |tx: &mut courseferry::store::Tx| courseferry::store::outbox::enqueue(tx, &message, now).await;
        rig.store.write(courseferry::store::Durability::Full, op).await.unwrap();
        rig.deliver().await;
        assert_eq!(rig.state(&ada).await, parked("payload_unreadable"));
        rig.grade(&ada, "a2", 90.0).await;
        rig.deliver().await;
        rig.assert_delivered(&ada, "delivered").await;
    });
}

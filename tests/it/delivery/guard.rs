//! A person's mark in the LMS: what is asked, what is decided, and what happens when the grade book cannot be read.

use std::time::Duration;

use courseferry::{
    lti::ags::{SCOPE_RESULT, SCOPE_SCORE},
    store::{ledger::Decision, outbox::OutboxState, session::Session},
};

use super::{
    HOUR, Rig,
    ferry::{Ferry, until},
};
use crate::{
    databases::{Db, each, postgres},
    fake_platform::{At, FakePlatform, Family, Fault, Response},
    house::Browser,
};

fn edited() -> (OutboxState, String) {
    (OutboxState::Parked, "edited_in_lms".to_owned())
}

/// 60 of ours, then 75 of a teacher's, then an attempt worth 90.
async fn edited_at_75(db: &Db, family: Family, own_column: bool) -> (Rig, Session) {
    let rig = Rig::new(db, family).await;
    rig.platform.state().grades.own_column = own_column;
    let ada = rig.learner("ada").await;
    rig.grade(&ada, "a1", 60.0).await;
    rig.deliver().await;
    rig.pass(5000);
    rig.platform.edit("ada", Some(75.0));
    rig.pass(5000);
    rig.grade(&ada, "a2", 90.0).await;
    rig.deliver().await;
    assert_eq!(rig.state(&ada).await, edited());
    rig.pass(5000);
    (rig, ada)
}

#[test]
fn by_decision_our_score_goes_over_the_mark_and_the_try_says_so() {
    for (family, own_column) in [(Family::Canvas, true), (Family::Moodle, false)] {
        each(async |db| {
            let (rig, ada) = edited_at_75(db, family, own_column).await;
            assert!(rig.decide(&ada, Decision::Replace, Some(75.0)).await);
            rig.grade(&ada, "a2", 90.0).await;
            rig.deliver().await;
            rig.assert_delivered(&ada, "replaced").await;
            assert_eq!(rig.platform.entry("ada").percent, Some(90.0));
            let line = rig.ledger(&ada).await;
            assert_eq!((line.edited, line.seen_score, line.decided_by.as_deref()), (false, Some(90.0), Some("teacher")));
            assert_eq!(rig.tries(&ada).await.last().unwrap().code, "replaced");
            // The decision is used up.
            rig.pass(5000);
            rig.platform.edit("ada", Some(75.0));
            rig.pass(5000);
            rig.grade(&ada, "a3", 95.0).await;
            rig.deliver().await;
            assert_eq!(rig.state(&ada).await, edited());
        });
    }
}

#[test]
fn an_overridden_mark_that_moodle_goes_on_showing_is_told_and_followed() {
    each(async |db| {
        let (rig, ada) = edited_at_75(db, Family::Moodle, true).await;
        rig.decide(&ada, Decision::Replace, Some(75.0)).await;
        rig.grade(&ada, "a2", 90.0).await;
        rig.deliver().await;
        assert_eq!(rig.state(&ada).await, (OutboxState::Parked, "kept_by_lms".to_owned()));
        let line = rig.ledger(&ada).await;
        assert_eq!((line.accepted_score, line.seen_score, line.edited), (Some(90.0), Some(75.0), true), "the LMS said yes");
        // The teacher takes the override away: Moodle shows what it took.
        rig.platform.state().grades.entries.get_mut("ada").unwrap().overridden = false;
        rig.platform.state().grades.entries.get_mut("ada").unwrap().percent = Some(90.0);
        rig.pass(5000);
        rig.courier.read_results(&ada.resource_link_id).await.unwrap();
        rig.settle().await;
        rig.assert_delivered(&ada, "delivered").await;
        assert_eq!(rig.platform.entry("ada").percent, Some(90.0));
        assert!(!rig.ledger(&ada).await.edited);
    });
}

#[test]
fn a_decision_about_one_mark_does_not_cover_another() {
    each(async |db| {
        let (rig, ada) = edited_at_75(db, Family::Canvas, true).await;
        rig.decide(&ada, Decision::Replace, Some(75.0)).await;
        rig.platform.edit("ada", Some(80.0));
        rig.grade(&ada, "a2", 90.0).await;
        rig.deliver().await;
        assert_eq!((rig.state(&ada).await, rig.platform.entry("ada").percent), (edited(), Some(80.0)));
        let line = rig.ledger(&ada).await;
        assert_eq!((line.decision, line.seen_score), (None, Some(80.0)), "asked anew");
    });
}

#[test]
fn a_mark_that_was_kept_stays_kept_for_later_attempts() {
    each(async |db| {
        let (rig, ada) = edited_at_75(db, Family::Canvas, true).await;
        rig.decide(&ada, Decision::Keep, Some(75.0)).await;
        rig.pass(HOUR);
        rig.grade(&ada, "a3", 100.0).await;
        rig.deliver().await;
        assert_eq!((rig.state(&ada).await, rig.platform.entry("ada").percent), (edited(), Some(75.0)));
        assert_eq!(rig.ledger(&ada).await.standing_decision(), Some(Decision::Keep));
    });
}

#[test]
fn when_the_teacher_takes_the_mark_back_the_grade_goes_out_by_itself() {
    each(async |db| {
        let (rig, ada) = edited_at_75(db, Family::Canvas, true).await;
        rig.courier.read_results(&ada.resource_link_id).await.unwrap();
        assert_eq!(rig.state(&ada).await, edited(), "it is still there");
        rig.platform.edit("ada", Some(60.0));
        rig.pass(1);
        rig.courier.read_results(&ada.resource_link_id).await.unwrap();
        rig.deliver().await;
        rig.assert_delivered(&ada, "delivered").await;
        assert_eq!(rig.platform.entry("ada").percent, Some(90.0));
    });
}

#[test]
fn a_mark_retyped_as_ours_is_found_out_afterwards() {
    each(async |db| {
        let rig = Rig::new(db, Family::Moodle).await;
        let ada = rig.learner("ada").await;
        rig.grade(&ada, "a1", 60.0).await;
        rig.deliver().await;
        rig.pass(5000);
        rig.platform.edit("ada", Some(60.0));
        rig.pass(5000);
        rig.grade(&ada, "a2", 90.0).await;
        rig.deliver().await;
        assert_eq!(rig.platform.entry("ada").percent, Some(60.0), "Moodle said yes and kept the override");
        rig.pass(1);
        rig.courier.read_results(&ada.resource_link_id).await.unwrap();
        let line = rig.ledger(&ada).await;
        assert_eq!((line.edited, line.seen_score), (true, Some(60.0)));
    });
}

#[test]
fn an_edit_while_the_outcome_is_in_doubt_is_seen_too() {
    for lost in [Fault::HangUpBefore, Fault::HangUpAfter] {
        each(async |db| {
            let rig = Rig::new(db, Family::Canvas).await;
            let ada = rig.learner("ada").await;
            rig.grade(&ada, "a1", 60.0).await;
            rig.deliver().await;
            rig.pass(5000);
            rig.grade(&ada, "a2", 90.0).await;
            rig.platform.fault(At::Score, lost.clone());
            rig.deliver().await;
            assert_eq!(rig.state(&ada).await.1, "no_answer");
            rig.platform.edit("ada", Some(75.0));
            rig.settle().await;
            assert_eq!((rig.state(&ada).await, rig.platform.entry("ada").percent), (edited(), Some(75.0)));
        });
    }
}

#[test]
fn a_grade_locked_in_moodle_is_called_so_from_the_third_try_on_and_arrives_when_it_is_unlocked() {
    each(async |db| {
        let rig = Rig::new(db, Family::Moodle).await;
        let ada = rig.learner("ada").await;
        rig.grade(&ada, "a1", 60.0).await;
        rig.deliver().await;
        rig.platform.state().grades.entries.get_mut("ada").unwrap().locked = true;
        rig.pass(5000);
        rig.grade(&ada, "a2", 90.0).await;
        for (code, at_least) in [("platform_error", 0), ("platform_error", 0), ("error_for_grade", HOUR), ("error_for_grade", HOUR)] {
            rig.deliver().await;
            assert_eq!(rig.state(&ada).await, (OutboxState::Ready, code.to_owned()));
            let next = rig.latest(&ada).await.run_at;
            assert!(next >= rig.now() + at_least && next <= rig.now() + 6 * HOUR, "{code}: in {} ms", next - rig.now());
            rig.pass(next - rig.now());
        }
        // One that nobody locked goes its way meanwhile, and at once.
        let ben = rig.learner("ben").await;
        rig.grade(&ben, "b1", 70.0).await;
        rig.deliver().await;
        rig.assert_delivered(&ben, "delivered").await;
        rig.platform.state().grades.entries.get_mut("ada").unwrap().locked = false;
        rig.settle().await;
        rig.assert_delivered(&ada, "delivered").await;
        assert_eq!(rig.platform.entry("ada").percent, Some(90.0));
    });
}

#[test]
fn a_moodle_that_fails_altogether_is_not_taken_for_a_lock() {
    each(async |db| {
        let rig = Rig::new(db, Family::Moodle).await;
        let ada = rig.learner("ada").await;
        rig.grade(&ada, "a1", 60.0).await;
        for _ in 0..6 {
            rig.platform.fault(At::Results, Fault::Answer(Response::plain(503, "maintenance")));
            rig.platform.fault(At::Score, Fault::Answer(Response::plain(500, "broken")));
            rig.deliver().await;
            let (state, code) = rig.state(&ada).await;
            assert!(state == OutboxState::Ready && code != "error_for_grade", "{code}");
            let next = rig.latest(&ada).await.run_at;
            rig.pass((next - rig.now()).max(0));
        }
        rig.platform.state().clear_faults();
        rig.settle().await;
        rig.assert_delivered(&ada, "delivered").await;
    });
}

#[test]
fn a_canvas_that_is_asked_too_much_is_never_taken_for_one_that_shows_nothing() {
    each(async |db| {
        let rig = Rig::new(db, Family::Canvas).await;
        let ada = rig.learner("ada").await;
        rig.grade(&ada, "a1", 60.0).await;
        rig.deliver().await;
        rig.pass(5000);
        rig.platform.edit("ada", Some(75.0));
        rig.grade(&ada, "a2", 90.0).await;
        let limit = "403 Forbidden (Rate Limit Exceeded)";
        for (at, words) in [(At::Results, limit), (At::Results, "Forbidden"), (At::Token, limit)] {
            for _ in 0..5 {
                if at == At::Token {
                    rig.platform.revoke_tokens();
                }
                let full = Response::plain(403, words).with("x-rate-limit-remaining", "0.0");
                rig.platform.fault(at, Fault::Answer(full));
                rig.deliver().await;
                let next = rig.latest(&ada).await.run_at;
                rig.pass((next - rig.now()).max(0));
            }
        }
        assert_eq!(rig.state(&ada).await.1, "throttled");
        assert_eq!((rig.platform.requests(At::Score), rig.platform.entry("ada").percent), (1, Some(75.0)), "nothing went out unread");
        rig.settle().await;
        assert_eq!((rig.state(&ada).await, rig.platform.entry("ada").percent), (edited(), Some(75.0)));
    });
}

#[test]
fn results_that_never_work_do_not_hold_grades_for_ever() {
    for broken in [Fault::Answer(Response::plain(500, "broken")), Fault::HangUpBefore] {
        each(async |db| {
            let rig = Rig::new(db, Family::Canvas).await;
            let ada = rig.learner("ada").await;
            for _ in 0..100 {
                rig.platform.fault(At::Results, broken.clone());
            }
            rig.grade(&ada, "a1", 80.0).await;
            rig.deliver().await;
            assert_eq!(rig.state(&ada).await, (OutboxState::Ready, "results_unread".to_owned()), "not blindly at once");
            let began = rig.now();
            rig.settle().await;
            rig.assert_delivered(&ada, "delivered").await;
            assert!(rig.now() - began < 10 * 60_000, "within minutes: {} ms", rig.now() - began);
            let codes: Vec<String> = rig.tries(&ada).await.into_iter().map(|t| t.code).collect();
            assert_eq!(codes, ["results_unread", "results_unread", "results_unread", "delivered"]);
        });
    }
}

#[test]
fn results_that_work_again_in_time_still_protect_the_mark() {
    each(async |db| {
        let rig = Rig::new(db, Family::Canvas).await;
        let ada = rig.learner("ada").await;
        rig.grade(&ada, "a1", 60.0).await;
        rig.deliver().await;
        rig.platform.edit("ada", Some(75.0));
        for _ in 0..3 {
            rig.platform.fault(At::Results, Fault::Answer(Response::plain(503, "maintenance")));
        }
        rig.pass(5000);
        rig.grade(&ada, "a2", 90.0).await;
        rig.settle().await;
        assert_eq!((rig.state(&ada).await, rig.platform.entry("ada").percent), (edited(), Some(75.0)));
    });
}

#[test]
fn where_results_are_refused_for_good_the_grade_goes_out_as_before() {
    for refusal in [Response::plain(403, "insufficient scope"), Response::plain(404, "no"), Response::new(200, "text/html", "<html>")] {
        each(async |db| {
            let rig = Rig::new(db, Family::Moodle).await;
            let ada = rig.learner("ada").await;
            rig.platform.fault(At::Results, Fault::Answer(refusal.clone()));
            rig.grade(&ada, "a1", 80.0).await;
            rig.deliver().await;
            rig.assert_delivered(&ada, "delivered").await;
            assert_eq!(rig.tries(&ada).await.len(), 1);
        });
    }
}

#[test]
fn a_score_costs_one_look_and_none_where_it_may_not_look() {
    each(async |db| {
        let rig = Rig::new(db, Family::Moodle).await;
        let ada = rig.learner("ada").await;
        let ben = rig.learner_with("ben", Some(rig.platform.line_item()), &[SCOPE_SCORE]).await;
        rig.grade(&ben, "b1", 80.0).await;
        rig.deliver().await;
        assert_eq!(rig.platform.requests(At::Results), 0);
        // The link's last launch says what is granted.
        rig.learner_with("ada", Some(rig.platform.line_item()), &[SCOPE_SCORE, SCOPE_RESULT]).await;
        rig.grade(&ada, "a1", 80.0).await;
        rig.deliver().await;
        assert_eq!((rig.platform.requests(At::Results), rig.platform.requests(At::Score)), (1, 2));
    });
}

#[test]
fn a_slow_delivery_holds_on_to_its_message() {
    postgres(async |db| {
        let rig = Rig::new(db, Family::Moodle).await;
        let ada = rig.learner("ada").await;
        for at in [At::Results, At::Score] {
            rig.platform.fault(at, Fault::Slow(Duration::from_secs(4)));
        }
        rig.grade(&ada, "a1", 80.0).await;
        let message = rig.courier.claim(1).await.unwrap().remove(0);
        let looks = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            rig.pass(15_000);
            tokio::time::sleep(Duration::from_secs(6)).await;
            rig.latest(&ada).await.lease_until
        };
        let (delivered, lease) = tokio::join!(rig.courier.deliver(&message), looks);
        delivered.unwrap();
        assert_eq!(lease, Some(rig.now() + 20_000), "held on to after five seconds");
        rig.assert_delivered(&ada, "delivered").await;
    });
}

/// Through the real program, as people do it: an attempt, a teacher's own mark, a better attempt, a decision.
#[test]
fn a_teachers_mark_survives_a_better_attempt_until_the_teacher_sends_ours() {
    for (family, own_column) in [(Family::Canvas, true), (Family::Moodle, false)] {
        each(async |db| {
            let platform = FakePlatform::start(family);
            platform.state().grades.own_column = own_column;
            let ferry = Ferry::start(&platform, db).await;
            ferry.take_quiz(&platform, "ada", false).await;
            until("the first grade", || platform.entry("ada").percent == Some(50.0)).await;
            tokio::time::sleep(Duration::from_millis(1100)).await;
            platform.edit("ada", Some(75.0));
            let mut learner = Browser::new();
            let result = ferry.take_quiz_in(&mut learner, &platform, "ada", true).await;
            let mut teacher = Browser::new();
            let class = ferry.launch(&mut teacher, &platform, "tess", "Instructor").await;
            let address = format!("{}/class", class.root());
            let mut page = teacher.get(&address).await;
            for _ in 0..100 {
                if page.body.contains("Keep 75 %") {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
                page = teacher.get(&address).await;
            }
            for words in ["edited in the LMS", "The LMS shows 75 %; here it is 100 %.", "Keep 75 %", "Send 100 %"] {
                assert!(page.body.contains(words), "{words}: {}", page.body);
            }
            assert_eq!(
                (platform.entry("ada").percent, platform.state().posted.iter().filter(|p| p["scoreGiven"] == 100.0).count()),
                (Some(75.0), 0)
            );
            let receipt = learner.get(&result.url).await;
            for words in ["Edited in the LMS", "It shows 75 %.", "Your grade here is 100 %.", "unless your teacher decides otherwise"] {
                assert!(receipt.body.contains(words), "{words}: {}", receipt.body);
            }
            let (resend, mark) = (
                page.attribute("/resend\"><input type=\"hidden\" name=\"form_token\"", "action"),
                page.attribute("name=\"mark\"", "value"),
            );
            let url = format!("{}{resend}", &page.url[..page.url.find("/l/").unwrap()]);
            let form = [("form_token", page.form_token()), ("replace", "yes".to_owned()), ("mark", mark)];
            let sent = teacher.post(&url, &form).await;
            assert!(sent.body.contains("The grade is on its way"), "{}", sent.body);
            until("ours", || platform.entry("ada").percent == Some(100.0)).await;
        });
    }
}

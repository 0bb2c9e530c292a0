//! The real program, killed in the middle: a quiz handed in before is graded exactly right afterwards.

use std::time::Duration;

use super::ferry::{Ferry, until};
use crate::{
    databases::each,
    fake_platform::{At, FakePlatform, Family, Fault},
};

#[test]
fn killed_between_attempt_and_delivery_the_grade_arrives_after_the_next_start() {
    each(async |db| {
        let platform = FakePlatform::start(Family::Canvas);
        let mut ferry = Ferry::start(&platform, db).await;
        platform.fault(At::Token, Fault::Stall(Duration::from_secs(2)));
        let result = ferry.take_quiz(&platform, "ada", true).await;
        assert!(result.body.contains("100 %"), "{}", result.body);
        until("the delivery has begun", || platform.requests(At::Token) == 1).await;
        ferry.kill();
        assert_eq!(platform.requests(At::Score), 0);
        ferry.serve().await;
        until("the grade", || platform.entry("ada").percent == Some(100.0)).await;
        assert_eq!((platform.entry("ada").messages, platform.state().posted.len()), (1, 1));
    });
}

#[test]
fn killed_while_the_platform_stores_the_grade_it_is_not_sent_twice() {
    each(async |db| {
        // Another server may live on PostgreSQL, so a dead one's lease has to run out: one family is enough there.
        for family in [Family::Canvas, Family::Moodle].into_iter().take(if db.is_sqlite() { 2 } else { 1 }) {
            let platform = FakePlatform::start(family);
            let mut ferry = Ferry::start(&platform, db).await;
            platform.fault(At::Score, Fault::Slow(Duration::from_millis(700)));
            ferry.take_quiz(&platform, "ada", true).await;
            until("the score is on its way", || platform.requests(At::Score) == 1).await;
            ferry.kill();
            until("the platform has it", || platform.entry("ada").percent == Some(100.0)).await;
            let looks = platform.requests(At::Results);
            ferry.serve().await;
            until("somebody looks", || platform.requests(At::Results) > looks).await;
            tokio::time::sleep(Duration::from_millis(500)).await;
            let entry = platform.entry("ada");
            assert_eq!((entry.percent, entry.messages), (Some(100.0), 1));
            assert_eq!((entry.submissions, platform.state().posted.len()), (u32::from(family == Family::Canvas), 1));
        }
    });
}

#[test]
fn killed_while_the_platform_loses_the_grade_it_is_sent_again() {
    each(async |db| {
        let platform = FakePlatform::start(Family::Edx);
        let mut ferry = Ferry::start(&platform, db).await;
        platform.fault(At::Score, Fault::Stall(Duration::from_millis(700)));
        ferry.take_quiz(&platform, "ada", false).await;
        until("the score is on its way", || platform.requests(At::Score) == 1).await;
        ferry.kill();
        ferry.serve().await;
        until("the grade", || platform.entry("ada").percent == Some(50.0)).await;
        assert_eq!(platform.entry("ada").messages, 1);
    });
}

#[test]
fn killed_again_and_again_at_any_moment_a_class_gets_exactly_its_grades() {
    each(async |db| {
        let platform = FakePlatform::start(Family::Canvas);
        let names: Vec<String> = (0..6).map(|i| format!("s{i}")).collect();
        platform.state().grades.students.extend(names.clone());
        let mut ferry = Ferry::start(&platform, db).await;
        for round in 0..3_u64 {
            for (i, name) in names.iter().enumerate().filter(|(i, _)| i % 3 == usize::try_from(round).unwrap()) {
                platform.fault(At::Score, Fault::Slow(Duration::from_millis(40 * (i as u64 + 1))));
                ferry.take_quiz(&platform, name, i.is_multiple_of(2)).await;
            }
            tokio::time::sleep(Duration::from_millis(37 * round)).await;
            ferry.kill();
            ferry.serve().await;
        }
        let wanted = |i: usize| Some(if i.is_multiple_of(2) { 100.0 } else { 50.0 });
        until("every grade", || names.iter().enumerate().all(|(i, n)| platform.entry(n).percent == wanted(i))).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        for (i, name) in names.iter().enumerate() {
            let entry = platform.entry(name);
            assert_eq!(entry.percent, wanted(i), "{name}");
            assert!(entry.submissions <= 1, "{name} has {} submissions", entry.submissions);
        }
    });
}

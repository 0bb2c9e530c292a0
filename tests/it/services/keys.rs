//! Platforms' keys: kept, refreshed, never asked for too often.

use std::time::Duration;

use courseferry::services::key_sets::KeySetError;

use super::Rig;
use crate::{
    databases::block_on,
    fake_platform::{At, Family, Fault, Response},
};

#[test]
fn keys_are_fetched_once_and_live_as_long_as_they_may() {
    block_on(async {
        for (max_age, life) in [(None, 3600), (Some(600), 600), (Some(1), 300), (Some(i64::MAX), 86_400)] {
            let rig = Rig::new(Family::Moodle);
            if let Some(age) = max_age {
                rig.platform.max_age(age);
            }
            let (keys, url) = (rig.keys(), rig.platform.url("/jwks"));
            for _ in 0..10 {
                assert!(keys.holding(&url, "platform-1").await.unwrap().has("platform-1"));
            }
            rig.wait(life - 1);
            keys.holding(&url, "platform-1").await.unwrap();
            assert_eq!(rig.platform.requests(At::Jwks), 1, "{max_age:?}");
            rig.wait(1);
            keys.holding(&url, "platform-1").await.unwrap();
            assert_eq!(rig.platform.requests(At::Jwks), 2, "{max_age:?}");
        }
    });
}

#[test]
fn a_flood_of_unknown_keys_costs_one_fetch_a_minute_and_a_new_key_is_found() {
    block_on(async {
        let rig = Rig::new(Family::Canvas);
        let (keys, url) = (rig.keys(), rig.platform.url("/jwks"));
        keys.holding(&url, "platform-1").await.unwrap();
        rig.wait(59);
        for i in 0..50 {
            keys.holding(&url, &format!("random-{i}")).await.unwrap();
        }
        assert_eq!(rig.platform.requests(At::Jwks), 1);
        let kid = rig.platform.rotate();
        rig.wait(1);
        assert!(keys.holding(&url, &kid).await.unwrap().has(&kid));
        for i in 0..50 {
            keys.holding(&url, &format!("random-{i}")).await.unwrap();
        }
        assert_eq!(rig.platform.requests(At::Jwks), 2);
    });
}

#[test]
fn a_class_that_launches_at_once_causes_one_fetch() {
    block_on(async {
        let rig = Rig::new(Family::Moodle);
        rig.platform.fault(At::Jwks, Fault::Slow(Duration::from_millis(200)));
        let (keys, url) = (rig.keys(), rig.platform.url("/jwks"));
        let all = futures_util::future::join_all((0..50).map(|_| keys.holding(&url, "platform-1"))).await;
        assert!(all.into_iter().all(|k| k.unwrap().has("platform-1")));
        assert_eq!(rig.platform.requests(At::Jwks), 1);
    });
}

#[test]
fn old_keys_outlive_a_failing_platform_which_is_asked_again_within_seconds() {
    block_on(async {
        let rig = Rig::new(Family::Moodle);
        let (keys, url) = (rig.keys(), rig.platform.url("/jwks"));
        keys.holding(&url, "platform-1").await.unwrap();
        rig.wait(3600);
        rig.platform.fault(At::Jwks, Fault::Answer(Response::plain(503, "maintenance")));
        assert!(keys.holding(&url, "platform-1").await.unwrap().has("platform-1"));
        assert!(keys.holding(&url, "platform-1").await.unwrap().has("platform-1"));
        assert_eq!(rig.platform.requests(At::Jwks), 2, "a failure is not repeated for every launch");
        rig.wait(6);
        keys.holding(&url, "platform-1").await.unwrap();
        assert_eq!(rig.platform.requests(At::Jwks), 3);
    });
}

#[test]
fn a_first_fetch_that_fails_says_why_and_is_no_cooldown() {
    block_on(async {
        let rig = Rig::new(Family::Moodle);
        let (keys, url) = (rig.keys(), rig.platform.url("/jwks"));
        rig.platform.fault(At::Jwks, Fault::HangUpBefore);
        assert!(matches!(keys.holding(&url, "platform-1").await, Err(KeySetError::Fetch(_))));
        assert!(matches!(keys.holding(&url, "platform-1").await, Err(KeySetError::Fetch(_))), "told again without a call");
        assert_eq!(rig.platform.requests(At::Jwks), 1);
        rig.wait(6);
        rig.platform.fault(At::Jwks, Fault::Answer(Response::new(200, "text/html", "<html>log in</html>")));
        assert!(matches!(keys.holding(&url, "platform-1").await, Err(KeySetError::Unreadable(_))));
        rig.wait(6);
        rig.platform.fault(At::Jwks, Fault::Answer(Response::plain(302, "").with("location", rig.platform.url("/elsewhere"))));
        assert!(matches!(keys.holding(&url, "platform-1").await, Err(KeySetError::Status(302))));
        rig.wait(6);
        assert!(keys.holding(&url, "platform-1").await.is_ok(), "seconds later, not a minute");
        assert!(matches!(keys.holding("not an address", "k").await, Err(KeySetError::Address(_))));
    });
}

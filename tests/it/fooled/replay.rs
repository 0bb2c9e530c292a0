//! A launch works once: in a race, after a restart, with the pieces of two launches.

use courseferry::web::Options;
use serde_json::json;

use super::Rows;
use crate::{
    databases::{each, sqlite},
    delivery::Ferry,
    fake_platform::{FakePlatform, Family},
    house::{Browser, House},
};

#[test]
fn fifty_replays_at_once_open_exactly_one_session() {
    each(async |db| {
        let house = House::open_with(db, Options { failures_a_minute: 1000, ..Options::default() }).await;
        // Once with everything new, once on the path where every row stands ready.
        for round in 1..=2 {
            let mut browser = Browser::new();
            let (state, nonce) = house.login(&mut browser).await;
            let mut claims = house.claims("u1");
            claims["nonce"] = json!(nonce);
            let token = house.issuer.key.sign(&claims).unwrap();
            let mut racers: Vec<_> = (0..50).map(|_| Browser::new()).collect();
            racers.iter_mut().for_each(|r| r.cookies = browser.cookies.clone());
            let url = format!("{}/lti/launch", house.base);
            let fields = [("id_token", token), ("state", state)];
            let posts = racers.iter_mut().map(async |r| r.post_from(&url, &fields, None).await.status.as_u16());
            let answers = futures_util::future::join_all(posts).await;
            assert_eq!(answers.iter().filter(|s| **s == 303).count(), 1, "{answers:?}");
            assert_eq!(answers.iter().filter(|s| **s == 400).count(), 49, "{answers:?}");
            assert_eq!(Rows::of(db).await.count("session").await, round);
        }
    });
}

#[test]
fn pieces_of_two_launches_do_not_fit_together() {
    each(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        let (a, b) = (house.login(&mut browser).await, house.login(&mut browser).await);
        // State of one, nonce of the other, both of this very browser.
        house.finish(&mut browser, house.claims("u1"), &a.0, &b.1).await.assert_refused(&browser);
        house.finish(&mut browser, house.claims("u1"), &b.0, &a.1).await.assert_refused(&browser);
        assert_eq!(house.finish(&mut browser, house.claims("u1"), &a.0, &a.1).await.status, 200);
        // The token of a launch that was made, with a fresh login: in this browser and in another.
        let mut claims = house.claims("u1");
        claims["nonce"] = json!(a.1);
        let used = house.issuer.key.sign(&claims).unwrap();
        assert_eq!(house.post_token(&mut browser, &used, &b.0).await.status, 400);
        let mut other = Browser::new();
        let (fresh, _) = house.login(&mut other).await;
        house.post_token(&mut other, &used, &fresh).await.assert_refused(&other);
        assert_eq!(Rows::of(db).await.count("session").await, 1);
    });
}

#[test]
fn nothing_used_is_good_again_after_a_restart_in_order_or_by_force() {
    sqlite(async |db| {
        let platform = FakePlatform::start(Family::Moodle);
        let mut ferry = Ferry::start(&platform, db).await;
        let launch = format!("{}/lti/launch", ferry.base);
        for by_force in [false, true] {
            let mut browser = Browser::new();
            let used = ferry.form(&mut browser, &platform, "ada", "Learner").await;
            let login = browser.cookies.clone();
            let page = browser.post_from(&launch, &used, Some(&platform.url(""))).await;
            let page = browser.follow(page).await;
            assert_eq!(page.status, 200, "{}", page.body);
            let mut waiting = Browser::new();
            let not_yet = ferry.form(&mut waiting, &platform, "bob", "Learner").await;
            if by_force {
                ferry.kill();
            } else {
                ferry.stop();
            }
            ferry.serve().await;
            let mut again = Browser::new();
            again.cookies = login;
            again.post_from(&launch, &used, Some(&platform.url(""))).await.assert_refused(&again);
            // A login under way outlives a restart in order; after a crash it is void, because its use may have been lost.
            let page = waiting.post_from(&launch, &not_yet, Some(&platform.url(""))).await;
            assert_eq!(page.status.as_u16(), if by_force { 400 } else { 303 }, "{}", page.body);
            assert_eq!(browser.get(&page.url.replace("/lti/launch", "/healthz")).await.status, 200);
        }
    });
}

//! Floods of failures: answered briefly, per registration and address, and never at the cost of good launches.

use courseferry::{
    config::Network,
    store::{DEFAULT_TENANT, launch_log},
    web::Options,
};

use crate::{
    databases::{Db, sqlite},
    house::{Browser, House, Page, client as http, registration},
};

/// A bad login of `client` from `address`.
async fn fail(house: &House, client: &str, address: &str) -> Page {
    let mut fields = house.login_fields();
    fields.retain(|(n, _)| *n != "client_id");
    fields.push(("client_id", client.to_owned()));
    fields.iter_mut().filter(|(n, _)| *n == "target_link_uri").for_each(|(_, v)| "https://evil.example/".clone_into(v));
    let request = http().post(format!("{}/lti/login", house.base)).header("x-forwarded-for", address).form(&fields);
    Browser::new().send(request).await
}

async fn logged(db: &Db) -> usize {
    launch_log::recent(&mut db.store.read().await.unwrap(), DEFAULT_TENANT, 10_000).await.unwrap().len()
}

#[test]
fn failures_are_counted_per_registration_and_address_and_the_limit_can_be_raised() {
    sqlite(async |db| {
        let options = Options { failures_a_minute: 120, trusted_proxies: vec![Network::parse("127.0.0.1").unwrap()], ..Options::default() };
        let house = House::open_with(db, options).await;
        house.register(registration(&house.issuer, "client-2")).await;
        for n in 0..120 {
            assert_eq!(fail(&house, "client-1", "203.0.113.5").await.status, 400, "{n}");
        }
        let many = fail(&house, "client-1", "203.0.113.5").await;
        assert_eq!((many.status.as_u16(), many.headers["retry-after"].to_str().unwrap()), (429, "60"));
        assert!(many.body.contains("Too many failed attempts") && many.body.contains("What to do"), "{}", many.body);
        assert_eq!(logged(db).await, 120, "what is too much is not kept");
        // Another registration, another address, another platform: each has a count of its own.
        assert_eq!(fail(&house, "client-2", "203.0.113.5").await.status, 400);
        assert_eq!(fail(&house, "client-1", "203.0.113.6").await.status, 400);
        assert_eq!(fail(&house, "nobody", "203.0.113.5").await.status, 403);
        // An address that the proxy does not vouch for is none: the right-most one counts.
        assert_eq!(fail(&house, "client-1", "198.51.100.9, 203.0.113.5").await.status, 429);
    });
}

#[test]
fn the_limit_is_never_below_a_hundred() {
    sqlite(async |db| {
        let house = House::open_with(db, Options { failures_a_minute: 1, ..Options::default() }).await;
        for n in 0..100 {
            assert_eq!(fail(&house, "client-1", "").await.status, 400, "{n}");
        }
        assert_eq!(fail(&house, "client-1", "").await.status, 429);
    });
}

#[test]
fn a_class_behind_one_address_launches_through_a_flood() {
    sqlite(async |db| {
        let house = House::open(db).await;
        for _ in 0..110 {
            fail(&house, "client-1", "").await;
        }
        assert_eq!(fail(&house, "client-1", "").await.status, 429);
        for n in 0..120 {
            let mut browser = Browser::new();
            assert_eq!(house.launch(&mut browser, house.claims(&format!("u{n}"))).await.status, 200, "{n}");
        }
    });
}

#[test]
fn logins_that_never_come_back_do_not_fill_the_cookie_jar() {
    sqlite(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        let mut last = (String::new(), String::new());
        for _ in 0..40 {
            last = house.login(&mut browser).await;
        }
        assert!(browser.cookies.len() <= 20, "{}", browser.cookies.len());
        let page = house.finish(&mut browser, house.claims("u1"), &last.0, &last.1).await;
        assert_eq!(page.status, 200, "the newest is kept: {}", page.body);
    });
}

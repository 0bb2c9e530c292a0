//! Registrations and keys that a server remembers: they save looks, and change nothing about who is let in. Other programs write
//! to the same database; what they do counts at once, however lately this server read.

use courseferry::{
    ids,
    lti::jose::SigningKey,
    store::{
        DEFAULT_TENANT, Durability, Store, StoreError, Tx, launch_log,
        registration::{self, Registration, RegistrationStatus},
    },
};
use serde_json::json;

use crate::{
    databases::{Db, each, sqlite},
    house::{Browser, House, Issuer},
};

/// What another program does: its own connections, its own clock.
async fn elsewhere<F>(db: &Db, op: F)
where
    F: AsyncFn(&mut Tx) -> Result<(), StoreError> + Send + 'static,
{
    let other = Store::connect(&db.settings).await.unwrap();
    other.write(Durability::Full, op).await.unwrap();
    other.close().await;
}

async fn change(db: &Db, id: &str, change: impl Fn(&mut Registration) + Send + 'static) {
    let (id, now) = (id.to_owned(), courseferry::clock::now().as_millisecond() + 1);
    elsewhere(db, async move |tx: &mut Tx| {
        let mut row = registration::find(tx, &id).await?.unwrap();
        change(&mut row);
        row.updated_at = now;
        registration::update(tx, &row).await.map(drop)
    })
    .await;
}

/// A house whose clock stands still, so that nothing it remembers ever grows old; it has just seen a launch.
async fn warm(db: &Db) -> House {
    let house = House::open_at_rest(db).await;
    let page = house.launch(&mut Browser::new(), house.claims("u1")).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let page = house.launch(&mut Browser::new(), house.claims("u1")).await;
    assert_eq!(page.status, 200, "{}", page.body);
    house
}

async fn login_code(house: &House) -> (u16, String) {
    let mut browser = Browser::new();
    let page = browser.post_from(&format!("{}/lti/login", house.base), &house.login_fields(), None).await;
    (page.status.as_u16(), page.body)
}

#[test]
fn a_login_and_a_launch_of_a_remembered_platform_are_one_write_each() {
    // With every reading connection taken away, what needs a look would wait in vain.
    sqlite(async |db| {
        let house = warm(db).await;
        let mut taken = Vec::new();
        for _ in 0..4 {
            taken.push(db.store.read().await.unwrap());
        }
        let mut browser = Browser::new();
        let (state, nonce) = house.login(&mut browser).await;
        let mut claims = house.claims("u1");
        claims["nonce"] = json!(nonce);
        let fields = [("id_token", house.issuer.key.sign(&claims).unwrap()), ("state", state)];
        let answer = browser.post_from(&format!("{}/lti/launch", house.base), &fields, None).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        drop(taken);
        assert_eq!(browser.follow(answer).await.status, 200);
    });
}

#[test]
fn a_platform_switched_off_by_another_program_is_refused_at_once() {
    each(async |db| {
        let house = warm(db).await;
        let mut browser = Browser::new();
        let (state, nonce) = house.login(&mut browser).await;
        change(db, &house.registration_id, |r| r.status = RegistrationStatus::Disabled).await;
        let page = house.finish(&mut browser, house.claims("u1"), &state, &nonce).await;
        page.assert_refused(&browser);
        assert_eq!(login_code(&house).await.0, 403);
        // Switched on again, the same login still waits: nothing was consumed.
        change(db, &house.registration_id, |r| r.status = RegistrationStatus::Active).await;
        assert_eq!(house.finish(&mut browser, house.claims("u1"), &state, &nonce).await.status, 200);
    });
}

#[test]
fn a_platform_removed_by_another_program_is_unknown_at_once() {
    each(async |db| {
        let house = warm(db).await;
        let mut browser = Browser::new();
        let (state, nonce) = house.login(&mut browser).await;
        let id = house.registration_id.clone();
        elsewhere(db, async move |tx: &mut Tx| registration::remove(tx, &id).await.map(drop)).await;
        house.finish(&mut browser, house.claims("u1"), &state, &nonce).await.assert_refused(&browser);
        assert_eq!(login_code(&house).await.0, 403);
    });
}

#[test]
fn keys_of_an_address_that_was_changed_are_believed_no_more() {
    each(async |db| {
        let house = warm(db).await;
        // The house may not call the new address, and says so rather than trust what it has.
        let address = format!("{}/jwks", Issuer::serve(&SigningKey::generate("key-1").unwrap()).await);
        change(db, &house.registration_id, move |r| r.jwks_url.clone_from(&address)).await;
        let mut browser = Browser::new();
        let page = house.launch(&mut browser, house.claims("u1")).await;
        page.assert_refused(&browser);
        let log = launch_log::recent(&mut db.store.read().await.unwrap(), DEFAULT_TENANT, 1).await.unwrap();
        assert_eq!(log[0].code, "keys_unreadable");
    });
}

#[test]
fn what_another_program_let_frame_us_is_framed_at_the_next_launch() {
    each(async |db| {
        let house = warm(db).await;
        let (id, now) = (house.registration_id.clone(), courseferry::clock::now().as_millisecond() + 1);
        let op = async move |tx: &mut Tx| registration::set_embedders(tx, &id, r#"["https://portal.example"]"#, now).await.map(drop);
        elsewhere(db, op).await;
        let page = house.launch(&mut Browser::new(), house.claims("u1")).await;
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("https://portal.example"), "{policy}");
    });
}

#[test]
fn a_remembered_platform_takes_no_token_twice_and_none_for_another_login() {
    each(async |db| {
        let house = warm(db).await;
        let (mut browser, mut other) = (Browser::new(), Browser::new());
        let (state, nonce) = house.login(&mut browser).await;
        let (others_state, others_nonce) = house.login(&mut other).await;
        // The nonce of another login; another target; another browser.
        house.finish(&mut browser, house.claims("u1"), &state, &others_nonce).await.assert_refused(&browser);
        let mut elsewhere = house.claims("u1");
        elsewhere["https://purl.imsglobal.org/spec/lti/claim/target_link_uri"] = json!(format!("{}/lti/other?to=beta", house.base));
        house.finish(&mut browser, elsewhere, &state, &nonce).await.assert_refused(&browser);
        house.finish(&mut browser, house.claims("u1"), &others_state, &others_nonce).await.assert_refused(&browser);
        let cookies = browser.cookies.clone();
        assert_eq!(house.finish(&mut browser, house.claims("u1"), &state, &nonce).await.status, 200);
        let mut again = Browser::new();
        again.cookies = cookies;
        house.finish(&mut again, house.claims("u1"), &state, &nonce).await.assert_refused(&again);
        // And a state that never was.
        house.finish(&mut again, house.claims("u1"), &ids::timed_token(0, 32).unwrap(), &nonce).await.assert_refused(&again);
    });
}

//! Each platform is given an address of our key set that is its own: whoever fetches it there has the keys.

use courseferry::{
    app::{audit::By, tool_keys},
    ids,
    lti::ags::SCOPE_SCORE,
    store::{
        Durability, Tx, key_proof,
        registration::{self, Registration},
    },
};
use serde_json::Value;

use super::{keys, master, proofs, proofs::Rig, signer};
use crate::{
    databases::{Db, each},
    house::{Browser, Page},
};

impl Rig {
    fn keyset(&self, platform: &str) -> String {
        format!("{}/lti/jwks.json?platform={platform}", self.house.base)
    }
}

/// What is known to be fetched, by whom.
async fn fetched(db: &Db) -> Vec<(String, String)> {
    proofs(&db.store).await.into_iter().filter(|p| p.fetched_at.is_some()).map(|p| (p.registration_id, p.kid)).collect()
}

#[test]
fn a_platform_that_fetches_at_its_own_address_has_the_keys_of_that_moment() {
    each(async |db| {
        let mut rig = Rig::open(db).await;
        let id = rig.registration.id.clone();
        let served = Browser::new().get(&rig.keyset(&id)).await;
        let before = proofs(&db.store).await;
        assert_eq!(before.len(), 1, "{before:?}");
        assert!(before.iter().all(|p| p.registration_id == id && served.body.contains(&p.kid) && p.granted_at.is_none()), "{before:?}");
        let page = rig.page().await;
        assert!(page.body.contains("1 of 2 platforms proved") && page.body.contains("fetched the key set"), "{}", page.body);

        rig.house.ahead.fetch_add(60_000, std::sync::atomic::Ordering::Relaxed);
        Browser::new().get(&rig.keyset(&id)).await;
        assert_eq!(proofs(&db.store).await, before, "since when, not when last");

        tool_keys::rotate(&db.store, &master(), By::command_line(), rig.house.app.now()).await.unwrap();
        assert!(rig.page().await.body.contains("0 of 2 platforms proved"), "another key, another fetch");
        Browser::new().get(&rig.keyset(&id)).await;
        assert!(rig.page().await.body.contains("1 of 2 platforms proved"));

        let key = signer(&db.store).await;
        rig.platform.trust(key.public_jwk());
        rig.ask(&key, SCOPE_SCORE).await.unwrap();
        assert!(rig.page().await.body.contains("gave a token"), "the better proof is shown");
    });
}

#[test]
fn nobody_else_proves_anything_and_everybody_gets_the_keys() {
    each(async |db| {
        let rig = Rig::open(db).await;
        let id = rig.registration.id.clone();
        let plain = Browser::new().get(&format!("{}/lti/jwks.json", rig.house.base)).await.body;
        let other = ids::new_id();
        for platform in ["", &other, &id.to_uppercase(), &format!("{id}'"), "%00", "%ff", &"a".repeat(4000)] {
            let page = Browser::new().get(&rig.keyset(platform)).await;
            assert_eq!((page.status.as_u16(), &page.body), (200, &plain), "{platform}");
        }
        // An administrator who opens it to look at it is no platform.
        let by_hand = reqwest::Client::new().get(rig.keyset(&id)).header("sec-fetch-mode", "navigate").send().await.unwrap();
        assert_eq!((by_hand.status().as_u16(), by_hand.text().await.unwrap()), (200, plain));
        assert_eq!(fetched(db).await, []);
    });
}

#[test]
fn a_fetch_that_cannot_be_written_down_gets_the_keys_all_the_same() {
    each(async |db| {
        let rig = Rig::open(db).await;
        db.run("DROP TABLE key_proof").await;
        let page = Browser::new().get(&rig.keyset(&rig.registration.id)).await;
        assert!(page.status == 200 && page.body.contains(signer(&db.store).await.kid()), "{}", page.body);
        assert_eq!(Browser::new().get(&rig.keyset("")).await.body, page.body);
    });
}

#[test]
fn what_was_fetched_is_forgotten_with_the_key_and_the_platform() {
    each(async |db| {
        let rig = Rig::open(db).await;
        let id = rig.registration.id.clone();
        Browser::new().get(&rig.keyset(&id)).await;
        assert_eq!(fetched(db).await.len(), keys(&db.store).await.len());
        let gone = id.clone();
        db.store.write(Durability::Full, async move |tx: &mut Tx| registration::remove(tx, &gone).await).await.unwrap();
        assert_eq!(fetched(db).await, []);
        Browser::new().get(&rig.keyset(&id)).await;
        let late = async move |tx: &mut Tx| key_proof::fetched(tx, &id, "no such key", 1).await;
        db.store.write(Durability::Full, late).await.unwrap();
        assert_eq!(fetched(db).await, [], "neither for platforms nor for keys that are no more");
    });
}

/// Sends the form of *Add a platform*, *Moodle*, with this id in it.
async fn add(rig: &mut Rig, id: &str, client_id: &str) -> Page {
    let url = format!("{}/admin/platforms/add/moodle", rig.house.base);
    let form_token = rig.admin.get(&url).await.form_token();
    let fields = [("form_token", form_token.as_str()), ("id", id), ("site", "https://moodle.example.edu"), ("client_id", client_id)];
    rig.admin.post(&url, &fields.map(|(name, text)| (name, text.to_owned()))).await
}

async fn registered(db: &Db, client_id: &str) -> Registration {
    let mut tx = db.store.read().await.unwrap();
    registration::by_client(&mut tx, "https://moodle.example.edu", client_id).await.unwrap().unwrap()
}

#[test]
fn the_address_that_the_form_shows_is_the_platforms_own_once_it_is_added() {
    each(async |db| {
        let mut rig = Rig::open(db).await;
        let form = rig.admin.get(&format!("{}/admin/platforms/add/moodle", rig.house.base)).await;
        let id = form.attribute("name=\"id\"", "value");
        assert!(ids::is_id(&id) && form.body.contains(&rig.keyset(&id)), "{}", form.body);
        Browser::new().get(&rig.keyset(&id)).await;
        assert_eq!(fetched(db).await, [], "nobody is called so yet");
        let added = add(&mut rig, &id, "one").await;
        assert_eq!(registered(db, "one").await.id, id);
        assert!(added.body.contains(&rig.keyset(&id)), "its page shows the same: {}", added.body);
        Browser::new().get(&rig.keyset(&id)).await;
        assert!(fetched(db).await.iter().all(|(platform, _)| *platform == id) && !fetched(db).await.is_empty());

        // Sent again for another client id, from the same page; and with what is no id.
        for (sent, client_id) in [(id.as_str(), "two"), ("../x", "three"), ("", "four")] {
            add(&mut rig, sent, client_id).await;
            let row = registered(db, client_id).await;
            assert!(ids::is_id(&row.id) && row.id != id, "{client_id}: {}", row.id);
        }
        assert_eq!(registered(db, "one").await.id, id);
    });
}

#[test]
fn canvas_reads_a_keyset_address_of_its_own_from_our_json() {
    each(async |db| {
        let mut rig = Rig::open(db).await;
        let form = rig.admin.get(&format!("{}/admin/platforms/add/canvas", rig.house.base)).await;
        let id = form.attribute("name=\"id\"", "value");
        let address = format!("{}/lti/canvas.json?platform={id}", rig.house.base);
        assert!(form.body.contains(&address), "{}", form.body);
        let json = async |url: &str| serde_json::from_str::<Value>(&Browser::new().get(url).await.body).unwrap();
        assert_eq!(json(&address).await["public_jwk_url"], rig.keyset(&id));
        for wrong in ["", "?platform=", "?platform=%22%3E%3Cb%3E"] {
            let said = json(&format!("{}/lti/canvas.json{wrong}", rig.house.base)).await;
            assert_eq!(said["public_jwk_url"], format!("{}/lti/jwks.json", rig.house.base), "{wrong}");
        }
    });
}

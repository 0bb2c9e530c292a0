//! Our signing keys: turned by schedule, one instance at a time, with time for platforms to fetch them; and who has fetched them.

use std::{sync::Arc, time::Duration};

use courseferry::{
    app::{
        Site,
        audit::By,
        key_proofs,
        tool_keys::{self, LEAD, Turned},
    },
    clock, ids,
    lti::{
        ags::{SCOPE_RESULT, SCOPE_SCORE},
        jose::SigningKey,
        seal::MasterKey,
    },
    services::{
        http::{Client, Options},
        tokens::{Platform, TokenFault, Tokens},
    },
    store::{
        DEFAULT_TENANT, Durability, Store, StoreError, Tx, key_proof,
        registration::{self, Registration, RegistrationStatus},
        tenant::{self, Tenant, TenantKind},
        tool_key::{self, KeyStatus, ToolKey},
    },
    worker,
};
use tokio::sync::watch;

use crate::{
    admin::administrator,
    databases::{Db, each},
    delivery::Ferry,
    fake_platform::{At, FakePlatform, Family, Fault, Response},
    house::{self, Browser, House, Page},
    store::NOW,
};

const DAY: i64 = 24 * 60 * 60 * 1000;

fn master() -> MasterKey {
    MasterKey::parse(&"0f".repeat(32)).unwrap()
}

async fn keys(store: &Store) -> Vec<ToolKey> {
    tool_key::list(&mut store.read().await.unwrap(), DEFAULT_TENANT).await.unwrap()
}

async fn states(store: &Store) -> Vec<KeyStatus> {
    keys(store).await.into_iter().map(|k| k.status).collect()
}

async fn signer(store: &Store) -> SigningKey {
    tool_keys::signing_key(store, &master()).await.unwrap()
}

#[test]
fn by_schedule_a_key_is_published_ahead_signs_in_its_turn_and_stays_for_a_while() {
    each(async |db| {
        let turn = async |days, at| tool_keys::turn(&db.store, &master(), days, NOW + at).await.unwrap();
        tool_keys::ensure(&db.store, &master(), NOW).await.unwrap();
        let first = signer(&db.store).await.kid().to_owned();
        assert_eq!(turn(90, 88 * DAY - 1).await, None);
        let Some(Turned::Announced(second)) = turn(90, 88 * DAY).await else { panic!("it is due") };
        assert_eq!(states(&db.store).await, [KeyStatus::Next, KeyStatus::Active]);
        assert_eq!(signer(&db.store).await.kid(), first, "the new one is published only");
        assert_eq!(turn(90, 88 * DAY).await, None, "one at a time");
        assert_eq!(turn(90, 90 * DAY - 1).await, None);
        assert_eq!(turn(90, 90 * DAY).await, Some(Turned::Signs(second.clone())));
        assert_eq!(signer(&db.store).await.kid(), second);
        let old = keys(&db.store).await.into_iter().find(|k| k.kid == first).unwrap();
        assert_eq!((old.status, old.retired_at), (KeyStatus::Retired, Some(NOW + 90 * DAY)), "published still");
        assert_eq!(turn(90, 178 * DAY - 1).await, None, "each signs for 90 days");
        assert!(matches!(turn(90, 178 * DAY).await, Some(Turned::Announced(_))));
    });
}

#[test]
fn without_a_schedule_nothing_turns_but_what_was_announced() {
    each(async |db| {
        let turn = async |days, at| tool_keys::turn(&db.store, &master(), days, NOW + at).await.unwrap();
        tool_keys::ensure(&db.store, &master(), NOW).await.unwrap();
        assert_eq!(turn(0, 3000 * DAY).await, None);
        assert!(matches!(turn(7, 3000 * DAY).await, Some(Turned::Announced(_))));
        // Switched off meanwhile: a key that everybody has fetched is not left hanging.
        assert!(matches!(turn(0, 3000 * DAY + LEAD).await, Some(Turned::Signs(_))));
        assert_eq!(turn(0, 6000 * DAY).await, None);
    });
}

#[test]
fn of_instances_that_turn_at_once_one_does() {
    each(async |db| {
        tool_keys::ensure(&db.store, &master(), NOW).await.unwrap();
        // Another instance has connections of its own.
        let other = Store::connect(&db.settings).await.unwrap();
        for at in [NOW + 90 * DAY, NOW + 90 * DAY + LEAD] {
            let all = futures_util::future::join_all((0..6).map(|n| {
                let store = if n % 2 == 0 { &db.store } else { &other };
                async move { tool_keys::turn(store, &master(), 90, at).await.unwrap() }
            }))
            .await;
            assert_eq!(all.iter().flatten().count(), 1, "{all:?}");
        }
        assert_eq!(states(&db.store).await, [KeyStatus::Active, KeyStatus::Retired]);
        other.close().await;
    });
}

#[test]
fn a_rotation_by_hand_takes_the_place_of_the_announced_key_too() {
    each(async |db| {
        tool_keys::ensure(&db.store, &master(), NOW).await.unwrap();
        tool_keys::turn(&db.store, &master(), 7, NOW + 7 * DAY).await.unwrap();
        let now = NOW + 7 * DAY + 1;
        let kid = tool_keys::rotate(&db.store, &master(), By::command_line(), now).await.unwrap();
        assert_eq!(states(&db.store).await, [KeyStatus::Active, KeyStatus::Retired, KeyStatus::Retired]);
        assert_eq!(tool_keys::turn(&db.store, &master(), 0, now + 9 * DAY).await.unwrap(), None, "what may have leaked never signs");
        assert_eq!(signer(&db.store).await.kid(), kid);
    });
}

#[test]
fn the_sweeper_keeps_the_schedule() {
    each(async |db| {
        tool_keys::ensure(&db.store, &master(), clock::now().as_millisecond() - 8 * DAY).await.unwrap();
        let site = Site::parse("http://127.0.0.1:1").unwrap();
        let mut app = house::app(&db.store, site, clock::system(), &[]);
        app.rotate_keys_days = 7;
        let (stop, stopped) = watch::channel(false);
        let short = Duration::from_millis(10);
        let sweeper = tokio::spawn(worker::sweep_every(Arc::new(app), 90, stopped, short, short));
        let began = std::time::Instant::now();
        while states(&db.store).await != [KeyStatus::Next, KeyStatus::Active] {
            assert!(began.elapsed() < Duration::from_secs(20), "no key was announced");
            tokio::time::sleep(short).await;
        }
        stop.send(true).unwrap();
        sweeper.await.unwrap();
    });
}

/// A platform that is asked for tokens, beside a house whose administrator looks at the page.
struct Rig {
    house: House,
    platform: FakePlatform,
    registration: Registration,
    tokens: Tokens,
    admin: Browser,
}

impl Rig {
    async fn open(db: &Db) -> Rig {
        let platform = FakePlatform::start(Family::Moodle);
        let house = House::open(db).await;
        let registration = Registration { name: "Campus <i>Moodle</i>".to_owned(), ..platform.registration() };
        house.register(registration.clone()).await;
        tool_keys::rotate(&db.store, &master(), By::command_line(), house.app.now()).await.unwrap();
        let http = Client::new(&Options { allow_hosts: platform.allow(), ..Options::default() }).unwrap();
        let tokens = Tokens::new(http, clock::system()).heard_by(key_proofs::witness(db.store.clone(), clock::system()));
        let (admin, _) = administrator(&house).await;
        Rig { house, platform, registration, tokens, admin }
    }

    async fn ask(&self, key: &SigningKey, scope: &str) -> Result<(), TokenFault> {
        let platform = Platform {
            registration_id: &self.registration.id,
            client_id: &self.registration.client_id,
            token_url: &self.registration.token_url,
            audience: None,
            key,
        };
        self.tokens.get(&platform, &[scope]).await.map(drop)
    }

    async fn page(&mut self) -> Page {
        let page = self.admin.get(&format!("{}/admin/keys", self.house.base)).await;
        assert_eq!(page.status, 200, "{}", page.body);
        page
    }
}

#[test]
fn a_token_proves_that_the_platform_has_the_key_that_asked_for_it() {
    each(async |db| {
        let mut rig = Rig::open(db).await;
        let first = signer(&db.store).await;
        let page = rig.page().await;
        assert!(page.body.contains("0 of 2 platforms proved to have it") && page.body.contains(first.kid()), "{}", page.body);
        assert!(page.body.contains("not asked since this key signs"), "{}", page.body);
        assert!(page.body.contains("Campus &#60;i&#62;Moodle") && !page.body.contains("<i>"), "{}", page.body);

        rig.platform.trust(first.public_jwk());
        rig.ask(&first, SCOPE_SCORE).await.unwrap();
        let page = rig.page().await;
        assert!(
            page.body.contains("1 of 2 platforms") && page.body.contains("has it") && page.body.contains("token given"),
            "{}",
            page.body
        );

        tool_keys::rotate(&db.store, &master(), By::command_line(), rig.house.app.now()).await.unwrap();
        let second = signer(&db.store).await;
        let page = rig.page().await;
        assert!(page.body.contains("0 of 2 platforms") && page.body.contains("Retired keys"), "another key, another proof: {}", page.body);
        rig.platform.fault(At::Token, Fault::Answer(Response::plain(401, "invalid_client: Ada Lovelace has no such key")));
        assert!(rig.ask(&second, SCOPE_RESULT).await.is_err());
        let page = rig.page().await;
        assert!(page.body.contains("token refused") && !page.body.contains("Lovelace"), "{}", page.body);

        rig.platform.trust(second.public_jwk());
        rig.ask(&second, SCOPE_RESULT).await.unwrap();
        let page = rig.page().await;
        assert!(page.body.contains("1 of 2 platforms") && !page.body.contains("token refused"), "{}", page.body);
        assert_eq!(key_proof::list(&mut db.store.read().await.unwrap(), DEFAULT_TENANT).await.unwrap().len(), 2);
    });
}

#[test]
fn silence_and_faults_prove_nothing_and_a_lost_proof_costs_no_token() {
    each(async |db| {
        let rig = Rig::open(db).await;
        let key = signer(&db.store).await;
        rig.platform.trust(key.public_jwk());
        for fault in [Fault::Answer(Response::plain(503, "down")), Fault::Answer(Response::plain(200, "no json")), Fault::HangUpBefore] {
            rig.platform.fault(At::Token, fault);
            assert!(rig.ask(&key, SCOPE_SCORE).await.is_err());
        }
        let proofs = async || key_proof::list(&mut db.store.read().await.unwrap(), DEFAULT_TENANT).await.unwrap();
        assert_eq!(proofs().await, []);
        // A key of which the database knows nothing: nowhere to write, and the token is good all the same.
        let unknown = SigningKey::generate("unknown").unwrap();
        rig.platform.trust(unknown.public_jwk());
        rig.ask(&unknown, SCOPE_SCORE).await.unwrap();
        assert_eq!(proofs().await, []);
    });
}

#[test]
fn proofs_go_with_their_key_and_with_their_platform() {
    each(async |db| {
        let rig = Rig::open(db).await;
        let (kid, id) = (signer(&db.store).await.kid().to_owned(), rig.registration.id.clone());
        let count = async || key_proof::list(&mut db.store.read().await.unwrap(), DEFAULT_TENANT).await.unwrap().len();
        let (k, r) = (kid.clone(), id.clone());
        let prove = async move |tx: &mut Tx| {
            key_proof::refused(tx, &r, &k, NOW).await?;
            key_proof::granted(tx, &r, &k, NOW + 1).await
        };
        db.store.write(Durability::Full, prove.clone()).await.unwrap();
        let one = key_proof::list(&mut db.store.read().await.unwrap(), DEFAULT_TENANT).await.unwrap().remove(0);
        assert_eq!((one.granted_at, one.refused_at), (Some(NOW + 1), Some(NOW)));
        let now = rig.house.app.now();
        tool_keys::rotate(&db.store, &master(), By::command_line(), now).await.unwrap();
        let forget = async move |tx: &mut Tx| tool_key::forget_retired(tx, DEFAULT_TENANT, now + 1).await;
        assert_eq!(db.store.write(Durability::Full, forget).await.unwrap(), 1);
        assert_eq!(count().await, 0, "the key is forgotten");
        let (k, r) = (signer(&db.store).await.kid().to_owned(), id.clone());
        db.store.write(Durability::Full, async move |tx: &mut Tx| key_proof::granted(tx, &r, &k, NOW).await).await.unwrap();
        assert_eq!(count().await, 1);
        db.store.write(Durability::Full, async move |tx: &mut Tx| registration::remove(tx, &id).await).await.unwrap();
        assert_eq!(count().await, 0, "the platform is removed");
    });
}

#[test]
fn the_page_lists_who_asks_for_keys_and_nobody_else() {
    each(async |db| {
        let mut rig = Rig::open(db).await;
        let row = |name: &str, n: &str| Registration {
            id: ids::new_id(),
            name: name.to_owned(),
            ..house::registration(&rig.house.issuer, &format!("c{n}"))
        };
        let off = Registration { status: RegistrationStatus::Disabled, ..row("Switched off", "2") };
        let old = Registration { issuer: "LTI 1.1".to_owned(), ..row("Speaks 1.1", "3") };
        let foreign = Registration { tenant_id: "trial-1".to_owned(), ..row("Foreign", "4") };
        let op = async move |tx: &mut Tx| {
            tenant::insert(tx, &Tenant { id: "trial-1".into(), name: "T".into(), kind: TenantKind::Trial, created_at: 0 }).await?;
            for r in [&off, &old, &foreign] {
                registration::insert(tx, r).await?;
            }
            Ok::<_, StoreError>(())
        };
        db.store.write(Durability::Full, op).await.unwrap();
        let page = rig.page().await;
        assert!(page.body.contains("0 of 2 platforms") && page.body.contains("href=\"/admin/audit\""), "{}", page.body);
        for name in ["Switched off", "Speaks 1.1", "Foreign", "sealed"] {
            assert!(!page.body.contains(name), "{name}");
        }
        assert!(page.body.contains("rotate_keys_days"), "no schedule: {}", page.body);
        tool_keys::turn(&db.store, &master(), 7, rig.house.app.now() + 7 * DAY).await.unwrap();
        let page = rig.page().await;
        assert!(page.body.contains("The next key") && page.body.contains("published"), "{}", page.body);
        let published = Browser::new().get(&format!("{}/lti/jwks.json", rig.house.base)).await;
        for key in keys(&db.store).await {
            assert!(published.body.contains(&key.kid), "every key that signs or will is published");
        }
        assert_eq!(Browser::new().get(&format!("{}/admin/keys", rig.house.base)).await.status, 401);
    });
}

async fn keys_page(ferry: &Ferry) -> String {
    let account = [("link", ferry.administrator_link()), ("name", "anna".to_owned())];
    let password = ["password", "again"].map(|field| (field, "correct horse battery".to_owned()));
    let mut browser = Browser::new();
    browser.post(&format!("{}/admin/sign-in/account", ferry.base), &[account, password].concat()).await;
    browser.get(&format!("{}/admin/keys", ferry.base)).await.body
}

#[test]
fn a_grade_that_the_real_program_sent_proves_its_key() {
    each(async |db| {
        let platform = FakePlatform::start(Family::Moodle);
        let ferry = Ferry::start(&platform, db).await;
        ferry.take_quiz(&platform, "ada", true).await;
        let began = std::time::Instant::now();
        while platform.entry("ada").percent != Some(100.0) {
            assert!(began.elapsed() < Duration::from_secs(20), "no grade came");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let page = keys_page(&ferry).await;
        assert!(page.contains("1 of 1 platform proved to have it"), "{page}");
    });
}

#[test]
fn the_doctor_asks_and_so_proves_the_key_before_any_grade() {
    each(async |db| {
        let platform = FakePlatform::start(Family::Moodle);
        let ferry = Ferry::start(&platform, db).await;
        assert!(keys_page(&ferry).await.contains("0 of 1 platform proved to have it"));
        ferry.doctor();
        let page = keys_page(&ferry).await;
        assert!(page.contains("1 of 1 platform proved to have it"), "{page}");
    });
}

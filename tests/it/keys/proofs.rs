//! What a platform's answers prove, and the page that shows it.

use std::time::Duration;

use courseferry::{
    app::{
        Site,
        audit::By,
        doctor::{Doctor, Order},
        key_proofs::{self, Has, KeyRing},
        tool_keys,
    },
    clock, ids,
    lti::{
        ags::{SCOPE_RESULT, SCOPE_SCORE},
        jose::SigningKey,
    },
    services::{
        http::{Client, Options},
        tokens::{Platform, TokenFault, Tokens},
    },
    store::{
        DEFAULT_TENANT, Durability, StoreError, Tx, key_proof,
        registration::{self, Registration, RegistrationStatus},
        tenant::{self, Tenant, TenantKind},
        tool_key::{self, KeyStatus},
    },
};

use super::{DAY, keys, master, proofs, signer};
use crate::{
    admin::administrator,
    databases::{Db, each},
    delivery::Ferry,
    fake_platform::{At, FakePlatform, Family, Fault, Response},
    house::{self, Browser, House, Page},
    store::NOW,
};

/// A platform that is asked for tokens, beside a house whose administrator looks at the page.
pub(super) struct Rig {
    pub(super) house: House,
    pub(super) platform: FakePlatform,
    pub(super) registration: Registration,
    pub(super) tokens: Tokens,
    pub(super) admin: Browser,
}

impl Rig {
    pub(super) async fn open(db: &Db) -> Rig {
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

    pub(super) async fn ask(&self, key: &SigningKey, scope: &str) -> Result<(), TokenFault> {
        let platform = Platform {
            registration_id: &self.registration.id,
            client_id: &self.registration.client_id,
            token_url: &self.registration.token_url,
            audience: None,
            key,
        };
        self.tokens.get(&platform, &[scope]).await.map(drop)
    }

    pub(super) async fn page(&mut self) -> Page {
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
        assert!(
            page.body.contains("0 of 2 platforms proved to have the key that signs") && page.body.contains(first.kid()),
            "{}",
            page.body
        );
        assert!(page.body.contains("Never asked.") && !page.body.contains("A token was refused."), "{}", page.body);
        assert!(page.body.contains("Campus &#60;i&#62;Moodle") && !page.body.contains("<i>"), "{}", page.body);

        rig.platform.trust(first.public_jwk());
        rig.ask(&first, SCOPE_SCORE).await.unwrap();
        let page = rig.page().await;
        assert!(
            page.body.contains("1 of 2 platforms") && page.body.contains("has it") && page.body.contains("gave a token"),
            "{}",
            page.body
        );

        tool_keys::rotate(&db.store, &master(), By::command_line(), rig.house.app.now()).await.unwrap();
        let second = signer(&db.store).await;
        let page = rig.page().await;
        assert!(page.body.contains("0 of 2 platforms") && page.body.contains("retired"), "another key, another proof: {}", page.body);
        rig.platform.fault(At::Token, Fault::Answer(Response::plain(401, "invalid_client: Ada Lovelace has no such key")));
        assert!(rig.ask(&second, SCOPE_RESULT).await.is_err());
        let page = rig.page().await;
        assert!(
            page.body.contains("refused a token") && page.body.contains("A token was refused.") && !page.body.contains("Lovelace"),
            "{}",
            page.body
        );

        rig.platform.trust(second.public_jwk());
        rig.ask(&second, SCOPE_RESULT).await.unwrap();
        let page = rig.page().await;
        assert!(page.body.contains("1 of 2 platforms") && !page.body.contains("refused a token"), "{}", page.body);
        assert_eq!(proofs(&db.store).await.len(), 2);
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
        assert_eq!(proofs(&db.store).await, []);
        // A key of which the database knows nothing: nowhere to write, and the token is good all the same.
        let unknown = SigningKey::generate("unknown").unwrap();
        rig.platform.trust(unknown.public_jwk());
        rig.ask(&unknown, SCOPE_SCORE).await.unwrap();
        assert_eq!(proofs(&db.store).await, []);
    });
}

#[test]
fn proofs_go_with_their_key_and_with_their_platform() {
    each(async |db| {
        let rig = Rig::open(db).await;
        let (kid, id) = (signer(&db.store).await.kid().to_owned(), rig.registration.id.clone());
        let count = async || proofs(&db.store).await.len();
        let (k, r) = (kid.clone(), id.clone());
        let prove = async move |tx: &mut Tx| {
            key_proof::refused(tx, &r, &k, NOW).await?;
            key_proof::granted(tx, &r, &k, NOW + 1).await
        };
        db.store.write(Durability::Full, prove).await.unwrap();
        let said = async || proofs(&db.store).await.iter().map(|p| (p.granted_at, p.refused_at)).collect::<Vec<_>>();
        assert_eq!(said().await, [(Some(NOW + 1), None)], "the latest answer was a token");
        let (k, r) = (kid.clone(), id.clone());
        db.store.write(Durability::Full, async move |tx: &mut Tx| key_proof::refused(tx, &r, &k, NOW + 2).await).await.unwrap();
        assert_eq!(said().await, [(Some(NOW + 1), Some(NOW + 2))], "what is proved stays proved");
        let (k, r) = (kid.clone(), id.clone());
        db.store.write(Durability::Full, async move |tx: &mut Tx| key_proof::granted(tx, &r, &k, NOW + 3).await).await.unwrap();
        assert_eq!(said().await, [(Some(NOW + 1), None)], "since when, not when last");
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
        assert!(page.body.contains("another is made") && !page.body.contains("Next key"), "{}", page.body);
        tool_keys::turn(&db.store, &master(), 14, rig.house.app.now() + 14 * DAY).await.unwrap();
        let page = rig.page().await;
        for text in ["Next key", "at the latest", "0 proved to have the next one", "The next key is not proved."] {
            assert!(page.body.contains(text), "{text}: {}", page.body);
        }
        let published = Browser::new().get(&format!("{}/lti/jwks.json", rig.house.base)).await;
        for key in keys(&db.store).await {
            assert!(published.body.contains(&key.kid), "every key that signs or will is published");
        }
        assert_eq!(Browser::new().get(&format!("{}/admin/keys", rig.house.base)).await.status, 401);
    });
}

/// Has the doctor look at the platform.
async fn examine(rig: &Rig, db: &Db) {
    let http = Client::new(&Options { allow_hosts: rig.platform.allow(), ..Options::default() }).unwrap();
    let site = Site::parse(&rig.house.base).unwrap();
    let doctor = Doctor::new(db.store.clone(), clock::system(), http, master(), site);
    doctor.visit(By::command_line(), rig.registration.clone(), Order::default()).await.unwrap();
}

#[test]
fn the_doctor_tries_the_announced_key_and_shows_who_lacks_it_before_it_signs() {
    each(async |db| {
        let mut rig = Rig::open(db).await;
        tool_keys::turn(&db.store, &master(), 14, rig.house.app.now() + 14 * DAY).await.unwrap();
        let next = keys(&db.store).await.into_iter().find(|k| k.status == KeyStatus::Next).unwrap().kid;
        let id = rig.registration.id.clone();
        let said = async || {
            let ring = KeyRing::read(&mut db.store.read().await.unwrap(), DEFAULT_TENANT, 14).await.unwrap();
            [ring.key(KeyStatus::Active).unwrap().kid.clone(), next.clone()].map(|kid| ring.has(&id, &kid))
        };
        examine(&rig, db).await;
        assert!(matches!(said().await, [Has::Refused(_), Has::Unknown]), "who takes neither key is asked once: {:?}", said().await);
        // It holds a pasted key.
        rig.platform.trust(signer(&db.store).await.public_jwk());
        examine(&rig, db).await;
        assert!(matches!(said().await, [Has::Token(_), Has::Refused(_)]), "{:?}", said().await);
        // It reads our key set.
        let served = Browser::new().get(&format!("{}/lti/jwks.json", rig.house.base)).await;
        rig.platform.trust_document(&served.body);
        examine(&rig, db).await;
        assert!(matches!(said().await, [Has::Token(_), Has::Token(_)]), "{:?}", said().await);
        assert!(rig.page().await.body.contains("1 proved to have the next one"));
        let refused = rig.platform.breaches();
        assert!(refused.len() == 2 && refused.iter().all(|b| b.contains("publishes no key")), "{refused:?}");
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
        assert!(page.contains("1 of 1 platform proved to have the key that signs"), "{page}");
    });
}

#[test]
fn the_doctor_asks_and_so_proves_the_key_before_any_grade() {
    each(async |db| {
        let platform = FakePlatform::start(Family::Moodle);
        let ferry = Ferry::start(&platform, db).await;
        assert!(keys_page(&ferry).await.contains("0 of 1 platform proved to have the key that signs"));
        ferry.doctor();
        let page = keys_page(&ferry).await;
        assert!(page.contains("1 of 1 platform proved to have the key that signs"), "{page}");
    });
}

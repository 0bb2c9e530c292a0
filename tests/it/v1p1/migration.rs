//! A site moves from LTI 1.1 to 1.3: its learners keep their work, if a key of theirs signs for it.

use courseferry::store::{
    DEFAULT_TENANT, Durability, Tx,
    outbox::{self, OutboxState, Slot},
    registration,
    session::Session,
    tenant::{self, Tenant, TenantKind},
};
use data_encoding::BASE64;
use openssl::{hash::MessageDigest, pkey::PKey, sign::Signer};
use serde_json::{Value, json};

use super::Site;
use crate::{
    databases::each,
    house::{Browser, CLIENT_ID, Page},
    learn::{start, submit},
};

const CLAIM: &str = "https://purl.imsglobal.org/spec/lti/claim/lti1p1";
const LTI: &str = "https://purl.imsglobal.org/spec/lti/claim/";

impl Site {
    /// A launch of LTI 1.3 with the claim, signed with `secret` for this very launch; `change` has the last word.
    async fn move_over(&self, browser: &mut Browser, secret: Option<&str>, change: impl Fn(&mut Value)) -> Page {
        let house = &self.house;
        let (state, nonce) = house.login(browser).await;
        let mut claims = house.claims("ada-of-1.3");
        claims[format!("{LTI}context")]["id"] = json!("new-course");
        claims[format!("{LTI}resource_link")]["id"] = json!("new-link");
        claims[CLAIM] = json!({ "oauth_consumer_key": self.key, "user_id": "ada", "context_id": "course-1", "resource_link_id": "link-1" });
        if let Some(secret) = secret {
            let exp = claims["exp"].to_string();
            let signed = [self.key.as_str(), "d1", &house.issuer.url(), CLIENT_ID, &exp, &nonce].join("&");
            let key = PKey::hmac(secret.as_bytes()).unwrap();
            let mac = Signer::new(MessageDigest::sha256(), &key).unwrap().sign_oneshot_to_vec(signed.as_bytes()).unwrap();
            claims[CLAIM]["oauth_consumer_key_sign"] = json!(BASE64.encode(&mac));
        }
        change(&mut claims);
        house.finish(browser, claims, &state, &nonce).await
    }

    /// By LTI 1.1: reads a lesson and hands a quiz in, whose grade has not left yet.
    async fn work(&self) {
        let mut form = self.form("ada");
        form.push(("lis_outcome_service_url".to_owned(), "https://old.example.edu/service".to_owned()));
        form.push(("lis_result_sourcedid".to_owned(), "cell".to_owned()));
        let mut browser = Browser::new();
        let home = self.launch(&mut browser, &form).await;
        let read = browser.post(&format!("{}/p/a-one/read", home.root()), &[("form_token", home.form_token())]).await;
        assert_eq!(read.status, 200, "{}", read.body);
        let quiz = start(&mut browser, &home).await;
        let result = submit(&mut browser, &quiz, &[("a-q1", "yes"), ("a-q2", "12.5")]).await;
        assert!(result.body.contains("100 %"), "{}", result.body);
    }

    async fn session(&self, browser: &Browser) -> Session {
        let token = &browser.cookies[browser.sessions()[0]];
        self.house.app.visit(&courseferry::app::launch_id(token), token).await.unwrap().unwrap().session
    }
}

/// Lessons read, and whether the quiz shows a result.
async fn kept(browser: &mut Browser, page: &Page) -> (usize, bool) {
    let done = page.body.split("entry-lesson").filter(|part| part.split('"').next().unwrap().contains(" done")).count();
    let quiz = browser.get(&format!("{}/p/alpha-quiz", page.root())).await;
    (done, quiz.body.contains("/result/"))
}

#[test]
fn a_signed_claim_brings_the_work_along() {
    each(async |db| {
        let site = Site::open(db).await;
        site.work().await;
        let mut browser = Browser::new();
        let page = site.move_over(&mut browser, Some(&site.secret), |_| {}).await;
        assert_eq!(page.status, 200, "{}", page.body);
        assert_eq!(kept(&mut browser, &page).await, (1, true), "{}", page.body);
        // The grade that waited goes the new way.
        let s = site.session(&browser).await;
        let mut tx = db.store.read().await.unwrap();
        let message = outbox::latest(&mut tx, &s.resource_link_id, &s.learner_id, Slot::Grade).await.unwrap().unwrap();
        assert_eq!((message.state, message.registration_id.as_str()), (OutboxState::Ready, site.house.registration_id.as_str()));
        drop(tx);
        // Again, with work done since: nothing is lost and nothing comes twice.
        let mut again = Browser::new();
        let page = site.move_over(&mut again, Some(&site.secret), |_| {}).await;
        assert_eq!(kept(&mut again, &page).await, (1, true));
        // Links that have not moved go on as before, with what was read there.
        let mut old = Browser::new();
        let page = site.launch(&mut old, &site.with("resource_link_id", Some("link-2"))).await;
        assert_eq!(kept(&mut old, &page).await, (1, false));
    });
}

/// What is wrong, the secret that signs, and a change to the claims after that.
type Attempt<'a> = (&'static str, Option<&'a String>, fn(&mut Value));

#[test]
fn a_claim_that_proves_nothing_moves_nothing_and_fails_no_launch() {
    each(async |db| {
        let site = Site::open(db).await;
        site.work().await;
        let another = "another secret".to_owned();
        let attempts: &[Attempt<'_>] = &[
            ("no signature", None, |_| {}),
            ("another secret", Some(&another), |_| {}),
            ("signed for another launch", Some(&site.secret), |c| c["exp"] = json!(c["exp"].as_i64().unwrap() + 1)),
            ("an unknown key", Some(&site.secret), |c| c[CLAIM]["oauth_consumer_key"] = json!("nobody's")),
            ("no object", Some(&site.secret), |c| c[CLAIM] = json!("x")),
            ("a person unknown there", Some(&site.secret), |c| c[CLAIM]["user_id"] = json!("eve")),
            ("staff who act as the learner", Some(&site.secret), |c| {
                c[format!("{LTI}custom")]["canvas_masquerading_user_id"] = json!("77");
            }),
            ("a link unknown there", Some(&site.secret), |c| c[CLAIM]["resource_link_id"] = json!("x")),
        ];
        for (what, secret, change) in attempts {
            let mut browser = Browser::new();
            let page = site.move_over(&mut browser, secret.map(String::as_str), change).await;
            assert_eq!(page.status, 200, "{what}: {}", page.body);
            assert_eq!(kept(&mut browser, &page).await, (0, false), "{what}");
        }
        let mut old = Browser::new();
        let page = site.launch(&mut old, &site.form("ada")).await;
        assert_eq!(kept(&mut old, &page).await, (1, true), "the work is where it was");
    });
}

#[test]
fn a_key_of_another_institution_moves_nothing() {
    each(async |db| {
        let site = Site::open(db).await;
        site.work().await;
        // The 1.3 platform is another tenant's.
        let (id, now) = (site.house.registration_id.clone(), site.house.app.now());
        let other = Tenant { id: "other".to_owned(), name: "Other".to_owned(), kind: TenantKind::Standard, created_at: now };
        db.store
            .write(Durability::Full, async move |tx: &mut Tx| {
                tenant::insert(tx, &other).await?;
                let row = registration::find(tx, &id).await?.unwrap();
                registration::remove(tx, &id).await?;
                registration::insert(tx, &registration::Registration { tenant_id: "other".to_owned(), ..row }).await
            })
            .await
            .unwrap();
        assert_ne!("other", DEFAULT_TENANT);
        let mut browser = Browser::new();
        let page = site.move_over(&mut browser, Some(&site.secret), |_| {}).await;
        assert_eq!(kept(&mut browser, &page).await, (0, false));
    });
}

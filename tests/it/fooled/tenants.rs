//! Two schools in one service, on one platform with one key (hosted Canvas): nothing of one opens anything of the other.

use courseferry::{
    app, ids,
    store::{
        DEFAULT_TENANT, Durability, Tx, launch_log, learner,
        registration::{self, Registration},
        tenant::{self, Tenant, TenantKind},
    },
};
use serde_json::{Value, json};

use super::{LTI, Rows};
use crate::{
    databases::{Db, each},
    house::{Browser, House, Page, registration},
    learn::{start, submit},
};

/// Registers the second school: the same issuer and key, another client id, another tenant. Gives its registration's id.
async fn second_school(db: &Db, house: &House) -> String {
    let row = Registration { tenant_id: "school-2".into(), ..registration(&house.issuer, "client-2") };
    let id = row.id.clone();
    let op = async move |tx: &mut Tx| {
        tenant::insert(tx, &Tenant { id: "school-2".into(), name: "Second".into(), kind: TenantKind::Trial, created_at: 0 }).await?;
        registration::insert(tx, &row).await
    };
    db.store.write(Durability::Full, op).await.unwrap();
    id
}

/// The same launch at the second school.
fn at_second(mut claims: Value) -> Value {
    claims["aud"] = json!("client-2");
    claims["azp"] = json!("client-2");
    claims
}

async fn login_as(house: &House, browser: &mut Browser, client: &str) -> (String, String) {
    let fields: Vec<_> =
        house.login_fields().into_iter().map(|(n, v)| if n == "client_id" { (n, client.to_owned()) } else { (n, v) }).collect();
    let page = browser.post_from(&format!("{}/lti/login", house.base), &fields, Some(&house.issuer.url())).await;
    super::begun(&page).unwrap()
}

async fn launch_second(house: &House, browser: &mut Browser, claims: Value) -> Page {
    let (state, nonce) = login_as(house, browser, "client-2").await;
    house.finish(browser, at_second(claims), &state, &nonce).await
}

#[test]
fn a_token_for_another_school_by_the_same_key_does_not_fit_our_login() {
    each(async |db| {
        let house = House::open(db).await;
        second_school(db, &house).await;
        let mut rows = Rows::of(db).await;
        for theirs in [true, false] {
            let mut browser = Browser::new();
            let (state, nonce) = login_as(&house, &mut browser, if theirs { "client-1" } else { "client-2" }).await;
            let claims = if theirs { at_second(house.teacher("t1")) } else { house.teacher("t1") };
            house.finish(&mut browser, claims, &state, &nonce).await.assert_refused(&browser);
            assert!(rows.waits(&state).await, "nobody else's token spends it");
        }
        assert_eq!(rows.count("session").await, 0);
        let tx = &mut db.store.read().await.unwrap();
        for tenant in [DEFAULT_TENANT, "school-2"] {
            let log = launch_log::recent(tx, tenant, 10).await.unwrap();
            assert_eq!(log.iter().map(|l| l.code.as_str()).collect::<Vec<_>>(), ["state_unknown"], "{tenant}");
        }
    });
}

#[test]
fn the_same_user_id_at_two_schools_is_two_people() {
    each(async |db| {
        let house = House::open(db).await;
        let second = second_school(db, &house).await;
        let (mut here, mut there) = (Browser::new(), Browser::new());
        assert_eq!(house.launch(&mut here, house.claims("u1")).await.status, 200);
        assert_eq!(launch_second(&house, &mut there, house.claims("u1")).await.status, 200);
        let tx = &mut db.store.read().await.unwrap();
        let one = learner::by_sub(tx, &house.registration_id, "u1").await.unwrap().unwrap();
        let other = learner::by_sub(tx, &second, "u1").await.unwrap().unwrap();
        assert_ne!(one.id, other.id);
        assert_eq!((one.tenant_id.as_str(), other.tenant_id.as_str()), (DEFAULT_TENANT, "school-2"));
    });
}

#[test]
fn what_belongs_to_another_school_course_or_person_is_not_there() {
    each(async |db| {
        let house = House::open(db).await;
        second_school(db, &house).await;
        // A learner here with an attempt under way and one handed in.
        let mut ada = Browser::new();
        let home = house.launch(&mut ada, house.claims("ada")).await;
        let quiz = start(&mut ada, &home).await;
        let result = submit(&mut ada, &quiz, &[("a-q1", "yes"), ("a-q2", "12.5")]).await;
        let attempt = result.url.rsplit('/').next().unwrap().to_owned();
        let session = house.app.visit(&app::launch_id(token(&ada)), token(&ada)).await.unwrap().unwrap().session;

        let mut elsewhere = house.teacher("t2");
        elsewhere[format!("{LTI}context")] = json!({ "id": "another-course" });
        let mut other = house.claims("bob");
        other[format!("{LTI}resource_link")] = json!({ "id": "another-link" });
        let (mut teacher2, mut teacher, mut bob) = (Browser::new(), Browser::new(), Browser::new());
        let strangers = [
            ("a teacher of another school", launch_second(&house, &mut teacher2, house.teacher("t1")).await, teacher2),
            ("a teacher of another course", house.launch(&mut teacher, elsewhere).await, teacher),
            ("another learner", house.launch(&mut bob, other).await, bob),
        ];
        for (who, page, mut browser) in strangers {
            assert_eq!(page.status, 200, "{who}");
            let root = page.root();
            for path in [
                format!("class/{}", session.learner_id),
                format!("result/{attempt}"),
                format!("result/{attempt}/road"),
                format!("class/{}", ids::new_id()),
                "class/%00".to_owned(),
                "result/..%2f..%2fadmin".to_owned(),
            ] {
                let there = browser.get(&format!("{root}/{path}")).await;
                let learner = who == "another learner" && path.starts_with("class/");
                assert!(there.status == 404 || (learner && there.status == 403), "{who}: {path}: {}", there.status);
                assert!(!there.body.contains("Lovelace"), "{who}: {path}");
            }
            let token = browser.get(&format!("{root}/p/alpha")).await.form_token();
            for path in [format!("attempt/{attempt}/submit"), format!("class/{}/resend", session.learner_id)] {
                let posted = browser.post(&format!("{root}/{path}"), &[("form_token", token.clone())]).await;
                assert!(matches!(posted.status.as_u16(), 403 | 404), "{who}: {path}: {}", posted.status);
            }
        }
    });
}

fn token(browser: &Browser) -> &str {
    &browser.cookies[browser.sessions()[0]]
}

#[test]
fn a_learner_forges_no_grade() {
    each(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        let home = house.launch(&mut browser, house.claims("eve")).await;
        let quiz = start(&mut browser, &home).await;
        let root = home.root();
        let form = quiz.form_token();
        // Fields nobody asked for count for nothing: the score is made here, of the answers alone.
        let fields = [("a-q1", "no"), ("a-q2", "1"), ("score", "100"), ("passed", "true"), ("learner_id", "ada"), ("graded", "true")];
        let result = submit(&mut browser, &quiz, &fields).await;
        assert!(result.body.contains("0 %"), "{}", result.body);
        for path in ["class", "class.csv", "choose", "packages"] {
            assert_eq!(browser.get(&format!("{root}/{path}")).await.status, 403, "{path}");
        }
        for path in ["class/resend", "choose", &format!("class/{}/resend", ids::new_id())] {
            let posted = browser.post(&format!("{root}/{path}"), &[("form_token", form.clone()), ("opens", "beta".into())]).await;
            assert!(matches!(posted.status.as_u16(), 403 | 404), "{path}: {}", posted.status);
        }
    });
}

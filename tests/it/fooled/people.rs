//! People who are not who they seem, and people who are no longer let in.

use courseferry::{
    app,
    store::{
        Durability, Tx, attempt, learner,
        registration::{self, RegistrationStatus},
        session::Session,
    },
    web::Options,
};
use serde_json::{Value, json};

use super::LTI;
use crate::{
    databases::{Db, each},
    house::{Browser, House, Page},
    learn::{start, submit},
};

async fn session(house: &House, browser: &Browser) -> Session {
    let token = &browser.cookies[browser.sessions()[0]];
    house.app.visit(&app::launch_id(token), token).await.unwrap().unwrap().session
}

async fn read_lesson(browser: &mut Browser, home: &Page) {
    let lesson = browser.get(&format!("{}/p/a-one", home.root())).await;
    browser.post(&format!("{}/p/a-one/read", home.root()), &[("form_token", lesson.form_token())]).await;
}

async fn attempts(db: &Db, session: &Session) -> usize {
    attempt::list(&mut db.store.read().await.unwrap(), &session.resource_link_id, &session.learner_id).await.unwrap().len()
}

#[test]
fn staff_who_act_as_a_learner_touch_nothing_of_the_learners() {
    each(async |db| {
        let house = House::open(db).await;
        let mut ada = Browser::new();
        house.launch(&mut ada, house.claims("ada")).await;
        let hers = session(&house, &ada).await;
        let mut claims = house.claims("ada");
        claims[format!("{LTI}custom")] = json!({ "to": "alpha", "canvas_masquerading_user_id": "77" });
        let mut staff = Browser::new();
        let home = house.launch(&mut staff, claims.clone()).await;
        let theirs = session(&house, &staff).await;
        assert!(theirs.learner_id != hers.learner_id && !theirs.gradable);
        read_lesson(&mut staff, &home).await;
        let quiz = start(&mut staff, &home).await;
        submit(&mut staff, &quiz, &[("a-q1", "yes"), ("a-q2", "12.5")]).await;
        // Ada has read nothing, tried nothing, and still counts.
        let again = house.launch(&mut Browser::new(), house.claims("ada")).await;
        assert!(again.body.contains("Still to do: 2 lessons and the quiz."), "{}", again.body);
        assert_eq!(attempts(db, &hers).await, 0);
        let enrolment = learner::enrolment(&mut db.store.read().await.unwrap(), &hers.context_id, &hers.learner_id).await.unwrap();
        assert!(enrolment.unwrap().gradable);
        // The same member of staff comes back to the same work; another one does not.
        let mut back = Browser::new();
        house.launch(&mut back, claims.clone()).await;
        assert_eq!(session(&house, &back).await.learner_id, theirs.learner_id);
        claims[format!("{LTI}custom")]["canvas_masquerading_user_id"] = json!("78");
        let mut other = Browser::new();
        house.launch(&mut other, claims).await;
        assert_ne!(session(&house, &other).await.learner_id, theirs.learner_id);
    });
}

#[test]
fn teachers_whose_platform_names_no_course_do_not_see_each_others_class() {
    each(async |db| {
        let house = House::open(db).await;
        let without = |mut claims: Value, link: &str| {
            claims.as_object_mut().unwrap().remove(&format!("{LTI}context"));
            claims[format!("{LTI}resource_link")] = json!({ "id": link });
            claims
        };
        let mut ada = house.claims("ada");
        ada["name"] = json!("Ada of the first course");
        house.launch(&mut Browser::new(), without(ada, "first")).await;
        let mut teacher = Browser::new();
        let own = house.launch(&mut teacher, without(house.teacher("t1"), "first")).await;
        assert!(own.body.contains("Ada of the first course"), "{}", own.body);
        let mut stranger = Browser::new();
        let other = house.launch(&mut stranger, without(house.teacher("t2"), "second")).await;
        assert!(other.status == 200 && !other.body.contains("Ada of the first course"), "{}", other.body);
    });
}

#[test]
fn an_anonymous_visitor_needs_the_registrations_leave_and_is_nobody_twice() {
    each(async |db| {
        let house = House::open(db).await;
        let nobody = || {
            let mut claims = house.claims("x");
            claims.as_object_mut().unwrap().remove("sub");
            claims
        };
        let mut browser = Browser::new();
        house.launch(&mut browser, nobody()).await.assert_refused(&browser);
        let id = house.registration_id.clone();
        let allow = async move |tx: &mut Tx| {
            let row = registration::find(tx, &id).await?.unwrap();
            registration::update(tx, &registration::Registration { anonymous: true, ..row }).await
        };
        db.store.write(Durability::Full, allow).await.unwrap();
        let (mut one, mut two) = (Browser::new(), Browser::new());
        assert_eq!(house.launch(&mut one, nobody()).await.status, 200);
        assert_eq!(house.launch(&mut two, nobody()).await.status, 200);
        let (one, two) = (session(&house, &one).await, session(&house, &two).await);
        assert!(one.learner_id != two.learner_id && !one.gradable && !two.gradable);
        // A wrong type is no anonymity.
        let mut wrong = house.claims("x");
        wrong["sub"] = json!(5);
        house.launch(&mut browser, wrong).await.assert_refused(&browser);
    });
}

#[test]
fn who_is_no_longer_let_in_is_out_at_once() {
    each(async |db| {
        let house = House::open_with(db, Options { failures_a_minute: 1000, ..Options::default() }).await;
        let set = async |status| {
            let id = house.registration_id.clone();
            let op = async move |tx: &mut Tx| registration::set_status(tx, &id, status, 1).await;
            db.store.write(Durability::Full, op).await.unwrap();
        };
        // The platform is switched off.
        let mut browser = Browser::new();
        let page = house.launch(&mut browser, house.claims("u1")).await;
        set(RegistrationStatus::Disabled).await;
        assert_eq!(browser.get(&page.url).await.status, 401);
        set(RegistrationStatus::Active).await;
        assert_eq!(browser.get(&page.url).await.status, 401, "switching on brings no session back");
        // The deployment is blocked.
        let mut browser = Browser::new();
        let page = house.launch(&mut browser, house.claims("u1")).await;
        let id = house.registration_id.clone();
        let block = async move |tx: &mut Tx| {
            let all = registration::deployments(tx, &id).await?;
            registration::block_deployment(tx, &all[0].id).await
        };
        db.store.write(Durability::Full, block).await.unwrap();
        assert_eq!(browser.get(&page.url).await.status, 401);
        let mut again = Browser::new();
        house.launch(&mut again, house.claims("u1")).await.assert_refused(&again);
        let id = house.registration_id.clone();
        let approve = async move |tx: &mut Tx| {
            let all = registration::deployments(tx, &id).await?;
            registration::approve_deployment(tx, &all[0].id).await
        };
        db.store.write(Durability::Full, approve).await.unwrap();
        // The person is erased.
        let mut browser = Browser::new();
        let page = house.launch(&mut browser, house.claims("u1")).await;
        assert_eq!(page.status, 200, "{}", page.body);
        let learner_id = session(&house, &browser).await.learner_id;
        db.store.write(Durability::Full, async move |tx: &mut Tx| learner::erase(tx, &learner_id).await).await.unwrap();
        assert_eq!(browser.get(&page.url).await.status, 401);
    });
}

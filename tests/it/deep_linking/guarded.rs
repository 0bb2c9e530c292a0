//! What nobody can change on the way, and who may not choose.

use courseferry::store::{DEFAULT_TENANT, Durability, Tx, launch_log, registration, sweep};
use serde_json::json;

use super::{DL, LTI, asked, fields, items, open_house, owned, picker, return_url, verified};
use crate::{databases::each, house::Browser};

#[test]
fn nothing_in_the_form_changes_where_the_answer_goes_or_what_comes_back() {
    each(async |db| {
        let house = open_house(db).await;
        let (mut browser, page) = picker(&house, json!({})).await;
        let review = browser.get(&format!("{}/pick/review?pick=alpha", page.root())).await;
        let mut form = fields(&review);
        for (name, value) in [
            ("return_url", "https://evil.example/"),
            ("deep_link_return_url", "https://evil.example/"),
            ("data", "forged"),
            ("deployment_id", "d2"),
            ("url.alpha", "https://evil.example/"),
            ("pick", "nothing-like-that"),
            ("pick", "javascript:alert(1)"),
        ] {
            form.push((name.to_owned(), value.to_owned()));
        }
        let title = form.iter_mut().find(|(n, _)| n == "title.alpha").unwrap();
        title.1 = "</script><script>alert(1)</script>\"'".to_owned();
        let sent = browser.post(&format!("{}/pick/answer", page.root()), &owned(&form)).await;
        assert!(!sent.body.contains("evil.example") && !sent.body.contains("<script>alert"), "{}", sent.body);
        assert_eq!(sent.attribute("data-auto-post", "action"), return_url(&house));
        let claims = verified(&house, &mut browser, &sent).await;
        assert_eq!(
            (claims[format!("{DL}data")].as_str(), claims[format!("{LTI}deployment_id")].as_str()),
            (Some("opaque <&> ü"), Some("d1"))
        );
        assert_eq!(items(&claims).len(), 1);
        assert_eq!(items(&claims)[0]["url"], format!("{}/lti/launch?to=alpha", house.base));
    });
}

#[test]
fn a_choice_is_sent_once() {
    each(async |db| {
        let house = open_house(db).await;
        let (mut browser, page) = picker(&house, json!({})).await;
        let review = browser.get(&format!("{}/pick/review?pick=alpha", page.root())).await;
        let (url, form) = (format!("{}/pick/answer", page.root()), fields(&review));
        let mut racers: Vec<Browser> = (0..12).map(|_| Browser::new()).collect();
        racers.iter_mut().for_each(|r| r.cookies = browser.cookies.clone());
        let sends = racers.iter_mut().map(async |racer| racer.post(&url, &owned(&form)).await);
        let answers = futures_util::future::join_all(sends).await;
        let won = answers.iter().filter(|a| a.body.contains("name=\"JWT\"")).count();
        let refused = answers.iter().filter(|a| a.status == 409 && a.body.contains("This choice was sent already")).count();
        assert_eq!((won, refused), (1, 11), "{:?}", answers.iter().map(|a| a.status).collect::<Vec<_>>());
        // Nor is it taken back.
        let token = [("form_token", review.form_token())];
        assert_eq!(browser.post(&format!("{}/pick/cancel", page.root()), &token).await.status, 409);
        assert_eq!(browser.get(&format!("{}/pick", page.root())).await.status, 409);
    });
}

#[test]
fn nobody_answers_for_another_session() {
    each(async |db| {
        let house = open_house(db).await;
        let (mut mine, page) = picker(&house, json!({})).await;
        let (mut theirs, other) = picker(&house, json!({})).await;
        let review = mine.get(&format!("{}/pick/review?pick=alpha", page.root())).await;
        let mut form = fields(&review);
        let url = format!("{}/pick/answer", page.root());
        // Another browser with my form; my browser with another session's token; a form from elsewhere.
        assert_eq!(theirs.post(&url, &owned(&form)).await.status, 401);
        assert_eq!(mine.post_from(&url, &owned(&form), Some("https://evil.example")).await.status, 403);
        let token = form.iter_mut().find(|(n, _)| n == "form_token").unwrap();
        token.1 = theirs.get(&format!("{}/pick", other.root())).await.form_token();
        assert_eq!(mine.post(&url, &owned(&form)).await.status, 403);
        // A teacher's session that was not asked to choose has no picker.
        let mut plain = Browser::new();
        let class = house.launch(&mut plain, house.teacher("t1")).await;
        assert_eq!(plain.get(&format!("{}/pick", class.root())).await.status, 404);
        let fields = [("form_token", class.form_token()), ("pick", "alpha".to_owned()), ("title.alpha", "x".to_owned())];
        assert_eq!(plain.post(&format!("{}/pick/answer", class.root()), &fields).await.status, 404);
        // And a picker's session opens no class and no lesson.
        for path in ["", "class", "choose", "p/alpha"] {
            assert_eq!(mine.get(&format!("{}/{path}", page.root())).await.status, 404, "{path}");
        }
    });
}

#[test]
fn whoever_may_not_choose_is_told_so_and_gets_no_session() {
    each(async |db| {
        let house = open_house(db).await;
        let roles = |roles: &[&str]| {
            let mut claims = asked(&house, json!({}));
            claims[format!("{LTI}roles")] = json!(roles);
            claims
        };
        const MEMBER: &str = "http://purl.imsglobal.org/vocab/lis/v2/membership";
        let learner = format!("{MEMBER}#Learner");
        let mentor = format!("{MEMBER}#Mentor");
        let elsewhere = asked(&house, json!({ "deep_link_return_url": "https://evil.example/collect" }));
        let plain_http = asked(&house, json!({ "deep_link_return_url": "http://127.0.0.1:1/x" }));
        let none = asked(&house, json!({ "deep_link_return_url": "javascript:alert(1)" }));
        let files = asked(&house, json!({ "accept_types": ["file"] }));
        for (code, claims) in [
            ("choosing_is_for_teachers", roles(&[&learner])),
            ("choosing_is_for_teachers", roles(&[&mentor])),
            ("choosing_is_for_teachers", roles(&[])),
            ("choosing_is_for_teachers", roles(&["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor"])),
            ("return_url_foreign", elsewhere),
            ("return_url_foreign", plain_http),
            ("deep_linking_settings_wrong", none),
            ("no_links_taken", files),
        ] {
            let mut browser = Browser::new();
            let page = house.launch(&mut browser, claims).await;
            page.assert_refused(&browser);
            let log = launch_log::recent(&mut db.store.read().await.unwrap(), DEFAULT_TENANT, 1).await.unwrap();
            assert_eq!((log[0].code.as_str(), log[0].ok), (code, false), "{}", log[0].detail);
        }
    });
}

#[test]
fn a_request_replayed_or_from_another_browser_opens_no_picker() {
    each(async |db| {
        let house = open_house(db).await;
        let (mut browser, mut thief) = (Browser::new(), Browser::new());
        let (state, nonce) = house.login(&mut browser).await;
        let mut claims = asked(&house, json!({}));
        claims["nonce"] = json!(nonce);
        let token = house.issuer.key.sign(&claims).unwrap();
        house.post_token(&mut thief, &token, &state).await.assert_refused(&thief);
        let login = browser.cookies.clone();
        assert_eq!(house.post_token(&mut browser, &token, &state).await.status, 200);
        thief.cookies = login;
        house.post_token(&mut thief, &token, &state).await.assert_refused(&thief);
    });
}

#[test]
fn a_deployment_that_was_turned_down_chooses_nothing() {
    each(async |db| {
        let house = open_house(db).await;
        picker(&house, json!({})).await;
        let id = house.registration_id.clone();
        let block = async move |tx: &mut Tx| {
            let known = registration::deployments(tx, &id).await?;
            registration::block_deployment(tx, &known[0].id).await
        };
        assert!(db.store.write(Durability::Full, block).await.unwrap());
        let mut browser = Browser::new();
        house.launch(&mut browser, asked(&house, json!({}))).await.assert_refused(&browser);
    });
}

#[test]
fn what_was_asked_is_forgotten_with_its_session() {
    each(async |db| {
        let house = open_house(db).await;
        picker(&house, json!({})).await;
        let later = house.app.now() + house.app.session_life + 1;
        let op = async move |tx: &mut courseferry::store::Tx| sweep::sweep(tx, i64::MAX / 4, later).await;
        let swept = db.store.write(courseferry::store::Durability::Normal, op).await.unwrap();
        assert_eq!(swept.sessions, 2, "the session and the request");
    });
}

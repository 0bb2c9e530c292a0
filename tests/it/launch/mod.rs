//! Launches against a real server: what opens a session, and how long it lasts.

mod binding;
mod refused;

use std::sync::atomic::Ordering;

use courseferry::{
    ids,
    store::{DEFAULT_TENANT, launch_log},
};
use serde_json::{Value, json};

use crate::{
    databases::each,
    house::{Browser, House},
};

const LTI: &str = "https://purl.imsglobal.org/spec/lti/claim/";

#[test]
fn login_answers_302_to_the_platform_and_binds_the_browser() {
    each(async |db| {
        let house = House::open(db).await;
        for by_get in [true, false] {
            let mut browser = Browser::new();
            let page = if by_get {
                let url = url::Url::parse_with_params(&format!("{}/lti/login", house.base), house.login_fields()).unwrap();
                browser.send(reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap().get(url)).await
            } else {
                browser.post_from(&format!("{}/lti/login", house.base), &house.login_fields(), Some("https://x.example")).await
            };
            assert_eq!(page.status, 302);
            let url = url::Url::parse(page.headers["location"].to_str().unwrap()).unwrap();
            let query: std::collections::BTreeMap<_, _> = url.query_pairs().into_owned().collect();
            assert_eq!(query["redirect_uri"], format!("{}/lti/launch", house.base));
            assert_eq!((query["login_hint"].as_str(), query["lti_message_hint"].as_str()), ("hint", "message"));
            assert_eq!((query["prompt"].as_str(), query["response_mode"].as_str()), ("none", "form_post"));
            assert_eq!(browser.cookies.len(), 1, "{:?}", browser.cookies);
        }
    });
}

#[test]
fn a_good_launch_opens_the_page_its_link_names() {
    each(async |db| {
        let house = House::open(db).await;
        for (to, in_query, expected) in [
            ("alpha", None, "data-page=\"alpha\""),
            ("a-two", None, "data-page=\"a-two\""),
            ("alpha", Some("b-far"), "data-page=\"b-far\""),
            ("$Custom.to", None, "data-page=\"tiny\""),
            ("nothing-like-that", None, "data-page=\"tiny\""),
        ] {
            let mut browser = Browser::new();
            let mut claims = house.claims("u1");
            claims[format!("{LTI}custom")] = json!({ "to": to });
            claims[format!("{LTI}resource_link")]["id"] = json!(format!("link-{to}-{in_query:?}"));
            let (state, nonce) = match in_query {
                None => house.login(&mut browser).await,
                Some(to) => {
                    let target = format!("{}/lti/launch?to={to}", house.base);
                    claims[format!("{LTI}target_link_uri")] = json!(target);
                    let fields =
                        house.login_fields().into_iter().map(|(n, v)| if n == "target_link_uri" { (n, target.clone()) } else { (n, v) });
                    let fields: Vec<_> = fields.collect();
                    let page = browser.post_from(&format!("{}/lti/login", house.base), &fields, None).await;
                    let url = url::Url::parse(page.headers["location"].to_str().unwrap()).unwrap();
                    let value = |name: &str| url.query_pairs().find(|(n, _)| n == name).unwrap().1.into_owned();
                    (value("state"), value("nonce"))
                }
            };
            let page = house.finish(&mut browser, claims, &state, &nonce).await;
            assert_eq!(page.status, 200, "{to}: {}", page.body);
            assert!(page.body.contains(expected), "{to} {in_query:?}: {} {}", page.url, page.body);
            assert_eq!(browser.sessions().len(), 1);
            assert_eq!(browser.cookies.len(), 1, "the login's cookie is gone");
        }
    });
}

#[test]
fn the_page_is_framed_by_the_platform_and_carries_no_secret_in_its_address() {
    each(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        let page = house.launch(&mut browser, house.claims("u1")).await;
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.ends_with(&format!("frame-ancestors {}", house.issuer.url())), "{policy}");
        let secret = browser.cookies.values().next().unwrap().clone();
        assert!(!page.url.contains(&secret) && !page.body.contains(&secret));
    });
}

#[test]
fn roles_decide_what_opens_and_institution_roles_do_not() {
    each(async |db| {
        let house = House::open(db).await;
        let membership = "http://purl.imsglobal.org/vocab/lis/v2/membership#";
        let cases: [(Value, bool); 6] = [
            (json!([format!("{membership}Instructor")]), true),
            (json!(["Instructor"]), true),
            (json!([]), false),
            (json!(["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor"]), false),
            (json!(["http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator"]), false),
            (json!(["Instructor,Learner", "urn:unknown"]), false),
        ];
        for (n, (roles, teacher)) in cases.into_iter().enumerate() {
            let mut claims = house.claims(&format!("u{n}"));
            claims[format!("{LTI}roles")] = roles.clone();
            let mut browser = Browser::new();
            let page = house.launch(&mut browser, claims).await;
            assert_eq!(page.status, 200);
            assert_eq!(page.url.ends_with("/class"), teacher, "{roles} {}", page.url);
            let class = browser.get(&format!("{}/class", page.root())).await;
            assert_eq!(class.status == 200, teacher, "{roles}");
        }
    });
}

#[test]
fn two_launches_in_one_browser_never_mix() {
    each(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        let learner = house.launch(&mut browser, house.claims("u1")).await;
        let teacher = house.launch(&mut browser, house.teacher("t1")).await;
        assert_eq!(browser.sessions().len(), 2);
        assert_eq!(browser.get(&format!("{}/class", learner.root())).await.status, 403);
        assert_eq!(browser.get(&format!("{}/class", teacher.root())).await.status, 200);
        // One's form token is not the other's.
        let theirs = browser.get(&format!("{}/choose", teacher.root())).await.form_token();
        let fields = [("form_token", theirs)];
        assert_eq!(browser.post(&format!("{}/p/a-one/read", learner.root()), &fields).await.status, 403);
    });
}

#[test]
fn many_launches_do_not_fill_the_cookie_jar() {
    each(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        for _ in 0..15 {
            house.launch(&mut browser, house.claims("u1")).await;
        }
        assert!(browser.sessions().len() <= 12, "{}", browser.sessions().len());
    });
}

#[test]
fn a_session_ends_in_time_and_on_request_and_says_how_to_come_back() {
    each(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        let page = house.launch(&mut browser, house.claims("u1")).await;
        let ended = browser.post(&format!("{}/end", page.root()), &[("form_token", page.form_token())]).await;
        assert_eq!(ended.status, 200);
        assert!(ended.body.contains(&format!("{}/back", house.issuer.url())), "{}", ended.body);
        assert!(browser.sessions().is_empty());
        let page = house.launch(&mut browser, house.claims("u1")).await;
        house.ahead.store(9 * 60 * 60 * 1000, Ordering::Relaxed);
        let late = browser.get(&page.url).await;
        assert_eq!(late.status, 401);
        assert!(late.body.contains("open the activity again"), "{}", late.body);
    });
}

#[test]
fn nobody_else_gets_in_by_address_cookie_name_or_another_launchs_token() {
    each(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        let page = house.launch(&mut browser, house.claims("u1")).await;
        assert_eq!(Browser::new().get(&page.url).await.status, 401);
        let mut thief = Browser::new();
        let theirs = house.launch(&mut thief, house.claims("u2")).await;
        let token = thief.cookies.values().next().unwrap().clone();
        let name = browser.sessions()[0].clone();
        thief.cookies.insert(name, token);
        assert_eq!(thief.get(&page.url).await.status, 401);
        assert_eq!(thief.get(&theirs.url).await.status, 200);
        let mut guess = Browser::new();
        guess.cookies.insert(browser.sessions()[0].clone(), ids::random_token(32).unwrap());
        assert_eq!(guess.get(&page.url).await.status, 401);
    });
}

#[test]
fn failures_are_limited_and_good_launches_never() {
    each(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        let fields = [("id_token", "nonsense".to_owned()), ("state", "x".to_owned())];
        let url = format!("{}/lti/launch", house.base);
        let mut last = browser.post_from(&url, &fields, None).await.status;
        for _ in 0..110 {
            last = browser.post_from(&url, &fields, None).await.status;
        }
        assert_eq!(last, 429);
        assert_eq!(house.launch(&mut browser, house.claims("u1")).await.status, 200);
        let logged = launch_log::recent(&mut db.store.read().await.unwrap(), DEFAULT_TENANT, 1000).await.unwrap();
        assert!(logged.len() <= 101, "{}", logged.len());
    });
}

//! A launch belongs to one browser and works once: state, cookie, and the platform's storage in its place.

use serde_json::{Value, json};

use crate::{
    databases::each,
    house::{Browser, House},
};

#[test]
fn a_launch_works_once() {
    each(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        let (state, nonce) = house.login(&mut browser).await;
        let mut claims = house.claims("u1");
        claims["nonce"] = json!(nonce);
        let token = house.issuer.key.sign(&claims).unwrap();
        let login = browser.cookies.clone();
        assert_eq!(house.post_token(&mut browser, &token, &state).await.status, 200);
        let mut again = Browser::new();
        again.cookies = login;
        house.post_token(&mut again, &token, &state).await.assert_refused(&again);
    });
}

#[test]
fn of_fifty_posts_at_once_one_wins() {
    each(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        let (state, nonce) = house.login(&mut browser).await;
        let mut claims = house.claims("u1");
        claims["nonce"] = json!(nonce);
        let token = house.issuer.key.sign(&claims).unwrap();
        // All made before the first connects: making one takes so long that the server would give up on those that wait.
        let mut racers: Vec<_> = (0..50).map(|_| Browser::new()).collect();
        racers.iter_mut().for_each(|r| r.cookies = browser.cookies.clone());
        let races = racers.iter_mut().map(async |racer| house.post_token(racer, &token, &state).await.status.as_u16());
        let answers = futures_util::future::join_all(races).await;
        let won = answers.iter().filter(|s| **s == 200).count();
        assert_eq!((won, answers.iter().filter(|s| **s == 400).count()), (1, 49), "{answers:?}");
    });
}

#[test]
fn another_browsers_state_opens_nothing() {
    each(async |db| {
        let house = House::open(db).await;
        let (mut victim, mut attacker) = (Browser::new(), Browser::new());
        let (state, nonce) = house.login(&mut attacker).await;
        house.finish(&mut victim, house.claims("attacker"), &state, &nonce).await.assert_refused(&victim);
        // Nor with a login of its own under way.
        house.login(&mut victim).await;
        let page = house.finish(&mut victim, house.claims("attacker"), &state, &nonce).await;
        page.assert_refused(&victim);
        assert!(page.body.contains("new window"), "{}", page.body);
        // State of one login, nonce of another.
        let (_, other) = house.login(&mut attacker).await;
        house.finish(&mut attacker, house.claims("attacker"), &state, &other).await.assert_refused(&attacker);
    });
}

#[test]
fn a_storage_target_in_the_launch_form_helps_nobody() {
    each(async |db| {
        let house = House::open(db).await;
        let (mut attacker, mut victim) = (Browser::new(), Browser::new());
        let (state, nonce) = house.login(&mut attacker).await;
        let mut claims = house.claims("attacker");
        claims["nonce"] = json!(nonce);
        let token = house.issuer.key.sign(&claims).unwrap();
        let fields = [("id_token", token), ("state", state), ("lti_storage_target", "_parent".to_owned())];
        let page = victim.post_from(&format!("{}/lti/launch", house.base), &fields, Some("https://evil.example")).await;
        page.assert_refused(&victim);
    });
}

/// A login whose platform offers storage; gives state, nonce and what the page would keep there. The browser keeps no cookie.
async fn login_with_storage(house: &House, browser: &mut Browser) -> (String, String, String) {
    let mut fields = house.login_fields();
    fields.push(("lti_storage_target", "_parent".to_owned()));
    let page = browser.post_from(&format!("{}/lti/login", house.base), &fields, Some(&house.issuer.url())).await;
    assert_eq!(page.status, 200, "{}", page.body);
    browser.cookies.clear();
    assert_eq!(page.attribute("data-store", "data-origin"), house.issuer.url());
    let next = url::Url::parse(&page.attribute("data-store", "data-next")).unwrap();
    let value = |name: &str| next.query_pairs().find(|(n, _)| n == name).unwrap().1.into_owned();
    (value("state"), value("nonce"), page.attribute("data-store", "data-value"))
}

#[test]
fn platform_storage_stands_in_for_the_cookie_and_only_through_our_own_page() {
    each(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        let (state, nonce, proof) = login_with_storage(&house, &mut browser).await;
        let mut claims = house.claims("u1");
        claims["nonce"] = json!(nonce);
        let token = house.issuer.key.sign(&claims).unwrap();
        let asked = house.post_token(&mut browser, &token, &state).await;
        assert_eq!(asked.status, 200);
        assert_eq!(asked.attribute("data-prove", "data-token"), token);
        assert!(browser.sessions().is_empty(), "no session before the proof");

        let url = format!("{}{}", house.base, asked.attribute("data-prove", "data-action"));
        let fields = |proof: &str| [("id_token", token.clone()), ("state", state.clone()), ("proof", proof.to_owned())];
        for origin in ["https://evil.example", "null"] {
            let request = browser.post_from(&url, &fields(&proof), Some(origin)).await;
            request.assert_refused(&browser);
        }
        let plain = browser.send(reqwest::Client::new().post(&url).form(&fields(&proof))).await;
        plain.assert_refused(&browser);
        browser.post_from(&url, &fields("wrong"), None).await.assert_refused(&browser);
        let opened = browser.post_from(&url, &fields(&proof), None).await;
        assert_eq!(opened.status, 200, "{}", opened.body);
        let answer: Value = serde_json::from_str(&opened.body).unwrap();
        let page = browser.get(&format!("{}{}", house.base, answer["location"].as_str().unwrap())).await;
        assert!(page.status == 200 && !page.body.contains("bearer.js"), "the cookie was kept: {}", page.body);
        browser.post_from(&url, &fields(&proof), None).await; // spent
        assert_eq!(browser.sessions().len(), 1);

        // The same browser without cookies: this tab's bearer, and pages that bring its script along.
        let page_url = format!("{}{}", house.base, answer["location"].as_str().unwrap());
        let mut bare = Browser::new();
        let refused = bare.get(&page_url).await;
        assert_eq!(refused.status, 401);
        assert!(refused.body.contains("bearer.js\" data-launch=\""), "{}", refused.body);
        let check = bare.get(&format!("{}{}", house.base, answer["check"].as_str().unwrap())).await;
        assert!(check.status == 401 && check.body.contains("Load in a new tab"), "where the tab keeps nothing either: {}", check.body);
        let bearer = format!("Bearer {}", answer["bearer"].as_str().unwrap());
        let page = bare.send(reqwest::Client::new().get(&page_url).header("authorization", &bearer)).await;
        assert!(page.status == 200 && page.body.contains("data-page></script>"), "{}", page.body);
        let posted = reqwest::Client::new().post(format!("{}/p/a-one/read", page.root())).header("authorization", &bearer);
        let posted = bare.send(posted.header("sec-fetch-site", "same-origin").form(&[("form_token", page.form_token())])).await;
        assert!(posted.status == 200 && posted.url.ends_with("/p/a-two"), "{} {}", posted.status, posted.url);
    });
}

#[test]
fn a_proof_counts_only_where_the_login_named_a_storage() {
    each(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        let (state, nonce) = house.login(&mut browser).await;
        let proof = browser.cookies.values().next().unwrap().clone();
        let mut claims = house.claims("u1");
        claims["nonce"] = json!(nonce);
        let fields = [("id_token", house.issuer.key.sign(&claims).unwrap()), ("state", state), ("proof", proof)];
        let mut other = Browser::new();
        other.post_from(&format!("{}/lti/launch/proof", house.base), &fields, None).await.assert_refused(&other);
    });
}

#[test]
fn the_page_that_stores_the_proof_is_framed_by_schools_not_seen_yet_too() {
    each(async |db| {
        let house = House::open(db).await;
        house.launch(&mut Browser::new(), house.claims("u1")).await;
        let mut fields = house.login_fields();
        fields.push(("lti_storage_target", "_parent".to_owned()));
        let page = Browser::new().post_from(&format!("{}/lti/login", house.base), &fields, Some(&house.issuer.url())).await;
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("frame-ancestors https:"), "{policy}");
    });
}

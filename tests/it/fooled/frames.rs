//! Frames, sessions and error pages: who may frame us, what a stolen or planted cookie is worth, what an error page gives away.

use courseferry::{
    ids,
    store::{Durability, Tx, registration},
};
use serde_json::{Value, json};

use super::{LTI, tokens::Signed};
use crate::{
    databases::{each, sqlite},
    house::{Browser, House, Page, registration as a_registration},
};

/// Who may frame the page.
fn ancestors(page: &Page) -> Vec<String> {
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    policy.split("frame-ancestors ").nth(1).unwrap().split(' ').map(str::to_owned).collect()
}

async fn learned(house: &House) -> Vec<String> {
    let row = registration::find(&mut house.app.store.read().await.unwrap(), &house.registration_id).await.unwrap().unwrap();
    serde_json::from_str(&row.embedders).unwrap()
}

#[test]
fn a_page_is_framed_by_its_own_platform_and_by_no_other() {
    each(async |db| {
        let house = House::open(db).await;
        let other = registration::Registration {
            issuer: "https://other.example".into(),
            auth_url: "https://sso.other.example/auth".into(),
            ..a_registration(&house.issuer, "client-2")
        };
        house.register(other).await;
        let mut browser = Browser::new();
        let ours = house.launch(&mut browser, house.claims("u1")).await;
        let mut claims = house.claims("u1");
        claims["iss"] = json!("https://other.example");
        claims["aud"] = json!("client-2");
        claims["azp"] = json!("client-2");
        claims[format!("{LTI}launch_presentation")] = json!({ "return_url": "https://school.other.example/courses/1" });
        let mut fields = house.login_fields();
        for (name, value) in &mut fields {
            match *name {
                "iss" => "https://other.example".clone_into(value),
                "client_id" => "client-2".clone_into(value),
                _ => {}
            }
        }
        let page = browser.post_from(&format!("{}/lti/login", house.base), &fields, Some("https://other.example")).await;
        let (state, nonce) = super::begun(&page).unwrap();
        claims["nonce"] = json!(nonce);
        let form = [("id_token", house.issuer.key.sign(&claims).unwrap()), ("state", state)];
        let page = browser.post_from(&format!("{}/lti/launch", house.base), &form, Some("https://sso.other.example")).await;
        let theirs = browser.follow(page).await;
        assert_eq!(ancestors(&ours), [house.issuer.url()]);
        assert_eq!(ancestors(&theirs), ["https://other.example", "https://school.other.example", "https://sso.other.example"]);
        for path in ["/", "/admin", "/admin/sign-in", "/packages"] {
            assert_eq!(ancestors(&browser.get(&format!("{}{path}", house.base)).await), ["'none'"], "{path}");
        }
    });
}

#[test]
fn whoever_posts_a_launch_from_elsewhere_gains_no_frame_for_others() {
    each(async |db| {
        let house = House::open(db).await;
        let mut eve = Browser::new();
        let (state, nonce) = house.login(&mut eve).await;
        let mut claims = house.claims("eve");
        claims["nonce"] = json!(nonce);
        // A teacher can write custom parameters on most platforms; only Canvas's own value is believed.
        claims[format!("{LTI}custom")] = json!({ "to": "alpha", "canvas_api_domain": "evil.example" });
        let form = [("id_token", house.issuer.key.sign(&claims).unwrap()), ("state", state)];
        let page = eve.post_from(&format!("{}/lti/launch", house.base), &form, Some("https://evil.example")).await;
        let page = eve.follow(page).await;
        assert_eq!(page.status, 200, "it is eve's own launch");
        assert_eq!(learned(&house).await, [house.issuer.url()]);
        let victim = house.launch(&mut Browser::new(), house.claims("u1")).await;
        assert_eq!(ancestors(&victim), [house.issuer.url()]);
        let mut claims = house.claims("u1");
        claims[format!("{LTI}tool_platform")] = json!({ "product_family_code": "canvas" });
        claims[format!("{LTI}custom")] = json!({ "to": "alpha", "canvas_api_domain": "school.instructure.com" });
        let canvas = house.launch(&mut Browser::new(), claims).await;
        assert_eq!(ancestors(&canvas), [house.issuer.url(), "https://school.instructure.com".to_owned()]);
    });
}

#[test]
fn a_cookie_set_before_the_launch_is_no_session_and_changes_none() {
    each(async |db| {
        let house = House::open(db).await;
        // Eve plants her own session's cookie, and one made up.
        let mut eve = Browser::new();
        let hers = house.launch(&mut eve, house.claims("eve")).await;
        let mut ada = Browser::new();
        ada.cookies.extend(eve.cookies.clone());
        ada.cookies.insert(format!("__Host-ferry-{}", "0".repeat(20)), ids::random_token(32).unwrap());
        let page = house.launch(&mut ada, house.claims("ada")).await;
        assert!(page.status == 200 && page.root() != hers.root());
        let fresh: Vec<_> = ada.cookies.iter().filter(|(n, v)| eve.cookies.get(*n) != Some(v) && !n.ends_with("00000")).collect();
        assert_eq!(fresh.len(), 1, "a token of its own");
        assert!(!page.url.contains(fresh[0].1.as_str()));
        assert_eq!(page.headers["referrer-policy"], "no-referrer");
        assert_eq!(page.headers["cache-control"], "no-store");
    });
}

/// What a page says, without what differs from request to request.
fn said(page: &Page) -> String {
    page.body.replace(page.headers["x-request-id"].to_str().unwrap(), "REFERENCE")
}

#[test]
fn whatever_check_of_a_token_fails_the_page_is_the_same() {
    sqlite(async |db| {
        let house = House::open(db).await;
        type Spoil = fn(&mut super::Bend<'_>);
        let spoilers: [(&str, Spoil); 12] = [
            ("signature", |b| b.signed = Signed::Stranger),
            ("kid", |b| b.header = json!({ "alg": "RS256", "kid": "key-9" }).to_string()),
            ("alg", |b| b.header = json!({ "alg": "none", "kid": "key-1" }).to_string()),
            ("shape", |b| b.compact = |_| "x".into()),
            ("azp", |b| b.set("azp", json!("x"))),
            ("aud", |b| b.set("aud", json!(["client-1", "x"]))),
            ("exp", |b| b.set("exp", json!(1))),
            ("nonce", |b| b.set("nonce", json!("x"))),
            ("version", |b| b.set("version", json!("1.1"))),
            ("roles", |b| b.without(&["roles"])),
            ("sub", |b| b.without(&["sub"])),
            ("target", |b| b.set("target_link_uri", json!("https://evil.example"))),
        ];
        let mut pages = Vec::new();
        for (name, spoil) in spoilers {
            let mut browser = Browser::new();
            let (state, nonce) = house.login(&mut browser).await;
            let mut bend = super::Bend::new(&house);
            spoil(&mut bend);
            let token = (bend.compact)(super::tokens::make(&bend, &nonce));
            let page = house.post_token(&mut browser, &token, &state).await;
            pages.push((name, page.status.as_u16(), said(&page)));
        }
        for (name, status, text) in &pages {
            assert_eq!((status, text), (&400, &pages[0].2), "{name}");
        }
    });
}

#[test]
fn a_launch_that_cannot_be_bound_shows_the_way_back_and_only_an_honest_one() {
    sqlite(async |db| {
        let house = House::open(db).await;
        let back: &[(&str, Option<&str>)] = &[
            ("https://lms.example/course/view.php?id=5&x=1", Some("https://lms.example/course/view.php?id=5&#38;x=1")),
            ("https://lms.example@evil.example/", None),
            ("javascript:alert(1)", None),
            ("data:text/html,x", None),
            ("//evil.example/", None),
            ("\\\\evil.example", None),
            ("", None),
        ];
        for (url, link) in back {
            let mut browser = Browser::new();
            let (state, nonce) = house.login(&mut browser).await;
            browser.cookies.clear();
            let mut claims = house.claims("u1");
            claims[format!("{LTI}launch_presentation")] = json!({ "return_url": url });
            let page = house.finish(&mut browser, claims.clone(), &state, &nonce).await;
            page.assert_refused(&browser);
            assert!(page.body.contains("new window"), "{}", page.body);
            assert_eq!(page.body.contains("Back to the LMS"), link.is_some(), "{url}: {}", page.body);
            // The page after the end of a session says the same.
            let opened = house.launch(&mut browser, claims).await;
            let ended = browser.post(&format!("{}/end", opened.root()), &[("form_token", opened.form_token())]).await;
            for page in [page, ended] {
                assert!(link.is_none_or(|link| page.body.contains(&format!("href=\"{link}\" target=\"_top\""))), "{}", page.body);
                assert!(!page.body.contains("evil.example") && !page.body.contains("href=\"javascript"), "{url}: {}", page.body);
            }
        }
    });
}

#[test]
fn a_deployment_switched_to_waiting_tells_its_id_only_after_the_signature_was_checked() {
    sqlite(async |db| {
        let house = House::open(db).await;
        house.launch(&mut Browser::new(), house.claims("u1")).await;
        let id = house.registration_id.clone();
        let known = registration::deployments(&mut db.store.read().await.unwrap(), &id).await.unwrap();
        db.store.write(Durability::Full, async move |tx: &mut Tx| registration::block_deployment(tx, &known[0].id).await).await.unwrap();
        let mut browser = Browser::new();
        let (state, nonce) = house.login(&mut browser).await;
        let mut bend = super::Bend::new(&house);
        bend.signed = Signed::Stranger;
        let forged = super::tokens::make(&bend, &nonce);
        let page = house.post_token(&mut browser, &forged, &state).await;
        assert!(!page.body.contains("waits for approval"), "{}", page.body);
        let mut claims = house.claims("u1");
        claims[format!("{LTI}launch_presentation")] = json!({ "return_url": "https://lms.example/course" });
        let page = house.finish(&mut browser, claims, &state, &nonce).await;
        assert!(page.status == 403 && page.body.contains("waits for approval") && page.body.contains("<code>d1</code>"), "{}", page.body);
        assert!(page.body.contains("href=\"https://lms.example/course\" target=\"_top\""), "{}", page.body);
    });
}

/// A proof that another page of ours could be made to send.
#[test]
fn storage_of_another_browser_is_no_proof() {
    each(async |db| {
        let house = House::open(db).await;
        let with_storage = async |browser: &mut Browser| {
            let mut fields = house.login_fields();
            fields.push(("lti_storage_target", "_parent".to_owned()));
            let page = browser.post_from(&format!("{}/lti/login", house.base), &fields, Some(&house.issuer.url())).await;
            let (state, nonce) = super::begun(&page).unwrap();
            (state, nonce, page.attribute("data-store", "data-value"))
        };
        let (mut eve, mut ada) = (Browser::new(), Browser::new());
        let (state, nonce, _) = with_storage(&mut eve).await;
        let (_, _, adas) = with_storage(&mut ada).await;
        let mut claims: Value = house.claims("eve");
        claims["nonce"] = json!(nonce);
        let token = house.issuer.key.sign(&claims).unwrap();
        // Ada's browser is made to post Eve's launch: it is asked for a proof, and its storage holds only Ada's.
        let asked = house.post_token(&mut ada, &token, &state).await;
        assert!(asked.status == 200 && asked.body.contains("data-prove") && ada.sessions().is_empty());
        assert_eq!(asked.attribute("data-prove", "data-origin"), house.issuer.url(), "nobody but the platform is asked");
        let url = format!("{}/lti/launch/proof", house.base);
        for proof in [adas.as_str(), "", &state, "null"] {
            let form = [("id_token", token.clone()), ("state", state.clone()), ("proof", proof.to_owned())];
            ada.post_from(&url, &form, None).await.assert_refused(&ada);
        }
    });
}

//! Launches against a real server: what opens a session, and everything that must not.

use std::sync::atomic::Ordering;

use courseferry::{
    ids,
    lti::jose::SigningKey,
    store::{
        DEFAULT_TENANT, Durability, Tx, launch_log,
        registration::{self, RegistrationStatus},
    },
};
use serde_json::{Value, json};

use crate::{
    databases::each,
    house::{Browser, CLIENT_ID, House, registration as a_registration},
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

/// A change to the claims of a good launch, and the code its refusal must be logged with.
type Spoil = (&'static str, fn(&House, &mut Value));

const SPOILED: &[Spoil] = &[
    ("platform_unknown", |_, c| c["iss"] = json!("https://stranger.example")),
    ("platform_unknown", |_, c| c["aud"] = json!("another-tool")),
    ("platform_unknown", |_, c| drop(c.as_object_mut().unwrap().remove("aud"))),
    ("audience_wrong", |_, c| c["aud"] = json!([CLIENT_ID, "somebody-else"])),
    ("authorized_party_wrong", |_, c| c["azp"] = json!("another-tool")),
    ("token_expired", |_, c| c["exp"] = json!(c["exp"].as_i64().unwrap() - 3600)),
    ("expiry_wrong", |_, c| c["exp"] = json!(c["exp"].to_string())),
    ("expiry_wrong", |_, c| drop(c.as_object_mut().unwrap().remove("exp"))),
    ("token_too_old", |_, c| c["iat"] = json!(c["iat"].as_i64().unwrap() - 86_400)),
    ("token_from_the_future", |_, c| c["iat"] = json!(c["iat"].as_i64().unwrap() + 3600)),
    ("nonce_wrong", |_, c| c["nonce"] = json!("a nonce we never issued")),
    ("version_wrong", |_, c| c[format!("{LTI}version")] = json!("11.3")),
    ("message_type_wrong", |_, c| c[format!("{LTI}message_type")] = json!("LtiUnknownRequest")),
    ("deployment_missing", |_, c| drop(c.as_object_mut().unwrap().remove(&format!("{LTI}deployment_id")))),
    ("target_wrong", |_, c| c[format!("{LTI}target_link_uri")] = json!("https://evil.example/lti/launch")),
    ("target_wrong", |h, c| c[format!("{LTI}target_link_uri")] = json!(format!("{}/lti/launch?to=alpha", h.base))),
    ("roles_wrong", |_, c| drop(c.as_object_mut().unwrap().remove(&format!("{LTI}roles")))),
    ("subject_missing", |_, c| drop(c.as_object_mut().unwrap().remove("sub"))),
    ("resource_link_missing", |_, c| drop(c.as_object_mut().unwrap().remove(&format!("{LTI}resource_link")))),
];

#[test]
fn every_wrong_claim_is_refused_with_a_reference_and_its_reason_in_the_log() {
    each(async |db| {
        let house = House::open(db).await;
        for (code, spoil) in SPOILED {
            let mut browser = Browser::new();
            let mut claims = house.claims("u1");
            spoil(&house, &mut claims);
            let page = house.launch(&mut browser, claims).await;
            page.assert_refused(&browser);
            let reference = page.headers["x-request-id"].to_str().unwrap();
            let log = launch_log::recent(&mut db.store.read().await.unwrap(), DEFAULT_TENANT, 1).await.unwrap();
            assert_eq!((log[0].code.as_str(), log[0].reference.as_str(), log[0].ok), (*code, reference, false), "{}", log[0].detail);
        }
    });
}

#[test]
fn tokens_that_are_not_the_platforms_are_refused() {
    each(async |db| {
        let house = House::open(db).await;
        let foreign = SigningKey::generate("key-1").unwrap();
        let unknown = SigningKey::generate("key-2").unwrap();
        let part = |v: Value| data_encoding::BASE64URL_NOPAD.encode(v.to_string().as_bytes());
        for kind in ["foreign key", "unknown kid", "none", "hs256", "two parts", "nonsense", "no kid"] {
            let mut browser = Browser::new();
            let (state, nonce) = house.login(&mut browser).await;
            let mut claims = house.claims("u1");
            claims["nonce"] = json!(nonce);
            let good = house.issuer.key.sign(&claims).unwrap();
            let (body, signature) = (good.split('.').nth(1).unwrap(), good.split('.').nth(2).unwrap());
            let token = match kind {
                "foreign key" => foreign.sign(&claims).unwrap(),
                "unknown kid" => unknown.sign(&claims).unwrap(),
                "none" => format!("{}.{body}.", part(json!({ "alg": "none", "kid": "key-1" }))),
                "hs256" => format!("{}.{body}.{signature}", part(json!({ "alg": "HS256", "kid": "key-1" }))),
                "no kid" => format!("{}.{body}.{signature}", part(json!({ "alg": "RS256" }))),
                "two parts" => good.rsplit_once('.').unwrap().0.to_owned(),
                _ => "nonsense".to_owned(),
            };
            let page = house.post_token(&mut browser, &token, &state).await;
            page.assert_refused(&browser);
            // Nothing was consumed: the good token still works.
            let page = house.post_token(&mut browser, &good, &state).await;
            assert_eq!(page.status, 200, "{kind}: {}", page.body);
        }
    });
}

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
fn a_login_is_too_late_after_ten_minutes() {
    each(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        let (state, nonce) = house.login(&mut browser).await;
        house.ahead.store(11 * 60 * 1000, Ordering::Relaxed);
        house.finish(&mut browser, house.claims("u1"), &state, &nonce).await.assert_refused(&browser);
    });
}

#[test]
fn an_unknown_platform_is_named_with_issuer_and_client_id() {
    each(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        let fields = [
            ("iss", "https://stranger.example/<x>".to_owned()),
            ("client_id", "stranger-7".to_owned()),
            ("login_hint", "h".to_owned()),
            ("target_link_uri", format!("{}/lti/launch", house.base)),
        ];
        let page = browser.post_from(&format!("{}/lti/login", house.base), &fields, None).await;
        page.assert_refused(&browser);
        assert!(page.body.contains("https://stranger.example/&#60;x&#62;") && page.body.contains("stranger-7"), "{}", page.body);
    });
}

#[test]
fn without_a_client_id_one_registration_is_found_and_two_are_not() {
    each(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        let fields: Vec<_> = house.login_fields().into_iter().filter(|(n, _)| *n != "client_id").collect();
        let url = format!("{}/lti/login", house.base);
        assert_eq!(browser.post_from(&url, &fields, None).await.status, 302);
        house.register(a_registration(&house.issuer, "client-2")).await;
        let page = browser.post_from(&url, &fields, None).await;
        assert_eq!(page.status, 400);
        assert!(!page.body.contains("client-2"), "nothing is listed");
    });
}

#[test]
fn an_error_that_the_platform_posts_is_shown_politely_and_spends_the_login() {
    each(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        let (state, nonce) = house.login(&mut browser).await;
        let fields =
            [("error", "login_required".to_owned()), ("error_description", "<script>x</script>".to_owned()), ("state", state.clone())];
        let page = browser.post_from(&format!("{}/lti/launch", house.base), &fields, Some(&house.issuer.url())).await;
        page.assert_refused(&browser);
        assert!(page.body.contains("login_required") && !page.body.contains("<script>x"), "{}", page.body);
        house.finish(&mut browser, house.claims("u1"), &state, &nonce).await.assert_refused(&browser);
    });
}

#[test]
fn forms_that_are_no_launch_are_refused() {
    each(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        let url = format!("{}/lti/launch", house.base);
        for fields in [vec![], vec![("state", "x".to_owned())], vec![("id_token", "a.b.c".to_owned())]] {
            browser.post_from(&url, &fields, None).await.assert_refused(&browser);
        }
        let huge = [("id_token", "a".repeat(300_000)), ("state", "x".to_owned())];
        let page = browser.post_from(&url, &huge, None).await;
        assert_eq!(page.status, 413);
        page.assert_refused(&browser);
        let page = browser.post_from(&format!("{}/lti/login", house.base), &[("iss", "x".to_owned())], None).await;
        page.assert_refused(&browser);
    });
}

#[test]
fn the_first_deployment_is_learned_and_the_next_waits() {
    each(async |db| {
        let house = House::open(db).await;
        assert_eq!(house.launch(&mut Browser::new(), house.claims("u1")).await.status, 200);
        let mut claims = house.claims("u1");
        claims[format!("{LTI}deployment_id")] = json!("d2");
        let mut browser = Browser::new();
        let page = house.launch(&mut browser, claims.clone()).await;
        assert_eq!(page.status, 403);
        page.assert_refused(&browser);
        assert!(page.body.contains("d2"), "{}", page.body);
        let id = house.registration_id.clone();
        let waiting = registration::deployment(&mut db.store.read().await.unwrap(), &id, "d2").await.unwrap().unwrap();
        let approve = async move |tx: &mut Tx| registration::approve_deployment(tx, &waiting.id).await;
        assert!(db.store.write(Durability::Full, approve).await.unwrap());
        assert_eq!(house.launch(&mut Browser::new(), claims).await.status, 200);
    });
}

#[test]
fn a_registration_that_is_not_active_opens_nothing() {
    each(async |db| {
        let house = House::open(db).await;
        for status in [RegistrationStatus::Pending, RegistrationStatus::Disabled] {
            let mut browser = Browser::new();
            let (state, nonce) = house.login(&mut browser).await;
            let id = house.registration_id.clone();
            let set = async move |tx: &mut Tx| registration::set_status(tx, &id, status, 1).await;
            db.store.write(Durability::Full, set).await.unwrap();
            house.finish(&mut browser, house.claims("u1"), &state, &nonce).await.assert_refused(&browser);
            let mut other = Browser::new();
            other.post_from(&format!("{}/lti/login", house.base), &house.login_fields(), None).await.assert_refused(&other);
            let id = house.registration_id.clone();
            let set = async move |tx: &mut Tx| registration::set_status(tx, &id, RegistrationStatus::Active, 1).await;
            db.store.write(Durability::Full, set).await.unwrap();
        }
    });
}

#[test]
fn another_tools_launch_by_the_same_key_does_not_fit_our_state() {
    each(async |db| {
        let house = House::open(db).await;
        house.register(a_registration(&house.issuer, "client-2")).await;
        let mut browser = Browser::new();
        let (state, nonce) = house.login(&mut browser).await;
        let mut claims = house.claims("u1");
        claims["aud"] = json!("client-2");
        claims["azp"] = json!("client-2");
        house.finish(&mut browser, claims, &state, &nonce).await.assert_refused(&browser);
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

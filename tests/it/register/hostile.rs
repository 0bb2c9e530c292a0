//! LMSs that lie, are ill, or are not there: nothing is registered, the link stays good, and a page says what to do.

use serde_json::{Value, json};

use super::{Dialect, Rig};
use crate::{
    databases::{each, sqlite},
    fake_platform::Response,
    house::{Browser, Page},
};

const PLATFORM: &str = "https://purl.imsglobal.org/spec/lti-platform-configuration";

/// Both steps are refused in these words, and the LMS never heard of a registration.
async fn assert_refused(rig: &Rig, link: &str, words: &str) {
    let before = rig.lms.state().asked.1;
    let (offer, done) = rig.register(link).await;
    for page in [offer, done] {
        assert!(page.status.is_client_error(), "{words}: {} {}", page.status, page.body);
        assert!(page.body.contains(words), "{words}: {}", page.body);
        assert!(page.body.contains(page.headers["x-request-id"].to_str().unwrap()));
    }
    assert_eq!(rig.lms.state().asked.1, before, "{words}: a registration was sent");
}

/// After whatever happened, the link still works.
async fn assert_still_good(rig: &Rig, link: &str) {
    let done = rig.register(link).await.1;
    assert_eq!(done.status, 200, "{}", done.body);
}

#[test]
fn hostile_configurations_are_refused_before_anything_is_sent() {
    each(async |db| {
        let mut rig = Rig::open(db, Dialect::Moodle).await;
        let link = rig.link(&[]).await;
        let huge = format!("{{\"issuer\":\"{}\"}}", "x".repeat(2_000_000));
        let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
        let twice = r#"{"issuer":"https://a.example","issuer":"https://b.example"}"#;
        for (instead, words) in [
            (Response::new(200, "application/json", huge), "cannot be reached from here"),
            (Response::new(200, "application/json", deep), "cannot be used"),
            (Response::new(200, "application/json", twice), "cannot be used"),
            (Response::new(200, "text/html", "<html><form action=login>"), "cannot be used"),
            (Response::new(200, "application/json", "[]"), "cannot be used"),
            (Response::plain(302, "").with("location", "http://169.254.169.254/latest/meta-data/"), "did not describe itself"),
            (Response::plain(401, "no"), "did not describe itself"),
            (Response::plain(500, "ill"), "did not describe itself"),
        ] {
            rig.lms.state().instead = Some(instead);
            assert_refused(&rig, &link, words).await;
        }
        rig.lms.state().instead = None;
        assert_still_good(&rig, &link).await;
    });
}

#[test]
fn every_missing_or_odd_value_is_refused() {
    sqlite(async |db| {
        let mut rig = Rig::open(db, Dialect::Moodle).await;
        let link = rig.link(&[]).await;
        let mut cases: Vec<(&str, Value, &str)> = Vec::new();
        for name in ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint"] {
            for value in [
                json!(null),
                json!(""),
                json!(1),
                json!("javascript:alert(1)"),
                json!("https://u:p@lms.example/"),
                json!("file:///etc/passwd"),
            ] {
                cases.push((name, value, "cannot be used"));
            }
        }
        cases.push((PLATFORM, json!(null), "cannot be used"));
        cases.push(("token_endpoint_auth_methods_supported", json!(["client_secret_post"]), "cannot do what the tool needs"));
        cases.push(("id_token_signing_alg_values_supported", json!(["HS256"]), "cannot do what the tool needs"));
        for (name, value, words) in cases {
            rig.lms.state().changed = [(name.to_owned(), value)].into();
            assert_refused(&rig, &link, words).await;
        }
        rig.lms.state().changed.clear();
        assert_still_good(&rig, &link).await;
    });
}

#[test]
fn nobody_registers_in_anothers_name() {
    each(async |db| {
        let mut rig = Rig::open(db, Dialect::Moodle).await;
        let link = rig.link(&[]).await;
        let port = rig.lms.port;
        for issuer in [
            "https://moodle.example.edu".to_owned(),
            format!("http://localhost:{port}"),
            format!("https://127.0.0.1:{port}"),
            "http://127.0.0.1".to_owned(),
        ] {
            rig.lms.state().issuer = Some(issuer);
            assert_refused(&rig, &link, "says that it is somebody else").await;
        }
        // Hosted Canvas's name needs hosted Canvas's hosts.
        rig.lms.state().issuer = Some("https://canvas.instructure.com".to_owned());
        rig.lms.state().changed = [
            (PLATFORM.to_owned(), json!({ "product_family_code": "canvas" })),
            ("jwks_uri".to_owned(), json!("https://keys.evil.example/jwks")),
        ]
        .into();
        assert_refused(&rig, &link, "says that it is somebody else").await;
    });
}

#[test]
fn a_link_for_one_lms_is_no_good_to_another() {
    each(async |db| {
        let mut rig = Rig::open(db, Dialect::Moodle).await;
        let link = rig.link(&[("site", "https://moodle.example.edu")]).await;
        assert_refused(&rig, &link, "for another LMS").await;
        let port = format!("http://127.0.0.1:{}", rig.lms.port + 1);
        let link = rig.link(&[("site", &port)]).await;
        assert_refused(&rig, &link, "for another LMS").await;
    });
}

#[test]
fn places_we_may_not_call_are_not_called() {
    each(async |db| {
        let mut rig = Rig::open(db, Dialect::Moodle).await;
        let link = rig.link(&[]).await;
        let token = rig.lms.begin().remove(1);
        let closed = format!("http://127.0.0.1:{}/", rig.lms.port.wrapping_add(1).max(1024));
        for (address, words) in [
            ("https://169.254.169.254/latest/meta-data/", "may not call"),
            ("https://[::ffff:127.0.0.1]/", "may not call"),
            ("https://2130706433/", "may not call"),
            ("https://10.0.0.1/config", "may not call"),
            ("http://lms.example/config", "may not call"),
            (closed.as_str(), "may not call"),
            ("file:///etc/passwd", "may not call"),
            ("https://user@lms.example/", "may not call"),
            ("not an address", "did not say where"),
            ("/relative", "did not say where"),
        ] {
            let begun = vec![("openid_configuration", address.to_owned()), token.clone()];
            for page in [rig.open_link(&link, &begun).await, rig.press_register(&link, &begun).await] {
                assert!(page.status == 422 && page.body.contains(words), "{address}: {}", page.body);
            }
        }
        // Nor is the place it would have us register at.
        rig.lms.state().changed = [("registration_endpoint".to_owned(), json!("https://127.0.0.1/register"))].into();
        let done = rig.register(&link).await.1;
        assert!(done.status == 422 && done.body.contains("may not call"), "{}", done.body);
    });
}

#[test]
fn refusals_of_the_lms_are_told_in_words_with_what_to_do() {
    each(async |db| {
        let mut rig = Rig::open(db, Dialect::Moodle).await;
        let link = rig.link(&[]).await;
        for (answer, words, said) in [
            (Response::plain(401, "Token was used"), "token is used up", "Token was used"),
            (Response::new(404, "text/html", "<html><h1>404</h1></html>"), "token is used up", "404"),
            (Response::plain(403, ""), "does not allow it", ""),
            (Response::plain(400, "missing_domain"), "addresses at odds", "missing_domain"),
            (Response::plain(400, "domain_targetlinkuri_mismatch"), "FERRY_PUBLIC_URL", "domain_targetlinkuri_mismatch"),
            (Response::plain(400, "invalid_redirect_uris"), "refused the registration", "invalid_redirect_uris"),
            (
                Response::json(422, "application/json", &json!({ "errors": ["scope is unknown"] })),
                "refused a permission",
                "scope is unknown",
            ),
            (Response::json(422, "application/json", &json!({ "errors": { "logo_uri": "bad" } })), "refused the registration", "logo_uri"),
            (Response::plain(503, "down"), "has a problem", "down"),
            (Response::plain(302, "").with("location", "https://10.0.0.1/"), "has a problem", ""),
            (Response::json(200, "application/json", &json!({ "client_name": "x" })), "cannot be used", ""),
            (Response::new(200, "text/html", "<html>Log in</html>"), "cannot be used", ""),
        ] {
            rig.lms.state().instead_registered = Some(answer);
            let done = rig.register(&link).await.1;
            assert!(done.status == 422 && done.body.contains(words) && done.body.contains(said), "{words}: {}", done.body);
        }
        rig.lms.state().instead_registered = None;
        assert_still_good(&rig, &link).await;
    });
}

#[test]
fn a_token_of_the_lms_that_was_used_is_told_so_and_costs_nothing() {
    each(async |db| {
        let mut rig = Rig::open(db, Dialect::Moodle).await;
        let (first, second) = (rig.link(&[]).await, rig.link(&[]).await);
        let begun = rig.lms.begin();
        assert_eq!(rig.press_register(&first, &begun).await.status, 200);
        rig.lms.state().client_id = "client-B".to_owned();
        let replayed = rig.press_register(&second, &begun).await;
        assert!(replayed.status == 422 && replayed.body.contains("token is used up"), "{}", replayed.body);
        assert!(rig.known("client-B").await.is_none());
        assert!(rig.lms.breaches().iter().all(|b| b.contains("without the token")), "the fake forgets used tokens");
        assert_still_good(&rig, &second).await;
    });
}

/// None of these may come out as markup.
const CORPUS: &[&str] = &[
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "\" autofocus onfocus=alert(1) x=\"",
    "<svg/onload=alert(1)>",
    "</dd></dl><iframe src=javascript:alert(1)>",
    "</title><script>alert(1)</script>",
    "{{7*7}}<b>",
    "<!--<script>",
];

fn assert_tame(page: &Page, text: &str) {
    assert!(!page.body.contains(text), "{text} came out as it went in: {}", page.body);
    for markup in ["<script>alert", "<img src=x", "<svg/onload", "<iframe", "<!--<script", " onfocus=alert(1) x=\"\"", "'alert(1)"] {
        assert!(!page.body.contains(markup), "{markup}: {}", page.body);
    }
}

#[test]
fn markup_in_any_field_stays_text_everywhere() {
    sqlite(async |db| {
        let mut rig = Rig::open(db, Dialect::Canvas).await;
        for (n, text) in CORPUS.iter().enumerate() {
            {
                let mut state = rig.lms.state();
                (state.version, state.account) = ((*text).to_owned(), (*text).to_owned());
                (state.client_id, state.deployment) = (format!("{n}{text}"), (*text).to_owned());
            }
            let link = rig.link(&[("name", text)]).await;
            let (offer, done) = rig.register(&link).await;
            assert_eq!((offer.status.as_u16(), done.status.as_u16()), (200, 200), "{}", done.body);
            assert_tame(&offer, text);
            assert_tame(&done, text);
        }
        let text = CORPUS[0];
        for path in ["/admin", "/admin/waiting", "/admin/platforms/invite"] {
            let page = rig.admin.get(&rig.url(path)).await;
            assert_eq!(page.status, 200);
            CORPUS.iter().for_each(|text| assert_tame(&page, text));
        }
        let row = rig.known(&format!("0{text}")).await.unwrap();
        let page = rig.admin.get(&rig.url(&format!("/admin/platforms/{}", row.id))).await;
        assert_tame(&page, text);
        // What comes with the request, and what the LMS says when it refuses.
        let link = rig.link(&[]).await;
        for text in CORPUS {
            rig.lms.state().instead_registered = Some(Response::plain(400, text));
            assert_tame(&rig.register(&link).await.1, text);
            let mut begun = rig.lms.begin();
            begun[1].1 = (*text).to_owned();
            assert_tame(&rig.open_link(&link, &begun).await, text);
            begun[0].1 = format!("https://lms.example/{text}");
            assert_tame(&rig.open_link(&link, &begun).await, text);
            let odd = format!("{}/{}", rig.url("/lti/register"), url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>());
            assert_tame(&Browser::new().get(&odd).await, text);
        }
        rig.lms.breaches();
    });
}

//! What opens a session, and everything that must not.

use std::sync::atomic::Ordering;

use courseferry::{lti::v1p1::Method, store::registration};

use super::{Pairs, Site, pairs};
use crate::{databases::each, house::Browser};

#[test]
fn a_signed_launch_opens_the_page_its_link_names() {
    each(async |db| {
        let site = Site::open(db).await;
        for method in [Method::HmacSha1, Method::HmacSha256] {
            let mut browser = Browser::new();
            let page = site.post(&mut browser, &site.sign_with(&site.form("ada"), &[], method, &site.secret)).await;
            assert_eq!(page.status, 200, "{}", page.body);
            assert!(page.body.contains("data-page=\"alpha\""), "{}", page.body);
            assert_eq!((browser.sessions().len(), browser.cookies.len()), (1, 1));
            let policy = page.headers["content-security-policy"].to_str().unwrap();
            assert!(policy.ends_with("frame-ancestors https://old.example.edu"), "{policy}");
        }
        let mut browser = Browser::new();
        let query = pairs(&[("to", "b-far")]);
        let form = site.sign_with(&site.with("resource_link_id", Some("link-2")), &query, Method::HmacSha1, &site.secret);
        let page = site.post_to(&mut browser, &format!("{}?to=b-far", site.launch_url()), &form).await;
        assert!(page.body.contains("data-page=\"b-far\""), "{}", page.body);
        let page = site.launch(&mut Browser::new(), &site.with("roles", Some("Instructor"))).await;
        assert!(page.status == 200 && page.url.ends_with("/class"), "{} {}", page.url, page.body);
        assert_eq!(site.logged().await.0, "opened");
    });
}

#[test]
fn people_and_links_are_the_same_at_every_launch() {
    each(async |db| {
        let site = Site::open(db).await;
        let mut browser = Browser::new();
        let home = site.launch(&mut browser, &site.form("ada")).await;
        let read = browser.post(&format!("{}/p/a-one/read", home.root()), &[("form_token", home.form_token())]).await;
        assert_eq!(read.status, 200, "{}", read.body);
        let mark = "entry-lesson";
        let done = |body: &str| body.split(mark).filter(|part| part.split('"').next().unwrap().contains(" done")).count();
        for (form, expected) in [
            (site.form("ada"), 1),
            (site.form("eve"), 0),
            (site.with("context_id", Some("course-2")), 0),
            (site.with("roles", Some("urn:lti:role:ims/lis/Learner")), 1),
        ] {
            let page = site.launch(&mut Browser::new(), &form).await;
            assert_eq!(done(&page.body), expected, "{form:?} {}", page.body);
        }
    });
}

/// A change to the form of a good launch, and the code its refusal must be logged with.
type Spoil = (&'static str, fn(&Site) -> Pairs);

const SPOILED: &[Spoil] = &[
    ("v1p1_signature_wrong", |s| s.sign_with(&s.form("ada"), &[], Method::HmacSha1, "another secret")),
    ("v1p1_signature_wrong", |s| changed(s, "user_id", "eve")),
    ("v1p1_signature_wrong", |s| changed(s, "roles", "Instructor")),
    ("v1p1_signature_wrong", |s| changed(s, "oauth_signature", "AAAA")),
    ("v1p1_signature_wrong", |s| changed(s, "oauth_signature_method", "HMAC-SHA256")),
    ("v1p1_signature_wrong", |s| {
        let mut form = s.sign(&s.form("ada"));
        form.push(("custom_more".into(), "x".into()));
        form
    }),
    ("v1p1_key_unknown", |s| changed(s, "oauth_consumer_key", "nobody's")),
    ("v1p1_key_unknown", |s| changed(s, "oauth_consumer_key", "client-1")),
    ("v1p1_parameter_missing", |s| changed(s, "oauth_nonce", "")),
    ("v1p1_parameter_missing", |_| Pairs::new()),
    ("v1p1_parameter_repeated", |s| {
        let mut form = s.sign(&s.form("ada"));
        form.push(("oauth_nonce".into(), "another".into()));
        form
    }),
    ("v1p1_signing_wrong", |s| changed(s, "oauth_signature_method", "PLAINTEXT")),
    ("v1p1_signing_wrong", |s| changed(s, "oauth_version", "2.0")),
    ("v1p1_signing_wrong", |s| changed(s, "oauth_timestamp", "soon")),
    ("v1p1_signing_wrong", |s| s.sign(&s.with("user_id", Some("ada\0")))),
    ("v1p1_signing_wrong", |s| changed(s, "oauth_consumer_key", "nobody\0")),
    ("v1p1_version_wrong", |s| s.sign(&s.with("lti_version", Some("LTI-2p0")))),
    ("v1p1_version_wrong", |s| s.sign(&s.with("lti_version", None))),
    ("v1p1_message_type_wrong", |s| s.sign(&s.with("lti_message_type", Some("what")))),
    ("v1p1_user_missing", |s| s.sign(&s.with("user_id", None))),
    ("v1p1_link_missing", |s| s.sign(&s.with("resource_link_id", None))),
    ("v1p1_too_old", |s| s.sign(&at(s, -301))),
    ("v1p1_from_the_future", |s| s.sign(&at(s, 302))),
];

fn changed(site: &Site, name: &str, value: &str) -> Pairs {
    let mut form = site.sign(&site.form("ada"));
    form.retain(|(n, _)| n != name);
    form.push((name.to_owned(), value.to_owned()));
    form
}

fn at(site: &Site, shift: i64) -> Pairs {
    site.with("oauth_timestamp", Some(&((site.house.app.clock)().as_second() + shift).to_string()))
}

#[test]
fn every_wrong_launch_gets_the_same_page_and_its_reason_in_the_log() {
    each(async |db| {
        let site = Site::open(db).await;
        let mut pages = std::collections::BTreeSet::new();
        for (code, spoil) in SPOILED {
            let mut browser = Browser::new();
            let page = site.post(&mut browser, &spoil(&site)).await;
            page.assert_refused(&browser);
            let (logged, detail) = site.logged().await;
            assert_eq!(logged, *code, "{detail}");
            assert!(!detail.contains(&site.secret), "{detail}");
            let reference = page.headers["x-request-id"].to_str().unwrap();
            pages.insert((page.status, page.body.replace(reference, "")));
        }
        assert_eq!(pages.len(), 1, "{pages:?}");
    });
}

#[test]
fn a_launch_works_once_and_of_fifty_at_once_one_wins() {
    each(async |db| {
        let site = Site::open(db).await;
        let form = site.sign(&site.form("ada"));
        let mut racers: Vec<_> = (0..50).map(|_| Browser::new()).collect();
        let races = racers.iter_mut().map(async |racer| site.post(racer, &form).await.status.as_u16());
        let answers = futures_util::future::join_all(races).await;
        let won = answers.iter().filter(|s| **s == 200).count();
        assert_eq!((won, answers.iter().filter(|s| **s == 400).count()), (1, 49), "{answers:?}");
        assert_eq!(site.logged().await.0, "v1p1_nonce_used");
        // A signature does not outlive its time: the nonce is remembered for longer than that.
        site.house.ahead.store(200_000, Ordering::Relaxed);
        site.house.app.clear_out(90).await.unwrap();
        let mut browser = Browser::new();
        site.post(&mut browser, &form).await.assert_refused(&browser);
        assert_eq!(site.logged().await.0, "v1p1_nonce_used");
        // Another launch may carry the same nonce as long as the key is another's: here it is not.
        let nonce = form.iter().find(|(n, _)| n == "oauth_nonce").unwrap().1.clone();
        site.launch(&mut browser, &site.with("oauth_nonce", Some(&nonce))).await.assert_refused(&browser);
        // After ninety minutes it is forgotten, and fills no disk.
        site.house.ahead.store(91 * 60_000, Ordering::Relaxed);
        assert!(site.house.app.clear_out(90).await.unwrap().nonces > 0);
    });
}

#[test]
fn a_key_of_another_site_opens_nothing_here() {
    each(async |db| {
        let mut site = Site::open(db).await;
        let home = site.admin.0.get(&format!("{}/admin", site.house.base)).await;
        let (page, _) = Site::add(&site.house, &mut site.admin.0, &home, "Another LMS").await;
        let other_secret = super::shown(&page, "copy-secret");
        assert_ne!(other_secret, site.secret);
        let mut browser = Browser::new();
        let form = site.sign_with(&site.form("ada"), &[], Method::HmacSha1, &other_secret);
        site.post(&mut browser, &form).await.assert_refused(&browser);
        assert_eq!(site.logged().await.0, "v1p1_signature_wrong");
    });
}

#[test]
fn a_second_installation_with_the_same_key_waits_for_approval() {
    each(async |db| {
        let mut site = Site::open(db).await;
        assert_eq!(site.launch(&mut Browser::new(), &site.form("ada")).await.status, 200);
        let mut browser = Browser::new();
        let stranger = site.with("tool_consumer_instance_guid", Some("other.example.edu"));
        let page = site.launch(&mut browser, &stranger).await;
        page.assert_refused(&browser);
        assert!(page.body.contains("other.example.edu"), "{}", page.body);
        assert_eq!(site.logged().await.0, "deployment_waits");
        site.administer("/approve", &[]).await;
        assert_eq!(site.launch(&mut browser, &stranger).await.status, 200);
    });
}

#[test]
fn an_installation_that_was_turned_down_opens_nothing_until_it_is_approved_itself() {
    each(async |db| {
        let mut site = Site::open(db).await;
        let mut learner = Browser::new();
        let opened = site.launch(&mut learner, &site.form("ada")).await;
        assert_eq!(opened.status, 200, "{}", opened.body);
        let known = registration::deployments(&mut db.store.read().await.unwrap(), &site.registration_id).await.unwrap();
        let this_one = format!("/deployments/{}", known[0].id);
        site.administer(&this_one, &[("act", "block")]).await;
        assert_eq!(learner.get(&opened.url).await.status, 401, "its sessions end");
        // Again and again, and also once the platform as a whole is approved.
        for again in ["", "", "/approve"] {
            if !again.is_empty() {
                site.administer(again, &[]).await;
            }
            let mut browser = Browser::new();
            site.launch(&mut browser, &site.form("ada")).await.assert_refused(&browser);
            assert_eq!(site.logged().await.0, "deployment_waits");
        }
        // Only who can sign learns how it stands.
        let page = site.post(&mut Browser::new(), &changed(&site, "user_id", "eve")).await;
        assert!(page.status.is_client_error() && !page.body.contains("old.example.edu"), "{}", page.body);
        site.administer(&this_one, &[("act", "approve")]).await;
        assert_eq!(site.launch(&mut Browser::new(), &site.form("ada")).await.status, 200);
    });
}

#[test]
fn a_platform_that_is_off_or_speaks_another_version_is_refused() {
    each(async |db| {
        let mut site = Site::open(db).await;
        site.administer("/off", &[]).await;
        let mut browser = Browser::new();
        let page = site.launch(&mut browser, &site.form("ada")).await;
        page.assert_refused(&browser);
        assert_eq!(site.logged().await.0, "registration_disabled");
        // Only who can sign learns that it is off.
        let page = site.post(&mut browser, &changed(&site, "user_id", "eve")).await;
        assert!(!page.body.contains("switched off"), "{}", page.body);
        site.administer("/approve", &[]).await;
        assert_eq!(site.launch(&mut Browser::new(), &site.form("ada")).await.status, 200);
        // No login of LTI 1.3 reaches it, whatever it calls itself.
        let login = |client: Option<&str>| {
            let mut fields = site.house.login_fields();
            fields.retain(|(n, _)| *n != "iss" && *n != "client_id");
            fields.push(("iss", "LTI 1.1".to_owned()));
            fields.extend(client.map(|c| ("client_id", c.to_owned())));
            fields
        };
        for client in [Some(site.key.as_str()), None] {
            let page = browser.post_from(&format!("{}/lti/login", site.house.base), &login(client), None).await;
            page.assert_refused(&browser);
            assert_eq!(site.logged().await.0, "platform_unknown");
        }
    });
}

#[test]
fn content_selection_is_refused_politely() {
    each(async |db| {
        let site = Site::open(db).await;
        let mut browser = Browser::new();
        site.launch(&mut browser, &site.with("lti_message_type", Some("ContentItemSelectionRequest"))).await.assert_refused(&browser);
        assert_eq!(site.logged().await.0, "message_unanswered");
    });
}

#[test]
fn a_copied_course_is_known_by_its_custom_parameter_and_its_teacher_is_asked() {
    each(async |db| {
        let site = Site::open(db).await;
        let teacher = |course: &str| {
            let mut form = site.form("t1");
            form.retain(|(n, _)| !["roles", "context_id"].contains(&n.as_str()));
            form.extend(pairs(&[("roles", "Instructor"), ("context_id", course), ("custom_context_id_history", "course-1")]));
            form
        };
        let mut browser = Browser::new();
        let page = site.launch(&mut browser, &teacher("course-1")).await;
        let fields = [("form_token", page.form_token()), ("attempts", "4".to_owned())];
        browser.post(&format!("{}/choose", page.root()), &fields).await;
        let mut browser = Browser::new();
        let page = site.launch(&mut browser, &teacher("course-2")).await;
        assert!(page.url.ends_with("/copied") && page.body.contains("4 attempts"), "{} {}", page.url, page.body);
        let fields = [("form_token", page.form_token()), ("decision", "keep".to_owned())];
        browser.post(&format!("{}/copied", page.root()), &fields).await;
        let settings = browser.get(&format!("{}/choose", page.root())).await;
        assert!(settings.body.contains("value=\"4\""), "{}", settings.body);
    });
}

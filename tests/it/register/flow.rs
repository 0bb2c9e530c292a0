//! Happy paths, and what a link is good for.

use std::sync::atomic::Ordering;

use courseferry::store::{
    registration::{self, DeploymentPolicy, RegistrationStatus},
    registration_origin,
};
use serde_json::Value;

use super::{Dialect, Rig};
use crate::{databases::each, house::Browser};

const TOOL: &str = "https://purl.imsglobal.org/spec/lti-tool-configuration";

#[test]
fn a_moodle_registers_itself_and_launches_once_it_is_approved() {
    each(async |db| {
        let mut rig = Rig::open(db, Dialect::Moodle).await;
        let link = rig.link(&[("name", "Campus Moodle")]).await;
        let (offer, done) = rig.register(&link).await;
        assert_eq!(offer.status, 200, "{}", offer.body);
        for text in ["Register A tiny", "Moodle", "4.5.6", "send learners&#39; grades", "whoever runs this tool approves"] {
            assert!(offer.body.contains(text), "{text}: {}", offer.body);
        }
        for text in ["Activate", "Show in activity chooser", "client-A", "Launches are refused until", "data-close-frame", "Campus Moodle"]
        {
            assert!(done.body.contains(text), "{text}: {}", done.body);
        }
        let row = rig.known("client-A").await.unwrap();
        assert_eq!((row.status, row.family.as_str(), row.name.as_str()), (RegistrationStatus::Pending, "moodle", "Campus Moodle"));
        assert_eq!(row.jwks_url, format!("{}/jwks", rig.lms.base()));
        let ours = rig.lms.state().registered[0]["jwks_uri"].clone();
        assert_eq!(ours, format!("{}/lti/jwks.json?platform={}", rig.house.base, row.id), "an address of its own");
        assert_eq!(row.deployment_policy, DeploymentPolicy::Pin);

        let refused = rig.launch("client-A", "7", "u1").await;
        assert!(refused.status == 403 && refused.body.contains("not approved yet"), "{}", refused.body);
        let queue = rig.admin.get(&rig.url("/admin/waiting")).await;
        assert!(queue.body.contains("Campus Moodle") && queue.body.contains("client-A"), "{}", queue.body);
        let after = rig.press("/admin/waiting", &[("platform", &row.id), ("act", "approve-platform")]).await;
        assert!(after.body.contains("Nothing waits"), "{}", after.body);
        assert_eq!(rig.launch("client-A", "7", "u1").await.status, 200);
        // The deployment it named is pinned: another one waits.
        assert_eq!(rig.launch("client-A", "8", "u1").await.status, 403);
    });
}

#[test]
fn the_document_has_what_moodle_needs_and_asks_for_what_is_offered_only() {
    each(async |db| {
        let mut rig = Rig::open(db, Dialect::Moodle).await;
        let link = rig.link(&[]).await;
        rig.register(&link).await;
        let sent: Value = rig.lms.state().registered[0].clone();
        assert_eq!(sent[TOOL]["domain"], rig.house.base.trim_start_matches("http://"));
        assert_eq!(sent[TOOL]["messages"][0]["placements"], serde_json::json!(["ContentArea"]));
        let scopes = sent["scope"].as_str().unwrap();
        assert_eq!(scopes.split(' ').count(), 3, "no roster where none is offered: {scopes}");
        assert_eq!(sent[TOOL]["claims"], serde_json::json!(["iss", "sub", "name", "given_name", "family_name", "email"]));
    });
}

#[test]
fn a_link_for_one_lms_may_let_it_launch_at_once() {
    each(async |db| {
        let mut rig = Rig::open(db, Dialect::Moodle).await;
        let site = rig.lms.base();
        let link = rig.link(&[("site", &site), ("approved", "yes")]).await;
        let (offer, done) = rig.register(&link).await;
        assert!(!offer.body.contains("approves the registration once"), "{}", offer.body);
        assert!(!done.body.contains("Launches are refused"), "{}", done.body);
        assert_eq!(rig.launch("client-A", "7", "u1").await.status, 200);
    });
}

#[test]
fn approval_in_advance_needs_an_address() {
    each(async |db| {
        let mut rig = Rig::open(db, Dialect::Moodle).await;
        for fields in [&[("approved", "yes")][..], &[("site", "moodle.example.edu")], &[("site", "javascript:alert(1)")]] {
            let page = rig.press("/admin/platforms/invite", fields).await;
            assert!(page.status == 422 && page.body.contains("Check one field"), "{}", page.body);
        }
    });
}

#[test]
fn a_canvas_registers_itself_and_every_deployment_is_accepted() {
    each(async |db| {
        let mut rig = Rig::open(db, Dialect::Canvas).await;
        rig.lms.state().client_id = "10000000000001".to_owned();
        let link = rig.link(&[]).await;
        let (offer, done) = rig.register(&link).await;
        for text in ["Canvas", "Example School", "be told when a course is copied"] {
            assert!(offer.body.contains(text), "{text}: {}", offer.body);
        }
        for text in ["Turn the key", "By Client ID", "10000000000001"] {
            assert!(done.body.contains(text), "{text}: {}", done.body);
        }
        let row = rig.known("10000000000001").await.unwrap();
        assert_eq!((row.name.as_str(), row.deployment_policy), ("Example School", DeploymentPolicy::Accept));
        let mut tx = rig.store().read().await.unwrap();
        let origin = registration_origin::find(&mut tx, &row.id).await.unwrap().unwrap();
        assert_eq!(origin.guid.as_deref(), Some("794d72b707af6ea82cfe3d5d473f16888a8366c7:canvas-lms"));
        assert!(!origin.scopes.contains("contextmembership") && origin.scopes.contains("scope/score"), "{}", origin.scopes);
        assert!(origin.scopes.contains("scope/noticehandlers"), "{}", origin.scopes);
        assert_eq!(origin.client_uri.as_deref(), Some(format!("{}/register/1", rig.lms.base()).as_str()));
        drop(tx);
        rig.press(&format!("/admin/platforms/{}/approve", row.id), &[]).await;
        for deployment in ["1:aa", "2:bb"] {
            assert_eq!(rig.launch("10000000000001", deployment, "u1").await.status, 200, "{deployment}");
        }
    });
}

#[test]
fn a_canvas_that_keeps_the_stock_name_waits_even_where_approval_was_given_in_advance() {
    each(async |db| {
        let mut rig = Rig::open(db, Dialect::Canvas).await;
        rig.lms.state().issuer = Some("https://canvas.instructure.com".to_owned());
        let site = rig.lms.base();
        let link = rig.link(&[("site", &site), ("approved", "yes")]).await;
        let (offer, done) = rig.register(&link).await;
        assert!(offer.body.contains("another host's name"), "{}", offer.body);
        assert!(done.body.contains("Launches are refused until"), "{}", done.body);
        let row = rig.known("client-A").await.unwrap();
        assert_eq!(row.status, RegistrationStatus::Pending);
        let page = rig.admin.get(&rig.url(&format!("/admin/platforms/{}", row.id))).await;
        assert!(page.body.contains("another host's name") && !page.body.contains("Add the other Canvas environments"), "{}", page.body);
        rig.press(&format!("/admin/platforms/{}/approve", row.id), &[]).await;
        assert_eq!(rig.launch("client-A", "1:aa", "u1").await.status, 200);
    });
}

#[test]
fn a_link_registers_one_lms_and_looking_spends_nothing() {
    each(async |db| {
        let mut rig = Rig::open(db, Dialect::Moodle).await;
        let link = rig.link(&[]).await;
        let by_hand = Browser::new().get(&link).await;
        assert!(by_hand.status == 200 && by_hand.body.contains("Add LTI Advantage"), "{}", by_hand.body);
        let begun = rig.lms.begin();
        for _ in 0..3 {
            assert_eq!(rig.open_link(&link, &begun).await.status, 200);
        }
        assert_eq!(rig.lms.state().asked, (3, 0), "looking registers nothing");
        assert_eq!(rig.press_register(&link, &begun).await.status, 200);
        let (offer, done) = rig.register(&link).await;
        for page in [offer, done, Browser::new().get(&link).await] {
            assert_eq!(page.status, 410);
            assert!(page.body.contains("has been used"), "{}", page.body);
        }
        assert_eq!(rig.lms.state().asked.1, 1);
        let links = rig.admin.get(&rig.url("/admin/platforms/invite")).await;
        assert!(links.body.contains("see the platform") && !links.body.contains(&link), "{}", links.body);
    });
}

#[test]
fn of_two_at_once_one_registers() {
    each(async |db| {
        let mut rig = Rig::open(db, Dialect::Moodle).await;
        let link = rig.link(&[]).await;
        let (a, b) = (rig.lms.begin(), rig.lms.begin());
        let (first, second) = futures_util::future::join(rig.press_register(&link, &a), rig.press_register(&link, &b)).await;
        let mut statuses = [first.status.as_u16(), second.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses[0], 200);
        assert!([409, 410].contains(&statuses[1]), "{statuses:?}");
        assert_eq!(rig.lms.state().registered.len(), 1, "the LMS heard of one");
    });
}

#[test]
fn a_link_dies_after_a_week_or_when_it_is_taken_back_and_a_guess_is_none() {
    each(async |db| {
        let mut rig = Rig::open(db, Dialect::Moodle).await;
        let guess = rig.url("/lti/register/guess");
        for url in [guess, rig.url("/lti/register")] {
            let page = Browser::new().get(&url).await;
            assert!(page.status == 404 && page.body.contains("not valid"), "{}", page.body);
        }
        let link = rig.link(&[("name", "One")]).await;
        let page = rig.admin.get(&rig.url("/admin/platforms/invite")).await;
        let action = page.body.split("/admin/platforms/invite/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let gone = rig.press(&format!("/admin/platforms/invite/{action}"), &[]).await;
        assert!(gone.body.contains("taken back"), "{}", gone.body);
        assert_eq!(Browser::new().get(&link).await.status, 404);
        assert_eq!(rig.press(&format!("/admin/platforms/invite/{action}"), &[]).await.status, 404, "twice");
        let link = rig.link(&[]).await;
        rig.house.ahead.store(8 * 24 * 3_600_000, Ordering::Relaxed);
        let old = rig.register(&link).await.1;
        assert!(old.status == 410 && old.body.contains("too old"), "{}", old.body);
    });
}

#[test]
fn the_page_may_be_framed_by_any_https_site_and_runs_our_scripts_only() {
    each(async |db| {
        let mut rig = Rig::open(db, Dialect::Moodle).await;
        let link = rig.link(&[]).await;
        let (offer, done) = rig.register(&link).await;
        for page in [offer, done] {
            let policy = page.headers["content-security-policy"].to_str().unwrap();
            assert!(policy.contains("frame-ancestors https:") && policy.contains("script-src 'self';"), "{policy}");
            assert_eq!(
                (page.headers["cache-control"].to_str().unwrap(), page.headers["referrer-policy"].to_str().unwrap()),
                ("no-store", "no-referrer")
            );
        }
    });
}

#[test]
fn a_form_of_another_site_registers_nothing() {
    each(async |db| {
        let mut rig = Rig::open(db, Dialect::Moodle).await;
        let link = rig.link(&[]).await;
        let page = Browser::new().post_from(&link, &rig.lms.begin(), Some("https://evil.example")).await;
        assert_eq!((page.status.as_u16(), rig.lms.state().asked), (403, (0, 0)));
        assert!(rig.known("client-A").await.is_none());
        let mut tx = rig.store().read().await.unwrap();
        assert_eq!(registration::list(&mut tx, "default").await.unwrap().len(), 1, "the house's own");
    });
}

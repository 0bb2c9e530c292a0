//! An LMS that is known registers again: nothing trust hangs on changes by itself, and learners keep their work.

use courseferry::{
    ids,
    store::{
        Durability, Tx,
        registration::{self, Registration, RegistrationStatus},
        tenant::{self, Tenant, TenantKind},
    },
};
use serde_json::json;

use super::{Dialect, Rig};
use crate::{databases::each, house::Browser};

/// Registered and approved, with one learner who has launched.
async fn settled(rig: &mut Rig) -> Registration {
    let site = rig.lms.base();
    let link = rig.link(&[("site", &site), ("approved", "yes"), ("name", "Campus")]).await;
    assert_eq!(rig.register(&link).await.1.status, 200);
    assert_eq!(rig.launch("client-A", "7", "ada").await.status, 200);
    rig.known("client-A").await.unwrap()
}

async fn learners(rig: &Rig, id: &str) -> i64 {
    registration::belongings(&mut rig.store().read().await.unwrap(), id).await.unwrap().learners
}

#[test]
fn the_same_values_again_change_nothing_and_need_nobody() {
    each(async |db| {
        let mut rig = Rig::open(db, Dialect::Moodle).await;
        let before = settled(&mut rig).await;
        rig.lms.state().version = "5.0".to_owned();
        let link = rig.link(&[]).await;
        let (offer, done) = rig.register(&link).await;
        assert!(offer.body.contains("registered here already"), "{}", offer.body);
        assert!(done.body.contains("nothing has changed"), "{}", done.body);
        assert_eq!(rig.known("client-A").await.unwrap(), before);
        let queue = rig.admin.get(&rig.url("/admin/waiting")).await;
        assert!(queue.body.contains("Nothing waits"), "{}", queue.body);
        let page = rig.admin.get(&rig.url(&format!("/admin/platforms/{}", before.id))).await;
        assert!(page.body.contains("5.0"), "what it says of itself is kept: {}", page.body);
    });
}

#[test]
fn other_addresses_are_shown_side_by_side_and_count_once_applied() {
    each(async |db| {
        let mut rig = Rig::open(db, Dialect::Moodle).await;
        let before = settled(&mut rig).await;
        rig.lms.state().changed = [("token_endpoint".to_owned(), json!(format!("{}/new-token", rig.lms.base())))].into();
        rig.lms.state().deployment = "9".to_owned();
        // Approval in advance is for the first time.
        let site = rig.lms.base();
        let link = rig.link(&[("site", &site), ("approved", "yes")]).await;
        let done = rig.register(&link).await.1;
        assert!(done.body.contains("Registered again") && done.body.contains("as before"), "{}", done.body);
        assert_eq!(rig.known("client-A").await.unwrap(), before, "nothing has changed yet");
        assert_eq!(rig.launch("client-A", "7", "ada").await.status, 200);

        let queue = rig.admin.get(&rig.url("/admin/waiting")).await;
        for text in ["Access token URL", "/token</code></del>", "/new-token</code></ins>", "Deployment", "<ins><code>9</code></ins>"] {
            assert!(queue.body.contains(text), "{text}: {}", queue.body);
        }
        assert!(!queue.body.contains("Login URL"), "only what differs: {}", queue.body);
        let here = format!("/admin/platforms/{}", before.id);
        let page = rig.admin.get(&rig.url(&here)).await;
        assert!(page.body.contains("registered again, and says other things"), "{}", page.body);
        let applied = rig.press(&format!("{here}/change"), &[("act", "apply-change")]).await;
        assert!(applied.body.contains("new values count from now on") && !applied.body.contains("says other things"), "{}", applied.body);
        let after = rig.known("client-A").await.unwrap();
        assert_eq!((after.id.as_str(), after.token_url), (before.id.as_str(), format!("{}/new-token", rig.lms.base())));
        assert_eq!(learners(&rig, &before.id).await, 1);
        for deployment in ["7", "9"] {
            assert_eq!(rig.launch("client-A", deployment, "ada").await.status, 200, "{deployment}");
        }
        assert_eq!(rig.press(&format!("{here}/change"), &[("act", "apply-change")]).await.status, 404, "twice");
    });
}

#[test]
fn a_change_can_be_turned_down() {
    each(async |db| {
        let mut rig = Rig::open(db, Dialect::Moodle).await;
        let before = settled(&mut rig).await;
        rig.lms.state().changed = [("jwks_uri".to_owned(), json!("https://keys.evil.example/jwks"))].into();
        let link = rig.link(&[]).await;
        rig.register(&link).await;
        let after = rig.press("/admin/waiting", &[("platform", &before.id), ("act", "drop-change")]).await;
        assert!(after.body.contains("Nothing waits") && after.body.contains("stays as it was"), "{}", after.body);
        assert_eq!(rig.known("client-A").await.unwrap(), before);
    });
}

#[test]
fn a_tool_that_was_deleted_and_registered_anew_keeps_its_learners() {
    each(async |db| {
        let mut rig = Rig::open(db, Dialect::Moodle).await;
        let before = settled(&mut rig).await;
        (rig.lms.state().client_id, rig.lms.state().deployment) = ("client-B".to_owned(), "8".to_owned());
        let link = rig.link(&[]).await;
        rig.register(&link).await;
        let new = rig.known("client-B").await.unwrap();
        let here = format!("/admin/platforms/{}/change", new.id);
        let page = rig.admin.get(&rig.url(&format!("/admin/platforms/{}", new.id))).await;
        assert!(page.body.contains("same LMS as before") && page.body.contains("Take the place of Campus"), "{}", page.body);
        let foreign = rig.house.registration_id.clone();
        assert_eq!(rig.press(&here, &[("act", "take-place"), ("of", &foreign)]).await.status, 404, "another issuer's");
        let taken = rig.press(&here, &[("act", "take-place"), ("of", &before.id)]).await;
        assert!(taken.body.contains("new client ID counts from now on"), "{}", taken.body);
        let after = rig.known("client-B").await.unwrap();
        assert_eq!((after.id.as_str(), after.status), (before.id.as_str(), RegistrationStatus::Active));
        assert!(rig.known("client-A").await.is_none());
        assert_eq!(learners(&rig, &before.id).await, 1);
        assert_eq!(rig.launch("client-B", "8", "ada").await.status, 200);
        assert_eq!(learners(&rig, &before.id).await, 1, "the same person");
        assert_eq!(rig.launch("client-B", "7", "ada").await.status, 403, "the old deployment is no more");
    });
}

#[test]
fn schools_that_share_an_issuer_are_never_mixed_up() {
    each(async |db| {
        let mut rig = Rig::open(db, Dialect::Canvas).await;
        rig.lms.state().issuer = Some("https://canvas.instructure.com".to_owned());
        let page = rig.press("/admin/platforms/add/canvas", &[("site", "production"), ("client_id", "1"), ("name", "Other school")]).await;
        assert_eq!(page.status, 200, "{}", page.body);
        let other = rig.known("1").await.unwrap();
        for client_id in ["2", "3"] {
            rig.lms.state().client_id = client_id.to_owned();
            let link = rig.link(&[("name", &format!("School {client_id}"))]).await;
            rig.register(&link).await;
        }
        let new = rig.known("3").await.unwrap();
        let page = rig.admin.get(&rig.url(&format!("/admin/platforms/{}", new.id))).await;
        assert!(page.body.contains("Take the place of School 2"), "the same school by its own id: {}", page.body);
        assert!(!page.body.contains("Other school"), "{}", page.body);
        let refused = rig.press(&format!("/admin/platforms/{}/change", new.id), &[("act", "take-place"), ("of", &other.id)]).await;
        assert_eq!(refused.status, 404);
    });
}

#[test]
fn another_tenants_client_id_is_taken() {
    each(async |db| {
        let mut rig = Rig::open(db, Dialect::Moodle).await;
        let row = Registration {
            id: ids::new_id(),
            tenant_id: "trial-1".to_owned(),
            issuer: rig.lms.base(),
            ..crate::house::registration(&rig.house.issuer, "client-A")
        };
        let op = async move |tx: &mut Tx| {
            tenant::insert(tx, &Tenant { id: "trial-1".into(), name: "Trial".into(), kind: TenantKind::Trial, created_at: 0 }).await?;
            registration::insert(tx, &row).await
        };
        db.store.write(Durability::Full, op).await.unwrap();
        let link = rig.link(&[]).await;
        let (offer, done) = rig.register(&link).await;
        assert!(!offer.body.contains("registered here already"), "another tenant's registrations are no business of ours");
        assert!(done.status == 422 && done.body.contains("This client ID is taken"), "{}", done.body);
        assert_eq!(Browser::new().get(&link).await.status, 200, "the link is as good as before");
    });
}

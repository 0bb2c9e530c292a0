//! What an administrator decides: deployments, siblings, and who may.

use courseferry::store::registration::{self, DeploymentStatus, Registration};

use super::{Dialect, Rig};
use crate::{databases::each, house::Browser};

#[test]
fn deployments_of_all_platforms_wait_in_one_queue() {
    each(async |db| {
        let mut rig = Rig::open(db, Dialect::Moodle).await;
        let site = rig.lms.base();
        let link = rig.link(&[("site", &site), ("approved", "yes"), ("name", "Campus")]).await;
        rig.register(&link).await;
        let row = rig.known("client-A").await.unwrap();
        for deployment in ["8", "9"] {
            assert_eq!(rig.launch("client-A", deployment, "u1").await.status, 403, "{deployment}");
        }
        let queue = rig.admin.get(&rig.url("/admin/waiting")).await;
        assert!(
            queue.body.contains("<code>8</code>") && queue.body.contains("<code>9</code>") && queue.body.contains("Campus"),
            "{}",
            queue.body
        );
        let home = async |rig: &mut Rig| rig.admin.get(&rig.url("/admin")).await.body;
        assert!(home(&mut rig).await.contains("2 decisions wait for you"), "{}", home(&mut rig).await);
        let id = async |lms_id: &str| {
            let mut tx = db.store.read().await.unwrap();
            registration::deployment(&mut tx, &row.id, lms_id).await.unwrap().unwrap()
        };
        let (eight, nine) = (id("8").await.id, id("9").await.id);
        rig.press("/admin/waiting", &[("platform", &row.id), ("deployment", &eight), ("act", "approve")]).await;
        let after = rig.press("/admin/waiting", &[("platform", &row.id), ("deployment", &nine), ("act", "reject")]).await;
        assert!(after.body.contains("Nothing waits"), "{}", after.body);
        assert!(!home(&mut rig).await.contains("for you"), "{}", home(&mut rig).await);
        assert_eq!(rig.launch("client-A", "8", "u1").await.status, 200);
        assert_eq!(rig.launch("client-A", "9", "u1").await.status, 403);
        assert_eq!(id("9").await.status, DeploymentStatus::Blocked, "it does not come back into the queue");
        // Approving the platform as a whole lets in what waits, not what was turned down.
        rig.press(&format!("/admin/platforms/{}/approve", row.id), &[]).await;
        assert_eq!(id("9").await.status, DeploymentStatus::Blocked);
        let page = rig.admin.get(&rig.url(&format!("/admin/platforms/{}", row.id))).await;
        assert!(page.body.contains("turned down"), "{}", page.body);
        // Another platform's deployment is none of this one's.
        let strange = [("platform", rig.house.registration_id.as_str()), ("deployment", &nine), ("act", "approve")];
        let owned: Vec<(&'static str, &str)> = strange.to_vec();
        let form = owned.iter().map(|(n, v)| (*n, (*v).to_owned())).collect::<Vec<_>>();
        let mut with_token = vec![("form_token", rig.form_token.clone())];
        with_token.extend(form);
        assert_eq!(rig.admin.post(&rig.url("/admin/waiting"), &with_token).await.status, 404);
    });
}

#[test]
fn one_gesture_adds_the_other_environments_of_hosted_canvas() {
    each(async |db| {
        let mut rig = Rig::open(db, Dialect::Canvas).await;
        let add = [("site", "production"), ("client_id", "10000000000001"), ("name", "School")];
        let page = rig.press("/admin/platforms/add/canvas", &add).await;
        assert!(page.body.contains("Add the other Canvas environments"), "{}", page.body);
        let find = async |issuer: &str| -> Option<Registration> {
            let mut tx = db.store.read().await.unwrap();
            registration::by_client(&mut tx, issuer, "10000000000001").await.unwrap()
        };
        let production = find("https://canvas.instructure.com").await.unwrap();
        let change = format!("/admin/platforms/{}/change", production.id);
        for _ in 0..2 {
            let page = rig.press(&change, &[("act", "siblings")]).await;
            assert!(page.body.contains("other environments are registered"), "{}", page.body);
        }
        let beta = find("https://canvas.beta.instructure.com").await.unwrap();
        let test = find("https://canvas.test.instructure.com").await.unwrap();
        assert_eq!((beta.name.as_str(), beta.token_url.as_str()), ("School (beta)", "https://sso.beta.canvaslms.com/login/oauth2/token"));
        assert_eq!((test.name.as_str(), test.jwks_url.as_str()), ("School (test)", "https://sso.test.canvaslms.com/api/lti/security/jwks"));
        assert_eq!((beta.deployment_policy, beta.status), (production.deployment_policy, production.status));
        let mut tx = db.store.read().await.unwrap();
        assert_eq!(registration::list(&mut tx, "default").await.unwrap().len(), 4);
        drop(tx);
        // Nobody else has such siblings.
        let own = rig.house.registration_id.clone();
        assert_eq!(rig.press(&format!("/admin/platforms/{own}/change"), &[("act", "siblings")]).await.status, 404);
    });
}

#[test]
fn only_administrators_decide_and_only_by_their_own_forms() {
    each(async |db| {
        let mut rig = Rig::open(db, Dialect::Moodle).await;
        let change = format!("/admin/platforms/{}/change", rig.house.registration_id);
        for path in ["/admin/waiting", "/admin/platforms/invite"] {
            assert_eq!(Browser::new().get(&rig.url(path)).await.status, 401, "{path}");
        }
        for path in ["/admin/waiting", "/admin/platforms/invite", "/admin/platforms/invite/x", &change] {
            assert_eq!(Browser::new().post(&rig.url(path), &[]).await.status, 401, "{path}");
            let stale = [("form_token", "0".repeat(32)), ("act", "approve-platform".to_owned())];
            assert_eq!(rig.admin.post(&rig.url(path), &stale).await.status, 403, "{path}");
        }
        assert_eq!(rig.press("/admin/waiting", &[("act", "nonsense")]).await.status, 400);
        assert_eq!(rig.press("/admin/waiting", &[("act", "approve-platform"), ("platform", "nobody")]).await.status, 404);
    });
}

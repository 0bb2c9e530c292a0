//! Deployments that an administrator lets in and turns down.

use courseferry::store::registration::{self, DeploymentStatus};

use crate::{
    admin::administrator,
    databases::each,
    house::{Browser, House},
};

#[test]
fn a_waiting_deployment_is_approved_and_blocked_again() {
    each(async |db| {
        let house = House::open(db).await;
        house.launch(&mut Browser::new(), house.claims("u1")).await;
        let mut second = house.claims("u2");
        second["https://purl.imsglobal.org/spec/lti/claim/deployment_id"] = serde_json::json!("d2");
        let mut learner = Browser::new();
        assert!(house.launch(&mut learner, second.clone()).await.status.is_client_error());
        let (mut browser, page) = administrator(&house).await;
        assert!(page.body.contains("1 deployment waits for approval"), "{}", page.body);
        let here = format!("{}/admin/platforms/{}", house.base, house.registration_id);
        let waiting = || async {
            let mut tx = db.store.read().await.unwrap();
            registration::deployment(&mut tx, &house.registration_id, "d2").await.unwrap().unwrap()
        };
        let id = waiting().await.id;
        let form = |act: &str| [("form_token", page.form_token()), ("act", act.to_owned())];
        let approved = browser.post(&format!("{here}/deployments/{id}"), &form("approve")).await;
        assert!(approved.body.contains("may launch from now on"), "{}", approved.body);
        let opened = house.launch(&mut learner, second.clone()).await;
        assert_eq!(opened.status, 200);
        browser.post(&format!("{here}/deployments/{id}"), &form("block")).await;
        assert_eq!(waiting().await.status, DeploymentStatus::Blocked);
        assert_eq!(learner.get(&opened.url).await.status, 401, "its sessions end");
        let mut later = Browser::new();
        house.launch(&mut later, second.clone()).await.assert_refused(&later);
        assert_eq!(waiting().await.status, DeploymentStatus::Blocked, "it does not come back into the queue");
        assert_eq!(house.launch(&mut Browser::new(), house.claims("u1")).await.status, 200, "the other one is as good as before");
        assert_eq!(browser.post(&format!("{here}/deployments/nothing"), &form("approve")).await.status, 404);
        assert_eq!(browser.post(&format!("{here}/deployments/{id}"), &form("hug")).await.status, 400);
    });
}

use courseferry::store::{
    DEFAULT_TENANT, Durability, Tx, admin,
    launch_log::{self, LaunchLog},
    login_state::{self, LoginState},
    outbox::{self, Completion, NewMessage, Slot},
    registration, session,
    sweep::{self, Swept},
    tenant::{self, Tenant, TenantKind},
};

use super::{DAY, MINUTE, NOW, add_platform, launch_of, learner, open, platform};
use crate::databases::{Db, each};

async fn sweep_at(db: &Db, now: i64) -> Swept {
    db.store.write(Durability::Normal, async move |tx: &mut Tx| sweep::sweep(tx, 90 * DAY, now).await).await.unwrap()
}

#[test]
fn the_sweep_takes_what_is_over_and_nothing_else() {
    each(async |db| {
        let (platform, deployment) = add_platform(&db.store, 1).await;
        open(&db.store, &launch_of(&deployment, "ada", "session"), NOW).await.unwrap();
        let id = platform.id.clone();
        let op = async move |tx: &mut Tx| {
            let login = LoginState {
                state_hash: "s".to_owned(),
                tenant_id: DEFAULT_TENANT.to_owned(),
                registration_id: id.clone(),
                nonce_hash: String::new(),
                browser_hash: String::new(),
                storage_target: None,
                target_link_uri: String::new(),
                created_at: NOW,
                expires_at: NOW + 10 * MINUTE,
            };
            login_state::insert(tx, &login).await?;
            admin::add_link(tx, DEFAULT_TENANT, "link", NOW + 30 * MINUTE, NOW).await?;
            let account = admin::ensure_account(tx, DEFAULT_TENANT, "admin", NOW).await?;
            admin::open_session(tx, &account, "admin-session", NOW + 40 * MINUTE, NOW).await
        };
        db.store.write(Durability::Full, op).await.unwrap();
        assert_eq!(sweep_at(db, NOW + MINUTE).await, Swept::default());
        let swept = sweep_at(db, NOW + 2 * 60 * MINUTE).await;
        assert_eq!((swept.login_states, swept.sessions, swept.links), (1, 2, 1));
        assert_eq!(session::find(&mut db.store.read().await.unwrap(), "session", NOW).await.unwrap(), None);
    });
}

#[test]
fn old_messages_go_but_the_latest_of_each_learner_stays() {
    each(async |db| {
        let session = learner(&db.store).await;
        let message = NewMessage {
            tenant_id: session.tenant_id.clone(),
            registration_id: session.registration_id.clone(),
            resource_link_id: session.resource_link_id.clone(),
            learner_id: session.learner_id.clone(),
            slot: Slot::Grade,
            payload: "{}".to_owned(),
            run_at: NOW,
        };
        let mut ids = Vec::new();
        for _ in 0..3 {
            let message = message.clone();
            let op = async move |tx: &mut Tx| {
                let id = outbox::enqueue(tx, &message, NOW).await?;
                let leased = outbox::claim(tx, 1, NOW + MINUTE, NOW).await?;
                outbox::complete(tx, &leased[0], &Completion::Delivered, "stored", "", NOW).await?;
                Ok::<_, courseferry::store::StoreError>(id)
            };
            ids.push(db.store.write(Durability::Full, op).await.unwrap());
        }
        assert_eq!(sweep_at(db, NOW + 89 * DAY).await.messages, 0);
        assert_eq!(sweep_at(db, NOW + 91 * DAY).await.messages, 2);
        assert!(outbox::find(&mut db.store.read().await.unwrap(), &ids[2]).await.unwrap().is_some());
    });
}

#[test]
fn the_launch_log_is_read_newest_first_and_kept_for_its_time() {
    each(async |db| {
        for n in 0..5 {
            let line = LaunchLog {
                id: courseferry::ids::new_id(),
                tenant_id: DEFAULT_TENANT.to_owned(),
                reference: format!("ref-{n}"),
                stage: "launch".to_owned(),
                ok: n % 2 == 0,
                code: "expired".to_owned(),
                detail: "the token's time is over".to_owned(),
                issuer: "https://lms".to_owned(),
                client_id: "c".to_owned(),
                checks: "[\"signature\"]".to_owned(),
                created_at: NOW + n,
            };
            db.store.write(Durability::Normal, async move |tx: &mut Tx| launch_log::insert(tx, &line).await).await.unwrap();
        }
        let recent = launch_log::recent(&mut db.store.read().await.unwrap(), DEFAULT_TENANT, 2).await.unwrap();
        assert_eq!(recent.iter().map(|l| (l.reference.as_str(), l.ok)).collect::<Vec<_>>(), [("ref-4", true), ("ref-3", false)]);
        assert_eq!(sweep_at(db, NOW + 90 * DAY + 3).await.launches, 3);
    });
}

#[test]
fn a_trial_is_erased_with_all_that_is_its_own_and_the_house_cannot_be() {
    each(async |db| {
        let (_, kept) = add_platform(&db.store, 2).await;
        open(&db.store, &launch_of(&kept, "ada", "kept"), NOW).await.unwrap();
        let mut trial = platform(1);
        trial.tenant_id = "trial-1".to_owned();
        let op = async move |tx: &mut Tx| {
            let tenant = Tenant { id: "trial-1".to_owned(), name: "Trial".to_owned(), kind: TenantKind::Trial, created_at: NOW };
            tenant::insert(tx, &tenant).await?;
            registration::insert(tx, &trial).await?;
            registration::meet_deployment(tx, &trial.id, "1", NOW).await
        };
        let deployment = db.store.write(Durability::Full, op).await.unwrap();
        assert_eq!(deployment.tenant_id, "trial-1");
        let gone = open(&db.store, &launch_of(&deployment, "ada", "gone"), NOW).await.unwrap();
        assert_eq!(gone.tenant_id, "trial-1");
        let erase = |id: &'static str| async move |tx: &mut Tx| tenant::erase(tx, id).await;
        assert!(db.store.write(Durability::Full, erase("trial-1")).await.unwrap());
        assert!(!db.store.write(Durability::Full, erase(DEFAULT_TENANT)).await.unwrap());
        let mut tx = db.store.read().await.unwrap();
        assert_eq!(tenant::list(&mut tx).await.unwrap().iter().map(|t| t.id.as_str()).collect::<Vec<_>>(), [DEFAULT_TENANT]);
        assert_eq!(session::find(&mut tx, "gone", NOW).await.unwrap(), None);
        assert!(session::find(&mut tx, "kept", NOW).await.unwrap().is_some());
        assert_eq!(registration::find(&mut tx, "registration-1").await.unwrap(), None);
    });
}

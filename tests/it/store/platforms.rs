use courseferry::store::{
    Durability, StoreError, Tx,
    registration::{self, DeploymentPolicy, DeploymentStatus, RegistrationStatus},
    session,
};

use super::{NOW, add_platform, launch_of, open, platform};
use crate::databases::{Db, each};

async fn meet(db: &Db, registration_id: &str, lms_id: &str) -> DeploymentStatus {
    let (id, lms_id) = (registration_id.to_owned(), lms_id.to_owned());
    db.store
        .write(Durability::Full, async move |tx: &mut Tx| registration::meet_deployment(tx, &id, &lms_id, NOW).await)
        .await
        .unwrap()
        .status
}

async fn add(db: &Db, row: registration::Registration) -> Result<(), StoreError> {
    db.store.write(Durability::Full, async move |tx: &mut Tx| registration::insert(tx, &row).await).await
}

#[test]
fn a_platform_is_its_issuer_and_client_id_together() {
    each(async |db| {
        let one = platform(1);
        let mut sibling = platform(2);
        sibling.issuer.clone_from(&one.issuer);
        let mut twin = platform(3);
        (twin.issuer, twin.client_id) = (one.issuer.clone(), one.client_id.clone());
        add(db, one.clone()).await.unwrap();
        add(db, sibling.clone()).await.unwrap();
        assert!(matches!(add(db, twin).await, Err(StoreError::Duplicate)));
        let mut tx = db.store.read().await.unwrap();
        assert_eq!(registration::by_client(&mut tx, &one.issuer, &one.client_id).await.unwrap(), Some(one.clone()));
        assert_eq!(registration::by_client(&mut tx, &one.issuer, "other").await.unwrap(), None);
        assert_eq!(registration::by_issuer(&mut tx, &one.issuer).await.unwrap().len(), 2);
        assert_eq!(registration::list(&mut tx, "default").await.unwrap(), [one, sibling]);
    });
}

#[test]
fn the_first_deployment_is_learned_and_later_ones_wait() {
    each(async |db| {
        let row = platform(1);
        add(db, row.clone()).await.unwrap();
        assert_eq!(meet(db, &row.id, "1").await, DeploymentStatus::Active);
        assert_eq!(meet(db, &row.id, "2").await, DeploymentStatus::Waiting);
        assert_eq!(meet(db, &row.id, "1").await, DeploymentStatus::Active);
        let second = registration::deployment(&mut db.store.read().await.unwrap(), &row.id, "2").await.unwrap().unwrap();
        let approve = async move |tx: &mut Tx| registration::approve_deployment(tx, &second.id).await;
        assert!(db.store.write(Durability::Full, approve).await.unwrap());
        assert_eq!(meet(db, &row.id, "2").await, DeploymentStatus::Active);
    });
}

#[test]
fn where_some_are_pinned_none_is_learned() {
    each(async |db| {
        let row = platform(1);
        add(db, row.clone()).await.unwrap();
        let id = row.id.clone();
        let pin = async move |tx: &mut Tx| registration::pin_deployment(tx, &id, "5", NOW).await;
        assert!(db.store.write(Durability::Full, pin).await.unwrap());
        assert_eq!(meet(db, &row.id, "1").await, DeploymentStatus::Waiting);
        assert_eq!(meet(db, &row.id, "5").await, DeploymentStatus::Active);
    });
}

#[test]
fn a_policy_of_accept_lets_each_deployment_in() {
    each(async |db| {
        let mut row = platform(1);
        row.deployment_policy = DeploymentPolicy::Accept;
        add(db, row.clone()).await.unwrap();
        for n in 0..3 {
            assert_eq!(meet(db, &row.id, &format!("{n}:abc")).await, DeploymentStatus::Active);
        }
    });
}

#[test]
fn of_first_deployments_that_come_at_once_one_is_learned() {
    each(async |db| {
        let row = platform(1);
        add(db, row.clone()).await.unwrap();
        let names: Vec<_> = (0..12).map(|n| n.to_string()).collect();
        let all = futures_util::future::join_all(names.iter().map(|n| meet(db, &row.id, n))).await;
        assert_eq!(all.iter().filter(|s| **s == DeploymentStatus::Active).count(), 1);
    });
}

#[test]
fn a_deployment_of_no_platform_is_refused() {
    each(async |db| {
        let op = async |tx: &mut Tx| registration::meet_deployment(tx, "nobody", "1", NOW).await;
        assert!(matches!(db.store.write(Durability::Full, op).await, Err(StoreError::Dangling)));
    });
}

#[test]
fn a_platform_can_be_changed_switched_off_and_remembers_who_frames_us() {
    each(async |db| {
        let (mut row, _) = add_platform(&db.store, 1).await;
        row.name = "Renamed".to_owned();
        row.token_audience = Some("aud".to_owned());
        row.updated_at = NOW + 1;
        let changed = row.clone();
        let op = async move |tx: &mut Tx| {
            registration::update(tx, &changed).await?;
            registration::set_embedders(tx, &changed.id, "[\"https://lms\"]", NOW + 1).await?;
            registration::set_status(tx, &changed.id, RegistrationStatus::Disabled, NOW + 1).await
        };
        assert!(db.store.write(Durability::Full, op).await.unwrap());
        let found = registration::find(&mut db.store.read().await.unwrap(), &row.id).await.unwrap().unwrap();
        row.embedders = "[\"https://lms\"]".to_owned();
        row.status = RegistrationStatus::Disabled;
        assert_eq!(found, row);
    });
}

#[test]
fn removing_a_platform_takes_along_what_came_through_it_and_says_so_before() {
    each(async |db| {
        let (row, deployment) = add_platform(&db.store, 1).await;
        let (_, other) = add_platform(&db.store, 2).await;
        open(&db.store, &launch_of(&deployment, "ada", "s1"), NOW).await.unwrap();
        open(&db.store, &launch_of(&other, "ada", "s2"), NOW).await.unwrap();
        let mut tx = db.store.read().await.unwrap();
        let lost = registration::belongings(&mut tx, &row.id).await.unwrap();
        assert_eq!((lost.learners, lost.attempts, lost.undelivered), (1, 0, 0));
        drop(tx);
        let id = row.id.clone();
        assert!(db.store.write(Durability::Full, async move |tx: &mut Tx| registration::remove(tx, &id).await).await.unwrap());
        let mut tx = db.store.read().await.unwrap();
        assert_eq!(registration::find(&mut tx, &row.id).await.unwrap(), None);
        assert_eq!(session::find(&mut tx, "s1", NOW).await.unwrap(), None);
        assert!(session::find(&mut tx, "s2", NOW).await.unwrap().is_some(), "the other platform's stay");
    });
}

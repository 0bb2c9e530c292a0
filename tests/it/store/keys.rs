use courseferry::store::{
    DEFAULT_TENANT, Durability, Tx,
    tool_key::{self, KeyStatus, ToolKey},
};

use super::NOW;
use crate::databases::{Db, each};

fn key(kid: &str, at: i64) -> ToolKey {
    ToolKey {
        kid: kid.to_owned(),
        tenant_id: DEFAULT_TENANT.to_owned(),
        sealed_private: "sealed".to_owned(),
        public_jwk: "{}".to_owned(),
        status: KeyStatus::Active,
        created_at: at,
        signs_from: at,
        retired_at: None,
    }
}

async fn first(db: &Db, kid: &str) -> bool {
    let key = key(kid, NOW);
    db.store.write(Durability::Full, async move |tx: &mut Tx| tool_key::insert_first(tx, &key).await).await.unwrap()
}

async fn list(db: &Db) -> Vec<(String, KeyStatus, Option<i64>)> {
    let keys = tool_key::list(&mut db.store.read().await.unwrap(), DEFAULT_TENANT).await.unwrap();
    keys.into_iter().map(|k| (k.kid, k.status, k.retired_at)).collect()
}

#[test]
fn of_instances_that_start_at_once_one_makes_the_first_key() {
    each(async |db| {
        let names: Vec<_> = (0..8).map(|n| format!("kid-{n}")).collect();
        let all = futures_util::future::join_all(names.iter().map(|n| first(db, n))).await;
        assert_eq!(all.iter().filter(|made| **made).count(), 1);
        assert_eq!(list(db).await.len(), 1);
    });
}

#[test]
fn rotating_retires_what_signs_and_the_retired_stay_for_a_while() {
    each(async |db| {
        assert!(first(db, "old").await);
        let new = key("new", NOW + 10);
        db.store.write(Durability::Full, async move |tx: &mut Tx| tool_key::rotate(tx, &new).await).await.unwrap();
        assert_eq!(list(db).await, [("new".to_owned(), KeyStatus::Active, None), ("old".to_owned(), KeyStatus::Retired, Some(NOW + 10))]);
        let forget = |before| async move |tx: &mut Tx| tool_key::forget_retired(tx, DEFAULT_TENANT, before).await;
        assert_eq!(db.store.write(Durability::Full, forget(NOW)).await.unwrap(), 0);
        assert_eq!(db.store.write(Durability::Full, forget(NOW + 11)).await.unwrap(), 1);
        assert_eq!(list(db).await.len(), 1);
    });
}

#[test]
fn a_key_shows_nothing_of_itself() {
    assert_eq!(format!("{:?}", key("kid", NOW)), "ToolKey(kid, active)");
}

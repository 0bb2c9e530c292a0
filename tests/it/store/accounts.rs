use courseferry::store::{DEFAULT_TENANT, Durability, Tx, admin};

use super::{MINUTE, NOW};
use crate::databases::{Db, each};

async fn add_link(db: &Db, hash: &'static str) {
    let op = async move |tx: &mut Tx| admin::add_link(tx, DEFAULT_TENANT, hash, NOW + 30 * MINUTE, NOW).await;
    db.store.write(Durability::Full, op).await.unwrap();
}

async fn redeem(db: &Db, hash: &'static str, now: i64) -> Option<String> {
    db.store.write(Durability::Full, async move |tx: &mut Tx| admin::redeem_link(tx, hash, now).await).await.unwrap()
}

#[test]
fn a_link_is_spent_by_redeeming_not_by_looking() {
    each(async |db| {
        add_link(db, "hash").await;
        let stands = async |now| admin::link_stands(&mut db.store.read().await.unwrap(), "hash", now).await.unwrap();
        assert!(stands(NOW).await && stands(NOW).await);
        assert_eq!(redeem(db, "other", NOW).await, None);
        assert_eq!(redeem(db, "hash", NOW + 30 * MINUTE).await, None, "too late");
        let all = futures_util::future::join_all((0..10).map(|_| redeem(db, "hash", NOW + MINUTE))).await;
        assert_eq!(all.into_iter().flatten().collect::<Vec<_>>(), [DEFAULT_TENANT]);
        assert!(!stands(NOW).await);
    });
}

#[test]
fn an_account_is_made_once_and_a_new_password_ends_other_sessions() {
    each(async |db| {
        let op = async |tx: &mut Tx| {
            let account = admin::ensure_account(tx, DEFAULT_TENANT, "admin", NOW).await?;
            for session in ["here", "there"] {
                admin::open_session(tx, &account, session, NOW + MINUTE, NOW).await?;
            }
            admin::ensure_account(tx, DEFAULT_TENANT, "admin", NOW + 1).await
        };
        let account = db.store.write(Durability::Full, op).await.unwrap();
        assert_eq!((account.created_at, account.signed_in_at, &account.password_hash), (NOW, Some(NOW), &None));
        let id = account.id.clone();
        let set = async move |tx: &mut Tx| admin::set_password(tx, &id, "$argon2id$x", "here").await;
        assert!(db.store.write(Durability::Full, set).await.unwrap());
        let mut tx = db.store.read().await.unwrap();
        assert_eq!(admin::count(&mut tx, DEFAULT_TENANT).await.unwrap(), 1);
        let here = admin::by_session(&mut tx, "here", NOW).await.unwrap().unwrap();
        assert_eq!(here.password_hash.as_deref(), Some("$argon2id$x"));
        assert_eq!(admin::by_session(&mut tx, "here", NOW + MINUTE).await.unwrap(), None, "over");
        assert_eq!(admin::by_session(&mut tx, "there", NOW).await.unwrap(), None);
        assert_eq!(admin::by_name(&mut tx, DEFAULT_TENANT, "admin").await.unwrap(), Some(here.clone()));
        assert_eq!(admin::find(&mut tx, &here.id).await.unwrap(), Some(here));
        drop(tx);
        assert!(db.store.write(Durability::Full, async |tx: &mut Tx| admin::end_session(tx, "here").await).await.unwrap());
    });
}

use courseferry::store::{Durability, Store, StoreError, Tx, login_state, meta};

use crate::databases::{each, sqlite};

async fn count(tx: &mut Tx) -> i64 {
    meta::get(tx, "count").await.unwrap().map_or(0, |v| v.parse().unwrap())
}

async fn increment(store: &Store, durability: Durability) -> Result<i64, StoreError> {
    store
        .write(durability, async |tx: &mut Tx| {
            // In PostgreSQL two transactions read the same value unless the first locks the row.
            meta::set(tx, "lock", "held").await?;
            let next = count(tx).await + 1;
            meta::set(tx, "count", &next.to_string()).await?;
            Ok(next)
        })
        .await
}

#[test]
fn writes_from_many_callers_each_count_once() {
    each(async |db| {
        let tasks: Vec<_> = (0..200)
            .map(|n| {
                let store = db.store.clone();
                let durability = if n % 3 == 0 { Durability::Full } else { Durability::Normal };
                tokio::spawn(async move { increment(&store, durability).await.unwrap() })
            })
            .collect();
        let mut seen = Vec::new();
        for task in tasks {
            seen.push(task.await.unwrap());
        }
        seen.sort_unstable();
        assert_eq!(seen, (1..=200).collect::<Vec<_>>());
    });
}

#[test]
fn what_was_acknowledged_is_there_for_readers() {
    each(async |db| {
        for n in 1..=20 {
            increment(&db.store, Durability::Normal).await.unwrap();
            assert_eq!(count(&mut db.store.read().await.unwrap()).await, n);
        }
    });
}

#[test]
fn an_operation_that_fails_is_rolled_back_alone() {
    each(async |db| {
        let good = (0..20).map(|_| increment(&db.store, Durability::Full));
        let bad = (0..5).map(|n| {
            db.store.write(Durability::Full, async move |tx: &mut Tx| {
                meta::set(tx, "lock", "held").await?;
                let wrong = count(tx).await + 1000;
                meta::set(tx, "count", &wrong.to_string()).await?;
                meta::set(tx, &format!("bad-{n}"), "here").await?;
                Err::<(), _>(StoreError::Duplicate)
            })
        });
        let (good, bad) = futures_util::future::join(futures_util::future::join_all(good), futures_util::future::join_all(bad)).await;
        assert!(good.iter().all(Result::is_ok));
        assert!(bad.iter().all(|r| matches!(r, Err(StoreError::Duplicate))));
        let mut tx = db.store.read().await.unwrap();
        assert_eq!(count(&mut tx).await, 20);
        assert_eq!(meta::get(&mut tx, "bad-0").await.unwrap(), None);
    });
}

#[test]
fn a_panic_in_one_operation_spares_the_others() {
    each(async |db| {
        let bad = db.store.write(Durability::Normal, async |tx: &mut Tx| {
            meta::set(tx, "count", "7").await?;
            if count(tx).await == 7 {
                panic!("on purpose");
            }
            Ok::<_, StoreError>(())
        });
        let (bad, good) = futures_util::future::join(bad, increment(&db.store, Durability::Normal)).await;
        assert!(matches!(bad, Err(StoreError::Closed)));
        assert_eq!(good.unwrap(), 1);
        assert_eq!(increment(&db.store, Durability::Full).await.unwrap(), 2);
    });
}

#[test]
fn an_operation_that_breaks_a_statement_leaves_the_connection_usable() {
    each(async |db| {
        let orphan = login_state::LoginState {
            state_hash: "s".to_owned(),
            tenant_id: "default".to_owned(),
            registration_id: "nobody".to_owned(),
            nonce_hash: "n".to_owned(),
            browser_hash: "b".to_owned(),
            storage_target: None,
            target_link_uri: String::new(),
            created_at: 0,
            expires_at: 1,
        };
        let result = db.store.write(Durability::Normal, async move |tx: &mut Tx| login_state::insert(tx, &orphan).await).await;
        assert!(matches!(result, Err(StoreError::Dangling)), "{result:?}");
        assert_eq!(increment(&db.store, Durability::Full).await.unwrap(), 1);
    });
}

#[test]
fn a_reader_cannot_write_to_sqlite() {
    sqlite(async |db| {
        let mut tx = db.store.read().await.unwrap();
        assert!(meta::set(&mut tx, "x", "y").await.is_err());
    });
}

#[test]
fn a_caller_that_goes_away_harms_nobody() {
    each(async |db| {
        for _ in 0..10 {
            let _ = tokio::time::timeout(std::time::Duration::ZERO, increment(&db.store, Durability::Full)).await;
        }
        increment(&db.store, Durability::Full).await.unwrap();
    });
}

#[test]
fn closing_finishes_what_is_queued_and_then_refuses() {
    sqlite(async |db| {
        let waiting: Vec<_> = (0..50)
            .map(|_| {
                let store = db.store.clone();
                tokio::spawn(async move { increment(&store, Durability::Full).await })
            })
            .collect();
        tokio::task::yield_now().await;
        db.store.close().await;
        let done = futures_util::future::join_all(waiting).await.into_iter().filter(|r| r.as_ref().unwrap().is_ok()).count();
        assert!(matches!(increment(&db.store, Durability::Full).await, Err(StoreError::Closed)));
        let again = Store::connect(&db.settings).await.unwrap();
        assert_eq!(usize::try_from(count(&mut again.read().await.unwrap()).await).unwrap(), done);
        again.close().await;
    });
}

#[test]
fn two_programs_write_to_one_file() {
    each(async |db| {
        let other = Store::connect(&db.settings).await.unwrap();
        let both = (0..60).map(|n| increment(if n % 2 == 0 { &db.store } else { &other }, Durability::Normal));
        let all = futures_util::future::join_all(both).await;
        assert!(all.iter().all(Result::is_ok), "{all:?}");
        assert_eq!(count(&mut other.read().await.unwrap()).await, 60);
        other.close().await;
    });
}

use courseferry::store::{Durability, Store, StoreError, Tx, backup, meta};

use crate::databases::{Db, each, sqlite};

async fn set(store: &Store, value: &'static str) {
    store.write(Durability::Full, async move |tx: &mut Tx| meta::set(tx, "word", value).await).await.unwrap();
}

async fn get(store: &Store) -> Option<String> {
    meta::get(&mut store.read().await.unwrap(), "word").await.unwrap()
}

async fn reopened(db: &Db) -> Store {
    Store::connect(&db.settings).await.unwrap()
}

#[test]
fn a_backup_taken_beside_writers_brings_everything_back() {
    each(async |db| {
        set(&db.store, "before").await;
        let file = db.dir().join("it's a copy");
        backup::backup(&db.store, &file).await.unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        set(&db.store, "after").await;
        db.store.close().await;
        let aside = backup::restore(&db.settings, &file).await.unwrap();
        let store = reopened(db).await;
        assert_eq!(get(&store).await.as_deref(), Some("before"));
        store.close().await;
        if let Some(aside) = aside {
            std::fs::copy(&aside, db.dir().join("ferry.db")).unwrap();
            let store = reopened(db).await;
            assert_eq!(get(&store).await.as_deref(), Some("after"), "what was there before was set aside whole");
            store.close().await;
        }
    });
}

#[test]
fn a_backup_never_writes_over_a_file() {
    each(async |db| {
        let file = db.dir().join("precious");
        std::fs::write(&file, "x").unwrap();
        let error = backup::backup(&db.store, &file).await.unwrap_err();
        assert!(error.to_string().contains("already"), "{error}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "x");
    });
}

#[test]
fn restoring_under_a_running_server_is_refused() {
    sqlite(async |db| {
        let file = db.dir().join("copy");
        backup::backup(&db.store, &file).await.unwrap();
        db.store.begin_serving().await.unwrap();
        assert!(matches!(backup::restore(&db.settings, &file).await, Err(StoreError::InUse(_))));
    });
    crate::databases::postgres(async |db| {
        let file = db.dir().join("copy");
        backup::backup(&db.store, &file).await.unwrap();
        let _busy = db.store.read().await.unwrap();
        let error = backup::restore(&db.settings, &file).await.unwrap_err();
        assert!(error.to_string().contains("stop the servers first"), "{error}");
    });
}

#[test]
fn what_is_no_copy_of_ours_changes_nothing() {
    sqlite(async |db| {
        set(&db.store, "kept").await;
        db.store.close().await;
        let file = db.dir().join("diary");
        for content in ["Dear diary, ".repeat(500), String::new()] {
            std::fs::write(&file, content).unwrap();
            let error = backup::restore(&db.settings, &file).await.unwrap_err();
            assert!(error.to_string().contains("nothing was changed"), "{error}");
        }
        assert!(backup::restore(&db.settings, &db.dir().join("nowhere")).await.unwrap_err().to_string().contains("cannot read"));
        let store = reopened(db).await;
        assert_eq!(get(&store).await.as_deref(), Some("kept"));
        store.close().await;
    });
}

#[test]
fn a_copy_can_be_restored_where_nothing_is_yet() {
    sqlite(async |db| {
        set(&db.store, "moved").await;
        let file = db.dir().join("copy");
        backup::backup(&db.store, &file).await.unwrap();
        let new = courseferry::config::DatabaseSettings::sqlite_in(&db.dir().join("new/home"));
        assert_eq!(backup::restore(&new, &file).await.unwrap(), None);
        let store = Store::connect(&new).await.unwrap();
        assert_eq!(get(&store).await.as_deref(), Some("moved"));
        store.close().await;
    });
}

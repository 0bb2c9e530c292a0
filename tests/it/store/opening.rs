use courseferry::{
    config::{DatabaseSettings, DatabaseUrl, Secret},
    store::{Durability, Store, StoreError, Tx, meta},
};
use sqlx::Connection as _;

use crate::databases::{block_on, sqlite};

fn told(error: &StoreError) -> String {
    let text = error.to_string();
    assert_eq!(text.lines().count(), 1, "{text}");
    text
}

#[cfg(unix)]
#[test]
fn an_unwritable_data_folder_is_told_in_one_line_with_the_fix() {
    // Root may write anywhere but into what is no folder.
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = block_on(Store::connect(&DatabaseSettings::sqlite_in(&file.join("data")))).unwrap_err();
    assert!(matches!(error, StoreError::DataDir { .. }), "{error:?}");
    assert!(told(&error).contains("FERRY_DATA_DIR"));
}

#[cfg(unix)]
#[test]
fn a_new_data_folder_is_for_our_eyes_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("a/b");
    block_on(async { Store::connect(&DatabaseSettings::sqlite_in(&data)).await.unwrap().close().await });
    assert_eq!(std::fs::metadata(&data).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ferry.db");
    std::fs::write(&path, "This is my diary, and it is much longer than the header of a database file would be. ".repeat(20)).unwrap();
    let error = block_on(Store::connect(&DatabaseSettings::sqlite_in(dir.path()))).unwrap_err();
    assert!(told(&error).contains("cannot open the database"), "{error}");
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("This is my diary"));
}

#[test]
fn an_unreachable_server_is_told_without_the_password() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = DatabaseUrl::Postgres(Secret::new(format!("postgres://ferry:hunter2@127.0.0.1:{port}/ferry")));
    let settings = DatabaseSettings { url, data_dir: std::env::temp_dir() };
    let error = block_on(Store::connect(&settings)).unwrap_err();
    let text = told(&error);
    assert!(matches!(error, StoreError::Unreachable { .. }), "{error:?}");
    assert!(text.contains("FERRY_DATABASE_URL") && text.contains(&port.to_string()) && !text.contains("hunter2"), "{text}");
}

#[test]
fn a_database_somebody_keeps_locked_is_told_and_works_again_afterwards() {
    sqlite(async |db| {
        let mut other = sqlx::SqliteConnection::connect(&db.url()).await.unwrap();
        sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
        let set = || db.store.write(Durability::Full, async |tx: &mut Tx| meta::set(tx, "x", "y").await);
        let error = set().await.unwrap_err();
        assert!(matches!(error, StoreError::Locked), "{error:?}");
        assert!(told(&error).contains("locked by another program"));
        sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
        set().await.unwrap();
    });
}

#[test]
fn one_server_at_a_time_serves_from_a_file() {
    sqlite(async |db| {
        db.store.begin_serving().await.unwrap();
        let second = Store::connect(&db.settings).await.unwrap();
        let error = second.begin_serving().await.unwrap_err();
        assert!(told(&error).contains("another ferry server"), "{error}");
        second.write(Durability::Full, async |tx: &mut Tx| meta::set(tx, "beside", "yes").await).await.unwrap();
        db.store.end_serving().await.unwrap();
        second.begin_serving().await.unwrap();
        second.end_serving().await.unwrap();
        second.close().await;
    });
}

use courseferry::store::{MIGRATIONS, Store, StoreError, statements};
use sqlx::Connection as _;

use crate::databases::{block_on, each, sqlite};

#[test]
fn the_two_folders_of_migrations_say_the_same() {
    let names = |folder: &str| {
        let dir = format!("{}/migrations/{folder}", env!("CARGO_MANIFEST_DIR"));
        let mut names: Vec<String> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    let shipped: Vec<String> = MIGRATIONS.iter().map(|(n, name, ..)| format!("{n:04}_{name}.sql")).collect();
    assert_eq!(names("sqlite"), shipped);
    assert_eq!(names("postgres"), shipped);
    for (n, name, sqlite, postgres) in MIGRATIONS {
        // Where a row is found by its text key alone, SQLite need not keep a second tree.
        assert_eq!(sqlite.replace(") WITHOUT ROWID;", ");"), **postgres, "{n:04}_{name} differs");
    }
}

#[test]
fn every_table_names_its_tenant() {
    for table in MIGRATIONS.iter().flat_map(|m| m.3.split("CREATE TABLE ").skip(1)) {
        let (name, columns) = table.split_once(" (").unwrap();
        let columns = columns.split(");").next().unwrap();
        assert!(name == "tenant" || columns.contains("tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE"), "{name}");
    }
}

#[test]
fn both_databases_read_every_statement() {
    each(async |db| {
        let refused = statements::refused(&db.store).await.unwrap();
        assert!(refused.is_empty(), "{} refuses:\n{}", db.store.kind(), refused.join("\n"));
    });
}

#[test]
fn every_aggregate_is_in_the_list_of_statements() {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/src/store");
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if text.contains("\nsql! {") {
            assert!(statements::ALL.iter().any(|(n, _)| *n == name), "store::{name} keeps its statements to itself");
        }
    }
}

#[test]
fn opening_again_changes_nothing() {
    each(async |db| {
        let again = Store::connect(&db.settings).await.unwrap();
        assert!(statements::refused(&again).await.unwrap().is_empty());
        again.close().await;
    });
}

#[test]
fn an_older_ferry_refuses_a_newer_database_in_one_line() {
    each(async |db| {
        let text =
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (99, 'later', TRUE, $1, 0)";
        let none: &[u8] = &[];
        if db.is_sqlite() {
            let mut c = sqlx::SqliteConnection::connect(&db.url()).await.unwrap();
            sqlx::query(text).bind(none).execute(&mut c).await.unwrap();
        } else {
            let mut c = sqlx::PgConnection::connect(&db.url()).await.unwrap();
            sqlx::query(text).bind(none).execute(&mut c).await.unwrap();
        }
        let error = Store::connect(&db.settings).await.unwrap_err();
        assert!(matches!(error, StoreError::Newer { found: 99, .. }), "{error:?}");
        assert_eq!(error.to_string().lines().count(), 1);
        assert!(error.to_string().contains("newer ferry"));
    });
}

#[test]
fn a_migration_edited_after_it_ran_is_noticed() {
    sqlite(async |db| {
        let mut c = sqlx::SqliteConnection::connect(&db.url()).await.unwrap();
        sqlx::query("UPDATE _sqlx_migrations SET checksum = x'00'").execute(&mut c).await.unwrap();
        assert!(matches!(Store::connect(&db.settings).await, Err(StoreError::Changed { version: 1 })));
    });
}

#[test]
fn two_programs_may_open_a_new_database_at_the_same_moment() {
    // Once is luck: the moment in which they meet is short.
    for _ in 0..40 {
        let dir = tempfile::tempdir().unwrap();
        let settings = courseferry::config::DatabaseSettings::sqlite_in(dir.path());
        let together = std::sync::Arc::new(std::sync::Barrier::new(4));
        let open = |_| {
            let (settings, together) = (settings.clone(), together.clone());
            std::thread::spawn(move || {
                together.wait();
                block_on(async { Store::connect(&settings).await.map(drop) })
            })
        };
        let threads: Vec<_> = (0..4).map(open).collect();
        for thread in threads {
            thread.join().unwrap().unwrap();
        }
    }
}

//! Schema steps: numbered, never edited once shipped, the same names for both databases.

use sqlx::{
    Connection as _, PgConnection, SqlSafeStr as _, SqliteConnection,
    migrate::{AppliedMigration, Migrate, MigrateError, Migration, MigrationType, Migrator},
};

use super::StoreError;

/// (number, name, for SQLite, for PostgreSQL)
pub const MIGRATIONS: &[(i64, &str, &str, &str)] = &[
    (1, "init", include_str!("../../migrations/sqlite/0001_init.sql"), include_str!("../../migrations/postgres/0001_init.sql")),
    (
        2,
        "edited_marks",
        include_str!("../../migrations/sqlite/0002_edited_marks.sql"),
        include_str!("../../migrations/postgres/0002_edited_marks.sql"),
    ),
    (
        3,
        "deep_linking",
        include_str!("../../migrations/sqlite/0003_deep_linking.sql"),
        include_str!("../../migrations/postgres/0003_deep_linking.sql"),
    ),
    (
        4,
        "registration",
        include_str!("../../migrations/sqlite/0004_registration.sql"),
        include_str!("../../migrations/postgres/0004_registration.sql"),
    ),
    (5, "audit", include_str!("../../migrations/sqlite/0005_audit.sql"), include_str!("../../migrations/postgres/0005_audit.sql")),
    (6, "v1p1", include_str!("../../migrations/sqlite/0006_v1p1.sql"), include_str!("../../migrations/postgres/0006_v1p1.sql")),
    (8, "roster", include_str!("../../migrations/sqlite/0008_roster.sql"), include_str!("../../migrations/postgres/0008_roster.sql")),
    (9, "keys", include_str!("../../migrations/sqlite/0009_keys.sql"), include_str!("../../migrations/postgres/0009_keys.sql")),
    (
        10,
        "course_copies",
        include_str!("../../migrations/sqlite/0010_course_copies.sql"),
        include_str!("../../migrations/postgres/0010_course_copies.sql"),
    ),
];

fn migrator(text: impl Fn(&(i64, &str, &'static str, &'static str)) -> &'static str) -> Migrator {
    let step = |m: &(i64, &'static str, &'static str, &'static str)| {
        Migration::new(m.0, m.1.into(), MigrationType::Simple, text(m).into_sql_str(), false)
    };
    Migrator::with_migrations(MIGRATIONS.iter().map(step).collect())
}

pub(super) async fn sqlite(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let migrator = migrator(|m| m.2);
    if !needed(&migrator, connection).await? {
        return Ok(());
    }
    // Two programs may open a new file at the same moment: the second waits here and then finds the work done.
    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
    migrator.run_direct(None, &mut *tx, false).await.map_err(told)?;
    Ok(tx.commit().await?)
}

pub(super) async fn postgres(connection: &mut PgConnection) -> Result<(), StoreError> {
    let migrator = migrator(|m| m.3);
    if !needed(&migrator, connection).await? {
        return Ok(());
    }
    // A step may take longer than a request may.
    sqlx::query("SET statement_timeout = 0").execute(&mut *connection).await?;
    migrator.run_direct(None, connection, false).await.map_err(told)
}

/// Looks first: the usual start writes nothing and takes no lock.
async fn needed(migrator: &Migrator, connection: &mut impl Migrate) -> Result<bool, StoreError> {
    // A new database has no such table yet.
    let Ok(applied) = connection.list_applied_migrations(&migrator.table_name).await else { return Ok(true) };
    let known = MIGRATIONS.last().map_or(0, |m| m.0);
    if let Some(newer) = applied.iter().map(|a| a.version).max().filter(|v| *v > known) {
        return Err(StoreError::Newer { found: newer, known });
    }
    let done = |m: &Migration| -> Result<bool, StoreError> {
        let Some(AppliedMigration { checksum, .. }) = applied.iter().find(|a| a.version == m.version) else { return Ok(false) };
        if *checksum != m.checksum { Err(StoreError::Changed { version: m.version }) } else { Ok(true) }
    };
    for m in migrator.iter() {
        if !done(m)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn told(error: MigrateError) -> StoreError {
    match error {
        MigrateError::VersionMissing(found) | MigrateError::VersionTooNew(found, _) => {
            StoreError::Newer { found, known: MIGRATIONS.last().map_or(0, |m| m.0) }
        }
        MigrateError::VersionMismatch(version) => StoreError::Changed { version },
        other => StoreError::Migration(other.to_string()),
    }
}

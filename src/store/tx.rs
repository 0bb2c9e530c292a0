use futures_util::TryStreamExt as _;
use sqlx::{Either, Executor as _, Postgres, Sqlite, SqliteConnection, pool::PoolConnection, query::Query, sqlite::SqliteArguments};

use super::shelf::Lent;

/// A connection, inside a transaction when [`super::Store::write`] hands it out. Every function of an aggregate takes one.
#[derive(Debug)]
pub enum Tx {
    /// The embedded database.
    Sqlite(Lent),
    /// A server.
    Postgres(PoolConnection<Postgres>),
}

/// One text of Rust for both drivers: `on!(tx, c => sqlx::query(SQL).execute(c).await)`.
macro_rules! on {
    ($tx:expr, $c:ident => $body:expr) => {
        match $tx {
            $crate::store::Tx::Sqlite(connection) => {
                let $c = &mut **connection;
                $body
            }
            $crate::store::Tx::Postgres(connection) => {
                let $c = &mut **connection;
                $body
            }
        }
    };
}

/// Runs one statement; gives the number of rows it touched.
macro_rules! execute {
    ($tx:expr, $sql:expr $(, $arg:expr)* $(,)?) => {
        match $tx {
            $crate::store::Tx::Sqlite(c) => $crate::store::tx::run(&mut **c, sqlx::query($sql)$(.bind($arg))*).await,
            $crate::store::Tx::Postgres(c) => sqlx::query($sql)$(.bind($arg))*.execute(&mut **c).await.map(|done| done.rows_affected()),
        }
        .map_err($crate::store::StoreError::from)
    };
}

/// As `execute` does, but done when the statement is: waiting for the end of its stream may take a second trip between threads.
pub(in crate::store) async fn run(c: &mut SqliteConnection, query: Query<'_, Sqlite, SqliteArguments>) -> Result<u64, sqlx::Error> {
    let mut steps = c.fetch_many(query);
    while let Some(step) = steps.try_next().await? {
        if let Either::Left(done) = step {
            return Ok(done.rows_affected());
        }
    }
    Ok(0)
}

/// Runs a statement; gives its one row, if there is one.
macro_rules! optional {
    ($tx:expr, $sql:expr $(, $arg:expr)* $(,)?) => {
        $crate::store::tx::on!($tx, c => sqlx::query_as($sql)$(.bind($arg))*.fetch_optional(c).await)
            .map_err($crate::store::StoreError::from)
    };
}

/// Runs a statement; gives its one row.
macro_rules! one {
    ($tx:expr, $sql:expr $(, $arg:expr)* $(,)?) => {
        $crate::store::tx::on!($tx, c => sqlx::query_as($sql)$(.bind($arg))*.fetch_one(c).await)
            .map_err($crate::store::StoreError::from)
    };
}

/// Runs a statement; gives its rows.
macro_rules! all {
    ($tx:expr, $sql:expr $(, $arg:expr)* $(,)?) => {
        $crate::store::tx::on!($tx, c => sqlx::query_as($sql)$(.bind($arg))*.fetch_all(c).await)
            .map_err($crate::store::StoreError::from)
    };
}

/// Statements as constants, and all of them as `STATEMENTS`, so that a test can prepare each on both databases.
macro_rules! sql {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)*) => {
        $($(#[$doc])* const $name: &str = $text;)*
        pub(in $crate::store) const STATEMENTS: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
    };
}

/// Columns to fields of the same name, for both drivers.
macro_rules! row {
    ($type:ident { $($field:ident),* $(,)? }) => {
        row!(@one $type, sqlx::sqlite::SqliteRow, $($field),*);
        row!(@one $type, sqlx::postgres::PgRow, $($field),*);
    };
    (@one $type:ident, $row:ty, $($field:ident),*) => {
        impl<'r> sqlx::FromRow<'r, $row> for $type {
            fn from_row(row: &'r $row) -> Result<Self, sqlx::Error> {
                use sqlx::Row as _;
                Ok(Self { $($field: row.try_get(stringify!($field))?),* })
            }
        }
    };
}

/// An enum kept as text.
macro_rules! text_enum {
    ($(#[$doc:meta])* pub enum $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant,)* }

        impl $name {
            /// As the database keeps it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// From what the database keeps.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }
        }

        text_enum!(@driver $name, sqlx::Sqlite);
        text_enum!(@driver $name, sqlx::Postgres);
    };
    (@driver $name:ident, $db:ty) => {
        impl sqlx::Type<$db> for $name {
            fn type_info() -> <$db as sqlx::Database>::TypeInfo {
                <String as sqlx::Type<$db>>::type_info()
            }
            fn compatible(info: &<$db as sqlx::Database>::TypeInfo) -> bool {
                <String as sqlx::Type<$db>>::compatible(info)
            }
        }
        impl<'r> sqlx::Decode<'r, $db> for $name {
            fn decode(value: <$db as sqlx::Database>::ValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
                let text = <&str as sqlx::Decode<$db>>::decode(value)?;
                Self::parse(text).ok_or_else(|| $crate::store::StoreError::Corrupt { what: stringify!($name), value: text.to_owned() }.into())
            }
        }
        impl<'q> sqlx::Encode<'q, $db> for $name {
            fn encode_by_ref(&self, buffer: &mut <$db as sqlx::Database>::ArgumentBuffer) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
                <&str as sqlx::Encode<'_, $db>>::encode_by_ref(&self.as_str(), buffer)
            }
        }
    };
}

pub(in crate::store) use {all, execute, on, one, optional, row, sql, text_enum};

//! Every statement of every aggregate, for the test that prepares each on both databases.

use sqlx::{Executor as _, SqlSafeStr as _};

use super::{
    Store, StoreError, Tx, admin, attempt, audit, class, context, course_copy, deep_linking, delivery, key_proof, launch, launch_log,
    learner, ledger, line_item_claim, login_state, meta, notice, outbox, outcome_place, overview, progress, quiz_version, reading,
    registration, registration_link, registration_origin, review, roster, session, sweep, tenant, tool_key, v1p1, v1p1_move,
};

/// (aggregate, its statements by name)
pub const ALL: &[(&str, &[(&str, &str)])] = &[
    ("admin", admin::STATEMENTS),
    ("attempt", attempt::STATEMENTS),
    ("audit", audit::STATEMENTS),
    ("class", class::STATEMENTS),
    ("context", context::STATEMENTS),
    ("course_copy", course_copy::STATEMENTS),
    ("deep_linking", deep_linking::STATEMENTS),
    ("delivery", delivery::STATEMENTS),
    ("key_proof", key_proof::STATEMENTS),
    ("launch", launch::STATEMENTS),
    ("launch_log", launch_log::STATEMENTS),
    ("learner", learner::STATEMENTS),
    ("ledger", ledger::STATEMENTS),
    ("line_item_claim", line_item_claim::STATEMENTS),
    ("login_state", login_state::STATEMENTS),
    ("meta", meta::STATEMENTS),
    ("notice", notice::STATEMENTS),
    ("outbox", outbox::STATEMENTS),
    ("outcome_place", outcome_place::STATEMENTS),
    ("overview", overview::STATEMENTS),
    ("progress", progress::STATEMENTS),
    ("quiz_version", quiz_version::STATEMENTS),
    ("reading", reading::STATEMENTS),
    ("registration", registration::STATEMENTS),
    ("registration_link", registration_link::STATEMENTS),
    ("registration_origin", registration_origin::STATEMENTS),
    ("review", review::STATEMENTS),
    ("roster", roster::STATEMENTS),
    ("session", session::STATEMENTS),
    ("sweep", sweep::STATEMENTS),
    ("tenant", tenant::STATEMENTS),
    ("tool_key", tool_key::STATEMENTS),
    ("v1p1", v1p1::STATEMENTS),
    ("v1p1_move", v1p1_move::STATEMENTS),
];

/// Has the database read each statement. Gives what it refuses, as `aggregate::NAME: why`.
///
/// # Errors
/// When there is no connection.
pub async fn refused(store: &Store) -> Result<Vec<String>, StoreError> {
    let mut refused = Vec::new();
    let other = match store {
        Store::Sqlite(_) => "_POSTGRES",
        Store::Postgres(_) => "_SQLITE",
    };
    let mut tx = store.read().await?;
    for (aggregate, statements) in ALL {
        for (name, text) in statements.iter().filter(|(name, _)| !name.ends_with(other)) {
            let told = match &mut tx {
                Tx::Sqlite(c) => c.prepare(text.into_sql_str()).await.map(drop),
                Tx::Postgres(c) => c.prepare(text.into_sql_str()).await.map(drop),
            };
            if let Err(e) = told {
                refused.push(format!("{aggregate}::{name}: {e}"));
            }
        }
    }
    Ok(refused)
}

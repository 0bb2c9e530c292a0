//! Our signing keys: turned by schedule, one instance at a time, with time for platforms to fetch them; and who has fetched them.

mod fetches;
mod proofs;
mod schedule;

use courseferry::{
    app::tool_keys,
    lti::{jose::SigningKey, seal::MasterKey},
    store::{
        DEFAULT_TENANT, Store,
        key_proof::{self, KeyProof},
        tool_key::{self, KeyStatus, ToolKey},
    },
};

const DAY: i64 = 24 * 60 * 60 * 1000;

fn master() -> MasterKey {
    MasterKey::parse(&"0f".repeat(32)).unwrap()
}

async fn keys(store: &Store) -> Vec<ToolKey> {
    tool_key::list(&mut store.read().await.unwrap(), DEFAULT_TENANT).await.unwrap()
}

async fn states(store: &Store) -> Vec<KeyStatus> {
    keys(store).await.into_iter().map(|k| k.status).collect()
}

async fn proofs(store: &Store) -> Vec<KeyProof> {
    key_proof::list(&mut store.read().await.unwrap(), DEFAULT_TENANT).await.unwrap()
}

async fn signer(store: &Store) -> SigningKey {
    tool_keys::signing_key(store, &master()).await.unwrap()
}

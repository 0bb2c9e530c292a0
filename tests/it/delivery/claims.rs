//! Several servers over one database: nobody makes the same column twice.

use std::time::Duration;

use courseferry::store::{Durability, Store, Tx, line_item_claim, outbox::OutboxState};
use serde_json::json;

use super::{ALL_SCOPES, Rig};
use crate::{
    databases::{Db, each, postgres},
    fake_platform::{At, Family, Fault, Response},
};

async fn take(db: &Db, link: &str, holder: &'static str, until: i64, now: i64) -> bool {
    let link = link.to_owned();
    let take = async move |tx: &mut Tx| line_item_claim::take(tx, "default", &link, holder, until, now).await;
    db.store.write(Durability::Full, take).await.unwrap()
}

#[test]
fn a_claim_is_one_servers_until_it_gives_it_back_or_dies() {
    each(async |db| {
        let rig = Rig::new(db, Family::Edx).await;
        let link = rig.learner("ada").await.resource_link_id;
        assert!(take(db, &link, "a", 100, 0).await);
        assert!(!take(db, &link, "b", 200, 50).await && !take(db, &link, "b", 200, 100).await);
        assert!(take(db, &link, "b", 300, 101).await, "the first one is dead");
        let back = async |holder: &'static str| {
            let link = link.clone();
            db.store.write(Durability::Full, async move |tx: &mut Tx| line_item_claim::give_back(tx, &link, holder).await).await.unwrap()
        };
        assert!(!back("a").await, "it is no longer the first one's to give back");
        assert!(back("b").await);
        assert!(take(db, &link, "c", 300, 102).await);
    });
}

/// Two servers, each with its own connections, each with one learner's grade; both look before either makes a column.
#[test]
fn two_servers_over_one_database_make_one_column() {
    postgres(async |db| {
        for round in 0..5 {
            let rig = Rig::new(db, Family::Edx).await;
            let store = Store::connect(&db.settings).await.unwrap();
            let second = rig.second(&store);
            let (ada, ben) = (rig.learner_with("ada", None, ALL_SCOPES).await, rig.learner_with("ben", None, ALL_SCOPES).await);
            rig.grade(&ada, "a1", 80.0).await;
            rig.grade(&ben, "b1", 60.0).await;
            let (one, other) = (rig.courier.claim(1).await.unwrap().remove(0), second.claim(1).await.unwrap().remove(0));
            for _ in 0..2 {
                rig.platform.fault(At::LineItems, Fault::Slow(Duration::from_millis(150)));
            }
            let (a, b) = tokio::join!(rig.courier.deliver(&one), second.deliver(&other));
            a.unwrap();
            b.unwrap();
            for session in [&ada, &ben] {
                rig.assert_delivered(session, "delivered").await;
            }
            let made = rig.platform.state().line_items.clone();
            assert_eq!(made.len(), 1, "round {round}: {made:?}");
            store.close().await;
        }
    });
}

#[test]
fn a_column_whose_maker_died_is_found_and_a_claim_that_is_held_is_waited_for() {
    each(async |db| {
        let rig = Rig::new(db, Family::Edx).await;
        let ada = rig.learner_with("ada", None, ALL_SCOPES).await;
        let link = ada.resource_link_id.clone();
        assert!(take(db, &link, "dead", rig.now() + 60_000, rig.now()).await);
        rig.grade(&ada, "a1", 80.0).await;
        // It had made the column and died before it kept it.
        let made = json!({ "id": rig.platform.line_item(), "label": "x", "scoreMaximum": 100, "resourceLinkId": "link-1", "tag": "grade" });
        rig.platform.fault(At::LineItems, Fault::Answer(Response::json(200, "application/json", &json!([]))));
        rig.platform.state().line_items.push(made);
        let frees = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            rig.pass(61_000);
        };
        tokio::join!(rig.deliver(), frees);
        rig.assert_delivered(&ada, "delivered").await;
        assert_eq!(rig.platform.state().line_items.len(), 1);
    });
}

#[test]
fn a_server_that_takes_too_long_is_not_waited_for_for_ever() {
    postgres(async |db| {
        let rig = Rig::new(db, Family::Edx).await;
        let ada = rig.learner_with("ada", None, ALL_SCOPES).await;
        assert!(take(db, &ada.resource_link_id, "slow", rig.now() + 60_000, rig.now()).await);
        rig.grade(&ada, "a1", 80.0).await;
        rig.deliver().await;
        assert_eq!(rig.state(&ada).await, (OutboxState::Ready, "line_item_busy".to_owned()));
        rig.pass(61_000);
        rig.settle().await;
        rig.assert_delivered(&ada, "delivered").await;
    });
}

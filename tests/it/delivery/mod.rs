//! Grades home: the courier between the outbox on both databases and platforms that fail in every way.

mod claims;
mod doubt;
mod edits;
mod ferry;
mod guard;
mod killed;
mod refusals;
mod routine;
mod working;

pub(crate) use ferry::{Ferry, until};

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use courseferry::{
    app::deliver_scores::Courier,
    learning::delivery::Wanted,
    lti::{
        ags::{SCOPE_LINE_ITEM, SCOPE_RESULT, SCOPE_SCORE},
        seal::MasterKey,
    },
    services::{
        ags::Ags,
        http::{Client, Options},
        tokens::Tokens,
    },
    store::{
        DEFAULT_TENANT, Durability, Store, Tx,
        delivery::{self, DeliveryTry},
        ledger::{self, Decided, Decision, Ledger},
        outbox::{self, Message, NewMessage, OutboxState, Slot},
        registration::{self, Deployment},
        session::Session,
        tool_key::{self, KeyStatus, ToolKey},
    },
};
use jiff::Timestamp;

use crate::{
    databases::Db,
    fake_platform::{FakePlatform, Family},
    services::tool_key as signing_key,
    store::{NOW, launch_of, open},
};

const ALL_SCOPES: &[&str] = &[SCOPE_SCORE, SCOPE_RESULT, SCOPE_LINE_ITEM];
const HOUR: i64 = 3_600_000;

/// A platform, a tool and a clock that both go by.
struct Rig {
    platform: FakePlatform,
    courier: Courier,
    store: Store,
    deployment: Deployment,
    hand: Arc<AtomicI64>,
}

impl Rig {
    async fn new(db: &Db, family: Family) -> Rig {
        let hand = Arc::new(AtomicI64::new(NOW));
        let read = Arc::clone(&hand);
        let clock: courseferry::clock::Clock = Arc::new(move || Timestamp::from_millisecond(read.load(Ordering::SeqCst)).unwrap());
        let platform = FakePlatform::with_clock(family, Arc::clone(&clock));
        let (master, key) = (MasterKey::parse(&"0f".repeat(32)).unwrap(), signing_key());
        platform.trust(key.public_jwk());
        let kept = ToolKey {
            kid: key.kid().to_owned(),
            tenant_id: DEFAULT_TENANT.to_owned(),
            sealed_private: master.seal(key.kid(), key.private_der()).unwrap(),
            public_jwk: serde_json::to_string(key.public_jwk()).unwrap(),
            status: KeyStatus::Active,
            created_at: NOW,
            signs_from: NOW,
            retired_at: None,
        };
        let registration = platform.registration();
        let store = db.store.clone();
        let deployment = store
            .write(Durability::Full, async move |tx: &mut Tx| {
                tool_key::insert_first(tx, &kept).await?;
                registration::insert(tx, &registration).await?;
                registration::meet_deployment(tx, &registration.id, "1", NOW).await
            })
            .await
            .unwrap();
        let courier = Rig::courier(&store, &clock, &platform, master);
        Rig { platform, courier, store, deployment, hand }
    }

    fn courier(store: &Store, clock: &courseferry::clock::Clock, platform: &FakePlatform, master: MasterKey) -> Courier {
        let http = Client::new(&Options { allow_hosts: platform.allow(), ..Options::default() }).unwrap();
        let ags = Ags::new(http.clone(), Tokens::new(http, Arc::clone(clock)));
        Courier::new(store.clone(), Arc::clone(clock), ags, master)
    }

    /// A server that knows nothing of what the last one was doing: the database is all there is.
    fn reborn(&self) -> Courier {
        self.second(&self.store)
    }

    /// A server beside the first, with its own connections to the same database.
    fn second(&self, store: &Store) -> Courier {
        let read = Arc::clone(&self.hand);
        let clock: courseferry::clock::Clock = Arc::new(move || Timestamp::from_millisecond(read.load(Ordering::SeqCst)).unwrap());
        Rig::courier(store, &clock, &self.platform, MasterKey::parse(&"0f".repeat(32)).unwrap())
    }

    fn pass(&self, ms: i64) {
        self.hand.fetch_add(ms, Ordering::SeqCst);
    }

    fn now(&self) -> i64 {
        self.hand.load(Ordering::SeqCst)
    }

    /// A learner who launched, the link having this line item and these scopes.
    async fn learner_with(&self, sub: &str, line_item: Option<String>, scopes: &[&str]) -> Session {
        let mut launch = launch_of(&self.deployment, sub, &courseferry::ids::new_id());
        launch.context.lineitems_url = Some(self.platform.line_items_url());
        launch.link.lineitem = line_item;
        launch.link.ags_scopes = serde_json::to_string(scopes).unwrap();
        open(&self.store, &launch, NOW).await.unwrap()
    }

    async fn learner(&self, sub: &str) -> Session {
        self.learner_with(sub, Some(self.platform.line_item()), ALL_SCOPES).await
    }

    fn message(&self, session: &Session, wanted: &Wanted) -> NewMessage {
        NewMessage {
            tenant_id: session.tenant_id.clone(),
            registration_id: session.registration_id.clone(),
            resource_link_id: session.resource_link_id.clone(),
            learner_id: session.learner_id.clone(),
            slot: Slot::Grade,
            payload: serde_json::to_string(wanted).unwrap(),
            run_at: self.now(),
        }
    }

    async fn enqueue(&self, session: &Session, wanted: &Wanted) -> String {
        let (message, now) = (self.message(session, wanted), self.now());
        self.store.write(Durability::Full, async move |tx: &mut Tx| outbox::enqueue(tx, &message, now).await).await.unwrap()
    }

    /// A graded attempt handed in just now.
    async fn grade(&self, session: &Session, attempt: &str, score: f64) -> String {
        self.enqueue(session, &self.graded(attempt, score)).await
    }

    fn graded(&self, attempt: &str, score: f64) -> Wanted {
        Wanted {
            score: Some(score),
            complete: true,
            attempt: Some(attempt.to_owned()),
            started_at: Some(self.now() - 60_000),
            submitted_at: Some(self.now()),
            review_url: None,
        }
    }

    /// Delivers what is due; gives how many messages that were.
    async fn deliver(&self) -> usize {
        self.deliver_by(&self.courier).await
    }

    async fn deliver_by(&self, courier: &Courier) -> usize {
        let mut all = 0;
        loop {
            let claimed = courier.claim(8).await.unwrap();
            if claimed.is_empty() {
                return all;
            }
            for message in claimed {
                courier.deliver(&message).await.unwrap();
                all += 1;
            }
        }
    }

    /// Lets time pass and delivers until nothing waits, for at most two days.
    async fn settle(&self) {
        for _ in 0..600 {
            let (due, backlog) = self.courier.outlook().await.unwrap();
            if backlog.waiting == 0 {
                return;
            }
            let wait = due.unwrap() - self.now();
            self.pass(wait.max(0) + 1);
            self.deliver().await;
        }
        panic!("it never settled");
    }

    async fn ledger(&self, session: &Session) -> Ledger {
        let mut tx = self.store.read().await.unwrap();
        ledger::find(&mut tx, &session.resource_link_id, &session.learner_id, Slot::Grade).await.unwrap().unwrap()
    }

    async fn latest(&self, session: &Session) -> Message {
        let mut tx = self.store.read().await.unwrap();
        outbox::latest(&mut tx, &session.resource_link_id, &session.learner_id, Slot::Grade).await.unwrap().unwrap()
    }

    async fn tries(&self, session: &Session) -> Vec<DeliveryTry> {
        let mut tx = self.store.read().await.unwrap();
        let mut tries = delivery::of_learner(&mut tx, &session.resource_link_id, &session.learner_id, 100).await.unwrap();
        tries.reverse();
        tries
    }

    /// State and code of the latest message.
    async fn state(&self, session: &Session) -> (OutboxState, String) {
        let message = self.latest(session).await;
        (message.state, message.code.unwrap_or_default())
    }

    async fn assert_delivered(&self, session: &Session, code: &str) {
        assert_eq!(self.state(session).await, (OutboxState::Delivered, code.to_owned()));
        let ledger = self.ledger(session).await;
        assert!(!ledger.in_doubt);
        assert_eq!(ledger.accepted_score, ledger.sent_score);
    }

    async fn decide(&self, session: &Session, decision: Decision, mark: Option<f64>) -> bool {
        let (link, learner) = (session.resource_link_id.clone(), session.learner_id.clone());
        let decided = Decided { decision, mark, by: "teacher".into(), at: self.now() };
        let decide = async move |tx: &mut Tx| ledger::decide(tx, &link, &learner, Slot::Grade, &decided).await;
        self.store.write(Durability::Full, decide).await.unwrap()
    }

    async fn hurry(&self, session: &Session) -> u64 {
        let (link, now) = (session.resource_link_id.clone(), self.now());
        self.store.write(Durability::Full, async move |tx: &mut Tx| outbox::hurry(tx, &link, now).await).await.unwrap()
    }
}

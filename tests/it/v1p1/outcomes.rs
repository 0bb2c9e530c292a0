//! Grades by Basic Outcomes: the same outbox, ledger and retries as everywhere.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use courseferry::{
    app::{audit::By, deliver_scores::Courier, v1p1_keys},
    clock::Clock,
    ids,
    learning::delivery::Wanted,
    lti::{seal::MasterKey, v1p1::Method},
    services::{
        ags::Ags,
        http::{Client, Options},
        outcomes::{Outcomes, Place},
        tokens::Tokens,
    },
    store::{
        DEFAULT_TENANT, Durability, Store, Tx,
        launch_log::LaunchLog,
        ledger::{self, Ledger},
        outbox::{self, Message, NewMessage, OutboxState, Slot},
        registration,
        session::Session,
        tool_key::{self, KeyStatus, ToolKey},
        v1p1::{self, Arrival, Opening},
    },
};
use jiff::Timestamp;

use super::grade_book::{Fault, GradeBook, reply};
use crate::{
    databases::{Db, each},
    services::tool_key as signing_key,
    store::{NOW, launch_of},
};

/// As Moodle names a cell: JSON, and here with everything that XML minds.
const CELL: &str = r#"{"data":{"instanceid":"3","userid":"4","typeid":null,"launchid":12},"hash":"<&'\"é>"}"#;

struct Rig {
    book: GradeBook,
    courier: Courier,
    store: Store,
    session: Session,
    hand: Arc<AtomicI64>,
}

impl Rig {
    async fn new(db: &Db, method: Method) -> Rig {
        Rig::with(db, Some(method)).await
    }

    /// Without a method, the launch named no cell.
    async fn with(db: &Db, method: Option<Method>) -> Rig {
        let hand = Arc::new(AtomicI64::new(NOW));
        let read = Arc::clone(&hand);
        let clock: Clock = Arc::new(move || Timestamp::from_millisecond(read.load(Ordering::SeqCst)).unwrap());
        let (master, key, store) = (MasterKey::parse(&"0f".repeat(32)).unwrap(), signing_key(), db.store.clone());
        let handed = v1p1_keys::add(&store, &master, By::command_line(), "Old LMS", NOW).await.unwrap();
        let book = GradeBook::start(&handed.key, &handed.secret);
        book.state().cells.insert(CELL.to_owned(), None);
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
        let (url, id) = (book.url(), handed.registration_id.clone());
        let opening = store
            .write(Durability::Full, async move |tx: &mut Tx| {
                tool_key::insert_first(tx, &kept).await?;
                let deployment = registration::meet_deployment(tx, &id, "old.example.edu", NOW).await?;
                let mut launch = launch_of(&deployment, "ada", &id);
                launch.context.lineitems_url = None;
                launch.link.lineitem = Some(url.clone());
                launch.link.ags_scopes = "[]".to_owned();
                let arrival = Arrival {
                    nonce_hash: "n".to_owned(),
                    nonce_until: NOW + 1,
                    deployment: "old.example.edu".to_owned(),
                    launch,
                    place: method.map(|method| (url.clone(), CELL.to_owned(), method.name().to_owned())),
                    line: line(),
                };
                v1p1::arrive(tx, &arrival, NOW).await
            })
            .await
            .unwrap();
        let Opening::Opened(session) = opening else { panic!("{opening:?}") };
        let http = Client::new(&Options { allow_hosts: vec![("127.0.0.1".into(), book.port)], ..Options::default() }).unwrap();
        let ags = Ags::new(http.clone(), Tokens::new(http, Arc::clone(&clock)));
        let courier = Courier::new(store.clone(), clock, ags, master);
        Rig { book, courier, store, session: *session, hand }
    }

    async fn grade(&self, attempt: &str, score: f64) {
        let now = self.hand.load(Ordering::SeqCst);
        let wanted =
            Wanted { score: Some(score), complete: true, attempt: Some(attempt.to_owned()), submitted_at: Some(now), ..Wanted::default() };
        let s = &self.session;
        let message = NewMessage {
            tenant_id: s.tenant_id.clone(),
            registration_id: s.registration_id.clone(),
            resource_link_id: s.resource_link_id.clone(),
            learner_id: s.learner_id.clone(),
            slot: Slot::Grade,
            payload: serde_json::to_string(&wanted).unwrap(),
            run_at: now,
        };
        self.store.write(Durability::Full, async move |tx: &mut Tx| outbox::enqueue(tx, &message, now).await).await.unwrap();
        self.deliver().await;
    }

    async fn deliver(&self) {
        loop {
            let claimed = self.courier.claim(8).await.unwrap();
            if claimed.is_empty() {
                return;
            }
            for message in claimed {
                self.courier.deliver(&message).await.unwrap();
            }
        }
    }

    /// Lets time pass until nothing waits.
    async fn settle(&self) {
        for _ in 0..200 {
            let (due, backlog) = self.courier.outlook().await.unwrap();
            if backlog.waiting == 0 {
                return;
            }
            self.hand.fetch_max(due.unwrap() + 1, Ordering::SeqCst);
            self.deliver().await;
        }
        panic!("it never settled");
    }

    async fn latest(&self) -> Message {
        let (s, mut tx) = (&self.session, self.store.read().await.unwrap());
        outbox::latest(&mut tx, &s.resource_link_id, &s.learner_id, Slot::Grade).await.unwrap().unwrap()
    }

    async fn state(&self) -> (OutboxState, String) {
        let message = self.latest().await;
        (message.state, message.code.unwrap_or_default())
    }

    async fn ledger(&self) -> Ledger {
        let (s, mut tx) = (&self.session, self.store.read().await.unwrap());
        ledger::find(&mut tx, &s.resource_link_id, &s.learner_id, Slot::Grade).await.unwrap().unwrap()
    }

    fn fault(&self, fault: Fault) {
        self.book.state().faults.push_back(fault);
    }

    fn assert_no_breach(&self) {
        assert_eq!(self.book.state().breaches, Vec::<String>::new());
    }
}

fn line() -> LaunchLog {
    LaunchLog {
        id: ids::new_id(),
        tenant_id: DEFAULT_TENANT.to_owned(),
        reference: "REFER-ENCES".to_owned(),
        stage: "launch".to_owned(),
        ok: true,
        code: "opened".to_owned(),
        detail: String::new(),
        issuer: "LTI 1.1".to_owned(),
        client_id: "key".to_owned(),
        checks: "[]".to_owned(),
        created_at: NOW,
    }
}

#[test]
fn a_grade_reaches_the_cell_signed_the_way_the_platform_signs() {
    each(async |db| {
        for method in [Method::HmacSha1, Method::HmacSha256] {
            let rig = Rig::new(db, method).await;
            rig.grade("attempt-1", 87.5).await;
            assert_eq!(rig.state().await, (OutboxState::Delivered, "delivered".to_owned()), "{:?}", rig.latest().await.detail);
            assert_eq!(rig.book.cell(CELL), Some(87.5));
            let ledger = rig.ledger().await;
            assert!(ledger.accepted_score == Some(87.5) && !ledger.in_doubt);
            rig.grade("attempt-2", 100.0).await;
            assert_eq!(rig.book.cell(CELL), Some(100.0));
            rig.assert_no_breach();
        }
    });
}

#[test]
fn http_200_is_no_success_unless_the_xml_says_so() {
    each(async |db| {
        let rig = Rig::new(db, Method::HmacSha1).await;
        rig.fault(Fault::Answer(200, reply("failure", "hash not valid", "")));
        rig.grade("attempt-1", 80.0).await;
        assert_eq!(rig.state().await, (OutboxState::Parked, "rejected".to_owned()));
        assert!(rig.latest().await.detail.unwrap().contains("hash not valid"));
        assert_eq!((rig.book.cell(CELL), rig.ledger().await.in_doubt), (None, false));
        rig.fault(Fault::Answer(200, reply("failure", "Course not available for student", "")));
        rig.grade("attempt-2", 81.0).await;
        assert_eq!(rig.state().await, (OutboxState::Parked, "not_gradable".to_owned()));
        rig.grade("attempt-3", 82.0).await;
        assert_eq!(rig.book.cell(CELL), Some(82.0));
        rig.assert_no_breach();
    });
}

#[test]
fn what_passes_is_tried_again_until_it_arrives() {
    each(async |db| {
        let rig = Rig::new(db, Method::HmacSha1).await;
        for fault in [
            Fault::Answer(503, String::new()),
            Fault::Answer(429, String::new()),
            Fault::Answer(401, String::new()),
            Fault::Answer(200, reply("processing", "later", "")),
            Fault::HangUpBefore,
        ] {
            rig.fault(fault);
        }
        rig.grade("attempt-1", 90.0).await;
        assert_eq!(rig.state().await.0, OutboxState::Ready);
        rig.settle().await;
        assert_eq!((rig.state().await.0, rig.book.cell(CELL)), (OutboxState::Delivered, Some(90.0)));
        rig.assert_no_breach();
    });
}

#[test]
fn when_the_answer_is_lost_the_cell_is_read_before_anything_is_sent_again() {
    each(async |db| {
        let rig = Rig::new(db, Method::HmacSha1).await;
        rig.fault(Fault::HangUpAfter);
        rig.grade("attempt-1", 70.0).await;
        assert!(rig.ledger().await.in_doubt);
        rig.settle().await;
        assert_eq!(rig.state().await, (OutboxState::Delivered, "confirmed".to_owned()));
        let heard = rig.book.heard();
        assert_eq!(heard.iter().filter(|o| *o == "replaceResult").count(), 1, "{heard:?}");
        assert_eq!(heard.last().unwrap(), "readResult");
        rig.assert_no_breach();
    });
}

#[test]
fn where_nobody_may_read_it_is_sent_again() {
    each(async |db| {
        let rig = Rig::new(db, Method::HmacSha1).await;
        rig.book.state().mute = true;
        rig.fault(Fault::HangUpAfter);
        rig.grade("attempt-1", 70.0).await;
        rig.settle().await;
        assert_eq!((rig.state().await.0, rig.book.cell(CELL)), (OutboxState::Delivered, Some(70.0)));
        assert!(rig.book.heard().iter().filter(|o| *o == "replaceResult").count() == 2);
    });
}

#[test]
fn a_mark_that_a_person_typed_is_not_covered() {
    each(async |db| {
        let rig = Rig::new(db, Method::HmacSha1).await;
        rig.grade("attempt-1", 60.0).await;
        rig.book.state().cells.insert(CELL.to_owned(), Some(75.0));
        rig.grade("attempt-2", 90.0).await;
        assert_eq!(rig.state().await, (OutboxState::Parked, "edited_in_lms".to_owned()));
        assert_eq!((rig.book.cell(CELL), rig.ledger().await.seen_score), (Some(75.0), Some(75.0)));
        rig.book.state().cells.insert(CELL.to_owned(), Some(60.0));
        rig.grade("attempt-3", 95.0).await;
        assert_eq!((rig.state().await.0, rig.book.cell(CELL)), (OutboxState::Delivered, Some(95.0)), "the person took it back");
        rig.assert_no_breach();
    });
}

#[test]
fn bombs_entities_and_pages_end_in_doubt_and_never_in_delivered() {
    each(async |db| {
        let laughs: String = (1..10).map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10))).collect();
        let rig = Rig::new(db, Method::HmacSha1).await;
        let bodies = [
            format!("<!DOCTYPE x [<!ENTITY l0 \"lol\">{laughs}]>{}", reply("success", "&l9;", "")),
            format!("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>{}", reply("success", "&e;", "")),
            "<!DOCTYPE html><title>Log in</title>".to_owned(),
            String::new(),
            "x".repeat(300_000),
        ];
        for (i, body) in bodies.into_iter().enumerate() {
            rig.fault(Fault::Answer(200, body.clone()));
            rig.grade(&format!("attempt-{i}"), 50.0 + 5.0 * i as f64).await;
            let (state, code) = rig.state().await;
            assert_eq!(state, OutboxState::Ready, "{code} {}", &body[..body.len().min(60)]);
            rig.settle().await;
            assert_eq!(rig.state().await.0, OutboxState::Delivered);
        }
        rig.assert_no_breach();
    });
}

#[test]
fn a_person_without_a_cell_is_told_that_there_is_no_column() {
    each(async |db| {
        let rig = Rig::with(db, None).await;
        rig.grade("attempt-1", 50.0).await;
        assert_eq!(rig.state().await, (OutboxState::Parked, "no_line_item".to_owned()));
        assert_eq!(rig.book.heard(), Vec::<String>::new());
    });
}

#[test]
fn a_cell_is_read_and_emptied() {
    each(async |db| {
        let rig = Rig::new(db, Method::HmacSha1).await;
        let http = Client::new(&Options { allow_hosts: vec![("127.0.0.1".into(), rig.book.port)], ..Options::default() }).unwrap();
        let outcomes = Outcomes::new(http, courseferry::clock::system());
        let place = {
            let state = rig.book.state();
            Place {
                service_url: rig.book.url(),
                sourced_id: CELL.to_owned(),
                method: Method::HmacSha1,
                key: state.key.clone(),
                secret: state.secret.clone(),
            }
        };
        assert_eq!(outcomes.read(&place, "ada").await.unwrap().percent(), None);
        rig.grade("attempt-1", 66.0).await;
        let shown = outcomes.read(&place, "ada").await.unwrap();
        assert!(shown.user_id == "ada" && (shown.percent().unwrap() - 66.0).abs() < 0.001);
        outcomes.delete(&place).await.unwrap();
        assert_eq!(rig.book.cell(CELL), None);
        let foreign = Place { sourced_id: "another's".to_owned(), ..place.clone() };
        assert!(outcomes.read(&foreign, "ada").await.unwrap_err().to_string().contains("hash not valid"));
        assert!(!format!("{place:?}").contains(&place.secret));
        rig.assert_no_breach();
    });
}

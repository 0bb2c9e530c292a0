use courseferry::store::{
    Durability, Tx,
    attempt::{self, Started, Submission},
    class::{self, ClassMember},
    ledger::{self, Sending},
    outbox::{self, Completion, NewMessage, OutboxState, Slot},
    progress::{self, Step},
    session::Session,
};

use super::{DAY, MINUTE, NOW, add_platform, launch_of, open, start, try_of};
use crate::databases::{Db, each};

async fn read_lesson(db: &Db, s: &Session, lesson: &str, module: &str) {
    let step = Step {
        tenant_id: s.tenant_id.clone(),
        learner_id: s.learner_id.clone(),
        context_id: s.context_id.clone(),
        lesson_id: lesson.to_owned(),
        module_id: module.to_owned(),
        position: None,
        read: true,
    };
    db.store.write(Durability::Normal, async move |tx: &mut Tx| progress::record(tx, &step, NOW).await).await.unwrap();
}

async fn score(db: &Db, s: &Session, score: f64, at: i64) {
    let Started::New(attempt) = start(&db.store, &try_of(s, 0)).await else { panic!("a new try") };
    let done = Submission { attempt_id: attempt.id, responses: "{}".to_owned(), result: "{}".to_owned(), score, passed: false };
    db.store.write(Durability::Full, async move |tx: &mut Tx| attempt::submit(tx, &done, at).await).await.unwrap();
}

async fn deliver(db: &Db, s: &Session, score: f64) {
    let message = NewMessage {
        tenant_id: s.tenant_id.clone(),
        registration_id: s.registration_id.clone(),
        resource_link_id: s.resource_link_id.clone(),
        learner_id: s.learner_id.clone(),
        slot: Slot::Grade,
        payload: "{}".to_owned(),
        run_at: NOW,
    };
    let sending = Sending {
        tenant_id: s.tenant_id.clone(),
        resource_link_id: s.resource_link_id.clone(),
        learner_id: s.learner_id.clone(),
        slot: Slot::Grade,
        lineitem: "x".to_owned(),
        score: Some(score),
        submitted_at: None,
        submission: None,
        step_ms: 1,
    };
    let op = async move |tx: &mut Tx| {
        outbox::enqueue(tx, &message, NOW).await?;
        let leased = outbox::claim(tx, 10, NOW + MINUTE, NOW).await?;
        let line = ledger::begin_send(tx, &sending, NOW).await?;
        ledger::accepted(tx, &line, NOW + 3).await?;
        outbox::complete(tx, &leased[0], &Completion::Delivered, "stored", "", NOW + 3).await
    };
    assert!(db.store.write(Durability::Full, op).await.unwrap());
}

async fn view(db: &Db, s: &Session, module: Option<&str>) -> Vec<ClassMember> {
    class::view(&mut db.store.read().await.unwrap(), &s.resource_link_id, &s.context_id, module).await.unwrap()
}

#[test]
fn the_class_view_holds_progress_scores_and_where_each_grade_is() {
    each(async |db| {
        let (_, deployment) = add_platform(&db.store, 1).await;
        let ada = open(&db.store, &launch_of(&deployment, "ada", "s1"), NOW).await.unwrap();
        let bob = open(&db.store, &launch_of(&deployment, "bob", "s2"), NOW).await.unwrap();
        let mut teacher = launch_of(&deployment, "eve", "s3");
        teacher.role = "instructor".to_owned();
        open(&db.store, &teacher, NOW).await.unwrap();
        read_lesson(db, &ada, "what-is", "foundations").await;
        read_lesson(db, &ada, "lora", "large-models").await;
        score(db, &ada, 90.0, NOW).await;
        score(db, &ada, 60.5, NOW + DAY).await;
        deliver(db, &ada, 90.0).await;
        let class = view(db, &ada, Some("foundations")).await;
        assert_eq!(class.iter().map(|m| m.sub.as_str()).collect::<Vec<_>>(), ["ada", "bob"], "teachers are no learners");
        assert_eq!(class[0].lessons_read, ["what-is"]);
        let quiz = &class[0].quizzes[0];
        assert_eq!((quiz.submitted, quiz.running, quiz.best, quiz.last, quiz.last_at), (2, false, Some(90.0), Some(60.5), Some(NOW + DAY)));
        let delivery = class[0].delivery.as_ref().unwrap();
        assert_eq!(
            (delivery.state, delivery.accepted_score, delivery.accepted_at),
            (Some(OutboxState::Delivered), Some(90.0), Some(NOW + 3))
        );
        assert_eq!((class[1].learner_id.as_str(), class[1].quizzes.len(), &class[1].delivery), (bob.learner_id.as_str(), 0, &None));
        assert!(class[1].lessons_read.is_empty());
        assert_eq!(view(db, &ada, None).await[0].lessons_read.len(), 2, "all modules");
        assert!(!format!("{class:?}").contains("Name of"), "names stay out of logs");
    });
}

#[test]
fn previews_do_not_show_as_scores_and_a_running_try_does_show() {
    each(async |db| {
        let (_, deployment) = add_platform(&db.store, 1).await;
        let ada = open(&db.store, &launch_of(&deployment, "ada", "s1"), NOW).await.unwrap();
        let mut preview = try_of(&ada, 0);
        preview.graded = false;
        let Started::New(attempt) = start(&db.store, &preview).await else { panic!("a new try") };
        let done = Submission { attempt_id: attempt.id, responses: "{}".to_owned(), result: "{}".to_owned(), score: 99.0, passed: true };
        db.store.write(Durability::Full, async move |tx: &mut Tx| attempt::submit(tx, &done, NOW).await).await.unwrap();
        start(&db.store, &try_of(&ada, 0)).await;
        let class = view(db, &ada, None).await;
        let quiz = &class[0].quizzes[0];
        assert_eq!((quiz.submitted, quiz.running, quiz.best, quiz.last), (0, true, None, None));
    });
}

#[test]
fn a_class_of_three_hundred_is_one_quick_look() {
    each(async |db| {
        let (_, deployment) = add_platform(&db.store, 1).await;
        let launches: Vec<_> = (0..300).map(|n| launch_of(&deployment, &format!("sub-{n}"), &format!("s-{n}"))).collect();
        let sessions = futures_util::future::join_all(launches.iter().map(|l| open(&db.store, l, NOW))).await;
        let one = sessions[0].as_ref().unwrap();
        let started = std::time::Instant::now();
        assert_eq!(view(db, one, Some("foundations")).await.len(), 300);
        assert!(started.elapsed() < std::time::Duration::from_secs(2), "{:?}", started.elapsed());
    });
}

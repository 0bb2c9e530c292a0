use courseferry::store::{
    Durability, Tx,
    attempt::{self, Submission},
    context,
    login_state::{self, LoginState},
    progress::{self, Step},
    reading::{self, Reading},
    registration::{self, RegistrationStatus},
    session,
};

use super::{MINUTE, NOW, add_platform, launch_of, learner, open, start, try_of};
use crate::databases::{Db, each};

async fn look(db: &Db, id_hash: &str, now: i64) -> Option<Reading> {
    reading::look(&mut db.store.read().await.unwrap(), id_hash, now).await.unwrap()
}

#[test]
fn one_look_finds_what_four_looks_find() {
    each(async |db| {
        let session = learner(&db.store).await;
        let found = look(db, "session-1", NOW).await.unwrap();
        assert_eq!((&found.session, found.steps.len(), found.attempts.len()), (&session, 0, 0));
        for (lesson, read) in [("why", true), ("what-is", false)] {
            let step = Step {
                tenant_id: session.tenant_id.clone(),
                learner_id: session.learner_id.clone(),
                context_id: session.context_id.clone(),
                lesson_id: lesson.to_owned(),
                module_id: "foundations".to_owned(),
                position: None,
                read,
            };
            db.store.write(Durability::Normal, async move |tx: &mut Tx| progress::record(tx, &step, NOW).await).await.unwrap();
        }
        for score in [100.0 / 3.0, 90.0] {
            start(&db.store, &try_of(&session, 3)).await;
            let mut tx = db.store.read().await.unwrap();
            let running = attempt::running(&mut tx, &session.resource_link_id, &session.learner_id, "foundations-quiz").await.unwrap();
            drop(tx);
            let (attempt_id, responses, result) = (running.unwrap().id, "{}".to_owned(), "[]".to_owned());
            let handed_in = Submission { attempt_id, responses, result, score, passed: score > 70.0 };
            db.store.write(Durability::Full, async move |tx: &mut Tx| attempt::submit(tx, &handed_in, NOW).await).await.unwrap();
        }
        // Somebody else's session in the same course sees none of it.
        let (_, deployment) = add_platform(&db.store, 2).await;
        open(&db.store, &launch_of(&deployment, "bob", "session-2"), NOW).await.unwrap();
        let other = look(db, "session-2", NOW).await.unwrap();
        assert_eq!((other.steps.len(), other.attempts.len()), (0, 0));

        let found = look(db, "session-1", NOW).await.unwrap();
        let mut tx = db.store.read().await.unwrap();
        assert_eq!(Some(&found.session), session::find(&mut tx, "session-1", NOW).await.unwrap().as_ref());
        assert_eq!(found.link, context::link(&mut tx, &session.resource_link_id).await.unwrap());
        assert_eq!(found.steps, progress::list(&mut tx, &session.learner_id, &session.context_id).await.unwrap());
        assert_eq!(found.attempts, attempt::list(&mut tx, &session.resource_link_id, &session.learner_id).await.unwrap());
        assert_eq!(found.attempts.iter().map(|a| a.score).collect::<Vec<_>>(), [Some(100.0 / 3.0), Some(90.0)]);
        assert_eq!(found.steps.iter().map(|s| s.lesson_id.as_str()).collect::<Vec<_>>(), ["what-is", "why"]);
    });
}

#[test]
fn a_session_that_ended_or_never_was_is_not_found() {
    each(async |db| {
        let session = learner(&db.store).await;
        assert_eq!(look(db, "session-1", session.expires_at).await, None);
        assert_eq!(look(db, "session-9", NOW).await, None);
        db.store.write(Durability::Normal, async |tx: &mut Tx| session::end(tx, "session-1").await).await.unwrap();
        assert_eq!(look(db, "session-1", NOW).await, None);
    });
}

#[test]
fn a_login_at_a_remembered_platform_is_kept_only_if_the_platform_is_as_remembered() {
    each(async |db| {
        let (platform, _) = add_platform(&db.store, 1).await;
        let login = |state: &str| LoginState {
            state_hash: state.to_owned(),
            tenant_id: platform.tenant_id.clone(),
            registration_id: platform.id.clone(),
            nonce_hash: "nonce".to_owned(),
            browser_hash: "browser".to_owned(),
            storage_target: None,
            target_link_uri: "https://tool/launch".to_owned(),
            created_at: NOW,
            expires_at: NOW + MINUTE,
        };
        let keep = async |state: &str, updated_at: i64| {
            let row = login(state);
            db.store.write(Durability::Normal, async move |tx: &mut Tx| login_state::insert_if(tx, &row, updated_at).await).await.unwrap()
        };
        assert!(keep("s1", NOW).await);
        assert_eq!(login_state::peek(&mut db.store.read().await.unwrap(), "s1").await.unwrap(), Some(login("s1")));
        assert!(!keep("s2", NOW - 1).await, "changed since");
        let id = platform.id.clone();
        db.store
            .write(Durability::Full, async move |tx: &mut Tx| registration::set_status(tx, &id, RegistrationStatus::Disabled, NOW).await)
            .await
            .unwrap();
        assert!(!keep("s3", NOW).await, "switched off in the same millisecond");
        for state in ["s2", "s3"] {
            assert_eq!(login_state::peek(&mut db.store.read().await.unwrap(), state).await.unwrap(), None);
        }
    });
}

use courseferry::store::{
    Durability, StoreError, Tx, context,
    launch::{self, Arrival, LaunchRecord, Opening},
    launch_log::{self, LaunchLog},
    learner as people,
    login_state::{self, LoginState},
    registration, session,
};

use super::{DAY, MINUTE, NOW, add_platform, launch_of, open};
use crate::databases::{Db, each, sqlite};

fn login(registration_id: &str, state: &str) -> LoginState {
    LoginState {
        state_hash: state.to_owned(),
        tenant_id: "default".to_owned(),
        registration_id: registration_id.to_owned(),
        nonce_hash: format!("nonce of {state}"),
        browser_hash: format!("browser of {state}"),
        storage_target: Some("_parent".to_owned()),
        target_link_uri: "https://tool/launch?to=foundations".to_owned(),
        created_at: NOW,
        expires_at: NOW + 10 * MINUTE,
    }
}

async fn begin(db: &Db, login: &LoginState) {
    let login = login.clone();
    db.store.write(Durability::Normal, async move |tx: &mut Tx| login_state::insert(tx, &login).await).await.unwrap();
}

async fn consume(db: &Db, state: &str, browser: &str, now: i64) -> Option<LoginState> {
    let (state, browser) = (state.to_owned(), browser.to_owned());
    db.store.write(Durability::Normal, async move |tx: &mut Tx| login_state::consume(tx, &state, &browser, now).await).await.unwrap()
}

#[test]
fn a_login_is_consumed_once_by_the_browser_that_began_it() {
    each(async |db| {
        let (platform, _) = add_platform(&db.store, 1).await;
        let begun = login(&platform.id, "s1");
        begin(db, &begun).await;
        assert_eq!(consume(db, "s1", "another browser", NOW).await, None);
        assert_eq!(consume(db, "s2", "browser of s1", NOW).await, None);
        assert_eq!(consume(db, "s1", "browser of s1", begun.expires_at).await, None, "too late");
        assert_eq!(login_state::peek(&mut db.store.read().await.unwrap(), "s1").await.unwrap(), Some(begun.clone()));
        assert_eq!(consume(db, "s1", "browser of s1", NOW + MINUTE).await, Some(begun));
        assert_eq!(consume(db, "s1", "browser of s1", NOW + MINUTE).await, None, "replayed");
    });
}

#[test]
fn platform_and_login_are_found_in_one_look() {
    each(async |db| {
        let (platform, _) = add_platform(&db.store, 1).await;
        let (other, _) = add_platform(&db.store, 2).await;
        let begun = login(&platform.id, "s1");
        begin(db, &begun).await;
        let mut tx = db.store.read().await.unwrap();
        let found = login_state::awaited(&mut tx, &platform.issuer, &platform.client_id, "s1").await.unwrap().unwrap();
        assert_eq!((found.registration.id, found.login), (platform.id, Some(begun)));
        let found = login_state::awaited(&mut tx, &other.issuer, &other.client_id, "s1").await.unwrap().unwrap();
        assert_eq!((found.registration, found.login), (other, None), "another platform's login is none");
        assert_eq!(login_state::awaited(&mut tx, "https://nobody", "c", "s1").await.unwrap(), None);
    });
}

#[test]
fn of_fifty_replays_at_once_one_wins() {
    each(async |db| {
        let (platform, _) = add_platform(&db.store, 1).await;
        begin(db, &login(&platform.id, "s1")).await;
        let won = futures_util::future::join_all((0..50).map(|_| consume(db, "s1", "browser of s1", NOW))).await;
        assert_eq!(won.into_iter().flatten().count(), 1);
    });
}

#[test]
fn logins_of_an_unclean_run_are_void_and_those_of_a_clean_one_stand() {
    sqlite(async |db| {
        let (platform, _) = add_platform(&db.store, 1).await;
        assert_eq!(db.store.begin_serving().await.unwrap(), 0);
        begin(db, &login(&platform.id, "s1")).await;
        db.store.end_serving().await.unwrap();
        assert_eq!(db.store.begin_serving().await.unwrap(), 0, "stopped in good order");
        // The lock goes with the process; here with the store.
        db.store.close().await;
        let after = courseferry::store::Store::connect(&db.settings).await.unwrap();
        assert!(matches!(after.begin_serving().await, Err(StoreError::InUse(_))), "the first still holds the lock");
    });
}

#[test]
fn a_crash_voids_the_logins() {
    let dir = tempfile::tempdir().unwrap();
    let settings = courseferry::config::DatabaseSettings::sqlite_in(dir.path());
    crate::databases::block_on(async {
        let first = courseferry::store::Store::connect(&settings).await.unwrap();
        let (platform, _) = add_platform(&first, 1).await;
        first.begin_serving().await.unwrap();
        let row = login(&platform.id, "s1");
        first.write(Durability::Normal, async move |tx: &mut Tx| login_state::insert(tx, &row).await).await.unwrap();
        drop(first);
        let second = courseferry::store::Store::connect(&settings).await.unwrap();
        assert_eq!(second.begin_serving().await.unwrap(), 1);
        assert_eq!(login_state::peek(&mut second.read().await.unwrap(), "s1").await.unwrap(), None);
        second.close().await;
    });
}

#[test]
fn a_first_launch_makes_course_link_person_and_session() {
    each(async |db| {
        let (platform, deployment) = add_platform(&db.store, 1).await;
        let opened = open(&db.store, &launch_of(&deployment, "ada", "session-1"), NOW).await.unwrap();
        let mut tx = db.store.read().await.unwrap();
        assert_eq!(session::find(&mut tx, "session-1", NOW).await.unwrap(), Some(opened.clone()));
        assert_eq!(session::find(&mut tx, "session-1", opened.expires_at).await.unwrap(), None, "over");
        assert_eq!((opened.role.as_str(), opened.target.as_str(), opened.gradable), ("learner", "foundations", true));
        let course = context::find(&mut tx, &opened.context_id).await.unwrap().unwrap();
        assert_eq!((course.title.as_str(), course.deployment_id.as_str()), ("Fine-tuning", deployment.id.as_str()));
        let link = context::link(&mut tx, &opened.resource_link_id).await.unwrap().unwrap();
        assert_eq!(link.lineitem.as_deref(), Some("https://lms/lineitems/1/lineitem?type_id=2"));
        let ada = people::find(&mut tx, &opened.learner_id).await.unwrap().unwrap();
        assert_eq!(people::by_sub(&mut tx, &platform.id, "ada").await.unwrap(), Some(ada.clone()));
        assert_eq!(ada.name.as_deref(), Some("Name of ada"));
        assert!(!format!("{ada:?}").contains("Name of"), "names stay out of logs");
    });
}

#[test]
fn launching_again_keeps_the_rows_and_learns_what_changed() {
    each(async |db| {
        let (_, deployment) = add_platform(&db.store, 1).await;
        let first = open(&db.store, &launch_of(&deployment, "ada", "one"), NOW).await.unwrap();
        let mut changed = launch_of(&deployment, "ada", "two");
        changed.context.title = "Fine-tuning, autumn".to_owned();
        changed.link.lineitem = None;
        changed.link.ags_scopes = "[]".to_owned();
        changed.learner.name = None;
        changed.learner.email = Some("ada@example.edu".to_owned());
        changed.role = "instructor".to_owned();
        let second = open(&db.store, &changed, NOW + MINUTE).await.unwrap();
        assert_eq!((&first.learner_id, &first.resource_link_id), (&second.learner_id, &second.resource_link_id));
        assert_eq!(second.role, "instructor");
        let mut tx = db.store.read().await.unwrap();
        assert_eq!(context::find(&mut tx, &second.context_id).await.unwrap().unwrap().title, "Fine-tuning, autumn");
        let link = context::link(&mut tx, &second.resource_link_id).await.unwrap().unwrap();
        assert!(link.lineitem.is_some() && link.ags_scopes == "[\"score\"]", "a launch that says less takes nothing away");
        let ada = people::find(&mut tx, &second.learner_id).await.unwrap().unwrap();
        assert_eq!((ada.name.as_deref(), ada.email.as_deref()), (Some("Name of ada"), Some("ada@example.edu")));
    });
}

#[test]
fn an_unchanged_launch_touches_nothing_until_the_next_day() {
    each(async |db| {
        let (_, deployment) = add_platform(&db.store, 1).await;
        let first = open(&db.store, &launch_of(&deployment, "ada", "one"), NOW).await.unwrap();
        let seen = async || {
            people::enrolment(&mut db.store.read().await.unwrap(), &first.context_id, &first.learner_id).await.unwrap().unwrap().seen_at
        };
        open(&db.store, &launch_of(&deployment, "ada", "two"), NOW + MINUTE).await.unwrap();
        assert_eq!(seen().await, NOW);
        let mut later = launch_of(&deployment, "ada", "three");
        later.expires_at = NOW + 2 * DAY;
        open(&db.store, &later, NOW + DAY).await.unwrap();
        assert_eq!(seen().await, NOW + DAY);
    });
}

#[test]
fn a_teachers_choice_of_content_survives_launches_that_name_none() {
    each(async |db| {
        let (_, deployment) = add_platform(&db.store, 1).await;
        let mut bare = launch_of(&deployment, "ada", "one");
        bare.link.target = String::new();
        let first = open(&db.store, &bare, NOW).await.unwrap();
        assert_eq!(first.target, "");
        let link = first.resource_link_id.clone();
        db.store.write(Durability::Full, async move |tx: &mut Tx| context::set_target(tx, &link, "lora", NOW).await).await.unwrap();
        bare.session_hash = "two".to_owned();
        assert_eq!(open(&db.store, &bare, NOW).await.unwrap().target, "lora");
        bare.session_hash = "three".to_owned();
        assert_eq!(open(&db.store, &bare, NOW + DAY).await.unwrap().target, "lora");
    });
}

#[test]
fn a_launch_after_somebody_erased_the_learner_makes_them_anew() {
    each(async |db| {
        let (_, deployment) = add_platform(&db.store, 1).await;
        let first = open(&db.store, &launch_of(&deployment, "ada", "one"), NOW).await.unwrap();
        let id = first.learner_id.clone();
        assert!(db.store.write(Durability::Full, async move |tx: &mut Tx| people::erase(tx, &id).await).await.unwrap());
        assert_eq!(session::find(&mut db.store.read().await.unwrap(), "one", NOW).await.unwrap(), None);
        let second = open(&db.store, &launch_of(&deployment, "ada", "two"), NOW).await.unwrap();
        assert_ne!(first.learner_id, second.learner_id);
    });
}

#[test]
fn a_launch_through_a_removed_platform_is_refused() {
    each(async |db| {
        let (platform, deployment) = add_platform(&db.store, 1).await;
        open(&db.store, &launch_of(&deployment, "ada", "one"), NOW).await.unwrap();
        let id = platform.id.clone();
        db.store.write(Durability::Full, async move |tx: &mut Tx| registration::remove(tx, &id).await).await.unwrap();
        let refused = open(&db.store, &launch_of(&deployment, "ada", "two"), NOW).await;
        assert!(matches!(refused, Err(StoreError::Dangling)), "{refused:?}");
    });
}

#[test]
fn a_class_that_launches_at_once_shares_course_and_link() {
    each(async |db| {
        let (_, deployment) = add_platform(&db.store, 1).await;
        let launches: Vec<_> = (0..60).map(|n| launch_of(&deployment, &format!("sub-{}", n % 30), &format!("session-{n}"))).collect();
        let sessions = futures_util::future::join_all(launches.iter().map(|l| open(&db.store, l, NOW))).await;
        let sessions: Vec<_> = sessions.into_iter().map(Result::unwrap).collect();
        let distinct = |f: fn(&session::Session) -> &str| sessions.iter().map(f).collect::<std::collections::BTreeSet<_>>().len();
        assert_eq!(distinct(|s| &s.context_id), 1);
        assert_eq!(distinct(|s| &s.resource_link_id), 1);
        assert_eq!(distinct(|s| &s.learner_id), 30);
    });
}

fn arrival(login: &LoginState, deployment: &registration::Deployment, sub: &str) -> Arrival {
    Arrival {
        login: login.clone(),
        remembered: None,
        deployment: deployment.lms_id.clone(),
        launch: LaunchRecord { deployment_id: String::new(), ..launch_of(deployment, sub, &format!("session of {}", login.state_hash)) },
        line: LaunchLog {
            id: courseferry::ids::new_id(),
            tenant_id: "default".to_owned(),
            reference: format!("ref of {}", login.state_hash),
            stage: "launch".to_owned(),
            ok: true,
            code: "opened".to_owned(),
            detail: String::new(),
            issuer: "https://lms".to_owned(),
            client_id: "c".to_owned(),
            checks: "[]".to_owned(),
            created_at: NOW,
        },
    }
}

async fn arrive(db: &Db, a: &Arrival, now: i64) -> Result<Opening, StoreError> {
    let a = a.clone();
    db.store.write(Durability::Normal, async move |tx: &mut Tx| launch::arrive(tx, &a, now).await).await
}

fn opened(opening: Result<Opening, StoreError>) -> session::Session {
    match opening.unwrap() {
        Opening::Opened(session) => *session,
        other => panic!("no session: {other:?}"),
    }
}

async fn logged(db: &Db) -> Vec<String> {
    let lines = launch_log::recent(&mut db.store.read().await.unwrap(), "default", 100).await.unwrap();
    lines.into_iter().map(|l| l.reference).collect()
}

#[test]
fn an_arrival_consumes_opens_and_notes_whether_all_is_new_or_known() {
    each(async |db| {
        let (platform, deployment) = add_platform(&db.store, 1).await;
        let mut people = Vec::new();
        for state in ["new", "known"] {
            let begun = login(&platform.id, state);
            begin(db, &begun).await;
            let session = opened(arrive(db, &arrival(&begun, &deployment, "ada"), NOW + MINUTE).await);
            let mut tx = db.store.read().await.unwrap();
            assert_eq!(session::find(&mut tx, &format!("session of {state}"), NOW).await.unwrap().as_ref(), Some(&session));
            assert_eq!(login_state::peek(&mut tx, state).await.unwrap(), None, "consumed");
            assert_eq!((session.created_at, session.role.as_str(), session.target.as_str()), (NOW + MINUTE, "learner", "foundations"));
            people.push(session.learner_id);
        }
        assert_eq!(people[0], people[1]);
        let mut lines = logged(db).await;
        lines.sort();
        assert_eq!(lines, ["ref of known", "ref of new"]);
    });
}

#[test]
fn an_arrival_without_its_login_leaves_nothing_behind() {
    each(async |db| {
        let (platform, deployment) = add_platform(&db.store, 1).await;
        let begun = login(&platform.id, "s1");
        begin(db, &begun).await;
        let other_browser = LoginState { browser_hash: "another".to_owned(), ..begun.clone() };
        assert_eq!(arrive(db, &arrival(&other_browser, &deployment, "ada"), NOW).await.unwrap(), Opening::NoLogin);
        assert_eq!(arrive(db, &arrival(&begun, &deployment, "ada"), begun.expires_at).await.unwrap(), Opening::NoLogin, "too late");
        let mut tx = db.store.read().await.unwrap();
        assert_eq!(people::by_sub(&mut tx, &platform.id, "ada").await.unwrap(), None);
        drop(tx);
        opened(arrive(db, &arrival(&begun, &deployment, "ada"), NOW).await);
        for _ in 0..2 {
            assert_eq!(arrive(db, &arrival(&begun, &deployment, "ada"), NOW).await.unwrap(), Opening::NoLogin, "replayed");
        }
        assert_eq!(logged(db).await.len(), 1);
    });
}

#[test]
fn of_fifty_arrivals_with_one_login_one_opens() {
    each(async |db| {
        let (platform, deployment) = add_platform(&db.store, 1).await;
        for state in ["new", "known"] {
            let begun = login(&platform.id, state);
            begin(db, &begun).await;
            let all: Vec<_> = (0..50).map(|_| arrival(&begun, &deployment, "ada")).collect();
            let all = futures_util::future::join_all(all.iter().map(|a| arrive(db, a, NOW))).await;
            assert_eq!(all.iter().filter(|o| matches!(o, Ok(Opening::Opened(_)))).count(), 1);
            assert_eq!(all.iter().filter(|o| matches!(o, Ok(Opening::NoLogin))).count(), 49);
        }
    });
}

#[test]
fn an_arrival_from_a_deployment_that_waits_opens_nothing_even_for_people_we_know() {
    each(async |db| {
        let (platform, deployment) = add_platform(&db.store, 1).await;
        open(&db.store, &launch_of(&deployment, "ada", "before"), NOW).await.unwrap();
        let (first, second) = (login(&platform.id, "s1"), login(&platform.id, "s2"));
        begin(db, &first).await;
        begin(db, &second).await;
        let mut strange = arrival(&first, &deployment, "ada");
        strange.deployment = "2".to_owned();
        assert_eq!(arrive(db, &strange, NOW).await.unwrap(), Opening::DeploymentWaits);
        let other = registration::deployment(&mut db.store.read().await.unwrap(), &platform.id, "2").await.unwrap().unwrap();
        assert_eq!(other.status, registration::DeploymentStatus::Waiting, "in the queue");
        let known = deployment.id.clone();
        // A deployment an administrator forgot waits like any other, though its people are known.
        let forget = async move |tx: &mut Tx| registration::forget_deployment(tx, &known).await;
        assert!(db.store.write(Durability::Full, forget).await.unwrap());
        assert_eq!(session::find(&mut db.store.read().await.unwrap(), "before", NOW).await.unwrap(), None);
        assert_eq!(arrive(db, &arrival(&second, &deployment, "ada"), NOW).await.unwrap(), Opening::DeploymentWaits);
        assert!(logged(db).await.is_empty());
    });
}

#[test]
fn an_arrival_at_a_remembered_platform_needs_it_unchanged_and_its_own_login() {
    each(async |db| {
        let (platform, deployment) = add_platform(&db.store, 1).await;
        let begun = login(&platform.id, "s1");
        begin(db, &begun).await;
        let known = |remembered| Arrival { remembered: Some(remembered), ..arrival(&begun, &deployment, "ada") };
        let spoilt = |spoil: fn(&mut LoginState)| {
            let mut login = begun.clone();
            spoil(&mut login);
            Arrival { login, ..known(platform.updated_at) }
        };
        let wrong = [
            ("changed since", known(platform.updated_at + 1)),
            ("another nonce", spoilt(|l| l.nonce_hash = "another".to_owned())),
            ("another target", spoilt(|l| l.target_link_uri = "https://tool/launch".to_owned())),
            ("another browser", spoilt(|l| l.browser_hash = "another".to_owned())),
        ];
        for (why, arrival) in wrong {
            assert_eq!(arrive(db, &arrival, NOW).await.unwrap(), Opening::NoLogin, "{why}");
        }
        let mut stranger = known(platform.updated_at);
        stranger.launch.registration_id = add_platform(&db.store, 2).await.0.id;
        assert_eq!(arrive(db, &stranger, NOW).await.unwrap(), Opening::NoLogin, "another platform's login");
        opened(arrive(db, &known(platform.updated_at), NOW).await);
        assert_eq!(arrive(db, &known(platform.updated_at), NOW).await.unwrap(), Opening::NoLogin, "replayed");
    });
}

#[test]
fn an_arrival_at_a_platform_just_switched_off_consumes_nothing() {
    each(async |db| {
        let (platform, deployment) = add_platform(&db.store, 1).await;
        let begun = login(&platform.id, "s1");
        begin(db, &begun).await;
        let id = platform.id.clone();
        let off = async move |tx: &mut Tx| registration::set_status(tx, &id, registration::RegistrationStatus::Disabled, NOW).await;
        db.store.write(Durability::Full, off).await.unwrap();
        assert_eq!(arrive(db, &arrival(&begun, &deployment, "ada"), NOW).await.unwrap(), Opening::NoLogin);
        assert!(login_state::peek(&mut db.store.read().await.unwrap(), "s1").await.unwrap().is_some());
    });
}

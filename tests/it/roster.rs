//! The course list from the platform to the teacher's page.

use courseferry::{
    app::read_roster::{RosterError, Rosters},
    clock,
    lti::seal::MasterKey,
    services::{
        ServiceError,
        http::{Client, Options},
        nrps::Nrps,
        tokens::Tokens,
    },
    store::{
        DEFAULT_TENANT, Durability, StoreError, Tx, class, context, registration, roster,
        roster::{Listed, Merged, RosterStatus},
        session::Session,
        tool_key::{self, KeyStatus, ToolKey},
    },
};
use serde_json::json;

use crate::{
    class::{Fate, Pupil},
    databases::{Db, each},
    fake_platform::{At, FakePlatform, Family, Fault, Response},
    house::{Browser, House},
    services::tool_key as signing_key,
    store::{NOW, launch_of, open},
};

/// A platform, and a reader of its rosters; a learner has launched from one course.
async fn rig(db: &Db, family: Family) -> (FakePlatform, Rosters, Session) {
    let platform = FakePlatform::start(family);
    let (master, key) = (MasterKey::generate().unwrap(), signing_key());
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
    let row = platform.registration();
    let op = async move |tx: &mut Tx| {
        tool_key::insert_first(tx, &kept).await?;
        registration::insert(tx, &row).await?;
        registration::meet_deployment(tx, &row.id, "1", NOW).await
    };
    let deployment = db.store.write(Durability::Full, op).await.unwrap();
    let mut launch = launch_of(&deployment, "ada", "s1");
    launch.context.memberships_url = Some(platform.memberships_url());
    let session = open(&db.store, &launch, NOW).await.unwrap();
    let http = Client::new(&Options { allow_hosts: platform.allow(), ..Options::default() }).unwrap();
    let nrps = Nrps::new(http.clone(), Tokens::new(http, clock::system()));
    (platform, Rosters::new(db.store.clone(), clock::system(), nrps, master), session)
}

async fn subs(db: &Db, s: &Session) -> Vec<(String, RosterStatus)> {
    let mut tx = db.store.read().await.unwrap();
    let mut class = class::view(&mut tx, &s.resource_link_id, &s.context_id, None).await.unwrap();
    class.sort_by(|a, b| a.sub.cmp(&b.sub));
    class.into_iter().map(|m| (m.sub, m.roster)).collect()
}

#[test]
fn a_platforms_roster_becomes_the_class_on_each_product() {
    for family in [Family::Moodle, Family::Canvas, Family::Edx] {
        each(async |db| {
            let (platform, rosters, session) = rig(db, family).await;
            let membership = |role: &str| format!("http://purl.imsglobal.org/vocab/lis/v2/membership#{role}");
            platform.state().members = vec![
                json!({ "user_id": "ada", "status": "Active", "roles": ["Learner"], "name": "Ada Lovelace" }),
                json!({ "user_id": "bob", "status": "Active", "roles": [membership("Learner")] }),
                json!({ "user_id": "kim", "status": "Inactive", "roles": ["Learner"] }),
                json!({ "user_id": "eve", "status": "Active", "roles": [membership("Instructor")] }),
                json!({ "user_id": "old", "status": "Deleted", "roles": ["Learner"] }),
            ];
            let read = rosters.read(&session.context_id).await.unwrap();
            assert_eq!(read, Merged { joined: 3, changed: 1, gone: 0 }, "{family:?}");
            let expected = [("ada", RosterStatus::Active), ("bob", RosterStatus::Active), ("kim", RosterStatus::Inactive)];
            assert_eq!(subs(db, &session).await, expected.map(|(s, r)| (s.to_owned(), r)));
            let mut tx = db.store.read().await.unwrap();
            assert!(context::find(&mut tx, &session.context_id).await.unwrap().unwrap().roster_read_at.is_some());
        });
    }
}

#[test]
fn a_roster_that_cannot_be_read_changes_nothing() {
    each(async |db| {
        let (platform, rosters, session) = rig(db, Family::Canvas).await;
        platform.fault(At::Members, Fault::Answer(Response::plain(403, "no")));
        let refused = rosters.read(&session.context_id).await;
        assert!(matches!(&refused, Err(RosterError::Platform(ServiceError::Answered(a))) if a.status == 403), "{refused:?}");
        assert_eq!(subs(db, &session).await, [("ada".to_owned(), RosterStatus::Unknown)]);
        assert!(matches!(rosters.read("nowhere").await, Err(RosterError::NotOffered)));
    });
}

async fn list(house: &House, people: &[(&str, RosterStatus)]) {
    let list: Vec<Listed> = people
        .iter()
        .map(|(sub, status)| Listed {
            sub: (*sub).to_owned(),
            status: *status,
            role: "learner".into(),
            roles: "[]".into(),
            gradable: true,
            name: Some(format!("Pupil {sub}")),
            given_name: None,
            family_name: None,
            email: None,
        })
        .collect();
    let registration = house.registration_id.clone();
    let op = async move |tx: &mut Tx| {
        let courses = context::list(tx, &registration, 10).await?;
        let course = courses.iter().find(|c| c.lms_id == "course-1").ok_or(StoreError::Dangling)?;
        roster::merge(tx, course, &list, NOW).await
    };
    house.app.store.write(Durability::Normal, op).await.unwrap();
}

#[test]
fn the_class_page_shows_who_never_came_and_who_left() {
    each(async |db| {
        let house = House::open(db).await;
        Pupil::new("here", &[80.0], Fate::Taken).join(&house).await;
        Pupil::new("left", &[70.0], Fate::Taken).join(&house).await;
        Pupil { read: 0, ..Pupil::new("ghost", &[], Fate::Unsent) }.join(&house).await;
        list(&house, &[("here", RosterStatus::Active), ("new", RosterStatus::Active), ("away", RosterStatus::Inactive)]).await;
        let mut browser = Browser::new();
        let page = house.launch(&mut browser, house.teacher("t1")).await;
        assert!(page.body.contains("1 of 1 grade is in the LMS."), "who left counts no more: {}", page.body);
        for words in [
            "2 have not opened it",
            "1 person is not on the LMS",
            "not on the course list</span>",
            "suspended in the LMS</span>",
            "not opened yet",
        ] {
            assert!(page.body.contains(words), "{words}: {}", page.body);
        }
        assert!(page.body.contains("Pupil left") && page.body.contains("Pupil new"));
        assert!(!page.body.contains("Pupil ghost"), "who left without having done anything is no part of the class");
        let csv = browser.get(&format!("{}/class.csv", page.root())).await.body;
        assert!(csv.contains("Pupil left") && csv.contains(",gone,") && csv.contains(",inactive,"), "{csv}");
    });
}

#[test]
fn opening_the_class_page_reads_the_roster_once_in_ten_minutes() {
    each(async |db| {
        let house = House::open(db).await;
        let asked_at = async || {
            let mut tx = house.app.store.read().await.unwrap();
            let courses = context::list(&mut tx, &house.registration_id, 10).await.unwrap();
            courses[0].roster_asked_at
        };
        let mut claims = house.teacher("t1");
        claims["https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"] =
            json!({ "context_memberships_url": format!("{}/members", house.issuer.url()), "service_versions": ["2.0"] });
        let mut browser = Browser::new();
        house.launch(&mut browser, claims).await;
        let mut first = None;
        for _ in 0..100 {
            first = asked_at().await;
            if first.is_some() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert!(first.is_some(), "the page asked");
        let context = { context::list(&mut house.app.store.read().await.unwrap(), &house.registration_id, 1).await.unwrap()[0].id.clone() };
        let again = async |now: i64| {
            let id = context.clone();
            house
                .app
                .store
                .write(Durability::Normal, async move |tx: &mut Tx| roster::ask(tx, &id, now, now - 600_000).await)
                .await
                .unwrap()
        };
        let at = first.unwrap();
        assert!(!again(at + 599_000).await && again(at + 601_000).await);
    });
}

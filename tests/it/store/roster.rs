//! The platform's list of members against what launches told.

use courseferry::store::{
    Durability, Store, Tx,
    class::{self, ClassMember},
    context, learner,
    roster::{self, Listed, Merged, RosterStatus},
    session::Session,
};

use super::{DAY, MINUTE, NOW, add_platform, launch_of, open};
use crate::databases::each;

fn listed(sub: &str) -> Listed {
    Listed {
        sub: sub.to_owned(),
        status: RosterStatus::Active,
        role: "learner".to_owned(),
        roles: "[\"Learner\"]".to_owned(),
        gradable: true,
        name: Some(format!("Name of {sub}")),
        given_name: None,
        family_name: None,
        email: None,
    }
}

async fn merge(store: &Store, s: &Session, list: Vec<Listed>, now: i64) -> Merged {
    let id = s.context_id.clone();
    let op = async move |tx: &mut Tx| {
        let course = context::find(tx, &id).await?.unwrap();
        roster::merge(tx, &course, &list, now).await
    };
    store.write(Durability::Normal, op).await.unwrap()
}

async fn class(store: &Store, s: &Session) -> Vec<ClassMember> {
    let mut members = class::view(&mut store.read().await.unwrap(), &s.resource_link_id, &s.context_id, None).await.unwrap();
    members.sort_by(|a, b| a.sub.cmp(&b.sub));
    members
}

fn statuses(class: &[ClassMember]) -> Vec<(&str, RosterStatus, bool)> {
    class.iter().map(|m| (m.sub.as_str(), m.roster, m.seen_at == 0)).collect()
}

#[test]
fn who_joins_leaves_and_returns_is_marked_and_loses_nothing() {
    each(async |db| {
        let (_, deployment) = add_platform(&db.store, 1).await;
        let ada = open(&db.store, &launch_of(&deployment, "ada", "s1"), NOW).await.unwrap();
        let first = merge(&db.store, &ada, vec![listed("ada"), listed("bob")], NOW).await;
        assert_eq!(first, Merged { joined: 1, changed: 1, gone: 0 });
        assert_eq!(statuses(&class(&db.store, &ada).await), [("ada", RosterStatus::Active, false), ("bob", RosterStatus::Active, true)]);
        let same = merge(&db.store, &ada, vec![listed("ada"), listed("bob")], NOW + DAY).await;
        assert_eq!(same, Merged::default(), "nothing new, nothing written");
        let left = merge(&db.store, &ada, vec![listed("bob")], NOW + DAY).await;
        assert_eq!(left, Merged { gone: 1, ..Merged::default() });
        assert_eq!(statuses(&class(&db.store, &ada).await)[0], ("ada", RosterStatus::Gone, false));
        assert_eq!(merge(&db.store, &ada, vec![listed("bob")], NOW + DAY).await, Merged::default(), "gone is said once");
        merge(&db.store, &ada, vec![listed("ada"), listed("bob")], NOW + 2 * DAY).await;
        assert_eq!(statuses(&class(&db.store, &ada).await)[0], ("ada", RosterStatus::Active, false));
    });
}

#[test]
fn an_empty_list_tells_nothing() {
    each(async |db| {
        let (_, deployment) = add_platform(&db.store, 1).await;
        let ada = open(&db.store, &launch_of(&deployment, "ada", "s1"), NOW).await.unwrap();
        assert_eq!(merge(&db.store, &ada, Vec::new(), NOW).await, Merged::default());
        assert_eq!(class(&db.store, &ada).await[0].roster, RosterStatus::Unknown);
    });
}

#[test]
fn a_launch_knows_a_persons_role_better_than_the_list() {
    each(async |db| {
        let (_, deployment) = add_platform(&db.store, 1).await;
        let ada = open(&db.store, &launch_of(&deployment, "ada", "s1"), NOW).await.unwrap();
        // Moodle's non-editing teacher: instructor at launch, learner on the list.
        let mut tutor = launch_of(&deployment, "tutor", "s2");
        tutor.role = "instructor".to_owned();
        open(&db.store, &tutor, NOW).await.unwrap();
        let mut teacher = listed("eve");
        teacher.role = "instructor".to_owned();
        merge(&db.store, &ada, vec![listed("ada"), listed("tutor"), teacher, listed("sam")], NOW).await;
        assert_eq!(class(&db.store, &ada).await.iter().map(|m| m.sub.as_str()).collect::<Vec<_>>(), ["ada", "sam"]);
        // Who never launched takes the role the list gives, and the launch overrules it later.
        let mut promoted = listed("sam");
        promoted.role = "instructor".to_owned();
        merge(&db.store, &ada, vec![listed("ada"), promoted], NOW).await;
        assert_eq!(class(&db.store, &ada).await.len(), 1);
        open(&db.store, &launch_of(&deployment, "sam", "s3"), NOW + MINUTE).await.unwrap();
        assert_eq!(statuses(&class(&db.store, &ada).await)[1], ("sam", RosterStatus::Active, false));
    });
}

#[test]
fn names_are_learned_and_not_forgotten_and_test_students_stay() {
    each(async |db| {
        let (_, deployment) = add_platform(&db.store, 1).await;
        let ada = open(&db.store, &launch_of(&deployment, "ada", "s1"), NOW).await.unwrap();
        let mut tester = launch_of(&deployment, "tester", "s2");
        tester.gradable = false;
        open(&db.store, &tester, NOW).await.unwrap();
        let renamed = Listed { name: Some("Ada King".to_owned()), email: Some("ada@x.example".to_owned()), ..listed("ada") };
        merge(&db.store, &ada, vec![renamed], NOW).await;
        merge(&db.store, &ada, vec![Listed { name: None, ..listed("ada") }], NOW).await;
        let mut tx = db.store.read().await.unwrap();
        let row = learner::by_sub(&mut tx, &ada.registration_id, "ada").await.unwrap().unwrap();
        assert_eq!((row.name.as_deref(), row.email.as_deref()), (Some("Ada King"), Some("ada@x.example")));
        drop(tx);
        assert_eq!(class(&db.store, &ada).await[1].roster, RosterStatus::Unknown, "Student View is on no list");
    });
}

#[test]
fn a_person_met_in_another_course_is_the_same_person() {
    each(async |db| {
        let (_, deployment) = add_platform(&db.store, 1).await;
        let ada = open(&db.store, &launch_of(&deployment, "ada", "s1"), NOW).await.unwrap();
        let mut elsewhere = launch_of(&deployment, "bob", "s2");
        elsewhere.context.lms_id = "course-8".to_owned();
        let bob = open(&db.store, &elsewhere, NOW).await.unwrap();
        merge(&db.store, &ada, vec![listed("ada"), listed("bob")], NOW).await;
        assert_eq!(class(&db.store, &ada).await[1].learner_id, bob.learner_id);
        assert_eq!(class(&db.store, &bob).await.len(), 1, "the other course is as it was");
    });
}

#[test]
fn one_asker_at_a_time_and_only_where_a_list_is_offered() {
    each(async |db| {
        let (_, deployment) = add_platform(&db.store, 1).await;
        let mut launch = launch_of(&deployment, "ada", "s1");
        let session = open(&db.store, &launch, NOW).await.unwrap();
        let ask = async |now: i64| {
            let id = session.context_id.clone();
            db.store.write(Durability::Normal, async move |tx: &mut Tx| roster::ask(tx, &id, now, now - 10 * MINUTE).await).await.unwrap()
        };
        assert!(!ask(NOW).await, "no list is offered");
        launch.context.memberships_url = Some("https://lms/members".to_owned());
        launch.session_hash = "s2".to_owned();
        open(&db.store, &launch, NOW).await.unwrap();
        assert!(ask(NOW).await && !ask(NOW + MINUTE).await && ask(NOW + 11 * MINUTE).await);
    });
}

//! Whose work a launch shows: Moodle's submission review message, and the plain launch that Canvas's SpeedGrader makes instead.

use courseferry::{
    learning::delivery::Wanted,
    store::{
        DEFAULT_TENANT, context, launch_log,
        outbox::{self, Slot},
    },
};
use serde_json::{Value, json};

use crate::{
    class::{Fate, Pupil},
    databases::{Db, each},
    house::{Browser, House, Page},
    learn::{start, submit},
};

const LTI: &str = "https://purl.imsglobal.org/spec/lti/claim/";
const MEMBER: &str = "http://purl.imsglobal.org/vocab/lis/v2/membership";

/// As Moodle sends it from its grade report: the activity's link and column, short context type, no `azp`.
fn moodle(house: &House, mut claims: Value, user: &str) -> Value {
    claims.as_object_mut().unwrap().remove("azp");
    for (name, value) in [
        ("message_type", json!("LtiSubmissionReviewRequest")),
        ("for_user", json!({ "user_id": user, "name": "Somebody", "roles": [] })),
        ("target_link_uri", json!(format!("{}/lti/launch?to=alpha", house.base))),
        ("context", json!({ "id": "course-1", "label": "C", "title": "Course", "type": ["CourseSection"] })),
        ("tool_platform", json!({ "product_family_code": "moodle", "version": "2024100706.04", "guid": "moodle.example" })),
        ("ext", json!({ "lms": "moodle-2" })),
    ] {
        claims[format!("{LTI}{name}")] = value;
    }
    claims
}

/// As SpeedGrader opens `url`: an ordinary launch, by whatever link Canvas makes of it.
fn canvas(mut claims: Value, url: &str, link: &str) -> Value {
    for (name, value) in [
        ("target_link_uri", json!(url)),
        ("resource_link", json!({ "id": link, "title": "Another title" })),
        ("tool_platform", json!({ "product_family_code": "canvas", "version": "cloud", "guid": "f00:canvas-lms" })),
        ("custom", json!({})),
    ] {
        claims[format!("{LTI}{name}")] = value;
    }
    claims
}

fn with_role(mut claims: Value, role: &str) -> Value {
    claims[format!("{LTI}roles")] = json!([format!("{MEMBER}#{role}")]);
    claims
}

async fn code(db: &Db) -> String {
    let lines = launch_log::recent(&mut db.store.read().await.unwrap(), DEFAULT_TENANT, 1).await.unwrap();
    lines[0].code.clone()
}

/// A learner who handed one attempt in; gives the page of the result and the address that goes to the platform with the score.
async fn worked(db: &Db, house: &House, sub: &str) -> (Page, String) {
    let mut browser = Browser::new();
    let home = house.launch(&mut browser, house.claims(sub)).await;
    let quiz = start(&mut browser, &home).await;
    let result = submit(&mut browser, &quiz, &[("a-q1", "yes"), ("a-q2", "11")]).await;
    assert_eq!(result.status, 200, "{}", result.body);
    let token = &browser.cookies[browser.sessions()[0]];
    let session = house.app.visit(&courseferry::app::launch_id(token), token).await.unwrap().unwrap().session;
    let mut tx = db.store.read().await.unwrap();
    let message = outbox::latest(&mut tx, &session.resource_link_id, &session.learner_id, Slot::Grade).await.unwrap().unwrap();
    let wanted: Wanted = serde_json::from_str(&message.payload).unwrap();
    (result, wanted.review_url.unwrap())
}

fn last_part(page: &Page) -> String {
    page.url.rsplit('/').next().unwrap().split(['?', '#']).next().unwrap().to_owned()
}

#[test]
fn moodles_message_opens_a_learners_page_and_the_attempts_as_the_learner_saw_them() {
    each(async |db| {
        let house = House::open(db).await;
        let (result, _) = worked(db, &house, "u1").await;
        let mut browser = Browser::new();
        let page = house.launch(&mut browser, moodle(&house, house.teacher("t1"), "u1")).await;
        assert_eq!(page.status, 200, "{}", page.body);
        assert!(page.url.contains("/class/") && page.body.contains("Attempt 1"), "{} {}", page.url, page.body);
        let seen = browser.get(&format!("{}/attempt/{}", page.url, last_part(&result))).await;
        assert_eq!(seen.status, 200, "{}", seen.body);
        for said in ["This is what Ada", "Not passed yet", "50 %", "60 % needed", "Which?", "✓ Right", "✗ Not right", "read as 11"] {
            assert!(seen.body.contains(said), "{said}: {}", seen.body);
            assert!(said.starts_with("This is") || result.body.contains(said), "the learner saw {said}");
        }
        assert!(!seen.body.contains("SECRETNUMBER"), "the learner has an attempt left, and was shown no answer: {}", seen.body);
        for nothing_to_press in ["/quiz/alpha-quiz/start", "data-submit", "/road"] {
            assert!(!seen.body.contains(nothing_to_press), "{nothing_to_press}");
        }
        assert!(seen.body.contains("disabled"), "fields are locked");
    });
}

#[test]
fn a_learner_sees_their_own_result_and_nobody_but_teachers_sees_anothers() {
    each(async |db| {
        let house = House::open(db).await;
        let (result, url) = worked(db, &house, "u1").await;
        worked(db, &house, "u2").await;
        for claims in [moodle(&house, house.claims("u1"), "u1"), canvas(house.claims("u1"), &url, "link-1")] {
            let page = house.launch(&mut Browser::new(), claims).await;
            assert_eq!((page.status.as_u16(), last_part(&page)), (200, last_part(&result)), "{}", page.body);
            assert!(page.body.contains("50 %") && page.url.contains("/result/"), "{}", page.url);
        }
        let mut speed_grader = canvas(house.claims("u2"), &format!("{}/lti/launch?to=alpha", house.base), "link-1");
        speed_grader["https://www.instructure.com/lti_student_id"] = json!("u1");
        let mut acting = moodle(&house, house.claims("u1"), "u1");
        acting[format!("{LTI}custom")] = json!({ "canvas_masquerading_user_id": "staff" });
        for (who, claims) in [
            ("another learner", moodle(&house, house.claims("u2"), "u1")),
            ("an observer", with_role(moodle(&house, house.claims("o1"), "u1"), "Mentor")),
            ("a designer", with_role(moodle(&house, house.claims("d1"), "u1"), "ContentDeveloper")),
            ("nobody in particular", with_role(moodle(&house, house.claims("x"), "u1"), "Member")),
            ("another learner, about somebody who is not there", moodle(&house, house.claims("u2"), "nobody")),
            ("another learner by the address", canvas(house.claims("u2"), &url, "link-1")),
            ("another learner by Canvas's claim", speed_grader),
            ("staff who act as the learner", acting),
        ] {
            let mut browser = Browser::new();
            let page = house.launch(&mut browser, claims).await;
            page.assert_refused(&browser);
            assert!(page.body.contains("This work is somebody else"), "{who}: {}", page.body);
            assert_eq!(code(db).await, "review_is_for_teachers", "{who}");
        }
    });
}

#[test]
fn a_message_about_nobody_opens_nothing() {
    each(async |db| {
        let house = House::open(db).await;
        worked(db, &house, "u1").await;
        let mut nameless = moodle(&house, house.teacher("t1"), "u1");
        nameless.as_object_mut().unwrap().remove(&format!("{LTI}for_user"));
        let mut number = moodle(&house, house.teacher("t1"), "u1");
        number[format!("{LTI}for_user")]["user_id"] = json!(7);
        let mut elsewhere = moodle(&house, house.teacher("t1"), "u1");
        elsewhere[format!("{LTI}context")]["id"] = json!("course-2");
        for (wanted, claims) in [
            ("review_user_missing", nameless),
            ("review_user_missing", number),
            ("review_nothing", moodle(&house, house.teacher("t1"), "u9")),
            ("review_nothing", elsewhere),
        ] {
            let mut browser = Browser::new();
            house.launch(&mut browser, claims).await.assert_refused(&browser);
            assert_eq!(code(db).await, wanted);
        }
    });
}

#[test]
fn speed_graders_plain_launch_opens_the_attempt_whatever_link_it_comes_by_and_changes_no_link() {
    each(async |db| {
        let house = House::open(db).await;
        let (result, url) = worked(db, &house, "u1").await;
        assert_eq!(url, format!("{}/lti/launch?to=alpha&review={}", house.base, last_part(&result)));
        let links = async || {
            let mut tx = db.store.read().await.unwrap();
            let course = context::list(&mut tx, &house.registration_id, 9).await.unwrap().remove(0);
            let links = context::links(&mut tx, &course.id).await.unwrap();
            links.into_iter().map(|l| (l.lms_id, l.title, l.target, l.lineitem)).collect::<Vec<_>>()
        };
        let before = links().await;
        // By its own link, by the course in a link's place, and by a link of something else.
        for link in ["link-1", "course-1", "link-of-a-page"] {
            let mut claims = canvas(house.teacher("t1"), &url, link);
            claims.as_object_mut().unwrap().remove("https://purl.imsglobal.org/spec/lti-ags/claim/endpoint");
            let page = house.launch(&mut Browser::new(), claims).await;
            assert_eq!(page.status, 200, "{}", page.body);
            let open = format!("<details class=\"attempt\" id=\"attempt-{}\" open>", last_part(&result));
            assert!(page.url.contains("/class/") && page.body.contains(&open), "{link}: {} {}", page.url, page.body);
            assert_eq!(links().await, before, "{link}");
        }
    });
}

#[test]
fn canvas_claim_of_a_student_opens_the_same_page_and_an_unknown_one_nothing_special() {
    each(async |db| {
        let house = House::open(db).await;
        worked(db, &house, "u1").await;
        let plain = format!("{}/lti/launch?to=alpha", house.base);
        let mut claims = canvas(house.teacher("t1"), &plain, "link-1");
        claims["https://www.instructure.com/lti_student_id"] = json!("u1");
        let page = house.launch(&mut Browser::new(), claims.clone()).await;
        assert!(page.url.contains("/class/") && page.body.contains("Attempt 1"), "{}", page.url);
        claims["https://www.instructure.com/lti_student_id"] = json!("nobody-we-know");
        let page = house.launch(&mut Browser::new(), claims).await;
        assert!(page.url.ends_with("/class"), "{}", page.url);
    });
}

#[test]
fn an_attempt_of_another_course_or_platform_is_not_found() {
    each(async |db| {
        let house = House::open(db).await;
        let (result, url) = worked(db, &house, "u1").await;
        let mut elsewhere = canvas(house.teacher("t1"), &url, "link-1");
        elsewhere[format!("{LTI}context")]["id"] = json!("course-2");
        let mut browser = Browser::new();
        let page = house.launch(&mut browser, elsewhere).await;
        assert!(page.url.ends_with("/class") && page.body.contains("Nobody has opened"), "an ordinary launch: {}", page.url);
        // Nor by the address of the page, for this teacher or by another learner's name.
        let mut other = Browser::new();
        let class = house.launch(&mut other, moodle(&house, house.teacher("t2"), "u1")).await;
        let learner = last_part(&class);
        let theirs = Pupil::new("p2", &[80.0], Fate::Unsent).join(&house).await;
        let path = format!("{}/class/{learner}/attempt/{}", page.root(), last_part(&result));
        assert_eq!(browser.get(&path).await.status, 404, "another course's teacher");
        for path in [format!("class/{theirs}/attempt/{}", last_part(&result)), format!("class/{learner}/attempt/none")] {
            assert_eq!(other.get(&format!("{}/{path}", class.root())).await.status, 404, "{path}");
        }
        let mut pupil = Browser::new();
        let home = house.launch(&mut pupil, house.claims("u1")).await;
        let path = format!("{}/class/{learner}/attempt/{}", home.root(), last_part(&result));
        assert_eq!(pupil.get(&path).await.status, 403, "not even their own by the teacher's address");
    });
}

#[test]
fn a_message_without_a_link_finds_it_by_its_column() {
    each(async |db| {
        let house = House::open(db).await;
        worked(db, &house, "u1").await;
        let mut claims = moodle(&house, house.teacher("t1"), "u1");
        claims.as_object_mut().unwrap().remove(&format!("{LTI}resource_link"));
        let page = house.launch(&mut Browser::new(), claims).await;
        assert_eq!(page.status, 200, "{}", page.body);
        assert!(page.body.contains("Attempt 1"), "{}", page.body);
    });
}

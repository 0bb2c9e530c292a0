//! Copied courses on Moodle and everywhere else: the new course is known by its list of earlier ones, and a teacher is asked once.

use courseferry::store::attempt;
use serde_json::{Value, json};

use crate::{
    class::{Fate, Pupil},
    databases::each,
    house::{Browser, House, Page},
    notices::{SETTINGS, at, copied, links, settled, tell},
};

const LTI: &str = "https://purl.imsglobal.org/spec/lti/claim/";
const QUESTION: &str = "Continue the settings of the old course?";

/// A launch as Moodle makes it in a course that was copied from these.
fn moodle(claims: Value, course: &str, link: &str, to: &str, history: &str) -> Value {
    let mut claims = at(claims, course, link, to);
    claims[format!("{LTI}context")]["type"] = json!(["CourseSection"]);
    claims[format!("{LTI}custom")]["context_id_history"] = json!(history);
    claims[format!("{LTI}tool_platform")] = json!({ "product_family_code": "moodle", "guid": "moodle.example", "version": "2024100706" });
    claims.as_object_mut().unwrap().remove("https://purl.imsglobal.org/spec/lti-ags/claim/endpoint");
    claims
}

async fn decide(browser: &mut Browser, page: &Page, decision: &str) -> Page {
    let fields = [("form_token", page.form_token()), ("decision", decision.to_owned())];
    browser.post(&format!("{}/copied", page.root()), &fields).await
}

async fn settings(house: &House, course: &str, link: &str) -> String {
    links(house, course).await.into_iter().find(|l| l.lms_id == link).unwrap().settings
}

#[test]
fn a_teacher_is_asked_once_and_every_link_of_the_course_continues_what_was_set() {
    each(async |db| {
        let house = settled(db).await;
        let learner = house.launch(&mut Browser::new(), moodle(house.claims("p1"), "21", "90", "alpha", "course-1")).await;
        assert!(learner.url.ends_with("/p/alpha"), "learners are not asked: {}", learner.url);
        assert_eq!(settings(&house, "21", "90").await, "{}", "and nothing is continued before somebody says so");

        let mut browser = Browser::new();
        let page = house.launch(&mut browser, moodle(house.teacher("t1"), "21", "90", "alpha", "course-1")).await;
        for said in [QUESTION, "from <strong>Course</strong>", "Alpha", "5 attempts", "80 %", "the last one", "stay in the old course"] {
            assert!(page.body.contains(said), "{said}: {}", page.body);
        }
        let class = decide(&mut browser, &page, "keep").await;
        assert!(class.url.contains("/class") && class.body.contains("continue the settings of the old one"), "{}", class.body);
        assert!(class.body.contains("Grades and attempts start anew") && !class.body.contains("90 %"), "{}", class.body);
        let link = links(&house, "21").await.remove(0);
        assert_eq!((link.settings.as_str(), link.lineitem), (SETTINGS, None), "the old column is not the new course's");
        let mut tx = db.store.read().await.unwrap();
        let old = links(&house, "course-1").await.remove(0);
        let who = {
            let all = courseferry::store::learner::by_sub(&mut tx, &house.registration_id, "p1").await.unwrap();
            all.unwrap().id
        };
        assert_eq!(attempt::list(&mut tx, &old.id, &who).await.unwrap().len(), 2);
        assert_eq!(attempt::list(&mut tx, &link.id, &who).await.unwrap().len(), 0, "no attempt came along");
        drop(tx);

        // Links that come later continue too, for whoever opens them first; nobody is asked again.
        house.launch(&mut Browser::new(), moodle(house.claims("p1"), "21", "91", "alpha", "course-1")).await;
        assert_eq!(settings(&house, "21", "91").await, SETTINGS);
        for who in ["t1", "t2"] {
            let page = house.launch(&mut Browser::new(), moodle(house.teacher(who), "21", "90", "alpha", "course-1")).await;
            assert!(page.url.ends_with("/class"), "{}", page.url);
        }
        let page = browser.get(&format!("{}/copied", page.root())).await;
        assert!(page.url.ends_with("/class"), "nothing is left to decide: {}", page.url);
    });
}

#[test]
fn who_starts_fresh_has_the_courses_own_settings_and_is_asked_no_more() {
    each(async |db| {
        let house = settled(db).await;
        let mut browser = Browser::new();
        let page = house.launch(&mut browser, moodle(house.teacher("t1"), "21", "90", "alpha", "course-1")).await;
        assert!(page.body.contains(QUESTION));
        let class = decide(&mut browser, &page, "fresh").await;
        assert!(class.body.contains("starts with the settings the course itself has"), "{}", class.body);
        let page = house.launch(&mut Browser::new(), moodle(house.teacher("t1"), "21", "91", "alpha", "course-1")).await;
        assert!(page.url.ends_with("/class"), "{}", page.url);
        // Not even a notice that comes later changes what a teacher decided.
        tell(&house, &copied(&house, "21", &["course-1"])).await;
        house.launch(&mut Browser::new(), moodle(house.claims("p1"), "21", "92", "alpha", "course-1")).await;
        for link in ["90", "91", "92"] {
            assert_eq!(settings(&house, "21", link).await, "{}", "{link}");
        }
    });
}

#[test]
fn nobody_is_asked_where_there_is_nothing_to_decide() {
    each(async |db| {
        let house = settled(db).await;
        // A course in which nothing was set.
        house.launch(&mut Browser::new(), at(house.claims("p1"), "plain", "1", "alpha")).await;
        // A course that is in use before its history is told.
        house.launch(&mut Browser::new(), at(house.teacher("t1"), "in-use", "1", "alpha")).await;
        // Canvas told before, by a notice.
        tell(&house, &copied(&house, "noticed", &["course-1"])).await;
        for (course, history) in [
            ("21", "$Context.id.history"),
            ("22", ""),
            ("23", "a-course-of-another-tool"),
            ("24", "plain"),
            ("course-1", "course-1"),
            ("in-use", "course-1"),
            ("noticed", "course-1"),
        ] {
            let page = house.launch(&mut Browser::new(), moodle(house.teacher("t1"), course, "9", "alpha", history)).await;
            assert!(page.url.ends_with("/class"), "{course}: {}", page.url);
        }
        let from_menu = moodle(house.teacher("t1"), "25", "9", "", "");
        let page = house.launch(&mut Browser::new(), from_menu).await;
        assert!(page.url.ends_with("/choose"), "{}", page.url);
    });
}

#[test]
fn what_a_link_opens_is_continued_where_it_does_not_say_so_itself() {
    each(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        let page = house.launch(&mut browser, moodle(house.teacher("t1"), "20", "1", "", "")).await;
        let fields = [("form_token", page.form_token()), ("opens", "beta".to_owned())];
        browser.post(&format!("{}/choose", page.root()), &fields).await;
        let mut teacher = Browser::new();
        let page = house.launch(&mut teacher, moodle(house.teacher("t1"), "21", "2", "", "20")).await;
        assert!(page.body.contains(QUESTION) && page.body.contains("go on opening what was chosen there"), "{}", page.body);
        let class = decide(&mut teacher, &page, "keep").await;
        assert!(class.url.contains("/class"), "nothing is left to choose: {}", class.url);
        let learner = house.launch(&mut Browser::new(), moodle(house.claims("p1"), "21", "2", "", "20")).await;
        assert!(learner.url.ends_with("/p/beta"), "{}", learner.url);
        // Fresh, and it has to be chosen as in any new course.
        let mut other = Browser::new();
        let page = house.launch(&mut other, moodle(house.teacher("t1"), "22", "2", "", "20")).await;
        assert!(decide(&mut other, &page, "fresh").await.url.ends_with("/choose"));
    });
}

#[test]
fn only_a_teacher_of_the_course_decides_once_and_only_the_old_ones_teacher_reads_its_name() {
    each(async |db| {
        let house = settled(db).await;
        Pupil::new("p2", &[], Fate::Unsent).join(&house).await;
        let (mut first, mut second) = (Browser::new(), Browser::new());
        let asked = house.launch(&mut first, moodle(house.teacher("t1"), "21", "90", "alpha", "course-1")).await;
        let other = house.launch(&mut second, moodle(house.teacher("t2"), "21", "90", "alpha", "course-1")).await;
        assert!(asked.body.contains("<strong>Course</strong>"), "{}", asked.body);
        assert!(other.body.contains(QUESTION) && !other.body.contains("<strong>"), "t2 never taught the old course: {}", other.body);

        let mut learner = Browser::new();
        let home = house.launch(&mut learner, moodle(house.claims("p2"), "21", "90", "alpha", "course-1")).await;
        assert_eq!(learner.get(&format!("{}/copied", home.root())).await.status, 403);
        assert_eq!(decide(&mut learner, &home, "keep").await.status, 403);
        let root = asked.root();
        for fields in [vec![("decision", "keep".to_owned())], vec![("form_token", "0".repeat(32)), ("decision", "keep".to_owned())]] {
            assert_eq!(first.post(&format!("{root}/copied"), &fields).await.status, 403);
        }
        assert_eq!(decide(&mut first, &asked, "perhaps").await.status, 400);
        assert_eq!(settings(&house, "21", "90").await, "{}", "nothing was decided yet");

        decide(&mut first, &asked, "keep").await;
        let late = decide(&mut second, &other, "fresh").await;
        assert!(late.body.contains("That was decided before"), "{}", late.body);
        assert_eq!(settings(&house, "21", "90").await, SETTINGS);
    });
}

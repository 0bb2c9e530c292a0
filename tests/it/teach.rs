//! The teacher's pages against a real server: what they show, what they do, and to whom they are closed.

use courseferry::store::{
    context,
    ledger::{self, Decision, Ledger},
    outbox::{self, OutboxState, Slot},
};
use serde_json::json;

use crate::{
    class::{Fate, Pupil},
    databases::each,
    house::{Browser, House, Page},
};

const LTI: &str = "https://purl.imsglobal.org/spec/lti/claim/";

async fn teacher(house: &House) -> (Browser, Page) {
    let mut browser = Browser::new();
    let page = house.launch(&mut browser, house.teacher("t1")).await;
    assert_eq!(page.status, 200, "{}", page.body);
    (browser, page)
}

async fn class(house: &House) -> [String; 6] {
    [
        Pupil::new("taken", &[50.0, 80.0], Fate::Taken).join(house).await,
        Pupil::new("edited", &[70.0], Fate::Shows(Some(95.0))).join(house).await,
        Pupil::new("parked", &[60.0], Fate::Parked("not_gradable")).join(house).await,
        Pupil::new("retrying", &[90.0], Fate::Retrying("platform_error")).join(house).await,
        Pupil::new("idle", &[], Fate::Unsent).join(house).await,
        Pupil::new("waiting", &[65.0], Fate::Waiting).join(house).await,
    ]
}

/// State of the newest message about a learner, and how often it was put in.
async fn newest(house: &House, link: &str, learner: &str) -> Option<outbox::Message> {
    let mut tx = house.app.store.read().await.unwrap();
    outbox::latest(&mut tx, link, learner, Slot::Grade).await.unwrap()
}

async fn link_of(house: &House, learner: &str) -> String {
    let mut tx = house.app.store.read().await.unwrap();
    let contexts = context::list(&mut tx, &house.registration_id, 10).await.unwrap();
    for course in contexts {
        for link in context::links(&mut tx, &course.id).await.unwrap() {
            if outbox::latest(&mut tx, &link.id, learner, Slot::Grade).await.unwrap().is_some() {
                return link.id;
            }
        }
    }
    panic!("nothing was sent for {learner}")
}

#[test]
fn one_line_tells_where_the_grades_are() {
    each(async |db| {
        let house = House::open(db).await;
        class(&house).await;
        let (_, page) = teacher(&house).await;
        assert!(
            page.body.contains("1 of 5 grades are in the LMS, 1 waiting, 1 retrying, 1 edited in the LMS, 1 needs you."),
            "{}",
            page.body
        );
        for words in ["in the LMS", "waiting", "retrying", "edited in the LMS", "needs you", "no grade yet", "no active learner"] {
            assert!(page.body.contains(words), "{words}");
        }
        // The best of two attempts, with the limit of the course.
        assert!(page.body.contains("80 %") && page.body.contains("2 of 2"), "{}", page.body);
    });
}

#[test]
fn a_grade_that_only_a_person_there_can_let_in_needs_one_though_it_is_tried_on() {
    each(async |db| {
        let house = House::open(db).await;
        let locked = Pupil::new("locked", &[90.0], Fate::Retrying("error_for_grade")).join(&house).await;
        let (mut browser, page) = teacher(&house).await;
        assert!(page.body.contains("0 of 1 grade is in the LMS, 1 needs you."), "{}", page.body);
        for words in ["it may be locked there", "unlock the grade in the grade book of the LMS", "Send again"] {
            assert!(page.body.contains(words), "{words}: {}", page.body);
        }
        let link = link_of(&house, &locked).await;
        let later = newest(&house, &link, &locked).await.unwrap().run_at;
        let fields = [("form_token", page.form_token())];
        browser.post(&format!("{}/class/{locked}/resend", page.root()), &fields).await;
        let message = newest(&house, &link, &locked).await.unwrap();
        assert!(message.run_at < later || message.state == OutboxState::Delivered, "by hand it goes at once: {message:?}");
    });
}

#[test]
fn an_empty_class_says_how_learners_get_in() {
    each(async |db| {
        let house = House::open(db).await;
        let (_, page) = teacher(&house).await;
        assert!(page.body.contains("Nobody has opened this activity yet."), "{}", page.body);
        assert!(page.body.contains("Learners appear here by themselves"));
    });
}

#[test]
fn test_students_are_marked_and_left_out_of_the_count() {
    each(async |db| {
        let house = House::open(db).await;
        Pupil { gradable: false, ..Pupil::new("tester", &[100.0], Fate::Unsent) }.join(&house).await;
        Pupil::new("real", &[80.0], Fate::Taken).join(&house).await;
        let (_, page) = teacher(&house).await;
        assert!(page.body.contains("1 of 1 grade is in the LMS."), "{}", page.body);
        assert!(page.body.contains("1 test student is not counted") && page.body.contains("test student</span>"));
    });
}

#[test]
fn learners_see_nothing_of_the_class_and_change_nothing() {
    each(async |db| {
        let house = House::open(db).await;
        let [taken, ..] = class(&house).await;
        let mut browser = Browser::new();
        let page = house.launch(&mut browser, house.claims("u1")).await;
        let root = page.root();
        for path in ["class".to_owned(), "class.csv".into(), "choose".into(), "packages".into(), format!("class/{taken}")] {
            assert_eq!(browser.get(&format!("{root}/{path}")).await.status, 403, "{path}");
        }
        let form = [("form_token", page.form_token()), ("attempts", "9".to_owned()), ("opens", "beta".to_owned())];
        for path in ["class/resend".to_owned(), format!("class/{taken}/resend"), "choose".into()] {
            assert_eq!(browser.post(&format!("{root}/{path}"), &form).await.status, 403, "{path}");
        }
    });
}

#[test]
fn forms_without_this_sessions_token_do_nothing() {
    each(async |db| {
        let house = House::open(db).await;
        let [_, _, parked, ..] = class(&house).await;
        let (mut browser, page) = teacher(&house).await;
        let root = page.root();
        for fields in [vec![], vec![("form_token", "0".repeat(32))]] {
            for path in ["class/resend".to_owned(), format!("class/{parked}/resend"), "choose".into()] {
                assert_eq!(browser.post(&format!("{root}/{path}"), &fields).await.status, 403, "{path}");
            }
        }
        let link = link_of(&house, &parked).await;
        assert_eq!(newest(&house, &link, &parked).await.unwrap().state, OutboxState::Parked);
        // A form of another site, even with the right token.
        let fields = [("form_token", page.form_token())];
        let foreign = browser.post_from(&format!("{root}/class/resend"), &fields, Some("https://evil.example")).await;
        assert_eq!(foreign.status, 403);
    });
}

#[test]
fn teachers_of_other_courses_and_platforms_find_nobody() {
    each(async |db| {
        let house = House::open(db).await;
        let [taken, ..] = class(&house).await;
        let mut browser = Browser::new();
        let mut claims = house.teacher("t2");
        claims[format!("{LTI}context")]["id"] = json!("course-2");
        let page = house.launch(&mut browser, claims).await;
        assert!(page.body.contains("Nobody has opened"), "{}", page.body);
        let root = page.root();
        assert_eq!(browser.get(&format!("{root}/class/{taken}")).await.status, 404);
        let form = [("form_token", page.form_token())];
        assert_eq!(browser.post(&format!("{root}/class/{taken}/resend"), &form).await.status, 404);
        assert_eq!(browser.get(&format!("{root}/class/nobody")).await.status, 404);
    });
}

#[test]
fn what_is_stuck_is_sent_again_and_an_edited_mark_is_left_alone() {
    each(async |db| {
        let house = House::open(db).await;
        let [_, edited, parked, retrying, ..] = class(&house).await;
        let (mut browser, page) = teacher(&house).await;
        let answer = browser.post(&format!("{}/class/resend", page.root()), &[("form_token", page.form_token())]).await;
        assert!(answer.body.contains("2 grades are on their way"), "{}", answer.body);
        let link = link_of(&house, &parked).await;
        for learner in [&parked, &retrying] {
            let message = newest(&house, &link, learner).await.unwrap();
            assert_eq!((message.state, message.code), (OutboxState::Ready, None));
            assert!(message.run_at <= house.app.now());
        }
        assert_eq!(newest(&house, &link, &edited).await.unwrap().state, OutboxState::Delivered);
    });
}

#[test]
fn an_edited_mark_is_replaced_only_when_the_teacher_says_so() {
    each(async |db| {
        let house = House::open(db).await;
        let [_, edited, ..] = class(&house).await;
        let link = link_of(&house, &edited).await;
        let (mut browser, page) = teacher(&house).await;
        let here = format!("{}/class/{edited}", page.root());
        let form = |more: &[(&'static str, &str)]| {
            let mut fields = vec![("form_token", page.form_token())];
            fields.extend(more.iter().map(|(n, v)| (*n, (*v).to_owned())));
            fields
        };
        let answer = browser.post(&format!("{here}/resend"), &form(&[])).await;
        assert!(answer.body.contains("Nothing was sent: the LMS shows another mark"), "{}", answer.body);
        assert!(answer.body.contains("Replace 95 % by 70 %"), "{}", answer.body);
        assert_eq!(newest(&house, &link, &edited).await.unwrap().state, OutboxState::Delivered);
        let answer = browser.post(&format!("{here}/resend"), &form(&[("replace", "yes"), ("mark", "80")])).await;
        assert!(answer.body.contains("Nothing was sent"), "the page showed another mark: {}", answer.body);
        let answer = browser.post(&format!("{here}/resend"), &form(&[("replace", "yes"), ("mark", "95")])).await;
        assert!(answer.body.contains("The grade is on its way"), "{}", answer.body);
        assert_eq!(newest(&house, &link, &edited).await.unwrap().state, OutboxState::Ready);
        let line = line(&house, &link, &edited).await;
        assert_eq!((line.may_replace(), line.decided_by.is_some()), (Some(Some(95.0)), true), "who decided what is kept");
    });
}

async fn line(house: &House, link: &str, learner: &str) -> Ledger {
    ledger::find(&mut house.app.store.read().await.unwrap(), link, learner, Slot::Grade).await.unwrap().unwrap()
}

#[test]
fn a_teacher_may_keep_the_mark_of_the_lms_and_is_asked_no_more() {
    each(async |db| {
        let house = House::open(db).await;
        let [_, edited, ..] = class(&house).await;
        let link = link_of(&house, &edited).await;
        let (mut browser, page) = teacher(&house).await;
        for words in ["Keep 95 %", "Send 70 %", "over 95 % for Pupil edited", "Somebody changed the mark in the LMS"] {
            assert!(page.body.contains(words), "{words}: {}", page.body);
        }
        let keep = format!("{}/class/{edited}/keep", page.root());
        let form = |mark: &str| [("form_token", page.form_token()), ("mark", mark.to_owned())];
        assert_eq!(browser.post(&keep, &[("mark", "95".to_owned())]).await.status, 403, "without the form's token");
        let answer = browser.post(&keep, &form("80")).await;
        assert!(answer.body.contains("the LMS shows another mark"), "{}", answer.body);
        assert_eq!(line(&house, &link, &edited).await.decision, None);
        let answer = browser.post(&keep, &form("95")).await;
        assert!(answer.body.contains("The mark in the LMS stays") && !answer.body.contains("Keep 95 %"), "{}", answer.body);
        assert!(answer.body.contains("It was decided just now that the LMS"), "{}", answer.body);
        assert_eq!(line(&house, &link, &edited).await.standing_decision(), Some(Decision::Keep));
        assert_eq!(newest(&house, &link, &edited).await.unwrap().state, OutboxState::Delivered, "nothing is sent");
        let page = browser.get(&format!("{}/class", page.root())).await;
        assert!(!page.body.contains("Somebody changed the mark") && page.body.contains("edited in the LMS"), "{}", page.body);
        assert!(page.body.contains("Send 70 %"), "the teacher may change their mind: {}", page.body);
        let mut learner = Browser::new();
        let home = house.launch(&mut learner, house.claims("u1")).await;
        let refused = learner.post(&format!("{}/class/{edited}/keep", home.root()), &[("form_token", home.form_token())]).await;
        assert_eq!(refused.status, 403);
    });
}

#[test]
fn a_learners_page_shows_attempts_answers_and_every_try() {
    each(async |db| {
        let house = House::open(db).await;
        let [taken, _, parked, ..] = class(&house).await;
        let (mut browser, page) = teacher(&house).await;
        let detail = browser.get(&format!("{}/class/{taken}", page.root())).await;
        for words in ["Attempt 1", "Attempt 2", "Which?", "How many?", "partly right", "Taken by the LMS", "taken", "not passed"] {
            assert!(detail.body.contains(words), "{words}: {}", detail.body);
        }
        assert!(!detail.body.contains("SECRET"), "feedback is not for this page");
        let detail = browser.get(&format!("{}/class/{parked}", page.root())).await;
        for words in ["given up", "as the LMS put it", "The LMS answered 400", "enrol this person"] {
            assert!(detail.body.contains(words), "{words}: {}", detail.body);
        }
    });
}

#[test]
fn settings_hold_for_the_link_and_bad_ones_are_explained() {
    each(async |db| {
        let house = House::open(db).await;
        let [taken, ..] = class(&house).await;
        let (mut browser, page) = teacher(&house).await;
        let url = format!("{}/choose", page.root());
        let form = |attempts: &str, grade: &str| {
            vec![
                ("form_token", page.form_token()),
                ("attempts", attempts.to_owned()),
                ("pass_mark", String::new()),
                ("grade", grade.to_owned()),
                ("opens", "alpha".to_owned()),
            ]
        };
        let refused = browser.post(&url, &form("many <b>", "last")).await;
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("Type a whole number") && refused.body.contains("many &#60;b&#62;"), "{}", refused.body);
        let kept = browser.post(&url, &form("5", "last")).await;
        assert!(kept.body.contains("The settings are kept"), "{}", kept.body);
        assert!(kept.body.contains("2 of 5"), "{}", kept.body);
        let again = browser.get(&url).await;
        assert!(again.body.contains("value=\"5\"") && again.body.contains("value=\"last\" selected"), "{}", again.body);
        // Counting the last attempt changes no grade here: 80 was the last. Counting the best of new ones would be told.
        let detail = browser.get(&format!("{}/class/{taken}", page.root())).await;
        assert!(detail.body.contains("80 %"));
    });
}

#[test]
fn a_grade_that_a_new_policy_changes_is_offered_and_not_sent() {
    each(async |db| {
        let house = House::open(db).await;
        let fell = Pupil::new("fell", &[90.0, 40.0], Fate::Taken).join(&house).await;
        let link = link_of(&house, &fell).await;
        let (mut browser, page) = teacher(&house).await;
        let fields = [("form_token", page.form_token()), ("grade", "last".to_owned()), ("opens", "alpha".to_owned())];
        let kept = browser.post(&format!("{}/choose", page.root()), &fields).await;
        assert!(kept.body.contains("The grade here is 40 % now; the LMS still has 90 %."), "{}", kept.body);
        assert!(kept.body.contains("Send new grade"));
        assert_eq!(newest(&house, &link, &fell).await.unwrap().state, OutboxState::Delivered);
    });
}

#[test]
fn the_export_holds_what_the_page_shows() {
    each(async |db| {
        let house = House::open(db).await;
        class(&house).await;
        let formula = Pupil { name: Some("=1+1, \"x\"".into()), ..Pupil::new("formula", &[80.0], Fate::Taken) };
        formula.join(&house).await;
        let (mut browser, page) = teacher(&house).await;
        let csv = browser.get(&format!("{}/class.csv?sort=score&dir=desc", page.root())).await;
        assert!(csv.headers["content-type"].to_str().unwrap().starts_with("text/csv"));
        assert!(csv.headers["content-disposition"].to_str().unwrap().contains("class.csv"));
        let lines: Vec<&str> = csv.body.lines().collect();
        assert_eq!(lines.len(), 8, "{}", csv.body);
        assert!(lines[1].starts_with("Pupil retrying,") && lines[1].contains("retrying"), "{}", lines[1]);
        assert!(csv.body.contains("\"'=1+1, \"\"x\"\"\""), "{}", csv.body);
        let csv = browser.get(&format!("{}/class.csv?show=edited", page.root())).await;
        assert_eq!(csv.body.lines().count(), 2);
    });
}

#[test]
fn a_whole_course_link_shows_every_module() {
    each(async |db| {
        let house = House::open(db).await;
        Pupil { link: "link-2", ..Pupil::new("reader", &[80.0], Fate::Taken) }.join(&house).await;
        let mut browser = Browser::new();
        let mut claims = house.teacher("t1");
        claims[format!("{LTI}resource_link")] = json!({ "id": "link-2", "title": "Everything" });
        claims[format!("{LTI}custom")] = json!({});
        let page = house.launch(&mut browser, claims).await;
        // Nothing says what the link opens: the teacher is asked first.
        assert!(page.url.ends_with("/choose") && page.body.contains("What should this link open?"), "{}", page.url);
        let page = browser.get(&format!("{}/class", page.root())).await;
        assert!(page.body.contains("Module 1, Alpha") && page.body.contains("Module 2, Beta"), "{}", page.body);
        assert!(page.body.contains("1 of 2 lessons read"), "{}", page.body);
    });
}

#[test]
fn names_cannot_write_html() {
    each(async |db| {
        let house = House::open(db).await;
        Pupil { name: Some("<script>alert(1)</script>".into()), ..Pupil::new("x", &[80.0], Fate::Taken) }.join(&house).await;
        let (mut browser, page) = teacher(&house).await;
        assert!(!page.body.contains("<script>alert"), "{}", page.body);
        let found = browser.get(&format!("{}/class?find=%3Cscript%3E&said=%3Cb%3E", page.root())).await;
        assert!(!found.body.contains("<script>alert") && !found.body.contains("<b>"), "{}", found.body);
    });
}

//! What a learner does after a launch: read, answer, look back.

use std::sync::atomic::Ordering;

use courseferry::{
    learning::delivery::Wanted,
    store::{
        outbox::{self, OutboxState, Slot},
        session::Session,
    },
};
use serde_json::json;

use crate::{
    databases::{Db, each},
    house::{Browser, House, Page},
};

const LTI: &str = "https://purl.imsglobal.org/spec/lti/claim/";

/// The session of the browser's one launch.
pub(crate) async fn session(house: &House, browser: &Browser) -> Session {
    let token = &browser.cookies[browser.sessions()[0]];
    house.app.visit(&courseferry::app::launch_id(token), token).await.unwrap().unwrap().session
}

/// The newest message about the browser's learner.
pub(crate) async fn message(db: &Db, house: &House, browser: &Browser) -> Option<outbox::Message> {
    let s = session(house, browser).await;
    outbox::latest(&mut db.store.read().await.unwrap(), &s.resource_link_id, &s.learner_id, Slot::Grade).await.unwrap()
}

/// Starts an attempt at Alpha's quiz and gives the page with the questions.
pub(crate) async fn start(browser: &mut Browser, home: &Page) -> Page {
    start_at(browser, home, "alpha-quiz").await
}

/// The same at any quiz.
pub(crate) async fn start_at(browser: &mut Browser, home: &Page, quiz: &str) -> Page {
    let page = browser.get(&format!("{}/p/{quiz}", home.root())).await;
    let action = page.attribute(&format!("/quiz/{quiz}/start"), "action");
    let url = format!("{}{}", origin(home), action);
    browser.post(&url, &[("form_token", page.form_token())]).await
}

pub(crate) async fn submit(browser: &mut Browser, quiz: &Page, answers: &[(&str, &str)]) -> Page {
    let url = format!("{}{}", origin(quiz), quiz.attribute("data-quiz=", "action"));
    let mut fields = vec![("form_token", quiz.form_token())];
    fields.extend(answers.iter().map(|(n, v)| (*n, (*v).to_owned())));
    browser.post(&url, &fields).await
}

fn origin(page: &Page) -> String {
    url::Url::parse(&page.url).unwrap().origin().ascii_serialization()
}

#[test]
fn a_learner_reads_answers_and_sees_the_result_and_the_grade_waits_in_the_outbox() {
    each(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        let home = house.launch(&mut browser, house.claims("u1")).await;
        assert!(home.body.contains("Still to do: 2 lessons and the quiz."), "{}", home.body);

        let lesson = browser.get(&format!("{}/p/a-one", home.root())).await;
        assert!(lesson.body.contains("<h1 tabindex=\"-1\">One</h1>"));
        let next = browser.post(&format!("{}/p/a-one/read", home.root()), &[("form_token", lesson.form_token())]).await;
        assert!(next.url.ends_with("/p/a-two"), "{}", next.url);
        let progress = format!("{}/progress", home.root());
        let answer = browser.post_json(&progress, &lesson.form_token(), json!({ "lesson": "a-two", "read": true })).await;
        let answer: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(answer, json!({ "done": 2, "total": 3, "complete": false }));

        let quiz = start(&mut browser, &home).await;
        assert!(quiz.url.ends_with("/p/alpha-quiz"), "{}", quiz.url);
        assert!(!quiz.body.contains("SECRET") && !quiz.body.contains("12.5"), "the key stays here: {}", quiz.body);
        let result = submit(&mut browser, &quiz, &[("a-q1", "yes"), ("a-q2", "11")]).await;
        assert_eq!(result.status, 200, "{}", result.body);
        for said in ["Not passed yet", "50 %", "60 % needed", "1 attempt left", "Recorded", "Waiting to be sent"] {
            assert!(result.body.contains(said), "{said}: {}", result.body);
        }
        assert!(!result.body.contains("SECRETNUMBER") && !result.body.contains("12.5"), "an attempt is left: {}", result.body);

        let waiting = message(db, &house, &browser).await.unwrap();
        let wanted: Wanted = serde_json::from_str(&waiting.payload).unwrap();
        assert_eq!((waiting.state, wanted.score, wanted.complete), (OutboxState::Ready, Some(50.0), false));
        assert!(wanted.submitted_at >= wanted.started_at && wanted.attempt.is_some());

        let quiz = start(&mut browser, &home).await;
        let result = submit(&mut browser, &quiz, &[("a-q1", "yes"), ("a-q2", "12,5")]).await;
        for said in ["Passed", "100 %", "No attempts left", "SECRETRIGHT", "SECRETNUMBER"] {
            assert!(result.body.contains(said), "{said}: {}", result.body);
        }
        let wanted: Wanted = serde_json::from_str(&message(db, &house, &browser).await.unwrap().payload).unwrap();
        assert_eq!((wanted.score, wanted.complete), (Some(100.0), true));
        let home = browser.get(&format!("{}/", home.root())).await;
        assert!(home.body.contains("Complete."), "{}", home.body);
    });
}

#[test]
fn attempts_end_where_the_limit_is_and_a_worse_one_does_not_count() {
    each(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        let home = house.launch(&mut browser, house.claims("u1")).await;
        for answers in [[("a-q1", "yes"), ("a-q2", "12.5 ")], [("a-q1", "no"), ("a-q2", "")]] {
            let quiz = start(&mut browser, &home).await;
            submit(&mut browser, &quiz, &answers).await;
        }
        let wanted: Wanted = serde_json::from_str(&message(db, &house, &browser).await.unwrap().payload).unwrap();
        assert_eq!(wanted.score, Some(100.0), "the best counts");
        let page = browser.get(&format!("{}/p/alpha-quiz", home.root())).await;
        assert!(page.body.contains("No attempts left") && !page.body.contains("/quiz/alpha-quiz/start"), "{}", page.body);
        let refused = browser.post(&format!("{}/quiz/alpha-quiz/start", home.root()), &[("form_token", page.form_token())]).await;
        assert_eq!(refused.status, 409);
        assert!(refused.body.contains("No attempts are left"));
    });
}

#[test]
fn handing_in_twice_gives_the_first_result_and_one_attempt() {
    each(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        let home = house.launch(&mut browser, house.claims("u1")).await;
        let quiz = start(&mut browser, &home).await;
        let first = submit(&mut browser, &quiz, &[("a-q1", "no")]).await;
        let second = submit(&mut browser, &quiz, &[("a-q1", "yes"), ("a-q2", "12.5")]).await;
        assert_eq!(first.url, second.url);
        assert!(second.body.contains("0 %") && second.body.contains("1 attempt left"), "{}", second.body);
    });
}

#[test]
fn leaving_in_the_middle_keeps_the_answers() {
    each(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        let home = house.launch(&mut browser, house.claims("u1")).await;
        let quiz = start(&mut browser, &home).await;
        let save = quiz.attribute("data-quiz=", "action").replace("/submit", "/save");
        let url = format!("{}{save}", origin(&quiz));
        let pairs = json!({ "pairs": [["a-q1", "no"], ["a-q2", "1e1"], ["form_token", "x"], ["stranger", "y"]] });
        let answer = browser.post_json(&url, &quiz.form_token(), pairs.clone()).await;
        assert_eq!(answer.body, r#"{"saved":true}"#);

        let mut later = Browser::new();
        let home = house.launch(&mut later, house.claims("u1")).await;
        let again = later.get(&format!("{}/p/alpha-quiz", home.root())).await;
        assert!(again.body.contains("value=\"1e1\""), "{}", again.body);
        assert!(again.attribute("value=\"no\"", "type") == "radio" && again.body.contains("value=\"no\" checked"), "{}", again.body);
        submit(&mut later, &again, &[("a-q1", "no")]).await;
        // Too late now, and said so.
        assert_eq!(browser.post_json(&url, &quiz.form_token(), pairs).await.body, r#"{"saved":false}"#);
    });
}

#[test]
fn nothing_changes_without_the_sessions_own_form_token() {
    each(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        let home = house.launch(&mut browser, house.claims("u1")).await;
        let wrong = [("form_token", "0123456789abcdef0123456789abcdef".to_owned())];
        for path in ["p/a-one/read", "quiz/alpha-quiz/start", "end", "class/resend", "choose"] {
            for fields in [&wrong[..], &[]] {
                let page = browser.post(&format!("{}/{path}", home.root()), fields).await;
                assert_eq!(page.status, 403, "{path}");
            }
        }
        let page = browser.post_json(&format!("{}/progress", home.root()), "", json!({ "lesson": "a-one", "read": true })).await;
        assert_eq!(page.status, 403);
        // Nor from another site, token or not.
        let url = format!("{}/p/a-one/read", home.root());
        let fields = [("form_token", home.form_token())];
        assert_eq!(browser.post_from(&url, &fields, Some("https://evil.example")).await.status, 403);
        assert!(browser.get(&format!("{}/", home.root())).await.body.contains("Still to do: 2 lessons"));
    });
}

#[test]
fn another_learners_attempt_does_not_exist() {
    each(async |db| {
        let house = House::open(db).await;
        let (mut one, mut other) = (Browser::new(), Browser::new());
        let home = house.launch(&mut one, house.claims("u1")).await;
        let quiz = start(&mut one, &home).await;
        let action = quiz.attribute("data-quiz=", "action");
        let attempt = action.split('/').nth(4).unwrap();
        let theirs = house.launch(&mut other, house.claims("u2")).await;
        assert_eq!(other.get(&format!("{}/result/{attempt}", theirs.root())).await.status, 404);
        let token = theirs.form_token();
        let page = other.post(&format!("{}/attempt/{attempt}/submit", theirs.root()), &[("form_token", token.clone())]).await;
        assert_eq!(page.status, 404);
        let page = other.post_json(&format!("{}/attempt/{attempt}/save", theirs.root()), &token, json!({ "pairs": [] })).await;
        assert_eq!(page.status, 404);
    });
}

#[test]
fn a_link_to_one_module_opens_no_other() {
    each(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        let home = house.launch(&mut browser, house.claims("u1")).await;
        let far = browser.get(&format!("{}/p/b-far", home.root())).await;
        assert!(far.body.contains("belongs to another module") && !far.body.contains("Away"), "{}", far.body);
        assert!(!home.body.contains("data-entry=\"b-far\""));
        let progress = format!("{}/progress", home.root());
        let page = browser.post_json(&progress, &home.form_token(), json!({ "lesson": "b-far", "read": true })).await;
        assert_eq!(page.status, 404);
        assert_eq!(browser.get(&format!("{}/p/nothing", home.root())).await.status, 404);
    });
}

#[test]
fn a_term_leads_to_the_glossary_of_its_module_in_the_frame() {
    each(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        let home = house.launch(&mut browser, house.claims("u1")).await;
        let lesson = browser.get(&format!("{}/p/a-one", home.root())).await;
        let address = format!("{}/p/alpha-glossary", home.root());
        assert!(lesson.body.contains("/p/alpha-glossary#alpha-glossary--here\">here</a>"), "{}", lesson.body);
        let glossary = browser.get(&address).await;
        assert!(glossary.body.contains("id=\"alpha-glossary--here\"") && glossary.body.contains("/p/a-one\">One</a>"), "{}", glossary.body);
        assert!(glossary.body.contains("data-entry=\"alpha-glossary\" aria-current=\"page\""), "{}", glossary.body);
        assert!(!glossary.body.contains("tiny-glossary"), "what is for the whole course is no part of a module's link");
        let whole = browser.get(&format!("{}/p/tiny-glossary", home.root())).await;
        assert!(whole.body.contains("belongs to another module"), "{}", whole.body);
    });
}

#[test]
fn files_of_the_course_load_by_signed_addresses_without_a_session() {
    each(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        let home = house.launch(&mut browser, house.claims("u1")).await;
        let lesson = browser.get(&format!("{}/p/a-one", home.root())).await;
        let src = lesson.attribute("alt=\"a dot\"", "src");
        let url = format!("{}{src}", house.base);
        let image = Browser::new().get(&url).await;
        assert_eq!((image.status.as_u16(), image.headers["content-type"].to_str().unwrap()), (200, "image/svg+xml"));
        assert!(image.headers["content-security-policy"].to_str().unwrap().contains("sandbox"));
        assert_eq!(Browser::new().get(&url.replace("dot.svg", "../quiz.toml")).await.status, 404);
        assert_eq!(Browser::new().get(&format!("{}/media/99999999999/0/01-alpha/media/dot.svg", house.base)).await.status, 404);
        house.ahead.store(3 * 24 * 60 * 60 * 1000, Ordering::Relaxed);
        assert_eq!(Browser::new().get(&url).await.status, 404, "addresses are good for two days at most");
    });
}

#[test]
fn a_link_without_a_grade_column_and_a_test_student_send_nothing_and_say_so() {
    each(async |db| {
        let house = House::open(db).await;
        let mut none = house.claims("u1");
        none.as_object_mut().unwrap().remove("https://purl.imsglobal.org/spec/lti-ags/claim/endpoint");
        let mut test = house.claims("u2");
        test[format!("{LTI}roles")] = json!(["Learner", "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"]);
        for (claims, said) in [(none, "has no grade column"), (test, "are for trying out")] {
            let mut browser = Browser::new();
            let home = house.launch(&mut browser, claims).await;
            let quiz = start(&mut browser, &home).await;
            let result = submit(&mut browser, &quiz, &[("a-q1", "yes")]).await;
            assert!(result.body.contains(said), "{said}: {}", result.body);
            assert_eq!(message(db, &house, &browser).await, None);
        }
    });
}

#[test]
fn a_running_attempt_keeps_the_quiz_it_started_with() {
    each(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        let home = house.launch(&mut browser, house.claims("u1")).await;
        let quiz = start(&mut browser, &home).await;
        let mut course = crate::house::tiny_course();
        course.modules[0].quiz.as_mut().unwrap().questions.remove(0);
        house.app.replace_course(course);
        let again = browser.get(&format!("{}/p/alpha-quiz", home.root())).await;
        assert!(again.body.contains("data-question=\"a-q1\""), "{}", again.body);
        let result = submit(&mut browser, &quiz, &[("a-q1", "yes"), ("a-q2", "12.5")]).await;
        assert!(result.body.contains("100 %") && result.body.contains("data-question=\"a-q1\""), "{}", result.body);
        let next = start(&mut browser, &home).await;
        assert!(!next.body.contains("data-question=\"a-q1\""), "a new attempt gets the new quiz");
    });
}

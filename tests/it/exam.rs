//! The final exam against a real server: drawn for each attempt, scored there, its grade on its way as a quiz's is.

use std::collections::BTreeSet;

use courseferry::learning::delivery::Wanted;
use serde_json::{Value, json};

use crate::{
    databases::{Db, each},
    house::{Browser, House, Page, right_answer, whole_course},
    learn::{message, session, start_at, submit},
};

const LTI: &str = "https://purl.imsglobal.org/spec/lti/claim/";
const QUIZ: &str = "final-exam-quiz";

async fn open(db: &Db) -> House {
    let house = House::open(db).await;
    house.app.replace_course(whole_course());
    house
}

/// A launch of a link to the exam.
fn to_exam(mut claims: Value) -> Value {
    claims[format!("{LTI}resource_link")] = json!({ "id": "link-exam", "title": "Exam" });
    claims[format!("{LTI}custom")] = json!({ "to": "final-exam" });
    claims
}

/// Ids of the questions on a page, in its order.
fn asked(page: &Page) -> Vec<String> {
    page.body.split("data-question=\"").skip(1).map(|p| p.split('"').next().unwrap().to_owned()).collect()
}

/// Answers an attempt: `right` questions as they should be, the others wrong.
async fn answer(browser: &mut Browser, quiz: &Page, right: usize) -> Page {
    let questions = asked(quiz);
    let texts: Vec<String> = questions.iter().enumerate().map(|(i, q)| if i < right { right_answer(q) } else { "no".into() }).collect();
    let answers: Vec<(&str, &str)> = questions.iter().map(String::as_str).zip(texts.iter().map(String::as_str)).collect();
    submit(browser, quiz, &answers).await
}

async fn wanted(db: &Db, house: &House, browser: &Browser) -> Wanted {
    serde_json::from_str(&message(db, house, browser).await.unwrap().payload).unwrap()
}

#[test]
fn an_exam_is_drawn_scored_here_and_its_grade_waits_as_a_quizs_does() {
    each(async |db| {
        let house = open(db).await;
        let mut browser = Browser::new();
        let home = house.launch(&mut browser, to_exam(house.claims("u1"))).await;
        for said in ["The end", "8 questions, drawn from 24 on every module.", "Nothing to read first: go straight to the questions."] {
            assert!(home.body.contains(said), "{said}: {}", home.body);
        }
        let before = browser.get(&format!("{}/p/{QUIZ}", home.root())).await;
        for said in ["All you read.", "Plan for 30 minutes", "8 questions", "60 % to pass", "2 attempts"] {
            assert!(before.body.contains(said), "{said}: {}", before.body);
        }
        let first = start_at(&mut browser, &home, QUIZ).await;
        let questions = asked(&first);
        let of = |module: &str| questions.iter().filter(|q| q.starts_with(module)).count();
        assert_eq!((questions.len(), of("alpha-x"), of("beta-x")), (8, 4, 4), "{questions:?}");
        assert_eq!(questions.iter().collect::<BTreeSet<_>>().len(), 8, "{questions:?}");
        for page in [&home, &before, &first] {
            assert!(!page.body.contains("SECRET") && !page.body.contains("right-for-"), "the key stays here: {}", page.body);
        }
        assert_eq!((asked(&home), asked(&before)), (vec![], vec![]), "nothing is asked before an attempt");
        assert_eq!(message(db, &house, &browser).await, None);

        let result = answer(&mut browser, &first, 4).await;
        for said in ["Not passed yet", "50 %", "60 % needed", "1 attempt left", "Recorded", "Waiting to be sent"] {
            assert!(result.body.contains(said), "{said}: {}", result.body);
        }
        let shown =
            |q: &String| result.body.contains(&format!("{}\"", right_answer(q))) || result.body.contains(&format!("{}<", right_answer(q)));
        assert!(!result.body.contains("SECRET") && !questions[4..].iter().any(shown), "an attempt is left: {}", result.body);
        let waits = wanted(db, &house, &browser).await;
        assert_eq!((waits.score, waits.complete), (Some(50.0), false));

        let second = start_at(&mut browser, &home, QUIZ).await;
        let others = asked(&second);
        assert!(others.len() == 8 && others != questions, "drawn anew: {questions:?} {others:?}");
        let result = answer(&mut browser, &second, 8).await;
        for said in ["Passed", "100 %", "No attempts left", "SECRETWHY"] {
            assert!(result.body.contains(said), "{said}: {}", result.body);
        }
        let waits = wanted(db, &house, &browser).await;
        assert_eq!((waits.score, waits.complete), (Some(100.0), true));
        let review = waits.review_url.unwrap();
        assert!(review.starts_with(&format!("{}/lti/launch?to=final-exam&review=", house.base)), "{review}");
        let home = browser.get(&format!("{}/", home.root())).await;
        assert!(home.body.contains("Complete."), "{}", home.body);
        let token = [("form_token", home.form_token())];
        assert_eq!(browser.post(&format!("{}/quiz/{QUIZ}/start", home.root()), &token).await.status, 409);
    });
}

#[test]
fn a_teacher_sees_the_exam_in_the_class_and_nothing_about_lessons_it_has_not() {
    each(async |db| {
        let house = open(db).await;
        let mut pupil = Browser::new();
        let home = house.launch(&mut pupil, to_exam(house.claims("u1"))).await;
        let quiz = start_at(&mut pupil, &home, QUIZ).await;
        answer(&mut pupil, &quiz, 6).await;
        let learner = session(&house, &pupil).await.learner_id;

        let mut browser = Browser::new();
        let page = house.launch(&mut browser, to_exam(house.teacher("t1"))).await;
        for said in ["75 %", "1 of 2", "1 of 1"] {
            assert!(page.body.contains(said), "{said}: {}", page.body);
        }
        let one = browser.get(&format!("{}/class/{learner}", page.root())).await;
        assert!(one.status == 200 && one.body.contains("Attempt 1") && one.body.contains("75 %"), "{}", one.body);
        assert!(!one.body.contains("0 of 0"), "{}", one.body);
    });
}

#[test]
fn in_a_link_to_the_whole_course_the_exam_counts_as_one_more_module() {
    each(async |db| {
        let house = open(db).await;
        let whole = |mut claims: Value| {
            claims[format!("{LTI}resource_link")] = json!({ "id": "link-all", "title": "Everything" });
            claims[format!("{LTI}custom")] = json!({ "to": "tiny" });
            claims
        };
        let mut pupil = Browser::new();
        let home = house.launch(&mut pupil, whole(house.claims("u1"))).await;
        let lesson = pupil.get(&format!("{}/p/b-far", home.root())).await;
        assert!(lesson.body.contains("8 questions") && !lesson.body.contains("all that is left"), "Alpha is not done: {}", lesson.body);
        let quiz = start_at(&mut pupil, &home, QUIZ).await;
        answer(&mut pupil, &quiz, 8).await;
        // Alpha's quiz was not tried: it counts nothing, and Beta has none.
        assert_eq!(wanted(db, &house, &pupil).await.score, Some(50.0));

        let mut browser = Browser::new();
        let page = house.launch(&mut browser, whole(house.teacher("t1"))).await;
        for said in ["Module 1, Alpha", "Exam, The end", "1 of 5"] {
            assert!(page.body.contains(said), "{said}: {}", page.body);
        }
        assert!(!page.body.contains("0 of 0") && page.body.contains(">100<"), "{}", page.body);
        let csv = browser.get(&format!("{}/class.csv", page.root())).await;
        let head = csv.body.lines().next().unwrap();
        assert!(head.contains("1. Alpha") && head.contains("The end") && !head.contains("3. The end"), "{head}");
    });
}

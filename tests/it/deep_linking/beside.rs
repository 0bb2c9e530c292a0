//! What stands at a course's end can be chosen too: the exam with a column, a project without.

use serde_json::json;

use super::{choose, items, open_house, picker, verified};
use crate::{databases::each, house::whole_course};

#[test]
fn the_exam_is_chosen_with_a_column_and_a_project_without_one() {
    each(async |db| {
        let house = open_house(db).await;
        house.app.replace_course(whole_course());
        let (mut browser, page) = picker(&house, json!({})).await;
        for part in ["The end", "8 questions, drawn from 24 on every module.", "8 questions", "Build it", "project"] {
            assert!(page.body.contains(part), "{part}: {}", page.body);
        }
        assert!(!page.body.contains("24 questions"), "an attempt asks eight: {}", page.body);
        let sent = choose(&mut browser, &page, "pick=p-build&pick=final-exam").await;
        let claims = verified(&house, &mut browser, &sent).await;
        let url = |id: &str| format!("{}/lti/launch?to={id}", house.base);
        assert_eq!(
            items(&claims),
            &[
                json!({ "type": "ltiResourceLink", "url": url("final-exam"), "title": "The end",
                    "text": "8 questions, drawn from 24 on every module.", "custom": { "to": "final-exam" },
                    "lineItem": { "label": "The end", "scoreMaximum": 100.0, "resourceId": "final-exam", "tag": "grade" } }),
                json!({ "type": "ltiResourceLink", "url": url("p-build"), "title": "Build it", "text": "Make one.",
                    "custom": { "to": "p-build" } }),
            ]
        );
    });
}

#[test]
fn a_teacher_looks_at_them_before_choosing() {
    each(async |db| {
        let house = open_house(db).await;
        house.app.replace_course(whole_course());
        let (mut browser, page) = picker(&house, json!({})).await;
        for (show, parts) in [
            ("final-exam", &["Exam", "8 questions, drawn from 24", "60 % to pass", "2 attempts"][..]),
            ("final-exam-quiz", &["All you read.", "Plan for 30 minutes", "8 questions, drawn from 24"]),
            ("p-build", &["What to make", "Tests &amp; proofs", "6 of 10 points pass."]),
        ] {
            let seen = browser.get(&format!("{}/pick?show={show}", page.root())).await;
            for part in parts {
                assert!(seen.body.contains(part), "{show}, {part}: {}", seen.body);
            }
            for kept in ["SECRET", "right-for-", "solution.zip", "Asks about"] {
                assert!(!seen.body.contains(kept), "{show}, {kept}: {}", seen.body);
            }
        }
        let found = browser.get(&format!("{}/pick?q=build+project", page.root())).await;
        let shown = |id: &str| {
            let branch = found.body.split("<li class=\"tree-branch\"").find(|b| b.contains(&format!("value=\"{id}\""))).unwrap();
            !branch.split('>').next().unwrap().contains("hidden")
        };
        assert!(shown("p-build") && !shown("final-exam"), "{}", found.body);
    });
}

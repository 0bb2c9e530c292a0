//! What a teacher chooses, and what is created of it.

use serde_json::json;

use super::{CANVAS, DL, LTI, asked, choose, fields, items, open_house, owned, picker, return_url, verified};
use crate::{
    databases::each,
    house::{Browser, CLIENT_ID},
};

#[test]
fn what_a_teacher_chooses_goes_back_signed_to_where_the_platform_asked_for_it() {
    each(async |db| {
        let house = open_house(db).await;
        let (mut browser, page) = picker(&house, json!({})).await;
        for part in ["The whole course", "1. Alpha", "Alpha quiz", "2. Beta", "Far", "Test platform"] {
            assert!(page.body.contains(part), "{part}: {}", page.body);
        }
        let review = browser.get(&format!("{}/pick/review?pick=a-two&pick=alpha&pick=a-one", page.root())).await;
        assert!(review.body.contains("3 links") && review.body.contains("1 graded"), "{}", review.body);
        let sent = browser.post(&format!("{}/pick/answer", page.root()), &owned(&fields(&review))).await;
        assert_eq!(sent.status, 200, "{}", sent.body);
        assert_eq!(sent.attribute("data-auto-post", "action"), return_url(&house), "exactly as given");
        let policy = sent.headers["content-security-policy"].to_str().unwrap();
        let forms = format!("form-action {}/return%3Bx;", house.issuer.url());
        assert!(policy.contains(&forms), "the form goes there and nowhere else: {policy}");

        let claims = verified(&house, &mut browser, &sent).await;
        let now = (house.app.clock)().as_second();
        assert_eq!((claims["iss"].as_str(), &claims["aud"]), (Some(CLIENT_ID), &json!(house.issuer.url())));
        let (iat, exp) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
        assert!(iat <= now && exp > now && exp - iat <= 300, "{iat} {exp} {now}");
        assert!(claims["nonce"].as_str().unwrap().len() > 20);
        for (name, value) in [("message_type", "LtiDeepLinkingResponse"), ("version", "1.3.0"), ("deployment_id", "d1")] {
            assert_eq!(claims[format!("{LTI}{name}")], value);
        }
        assert_eq!(claims[format!("{DL}data")], "opaque <&> ü");
        let url = |id: &str| format!("{}/lti/launch?to={id}", house.base);
        assert_eq!(
            items(&claims),
            &[
                json!({ "type": "ltiResourceLink", "url": url("alpha"), "title": "1. Alpha", "text": "First.", "custom": { "to": "alpha" },
                    "lineItem": { "label": "1. Alpha", "scoreMaximum": 100.0, "resourceId": "alpha", "tag": "grade" } }),
                json!({ "type": "ltiResourceLink", "url": url("a-one"), "title": "One", "text": "The first.", "custom": { "to": "a-one" } }),
                json!({ "type": "ltiResourceLink", "url": url("a-two"), "title": "Two", "text": "The second.", "custom": { "to": "a-two" } }),
            ]
        );
    });
}

#[test]
fn the_whole_course_is_one_gesture() {
    each(async |db| {
        let house = open_house(db).await;
        let (mut browser, page) = picker(&house, json!({})).await;
        assert!(page.body.contains("Add the whole course as 2 modules"));
        let sent = choose(&mut browser, &page, "all=modules").await;
        let claims = verified(&house, &mut browser, &sent).await;
        assert_eq!(items(&claims).iter().map(|i| i["custom"]["to"].clone()).collect::<Vec<_>>(), ["alpha", "beta"]);
        assert!(items(&claims)[1].get("lineItem").is_none(), "a module without a quiz has nothing to grade");
    });
}

#[test]
fn where_one_is_taken_one_is_sent() {
    each(async |db| {
        let house = open_house(db).await;
        let (mut browser, page) = picker(&house, json!({ "accept_multiple": false, "accept_lineitem": false })).await;
        assert!(page.body.contains("type=\"radio\"") && !page.body.contains("Add the whole course as"), "{}", page.body);
        let sent = choose(&mut browser, &page, "pick=alpha-quiz&pick=alpha").await;
        let claims = verified(&house, &mut browser, &sent).await;
        assert_eq!(items(&claims).len(), 1);
        assert!(items(&claims)[0].get("lineItem").is_none(), "columns are not taken there");
    });
}

#[test]
fn on_canvas_an_assignment_has_dates_and_a_column() {
    each(async |db| {
        let house = open_house(db).await;
        let mut claims = asked(&house, json!({ "accept_multiple": false, "data": null }));
        claims[format!("{LTI}tool_platform")] = json!({ "product_family_code": "canvas" });
        for (name, value) in CANVAS {
            claims[*name] = json!(value);
        }
        let mut browser = Browser::new();
        let page = house.launch(&mut browser, claims).await;
        let review = browser.get(&format!("{}/pick/review?pick=alpha-quiz", page.root())).await;
        assert!(review.body.contains("Save the form there") && review.body.contains("datetime-local"), "{}", review.body);
        let mut form = fields(&review);
        for (name, value) in form.iter_mut() {
            match name.as_str() {
                "due.alpha-quiz" => "2026-12-24T18:00".clone_into(value),
                "points" => "20".clone_into(value),
                "attempts" => "1".clone_into(value),
                "pass_mark" => "50".clone_into(value),
                _ => {}
            }
        }
        let sent = browser.post(&format!("{}/pick/answer", page.root()), &owned(&form)).await;
        let claims = verified(&house, &mut browser, &sent).await;
        let item = &items(&claims)[0];
        assert_eq!(item["lineItem"]["scoreMaximum"], 20.0);
        assert_eq!(item["submission"], json!({ "endDateTime": "2026-12-24T18:00:00Z" }));
        assert_eq!(item["custom"], json!({ "to": "alpha-quiz", "attempts": "1", "pass_mark": "50" }));
        assert!(claims.get(format!("{DL}data")).is_none(), "what was not sent does not come back");
    });
}

#[test]
fn to_leave_without_a_choice_is_an_empty_answer() {
    each(async |db| {
        let house = open_house(db).await;
        let (mut browser, page) = picker(&house, json!({})).await;
        let form = [("form_token", page.form_token())];
        let sent = browser.post(&format!("{}/pick/cancel", page.root()), &form).await;
        let claims = verified(&house, &mut browser, &sent).await;
        assert!(items(&claims).is_empty());
        assert_eq!(claims[format!("{DL}data")], "opaque <&> ü");
    });
}

#[test]
fn what_was_typed_wrong_is_named_and_costs_no_choice() {
    each(async |db| {
        let house = open_house(db).await;
        let (mut browser, page) = picker(&house, json!({})).await;
        let review = browser.get(&format!("{}/pick/review?pick=alpha&pick=a-one", page.root())).await;
        let mut form = fields(&review);
        for (name, value) in form.iter_mut() {
            match name.as_str() {
                "points" => "none".clone_into(value),
                "title.a-one" => " ".clone_into(value),
                _ => {}
            }
        }
        let url = format!("{}/pick/answer", page.root());
        let again = browser.post(&url, &owned(&form)).await;
        assert_eq!(again.status, 422);
        assert!(again.body.contains("Check 2 fields") && again.body.contains("value=\"none\""), "{}", again.body);
        let nothing = browser.post(&url, &[("form_token", page.form_token())]).await;
        assert!(nothing.body.contains("Choose at least one part of the course first."), "{}", nothing.body);
        let unknown = browser.get(&format!("{}/pick/review?pick=gone", page.root())).await;
        assert!(unknown.body.contains("Choose at least one part of the course first."), "{}", unknown.body);
        assert_eq!(choose(&mut browser, &page, "pick=alpha").await.status, 200);
    });
}

#[test]
fn searching_and_looking_lose_no_choice_without_script() {
    each(async |db| {
        let house = open_house(db).await;
        let (mut browser, page) = picker(&house, json!({})).await;
        let found = browser.get(&format!("{}/pick?q=far&pick=alpha-quiz&show=a-one", page.root())).await;
        assert_eq!(found.status, 200);
        let tag = |id: &str| {
            found.body.split("<input ").find(|t| t.contains(&format!("value=\"{id}\""))).unwrap().split('>').next().unwrap().to_owned()
        };
        assert!(tag("alpha-quiz").contains("checked") && !tag("b-far").contains("checked"));
        assert!(found.body.contains("1 chosen: “Alpha quiz”."), "{}", found.body);
        // The lesson as learners see it, with its picture and with links that keep the choice.
        assert!(found.body.contains("a dot") && found.body.contains("/media/"), "{}", found.body);
        assert!(
            found.body.contains("show=b-far&#38;pick=alpha-quiz#preview") || found.body.contains("show=b-far&amp;pick=alpha-quiz#preview"),
            "{}",
            found.body
        );
        assert!(!found.body.contains("SECRET"), "no key of a quiz is in the page");
        let quiz = browser.get(&format!("{}/pick?show=alpha-quiz", page.root())).await;
        assert!(quiz.body.contains("2 questions") && quiz.body.contains("60 % to pass") && !quiz.body.contains("SECRET"), "{}", quiz.body);
        let odd = browser.get(&format!("{}/pick?q=%3Cscript%3E&show=%3Cscript%3E&said=%3Cb%3E", page.root())).await;
        assert!(odd.status == 200 && !odd.body.contains("<script>\""), "{}", odd.body);
        assert!(odd.body.contains("Nothing in the course has these words."));
    });
}

//! The links that come of a choice, opened as the platform opens them.

use serde_json::{Value, json};

use super::{LTI, asked, fields, items, open_house, owned, picker, verified};
use crate::{
    databases::each,
    house::{Browser, House, Page},
};

/// A launch of a link as the platform makes it from an item.
async fn relaunch(house: &House, item: &Value, link: &str, sub: &str) -> (Browser, Page) {
    let mut claims = if sub.starts_with('t') { house.teacher(sub) } else { house.claims(sub) };
    claims[format!("{LTI}custom")] = item["custom"].clone();
    claims[format!("{LTI}resource_link")] = json!({ "id": link, "title": item["title"] });
    // As Open edX does: the address of the content in the token only.
    claims[format!("{LTI}target_link_uri")] = item["url"].clone();
    let mut browser = Browser::new();
    let page = house.launch(&mut browser, claims).await;
    (browser, page)
}

async fn one(house: &House, pick: &str, change: &[(&str, &str)]) -> Value {
    let (mut browser, page) = picker(house, json!({})).await;
    let review = browser.get(&format!("{}/pick/review?pick={pick}", page.root())).await;
    let mut form = fields(&review);
    for (name, value) in change {
        form.iter_mut().find(|(n, _)| n == name).unwrap().1 = (*value).to_owned();
    }
    let sent = browser.post(&format!("{}/pick/answer", page.root()), &owned(&form)).await;
    items(&verified(house, &mut browser, &sent).await)[0].clone()
}

#[test]
fn a_link_to_a_quiz_opens_it_counts_it_alone_and_keeps_its_settings() {
    each(async |db| {
        let house = open_house(db).await;
        let item = one(&house, "alpha-quiz", &[("attempts", "1"), ("pass_mark", "40")]).await;
        let (mut browser, page) = relaunch(&house, &item, "made-1", "u1").await;
        assert!(page.status == 200 && page.body.contains("data-page=\"alpha-quiz\""), "{}", page.body);
        assert!(page.body.contains("1 attempt") && page.body.contains("40 % to pass"), "the link's own rules: {}", page.body);
        assert!(page.body.contains("0 of 1"), "the link asks for one thing");
        // The rest of the module is there to read, and the way home leads to the quiz.
        assert!(page.body.contains("p/a-one"));
        let home = browser.get(&format!("{}/", page.root())).await;
        assert!(home.body.contains("data-page=\"alpha-quiz\""));
        assert!(browser.get(&format!("{}/p/b-far", page.root())).await.body.contains("belongs to another module"));

        let start = browser.post(&format!("{}/quiz/alpha-quiz/start", page.root()), &[("form_token", page.form_token())]).await;
        let attempt = start.attribute("data-quiz=", "action");
        let answers = [("form_token", start.form_token()), ("a-q1", "yes".to_owned()), ("a-q2", "12.5".to_owned())];
        let result = browser.post(&format!("{}{attempt}", house.base), &answers).await;
        assert!(result.status == 200 && result.body.contains("1 of 1"), "{}", result.body);

        // The teacher sees the class of the quiz; what is changed there holds against the next launch.
        let (mut teacher, class) = relaunch(&house, &item, "made-1", "t1").await;
        assert!(class.url.ends_with("/class") && class.body.contains("100 %"), "{}", class.body);
        let settings = teacher.get(&format!("{}/choose", class.root())).await;
        assert_eq!(settings.attribute("name=\"attempts\"", "value"), "1");
        let changed = [
            ("form_token", settings.form_token()),
            ("attempts", "5".to_owned()),
            ("pass_mark", String::new()),
            ("grade", String::new()),
            ("opens", "alpha-quiz".to_owned()),
        ];
        assert_eq!(teacher.post(&format!("{}/choose", class.root()), &changed).await.status, 200);
        let (_, again) = relaunch(&house, &item, "made-1", "u2").await;
        assert!(again.body.contains("5 attempts"), "{}", again.body);
    });
}

#[test]
fn a_link_to_a_lesson_is_done_when_it_is_read() {
    each(async |db| {
        let house = open_house(db).await;
        let item = one(&house, "a-two", &[]).await;
        assert!(item.get("lineItem").is_none());
        let (mut browser, page) = relaunch(&house, &item, "made-2", "u1").await;
        assert!(page.body.contains("data-page=\"a-two\"") && page.body.contains("0 of 1"), "{}", page.body);
        browser.post(&format!("{}/p/a-one/read", page.root()), &[("form_token", page.form_token())]).await;
        assert!(browser.get(&page.url).await.body.contains("0 of 1"), "another lesson is not it");
        browser.post(&format!("{}/p/a-two/read", page.root()), &[("form_token", page.form_token())]).await;
        assert!(browser.get(&page.url).await.body.contains("1 of 1"));
    });
}

#[test]
fn a_teacher_whose_link_names_nothing_chooses_from_the_same_tree() {
    each(async |db| {
        let house = open_house(db).await;
        let mut claims = house.teacher("t1");
        claims.as_object_mut().unwrap().remove(&format!("{LTI}custom"));
        let mut browser = Browser::new();
        let page = house.launch(&mut browser, claims.clone()).await;
        assert!(page.url.ends_with("/choose") && page.body.contains("value=\"alpha-quiz\""), "{}", page.body);
        let form = [("form_token", page.form_token()), ("opens", "a-two".to_owned())];
        browser.post(&page.url, &form).await;
        let mut learner = Browser::new();
        claims[format!("{LTI}roles")] = json!(["Learner"]);
        claims["sub"] = json!("u1");
        assert!(house.launch(&mut learner, claims).await.body.contains("data-page=\"a-two\""));
    });
}

#[test]
fn without_cookies_the_picker_works_by_its_bearer_and_its_answer_gets_out() {
    each(async |db| {
        let house = open_house(db).await;
        let mut browser = Browser::new();
        let mut form = house.login_fields();
        form.push(("lti_storage_target", "_parent".to_owned()));
        let stored = browser.post_from(&format!("{}/lti/login", house.base), &form, Some(&house.issuer.url())).await;
        browser.cookies.clear();
        let next = url::Url::parse(&stored.attribute("data-store", "data-next")).unwrap();
        let value = |name: &str| next.query_pairs().find(|(n, _)| n == name).unwrap().1.into_owned();
        let mut claims = asked(&house, json!({}));
        claims["nonce"] = json!(value("nonce"));
        let fields = [
            ("id_token", house.issuer.key.sign(&claims).unwrap()),
            ("state", value("state")),
            ("proof", stored.attribute("data-store", "data-value")),
        ];
        let opened = browser.post_from(&format!("{}/lti/launch/proof", house.base), &fields, None).await;
        let answer: Value = serde_json::from_str(&opened.body).unwrap();
        let location = format!("{}{}", house.base, answer["location"].as_str().unwrap());
        assert!(location.ends_with("/pick"), "{location}");
        let refused = Browser::new().get(&location).await;
        let policy = refused.headers["content-security-policy"].to_str().unwrap();
        assert!(refused.status == 401 && policy.contains("form-action 'self' https:"), "{policy}");
        let bearer = |url: &str| reqwest::Client::new().get(url).bearer_auth(answer["bearer"].as_str().unwrap());
        let page = Browser::new().send(bearer(&location)).await;
        assert!(page.status == 200 && page.body.contains("bearer.js"), "{}", page.body);
        // Every other page keeps its forms to itself.
        let class = Browser::new().get(&location.replace("/pick", "/class")).await;
        assert!(class.headers["content-security-policy"].to_str().unwrap().contains("form-action 'self';"));
    });
}

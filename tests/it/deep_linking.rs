//! Choosing content against a real server: who may, what is created, what nobody can change on the way, and the links that come of it.

use courseferry::{
    app::tool_keys,
    lti::{id_token::Unverified, jose::KeySet},
    store::{DEFAULT_TENANT, Durability, Tx, launch_log, registration, sweep},
};
use serde_json::{Value, json};

use crate::{
    databases::each,
    house::{Browser, CLIENT_ID, House, Page, master},
};

const LTI: &str = "https://purl.imsglobal.org/spec/lti/claim/";
const DL: &str = "https://purl.imsglobal.org/spec/lti-dl/claim/";
const CANVAS: &[(&str, &str)] = &[("https://www.instructure.com/placement", "assignment_selection")];

async fn open_house(db: &crate::databases::Db) -> House {
    let house = House::open(db).await;
    tool_keys::ensure(&db.store, &master(), house.app.now()).await.unwrap();
    house
}

fn return_url(house: &House) -> String {
    format!("{}/return;x?course=1&data=a%2Fb", house.issuer.url())
}

/// A teacher is asked to choose.
fn asked(house: &House, settings: Value) -> Value {
    let mut claims = house.teacher("t1");
    let object = claims.as_object_mut().unwrap();
    object.remove(&format!("{LTI}resource_link"));
    object.remove(&format!("{LTI}custom"));
    object.insert(format!("{LTI}message_type"), json!("LtiDeepLinkingRequest"));
    let mut all = json!({ "deep_link_return_url": return_url(house), "accept_types": ["ltiResourceLink"], "accept_multiple": true,
        "accept_presentation_document_targets": ["iframe", "window"], "data": "opaque <&> ü" });
    all.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    object.insert(format!("{DL}deep_linking_settings"), all);
    claims
}

async fn picker(house: &House, settings: Value) -> (Browser, Page) {
    let mut browser = Browser::new();
    let page = house.launch(&mut browser, asked(house, settings)).await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.url.ends_with("/pick"), "{}", page.url);
    (browser, page)
}

/// Every form field of a page, as a browser would send them.
fn fields(page: &Page) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let form = page.body.split("data-links>").nth(1).unwrap().split("</form>").next().unwrap();
    for tag in form.split("<input ").skip(1).map(|t| t.split('>').next().unwrap()) {
        let value = |name: &str| tag.split(&format!("{name}=\"")).nth(1).map(|r| r.split('"').next().unwrap().to_owned());
        if tag.contains("type=\"checkbox\"") && !tag.contains(" checked") {
            continue;
        }
        found.push((value("name").unwrap(), value("value").unwrap_or_default().replace("&#60;", "<").replace("&#62;", ">")));
    }
    found
}

fn owned(fields: &[(String, String)]) -> Vec<(&str, String)> {
    fields.iter().map(|(n, v)| (n.as_str(), v.clone())).collect()
}

/// From the picker to the page that posts the answer.
async fn choose(browser: &mut Browser, page: &Page, query: &str) -> Page {
    let review = browser.get(&format!("{}/pick/review?{query}", page.root())).await;
    assert_eq!(review.status, 200, "{}", review.body);
    browser.post(&format!("{}/pick/answer", page.root()), &owned(&fields(&review))).await
}

/// What the answer says, after its signature was checked with the keys we publish.
async fn verified(house: &House, browser: &mut Browser, page: &Page) -> Value {
    let jwks = browser.get(&format!("{}/lti/jwks.json", house.base)).await;
    let jwt = page.attribute("name=\"JWT\"", "value");
    let token = Unverified::peek(&jwt).unwrap().verify(&KeySet::parse(jwks.body.as_bytes()).unwrap()).unwrap();
    Value::Object(token.claims().clone())
}

fn items(claims: &Value) -> &Vec<Value> {
    claims[format!("{DL}content_items")].as_array().unwrap()
}

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
fn nothing_in_the_form_changes_where_the_answer_goes_or_what_comes_back() {
    each(async |db| {
        let house = open_house(db).await;
        let (mut browser, page) = picker(&house, json!({})).await;
        let review = browser.get(&format!("{}/pick/review?pick=alpha", page.root())).await;
        let mut form = fields(&review);
        for (name, value) in [
            ("return_url", "https://evil.example/"),
            ("deep_link_return_url", "https://evil.example/"),
            ("data", "forged"),
            ("deployment_id", "d2"),
            ("url.alpha", "https://evil.example/"),
            ("pick", "nothing-like-that"),
            ("pick", "javascript:alert(1)"),
        ] {
            form.push((name.to_owned(), value.to_owned()));
        }
        let title = form.iter_mut().find(|(n, _)| n == "title.alpha").unwrap();
        title.1 = "</script><script>alert(1)</script>\"'".to_owned();
        let sent = browser.post(&format!("{}/pick/answer", page.root()), &owned(&form)).await;
        assert!(!sent.body.contains("evil.example") && !sent.body.contains("<script>alert"), "{}", sent.body);
        assert_eq!(sent.attribute("data-auto-post", "action"), return_url(&house));
        let claims = verified(&house, &mut browser, &sent).await;
        assert_eq!(
            (claims[format!("{DL}data")].as_str(), claims[format!("{LTI}deployment_id")].as_str()),
            (Some("opaque <&> ü"), Some("d1"))
        );
        assert_eq!(items(&claims).len(), 1);
        assert_eq!(items(&claims)[0]["url"], format!("{}/lti/launch?to=alpha", house.base));
    });
}

#[test]
fn a_choice_is_sent_once() {
    each(async |db| {
        let house = open_house(db).await;
        let (mut browser, page) = picker(&house, json!({})).await;
        let review = browser.get(&format!("{}/pick/review?pick=alpha", page.root())).await;
        let (url, form) = (format!("{}/pick/answer", page.root()), fields(&review));
        let mut racers: Vec<Browser> = (0..12).map(|_| Browser::new()).collect();
        racers.iter_mut().for_each(|r| r.cookies = browser.cookies.clone());
        let sends = racers.iter_mut().map(async |racer| racer.post(&url, &owned(&form)).await);
        let answers = futures_util::future::join_all(sends).await;
        let won = answers.iter().filter(|a| a.body.contains("name=\"JWT\"")).count();
        let refused = answers.iter().filter(|a| a.status == 409 && a.body.contains("This choice was sent already")).count();
        assert_eq!((won, refused), (1, 11), "{:?}", answers.iter().map(|a| a.status).collect::<Vec<_>>());
        // Nor is it taken back.
        let token = [("form_token", review.form_token())];
        assert_eq!(browser.post(&format!("{}/pick/cancel", page.root()), &token).await.status, 409);
        assert_eq!(browser.get(&format!("{}/pick", page.root())).await.status, 409);
    });
}

#[test]
fn nobody_answers_for_another_session() {
    each(async |db| {
        let house = open_house(db).await;
        let (mut mine, page) = picker(&house, json!({})).await;
        let (mut theirs, other) = picker(&house, json!({})).await;
        let review = mine.get(&format!("{}/pick/review?pick=alpha", page.root())).await;
        let mut form = fields(&review);
        let url = format!("{}/pick/answer", page.root());
        // Another browser with my form; my browser with another session's token; a form from elsewhere.
        assert_eq!(theirs.post(&url, &owned(&form)).await.status, 401);
        assert_eq!(mine.post_from(&url, &owned(&form), Some("https://evil.example")).await.status, 403);
        let token = form.iter_mut().find(|(n, _)| n == "form_token").unwrap();
        token.1 = theirs.get(&format!("{}/pick", other.root())).await.form_token();
        assert_eq!(mine.post(&url, &owned(&form)).await.status, 403);
        // A teacher's session that was not asked to choose has no picker.
        let mut plain = Browser::new();
        let class = house.launch(&mut plain, house.teacher("t1")).await;
        assert_eq!(plain.get(&format!("{}/pick", class.root())).await.status, 404);
        let fields = [("form_token", class.form_token()), ("pick", "alpha".to_owned()), ("title.alpha", "x".to_owned())];
        assert_eq!(plain.post(&format!("{}/pick/answer", class.root()), &fields).await.status, 404);
        // And a picker's session opens no class and no lesson.
        for path in ["", "class", "choose", "p/alpha"] {
            assert_eq!(mine.get(&format!("{}/{path}", page.root())).await.status, 404, "{path}");
        }
    });
}

#[test]
fn whoever_may_not_choose_is_told_so_and_gets_no_session() {
    each(async |db| {
        let house = open_house(db).await;
        let roles = |roles: &[&str]| {
            let mut claims = asked(&house, json!({}));
            claims[format!("{LTI}roles")] = json!(roles);
            claims
        };
        const MEMBER: &str = "http://purl.imsglobal.org/vocab/lis/v2/membership";
        let learner = format!("{MEMBER}#Learner");
        let mentor = format!("{MEMBER}#Mentor");
        let elsewhere = asked(&house, json!({ "deep_link_return_url": "https://evil.example/collect" }));
        let plain_http = asked(&house, json!({ "deep_link_return_url": "http://127.0.0.1:1/x" }));
        let none = asked(&house, json!({ "deep_link_return_url": "javascript:alert(1)" }));
        let files = asked(&house, json!({ "accept_types": ["file"] }));
        for (code, claims) in [
            ("choosing_is_for_teachers", roles(&[&learner])),
            ("choosing_is_for_teachers", roles(&[&mentor])),
            ("choosing_is_for_teachers", roles(&[])),
            ("choosing_is_for_teachers", roles(&["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor"])),
            ("return_url_foreign", elsewhere),
            ("return_url_foreign", plain_http),
            ("deep_linking_settings_wrong", none),
            ("no_links_taken", files),
        ] {
            let mut browser = Browser::new();
            let page = house.launch(&mut browser, claims).await;
            page.assert_refused(&browser);
            let log = launch_log::recent(&mut db.store.read().await.unwrap(), DEFAULT_TENANT, 1).await.unwrap();
            assert_eq!((log[0].code.as_str(), log[0].ok), (code, false), "{}", log[0].detail);
        }
    });
}

#[test]
fn a_request_replayed_or_from_another_browser_opens_no_picker() {
    each(async |db| {
        let house = open_house(db).await;
        let (mut browser, mut thief) = (Browser::new(), Browser::new());
        let (state, nonce) = house.login(&mut browser).await;
        let mut claims = asked(&house, json!({}));
        claims["nonce"] = json!(nonce);
        let token = house.issuer.key.sign(&claims).unwrap();
        house.post_token(&mut thief, &token, &state).await.assert_refused(&thief);
        let login = browser.cookies.clone();
        assert_eq!(house.post_token(&mut browser, &token, &state).await.status, 200);
        thief.cookies = login;
        house.post_token(&mut thief, &token, &state).await.assert_refused(&thief);
    });
}

#[test]
fn a_deployment_that_was_turned_down_chooses_nothing() {
    each(async |db| {
        let house = open_house(db).await;
        picker(&house, json!({})).await;
        let id = house.registration_id.clone();
        let block = async move |tx: &mut Tx| {
            let known = registration::deployments(tx, &id).await?;
            registration::block_deployment(tx, &known[0].id).await
        };
        assert!(db.store.write(Durability::Full, block).await.unwrap());
        let mut browser = Browser::new();
        house.launch(&mut browser, asked(&house, json!({}))).await.assert_refused(&browser);
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

#[test]
fn what_was_asked_is_forgotten_with_its_session() {
    each(async |db| {
        let house = open_house(db).await;
        picker(&house, json!({})).await;
        let later = house.app.now() + house.app.session_life + 1;
        let op = async move |tx: &mut courseferry::store::Tx| sweep::sweep(tx, i64::MAX / 4, later).await;
        let swept = db.store.write(courseferry::store::Durability::Normal, op).await.unwrap();
        assert_eq!(swept.sessions, 2, "the session and the request");
    });
}

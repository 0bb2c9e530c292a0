//! Copied courses on Canvas: it tells of the copy by a notice, and links of the new course continue the settings of the old one's.

use std::time::Duration;

use courseferry::{
    app::tool_keys,
    ids,
    lti::jose::SigningKey,
    store::{
        DEFAULT_TENANT, attempt, context,
        context::ResourceLink,
        course_copy, launch_log, registration,
        registration::{DeploymentPolicy, RegistrationStatus},
    },
};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{
    class::{Fate, Pupil},
    databases::{Db, each},
    fake_platform::{At, CLIENT_ID, FakePlatform, Family, Fault, Response},
    house::{Browser, House, client, master, registration as another},
};

const LTI: &str = "https://purl.imsglobal.org/spec/lti/claim/";

/// A notice as Canvas makes it: the course `to` was filled from `from`.
pub(crate) fn copied(house: &House, to: &str, from: &[&str]) -> Value {
    let now = (house.app.clock)().as_second();
    json!({
        "iss": house.issuer.url(), "aud": CLIENT_ID, "azp": CLIENT_ID, "iat": now, "exp": now + 3600, "nonce": ids::new_id(),
        "https://purl.imsglobal.org/spec/lti/claim/version": "1.3.0",
        "https://purl.imsglobal.org/spec/lti/claim/deployment_id": "d1",
        "https://purl.imsglobal.org/spec/lti/claim/notice": {
            "id": ids::new_id(), "timestamp": "2026-11-25T10:00:00Z", "type": "LtiContextCopyNotice",
        },
        "https://purl.imsglobal.org/spec/lti/claim/context": { "id": to, "label": "C2", "title": "Copy", "type": ["CourseOffering"] },
        "https://purl.imsglobal.org/spec/lti/claim/origin_contexts": from,
    })
}

async fn post(house: &House, tokens: &[String]) -> (StatusCode, String) {
    let notices: Vec<Value> = tokens.iter().map(|jwt| json!({ "jwt": jwt })).collect();
    let answer = client().post(format!("{}/lti/notices", house.base)).json(&json!({ "notices": notices })).send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

pub(crate) async fn tell(house: &House, claims: &Value) -> StatusCode {
    post(house, &[house.issuer.key.sign(claims).unwrap()]).await.0
}

async fn code(db: &Db) -> (String, String) {
    let line = launch_log::recent(&mut db.store.read().await.unwrap(), DEFAULT_TENANT, 1).await.unwrap().remove(0);
    (line.stage, line.code)
}

/// A launch of the link `link` in the course `course`, by whoever `claims` are of.
pub(crate) fn at(mut claims: Value, course: &str, link: &str, to: &str) -> Value {
    claims[format!("{LTI}context")] = json!({ "id": course, "title": "Copy" });
    claims[format!("{LTI}resource_link")] = json!({ "id": link, "title": "Alpha" });
    claims[format!("{LTI}custom")] = if to.is_empty() { json!({}) } else { json!({ "to": to }) };
    claims
}

pub(crate) async fn links(house: &House, course: &str) -> Vec<ResourceLink> {
    let mut tx = house.app.store.read().await.unwrap();
    let all = context::list(&mut tx, &house.registration_id, 50).await.unwrap();
    let Some(course) = all.into_iter().find(|c| c.lms_id == course) else { return Vec::new() };
    context::links(&mut tx, &course.id).await.unwrap()
}

/// A course in which a teacher has set five attempts, 80 percent, the last one counts; a learner has worked there.
pub(crate) async fn settled(db: &Db) -> House {
    let house = House::open(db).await;
    Pupil::new("p1", &[50.0, 90.0], Fate::Taken).join(&house).await;
    let mut browser = Browser::new();
    let page = house.launch(&mut browser, house.teacher("t1")).await;
    let fields = [("form_token", page.form_token()), ("attempts", "5".into()), ("pass_mark", "80".into()), ("grade", "last".into())];
    let kept = browser.post(&format!("{}/choose", page.root()), &fields).await;
    assert!(kept.body.contains("The settings are kept"), "{}", kept.body);
    house
}

pub(crate) const SETTINGS: &str = r#"{"attempts":5,"pass_mark":80.0,"grade":"last"}"#;

#[test]
fn a_link_of_the_copied_course_continues_the_settings_at_its_first_launch_and_nothing_else() {
    each(async |db| {
        let house = settled(db).await;
        assert_eq!(tell(&house, &copied(&house, "course-2", &["course-1"])).await, 200);
        let mut learner = at(house.claims("p1"), "course-2", "link-9", "alpha");
        learner["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"]["lineitem"] = json!(format!("{}/new-column", house.issuer.url()));
        let mut browser = Browser::new();
        let page = house.launch(&mut browser, learner).await;
        assert_eq!(page.status, 200, "{}", page.body);
        let link = links(&house, "course-2").await.remove(0);
        assert_eq!(link.settings, SETTINGS);
        assert_eq!(link.lineitem, Some(format!("{}/new-column", house.issuer.url())), "the new course's own column");
        let quiz = browser.get(&format!("{}/p/alpha-quiz", page.root())).await;
        assert!(quiz.body.contains("5 attempts") && quiz.body.contains("80 %"), "{}", quiz.body);
        assert!(!quiz.body.contains("attempts left") && !quiz.body.contains("90 %"), "attempts and grades stay behind: {}", quiz.body);
        let token = &browser.cookies[browser.sessions()[0]];
        let session = house.app.visit(&courseferry::app::launch_id(token), token).await.unwrap().unwrap().session;
        assert_eq!(attempt::list(&mut db.store.read().await.unwrap(), &link.id, &session.learner_id).await.unwrap(), Vec::new());
        // Another content, and another course, have nothing to continue.
        for (course, to) in [("course-2", "beta"), ("course-3", "alpha")] {
            house.launch(&mut Browser::new(), at(house.claims("p1"), course, "link-8", to)).await;
            let other = links(&house, course).await.into_iter().find(|l| l.lms_id == "link-8").unwrap();
            assert_eq!(other.settings, "{}", "{course} {to}");
        }
    });
}

#[test]
fn what_a_teacher_changes_in_the_new_course_stays_whatever_is_told_later() {
    each(async |db| {
        let house = settled(db).await;
        tell(&house, &copied(&house, "course-2", &["course-1"])).await;
        let mut browser = Browser::new();
        let page = house.launch(&mut browser, at(house.teacher("t1"), "course-2", "link-9", "alpha")).await;
        let fields = [("form_token", page.form_token()), ("attempts", "1".to_owned())];
        browser.post(&format!("{}/choose", page.root()), &fields).await;
        tell(&house, &copied(&house, "course-2", &["course-1"])).await;
        house.launch(&mut Browser::new(), at(house.claims("p1"), "course-2", "link-9", "alpha")).await;
        assert_eq!(links(&house, "course-2").await[0].settings, r#"{"attempts":1}"#);
        assert_eq!(links(&house, "course-1").await[0].settings, SETTINGS, "the old course is as it was");
    });
}

#[test]
fn a_copy_of_a_copy_that_nobody_opened_and_a_course_filled_twice_find_their_likeness() {
    each(async |db| {
        let house = settled(db).await;
        tell(&house, &copied(&house, "course-2", &["course-1"])).await;
        tell(&house, &copied(&house, "course-3", &["course-2"])).await;
        tell(&house, &copied(&house, "course-3", &["course-unknown"])).await;
        // A circle has an end.
        tell(&house, &copied(&house, "course-2", &["course-3"])).await;
        house.launch(&mut Browser::new(), at(house.claims("p1"), "course-3", "link-9", "alpha")).await;
        assert_eq!(links(&house, "course-3").await[0].settings, SETTINGS);
    });
}

#[test]
fn the_course_menus_entry_opens_in_the_copy_what_a_teacher_chose_for_it() {
    each(async |db| {
        let house = House::open(db).await;
        let menu = |claims: Value, course: &str| at(claims, course, course, "");
        let mut browser = Browser::new();
        let page = house.launch(&mut browser, menu(house.teacher("t1"), "course-1")).await;
        let fields = [("form_token", page.form_token()), ("attempts", "4".to_owned()), ("opens", "beta".to_owned())];
        browser.post(&format!("{}/choose", page.root()), &fields).await;
        tell(&house, &copied(&house, "course-2", &["course-1"])).await;
        let page = house.launch(&mut Browser::new(), menu(house.claims("u1"), "course-2")).await;
        assert!(page.url.ends_with("/p/beta"), "{}", page.url);
        let link = links(&house, "course-2").await.remove(0);
        assert_eq!((link.target.as_str(), link.settings.as_str()), ("beta", r#"{"attempts":4}"#));
    });
}

#[test]
fn every_bad_notice_is_refused_and_tells_nothing() {
    each(async |db| {
        let house = settled(db).await;
        house.register(another(&house.issuer, "client-2")).await;
        let off = registration::Registration { status: RegistrationStatus::Disabled, ..another(&house.issuer, "client-3") };
        house.register(off).await;
        let stranger = SigningKey::generate("key-1").unwrap();
        let good = || copied(&house, "course-2", &["course-1"]);
        let bent = |bend: fn(&mut Value)| {
            let mut claims = good();
            bend(&mut claims);
            house.issuer.key.sign(&claims).unwrap()
        };
        let cases: Vec<(&str, u16, &str, String)> = vec![
            ("by another's key", 400, "token_signature_wrong", stranger.sign(&good()).unwrap()),
            ("no token", 400, "token_not_a_jwt", "nonsense".to_owned()),
            ("a stranger's issuer", 403, "platform_unknown", bent(|c| c["iss"] = json!("https://stranger.example"))),
            ("for another tool", 403, "platform_unknown", bent(|c| c["aud"] = json!("another-tool"))),
            ("for us and another tool", 400, "audience_wrong", bent(|c| c["aud"] = json!(["client-1", "another-tool"]))),
            ("for a platform that is switched off", 403, "registration_disabled", bent(|c| c["aud"] = json!("client-3"))),
            ("authorized for another tool", 400, "authorized_party_wrong", bent(|c| c["azp"] = json!("another-tool"))),
            (
                "about another registration's deployment",
                403,
                "notice_deployment_unknown",
                bent(|c| {
                    c["aud"] = json!("client-2");
                    c["azp"] = json!("client-2");
                }),
            ),
            (
                "about a deployment nobody knows",
                403,
                "notice_deployment_unknown",
                bent(|c| {
                    c["https://purl.imsglobal.org/spec/lti/claim/deployment_id"] = json!("d9");
                }),
            ),
            (
                "without a deployment",
                400,
                "deployment_missing",
                bent(|c| {
                    c["https://purl.imsglobal.org/spec/lti/claim/deployment_id"] = json!(null);
                }),
            ),
            ("over", 400, "token_expired", bent(|c| c["exp"] = json!(c["iat"].as_i64().unwrap() - 3000))),
            ("old", 400, "token_too_old", bent(|c| c["iat"] = json!(c["iat"].as_i64().unwrap() - 3000))),
            ("from the future", 400, "token_from_the_future", bent(|c| c["iat"] = json!(c["iat"].as_i64().unwrap() + 3000))),
            (
                "of another version",
                400,
                "version_wrong",
                bent(|c| {
                    c["https://purl.imsglobal.org/spec/lti/claim/version"] = json!("1.2");
                }),
            ),
            ("a launch in a notice's place", 400, "message_type_wrong", house.issuer.key.sign(&house.claims("u1")).unwrap()),
            (
                "without an id",
                400,
                "message_type_wrong",
                bent(|c| {
                    c["https://purl.imsglobal.org/spec/lti/claim/notice"]["id"] = json!("");
                }),
            ),
            (
                "without a course",
                400,
                "message_type_wrong",
                bent(|c| {
                    c["https://purl.imsglobal.org/spec/lti/claim/context"] = json!({});
                }),
            ),
            (
                "with origins that are no list",
                400,
                "message_type_wrong",
                bent(|c| {
                    c["https://purl.imsglobal.org/spec/lti/claim/origin_contexts"] = json!("course-1");
                }),
            ),
        ];
        for (name, status, wanted, token) in cases {
            let (answered, body) = post(&house, &[token]).await;
            assert_eq!(answered.as_u16(), status, "{name}: {body}");
            assert_eq!(code(db).await, ("notice".to_owned(), wanted.to_owned()), "{name}");
        }
        // A notice is no launch.
        let mut browser = Browser::new();
        let (state, _) = house.login(&mut browser).await;
        let page = house.post_token(&mut browser, &house.issuer.key.sign(&good()).unwrap(), &state).await;
        page.assert_refused(&browser);
        house.launch(&mut Browser::new(), at(house.claims("p1"), "course-2", "link-9", "alpha")).await;
        assert_eq!(links(&house, "course-2").await[0].settings, "{}", "nothing was told");
        for body in ["", "{}", "[]", "{\"notices\": 7}", "{\"notices\": [{}]}"] {
            let request = client().post(format!("{}/lti/notices", house.base)).header("content-type", "application/json").body(body);
            assert!(request.send().await.unwrap().status().is_client_error(), "{body}");
        }
        let many = vec![String::new(); 101];
        assert_eq!(post(&house, &many).await.0, 413);
    });
}

#[test]
fn of_a_batch_the_good_ones_count_and_a_notice_counts_once() {
    each(async |db| {
        let house = settled(db).await;
        let claims = copied(&house, "course-2", &["course-1"]);
        let token = house.issuer.key.sign(&claims).unwrap();
        assert_eq!(post(&house, &["nonsense".to_owned(), token.clone()]).await.0, 400);
        let deployment = {
            let mut tx = db.store.read().await.unwrap();
            registration::deployment(&mut tx, &house.registration_id, "d1").await.unwrap().unwrap().id
        };
        let told = async || course_copy::find(&mut db.store.read().await.unwrap(), &deployment, "course-2").await.unwrap();
        assert_eq!(told().await.unwrap().origins, r#"["course-1"]"#);
        // The same once more, and the same id with other words: the first counts.
        assert_eq!(post(&house, &[token.clone(), token]).await.0, 200);
        let mut changed = claims.clone();
        changed[format!("{LTI}origin_contexts")] = json!(["course-7"]);
        assert_eq!(tell(&house, &changed).await, 200);
        assert_eq!(told().await.unwrap().origins, r#"["course-1"]"#);
        let mut other = copied(&house, "course-5", &["course-1"]);
        other[format!("{LTI}notice")]["type"] = json!("LtiHelloWorldNotice");
        assert_eq!(tell(&house, &other).await, 200, "what we have no use for is no fault");
        assert_eq!(course_copy::find(&mut db.store.read().await.unwrap(), &deployment, "course-5").await.unwrap(), None);
        // Ids are remembered for longer than signatures are good, then swept.
        let later = house.app.now() + 31 * 24 * 60 * 60_000;
        house.ahead.store(later - house.app.now(), std::sync::atomic::Ordering::Relaxed);
        assert_eq!(house.app.clear_out(90).await.unwrap().notices, 2);
    });
}

/// A house that knows a fake Canvas, and a teacher's claims with its notification service.
async fn beside_canvas(db: &Db) -> (House, FakePlatform) {
    let canvas = FakePlatform::start(Family::Canvas);
    let house = House::open_beside(db, &[canvas.port()]).await;
    tool_keys::ensure(&db.store, &master(), house.app.now()).await.unwrap();
    let jwks = Browser::new().get(&format!("{}/lti/jwks.json", house.base)).await;
    canvas.trust_document(&jwks.body);
    canvas.redirect(&format!("{}/lti/launch", house.base));
    house.register(registration::Registration { deployment_policy: DeploymentPolicy::Accept, ..canvas.registration() }).await;
    (house, canvas)
}

async fn launch(house: &House, canvas: &FakePlatform, role: &str, service: Value) {
    let mut browser = Browser::new();
    let target = format!("{}/lti/launch", house.base);
    let mut fields = house.login_fields();
    fields.retain(|(n, _)| *n != "iss");
    fields.push(("iss", canvas.url("")));
    let page = browser.post_from(&format!("{}/lti/login", house.base), &fields, Some(&canvas.url(""))).await;
    let url = url::Url::parse(page.headers["location"].to_str().unwrap()).unwrap();
    let value = |name: &str| url.query_pairs().find(|(n, _)| n == name).unwrap().1.into_owned();
    let mut claims = canvas.claims("t1", role, &target);
    claims["nonce"] = json!(value("nonce"));
    claims[format!("{LTI}platformnotificationservice")] = service;
    let page = house.post_token(&mut browser, &canvas.sign(&claims), &value("state")).await;
    assert_eq!(page.status, 200, "{}", page.body);
}

fn offered(canvas: &FakePlatform) -> Value {
    json!({ "service_versions": ["1.0"], "platform_notification_service_url": canvas.notices_url(),
        "scope": ["https://purl.imsglobal.org/spec/lti/scope/noticehandlers"],
        "notice_types_supported": ["LtiHelloWorldNotice", "LtiContextCopyNotice"] })
}

async fn asked(canvas: &FakePlatform, times: u32) {
    for _ in 0..250 {
        if canvas.requests(At::Notices) >= times {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(canvas.requests(At::Notices), times);
}

#[test]
fn a_teachers_launch_has_the_platform_tell_us_once_a_week_and_a_failure_is_tried_again() {
    each(async |db| {
        let (house, canvas) = beside_canvas(db).await;
        launch(&house, &canvas, "Learner", offered(&canvas)).await;
        launch(&house, &canvas, "Instructor", json!({ "platform_notification_service_url": canvas.notices_url(), "scope": ["none"] }))
            .await;
        asked(&canvas, 0).await;
        canvas.fault(At::Notices, Fault::Answer(Response::plain(500, "down")));
        launch(&house, &canvas, "Instructor", offered(&canvas)).await;
        asked(&canvas, 1).await;
        assert!(canvas.state().handlers.is_empty());
        launch(&house, &canvas, "Instructor", offered(&canvas)).await;
        asked(&canvas, 1).await;
        let row = async |asked_at: i64, taken_at: Option<i64>| rewind(db, asked_at, taken_at).await;
        row(house.app.now() - 11 * 60_000, None).await;
        launch(&house, &canvas, "Instructor", offered(&canvas)).await;
        asked(&canvas, 2).await;
        let handler = format!("{}/lti/notices", house.base);
        assert_eq!(canvas.state().handlers.get("LtiContextCopyNotice"), Some(&handler));
        row(house.app.now() - 11 * 60_000, Some(house.app.now() - 11 * 60_000)).await;
        launch(&house, &canvas, "Instructor", offered(&canvas)).await;
        asked(&canvas, 2).await;
        let week = house.app.now() - 8 * 24 * 60 * 60_000;
        row(week, Some(week)).await;
        launch(&house, &canvas, "Instructor", offered(&canvas)).await;
        asked(&canvas, 3).await;
    });
}

/// As if the platform had been asked, and had said yes, then.
async fn rewind(db: &Db, asked_at: i64, taken_at: Option<i64>) {
    let taken = taken_at.map_or_else(|| "NULL".to_owned(), |at| at.to_string());
    db.run(&format!("UPDATE notice_handler SET asked_at = {asked_at}, taken_at = {taken}")).await;
}

#[test]
fn a_notice_signed_by_the_platform_reaches_us_at_the_address_it_was_given() {
    each(async |db| {
        let (house, canvas) = beside_canvas(db).await;
        launch(&house, &canvas, "Instructor", offered(&canvas)).await;
        asked(&canvas, 1).await;
        let handler = canvas.state().handlers["LtiContextCopyNotice"].clone();
        let mut claims = copied(&house, "course-8", &["course-7"]);
        claims["iss"] = json!(canvas.url(""));
        claims[format!("{LTI}deployment_id")] = json!("1");
        let body = json!({ "notices": [{ "jwt": canvas.sign(&claims) }] });
        assert_eq!(client().post(handler).json(&body).send().await.unwrap().status(), 200);
    });
}

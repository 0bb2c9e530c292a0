//! `ferry doctor` from outside, beside a server that is running, and the administrator's button.

use std::process::Command;

use courseferry::{
    app::tool_keys,
    lti::ags::{SCOPE_LINE_ITEM, SCOPE_RESULT},
    store::{DEFAULT_TENANT, Durability, Tx, audit, registration},
};
use serde_json::Value;

use crate::{
    admin::administrator,
    databases::each,
    delivery::Ferry,
    fake_platform::{CLIENT_ID, FakePlatform, Family},
    house::{self, Browser, House},
    store::{NOW, launch_of, open},
};

fn doctor(ferry: &Ferry, words: &[&str]) -> (i32, String, String) {
    let mut command: Command = ferry.command();
    let output = command.arg("doctor").args(words).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_command_tells_each_look_in_a_line_and_the_sum_last() {
    each(async |db| {
        let platform = FakePlatform::start(Family::Canvas);
        let ferry = Ferry::start(&platform, db).await;
        ferry.launch(&mut Browser::new(), &platform, "ada", "Learner").await;
        let (code, out, err) = doctor(&ferry, &[]);
        assert_eq!((code, err.as_str()), (0, ""), "{out}");
        let last = out.lines().last().unwrap();
        assert!(last.starts_with("Fake: ") && last.contains(" ok, "), "{last}");
        assert!(!last.contains("failed"), "{out}");
        for name in ["our address", "our keys", "the LMS's keys", "clocks"] {
            let line = out.lines().find(|l| l.contains(name)).unwrap_or_else(|| panic!("{name}: {out}"));
            assert!(line.starts_with("✓ ok         "), "{line}");
        }
        let at = |line: &str, word: &str| line[..line.find(word).unwrap()].chars().count();
        let columns: Vec<usize> = out.lines().filter(|l| l.starts_with('✓')).map(|l| at(l, l.split("  ").nth(1).unwrap_or(l))).collect();
        assert!(columns.windows(2).all(|w| w[0] == w[1]), "{out}");
    });
}

#[test]
fn a_failure_is_exit_code_one_with_what_to_do_and_a_text_to_forward() {
    each(async |db| {
        let platform = FakePlatform::start(Family::Moodle);
        let ferry = Ferry::start(&platform, db).await;
        platform.grant(&[SCOPE_RESULT, SCOPE_LINE_ITEM]);
        let (code, out, _) = doctor(&ferry, &["--platform", CLIENT_ID, "--forward"]);
        assert_eq!(code, 1, "{out}");
        for part in ["! failed", "scope_score_missing", "the LMS administrator", "Manage tools", "For the LMS administrator (Fake)."] {
            assert!(out.contains(part), "{part}: {out}");
        }
        let (code, out, _) = doctor(&ferry, &["--json"]);
        let report: Value = serde_json::from_str(&out).unwrap();
        let findings = report[0]["findings"].as_array().unwrap();
        let missing = findings.iter().find(|f| f["code"] == "scope_score_missing").unwrap();
        assert_eq!((code, missing["verdict"].as_str(), missing["subject"].as_str()), (1, Some("failed"), Some("send scores")));
    });
}

#[test]
fn a_test_column_needs_one_course_and_is_gone_afterwards() {
    each(async |db| {
        let platform = FakePlatform::start(Family::Moodle);
        let ferry = Ferry::start(&platform, db).await;
        ferry.launch(&mut Browser::new(), &platform, "ada", "Learner").await;
        let (code, _, err) = doctor(&ferry, &["--platform", CLIENT_ID, "--test-column"]);
        assert!(code == 2 && err.contains("--course"), "{err}");
        assert_eq!(platform.state().made, 0);
        let (code, out, err) = doctor(&ferry, &["--platform", CLIENT_ID, "--course", "course-7", "--test-column"]);
        assert!(code == 0 && out.contains("made, scored for nobody, read, removed"), "{out}{err}");
        let state = platform.state();
        assert_eq!((state.made, state.columns.len(), state.line_items.len()), (1, 0, 0));
    });
}

#[test]
fn wrong_words_are_told_apart_from_ill_connections() {
    each(async |db| {
        let platform = FakePlatform::start(Family::Moodle);
        let ferry = Ferry::start(&platform, db).await;
        let (code, out, err) = doctor(&ferry, &["--platform", CLIENT_ID, "--course", "Nowhere"]);
        assert_eq!((code, out.as_str()), (2, ""));
        assert!(err.contains("named a course `Nowhere`"), "{err}");
        assert_eq!(doctor(&ferry, &["--course", "Nowhere"]).0, 2, "of which platform?");
        assert_eq!(doctor(&ferry, &["--platform", "nobody"]).0, 1);
    });
}

/// A house, a platform that is known to it, and its page's address.
async fn house_with(db: &crate::databases::Db, platform: &FakePlatform) -> (House, String) {
    let house = House::open_beside(db, &[platform.port()]).await;
    tool_keys::ensure(&db.store, &house::master(), NOW).await.unwrap();
    platform.trust_document(&house.app.jwks(None).await.unwrap());
    let r = platform.registration();
    let id = r.id.clone();
    let op = async move |tx: &mut Tx| {
        registration::insert(tx, &r).await?;
        registration::meet_deployment(tx, &r.id, "1", NOW).await
    };
    let deployment = db.store.write(Durability::Full, op).await.unwrap();
    let mut launch = launch_of(&deployment, "ada", "session-of-ada");
    launch.context.title = "Biology <1>".to_owned();
    launch.context.lineitems_url = Some(platform.line_items_url());
    launch.context.memberships_url = Some(platform.memberships_url());
    launch.link.lineitem = Some(platform.line_item());
    open(&db.store, &launch, NOW).await.unwrap();
    let here = format!("{}/admin/platforms/{id}", house.base);
    (house, here)
}

#[test]
fn the_button_looks_and_the_page_says_who_can_end_what() {
    each(async |db| {
        let platform = FakePlatform::start(Family::Canvas);
        let (house, here) = house_with(db, &platform).await;
        let (mut browser, page) = administrator(&house).await;
        let form = |more: &[(&'static str, &str)]| {
            let mut form = vec![("form_token", page.form_token())];
            form.extend(more.iter().map(|(n, v)| (*n, (*v).to_owned())));
            form
        };
        assert!(browser.get(&here).await.body.contains("/doctor\""), "the platform's page has the button");
        let asked = browser.get(&format!("{here}/doctor")).await;
        assert!(asked.status == 200 && asked.body.contains("Biology &#60;1&#62;"), "{}", asked.body);
        platform.grant(&[SCOPE_RESULT, SCOPE_LINE_ITEM]);
        let found = browser.post(&format!("{here}/doctor"), &form(&[])).await;
        assert_eq!(found.status, 200);
        for part in [
            "The LMS does not grant the right to send scores",
            "the LMS administrator",
            "LTI Advantage Services",
            "scope_score_missing",
            "For the LMS administrator (Fake).",
        ] {
            assert!(found.body.contains(part), "{part}: {}", found.body);
        }
        assert_eq!(platform.state().made, 0, "nothing was written");
    });
}

#[test]
fn the_page_makes_a_test_column_in_a_chosen_course_only() {
    each(async |db| {
        let platform = FakePlatform::start(Family::Moodle);
        let (house, here) = house_with(db, &platform).await;
        let (mut browser, page) = administrator(&house).await;
        let url = format!("{here}/doctor");
        let form = |course: &str| [("form_token", page.form_token()), ("course", course.to_owned()), ("test_column", "yes".to_owned())];
        let unnamed = browser.post(&url, &form("")).await;
        assert!(unnamed.status == 422 && unnamed.body.contains("Choose the course"), "{}", unnamed.body);
        assert_eq!(platform.state().made, 0);
        let course = page_course(&unnamed.body);
        let made = browser.post(&url, &form(&course)).await;
        assert!(made.status == 200 && made.body.contains("made, scored for nobody, read, removed"), "{}", made.body);
        let kept = audit::list(&mut db.store.read().await.unwrap(), DEFAULT_TENANT, None, 10).await.unwrap();
        assert!(kept.iter().any(|e| e.by_name == "anna" && e.act == "test column made"), "{kept:?}");
        let state = platform.state();
        assert_eq!((state.made, state.columns.len(), state.line_items.len()), (1, 0, 0));
    });
}

/// The first course of the list.
fn page_course(body: &str) -> String {
    let list = body.split("name=\"course\"").nth(1).unwrap();
    list.split("<option value=\"").nth(2).unwrap().split('"').next().unwrap().to_owned()
}

#[test]
fn only_the_administrators_own_form_sends_the_doctor_out() {
    each(async |db| {
        let platform = FakePlatform::start(Family::Moodle);
        let (house, here) = house_with(db, &platform).await;
        let url = format!("{here}/doctor");
        assert_eq!(Browser::new().get(&url).await.status, 401);
        assert_eq!(Browser::new().post(&url, &[]).await.status, 401);
        let (mut browser, page) = administrator(&house).await;
        assert_eq!(browser.post(&url, &[("form_token", "0".repeat(32))]).await.status, 403);
        let form = [("form_token", page.form_token())];
        assert_eq!(browser.post_from(&url, &form, Some("https://evil.example")).await.status, 403);
        assert_eq!(browser.post(&format!("{}/admin/platforms/nothing/doctor", house.base), &form).await.status, 404);
        assert!(platform.state().requests.is_empty(), "nobody was called");
    });
}

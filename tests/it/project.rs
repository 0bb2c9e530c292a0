//! Projects against a real server: who sees what, and who gets which file.

use std::{
    io::{Cursor, Read as _},
    sync::atomic::Ordering,
};

use serde_json::{Value, json};

use crate::{
    admin::administrator,
    databases::{Db, each},
    downloads::{bytes, zips},
    house::{Browser, House, Page, whole_course},
    learn::{message, start, submit},
};

const LTI: &str = "https://purl.imsglobal.org/spec/lti/claim/";
const MEMBER: &str = "http://purl.imsglobal.org/vocab/lis/v2/membership";

async fn open(db: &Db) -> House {
    let house = House::open(db).await;
    house.app.replace_course(whole_course());
    house
}

fn to(id: &str, mut claims: Value) -> Value {
    claims[format!("{LTI}resource_link")] = json!({ "id": format!("link-{id}"), "title": "Something" });
    claims[format!("{LTI}custom")] = json!({ "to": id });
    claims
}

/// The project's page in a launch of `claims`.
async fn project(house: &House, claims: Value) -> (Browser, Page) {
    let mut browser = Browser::new();
    let home = house.launch(&mut browser, claims).await;
    assert_eq!(home.status, 200, "{}", home.body);
    let page = browser.get(&format!("{}/p/p-build", home.root())).await;
    (browser, page)
}

/// Names in a zip, and what they hold.
fn unpacked(zip: &[u8]) -> Vec<(String, String)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
    let all = archive.len();
    let read = |i| {
        let mut file = archive.by_index(i).unwrap();
        let mut held = Vec::new();
        file.read_to_end(&mut held).unwrap();
        (file.name().unwrap().into_owned(), String::from_utf8_lossy(&held).into_owned())
    };
    (0..all).map(read).collect()
}

#[test]
fn a_project_opens_with_its_brief_its_rubric_and_a_starter_to_download() {
    each(async |db| {
        let house = open(db).await;
        let mut browser = Browser::new();
        let home = house.launch(&mut browser, to("p-build", house.claims("u1"))).await;
        for said in
            ["Build it", "Make one.", "What to make", "How to look", "Tests &amp; proofs", "6 of 10 points pass.", "/p/a-one\">one</a>"]
        {
            assert!(home.body.contains(said), "{said}: {}", home.body);
        }
        assert!(home.body.contains("<table") && home.body.contains("<th scope=\"row\">"), "{}", home.body);
        let url = format!("{}{}", house.base, home.attribute("starter.zip", "href"));
        let (status, zip, headers) = bytes(&browser, &url).await;
        assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, "application/zip"));
        assert_eq!(headers["content-disposition"].to_str().unwrap(), "attachment; filename=\"starter.zip\"");
        let files = unpacked(&zip);
        assert!(files.len() == 1 && files[0].0.ends_with("run.py") && files[0].1 == "print('start')\n", "{files:?}");
        // The page ends with its session, the address with its time; without a signature there never was one.
        assert_eq!(Browser::new().get(&home.url).await.status, 401);
        assert_eq!(browser.get(&format!("{}/media/projects/01-build/starter.zip", house.base)).await.status, 404);
        let ended = browser.post(&format!("{}/end", home.root()), &[("form_token", home.form_token())]).await;
        assert_eq!(ended.status, 200, "{}", ended.body);
        assert_eq!(browser.get(&home.url).await.status, 401);
        house.ahead.store(3 * 24 * 60 * 60 * 1000, Ordering::Relaxed);
        assert_eq!(bytes(&browser, &url).await.0, 404);
    });
}

#[test]
fn the_reference_solution_is_for_teachers_in_the_page_and_by_its_address() {
    each(async |db| {
        let house = open(db).await;
        let (browser, page) = project(&house, to("p-build", house.teacher("t1"))).await;
        assert!(page.body.contains("Reference solution (.zip)"), "{}", page.body);
        let (status, zip, _) = bytes(&browser, &format!("{}{}", house.base, page.attribute("solution.zip", "href"))).await;
        assert!(status == 200 && unpacked(&zip)[0].1.contains("SECRETSOLUTION"));

        let role = |mut claims: Value, role: &str| {
            claims[format!("{LTI}roles")] = json!([format!("{MEMBER}#{role}")]);
            claims
        };
        for (who, claims) in [
            ("a learner", to("p-build", house.claims("u1"))),
            ("a learner of the whole course", to("tiny", house.claims("u1"))),
            ("an observer", role(to("p-build", house.claims("o1")), "Mentor")),
            ("nobody in particular", role(to("p-build", house.claims("n1")), "Member")),
        ] {
            let (mut browser, page) = project(&house, claims).await;
            assert!(page.status == 200 && page.body.contains("Starter (.zip)"), "{who}: {}", page.body);
            assert!(!page.body.to_lowercase().contains("solution"), "{who}: {}", page.body);
            let starter = format!("{}{}", house.base, page.attribute("starter.zip", "href"));
            for url in [starter.replace("starter.zip", "solution.zip"), starter.replace("starter.zip", "solution/run.py")] {
                assert_eq!(browser.get(&url).await.status, 404, "{who}: {url}");
            }
        }
        let (_, page) = project(&house, to("alpha", house.claims("u1"))).await;
        assert!(page.body.contains("belongs to another module") && !page.body.contains("starter.zip"), "{}", page.body);
    });
}

#[test]
fn no_package_holds_the_reference_solution() {
    each(async |db| {
        let house = open(db).await;
        let (mut browser, _) = administrator(&house).await;
        let list = browser.get(&format!("{}/admin/packages", house.base)).await;
        let mut starters = 0;
        for file in zips(&list.body) {
            let (status, zip, _) = bytes(&browser, &format!("{}{file}", house.base)).await;
            assert_eq!(status, 200, "{file}");
            for (name, text) in unpacked(&zip) {
                assert!(!name.contains("solution") && !text.contains("solution.zip"), "{file}: {name}");
                if name.ends_with(".zip") {
                    assert!(!unpacked_within(&zip, &name).contains("SECRETSOLUTION"), "{file}: {name}");
                    starters += 1;
                }
            }
        }
        assert_eq!(starters, 2, "the whole course in two formats");
    });
}

/// All text in a zip within a zip.
fn unpacked_within(zip: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
    let mut held = Vec::new();
    archive.by_name(name).unwrap().read_to_end(&mut held).unwrap();
    unpacked(&held).into_iter().map(|(_, text)| text).collect()
}

#[test]
fn a_quiz_beside_a_project_is_practice_and_never_the_projects_grade() {
    each(async |db| {
        let house = open(db).await;
        let mut browser = Browser::new();
        let home = house.launch(&mut browser, to("p-build", house.claims("u1"))).await;
        let quiz = start(&mut browser, &home).await;
        let result = submit(&mut browser, &quiz, &[("a-q1", "yes"), ("a-q2", "12.5")]).await;
        assert!(result.body.contains("100 %") && result.body.contains("People grade this project"), "{}", result.body);
        assert_eq!(message(db, &house, &browser).await, None);
        let page = house.launch(&mut Browser::new(), to("p-build", house.teacher("t1"))).await;
        assert!(page.body.contains("no grade yet") && !page.body.contains("never sent"), "{}", page.body);
    });
}

//! Packages over HTTP: the right bytes, for the right people, for as long as they should.

use std::sync::atomic::Ordering;

use courseferry::{ids, package};

use crate::{
    admin::administrator,
    databases::{each, sqlite},
    house::{self, Browser, House},
};

const FILE: &str = "tiny-01-alpha-scorm12.zip";

/// Addresses of all zips on a page.
pub(crate) fn zips(body: &str) -> Vec<String> {
    body.split("href=\"")
        .skip(1)
        .filter_map(|p| p.split('"').next())
        .filter(|h| h.contains(".zip"))
        .map(|h| h.replace("&#38;", "&"))
        .collect()
}

pub(crate) async fn bytes(browser: &Browser, url: &str) -> (u16, Vec<u8>, reqwest::header::HeaderMap) {
    let cookies: Vec<String> = browser.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client.get(url).header("cookie", cookies.join("; ")).header("accept-encoding", "gzip").send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    (status, answer.bytes().await.unwrap().to_vec(), headers)
}

#[test]
fn every_file_on_the_list_has_the_bytes_its_hash_promises() {
    sqlite(async |db| {
        let house = House::open(db).await;
        let (mut browser, _) = administrator(&house).await;
        let page = browser.get(&format!("{}/admin/packages", house.base)).await;
        let files = zips(&page.body);
        assert_eq!(files.len(), 6, "{files:?}");
        for words in ["Packages carry their answer keys", "SCORM 1.2", "SCORM 2004 4th Edition", "Save and display", "sha256sum"] {
            assert!(page.body.contains(words), "{words}");
        }
        for file in files {
            // Twice: built, then kept.
            for _ in 0..2 {
                let (status, bytes, headers) = bytes(&browser, &format!("{}{file}", house.base)).await;
                let sum = ids::sha256_hex(&bytes);
                assert_eq!(status, 200);
                assert!(page.body.contains(&sum), "{file}");
                assert_eq!(headers["content-type"], "application/zip");
                assert!(headers.get("content-encoding").is_none_or(|e| e == "identity"), "{headers:?}");
                assert_eq!(headers["etag"].to_str().unwrap(), format!("\"{sum}\""));
            }
        }
        let built = package::build(&house.app.course(), package::Format::Scorm12, &package::Scope::Module("alpha".into())).unwrap();
        assert_eq!(built.file_name, FILE);
        assert!(page.body.contains(&built.sha256), "the command line builds the same");
    });
}

#[test]
fn wrong_names_are_answered_with_a_page_and_no_bytes() {
    sqlite(async |db| {
        let house = House::open(db).await;
        let (mut browser, _) = administrator(&house).await;
        for name in ["nothing.zip", "tiny-01-alpha-scorm12", "..%2f..%2fmaster.key", "TINY-01-ALPHA-SCORM12.ZIP"] {
            let page = browser.get(&format!("{}/admin/packages/{name}", house.base)).await;
            assert_eq!(page.status, 404, "{name}");
            assert!(page.body.contains("This page does not exist"), "{name}");
        }
    });
}

#[test]
fn a_changed_course_is_offered_and_the_old_files_are_gone() {
    sqlite(async |db| {
        let house = House::open(db).await;
        let (mut browser, _) = administrator(&house).await;
        let url = format!("{}/admin/packages", house.base);
        let before = browser.get(&url).await;
        let mut course = house::tiny_course();
        course.modules[0].lessons[0].html.push_str("<p>More.</p>");
        course.content_hash = "0".repeat(64);
        house.app.replace_course(course);
        let after = browser.get(&url).await;
        assert!(after.body.contains("build 000000000000"), "{}", after.body);
        let (_, bytes, _) = bytes(&browser, &format!("{url}/{FILE}")).await;
        let sum = ids::sha256_hex(&bytes);
        assert!(after.body.contains(&sum) && !before.body.contains(&sum));
    });
}

#[test]
fn teachers_download_and_learners_do_not() {
    each(async |db| {
        let house = House::open(db).await;
        let mut teacher = Browser::new();
        let page = house.launch(&mut teacher, house.teacher("t1")).await;
        let list = teacher.get(&format!("{}/packages", page.root())).await;
        let files = zips(&list.body);
        assert_eq!(files.len(), 6, "{}", list.body);
        assert!(!list.body.contains("Make a link"));
        assert_eq!(bytes(&teacher, &format!("{}{}", house.base, files[0])).await.0, 200);
        let mut learner = Browser::new();
        let page = house.launch(&mut learner, house.claims("u1")).await;
        for path in ["packages".to_owned(), format!("packages/{FILE}")] {
            assert_eq!(learner.get(&format!("{}/{path}", page.root())).await.status, 403, "{path}");
        }
        for path in [format!("/packages/{FILE}"), "/packages".into(), format!("/admin/packages/{FILE}")] {
            let status = learner.get(&format!("{}{path}", house.base)).await.status;
            assert!(status == 403 || status == 401, "{path} {status}");
        }
    });
}

#[test]
fn a_link_for_a_colleague_works_for_a_week_and_as_it_was_made() {
    sqlite(async |db| {
        let house = House::open(db).await;
        let (mut browser, home) = administrator(&house).await;
        let form = [("form_token", home.form_token())];
        let page = browser.post(&format!("{}/admin/packages/link", house.base), &form).await;
        let link = page.body.split("id=\"share-link\">").nth(1).unwrap().split('<').next().unwrap().replace("&#38;", "&");
        let mut colleague = Browser::new();
        let list = colleague.get(&link).await;
        assert_eq!(list.status, 200, "{link} {}", list.body);
        assert!(!list.body.contains("/admin"), "{}", list.body);
        let file = format!("{}{}", house.base, zips(&list.body)[0]);
        assert_eq!(bytes(&colleague, &file).await.0, 200);
        let (until, key) = link.split_once("until=").unwrap().1.split_once("&key=").unwrap();
        let later = until.parse::<i64>().unwrap() + 1;
        for wrong in [
            format!("until={later}&key={key}"),
            format!("until={until}&key={}", "0".repeat(32)),
            format!("until={until}"),
            "key=x&until=x".into(),
        ] {
            let refused = colleague.get(&format!("{}/packages?{wrong}", house.base)).await;
            assert_eq!(refused.status, 403, "{wrong}");
            assert!(refused.body.contains("This link no longer works"));
            assert_eq!(colleague.get(&format!("{}/packages/{FILE}?{wrong}", house.base)).await.status, 403);
        }
        house.ahead.store(7 * 24 * 3_600_000 + 1000, Ordering::Relaxed);
        assert_eq!(colleague.get(&link).await.status, 403);
        assert_eq!(bytes(&colleague, &file).await.0, 403);
    });
}

#[test]
fn the_front_door_shows_what_exists_and_gives_nothing_away() {
    sqlite(async |db| {
        let house = House::open(db).await;
        let page = Browser::new().get(&format!("{}/", house.base)).await;
        assert_eq!(page.status, 200);
        for words in ["A tiny &#60;course&#62;", "2 modules", "Alpha", "Beta", "6 SCORM packages", "Get the packages", "Register the tool"]
        {
            assert!(page.body.contains(words), "{words}: {}", page.body);
        }
        for secret in [".zip", "SECRET", "Test platform", "127.0.0.1"] {
            assert!(!page.body.contains(secret), "{secret}");
        }
    });
}

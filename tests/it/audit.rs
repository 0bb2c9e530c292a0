//! What administrators do can be read afterwards: from the pages, from the command line, by nobody else.

use std::{fs, sync::atomic::Ordering};

use courseferry::{
    app::audit::{By, PAGE, record},
    store::{
        DEFAULT_TENANT, Durability, StoreError, Tx,
        audit::{self, Entry},
        registration,
        tenant::{self, Tenant, TenantKind},
    },
};

use crate::{
    admin::administrator,
    cli::on,
    databases::{Db, each},
    house::{Browser, House, Page},
};

async fn trail(db: &Db) -> Vec<Entry> {
    audit::list(&mut db.store.read().await.unwrap(), DEFAULT_TENANT, None, 1000).await.unwrap()
}

/// Who, what and on what, oldest first.
async fn told(db: &Db) -> Vec<(String, String, String)> {
    trail(db).await.into_iter().rev().map(|e| (e.by_name, e.act, e.subject)).collect()
}

struct Desk<'a> {
    house: &'a House,
    browser: Browser,
    form_token: String,
}

impl Desk<'_> {
    async fn press(&mut self, path: &str, fields: &[(&'static str, &str)]) -> Page {
        let mut form = vec![("form_token", self.form_token.clone())];
        form.extend(fields.iter().map(|(n, v)| (*n, (*v).to_owned())));
        self.browser.post(&format!("{}{path}", self.house.base), &form).await
    }

    async fn see(&mut self, path: &str) -> Page {
        self.browser.get(&format!("{}{path}", self.house.base)).await
    }
}

async fn desk(house: &House) -> Desk<'_> {
    let (browser, page) = administrator(house).await;
    Desk { house, browser, form_token: page.form_token() }
}

#[test]
fn every_act_on_the_pages_leaves_a_line_with_who_what_and_on_what() {
    each(async |db| {
        let house = House::open(db).await;
        house.launch(&mut Browser::new(), house.claims("u1")).await;
        let deployment = {
            let mut tx = db.store.read().await.unwrap();
            registration::deployments(&mut tx, &house.registration_id).await.unwrap().remove(0)
        };
        let here = format!("/admin/platforms/{}", house.registration_id);
        let mut desk = desk(&house).await;
        desk.press("/admin/platforms/add/moodle", &[("site", "https://moodle.example.edu"), ("client_id", "AbC")]).await;
        desk.press("/admin/platforms/invite", &[("site", "https://m.example.edu"), ("approved", "yes")]).await;
        desk.press("/admin/platforms/add/v1p1", &[("name", "Old LMS")]).await;
        desk.press("/admin/packages/link", &[]).await;
        desk.press(&format!("{here}/policy"), &[("policy", "accept"), ("anonymous", "yes")]).await;
        desk.press(&format!("{here}/deployments/{}", deployment.id), &[("act", "block")]).await;
        desk.press(&format!("{here}/deployments/{}", deployment.id), &[("act", "approve")]).await;
        desk.press(&format!("{here}/off"), &[]).await;
        desk.press(&format!("{here}/approve"), &[]).await;
        let addresses = [("auth_url", "https://n.example/a"), ("token_url", "https://n.example/t"), ("jwks_url", "https://n.example/k")];
        desk.press(&here, &[&[("name", "Renamed")][..], &addresses].concat()).await;
        desk.press(&format!("{here}/remove"), &[("name", "Renamed")]).await;

        let (old, moodle) = (format!("{}, client ID client-1", house.issuer.url()), "https://moodle.example.edu, client ID AbC".to_owned());
        let one = format!("{old}, deployment {}", deployment.lms_id);
        let told = told(db).await;
        let expected = [
            ("signed in by a one-time link and set a password", ""),
            ("platform added", &moodle),
            ("registration link made", "for m.example.edu, may launch at once"),
            ("platform added", "LTI 1.1, client ID ferry-"),
            ("link to packages made", ""),
            ("every deployment accepted from now on", &old),
            ("anonymous launches accepted from now on", &old),
            ("deployment blocked", &one),
            ("deployment approved", &one),
            ("platform switched off", &old),
            ("platform approved", &old),
            ("name or addresses of a platform changed", &old),
            ("platform removed", &old),
        ];
        assert_eq!(told.len(), expected.len(), "{told:?}");
        for ((who, act, subject), (expected_act, on)) in told.iter().zip(expected) {
            assert_eq!((who.as_str(), act.as_str()), ("anna", expected_act));
            assert!(subject.starts_with(on) && (subject == on || on.ends_with('-')), "{act}: {subject}");
        }
        let home = desk.see("/admin").await;
        assert!(home.body.contains("href=\"/admin/audit\""), "{}", home.body);
        let page = desk.see("/admin/audit").await;
        let at = |text: &str| page.body.find(text).unwrap_or_else(|| panic!("{text}: {}", page.body));
        assert!(at("Platform removed") < at("Platform switched off") && at("Platform switched off") < at("Signed in by"), "newest first");
        assert!(page.body.contains("anna") && page.body.contains(&moodle), "{}", page.body);
    });
}

#[test]
fn what_came_to_nothing_leaves_no_line() {
    each(async |db| {
        let house = House::open(db).await;
        let mut desk = desk(&house).await;
        let here = format!("/admin/platforms/{}", house.registration_id);
        let before = trail(db).await;
        let moodle = [("site", house.issuer.url()), ("client_id", String::new())];
        let moodle: Vec<_> = moodle.iter().map(|(n, v)| (*n, v.as_str())).collect();
        for (path, fields, status) in [
            ("/admin/platforms/add/moodle".to_owned(), &moodle[..], 422),
            (format!("{here}/remove"), &[("name", "Another")], 422),
            (format!("{here}/deployments/none"), &[("act", "approve")], 404),
            (format!("{here}/change"), &[("act", "apply-change")], 404),
            (here.clone(), &[("auth_url", "nonsense")], 422),
            ("/admin/platforms/invite/none".to_owned(), &[], 404),
            ("/admin/platforms/none/off".to_owned(), &[], 404),
            // The form says what is so already.
            (format!("{here}/policy"), &[("policy", "pin")], 200),
        ] {
            assert_eq!(desk.press(&path, fields).await.status, status, "{path}");
        }
        let wrong = [("name", "anna".to_owned()), ("password", "a guess at the password".to_owned())];
        assert_eq!(Browser::new().post(&format!("{}/admin/sign-in", house.base), &wrong).await.status, 401);
        assert_eq!(trail(db).await, before);
    });
}

#[test]
fn an_act_and_its_line_stand_or_fall_together() {
    each(async |db| {
        let failed = record(&db.store, async |tx: &mut Tx| {
            let tenant = Tenant { id: "t2".into(), name: "T".into(), kind: TenantKind::Trial, created_at: 0 };
            tenant::insert(tx, &tenant).await?;
            // No such tenant: the line cannot be written.
            let by = By { tenant_id: "nowhere".to_owned(), name: "anna".to_owned() };
            Ok::<_, StoreError>(((), Some(by.did("platform added", "", 1))))
        })
        .await;
        assert!(failed.is_err());
        let all = tenant::list(&mut db.store.read().await.unwrap()).await.unwrap();
        assert_eq!(all.iter().map(|t| t.id.as_str()).collect::<Vec<_>>(), [DEFAULT_TENANT]);
    });
}

#[test]
fn what_commands_do_is_listed_under_the_command_line() {
    each(async |db| {
        let urls = ["--auth-url", "https://m.example/a", "--token-url", "https://m.example/t", "--jwks-url", "https://m.example/k"];
        let add = [&["platform", "add", "--issuer", "https://m.example", "--client-id", "c"][..], &urls].concat();
        assert_eq!(on(db, &add).code, 0);
        assert_eq!(on(db, &add).code, 1, "twice");
        let id = on(db, &["platform", "list", "--json"]).out;
        let id = serde_json::from_str::<serde_json::Value>(&id).unwrap()[0]["id"].as_str().unwrap().to_owned();
        let meet = async move |tx: &mut Tx| {
            registration::meet_deployment(tx, &id, "1", 1).await?;
            registration::meet_deployment(tx, &id, "2", 2).await
        };
        db.store.write(Durability::Full, meet).await.unwrap();
        for words in [
            &["admin", "link"][..],
            &["platform", "approve", "c"],
            &["platform", "approve", "c"],
            &["platform", "invite"],
            &["platform", "add-v1p1", "--name", "Old"],
            &["keys", "rotate"],
            &["platform", "remove", "c", "--yes"],
            &["platform", "list"],
            &["keys", "list"],
        ] {
            assert_eq!(on(db, words).code, 0, "{words:?}");
        }
        let kid = on(db, &["keys", "list", "--json"]).out;
        let kid = serde_json::from_str::<serde_json::Value>(&kid).unwrap()[0]["kid"].as_str().unwrap().to_owned();
        let told = told(db).await;
        assert!(told.iter().all(|(who, ..)| who == "command line"), "{told:?}");
        let lines: Vec<_> = told.iter().map(|(_, act, subject)| (act.as_str(), subject.as_str())).collect();
        assert!(lines[4].1.starts_with("LTI 1.1, client ID ferry-"), "{lines:?}");
        assert_eq!(
            lines,
            [
                ("platform added", "https://m.example, client ID c"),
                ("one-time sign-in link made", ""),
                ("platform approved", "https://m.example, client ID c, deployment 2"),
                ("registration link made", "for any LMS"),
                ("platform added", lines[4].1),
                ("signing key rotated", &format!("new key {kid}")),
                ("platform removed", "https://m.example, client ID c"),
            ]
        );
    });
}

#[test]
fn a_restored_backup_says_so() {
    each(async |db| {
        let copy = db.dir().join("copy");
        let copy = copy.to_str().unwrap();
        on(db, &["keys", "rotate"]);
        on(db, &["db", "backup", copy]);
        on(db, &["keys", "rotate"]);
        db.store.close().await;
        assert_eq!(on(db, &["db", "restore", copy, "--yes"]).code, 0);
        let again = courseferry::store::Store::connect(&db.settings).await.unwrap();
        let acts = audit::list(&mut again.read().await.unwrap(), DEFAULT_TENANT, None, 10).await.unwrap();
        assert_eq!(acts.iter().map(|e| e.act.as_str()).collect::<Vec<_>>(), ["backup restored", "signing key rotated"]);
        again.close().await;
    });
}

/// Commands have no other way to write: beside `record`, what they did would be listed nowhere.
#[test]
fn no_command_writes_past_the_audit() {
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cli"))];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = fs::read_to_string(&path).unwrap();
                seen += 1;
                assert!(!text.contains("Durability"), "{}: use app::audit::record", path.display());
            }
        }
    }
    assert!(seen > 10);
}

#[test]
fn the_page_turns_and_shows_nothing_of_other_tenants_and_no_markup() {
    each(async |db| {
        let house = House::open(db).await;
        let mut desk = desk(&house).await;
        let op = async |tx: &mut Tx| {
            tenant::insert(tx, &Tenant { id: "trial-1".into(), name: "T".into(), kind: TenantKind::Trial, created_at: 0 }).await?;
            let other = By { tenant_id: "trial-1".to_owned(), name: "mallory".to_owned() };
            audit::insert(tx, &other.did("platform added", "elsewhere", 1)).await?;
            for n in 0..PAGE + 5 {
                audit::insert(tx, &By::command_line().did("platform added", &format!("<b>n{n}</b>"), 1)).await?;
            }
            Ok::<_, StoreError>(())
        };
        db.store.write(Durability::Full, op).await.unwrap();
        let lines = |page: &Page| page.body.matches("rowheader").count();
        let first = desk.see("/admin/audit").await;
        assert_eq!(lines(&first), PAGE);
        assert!(first.body.contains("&#60;b&#62;n54&#60;/b&#62;") && !first.body.contains("mallory"), "{}", first.body);
        let older =
            first.body.split("href=\"").find(|h| h.starts_with("/admin/audit?before=")).unwrap().split('"').next().unwrap().to_owned();
        let second = desk.see(&older).await;
        // The sign-in is the oldest.
        assert_eq!(lines(&second), 6);
        assert!(second.body.contains("n4&#60;") && !second.body.contains("n5&#60;") && !second.body.contains("mallory"), "{}", second.body);
        assert!(second.body.contains(">Newest</a>") && !second.body.contains(">Older</a>"), "{}", second.body);
        let beyond = desk.see("/admin/audit?before=0").await;
        assert!(beyond.status == 200 && beyond.body.contains("Nothing older is kept"), "{}", beyond.body);
        assert_eq!(Browser::new().get(&format!("{}/admin/audit", house.base)).await.status, 401);
    });
}

#[test]
fn lines_are_kept_for_400_days_and_longer_where_everything_is() {
    each(async |db| {
        const DAY: i64 = 24 * 60 * 60 * 1000;
        let house = House::open(db).await;
        let mut desk = desk(&house).await;
        for (days, keep_days, left) in [(399, 90, 1), (401, 3650, 1), (401, 90, 0)] {
            house.ahead.store(days * DAY, Ordering::Relaxed);
            let swept = house.app.clear_out(keep_days).await.unwrap();
            assert_eq!((swept.acts, trail(db).await.len()), (1 - left, left as usize), "{days} days");
        }
        house.ahead.store(0, Ordering::Relaxed);
        assert_eq!(desk.see("/admin/audit").await.status, 401, "its session is swept too");
    });
}

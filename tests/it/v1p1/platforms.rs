//! Keys and secrets: made here, shown once, renewed, removed; on the pages and on the command line.

use std::process::Command;

use courseferry::store::v1p1;

use super::{Site, shown};
use crate::{
    databases::{each, sqlite},
    house::Browser,
};

#[test]
fn the_secret_is_shown_once_and_lies_sealed() {
    each(async |db| {
        let mut site = Site::open(db).await;
        let page = &site.admin.1;
        assert_eq!(shown(page, "copy-launch"), site.launch_url());
        assert!(site.key.starts_with("ferry-") && site.secret.len() == 43, "{} {}", site.key, site.secret);
        assert_eq!(page.headers["cache-control"], "no-store");
        let sealed = v1p1::secret(&mut db.store.read().await.unwrap(), &site.registration_id).await.unwrap().unwrap();
        assert!(sealed.starts_with("v1.") && !sealed.contains(&site.secret));
        let url = format!("{}/admin/platforms/{}", site.house.base, site.registration_id);
        let later = site.admin.0.get(&url).await;
        assert!(later.body.contains(&site.key) && !later.body.contains(&site.secret), "{}", later.body);
        assert!(later.body.contains("LMS · LTI 1.1") && !later.body.contains("LTI 1.3 platform"), "{}", later.body);
        assert!(
            !later.body.contains("Keyset URL") && !later.body.contains("one key has many") && later.body.contains("Make a new secret"),
            "{}",
            later.body
        );
        let home = site.admin.0.get(&format!("{}/admin", site.house.base)).await;
        assert!(home.body.contains("Old LMS") && home.body.contains("LTI 1.1"), "{}", home.body);
    });
}

#[test]
fn a_new_secret_ends_the_old_one() {
    each(async |db| {
        let mut site = Site::open(db).await;
        let page = site.administer("/secret", &[]).await;
        let (old, new) = (site.secret.clone(), shown(&page, "copy-secret"));
        assert_ne!(old, new);
        let mut browser = Browser::new();
        site.launch(&mut browser, &site.form("ada")).await.assert_refused(&browser);
        site.secret = new;
        assert_eq!(site.launch(&mut browser, &site.form("ada")).await.status, 200);
        // An LTI 1.3 platform has none to renew.
        let form = [("form_token", page_token(&mut site).await)];
        let other = format!("{}/admin/platforms/{}/secret", site.house.base, site.house.registration_id);
        assert_eq!(site.admin.0.post(&other, &form).await.status, 404);
    });
}

async fn page_token(site: &mut Site) -> String {
    site.admin.0.get(&format!("{}/admin", site.house.base)).await.form_token()
}

#[test]
fn it_is_renamed_and_removed_like_any_other() {
    each(async |db| {
        let mut site = Site::open(db).await;
        assert_eq!(site.launch(&mut Browser::new(), &site.form("ada")).await.status, 200);
        let page = site.administer("", &[("name", "Older LMS")]).await;
        assert!(page.status == 200 && page.body.contains("Older LMS"), "{}", page.body);
        let page = site.administer("/remove", &[("name", "Older LMS")]).await;
        assert!(page.url.contains("said=removed"), "{}", page.url);
        let mut browser = Browser::new();
        site.launch(&mut browser, &site.form("ada")).await.assert_refused(&browser);
        assert_eq!(site.logged().await.0, "v1p1_key_unknown");
    });
}

#[test]
fn strangers_make_no_keys() {
    each(async |db| {
        let site = Site::open(db).await;
        let mut stranger = Browser::new();
        let add = format!("{}/admin/platforms/add/v1p1", site.house.base);
        let renew = format!("{}/admin/platforms/{}/secret", site.house.base, site.registration_id);
        assert_eq!(stranger.get(&add).await.status, 401);
        for url in [add, renew] {
            let page = stranger.post(&url, &[("name", "x".to_owned())]).await;
            assert!(page.status == 401 && !page.body.contains("copy-secret"), "{}", page.body);
        }
    });
}

#[test]
fn the_command_line_hands_key_and_secret_over_in_a_private_file() {
    sqlite(async |db| {
        let ferry = |words: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_ferry"));
            command.current_dir(db.dir()).env("FERRY_DATA_DIR", db.dir().join("data")).env("FERRY_PUBLIC_URL", "https://f.example/x");
            let output = command.args(words).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
        };
        let read = |stdout: &str| {
            let path = stdout.trim();
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
            }
            let text = std::fs::read_to_string(path).unwrap();
            let value = |label: &str| text.lines().find_map(|l| l.strip_prefix(label)).unwrap().trim().to_owned();
            (value("Launch URL"), value("Consumer key"), value("Shared secret"))
        };
        let (stdout, stderr) = ferry(&["platform", "add-v1p1", "--name", "Old LMS"]);
        let (url, key, secret) = read(&stdout);
        assert_eq!(url, "https://f.example/x/lti/v1p1/launch");
        assert!(!stdout.contains(&secret) && !stderr.contains(&secret) && !stderr.contains("http"), "{stdout} {stderr}");
        let (list, _) = ferry(&["platform", "list"]);
        assert!(list.contains("Old LMS") && list.contains("LTI 1.1") && list.contains(&key) && !list.contains(&secret), "{list}");
        std::fs::remove_file(stdout.trim()).unwrap();
        let (again, _) = ferry(&["platform", "key", &key]);
        let (_, same, other) = read(&again);
        assert!(same == key && other != secret);
    });
}

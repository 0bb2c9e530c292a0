//! The administrator's pages against a real server: coming in, platforms, and to whom they are closed.

use std::sync::atomic::Ordering;

use courseferry::{
    ids,
    store::{
        DEFAULT_TENANT, Durability, Tx, admin, registration,
        registration::{DeploymentPolicy, RegistrationStatus},
        tenant::{self, Tenant, TenantKind},
    },
};

use crate::{
    databases::{each, sqlite},
    house::{self, Browser, House, Page},
};

pub(crate) const PASSWORD: &str = "correct horse battery";

/// What `ferry admin link` does.
pub(crate) async fn one_time_link(house: &House) -> String {
    let (token, now) = (ids::random_token(32).unwrap(), house.app.now());
    let hash = ids::sha256_hex(token.as_bytes());
    let op = async move |tx: &mut Tx| admin::add_link(tx, DEFAULT_TENANT, &hash, now + 30 * 60_000, now).await;
    house.app.store.write(Durability::Full, op).await.unwrap();
    token
}

pub(crate) fn account(link: &str, name: &str, password: &str) -> Vec<(&'static str, String)> {
    vec![("link", link.to_owned()), ("name", name.to_owned()), ("password", password.to_owned()), ("again", password.to_owned())]
}

/// Signed in by a one-time link.
pub(crate) async fn administrator(house: &House) -> (Browser, Page) {
    let link = one_time_link(house).await;
    let mut browser = Browser::new();
    let page = browser.post(&format!("{}/admin/sign-in/account", house.base), &account(&link, "anna", PASSWORD)).await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.url.ends_with("/admin"), "{}", page.url);
    (browser, page)
}

#[test]
fn nobody_gets_in_without_signing_in() {
    each(async |db| {
        let house = House::open(db).await;
        let platform = format!("/admin/platforms/{}", house.registration_id);
        let mut browser = Browser::new();
        for path in ["/admin", "/admin/packages", "/admin/platforms/add", "/admin/platforms/add/moodle", &platform] {
            let page = browser.get(&format!("{}{path}", house.base)).await;
            assert_eq!(page.status, 401, "{path}");
            assert!(page.body.contains("Sign in as administrator") && !page.body.contains("Test platform"), "{path}");
            assert!(page.body.contains(&format!("name=\"next\" value=\"{path}\"")), "{path}");
        }
        for path in ["/admin/sign-out", "/admin/packages/link", "/admin/platforms/add/moodle", &format!("{platform}/remove")] {
            assert_eq!(browser.post(&format!("{}{path}", house.base), &[]).await.status, 401, "{path}");
        }
        // A learner's session is none of ours.
        house.launch(&mut browser, house.teacher("t1")).await;
        assert_eq!(browser.get(&format!("{}/admin", house.base)).await.status, 401);
    });
}

#[test]
fn a_one_time_link_is_spent_by_its_success_only() {
    each(async |db| {
        let house = House::open(db).await;
        let link = one_time_link(&house).await;
        let mut browser = Browser::new();
        let url = |rest: &str| format!("{}/admin/sign-in{rest}", house.base);
        assert_eq!(browser.get(&url("")).await.status, 200);
        // The whole address may be pasted; looking at it spends nothing.
        for pasted in [link.clone(), format!("{}#{link}", url(""))] {
            let page = browser.post(&url("/link"), &[("link", pasted)]).await;
            assert!(page.status == 200 && page.body.contains("Choose your name and password"), "{}", page.body);
        }
        let weak = browser.post(&url("/account"), &account(&link, "anna", "short")).await;
        assert_eq!(weak.status, 422);
        assert!(weak.body.contains("at least 12 characters") && !weak.body.contains("value=\"short\""), "{}", weak.body);
        assert!(weak.body.contains("value=\"anna\""), "what was typed stays: {}", weak.body);
        let home = browser.post(&url("/account"), &account(&link, "anna", PASSWORD)).await;
        assert!(home.status == 200 && home.body.contains("Platforms"), "{}", home.body);
        let again = Browser::new().post(&url("/account"), &account(&link, "eve", PASSWORD)).await;
        assert_eq!(again.status, 403);
        assert!(again.body.contains("used already"), "{}", again.body);
    });
}

#[test]
fn a_one_time_link_dies_after_half_an_hour_and_a_guess_is_none() {
    each(async |db| {
        let house = House::open(db).await;
        let link = one_time_link(&house).await;
        let mut browser = Browser::new();
        let url = format!("{}/admin/sign-in/account", house.base);
        assert_eq!(browser.post(&url, &account("guess", "eve", PASSWORD)).await.status, 403);
        house.ahead.store(31 * 60_000, Ordering::Relaxed);
        assert_eq!(browser.post(&url, &account(&link, "anna", PASSWORD)).await.status, 403);
        assert!(browser.cookies.is_empty());
    });
}

#[test]
fn name_and_password_open_and_anything_else_does_not() {
    each(async |db| {
        let house = House::open(db).await;
        administrator(&house).await;
        let url = format!("{}/admin/sign-in", house.base);
        let form = |name: &str, password: &str| {
            [("name", name.to_owned()), ("password", password.to_owned()), ("next", "/admin/packages".to_owned())]
        };
        for (name, password) in [("anna", "wrong horse battery"), ("nobody", PASSWORD), ("anna", ""), ("", "")] {
            let mut browser = Browser::new();
            let page = browser.post(&url, &form(name, password)).await;
            assert_eq!(page.status, 401, "{name}");
            assert!(page.body.contains("do not go together") && browser.cookies.is_empty());
        }
        let mut browser = Browser::new();
        let page = browser.post(&url, &form("anna", PASSWORD)).await;
        assert!(page.status == 200 && page.url.ends_with("/admin/packages"), "{}", page.url);
    });
}

#[test]
fn signing_in_leads_to_our_own_pages_only() {
    each(async |db| {
        let house = House::open(db).await;
        administrator(&house).await;
        for next in
            ["https://evil.example/", "//evil.example/admin", "/admin/../l/x", "/administrator", "/admin\\@evil.example", "/admin?x=1"]
        {
            let form = [("name", "anna".to_owned()), ("password", PASSWORD.to_owned()), ("next", next.to_owned())];
            let page = Browser::new().post(&format!("{}/admin/sign-in", house.base), &form).await;
            assert_eq!(page.url, format!("{}/admin", house.base), "{next}");
        }
    });
}

#[test]
fn tries_to_sign_in_are_limited() {
    each(async |db| {
        let house = House::open(db).await;
        let url = format!("{}/admin/sign-in", house.base);
        let mut last = 0;
        for _ in 0..12 {
            let form = [("name", "anna".to_owned()), ("password", "guess after guess".to_owned())];
            last = Browser::new().post(&url, &form).await.status.as_u16();
        }
        assert_eq!(last, 429);
    });
}

#[test]
fn a_session_ends_by_signing_out_and_by_itself() {
    each(async |db| {
        let house = House::open(db).await;
        let (mut browser, page) = administrator(&house).await;
        let kept = browser.cookies.clone();
        let out = browser.post(&format!("{}/admin/sign-out", house.base), &[("form_token", page.form_token())]).await;
        assert!(out.url.ends_with("/admin/sign-in") && browser.cookies.is_empty());
        browser.cookies = kept;
        assert_eq!(browser.get(&page.url).await.status, 401, "the server forgot it too");
        let (mut browser, page) = administrator(&house).await;
        house.ahead.store(13 * 3_600_000, Ordering::Relaxed);
        assert_eq!(browser.get(&page.url).await.status, 401);
    });
}

#[test]
fn a_new_password_ends_every_other_session() {
    each(async |db| {
        let house = House::open(db).await;
        let (mut before, page) = administrator(&house).await;
        let (mut after, _) = administrator(&house).await;
        assert_eq!(before.get(&page.url).await.status, 401);
        assert_eq!(after.get(&page.url).await.status, 200);
    });
}

#[test]
fn over_plain_http_beyond_this_machine_nobody_signs_in_and_the_page_says_why() {
    sqlite(async |db| {
        let address = house::serve(&db.store, "http://courses.example.edu", None).await;
        let url = format!("http://{address}/admin/sign-in");
        let mut browser = Browser::new();
        let page = browser.get(&url).await;
        assert!(page.body.contains("Signing in does not work here") && page.body.contains("FERRY_PUBLIC_URL"), "{}", page.body);
        let form = [("name", "anna".to_owned()), ("password", PASSWORD.to_owned())];
        let refused = browser.post(&url, &form).await;
        assert!(refused.status == 403 && browser.cookies.is_empty());
    });
}

#[test]
fn forms_without_the_sessions_token_change_nothing() {
    each(async |db| {
        let house = House::open(db).await;
        let (mut browser, page) = administrator(&house).await;
        let here = format!("{}/admin/platforms/{}", house.base, house.registration_id);
        let add = format!("{}/admin/platforms/add/moodle", house.base);
        let urls =
            [add, here.clone(), format!("{here}/approve"), format!("{here}/off"), format!("{here}/policy"), format!("{here}/remove")];
        let more =
            [format!("{here}/deployments/x"), format!("{}/admin/sign-out", house.base), format!("{}/admin/packages/link", house.base)];
        for url in urls.iter().chain(&more) {
            assert_eq!(browser.post(url, &[("form_token", "0".repeat(32))]).await.status, 403, "{url}");
            let form = [("form_token", page.form_token())];
            assert_eq!(browser.post_from(url, &form, Some("https://evil.example")).await.status, 403, "{url}");
        }
        let mut tx = db.store.read().await.unwrap();
        let still = registration::find(&mut tx, &house.registration_id).await.unwrap().unwrap();
        assert_eq!(still.status, RegistrationStatus::Active);
    });
}

#[test]
fn a_moodle_is_added_with_two_values() {
    each(async |db| {
        let house = House::open(db).await;
        let (mut browser, page) = administrator(&house).await;
        let url = format!("{}/admin/platforms/add/moodle", house.base);
        let form = browser.get(&url).await;
        for value in ["/lti/launch", "/lti/login", "/lti/jwks.json", "Redirection URI(s)", "Initiate login URL", "to=alpha"] {
            assert!(form.body.contains(value), "{value}");
        }
        let fields =
            |site: &str, client: &str| [("form_token", page.form_token()), ("site", site.to_owned()), ("client_id", client.to_owned())];
        let refused = browser.post(&url, &fields("moodle <b>", "")).await;
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("Check 2 fields") && refused.body.contains("moodle &#60;b&#62;"), "{}", refused.body);
        let added = browser.post(&url, &fields("https://moodle.example.edu/", "AbC")).await;
        assert!(added.status == 200 && added.body.contains("The platform is registered"), "{}", added.body);
        let mut tx = db.store.read().await.unwrap();
        let found = registration::by_client(&mut tx, "https://moodle.example.edu", "AbC").await.unwrap().unwrap();
        assert_eq!(found.jwks_url, "https://moodle.example.edu/mod/lti/certs.php");
        drop(tx);
        let twice = browser.post(&url, &fields("https://moodle.example.edu", "AbC")).await;
        assert!(twice.status == 422 && twice.body.contains("registered for this LMS already"), "{}", twice.body);
    });
}

#[test]
fn canvas_gets_its_configuration_as_json() {
    each(async |db| {
        let house = House::open(db).await;
        let (mut browser, page) = administrator(&house).await;
        let url = format!("{}/admin/platforms/add/canvas", house.base);
        let form = browser.get(&url).await;
        let text = form.body.split("<pre id=\"copy-1\" tabindex=\"0\">").nth(1).unwrap().split("</pre>").next().unwrap();
        let json: serde_json::Value =
            serde_json::from_str(&text.replace("&#34;", "\"").replace("&#60;", "<").replace("&#62;", ">")).unwrap();
        assert_eq!(json["target_link_uri"], format!("{}/lti/launch", house.base));
        assert_eq!(json["extensions"][0]["platform"], "canvas.instructure.com");
        assert_eq!(json["custom_fields"]["canvas_masquerading_user_id"], "$Canvas.masqueradingUser.id");
        let fields = [("form_token", page.form_token()), ("site", "test".to_owned()), ("client_id", "10000000000001".to_owned())];
        assert_eq!(browser.post(&url, &fields).await.status, 200);
        let mut tx = db.store.read().await.unwrap();
        let found = registration::by_client(&mut tx, "https://canvas.test.instructure.com", "10000000000001").await.unwrap().unwrap();
        assert_eq!((found.deployment_policy, found.family.as_str()), (DeploymentPolicy::Accept, "canvas"));
        drop(tx);
        assert_eq!(browser.get(&format!("{}/admin/platforms/add/blackboard-1999", house.base)).await.status, 404);
    });
}

#[test]
fn a_reference_that_somebody_quotes_is_found_with_its_reason() {
    each(async |db| {
        let house = House::open(db).await;
        let mut claims = house.claims("u1");
        claims["iss"] = serde_json::json!("https://stranger.example");
        let refused = house.launch(&mut Browser::new(), claims).await;
        let reference = refused.headers["x-request-id"].to_str().unwrap().to_owned();
        let (mut browser, home) = administrator(&house).await;
        assert!(home.body.contains("https://stranger.example") && home.body.contains("Register it"), "{}", home.body);
        let found = browser.get(&format!("{}/admin?reference={}", house.base, reference.to_lowercase())).await;
        assert!(found.body.contains("platform_unknown"), "{}", found.body);
        let nothing = browser.get(&format!("{}/admin?reference=%3Cb%3E", house.base)).await;
        assert!(nothing.body.contains("Nothing is known under") && !nothing.body.contains("<b>"), "{}", nothing.body);
        // What was refused is filled in where it is registered.
        let form =
            browser.get(&format!("{}/admin/platforms/add/other?issuer=https%3A%2F%2Fstranger.example&client_id=c7", house.base)).await;
        assert!(form.body.contains("value=\"https://stranger.example\"") && form.body.contains("value=\"c7\""), "{}", form.body);
    });
}

#[test]
fn a_platform_is_switched_off_and_on_and_changed() {
    each(async |db| {
        let house = House::open(db).await;
        let (mut browser, page) = administrator(&house).await;
        let here = format!("{}/admin/platforms/{}", house.base, house.registration_id);
        let form = || vec![("form_token", page.form_token())];
        let off = browser.post(&format!("{here}/off"), &form()).await;
        assert!(off.body.contains("switched off"), "{}", off.body);
        let login = Browser::new().post_from(&format!("{}/lti/login", house.base), &house.login_fields(), None).await;
        assert!(login.status == 403 && login.body.contains("switched off"), "{}", login.body);
        browser.post(&format!("{here}/approve"), &form()).await;
        assert_eq!(house.launch(&mut Browser::new(), house.claims("u1")).await.status, 200);
        let mut fields = form();
        fields.extend([("name", "Renamed".to_owned()), ("auth_url", "nonsense".to_owned())]);
        let refused = browser.post(&here, &fields).await;
        assert!(refused.status == 422 && refused.body.contains("Check 3 fields"), "{}", refused.body);
        fields[2].1 = "https://new.example/auth".to_owned();
        fields.extend([("token_url", "https://new.example/token".to_owned()), ("jwks_url", "https://new.example/jwks".to_owned())]);
        let changed = browser.post(&here, &fields).await;
        assert!(changed.body.contains("Renamed") && changed.body.contains("https://new.example/auth"), "{}", changed.body);
        let mut fields = form();
        fields.extend([("policy", "accept".to_owned()), ("anonymous", "yes".to_owned())]);
        browser.post(&format!("{here}/policy"), &fields).await;
        let mut tx = db.store.read().await.unwrap();
        let now = registration::find(&mut tx, &house.registration_id).await.unwrap().unwrap();
        assert_eq!((now.deployment_policy, now.anonymous, now.family.as_str()), (DeploymentPolicy::Accept, true, "generic"));
    });
}

#[test]
fn removing_asks_for_the_name_and_says_what_goes_with_it() {
    each(async |db| {
        let house = House::open(db).await;
        house.launch(&mut Browser::new(), house.claims("u1")).await;
        let (mut browser, page) = administrator(&house).await;
        let url = format!("{}/admin/platforms/{}/remove", house.base, house.registration_id);
        let asked = browser.get(&url).await;
        assert!(asked.body.contains("erases 1 learner, 0 attempts"), "{}", asked.body);
        let form = |name: &str| [("form_token", page.form_token()), ("name", name.to_owned())];
        let wrong = browser.post(&url, &form("something else")).await;
        assert!(wrong.status == 422 && wrong.body.contains("Nothing was removed"), "{}", wrong.body);
        let gone = browser.post(&url, &form("Test platform")).await;
        assert!(gone.body.contains("The platform is removed") && gone.body.contains("No LMS knows this tool yet"), "{}", gone.body);
        assert_eq!(browser.get(&url).await.status, 404);
    });
}

#[test]
fn platforms_of_another_tenant_do_not_exist() {
    each(async |db| {
        let house = House::open(db).await;
        let other = registration::Registration { tenant_id: "trial-1".to_owned(), ..house::registration(&house.issuer, "another") };
        let id = other.id.clone();
        let op = async move |tx: &mut Tx| {
            tenant::insert(tx, &Tenant { id: "trial-1".into(), name: "Trial".into(), kind: TenantKind::Trial, created_at: 0 }).await?;
            registration::insert(tx, &other).await
        };
        db.store.write(Durability::Full, op).await.unwrap();
        let (mut browser, page) = administrator(&house).await;
        let here = format!("{}/admin/platforms/{id}", house.base);
        let form = [("form_token", page.form_token()), ("name", "Test platform".to_owned())];
        assert_eq!(browser.get(&here).await.status, 404);
        for act in ["approve", "off", "remove"] {
            assert_eq!(browser.post(&format!("{here}/{act}"), &form).await.status, 404, "{act}");
        }
    });
}

#[test]
fn administration_is_framed_by_nobody() {
    each(async |db| {
        let house = House::open(db).await;
        let (mut browser, page) = administrator(&house).await;
        for page in [page, browser.get(&format!("{}/admin/sign-in", house.base)).await] {
            let policy = page.headers["content-security-policy"].to_str().unwrap();
            assert!(policy.ends_with("frame-ancestors 'none'"), "{policy}");
            assert_eq!(page.headers["cache-control"], "no-store");
        }
    });
}

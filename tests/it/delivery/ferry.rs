//! The real program on a database of its own, and people who open it from the fake platform.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{
    databases::Db,
    fake_platform::{CLIENT_ID, FakePlatform, fields},
    house::{Browser, Page, write_tiny_course},
    learn::{start, submit},
};

/// The program with its data, on a port of its own.
pub(crate) struct Ferry {
    /// Where people reach it.
    pub(crate) base: String,
    /// Where it listens.
    pub(crate) listen: String,
    settings: Vec<(&'static str, String)>,
    data: TempDir,
    child: Option<Child>,
}

impl Ferry {
    /// Registered with the platform, serving.
    pub(crate) async fn start(platform: &FakePlatform, db: &Db) -> Ferry {
        let mut ferry = Ferry::new(platform, db);
        ferry.register(platform);
        ferry.serve().await;
        platform.redirect(&format!("{}/lti/launch", ferry.base));
        platform.trust_document(&reqwest::get(format!("{}/lti/jwks.json", ferry.base)).await.unwrap().text().await.unwrap());
        ferry
    }

    /// Not started yet; the platform is not registered.
    pub(crate) fn new(platform: &FakePlatform, db: &Db) -> Ferry {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (listen, data) = (format!("127.0.0.1:{port}"), tempfile::tempdir().unwrap());
        write_tiny_course(&data.path().join("course"));
        let mut settings = vec![
            ("FERRY_DATA_DIR", data.path().join("data").display().to_string()),
            ("FERRY_COURSE", data.path().join("course").display().to_string()),
            ("FERRY_LISTEN", listen.clone()),
            ("FERRY_ALLOW_HOSTS", format!("127.0.0.1:{}", platform.port())),
        ];
        if !db.is_sqlite() {
            settings.push(("FERRY_DATABASE_URL", db.url()));
        }
        Ferry { base: format!("http://{listen}"), listen, settings, data, child: None }
    }

    /// The same with more settings.
    pub(crate) fn with(mut self, more: &[(&'static str, String)]) -> Ferry {
        self.settings.extend_from_slice(more);
        self
    }

    /// `ferry platform add`.
    pub(crate) fn register(&self, platform: &FakePlatform) {
        let registration = platform.registration();
        let added = self
            .command()
            .args(["platform", "add", "--name", "Fake", "--client-id", CLIENT_ID, "--deployment", "1", "--family", &registration.family])
            .args(["--issuer", &registration.issuer, "--auth-url", &registration.auth_url])
            .args(["--token-url", &registration.token_url, "--jwks-url", &registration.jwks_url])
            .output()
            .unwrap();
        assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ferry"));
        command.current_dir(self.data.path()).envs(self.settings.iter().cloned());
        command
    }

    /// What it has said so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.data.path().join("log")).unwrap_or_default()
    }

    /// Sends the doctor out, whatever it finds.
    pub(crate) fn doctor(&self) {
        let told = self.command().arg("doctor").output().unwrap();
        assert!(!told.stdout.is_empty(), "{}", String::from_utf8_lossy(&told.stderr));
    }

    /// The token of a one-time link for administrators.
    pub(crate) fn administrator_link(&self) -> String {
        let made = self.command().args(["admin", "link"]).output().unwrap();
        let file = String::from_utf8(made.stdout).unwrap();
        let link = std::fs::read_to_string(self.data.path().join(file.trim())).unwrap();
        link.trim().split('#').nth(1).unwrap().to_owned()
    }

    pub(crate) async fn serve(&mut self) {
        let log = std::fs::File::options().create(true).append(true).open(self.data.path().join("log")).unwrap();
        self.child = Some(self.command().arg("serve").stdout(Stdio::null()).stderr(log).spawn().unwrap());
        let began = Instant::now();
        while reqwest::get(format!("http://{}/readyz", self.listen)).await.is_err() {
            assert!(began.elapsed() < Duration::from_secs(60), "it does not serve: {}", self.log());
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// SIGKILL: nothing is finished, nothing is said.
    pub(crate) fn kill(&mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// SIGTERM: it finishes what is under way and says so.
    pub(crate) fn stop(&mut self) {
        let mut child = self.child.take().unwrap();
        assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
        assert!(child.wait().unwrap().success());
    }

    /// A learner launches and answers everything, or half of it.
    pub(crate) async fn take_quiz(&self, platform: &FakePlatform, sub: &str, all_right: bool) -> Page {
        self.take_quiz_in(&mut Browser::new(), platform, sub, all_right).await
    }

    /// The same in a browser that goes on.
    pub(crate) async fn take_quiz_in(&self, browser: &mut Browser, platform: &FakePlatform, sub: &str, all_right: bool) -> Page {
        let home = self.launch(browser, platform, sub, "Learner").await;
        let quiz = start(browser, &home).await;
        submit(browser, &quiz, &[("a-q1", "yes"), ("a-q2", if all_right { "12.5" } else { "1" })]).await
    }

    /// Logs in; gives the form that the platform's page would post.
    pub(crate) async fn form(&self, browser: &mut Browser, platform: &FakePlatform, sub: &str, role: &str) -> Vec<(&'static str, String)> {
        let login = platform.initiate(sub, role, &format!("{}/lti/launch?to=alpha", self.base));
        let login: Vec<(&str, String)> = login.iter().map(|(n, v)| (n.as_str(), v.clone())).collect();
        let origin = platform.url("");
        let redirect = browser.post_from(&format!("{}/lti/login", self.base), &login, Some(&origin)).await;
        let form = reqwest::get(redirect.headers["location"].to_str().unwrap()).await.unwrap().text().await.unwrap();
        let form = fields(&form);
        let value = |name: &str| form.iter().find(|(n, _)| n == name).unwrap().1.clone();
        vec![("id_token", value("id_token")), ("state", value("state"))]
    }

    pub(crate) async fn launch(&self, browser: &mut Browser, platform: &FakePlatform, sub: &str, role: &str) -> Page {
        let form = self.form(browser, platform, sub, role).await;
        let page = browser.post_from(&format!("{}/lti/launch", self.base), &form, Some(&platform.url(""))).await;
        let page = browser.follow(page).await;
        assert_eq!(page.status, 200, "{}", page.body);
        page
    }
}

impl Drop for Ferry {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

pub(crate) async fn until(what: &str, done: impl Fn() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(began.elapsed() < Duration::from_secs(60), "never happened: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

//! The real program, killed in the middle: a quiz handed in before is graded exactly right afterwards.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{
    databases::block_on,
    fake_platform::{At, CLIENT_ID, FakePlatform, Family, Fault, fields},
    house::{Browser, Page, write_tiny_course},
    learn::{start, submit},
};

/// The program with its data, on a port of its own.
struct Ferry {
    base: String,
    data: TempDir,
    platform_port: u16,
    child: Option<Child>,
}

impl Ferry {
    /// Registered with the platform, serving.
    async fn start(platform: &FakePlatform) -> Ferry {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let data = tempfile::tempdir().unwrap();
        write_tiny_course(&data.path().join("course"));
        let mut ferry = Ferry { base: format!("http://127.0.0.1:{port}"), data, platform_port: platform.port(), child: None };
        let registration = platform.registration();
        let added = ferry
            .command()
            .args(["platform", "add", "--name", "Fake", "--client-id", CLIENT_ID, "--deployment", "1", "--family", &registration.family])
            .args(["--issuer", &registration.issuer, "--auth-url", &registration.auth_url])
            .args(["--token-url", &registration.token_url, "--jwks-url", &registration.jwks_url])
            .output()
            .unwrap();
        assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
        ferry.serve().await;
        platform.redirect(&format!("{}/lti/launch", ferry.base));
        platform.trust_document(&reqwest::get(format!("{}/lti/jwks.json", ferry.base)).await.unwrap().text().await.unwrap());
        ferry
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ferry"));
        command
            .current_dir(self.data.path())
            .env("FERRY_DATA_DIR", self.data.path().join("data"))
            .env("FERRY_COURSE", self.data.path().join("course"))
            .env("FERRY_LISTEN", self.base.trim_start_matches("http://"))
            .env("FERRY_ALLOW_HOSTS", format!("127.0.0.1:{}", self.platform_port));
        command
    }

    async fn serve(&mut self) {
        let log = std::fs::File::options().create(true).append(true).open(self.data.path().join("log")).unwrap();
        self.child = Some(self.command().arg("serve").stdout(Stdio::null()).stderr(log).spawn().unwrap());
        let began = Instant::now();
        while reqwest::get(format!("{}/readyz", self.base)).await.is_err() {
            let log = || std::fs::read_to_string(self.data.path().join("log")).unwrap();
            assert!(began.elapsed() < Duration::from_secs(60), "it does not serve: {}", log());
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// SIGKILL: nothing is finished, nothing is said.
    fn kill(&mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// A learner launches and answers everything, or half of it.
    async fn take_quiz(&self, platform: &FakePlatform, sub: &str, all_right: bool) -> Page {
        let mut browser = Browser::new();
        let home = self.launch(&mut browser, platform, sub).await;
        let quiz = start(&mut browser, &home).await;
        submit(&mut browser, &quiz, &[("a-q1", "yes"), ("a-q2", if all_right { "12.5" } else { "1" })]).await
    }

    async fn launch(&self, browser: &mut Browser, platform: &FakePlatform, sub: &str) -> Page {
        let login = platform.initiate(sub, "Learner", &format!("{}/lti/launch?to=alpha", self.base));
        let login: Vec<(&str, String)> = login.iter().map(|(n, v)| (n.as_str(), v.clone())).collect();
        let origin = platform.url("");
        let redirect = browser.post_from(&format!("{}/lti/login", self.base), &login, Some(&origin)).await;
        let form = reqwest::get(redirect.headers["location"].to_str().unwrap()).await.unwrap().text().await.unwrap();
        let form = fields(&form);
        let form: Vec<(&str, String)> = form.iter().map(|(n, v)| (n.as_str(), v.clone())).collect();
        let page = browser.post_from(&format!("{}/lti/launch", self.base), &form, Some(&origin)).await;
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

async fn until(what: &str, done: impl Fn() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(began.elapsed() < Duration::from_secs(60), "never happened: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[test]
fn killed_between_attempt_and_delivery_the_grade_arrives_after_the_next_start() {
    block_on(async {
        let platform = FakePlatform::start(Family::Canvas);
        let mut ferry = Ferry::start(&platform).await;
        platform.fault(At::Token, Fault::Stall(Duration::from_secs(2)));
        let result = ferry.take_quiz(&platform, "ada", true).await;
        assert!(result.body.contains("100 %"), "{}", result.body);
        until("the delivery has begun", || platform.requests(At::Token) == 1).await;
        ferry.kill();
        assert_eq!(platform.requests(At::Score), 0);
        ferry.serve().await;
        until("the grade", || platform.entry("ada").percent == Some(100.0)).await;
        assert_eq!((platform.entry("ada").messages, platform.state().posted.len()), (1, 1));
    });
}

#[test]
fn killed_while_the_platform_stores_the_grade_it_is_not_sent_twice() {
    block_on(async {
        for family in [Family::Moodle, Family::Canvas] {
            let platform = FakePlatform::start(family);
            let mut ferry = Ferry::start(&platform).await;
            platform.fault(At::Score, Fault::Slow(Duration::from_millis(700)));
            ferry.take_quiz(&platform, "ada", true).await;
            until("the score is on its way", || platform.requests(At::Score) == 1).await;
            ferry.kill();
            until("the platform has it", || platform.entry("ada").percent == Some(100.0)).await;
            ferry.serve().await;
            until("somebody looks", || platform.requests(At::Results) > 0).await;
            tokio::time::sleep(Duration::from_millis(500)).await;
            let entry = platform.entry("ada");
            assert_eq!((entry.percent, entry.messages), (Some(100.0), 1));
            assert_eq!((entry.submissions, platform.state().posted.len()), (u32::from(family == Family::Canvas), 1));
        }
    });
}

#[test]
fn killed_while_the_platform_loses_the_grade_it_is_sent_again() {
    block_on(async {
        let platform = FakePlatform::start(Family::Edx);
        let mut ferry = Ferry::start(&platform).await;
        platform.fault(At::Score, Fault::Stall(Duration::from_millis(700)));
        ferry.take_quiz(&platform, "ada", false).await;
        until("the score is on its way", || platform.requests(At::Score) == 1).await;
        ferry.kill();
        ferry.serve().await;
        until("the grade", || platform.entry("ada").percent == Some(50.0)).await;
        assert_eq!(platform.entry("ada").messages, 1);
    });
}

#[test]
fn killed_again_and_again_at_any_moment_a_class_gets_exactly_its_grades() {
    block_on(async {
        let platform = FakePlatform::start(Family::Canvas);
        let names: Vec<String> = (0..6).map(|i| format!("s{i}")).collect();
        platform.state().grades.students.extend(names.clone());
        let mut ferry = Ferry::start(&platform).await;
        for round in 0..3_u64 {
            for (i, name) in names.iter().enumerate().filter(|(i, _)| i % 3 == usize::try_from(round).unwrap()) {
                platform.fault(At::Score, Fault::Slow(Duration::from_millis(40 * (i as u64 + 1))));
                ferry.take_quiz(&platform, name, i.is_multiple_of(2)).await;
            }
            tokio::time::sleep(Duration::from_millis(37 * round)).await;
            ferry.kill();
            ferry.serve().await;
        }
        let wanted = |i: usize| Some(if i.is_multiple_of(2) { 100.0 } else { 50.0 });
        until("every grade", || names.iter().enumerate().all(|(i, n)| platform.entry(n).percent == wanted(i))).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        for (i, name) in names.iter().enumerate() {
            let entry = platform.entry(name);
            assert_eq!(entry.percent, wanted(i), "{name}");
            assert!(entry.submissions <= 1, "{name} has {} submissions", entry.submissions);
        }
    });
}

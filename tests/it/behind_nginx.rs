//! Behind a real nginx, by the very block that docs/OPERATING.md gives: TLS, a path prefix, two servers over one PostgreSQL database.
//!
//! Without nginx these tests fail where it is required (`CI=true` or `FERRY_TEST_REQUIRE_NGINX=1`) and are loudly skipped elsewhere.

use std::{
    io::Write as _,
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tempfile::TempDir;

use crate::{
    admin::{PASSWORD, account},
    databases::{Db, block_on, postgres},
    delivery::{Ferry, until},
    fake_platform::{At, FakePlatform, Family, Fault},
    house::{Browser, Page},
    http::certificate,
    learn::{start, submit},
};

/// The host of the block in the manual.
const HOST: &str = "example.edu";

/// Two servers and the proxy in front of them.
struct Campus {
    base: String,
    ferries: [Ferry; 2],
    platform: FakePlatform,
    nginx: Child,
    port: u16,
    /// Where it speaks plain http.
    plain: u16,
    files: TempDir,
}

/// Runs a test on PostgreSQL, where there is an nginx.
fn campus(test: impl AsyncFn(&mut Campus)) {
    if nginx_is_there() {
        postgres(async |db| test(&mut Campus::open(db).await).await);
    }
}

fn nginx_is_there() -> bool {
    static THERE: OnceLock<bool> = OnceLock::new();
    *THERE.get_or_init(|| {
        let there = Command::new(nginx()).arg("-v").stderr(Stdio::null()).status().is_ok_and(|s| s.success());
        if !there {
            let says = |name: &str, value: &str| std::env::var(name).is_ok_and(|v| v == value);
            assert!(!says("CI", "true") && !says("FERRY_TEST_REQUIRE_NGINX", "1"), "no nginx for the tests");
            // Straight to stderr: a passing test's prints are not shown.
            let _ = writeln!(std::io::stderr(), "\n*** SKIPPED: every test behind nginx (found none). Install nginx. ***\n");
        }
        there
    })
}

/// Debian keeps it where only root looks.
fn nginx() -> &'static str {
    if Path::new("/usr/sbin/nginx").exists() { "/usr/sbin/nginx" } else { "nginx" }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The manual's block, with our ports and files.
fn block(files: &Path, [port, plain]: [u16; 2], ferries: &[Ferry; 2]) -> String {
    let manual = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/OPERATING.md")).unwrap();
    let mut block = manual.split("```nginx\n").nth(1).unwrap().split("```").next().unwrap().to_owned();
    let file = |name: &str| files.join(name).display().to_string();
    for (theirs, ours) in [
        ("127.0.0.1:8081", ferries[0].listen.clone()),
        ("127.0.0.1:8082", ferries[1].listen.clone()),
        ("listen 80;", format!("listen 127.0.0.1:{plain};")),
        ("listen 443 ssl", format!("listen 127.0.0.1:{port} ssl")),
        ("/etc/ssl/example.edu.pem", file("cert.pem")),
        ("/etc/ssl/example.edu.key", file("key.pem")),
    ] {
        assert_eq!(block.matches(theirs).count(), 1, "{theirs} in the manual's block");
        block = block.replace(theirs, &ours);
    }
    block
}

/// Serves that block, in the foreground and out of a folder of its own.
fn serve(files: &Path, block: &str) -> Child {
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(|n| format!("{n}_temp_path tmp/{n};\n")).concat();
    let whole = format!(
        "daemon off;\nmaster_process off;\npid nginx.pid;\nerror_log error.log;\nevents {{}}\nhttp {{\naccess_log off;\n{temporary}{block}\n}}\n"
    );
    std::fs::create_dir(files.join("tmp")).unwrap();
    std::fs::write(files.join("nginx.conf"), whole).unwrap();
    let mut command = Command::new(nginx());
    command.arg("-p").arg(files).arg("-c").arg(files.join("nginx.conf")).arg("-e").arg(files.join("error.log"));
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

impl Campus {
    async fn open(db: &Db) -> Self {
        let (files, port, plain) = (tempfile::tempdir().unwrap(), free_port(), free_port());
        let (base, platform) = (format!("https://{HOST}:{port}/ferry"), FakePlatform::start(Family::Moodle));
        let settings = [
            ("FERRY_PUBLIC_URL", base.clone()),
            ("FERRY_TRUSTED_PROXIES", "127.0.0.1".to_owned()),
            ("FERRY_MASTER_KEY", "the same on every server, and long enough".to_owned()),
        ];
        let mut ferries = [Ferry::new(&platform, db), Ferry::new(&platform, db)].map(|ferry| ferry.with(&settings));
        ferries[0].register(&platform);
        for ferry in &mut ferries {
            ferry.base.clone_from(&base);
            ferry.serve().await;
        }
        certificate(files.path(), HOST);
        let nginx = serve(files.path(), &block(files.path(), [port, plain], &ferries));
        let campus = Self { base, ferries, platform, nginx, port, plain, files };
        let began = std::time::Instant::now();
        while campus.client([127, 0, 0, 1]).get(format!("{}/healthz", campus.base)).send().await.is_err() {
            let log = std::fs::read_to_string(campus.files.path().join("error.log")).unwrap_or_default();
            assert!(began.elapsed() < Duration::from_secs(20), "nginx does not serve: {log}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        campus.platform.redirect(&format!("{}/lti/launch", campus.base));
        campus.platform.trust_document(&campus.browser().get(&format!("{}/lti/jwks.json", campus.base)).await.body);
        campus
    }

    /// One on this machine that trusts the throw-away certificate, at an address of its own.
    fn client(&self, from: [u8; 4]) -> reqwest::Client {
        let pem = std::fs::read(self.files.path().join("cert.pem")).unwrap();
        reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .add_root_certificate(reqwest::Certificate::from_pem(&pem).unwrap())
            .resolve(HOST, SocketAddr::from(([127, 0, 0, 1], self.port)))
            .local_address(IpAddr::V4(Ipv4Addr::from(from)))
            .build()
            .unwrap()
    }

    fn browser(&self) -> Browser {
        Browser::with(self.client([127, 0, 0, 1]))
    }

    /// How often each server has answered at `route`.
    fn answered(&self, route: &str) -> [usize; 2] {
        let route = format!("\"route\":\"/ferry{route}\"");
        self.ferries.each_ref().map(|ferry| ferry.log().lines().filter(|line| line.contains(&route)).count())
    }

    /// Which server alone has answered there.
    fn only(&self, route: &str) -> usize {
        match self.answered(route) {
            [1, 0] => 0,
            [0, 1] => 1,
            other => panic!("{route} was answered {other:?} times"),
        }
    }

    async fn launch(&self, browser: &mut Browser, form: &[(&str, String)]) -> Page {
        browser.post_from(&format!("{}/lti/launch", self.base), form, Some(&self.platform.url(""))).await
    }
}

impl Drop for Campus {
    fn drop(&mut self) {
        let _ = self.nginx.kill();
        let _ = self.nginx.wait();
    }
}

/// Every address of ours in a page keeps the prefix.
fn assert_prefixed(page: &Page) {
    assert_eq!(page.status, 200, "{}: {}", page.url, page.body);
    let addresses = ["href=\"/", "src=\"/", "action=\"/", "\"progress\":\"/", "\"save\":\"/", "\"road\":\"/"];
    let found: Vec<&str> = addresses.iter().flat_map(|before| page.body.split(before).skip(1)).collect();
    assert!(found.len() > 3, "{}", page.body);
    for rest in found {
        assert!(rest.starts_with("ferry/"), "{}: /{}", page.url, &rest[..rest.len().min(60)]);
    }
}

#[test]
fn one_server_begins_a_launch_another_ends_it_and_every_address_keeps_the_prefix() {
    campus(async |campus| {
        let (base, mut ada) = (campus.base.clone(), campus.browser());
        let form = campus.ferries[0].form(&mut ada, &campus.platform, "ada", "Learner").await;
        let entered = campus.launch(&mut ada, &form).await;
        assert!(entered.headers["location"].to_str().unwrap().starts_with("/ferry/l/"), "{:?}", entered.headers);
        // The browser of these tests has looked at every cookie: `__Host-`, so Secure, Path=/ and no Domain, whatever the prefix.
        assert_eq!(ada.sessions().len(), 1);
        assert_ne!(campus.only("/lti/login"), campus.only("/lti/launch"), "they take turns");
        let home = ada.follow(entered).await;
        assert_prefixed(&home);
        for page in ["p/a-one", "p/a-one", "p/alpha-quiz", "p/alpha-quiz"] {
            assert_prefixed(&ada.get(&format!("{}/{page}", home.root())).await);
        }
        assert_eq!(campus.answered("/l/{launch}/p/{page}").iter().filter(|n| **n >= 2).count(), 2, "both know the session");
        let picture = ada.get(&format!("{}/p/a-one", home.root())).await.attribute("alt=\"a dot\"", "src");
        assert_eq!(ada.get(&format!("https://{HOST}:{}{picture}", campus.port)).await.headers["content-type"], "image/svg+xml");

        let quiz = start(&mut ada, &home).await;
        let result = submit(&mut ada, &quiz, &[("a-q1", "yes"), ("a-q2", "12.5")]).await;
        assert_prefixed(&result);
        assert!(result.body.contains("100 %"), "{}", result.body);
        until("the grade", || campus.platform.entry("ada").percent == Some(100.0)).await;

        let mut tom = campus.browser();
        let form = campus.ferries[0].form(&mut tom, &campus.platform, "tom", "Instructor").await;
        let entered = campus.launch(&mut tom, &form).await;
        let class = tom.follow(entered).await;
        for page in ["class", "choose", "packages"] {
            assert_prefixed(&tom.get(&format!("{}/{page}", class.root())).await);
        }
        assert_prefixed(&tom.get(&format!("{base}/")).await);
        assert_eq!(tom.get_only(&base).await.headers["location"], format!("{base}/"));
        assert_eq!(tom.get(&base.replace("/ferry", "/lti/jwks.json")).await.status, 404, "nothing lives beside the prefix");
        assert_eq!(tom.get(&format!("{base}/metrics")).await.status, 404, "the proxy is not this machine");
        let plain = campus.client([127, 0, 0, 1]).get(format!("http://127.0.0.1:{}/ferry/l/x?y", campus.plain)).header("host", HOST);
        assert_eq!(plain.send().await.unwrap().headers()["location"], format!("https://{HOST}/ferry/l/x?y"));
    });
}

#[test]
fn an_administrator_comes_in_and_stays_under_the_prefix() {
    campus(async |campus| {
        let (base, mut anna) = (campus.base.clone(), campus.browser());
        let said = campus.ferries[1].command().args(["admin", "link"]).output().unwrap();
        let link = std::fs::read_to_string(String::from_utf8(said.stdout).unwrap().trim()).unwrap();
        let token = link.trim().strip_prefix(&format!("{base}/admin/sign-in#")).unwrap_or_else(|| panic!("{link}"));
        let home = anna.post(&format!("{base}/admin/sign-in/account"), &account(token, "anna", PASSWORD)).await;
        assert_eq!(home.url, format!("{base}/admin"));
        for page in ["", "/packages", "/waiting", "/platforms/add", "/platforms/add/moodle", "/platforms/invite"] {
            assert_prefixed(&anna.get(&format!("{base}/admin{page}")).await);
        }
        let values = anna.get(&format!("{base}/admin/platforms/add/moodle")).await.body;
        assert!(values.contains(&format!("{base}/lti/login")) && values.contains(&format!("{base}/lti/jwks.json")), "{values}");

        let mut later = campus.browser();
        let asked = later.get(&format!("{base}/admin/waiting")).await;
        assert_eq!(asked.attribute("name=\"next\"", "value"), "/ferry/admin/waiting");
        let fields = [("name", "anna".to_owned()), ("password", PASSWORD.to_owned()), ("next", "/ferry/admin/waiting".to_owned())];
        assert_eq!(later.post(&format!("{base}/admin/sign-in"), &fields).await.url, format!("{base}/admin/waiting"));
    });
}

#[test]
fn a_server_that_dies_at_any_point_costs_nobody_a_launch_a_page_or_a_grade() {
    campus(async |campus| {
        let (mut ada, mut ben) = (campus.browser(), campus.browser());
        let form = campus.ferries[0].form(&mut ada, &campus.platform, "ada", "Learner").await;
        let first = campus.only("/lti/login");
        campus.ferries[first].kill();
        let entered = campus.launch(&mut ada, &form).await;
        let home = ada.follow(entered).await;
        let quiz = start(&mut ada, &home).await;
        // Back again while somebody else is between login and launch.
        let form = campus.ferries[0].form(&mut ben, &campus.platform, "ben", "Learner").await;
        campus.ferries[first].serve().await;
        campus.ferries[1 - first].kill();
        let entered = campus.launch(&mut ben, &form).await;
        assert_eq!(ben.follow(entered).await.status, 200);
        // And the one that is about to send the grade.
        campus.ferries[1 - first].serve().await;
        campus.platform.fault(At::Token, Fault::Stall(Duration::from_secs(2)));
        let result = submit(&mut ada, &quiz, &[("a-q1", "yes"), ("a-q2", "12.5")]).await;
        assert!(result.body.contains("100 %"), "{} {}", result.status, result.body);
        until("the delivery has begun", || campus.platform.requests(At::Token) == 1).await;
        let holder = campus.only("/l/{launch}/attempt/{attempt}/submit");
        campus.ferries[holder].kill();
        assert_eq!(campus.platform.requests(At::Score), 0);
        until("the grade", || campus.platform.entry("ada").percent == Some(100.0)).await;
        assert_eq!(campus.platform.entry("ada").messages, 1);
    });
}

#[test]
fn while_one_server_after_the_other_is_updated_a_reader_reads_on() {
    campus(async |campus| {
        let mut ada = campus.browser();
        let form = campus.ferries[0].form(&mut ada, &campus.platform, "ada", "Learner").await;
        let entered = campus.launch(&mut ada, &form).await;
        let page = format!("{}/p/a-one", ada.follow(entered).await.root());
        let (mut reader, reads) = (campus.browser(), Arc::new(AtomicBool::new(true)));
        reader.cookies.clone_from(&ada.cookies);
        let on = Arc::clone(&reads);
        let reading = std::thread::spawn(move || {
            block_on(async {
                while on.load(Ordering::SeqCst) {
                    let read = reader.get(&page).await;
                    // nginx would say 502 or 504. 503 is the server itself, whose new connections to the database a busy machine keeps waiting.
                    assert!(read.status == 200 || read.status == 503, "{} {}", read.status, read.body);
                }
            })
        });
        for n in [0, 1] {
            campus.ferries[n].stop();
            let (other, seen) = (1 - n, campus.answered("/l/{launch}/p/{page}"));
            let serves = || campus.answered("/l/{launch}/p/{page}")[other] > seen[other] + 1;
            until("the other serves on", || serves() || reading.is_finished()).await;
            assert!(!reading.is_finished(), "{:?}", reading.join());
            campus.ferries[n].serve().await;
        }
        reads.store(false, Ordering::SeqCst);
        reading.join().unwrap();
    });
}

#[test]
fn what_a_proxy_adds_to_an_address_is_believed_from_the_proxy_alone() {
    campus(async |campus| {
        // Failures are counted in each server: one is enough.
        campus.ferries[1].stop();
        let (proxied, direct) = (campus.base.clone(), format!("http://{}", campus.ferries[0].listen));
        let post = async |client: &reqwest::Client, base: &str, says: &str| {
            let form = [("id_token", "nonsense"), ("state", "x")];
            client.post(format!("{base}/lti/launch")).header("x-forwarded-for", says).form(&form).send().await.unwrap().status().as_u16()
        };
        let once = async |base: &str, from: u8, says: &str| post(&campus.client([127, 0, 0, from]), base, says).await;
        let flood = async |base: &str, from: u8| {
            let client = campus.client([127, 0, 0, from]);
            for n in 0..=100 {
                post(&client, base, &format!("198.51.100.{n}")).await;
            }
            post(&client, base, "198.51.100.250").await
        };
        assert_eq!(flood(&proxied, 2).await, 429, "what a client says of itself does not help it");
        assert_eq!(once(&proxied, 3, "127.0.0.2").await, 400, "nor harm its neighbour");
        assert_eq!(flood(&direct, 4).await, 429, "who is no proxy is not believed");
        assert_eq!(once(&proxied, 5, "127.0.0.4").await, 400);
        assert_eq!(once(&direct, 1, "127.0.0.4").await, 429, "the proxy is");
    });
}

#[test]
fn the_longest_login_fits_through() {
    campus(async |campus| {
        let mut browser = campus.browser();
        for _ in 0..20 {
            browser.cookies.insert(format!("__Host-ferry-login-{}", courseferry::ids::random_token(12).unwrap()), "x".repeat(43));
        }
        let mut login = campus.platform.initiate("ada", "Learner", &format!("{}/lti/launch", campus.base));
        for (name, value) in &mut login {
            if name == "lti_message_hint" {
                *value = "ä".repeat(1500);
            }
        }
        let fields: Vec<(&str, String)> = login.iter().map(|(n, v)| (n.as_str(), v.clone())).collect();
        let url = format!("{}/lti/login", campus.base);
        let page = browser.post_from(&url, &fields, Some(&campus.platform.url(""))).await;
        assert_eq!(page.status, 302, "{}", page.body);
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
        assert!(query.len() > 8 * 1024, "longer than nginx takes by itself");
        assert_eq!(browser.get_only(&format!("{url}?{query}")).await.status, 302);
    });
}

//! The server under test: the release binary with a data folder of its own.

use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::http::Connection;

pub(crate) struct Ferry {
    child: Child,
    pub(crate) port: u16,
    pub(crate) public_url: String,
    pub(crate) issuer: String,
    pub(crate) start_ms: u128,
    _data: tempfile::TempDir,
}

fn binary() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_ferry"))
}

fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0)).and_then(|l| l.local_addr()).expect("a port").port()
}

impl Ferry {
    pub(crate) async fn start(issuer_port: u16) -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let port = free_port();
        let issuer = format!("http://127.0.0.1:{issuer_port}");
        let public_url = format!("http://127.0.0.1:{port}");
        let command = || {
            let mut command = Command::new(binary());
            command
                .env("FERRY_LISTEN", format!("127.0.0.1:{port}"))
                .env("FERRY_PUBLIC_URL", &public_url)
                .env("FERRY_DATA_DIR", data.path())
                .env("FERRY_ALLOW_HOSTS", format!("127.0.0.1:{issuer_port}"))
                .current_dir(data.path());
            command
        };
        let added = command()
            .args(["platform", "add", "--name", "Bench", "--client-id", "bench", "--deployment", "1", "--issuer", &issuer])
            .args([
                "--auth-url",
                &format!("{issuer}/auth"),
                "--token-url",
                &format!("{issuer}/token"),
                "--jwks-url",
                &format!("{issuer}/jwks"),
            ])
            .output()
            .expect("ferry runs");
        assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
        // First start renders the course into the cache; the second is the one that counts.
        let (mut first, _) = Self::serve(&mut command(), port).await;
        stop(&mut first);
        let (child, start_ms) = Self::serve(&mut command(), port).await;
        Self { child, port, public_url, issuer, start_ms, _data: data }
    }

    async fn serve(command: &mut Command, port: u16) -> (Child, u128) {
        let start = Instant::now();
        let child = command.arg("serve").stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("ferry starts");
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            assert!(start.elapsed() < Duration::from_secs(30), "ferry did not start");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let answer = Connection::open(port).await.get("/", "").await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        (child, start.elapsed().as_millis())
    }

    pub(crate) fn login_body(&self) -> String {
        let target = format!("{}/lti/launch?to=foundations", self.public_url);
        crate::http::form(&[
            ("iss", &self.issuer),
            ("client_id", "bench"),
            ("lti_deployment_id", "1"),
            ("login_hint", "learner"),
            ("lti_message_hint", "hint"),
            ("target_link_uri", &target),
        ])
    }

    /// CPU seconds of the server so far, user and system.
    pub(crate) fn cpu(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).expect("Linux");
        let after = stat.rsplit_once(')').expect("a stat line").1;
        let fields: Vec<f64> = after.split_whitespace().filter_map(|f| f.parse().ok()).collect();
        // Fields 14 and 15 of proc(5); the state letter does not parse and field 4 is the first here.
        (fields[10] + fields[11]) / 100.0
    }

    pub(crate) fn rss_mib(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("Linux");
        let line = status.lines().find(|l| l.starts_with("VmRSS")).expect("VmRSS");
        line.split_whitespace().nth(1).and_then(|kb| kb.parse::<f64>().ok()).expect("kB") / 1024.0
    }
}

fn stop(child: &mut Child) {
    let _ = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    let _ = child.wait();
}

impl Drop for Ferry {
    fn drop(&mut self) {
        stop(&mut self.child);
    }
}

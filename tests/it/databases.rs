//! Both databases for tests: SQLite in a folder of its own, PostgreSQL from a private server that lives as long as this process.
//!
//! `FERRY_TEST_POSTGRES_URL` names a server to use instead. Without any, the PostgreSQL half fails where it is required
//! (`CI=true` or `FERRY_TEST_REQUIRE_POSTGRES=1`) and is loudly skipped elsewhere.

use std::{
    io::Write as _,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

use courseferry::{
    config::{DatabaseSettings, DatabaseUrl, Secret},
    ids,
    store::Store,
};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use tempfile::TempDir;

/// A fresh database, gone when dropped.
pub(crate) struct Db {
    pub(crate) store: Store,
    pub(crate) settings: DatabaseSettings,
    dir: TempDir,
}

impl Db {
    /// The data folder.
    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self.store, Store::Sqlite(_))
    }

    /// What `FERRY_DATABASE_URL` would say.
    pub(crate) fn url(&self) -> String {
        match &self.settings.url {
            DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
            DatabaseUrl::Postgres(url) => url.expose().to_owned(),
        }
    }

    /// Changes what the program has no statement for.
    pub(crate) async fn run(&self, text: &str) {
        let text = AssertSqlSafe(text.to_owned());
        if self.is_sqlite() {
            sqlx::query(text).execute(&mut SqliteConnection::connect(&self.url()).await.unwrap()).await.unwrap();
        } else {
            sqlx::query(text).execute(&mut PgConnection::connect(&self.url()).await.unwrap()).await.unwrap();
        }
    }
}

/// Runs a test on SQLite, then on PostgreSQL, each time with a new database.
pub(crate) fn each(test: impl AsyncFn(&Db)) {
    sqlite(&test);
    if let Some(server) = postgres_url() {
        on_postgres(server, &test);
    }
}

/// Runs a test on SQLite alone.
pub(crate) fn sqlite(test: impl AsyncFn(&Db)) {
    let dir = tempfile::tempdir().unwrap();
    let settings = DatabaseSettings::sqlite_in(dir.path());
    run(dir, settings, test);
}

/// Runs a test on PostgreSQL alone.
pub(crate) fn postgres(test: impl AsyncFn(&Db)) {
    if let Some(server) = postgres_url() {
        on_postgres(server, test);
    }
}

fn on_postgres(server: &str, test: impl AsyncFn(&Db)) {
    let name = format!("ferry_{}", ids::new_id().replace('-', ""));
    // Our own server goes as a whole, so nothing is dropped there, and a copy is quicker than the migrations.
    let private = std::env::var_os("FERRY_TEST_POSTGRES_URL").is_none();
    let like = if private { format!(" TEMPLATE {}", template(server)) } else { String::new() };
    admin(server, &format!("CREATE DATABASE {name}{like}"));
    let dir = tempfile::tempdir().unwrap();
    let settings = postgres_settings(server, &name, dir.path());
    run(dir, settings, test);
    if !private {
        admin(server, &format!("DROP DATABASE {name} WITH (FORCE)"));
    }
}

fn postgres_settings(server: &str, name: &str, data_dir: &Path) -> DatabaseSettings {
    let mut url = url::Url::parse(server).unwrap();
    url.set_path(name);
    DatabaseSettings { url: DatabaseUrl::Postgres(Secret::new(url.to_string())), data_dir: data_dir.to_owned() }
}

/// A database with our schema and nobody in it.
fn template(server: &str) -> &'static str {
    static MADE: OnceLock<&str> = OnceLock::new();
    MADE.get_or_init(|| {
        admin(server, "CREATE DATABASE ferry_template");
        let settings = postgres_settings(server, "ferry_template", Path::new("/"));
        block_on(async { Store::connect(&settings).await.unwrap().close().await });
        "ferry_template"
    })
}

fn run(dir: TempDir, settings: DatabaseSettings, test: impl AsyncFn(&Db)) {
    block_on(async {
        let store = Store::connect(&settings).await.unwrap();
        let db = Db { store, settings, dir };
        test(&db).await;
        db.store.close().await;
    });
}

pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn admin(server: &str, text: &str) {
    block_on(async {
        let mut connection = PgConnection::connect(server).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    });
}

/// The server's address, if one is to be had.
pub(crate) fn postgres_url() -> Option<&'static str> {
    static SERVER: OnceLock<Option<(String, Option<Child>)>> = OnceLock::new();
    let server = SERVER.get_or_init(|| {
        if let Ok(url) = std::env::var("FERRY_TEST_POSTGRES_URL") {
            return Some((url, None));
        }
        match start_server() {
            Ok((url, watcher)) => Some((url, Some(watcher))),
            Err(why) => {
                let required =
                    std::env::var("CI").is_ok_and(|v| v == "true") || std::env::var("FERRY_TEST_REQUIRE_POSTGRES").is_ok_and(|v| v == "1");
                assert!(!required, "no PostgreSQL for the tests: {why}");
                // Straight to stderr: a passing test's prints are not shown.
                let _ = writeln!(
                    std::io::stderr(),
                    "\n*** SKIPPED: every test on PostgreSQL ({why}). Install postgresql or set FERRY_TEST_POSTGRES_URL. ***\n"
                );
                None
            }
        }
    });
    server.as_ref().map(|(url, _)| url.as_str())
}

fn start_server() -> Result<(String, Child), String> {
    let bin = bin_dir().ok_or("found no initdb")?;
    let user =
        if is_root() { Some(unprivileged().ok_or("found no user `postgres` or `nobody`, and PostgreSQL refuses root")?) } else { None };
    let dir = tempfile::Builder::new().prefix("ferry-pg-").tempdir().map_err(|e| e.to_string())?.keep();
    if let Some(user) = user {
        call(Command::new("chown").arg(user).arg(&dir))?;
    }
    let data = dir.join("data");
    let as_user = |program: &str| {
        let program = bin.join(program);
        match user {
            Some(user) => {
                let mut command = Command::new("runuser");
                command.args(["-u", user, "--"]).arg(program);
                command
            }
            None => Command::new(program),
        }
    };
    // The server must not keep our working folder, nor our locale.
    call(
        as_user("initdb")
            .current_dir("/")
            .args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-locale", "--no-sync", "-D"])
            .arg(&data),
    )?;
    let mut last = String::new();
    for _ in 0..5 {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).map_err(|e| e.to_string())?.port();
        let options = format!(
            "-p {port} -k {} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200 -c shared_buffers=32MB",
            dir.display()
        );
        let mut start = as_user("pg_ctl");
        start
            .current_dir("/")
            .args(["start", "-w", "-t", "30", "-s", "-D"])
            .arg(&data)
            .arg("-l")
            .arg(dir.join("log"))
            .args(["-o", &options]);
        match call(&mut start) {
            Ok(()) => return Ok((format!("postgres://postgres@127.0.0.1:{port}/postgres"), watch(&bin, user, &dir)?)),
            Err(why) => last = why,
        }
    }
    Err(last)
}

/// Stops the server once our end of its pipe closes: at exit, however we end.
fn watch(bin: &Path, user: Option<&str>, dir: &Path) -> Result<Child, String> {
    let stop = format!("{}/pg_ctl stop -m immediate -s -D {}/data", bin.display(), dir.display());
    let stop = user.map_or(stop.clone(), |u| format!("runuser -u {u} -- {stop}"));
    let script = format!("trap '' INT TERM HUP; cat >/dev/null; cd /; {stop} >/dev/null 2>&1; rm -rf {}", dir.display());
    Command::new("sh")
        .args(["-c", &script])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| e.to_string())
}

fn bin_dir() -> Option<PathBuf> {
    let on_path = std::env::var_os("PATH").into_iter().flat_map(|p| std::env::split_paths(&p).collect::<Vec<_>>());
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|e| e.path().join("bin"));
    let mut all: Vec<PathBuf> = debian.collect();
    all.sort();
    on_path.chain(all.into_iter().rev()).find(|d| d.join("initdb").is_file() && d.join("postgres").exists())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|o| o.stdout.trim_ascii() == b"0")
}

fn unprivileged() -> Option<&'static str> {
    ["postgres", "nobody"].into_iter().find(|u| Command::new("id").args(["-u", u]).output().is_ok_and(|o| o.status.success()))
}

/// Without inheriting our pipes: a daemon that keeps them would keep the test runner waiting.
fn call(command: &mut Command) -> Result<(), String> {
    let log = tempfile::tempfile().map_err(|e| e.to_string())?;
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log.try_clone().map_err(|e| e.to_string())?).status();
    match status {
        Ok(s) if s.success() => Ok(()),
        Ok(s) => {
            use std::io::{Read as _, Seek as _};
            let (mut log, mut told) = (log, String::new());
            let _ = log.rewind();
            let _ = log.read_to_string(&mut told);
            Err(format!("{:?} ended with {s}: {}", command.get_program(), told.lines().last().unwrap_or_default()))
        }
        Err(e) => Err(format!("{:?}: {e}", command.get_program())),
    }
}

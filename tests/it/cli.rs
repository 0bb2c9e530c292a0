//! The command line, from outside: words in, stdout, stderr and exit code out.

use std::process::{Command, Output, Stdio};

use courseferry::{
    ids,
    store::{DEFAULT_TENANT, Durability, Tx, admin, key_proof, registration, registration_link},
};

use crate::databases::{Db, each, sqlite};

pub(crate) struct Told {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// `ferry` with nothing of ours in its environment but what is given.
fn command(dir: &std::path::Path, words: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ferry"));
    for (name, _) in std::env::vars_os().filter(|(n, _)| n.to_string_lossy().starts_with("FERRY_")) {
        command.env_remove(name);
    }
    command.current_dir(dir).args(words).envs(variables.iter().copied()).stdin(Stdio::null());
    command
}

fn told(output: Output) -> Told {
    Told {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn ferry(dir: &std::path::Path, words: &[&str], variables: &[(&str, &str)]) -> Told {
    told(command(dir, words, variables).output().unwrap())
}

/// `ferry` on a test's database.
pub(crate) fn on(db: &Db, words: &[&str]) -> Told {
    let (url, data) = (db.url(), db.dir().display().to_string());
    ferry(db.dir(), words, &[("FERRY_DATABASE_URL", &url), ("FERRY_DATA_DIR", &data)])
}

/// `ferry` where nothing is yet.
fn alone(words: &[&str], variables: &[(&str, &str)]) -> Told {
    ferry(tempfile::tempdir().unwrap().path(), words, variables)
}

const MOODLE: &[&str] = &[
    "platform",
    "add",
    "--issuer",
    "https://moodle.example.edu",
    "--client-id",
    "AbC123",
    "--auth-url",
    "https://moodle.example.edu/mod/lti/auth.php",
    "--token-url",
    "https://moodle.example.edu/mod/lti/token.php",
    "--jwks-url",
    "https://moodle.example.edu/mod/lti/certs.php",
];

#[test]
fn help_teaches_and_is_data() {
    let help = alone(&["--help"], &[]);
    assert_eq!((help.code, help.err.as_str()), (0, ""));
    for word in ["ferry serve --trial", "ferry new my-course", "platform", "config show"] {
        assert!(help.out.contains(word), "{word}");
    }
    for words in [&["platform", "--help"][..], &["help", "db"], &["build", "--help"], &["platform", "add", "--help"]] {
        let help = alone(words, &[]);
        assert!(help.code == 0 && (help.out.contains("Example") || help.out.contains("Where the values are")), "{words:?}");
    }
}

#[test]
fn wrong_words_are_exit_code_two_on_stderr() {
    for words in [&[][..], &["fly"], &["platform"], &["platform", "add"], &["build", "--format", "pdf"], &["config", "check", "x"]] {
        let wrong = alone(words, &[]);
        assert_eq!((wrong.code, wrong.out.as_str()), (2, ""), "{words:?}");
        assert!(!wrong.err.is_empty());
    }
}

#[test]
fn the_settings_are_shown_checked_and_documented() {
    let shown = alone(&["config", "show"], &[("FERRY_LISTEN", "127.0.0.1:9999"), ("FERRY_METRICS_TOKEN", "hush-hush")]);
    assert_eq!(shown.code, 0);
    assert!(shown.out.contains("listen = \"127.0.0.1:9999\"") && shown.out.contains("# the environment, FERRY_LISTEN"), "{}", shown.out);
    assert!(!shown.out.contains("hush-hush"));
    let defaults = alone(&["config", "show", "--defaults"], &[]).out;
    assert_eq!(
        defaults.trim_end(),
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/ferry.default.toml")).unwrap().trim_end()
    );
    let fine = alone(&["config", "check"], &[]);
    assert_eq!((fine.code, fine.out.as_str(), fine.err.as_str()), (0, "", "settings are fine\n"));
    let quiet = alone(&["config", "check", "--quiet"], &[]);
    assert_eq!((quiet.code, quiet.err.as_str()), (0, ""));
    let problem = alone(&["config", "check"], &[("FERRY_CA_FILE", "/nowhere/ca.pem")]);
    assert_eq!(problem.code, 1);
    assert!(problem.out.starts_with("setting `ca_file`: cannot read `/nowhere/ca.pem`"), "{}", problem.out);
}

#[test]
fn a_broken_setting_stops_any_command_with_one_line() {
    for words in [&["config", "check"][..], &["platform", "list"], &["serve"]] {
        let wrong = alone(words, &[("FERRY_LISTN", "x")]);
        assert_eq!((wrong.code, wrong.out.as_str()), (1, ""));
        assert_eq!(wrong.err, "error: unknown setting `FERRY_LISTN` in the environment; did you mean `FERRY_LISTEN`?\n");
    }
}

#[test]
fn a_settings_file_is_found_or_named() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("ferry.toml"), "session_hours = 3\n").unwrap();
    std::fs::write(dir.path().join("other.toml"), "session_hours = 4\n").unwrap();
    assert!(ferry(dir.path(), &["config", "show"], &[]).out.contains("session_hours = 3"));
    assert!(ferry(dir.path(), &["--config", "other.toml", "config", "show"], &[]).out.contains("session_hours = 4"));
    assert!(ferry(dir.path(), &["config", "show"], &[("FERRY_CONFIG", "other.toml")]).out.contains("session_hours = 4"));
    let missing = ferry(dir.path(), &["config", "show", "--config", "nowhere.toml"], &[]);
    assert!(missing.code == 1 && missing.err.contains("cannot read the settings file `nowhere.toml`"), "{}", missing.err);
}

#[test]
fn a_platform_is_added_shown_approved_and_removed_beside_a_server() {
    each(async |db| {
        db.store.begin_serving().await.unwrap();
        let none = on(db, &["platform", "list"]);
        assert_eq!((none.code, none.out.as_str()), (0, ""));
        assert!(none.err.contains("hint:"), "{}", none.err);
        let added = on(db, MOODLE);
        assert_eq!(added.code, 0, "{}", added.err);
        let id = added.out.trim().to_owned();
        assert!(added.err.contains("(moodle)"), "{}", added.err);
        let again = on(db, MOODLE);
        assert!(again.code == 1 && again.err.contains("is there already"), "{}", again.err);
        let list: serde_json::Value = serde_json::from_str(&on(db, &["platform", "list", "--json"]).out).unwrap();
        assert_eq!(
            (&list[0]["id"], &list[0]["client_id"], &list[0]["name"]),
            (&id.as_str().into(), &"AbC123".into(), &"moodle.example.edu".into())
        );
        // Two launches: the first deployment is learned, the second waits.
        let row = id.clone();
        let meet = async move |tx: &mut Tx| {
            registration::meet_deployment(tx, &row, "1", 1).await?;
            registration::meet_deployment(tx, &row, "2", 2).await
        };
        db.store.write(Durability::Full, meet).await.unwrap();
        assert!(on(db, &["platform", "list"]).out.contains("active, 1 waiting"));
        let shown = on(db, &["platform", "show", "AbC123"]);
        assert!(shown.out.contains("deployment         2 (waiting)"), "{}", shown.out);
        let unknown = on(db, &["platform", "approve", "AbC123", "--deployment", "7"]);
        assert!(unknown.code == 1 && unknown.err.contains("known: `1`, `2`"), "{}", unknown.err);
        let approved = on(db, &["platform", "approve", "AbC123"]);
        assert!(approved.code == 0 && approved.err.contains("deployment `2` may launch now"), "{}", approved.err);
        assert!(on(db, &["platform", "approve", "AbC123"]).err.contains("no deployment was waiting"));
        let unsure = on(db, &["platform", "remove", &id]);
        assert!(unsure.code == 2 && unsure.err.contains("0 learners") && unsure.err.contains("--yes"), "{}", unsure.err);
        assert_eq!(on(db, &["platform", "remove", &id, "--yes"]).code, 0);
        let gone = on(db, &["platform", "show", &id]);
        assert!(gone.code == 1 && gone.err.contains("no platform has the id"), "{}", gone.err);
        db.store.end_serving().await.unwrap();
    });
}

#[test]
fn deployments_named_are_pinned_and_canvas_takes_all() {
    sqlite(async |db| {
        let mut words = MOODLE.to_vec();
        words.extend(["--deployment", "1", "--deployment", "2", "--name", "Our Moodle"]);
        on(db, &words);
        let mut canvas = MOODLE.to_vec();
        canvas[3] = "https://canvas.instructure.com";
        on(db, &[&canvas[..], &["--family", "canvas"]].concat());
        let list: serde_json::Value = serde_json::from_str(&on(db, &["platform", "list", "--json"]).out).unwrap();
        assert_eq!(list[0]["deployments"].as_array().unwrap().len(), 2);
        assert_eq!((&list[0]["deployment_policy"], &list[1]["deployment_policy"]), (&"pin".into(), &"accept".into()));
        let both = on(db, &["platform", "show", "AbC123"]);
        assert!(both.code == 2 && both.err.contains("several platforms"), "{}", both.err);
    });
}

#[test]
fn an_address_that_is_none_is_wrong_usage() {
    let mut words = MOODLE.to_vec();
    words[7] = "moodle.example.edu/auth";
    let wrong = alone(&words, &[]);
    assert!(wrong.code == 2 && wrong.err.contains("--auth-url"), "{}", wrong.err);
}

#[cfg(unix)]
#[test]
fn a_sign_in_link_goes_to_a_private_file_where_nobody_sits() {
    use std::os::unix::fs::PermissionsExt as _;
    each(async |db| {
        db.store.note_address("http://127.0.0.1:4711").await.unwrap();
        let made = on(db, &["admin", "link"]);
        assert_eq!(made.code, 0, "{}", made.err);
        let path = std::path::PathBuf::from(made.out.trim());
        let path = if path.is_absolute() { path } else { db.dir().join(path) };
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let link = std::fs::read_to_string(&path).unwrap();
        let (page, token) = link.trim().split_once('#').unwrap();
        assert_eq!(page, "http://127.0.0.1:4711/admin/sign-in", "where the last server was");
        assert!(!made.err.contains(token) && !made.out.contains(token), "no secret where logs may see it");
        let hash = ids::sha256_hex(token.as_bytes());
        let now = courseferry::clock::now().as_millisecond();
        let redeem = async move |tx: &mut Tx| admin::redeem_link(tx, &hash, now).await;
        assert_eq!(db.store.write(Durability::Full, redeem).await.unwrap().as_deref(), Some(DEFAULT_TENANT));
    });
}

#[test]
fn a_database_is_migrated_backed_up_and_restored() {
    each(async |db| {
        let migrated = on(db, &["db", "migrate"]);
        assert!(migrated.code == 0 && migrated.err.contains("is up to date") && migrated.out.is_empty(), "{}", migrated.err);
        on(db, MOODLE);
        let copy = db.dir().join("copy");
        let copy = copy.to_str().unwrap();
        let saved = on(db, &["db", "backup", copy]);
        assert_eq!((saved.code, saved.out.trim()), (0, copy), "{}", saved.err);
        let twice = on(db, &["db", "backup", copy]);
        assert!(twice.code == 1 && twice.err.contains("is there already"), "{}", twice.err);
        on(db, &["platform", "remove", "AbC123", "--yes"]);
        let unsure = on(db, &["db", "restore", copy]);
        assert!(unsure.code == 2 && unsure.err.contains("--yes"), "{}", unsure.err);
        db.store.close().await;
        let restored = on(db, &["db", "restore", copy, "--yes"]);
        assert_eq!(restored.code, 0, "{}", restored.err);
        assert!(on(db, &["platform", "list"]).out.contains("AbC123"));
    });
}

#[test]
fn keys_are_listed_and_rotated_and_never_shown() {
    each(async |db| {
        let none = on(db, &["keys", "list"]);
        assert!(none.code == 0 && none.out.is_empty() && none.err.contains("no keys yet"), "{}", none.err);
        let first = on(db, &["keys", "rotate"]).out.trim().to_owned();
        let second = on(db, &["keys", "rotate"]).out.trim().to_owned();
        let list: serde_json::Value = serde_json::from_str(&on(db, &["keys", "list", "--json"]).out).unwrap();
        assert_eq!((&list[0]["kid"], &list[0]["status"]), (&second.as_str().into(), &"active".into()));
        assert_eq!((&list[1]["kid"], &list[1]["status"]), (&first.as_str().into(), &"retired".into()));
        let table = on(db, &["keys", "list"]).out;
        assert!(table.starts_with("KEY ID") && table.lines().count() == 3 && !table.contains("sealed"), "{table}");
        let (platform, _) = crate::store::add_platform(&db.store, 1).await;
        let (id, kid) = (platform.id.clone(), second.clone());
        db.store
            .write(Durability::Full, async move |tx: &mut Tx| key_proof::fetched(tx, &id, &kid, crate::store::NOW).await)
            .await
            .unwrap();
        let told = on(db, &["keys", "list"]);
        assert!(
            told.out.contains("HAS THE KEY THAT SIGNS") && told.out.contains("LMS 1") && told.out.contains("yes, fetched it"),
            "{}",
            told.out
        );
        let rotated = on(db, &["keys", "rotate"]);
        assert!(rotated.err.contains("published for 30 days") && rotated.err.contains("`ferry keys list`"), "{}", rotated.err);
        let told = on(db, &["keys", "list"]);
        assert!(told.out.contains("not proved") && told.err.contains("`ferry doctor`"), "{} {}", told.out, told.err);
        let list: serde_json::Value = serde_json::from_str(&on(db, &["keys", "list", "--json"]).out).unwrap();
        let proved = [0, 1].map(|n| list[n]["platforms"][0]["proved"].as_bool().unwrap());
        assert_eq!((proved, &list[1]["platforms"][0]["fetched_at"]), ([false, true], &crate::store::NOW.into()), "{list}");
        let other_master = [("FERRY_DATABASE_URL", db.url()), ("FERRY_MASTER_KEY", "another master key of forty characters!".to_owned())];
        let other_master: Vec<(&str, &str)> = other_master.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let listed = ferry(db.dir(), &["keys", "list"], &other_master);
        assert_eq!(listed.out.lines().count(), 7, "listing needs no master key");
    });
}

#[test]
fn restoring_under_a_running_server_is_refused() {
    sqlite(async |db| {
        let copy = db.dir().join("copy");
        let copy = copy.to_str().unwrap();
        on(db, &["db", "backup", copy]);
        db.store.begin_serving().await.unwrap();
        let refused = on(db, &["db", "restore", copy, "--yes"]);
        assert!(refused.code == 1 && refused.err.contains("another ferry server works on"), "{}", refused.err);
    });
}

#[test]
fn what_ails_the_database_is_one_line_with_the_fix() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("postgres://ferry:hunter2@127.0.0.1:{port}/ferry");
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("file"), "x").unwrap();
    let below_a_file = dir.path().join("file/data");
    std::fs::write(dir.path().join("ferry.db"), "not a database at all ".repeat(500)).unwrap();
    let cases: &[(&str, &str, &str)] = &[
        ("FERRY_DATABASE_URL", &url, "check that it runs and that FERRY_DATABASE_URL is right"),
        ("FERRY_DATA_DIR", below_a_file.to_str().unwrap(), "set FERRY_DATA_DIR to another folder"),
        ("FERRY_DATA_DIR", dir.path().to_str().unwrap(), "cannot open the database"),
    ];
    for (name, value, expected) in cases {
        let told = alone(&["platform", "list"], &[(name, value)]);
        assert_eq!((told.code, told.out.as_str()), (1, ""));
        assert!(told.err.contains(expected) && told.err.lines().count() == 1 && !told.err.contains("hunter2"), "{}", told.err);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    sqlite(async |db| {
        on(db, MOODLE);
        let (url, data) = (db.url(), db.dir().display().to_string());
        let mut child = command(db.dir(), &["platform", "list"], &[("FERRY_DATABASE_URL", &url), ("FERRY_DATA_DIR", &data)])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""));
    });
}

#[test]
fn colours_are_for_terminals_that_want_them() {
    let wrong = alone(&["platform", "show", "x"], &[("CLICOLOR_FORCE", "1")]);
    assert!(!wrong.err.contains('\u{1b}'), "stderr is no terminal here");
}

#[test]
fn a_server_that_cannot_start_says_why_in_one_line() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("bad.pem"), "no certificate").unwrap();
    std::fs::write(dir.path().join("file"), "x").unwrap();
    let (bad, below) = (dir.path().join("bad.pem"), dir.path().join("file/data"));
    let (bad, below) = (bad.to_str().unwrap(), below.to_str().unwrap());
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[("FERRY_LISTEN", &taken)], "FERRY_LISTEN"),
        (&[("FERRY_LISTEN", "127.0.0.1:0"), ("FERRY_TLS_CERT", bad), ("FERRY_TLS_KEY", bad)], "bad.pem"),
        (&[("FERRY_LISTEN", "127.0.0.1:0"), ("FERRY_DATA_DIR", below)], "FERRY_DATA_DIR"),
        (&[("FERRY_LISTEN", "127.0.0.1:0"), ("FERRY_COURSE", "/nowhere/course")], "/nowhere/course"),
        (&[("FERRY_LISTEN", "127.0.0.1:0"), ("FERRY_LOG", "x=y=z")], "setting `log`"),
    ];
    for (variables, expected) in cases {
        let told = alone(&["serve"], variables);
        let errors: Vec<&str> = told.err.lines().filter(|l| l.starts_with("error:")).collect();
        assert_eq!((told.code, told.out.as_str(), errors.len()), (1, "", 1), "{variables:?}: {}", told.err);
        assert!(errors[0].contains(expected), "{variables:?}: {}", told.err);
    }
}

#[test]
fn an_invitation_is_a_link_that_stays_out_of_every_log() {
    each(async |db| {
        let made = on(db, &["platform", "invite", "--name", "Campus", "--site", "https://moodle.example.edu/", "--approve"]);
        assert_eq!(made.code, 0, "{}", made.err);
        assert!(!made.err.contains("/lti/register/"), "{}", made.err);
        let link = std::fs::read_to_string(made.out.trim()).unwrap();
        let token = link.trim().split("/lti/register/").nth(1).unwrap().to_owned();
        let mut tx = db.store.read().await.unwrap();
        let kept = registration_link::by_token(&mut tx, &ids::sha256_hex(token.as_bytes())).await.unwrap().unwrap();
        assert_eq!((kept.name.as_str(), kept.host.as_str(), kept.approved), ("Campus", "moodle.example.edu", true));
        drop(tx);
        for (words, told) in [(&["--approve"][..], "--approve needs --site"), (&["--site", "moodle"], "is no web address")] {
            let wrong = on(db, &[&["platform", "invite"], words].concat());
            assert!(wrong.code == 2 && wrong.err.contains(told), "{}", wrong.err);
        }
    });
}

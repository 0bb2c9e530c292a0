use std::{ffi::OsString, path::Path};

use super::*;

fn environment(pairs: &[(&str, &str)]) -> Result<Settings, ConfigError> {
    Loader::new().environment(pairs.iter().map(|(k, v)| (OsString::from(k), OsString::from(v)))).finish()
}

fn file(text: &str) -> Result<Settings, ConfigError> {
    Loader::new().text(text, Path::new("ferry.toml"))?.finish()
}

fn told(result: Result<Settings, ConfigError>) -> String {
    let text = result.unwrap_err().to_string();
    assert_eq!(text.lines().count(), 1, "one line: {text}");
    text
}

#[test]
fn the_defaults_are_the_file_that_ships() {
    let settings = Loader::new().finish().unwrap();
    assert_eq!(settings.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.database.url, DatabaseUrl::Sqlite("data/ferry.db".into()));
    assert_eq!((settings.limits.failures_per_minute, settings.limits.session_hours, settings.limits.keep_days), (100, 8, 90));
    assert_eq!(settings.limits.rotate_keys_days, 0);
    assert!(settings.course.is_none() && settings.master_key.is_none() && settings.server.tls.is_none());
    assert!(settings.origins.iter().all(|(_, _, o)| *o == Origin::Default));
    assert!(settings.problems().is_empty() && settings.advice().is_empty());
}

#[test]
fn every_default_is_explained_above_its_line() {
    let lines: Vec<&str> = DEFAULTS.lines().collect();
    for (n, line) in lines.iter().enumerate().filter(|(_, l)| l.contains(" = ") && !l.starts_with('#')) {
        let above = lines[n - 1];
        assert!(above.starts_with('#') || above.contains(" = "), "`{line}` has no comment");
    }
}

#[test]
fn environment_wins_over_file_over_defaults() {
    let text = "listen = \"127.0.0.1:1\"\nsession_hours = 3\n";
    let loader = Loader::new().text(text, Path::new("ferry.toml")).unwrap();
    let settings = loader.environment([(OsString::from("FERRY_LISTEN"), OsString::from("127.0.0.1:2"))]).finish().unwrap();
    assert_eq!((settings.server.listen.port(), settings.limits.session_hours, settings.limits.keep_days), (2, 3, 90));
    let origin = |key: &str| settings.origins.iter().find(|(k, ..)| k == key).unwrap().2.to_string();
    assert_eq!(origin("listen"), "the environment, FERRY_LISTEN");
    assert_eq!(origin("session_hours"), "`ferry.toml`");
    assert_eq!(origin("keep_days"), "the defaults");
}

#[test]
fn an_unknown_key_is_refused_with_the_nearest_name() {
    assert_eq!(told(file("lisen = \"x\"")), "unknown setting `lisen` in `ferry.toml`; did you mean `listen`?");
    let text = told(environment(&[("FERRY_DATABSE_URL", "x")]));
    assert_eq!(text, "unknown setting `FERRY_DATABSE_URL` in the environment; did you mean `FERRY_DATABASE_URL`?");
    let text = told(environment(&[("FERRY_XYZZY", "x")]));
    assert!(text.ends_with("`ferry config show` lists all settings"), "{text}");
}

#[test]
fn variables_of_tests_and_of_others_are_passed_over() {
    assert!(environment(&[("FERRY_TEST_POSTGRES_URL", "x"), ("FERRYBOAT", "x"), ("PATH", "x"), ("FERRY_CONFIG", "x")]).is_ok());
}

#[test]
fn broken_toml_is_told_with_its_line() {
    let error = Loader::new().text("listen = \"127.0.0.1:1\"\nsession_hours = = 3\n", Path::new("my.toml")).unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("`my.toml` line 2 is not valid TOML: ") && text.lines().count() == 1, "{text}");
}

#[test]
fn a_file_named_must_be_there() {
    let error = Loader::new().file(Some(Path::new("/nowhere/ferry.toml"))).unwrap_err();
    assert!(error.to_string().contains("cannot read the settings file `/nowhere/ferry.toml`"), "{error}");
}

#[test]
fn senseless_values_are_told_with_where_they_came_from_and_how_to_right_them() {
    let cases: &[(&str, &str, &str)] = &[
        ("FERRY_LISTEN", "8080", "write it like `127.0.0.1:8080`"),
        ("FERRY_PUBLIC_URL", "courses.example.edu", "write it like"),
        ("FERRY_PUBLIC_URL", "ftp://courses.example.edu", "http:// or https://"),
        ("FERRY_PUBLIC_URL", "https://courses.example.edu/?x=1", "`?` or `#`"),
        ("FERRY_PUBLIC_URL", "https://me@courses.example.edu/", "user name"),
        ("FERRY_TRUSTED_PROXIES", "10.0.0.0/99", "write `10.0.0.0/8`"),
        ("FERRY_TLS_CERT", "a.pem", "give both or neither"),
        ("FERRY_TLS_KEY", "a.pem", "give both or neither"),
        ("FERRY_DATABASE_URL", "mysql://x", "names no database we know"),
        ("FERRY_DATABASE_URL", "sqlite::memory:", "needs a file"),
        ("FERRY_DATABASE_URL", "postgres://:::", "not readable as an address"),
        ("FERRY_DATA_DIR", "", "must not be empty"),
        ("FERRY_ALLOW_HOSTS", "moodle.campus.lan", "write `moodle.campus.lan:443`"),
        ("FERRY_ALLOW_HOSTS", "https://moodle.campus.lan:443", "write `moodle.campus.lan:443`"),
        ("FERRY_PROXY", "socks5://x:1", "not a proxy's address"),
        ("FERRY_MASTER_KEY", "tiny word", "openssl rand -base64 32"),
        ("FERRY_FAILURES_PER_MINUTE", "5", "from 100"),
        ("FERRY_SESSION_HOURS", "many", "whole number from 1 to 24"),
        ("FERRY_KEEP_DAYS", "0", "from 1 to 3650"),
        ("FERRY_ROTATE_KEYS_DAYS", "13", "must be 0, or 14 to 3650"),
        ("FERRY_ROTATE_KEYS_DAYS", "3651", "from 0 to 3650"),
        ("FERRY_LOG_FORMAT", "xml", "`auto`, `human`, `json`"),
    ];
    for (name, value, expected) in cases {
        let text = told(environment(&[(name, value)]));
        assert!(text.contains(expected) && text.contains(name), "{name}={value}: {text}");
        assert!(!text.contains("tiny word"), "a secret is not repeated: {text}");
    }
    assert!(told(file("listen = 8080")).contains("must be text in quotes, not integer"));
    assert!(told(file("allow_hosts = \"a:1\"")).contains("must be a list"));
    assert!(told(file("trusted_proxies = [1]")).contains("must be a list of texts"));
}

#[test]
fn good_values_are_read() {
    let settings = environment(&[
        ("FERRY_LISTEN", "localhost:9000"),
        ("FERRY_PUBLIC_URL", "https://example.edu/ferry/"),
        ("FERRY_TRUSTED_PROXIES", "10.0.0.0/8, ::1"),
        ("FERRY_ALLOW_HOSTS", "Moodle.campus.lan:443,[::1]:8000"),
        ("FERRY_DATABASE_URL", "sqlite:///var/lib/ferry.db"),
        ("FERRY_SESSION_HOURS", "2"),
    ])
    .unwrap();
    assert_eq!(settings.server.listen.to_string(), "127.0.0.1:9000");
    assert_eq!(settings.server.public_url_on(settings.server.listen), "https://example.edu/ferry");
    assert_eq!(settings.network.allow_hosts, [("moodle.campus.lan".to_owned(), 443), ("::1".to_owned(), 8000)]);
    assert_eq!(settings.database.url, DatabaseUrl::Sqlite("/var/lib/ferry.db".into()));
    assert_eq!((settings.server.trusted_proxies.len(), settings.limits.session_hours), (2, 2));
}

#[test]
fn nothing_shows_a_secret() {
    let settings = environment(&[
        ("FERRY_MASTER_KEY", "correct-horse-battery-staple-and-more"),
        ("FERRY_METRICS_TOKEN", "correct-token"),
        ("FERRY_DATABASE_URL", "postgres://ferry:correct-password@db/ferry"),
        ("FERRY_PROXY", "http://me:correct-word@proxy:3128"),
    ])
    .unwrap();
    let shown = format!("{settings:?} {} {:?}", settings.database.url, settings.origins);
    assert!(!shown.contains("correct"), "{shown}");
    assert!(shown.contains("postgres://ferry:***@db/ferry"), "{shown}");
}

#[test]
fn the_public_address_follows_what_we_really_listen_on() {
    let address = |listen: &str| environment(&[("FERRY_LISTEN", listen)]).unwrap().server;
    assert_eq!(address("127.0.0.1:0").public_url_on("127.0.0.1:4711".parse().unwrap()), "http://127.0.0.1:4711");
    assert_eq!(address("0.0.0.0:80").public_url_on("0.0.0.0:80".parse().unwrap()), "http://127.0.0.1:80");
    assert_eq!(address("[::1]:80").public_url_on("[::1]:80".parse().unwrap()), "http://[::1]:80");
}

#[test]
fn files_that_are_not_there_are_problems() {
    let settings = environment(&[
        ("FERRY_TLS_CERT", "/nowhere/cert.pem"),
        ("FERRY_TLS_KEY", "/nowhere/key.pem"),
        ("FERRY_CA_FILE", "/nowhere/ca.pem"),
        ("FERRY_COURSE", "/nowhere/course"),
    ])
    .unwrap();
    let problems = settings.problems();
    assert_eq!(problems.len(), 4, "{problems:?}");
    assert!(problems.iter().all(|p| p.contains("cannot read `/nowhere/") && p.lines().count() == 1));
}

#[test]
fn plain_http_is_fine_on_this_machine_only() {
    let plain = |url: &str| environment(&[("FERRY_PUBLIC_URL", url)]).unwrap().plain_http_beyond_loopback();
    for fine in ["https://example.edu", "http://localhost:8080", "http://tool.localhost", "http://127.0.0.1", "http://[::1]:1"] {
        assert!(!plain(fine), "{fine}");
    }
    assert!(plain("http://example.edu") && plain("http://192.168.1.5:8080"));
    let advice = environment(&[("FERRY_PUBLIC_URL", "http://example.edu"), ("FERRY_DATABASE_URL", "postgres://db/x")]).unwrap().advice();
    assert_eq!(advice.len(), 2, "{advice:?}");
}

#[test]
fn networks_hold_the_addresses_they_should() {
    let holds = |network: &str, ip: &str| Network::parse(network).unwrap().contains(ip.parse().unwrap());
    assert!(holds("10.0.0.0/8", "10.255.0.1") && !holds("10.0.0.0/8", "11.0.0.1"));
    assert!(holds("::1", "::1") && holds("0.0.0.0/0", "1.2.3.4") && holds("::/0", "fe80::1"));
    assert!(holds("10.0.0.0/8", "::ffff:10.1.1.1"), "a v4 address dressed as v6");
    assert!(!holds("10.0.0.0/8", "::1") && !holds("192.168.1.4", "192.168.1.5"));
    for bad in ["10.0.0.0/33", "::/129", "x", "10.0.0.0/", ""] {
        assert_eq!(Network::parse(bad), None, "{bad}");
    }
}

#[test]
fn nearest_finds_slips_and_nothing_far_off() {
    let known = ["listen", "public_url", "data_dir"];
    assert_eq!(nearest("lsiten", known), Some("listen"));
    assert_eq!(nearest("publc_url", known), Some("public_url"));
    assert_eq!(nearest("favourite_colour", known), None);
}

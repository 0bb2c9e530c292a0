//! Logins that must not begin: parameters, platforms nobody registered, targets that are somewhere else.

use super::{Bend, Case, Outcome, run};

const fn no(name: &'static str, status: u16, code: &'static str, bend: fn(&mut Bend<'_>)) -> Case {
    Case { name, bend, outcome: Outcome::Login(status, code) }
}

const fn foreign(name: &'static str, bend: fn(&mut Bend<'_>)) -> Case {
    no(name, 400, "target_foreign", bend)
}

pub(super) const CASES: &[Case] = &[
    no("login without iss", 400, "login_parameter_missing", |b| b.without_login("iss")),
    no("login with an empty iss", 400, "login_parameter_missing", |b| b.login("iss", "")),
    no("login without login_hint", 400, "login_parameter_missing", |b| b.without_login("login_hint")),
    no("login without target_link_uri", 400, "login_parameter_missing", |b| b.without_login("target_link_uri")),
    no("login without anything", 400, "login_parameter_missing", |b| b.login.clear()),
    no("login with two iss", 400, "login_parameter_repeated", |b| b.login.push(("iss".into(), "https://evil.example".into()))),
    no("login with two client_ids", 400, "login_parameter_repeated", |b| b.login.push(("client_id".into(), "client-2".into()))),
    no("login with two targets", 400, "login_parameter_repeated", |b| {
        b.login.push(("target_link_uri".into(), "https://evil.example".into()));
    }),
    no("login by GET with two hints", 400, "login_parameter_repeated", |b| {
        b.by_get = true;
        b.login.push(("login_hint".into(), "other".into()));
    }),
    no("login with a hint of 17 KiB", 400, "login_parameter_too_long", |b| b.login("login_hint", "h".repeat(17 * 1024))),
    no("login with NUL in iss", 400, "login_parameter_unreadable", |b| b.login("iss", "https://lms.example\0")),
    no("login with NUL in client_id", 400, "login_parameter_unreadable", |b| b.login("client_id", "client-1\0")),
    no("login with NUL in the target", 400, "login_parameter_unreadable", |b| {
        let target = format!("{}/lti/launch\0", b.house.base);
        b.login("target_link_uri", target);
    }),
    no("login of an unknown issuer", 403, "platform_unknown", |b| b.login("iss", "https://stranger.example")),
    no("login of our issuer with a slash more", 403, "platform_unknown", |b| {
        let iss = format!("{}/", b.house.issuer.url());
        b.login("iss", iss);
    }),
    no("login of our issuer in capitals", 403, "platform_unknown", |b| {
        let iss = b.house.issuer.url().to_uppercase();
        b.login("iss", iss);
    }),
    no("login of our issuer with a space before", 403, "platform_unknown", |b| {
        let iss = format!(" {}", b.house.issuer.url());
        b.login("iss", iss);
    }),
    no("login with an unknown client_id", 403, "platform_unknown", |b| b.login("client_id", "client-9")),
    no("login without client_id where two tools share the issuer", 400, "platform_ambiguous", |b| b.without_login("client_id")),
    no("login with SQL as iss", 403, "platform_unknown", |b| b.login("iss", "' OR '1'='1")),
    no("login with SQL as client_id", 403, "platform_unknown", |b| b.login("client_id", "client-1' OR 1=1; --")),
    no("login with a wildcard as client_id", 403, "platform_unknown", |b| b.login("client_id", "client-%")),
    foreign("target on another host", |b| b.login("target_link_uri", "https://evil.example/lti/launch")),
    foreign("target with our address as user name", |b| {
        let target = format!("{}@evil.example/lti/launch", b.house.base);
        b.login("target_link_uri", target);
    }),
    foreign("target with a user name at our host", |b| {
        let target = b.house.base.replace("http://", "http://user:pw@");
        b.login("target_link_uri", target);
    }),
    foreign("target with our address as the beginning of a host", |b| {
        let target = format!("{}.evil.example/lti/launch", b.house.base);
        b.login("target_link_uri", target);
    }),
    foreign("target with our address in its path", |b| {
        let target = format!("https://evil.example/{}/lti/launch", b.house.base);
        b.login("target_link_uri", target);
    }),
    foreign("target without a scheme", |b| {
        let target = b.house.base.replace("http:", "");
        b.login("target_link_uri", target);
    }),
    foreign("target without a host", |b| b.login("target_link_uri", "/lti/launch")),
    foreign("target with backslashes", |b| {
        let target = format!("{}\\@evil.example/", b.house.base);
        b.login("target_link_uri", target);
    }),
    foreign("target with CR and LF", |b| {
        let target = format!("{}/lti/launch\r\nSet-Cookie: a=b", b.house.base);
        b.login("target_link_uri", target);
    }),
    foreign("target with a tab in its scheme", |b| {
        let target = b.house.base.replace("http:", "ht\ttp:");
        b.login("target_link_uri", target);
    }),
    foreign("target on another port", |b| b.login("target_link_uri", "http://127.0.0.1:1/lti/launch")),
    foreign("target with another scheme", |b| {
        let target = b.house.base.replace("http:", "https:");
        b.login("target_link_uri", target);
    }),
    foreign("target that is a script", |b| b.login("target_link_uri", "javascript:alert(document.domain)")),
    foreign("target that is data", |b| b.login("target_link_uri", "data:text/html,<script>alert(1)</script>")),
    foreign("target with our host in another spelling of localhost", |b| {
        let target = b.house.base.replace("127.0.0.1", "localhost");
        b.login("target_link_uri", target);
    }),
];

#[test]
fn every_bad_login_is_refused() {
    run(CASES, true);
}

//! The administrator's pages.

pub(crate) mod add;
pub(crate) mod audit;
pub(crate) mod doctor;
pub(crate) mod home;
pub(crate) mod invite;
pub(crate) mod keys;
pub(crate) mod platform;
pub(crate) mod sign_in;
pub(crate) mod v1p1;
mod values;
pub(crate) mod waiting;

use super::tools::{Frame, Leave, Nav, Said, When};
use crate::{
    lti::{
        platform::{GENERIC, by_key},
        v1p1::ISSUER,
    },
    store::{launch_log::LaunchLog, registration::RegistrationStatus},
    web::{State, admin::Admin},
};

/// Bar of an administrator's page; `here` is what stands behind `/admin` in the part of the administration that the page belongs to.
pub(crate) fn frame(state: &State, admin: &Admin, here: &str) -> Frame {
    let path = |rest: &str| state.site().path(&if rest.is_empty() { "/admin".to_owned() } else { format!("/admin/{rest}") });
    let nav = [("", "Platforms"), ("waiting", "Waiting"), ("packages", "Packages"), ("keys", "Keys"), ("audit", "Audit")];
    Frame {
        place_href: Some(path("")),
        nav_name: "Administration",
        nav: nav.map(|(rest, text)| Nav { href: path(rest), text, current: rest == here }).into(),
        leave: Some(Leave { action: path("sign-out"), form_token: admin.visit.form_token.clone(), text: "Sign out" }),
        ..Frame::plain("Administration")
    }
}

/// What a redirect says was done: a word from a fixed list.
pub(crate) fn said(code: &str) -> Option<Said> {
    match code {
        "added" => Said::done("The platform is registered. Open the activity in the LMS once: the launch shows below."),
        "approved" => Said::done("Launches are accepted from now on."),
        "off" => Said::look("Launches are refused from now on. Sessions that are open end by themselves."),
        "deployment-approved" => Said::done("The deployment may launch from now on."),
        "deployment-blocked" => Said::look("The deployment's launches are refused from now on, and its sessions have ended."),
        "applied" => Said::done("The new values count from now on. Learners keep their work."),
        "dropped" => Said::look("The new values are forgotten; everything stays as it was."),
        "took-place" => Said::done("The new client ID counts from now on. Learners keep their work."),
        "siblings" => Said::done("The other environments are registered with the same client ID."),
        "withdrawn" => Said::done("The link is taken back."),
        "changed" => Said::done("The changes are kept."),
        "removed" => Said::done("The platform is removed, with everything that came through it."),
        _ => None,
    }
}

/// What product a registration is of. `generic` is called by the version of LTI, so LTI 1.1 has another name for it.
fn family(family: &str, issuer: &str) -> &'static str {
    let profile = by_key(family);
    if issuer == ISSUER && profile.key == GENERIC.key { "LMS" } else { profile.name }
}

/// Status pill of a registration: class, sign, word.
fn status(status: RegistrationStatus) -> (&'static str, &'static str, &'static str) {
    match status {
        RegistrationStatus::Active => ("active", "✓", "active"),
        RegistrationStatus::Pending => ("needs-you", "!", "waits for you"),
        RegistrationStatus::Disabled => ("off", "–", "switched off"),
    }
}

/// One line of the launch log.
struct LaunchLine<'a> {
    when: When,
    reference: &'a str,
    ok: bool,
    stage: &'a str,
    code: &'a str,
    detail: &'a str,
    issuer: &'a str,
    client_id: &'a str,
    passed: usize,
}

impl LaunchLine<'_> {
    /// Whether registering the platform would help.
    fn is_unknown(&self) -> bool {
        self.code == "platform_unknown"
    }
}

fn launch_line(log: &LaunchLog, now: i64) -> LaunchLine<'_> {
    LaunchLine {
        when: When::new(log.created_at, now),
        reference: &log.reference,
        ok: log.ok,
        stage: &log.stage,
        code: &log.code,
        detail: &log.detail,
        issuer: &log.issuer,
        client_id: &log.client_id,
        passed: serde_json::from_str::<Vec<serde_json::Value>>(&log.checks).map_or(0, |checks| checks.len()),
    }
}

use super::*;
use crate::lti::platform::{CANVAS, EDX, GENERIC, MOODLE};

#[test]
fn every_cause_has_a_code_of_its_own_and_says_what_to_do() {
    let codes: std::collections::BTreeSet<_> = Cause::ALL.iter().map(|c| c.code()).collect();
    assert_eq!(codes.len(), Cause::ALL.len());
    for cause in Cause::ALL {
        let finding = Finding::of(Check::Token, cause, "");
        assert!(finding.happened().ends_with('.') && finding.happened().starts_with(char::is_uppercase), "{cause:?}");
        assert_ne!(finding.verdict(), Verdict::Ok, "{cause:?}");
        if finding.verdict() != Verdict::NotTried {
            assert!(finding.who().is_some() && finding.what_to_do().ends_with(['.', '?']), "{cause:?}");
        }
        for banned in ["please", "oops", "!"] {
            assert!(!format!("{} {}", finding.happened(), finding.what_to_do()).to_lowercase().contains(banned), "{cause:?}");
        }
    }
}

#[test]
fn clocks_are_judged_by_what_platforms_refuse() {
    for (ahead, verdict) in [
        (0, Verdict::Ok),
        (5, Verdict::Ok),
        (-5, Verdict::Ok),
        (10, Verdict::Warning),
        (-60, Verdict::Warning),
        (11, Verdict::Failed),
        (-61, Verdict::Failed),
    ] {
        assert_eq!(clock(ahead).verdict(), verdict, "{ahead}");
    }
    assert_eq!(clock(-7).detail, "ours is 7 s behind");
}

#[test]
fn our_address_is_judged_with_the_platforms_place() {
    let keys = Served::Keys(vec!["k".into()]);
    let down = Served::Nothing(Trouble::Unreachable("refused".into()));
    for (https, loopback, near, served, code) in [
        (true, false, false, &keys, "ok"),
        (false, true, true, &keys, "ok"),
        (false, true, false, &keys, "our_address_local"),
        (false, false, true, &keys, "our_address_insecure"),
        (true, false, false, &down, "our_address_unseen"),
        (true, false, false, &Served::SomethingElse, "our_address_wrong"),
    ] {
        assert_eq!(address("https://a.example/", https, loopback, near, served).code(), code, "{https} {loopback} {near}");
    }
    assert_eq!(our_keys(&Ok(Some("k".into())), &keys).code(), "ok");
    assert_eq!(our_keys(&Ok(Some("other".into())), &keys).code(), "our_keys_differ");
    assert_eq!(our_keys(&Ok(Some("other".into())), &down).code(), "ok", "nobody was there to differ");
}

#[test]
fn launches_are_judged_by_the_latest_and_cookies_by_all() {
    let seen = |codes: &[&str]| {
        let all: Vec<_> = codes.iter().map(|c| LaunchSeen { ok: *c == "opened", code: (*c).to_owned() }).collect();
        launches(&all).code()
    };
    assert_eq!(seen(&[]), "launches_none");
    assert_eq!(seen(&["opened", "token_expired"]), "ok", "it was mended since");
    assert_eq!(seen(&["token_expired", "opened"]), "launches_refused");
    assert_eq!(seen(&["opened", "state_unbound"]), "launches_cookies");
    let mut many = vec!["opened"; 20];
    many.push("state_unbound");
    assert_eq!(seen(&many), "ok", "one of many is one odd browser");
}

#[test]
fn a_score_for_nobody_that_is_refused_as_such_was_heard() {
    let made = |status, words: &str| {
        let scored = Ok((status, words.to_owned()));
        Column::Made { label: "x".into(), scored, read: Ok(0), removed: true }
    };
    for (platform, status, words, code) in [
        (&MOODLE, 400, "Incorrect score received", "ok"),
        (&CANVAS, 422, "User not found in course or is not a student", "ok"),
        (&EDX, 201, "", "ok"),
        (&GENERIC, 404, "user unknown", "ok"),
        (&GENERIC, 404, "", "test_column_not_scored"),
        (&MOODLE, 403, "", "test_column_not_scored"),
        (&CANVAS, 422, "This course has concluded.", "course_concluded"),
        (&CANVAS, 500, "", "lms_failing"),
    ] {
        assert_eq!(made(status, words).judge(platform).code(), code, "{} {status} {words}", platform.key);
    }
    let left = Column::Made { label: "x".into(), scored: Ok((200, String::new())), read: Ok(0), removed: false };
    assert_eq!(left.judge(&EDX).code(), "test_column_left", "that comes before everything");
}

#[test]
fn a_token_that_holds_less_than_was_asked_for_is_told_from_none() {
    let scope = Scope::Result;
    assert_eq!(token(scope, &Ok(vec![scope.uri().to_owned()])).code(), "ok");
    assert_eq!(token(scope, &Ok(vec!["another".to_owned()])).code(), "scope_result_missing");
    let refused = |words: &str| Err(Trouble::Answered { status: 400, words: words.to_owned() });
    assert_eq!(token(scope, &refused("invalid_scope")).code(), "scope_result_missing");
    assert_eq!(token(scope, &refused("access_denied")).code(), "token_refused");
}

#[test]
fn the_last_line_counts() {
    let findings = [
        Finding::ok(Check::Address, ""),
        Finding::of(Check::Token, Cause::NoResultScope, ""),
        Finding::of(Check::Roster, Cause::NeedsToken, ""),
    ];
    assert_eq!(Tally::of(&findings).sentence(), "1 ok, 1 warning, 1 not tried");
}

//! `ferry doctor`, from outside, beside a server that is running.

use std::process::Command;

use courseferry::lti::ags::{SCOPE_LINE_ITEM, SCOPE_RESULT};
use serde_json::Value;

use crate::{
    databases::each,
    delivery::Ferry,
    fake_platform::{CLIENT_ID, FakePlatform, Family},
    house::Browser,
};

fn doctor(ferry: &Ferry, words: &[&str]) -> (i32, String, String) {
    let mut command: Command = ferry.command();
    let output = command.arg("doctor").args(words).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_command_tells_each_look_in_a_line_and_the_sum_last() {
    each(async |db| {
        let platform = FakePlatform::start(Family::Canvas);
        let ferry = Ferry::start(&platform, db).await;
        ferry.launch(&mut Browser::new(), &platform, "ada", "Learner").await;
        let (code, out, err) = doctor(&ferry, &[]);
        assert_eq!((code, err.as_str()), (0, ""), "{out}");
        let last = out.lines().last().unwrap();
        assert!(last.starts_with("Fake: ") && last.contains(" ok, "), "{last}");
        assert!(!last.contains("failed"), "{out}");
        for name in ["our address", "our keys", "the LMS's keys", "clocks"] {
            let line = out.lines().find(|l| l.contains(name)).unwrap_or_else(|| panic!("{name}: {out}"));
            assert!(line.starts_with("✓ ok         "), "{line}");
        }
        let at = |line: &str, word: &str| line[..line.find(word).unwrap()].chars().count();
        let columns: Vec<usize> = out.lines().filter(|l| l.starts_with('✓')).map(|l| at(l, l.split("  ").nth(1).unwrap_or(l))).collect();
        assert!(columns.windows(2).all(|w| w[0] == w[1]), "{out}");
    });
}

#[test]
fn a_failure_is_exit_code_one_with_what_to_do_and_a_text_to_forward() {
    each(async |db| {
        let platform = FakePlatform::start(Family::Moodle);
        let ferry = Ferry::start(&platform, db).await;
        platform.grant(&[SCOPE_RESULT, SCOPE_LINE_ITEM]);
        let (code, out, _) = doctor(&ferry, &["--platform", CLIENT_ID, "--forward"]);
        assert_eq!(code, 1, "{out}");
        for part in ["! failed", "scope_score_missing", "the LMS administrator", "Manage tools", "To the LMS administrator of Fake."] {
            assert!(out.contains(part), "{part}: {out}");
        }
        let (code, out, _) = doctor(&ferry, &["--json"]);
        let report: Value = serde_json::from_str(&out).unwrap();
        let findings = report[0]["findings"].as_array().unwrap();
        let missing = findings.iter().find(|f| f["code"] == "scope_score_missing").unwrap();
        assert_eq!((code, missing["verdict"].as_str(), missing["subject"].as_str()), (1, Some("failed"), Some("send scores")));
    });
}

#[test]
fn wrong_words_are_told_apart_from_ill_connections() {
    each(async |db| {
        let platform = FakePlatform::start(Family::Moodle);
        let ferry = Ferry::start(&platform, db).await;
        let (code, out, err) = doctor(&ferry, &["--platform", CLIENT_ID, "--course", "Nowhere"]);
        assert_eq!((code, out.as_str()), (2, ""));
        assert!(err.contains("named a course `Nowhere`"), "{err}");
        assert_eq!(doctor(&ferry, &["--course", "Nowhere"]).0, 2, "of which platform?");
        assert_eq!(doctor(&ferry, &["--platform", "nobody"]).0, 1);
    });
}

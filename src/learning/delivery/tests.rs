use super::*;
use crate::lti::platform::{CANVAS, EDX, GENERIC, MOODLE};

const AT: i64 = 1_795_000_000_123;

fn graded(attempt: &str) -> Wanted {
    Wanted {
        score: Some(83.33),
        complete: true,
        attempt: Some(attempt.into()),
        started_at: Some(AT - 90_000),
        submitted_at: Some(AT - 5_000),
        review_url: Some("https://tool.example/lti/launch?to=m1".into()),
    }
}

fn effort(tries: i64, random: f64) -> Effort {
    Effort { tries, age: 60, random }
}

#[test]
fn a_grade_is_completed_fully_graded_and_says_when_it_was_handed_in() {
    for profile in [&MOODLE, &EDX, &GENERIC] {
        let score = compose(profile, "u", &graded("a1"), &Known::default(), AT, false).unwrap();
        assert_eq!((score.score_given, score.score_maximum), (Some(83.33), Some(100.0)));
        assert_eq!((score.activity_progress, score.grading_progress), (ActivityProgress::Completed, GradingProgress::FullyGraded));
        assert_eq!(score.timestamp, "2026-11-18T11:06:40.123Z");
        assert_eq!(score.submission.unwrap().submitted_at, "2026-11-18T11:06:35.123Z");
        assert_eq!(score.canvas, None);
    }
}

#[test]
fn canvas_is_told_of_each_attempt_once() {
    let first = compose(&CANVAS, "u", &graded("a1"), &Known::default(), AT, false).unwrap().canvas.unwrap();
    assert_eq!((first.new_submission, first.preserve_score), (true, false));
    assert_eq!(first.submission_type.as_deref(), Some("basic_lti_launch"));
    assert!(first.submission_data.is_some());
    let told = Known { sent: true, sent_score: Some(83.33), sent_submission: Some("a1".into()), ..Known::default() };
    let again = compose(&CANVAS, "u", &graded("a1"), &told, AT, false).unwrap().canvas.unwrap();
    assert_eq!((again.new_submission, again.submission_type, again.submission_data), (false, None, None));
    assert!(compose(&CANVAS, "u", &graded("a2"), &told, AT, false).unwrap().canvas.unwrap().new_submission);
    let resent = compose(&CANVAS, "u", &graded("a2"), &told, AT, true).unwrap().canvas.unwrap();
    assert!(!resent.new_submission, "an unknown outcome makes no second attempt");
}

#[test]
fn progress_goes_to_canvas_once_and_never_after_a_grade() {
    let opened = Wanted::default();
    let score = compose(&CANVAS, "u", &opened, &Known::default(), AT, false).unwrap();
    assert_eq!((score.score_given, score.score_maximum, score.submission.clone()), (None, None, None));
    assert_eq!((score.activity_progress, score.grading_progress), (ActivityProgress::InProgress, GradingProgress::Pending));
    let canvas = score.canvas.unwrap();
    assert_eq!((canvas.new_submission, canvas.preserve_score), (false, true));
    for profile in [&MOODLE, &EDX, &GENERIC] {
        assert_eq!(compose(profile, "u", &opened, &Known::default(), AT, false), None);
    }
    let sent = Known { sent: true, ..Known::default() };
    assert_eq!(compose(&CANVAS, "u", &opened, &sent, AT, false), None, "once");
    assert!(compose(&CANVAS, "u", &opened, &sent, AT, true).is_some(), "unless its outcome is unknown");
    for known in [
        Known { sent: true, sent_score: Some(10.0), ..Known::default() },
        Known { sent: true, accepted_score: Some(10.0), ..Known::default() },
    ] {
        assert_eq!(compose(&CANVAS, "u", &opened, &known, AT, true), None);
    }
}

#[test]
fn the_payload_written_with_the_attempt_is_read() {
    let text = r#"{"score":50.0,"complete":false,"attempt":"a","started_at":1,"submitted_at":2,"later":"x"}"#;
    let wanted: Wanted = serde_json::from_str(text).unwrap();
    assert_eq!((wanted.score, wanted.submitted_at, wanted.review_url.clone()), (Some(50.0), Some(2), None));
    let known = Known { sent: true, sent_score: Some(50.0), sent_submitted_at: Some(2), ..Known::default() };
    assert!(known.was_sent(&wanted));
    assert!(!Known::default().was_sent(&Wanted::default()));
}

#[test]
fn answers_become_verdicts_by_the_platforms_table() {
    use Verdict::{Delivered, GiveUp, LookUpLineItem, ReadBack, Retry, WithoutSubmission};
    for (profile, status, body, verdict) in [
        (&MOODLE, 200, "", Delivered),
        (&MOODLE, 409, "", ReadBack),
        (&MOODLE, 200, "<!DOCTYPE html>", ReadBack),
        (&MOODLE, 400, "Incorrect score received", GiveUp(Reason::NotGradable)),
        (&MOODLE, 503, "", Retry { after: 10, code: "platform_error" }),
        (&CANVAS, 403, "403 Forbidden (Rate Limit Exceeded)", Retry { after: 10, code: "throttled" }),
        (&CANVAS, 401, "Invalid Developer Key", Retry { after: 10, code: "token_not_accepted" }),
        (&CANVAS, 422, "maximum number of allowed attempts", WithoutSubmission),
        (&CANVAS, 422, "This course has concluded", GiveUp(Reason::CourseConcluded)),
        (&CANVAS, 400, "before last updated timestamp", ReadBack),
        (&EDX, 400, "{\"timestamp\": [\"old\"]}", ReadBack),
        (&GENERIC, 404, "", LookUpLineItem),
        (&GENERIC, 403, "", GiveUp(Reason::Forbidden)),
        (&GENERIC, 415, "", GiveUp(Reason::Rejected)),
    ] {
        assert_eq!(
            classify(profile, &Reply { status, body, retry_after: None, remaining: None }, effort(1, 1.0)),
            verdict,
            "{} {status} {body}",
            profile.key
        );
    }
}

#[test]
fn waits_grow_with_full_jitter_between_five_seconds_and_six_hours() {
    assert_eq!(backoff(effort(1, 0.0), None), 5);
    assert_eq!(backoff(effort(1, 1.0), None), 10);
    assert_eq!(backoff(effort(4, 1.0), None), 80);
    assert_eq!(backoff(effort(4, 0.5), None), 40);
    for tries in [13, 30, i64::MAX] {
        assert_eq!(backoff(effort(tries, 1.0), None), 21_600, "{tries}");
    }
    assert_eq!(backoff(effort(i64::MIN, 1.0), None), 10);
}

#[test]
fn retry_after_is_honoured_and_clamped() {
    assert_eq!(backoff(effort(1, 0.0), Some(120)), 120);
    assert_eq!(backoff(effort(1, 1.0), Some(1)), 10);
    assert_eq!(backoff(effort(1, 0.0), Some(i64::MAX)), 21_600);
    assert_eq!(backoff(effort(1, 0.0), Some(-7)), 5);
}

#[test]
fn two_weeks_are_enough() {
    let old = Effort { tries: 60, age: TOO_OLD + 1, random: 0.5 };
    assert_eq!(retry(old, None, "x"), Verdict::GiveUp(Reason::TooOld));
    assert_eq!(classify(&GENERIC, &Reply { status: 200, body: "", retry_after: None, remaining: None }, old), Verdict::Delivered);
}

#[test]
fn canvas_spares_a_mark_from_before_our_first_score_and_only_then() {
    let spares = |known: &Known| compose(&CANVAS, "u", &graded("a1"), known, AT, false).unwrap().canvas.unwrap().prioritize_non_tool_grade;
    assert!(spares(&Known::default()) && spares(&Known { sent: true, ..Known::default() }), "a mere beginning is no score");
    for known in [
        Known { sent: true, sent_score: Some(10.0), ..Known::default() },
        Known { sent: true, accepted_score: Some(10.0), ..Known::default() },
        Known { replaces: true, ..Known::default() },
    ] {
        assert!(!spares(&known), "Canvas would keep our own score too: {known:?}");
    }
    let begun = compose(&CANVAS, "u", &Wanted::default(), &Known::default(), AT, false).unwrap();
    assert!(!begun.canvas.unwrap().prioritize_non_tool_grade);
}

#[test]
fn every_code_has_words_for_the_teacher() {
    for reason in [
        Reason::NotGradable,
        Reason::Forbidden,
        Reason::NoLineItem,
        Reason::CourseConcluded,
        Reason::Rejected,
        Reason::TooOld,
        Reason::AddressRefused,
    ] {
        assert!(explain(reason.code()).len() > 20, "{}", reason.code());
    }
}

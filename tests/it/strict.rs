//! The fakes are as strict as the real ones: what Canvas and Moodle refuse is refused in their words, what they would take and get wrong in
//! silence is noted. Each rule once; that the tool lives with them all is what every other test shows.

use courseferry::services::ags::Wanted;
use serde_json::{Value, json};

use crate::{
    fake_platform::{At, FakePlatform, Family, Fault},
    services::Rig,
};

const EXTENSION: &str = "https://canvas.instructure.com/lti/submission";
const NOW: i64 = 1_790_000_000;
const NOBODY: &[&str] = &[];

/// A good one, at so many seconds, with these members changed; null takes one away.
fn score(family: Family, second: i64, change: &Value) -> Value {
    let iso = |s| jiff::Timestamp::from_second(s).unwrap().strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string();
    let mut score = json!({
        "userId": "ada", "scoreGiven": 80.0, "scoreMaximum": 100.0, "activityProgress": "Completed", "gradingProgress": "FullyGraded",
        "timestamp": iso(NOW + second), "submission": { "submittedAt": iso(NOW) },
    });
    if family == Family::Canvas {
        score[EXTENSION] = json!({ "new_submission": true });
    }
    for (name, value) in change.as_object().unwrap() {
        match value {
            Value::Null => drop(score.as_object_mut().unwrap().remove(name)),
            value => score[name] = value.clone(),
        }
    }
    score
}

fn platform(family: Family) -> FakePlatform {
    FakePlatform::with_clock(family, std::sync::Arc::new(|| jiff::Timestamp::from_second(NOW).unwrap()))
}

/// Whose rule; what is sent; the answer's status and words; what is noted beside.
type Rule = (Family, Value, u16, &'static str, &'static [&'static str]);

fn rules() -> Vec<Rule> {
    use Family::{Canvas, Moodle};
    let extension = |value: Value| json!({ EXTENSION: value });
    let mut rules = vec![
        (Canvas, json!({}), 200, "resultUrl", NOBODY),
        (Canvas, json!({ "scoreGiven": 120.0 }), 200, "resultUrl", NOBODY),
        (Canvas, json!({ "scoreGiven": -1.0 }), 422, "greater than or equal to 0", NOBODY),
        (Canvas, json!({ "scoreGiven": "80" }), 422, "greater than or equal to 0", NOBODY),
        (Canvas, json!({ "scoreMaximum": null }), 422, "scoreMaximum", NOBODY),
        (Canvas, json!({ "scoreMaximum": 0.0 }), 422, "scoreMaximum", NOBODY),
        (Canvas, json!({ "activityProgress": "Done" }), 422, "activityProgress", NOBODY),
        (Canvas, json!({ "gradingProgress": null }), 422, "gradingProgress", &["not final", "an attempt"]),
        (Canvas, json!({ "userId": null }), 422, "userId", NOBODY),
        (Canvas, json!({ "userId": "tom" }), 422, "not a student", NOBODY),
        (Canvas, json!({ "timestamp": "yesterday" }), 400, "not a valid timestamp", &["without zone"]),
        (Canvas, json!({ "submission": { "submittedAt": "2026-09-21T14:15:00.000Z" } }), 400, "in the future", NOBODY),
        (Canvas, json!({ "submission": null }), 200, "", &["lateness"]),
        (Canvas, json!({ "submittedAt": "2026-09-21T14:13:20.000Z" }), 200, "", &["means nothing"]),
        (Canvas, extension(json!({ "submission_type": "essay" })), 422, "Invalid submission_type", NOBODY),
        (Canvas, extension(json!({ "submission_type": "basic_lti_launch" })), 200, "", &["no address"]),
        (Canvas, extension(json!({ "submission[new_submission]": false })), 200, "", &["no member"]),
        (Canvas, json!({ "gradingProgress": "PendingManual" }), 200, "", &["not final", "an attempt"]),
        (Canvas, json!({ "scoreGiven": null, "gradingProgress": "Pending" }), 200, "", &["an attempt"]),
        (Moodle, json!({}), 200, "", NOBODY),
        (Moodle, json!({ "scoreGiven": 120.0 }), 200, "", NOBODY),
        (Moodle, json!({ "scoreMaximum": null }), 400, "scoreMaximum", NOBODY),
        (Moodle, json!({ "activityProgress": null }), 400, "missing", NOBODY),
        (Moodle, json!({ "timestamp": "2026-09-21T14:13:20" }), 400, "ISO 8601", &["without zone"]),
        (Moodle, json!({ "userId": "tom" }), 400, "Incorrect score received", NOBODY),
    ];
    rules.push((Moodle, json!({ EXTENSION: { "new_submission": false } }), 200, "", &["another product"]));
    rules
}

#[test]
fn every_rule_for_a_single_score_is_kept() {
    for (family, change, status, says, notes) in rules() {
        let (answer, noted) = platform(family).judge(&score(family, 0, &change));
        let body = String::from_utf8(answer.body).unwrap();
        assert_eq!(answer.status, status, "{family:?} {change}: {body}");
        assert!(body.contains(says), "{family:?} {change}: {body}");
        assert_eq!(noted.len(), notes.len(), "{family:?} {change}: {noted:?}");
        assert!(notes.iter().all(|n| noted.iter().any(|text| text.contains(n))), "{family:?} {change}: {noted:?}");
    }
}

#[test]
fn canvas_takes_an_equal_time_stamp_and_no_older_one_and_moodle_neither_in_one_second() {
    for (family, older, equal) in [(Family::Canvas, 400, 200), (Family::Moodle, 409, 409)] {
        let platform = platform(family);
        let send = |second| platform.judge(&score(family, second, &json!({}))).0.status;
        assert_eq!((send(10), send(9), send(10), send(11)), (200, older, equal, 200), "{family:?}");
        assert_eq!(send(3600), 200, "one of the future is taken");
        assert_eq!(send(60), older, "{family:?}: and blocks what comes after it");
    }
}

#[test]
fn a_message_without_a_score_erases_one_unless_canvas_is_told_to_keep_it() {
    let progress = json!({ "scoreGiven": null, "scoreMaximum": null, "activityProgress": "InProgress", "gradingProgress": "Pending",
        "submission": null });
    let keeping = json!({ "new_submission": false, "preserve_score": true });
    for (family, keeps) in [(Family::Moodle, false), (Family::Canvas, false), (Family::Canvas, true)] {
        let platform = platform(family);
        platform.judge(&score(family, 0, &json!({})));
        let mut message = score(family, 5, &progress);
        if family == Family::Canvas {
            message[EXTENSION] = if keeps { keeping.clone() } else { json!({ "new_submission": false }) };
        }
        let (answer, noted) = platform.judge(&message);
        assert_eq!((answer.status, platform.entry("ada").percent), (200, keeps.then_some(80.0)), "{family:?}");
        assert_eq!(noted.iter().any(|n| n.contains("erased")), !keeps, "{family:?}: {noted:?}");
    }
}

#[test]
fn canvas_counts_a_submission_unless_told_otherwise() {
    for (extension, counted) in [
        (json!({}), 1),
        (json!({ "new_submission": false }), 0),
        (json!({ "submission_type": "none" }), 0),
        (json!({ "submission_type": "online_url", "submission_data": "https://x.example" }), 1),
    ] {
        let platform = platform(Family::Canvas);
        platform.judge(&score(Family::Canvas, 0, &json!({ EXTENSION: extension.clone() })));
        assert_eq!(platform.entry("ada").submissions, counted, "{extension}");
    }
}

/// Twenty-four columns beside the link's own, and a mark for each of twenty-three learners.
fn crowded(rig: &Rig) {
    let mut state = rig.platform.state();
    for n in 2..26 {
        let id = format!("{}/services/lineitems/{n}/lineitem?type_id=7", rig.platform.url(""));
        state.line_items.push(json!({ "id": id, "label": format!("Column {n}"), "scoreMaximum": 10, "resourceLinkId": "link-1" }));
    }
    for n in 0..23 {
        state.grades.students.insert(format!("s{n:02}"));
        let mut score = score(Family::Moodle, 0, &json!({ "userId": format!("s{n:02}") }));
        score[EXTENSION] = json!({});
        let now = jiff::Timestamp::from_second(NOW).unwrap();
        assert_eq!(state.grades.take(&score, now).status, 200);
    }
}

#[test]
fn canvas_cuts_columns_and_results_into_tens_and_moodle_gives_all_at_once() {
    for (family, pages) in [(Family::Canvas, 3), (Family::Moodle, 1)] {
        let rig = Rig::new(family);
        crowded(&rig);
        rig.with(async |platform| {
            let wanted = Wanted { resource_link_id: Some("link-1"), ..Wanted::default() };
            let found = rig.ags().line_items(platform, &rig.platform.line_items_url(), wanted, true).await.unwrap();
            let seen = (found.len(), rig.platform.requests(At::LineItems));
            assert_eq!(seen, (24, pages), "{family:?}: the filter goes along from page to page");
            let results = rig.ags().results(platform, &rig.platform.line_item(), None).await.unwrap();
            assert_eq!((results.len(), rig.platform.requests(At::Results)), (23, pages), "{family:?}");
            let one = rig.ags().results(platform, &rig.platform.line_item(), Some("s22")).await.unwrap();
            assert_eq!(one.len(), 1, "{family:?}");
        });
    }
}

#[test]
fn what_is_gone_has_no_results_either() {
    let rig = Rig::new(Family::Canvas);
    rig.with(async |platform| {
        let gone = rig.platform.url("/services/lineitems/99/lineitem?type_id=7");
        assert!(rig.ags().results(platform, &gone, None).await.is_err());
        rig.platform.fault(At::Results, Fault::HangUpBefore);
        assert!(rig.ags().results(platform, &rig.platform.line_item(), None).await.is_err());
    });
}

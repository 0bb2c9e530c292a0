//! What each product wants of a score. What it refuses is refused in its words; what it would take and get wrong in silence is a breach.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    grades::{Entry, Family},
    wire::Response,
};

/// Canvas's own part of a score.
pub(super) const EXTENSION: &str = "https://canvas.instructure.com/lti/submission";
const MEMBERS: &[&str] =
    &["userId", "scoreGiven", "scoreMaximum", "comment", "timestamp", "activityProgress", "gradingProgress", "submission"];
const ACTIVITY: &[&str] = &["Initialized", "Started", "InProgress", "Submitted", "Completed"];
const GRADING: &[&str] = &["NotReady", "Failed", "Pending", "PendingManual", "FullyGraded"];
const EXTENSION_MEMBERS: &[&str] = &[
    "new_submission",
    "preserve_score",
    "prioritize_non_tool_grade",
    "submission_type",
    "submission_data",
    "submitted_at",
    "content_items",
];
const SUBMISSION_TYPES: &[&str] = &["none", "basic_lti_launch", "online_text_entry", "online_url", "external_tool", "online_upload"];

fn text<'a>(score: &'a Value, name: &str) -> &'a str {
    score.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A yes or no of Canvas's own part.
pub(super) fn flag(score: &Value, name: &str, default: bool) -> bool {
    score[EXTENSION].get(name).and_then(Value::as_bool).unwrap_or(default)
}

/// Does Canvas count it as a submission?
pub(super) fn submits(score: &Value) -> bool {
    flag(score, "new_submission", text(&score[EXTENSION], "submission_type") != "none")
}

/// How Canvas says no.
pub(super) fn refusal(status: u16, says: &str) -> Response {
    let kind = if status == 422 { "unprocessable_entity" } else { "bad_request" };
    Response::json(status, "application/json", &json!({ "errors": { "type": kind, "message": says } }))
}

/// What Canvas refuses before it looks at the learner.
pub(super) fn canvas(score: &Value, maximum: f64, now: Timestamp) -> Result<Timestamp, Response> {
    if text(score, "userId").is_empty() {
        return Err(refusal(422, "userId is missing"));
    }
    for (name, words) in [("activityProgress", ACTIVITY), ("gradingProgress", GRADING)] {
        if !words.contains(&text(score, name)) {
            return Err(refusal(422, &format!("{name} is not included in the list")));
        }
    }
    if let Some(given) = score.get("scoreGiven") {
        if given.as_f64().is_none_or(|given| given < 0.0) {
            return Err(refusal(422, "scoreGiven must be greater than or equal to 0"));
        }
        // It may exceed the maximum.
        if score.get("scoreMaximum").and_then(Value::as_f64).is_none_or(|m| m < 0.0 || (m == 0.0 && maximum != 0.0)) {
            return Err(refusal(422, "scoreMaximum must be greater than 0"));
        }
    }
    let Ok(stamp) = text(score, "timestamp").parse::<Timestamp>() else {
        return Err(refusal(400, "Provided timestamp is not a valid timestamp"));
    };
    for at in [score["submission"].get("submittedAt"), score[EXTENSION].get("submitted_at")].into_iter().flatten() {
        let Ok(at) = at.as_str().unwrap_or_default().parse::<Timestamp>() else {
            return Err(refusal(400, "Provided submitted_at is not a valid timestamp"));
        };
        if at.as_second() > now.as_second() + 60 {
            return Err(refusal(400, "Provided submitted_at timestamp is in the future"));
        }
    }
    match score[EXTENSION].get("submission_type") {
        Some(kind) if !SUBMISSION_TYPES.contains(&kind.as_str().unwrap_or_default()) => Err(refusal(422, "Invalid submission_type")),
        _ => Ok(stamp),
    }
}

/// What it would take and get wrong in silence.
pub(super) fn breaches(family: Family, entry: Option<&Entry>, score: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let Some(members) = score.as_object() else { return vec!["a score is no object".to_owned()] };
    for name in members.keys().filter(|n| !MEMBERS.contains(&n.as_str())) {
        match (family, name.as_str()) {
            (Family::Canvas, EXTENSION) => {}
            (_, EXTENSION) => found.push("Canvas's own part went to another product".to_owned()),
            _ => found.push(format!("`{name}` of a score means nothing")),
        }
    }
    let exact = |text: &str| text.parse::<Timestamp>().is_ok() && text.contains('.');
    if !exact(text(score, "timestamp")) {
        found.push("the time stamp is without zone or fraction".to_owned());
    }
    let graded = score.get("scoreGiven").is_some() && text(score, "gradingProgress") == "FullyGraded";
    if graded && !exact(text(&score["submission"], "submittedAt")) {
        found.push("lateness would be told from when the score arrived".to_owned());
    }
    if !graded && score.get("scoreGiven").is_some() {
        found.push("a score that is not final would be dropped, and take along the one that is there".to_owned());
    }
    let preserves = family == Family::Canvas && flag(score, "preserve_score", false);
    if !graded && !preserves && entry.is_some_and(|e| e.percent.is_some()) {
        found.push("a message without a score erased one".to_owned());
    }
    if family == Family::Canvas {
        found.extend(of_canvas(score, graded));
    }
    found
}

fn of_canvas(score: &Value, graded: bool) -> Vec<String> {
    let (extension, mut found) = (&score[EXTENSION], Vec::new());
    for name in extension.as_object().into_iter().flat_map(serde_json::Map::keys) {
        if !EXTENSION_MEMBERS.contains(&name.as_str()) {
            found.push(format!("`{name}` is no member of Canvas's own part"));
        }
    }
    if !graded && submits(score) {
        found.push("progress was counted as an attempt".to_owned());
    }
    let launches = text(extension, "submission_type") == "basic_lti_launch";
    if launches && !text(extension, "submission_data").starts_with("http") {
        found.push("SpeedGrader has no address to launch".to_owned());
    }
    if !launches && extension.get("submission_data").is_some() {
        found.push("an address is kept as something else".to_owned());
    }
    found
}

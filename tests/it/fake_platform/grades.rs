//! The grade book, by each product's rules as `lti::platform` has them from the real ones.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::wire::Response;

/// Whose rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Moodle,
    Canvas,
    Edx,
}

/// A learner's entry.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entry {
    pub(crate) percent: Option<f64>,
    pub(crate) timestamp: Option<Timestamp>,
    pub(crate) submitted_at: Option<String>,
    /// Canvas counts attempts.
    pub(crate) submissions: u32,
    /// Messages taken, progress included.
    pub(crate) messages: u32,
}

/// A grade book.
#[derive(Debug)]
pub(crate) struct Grades {
    pub(crate) family: Family,
    pub(crate) students: BTreeSet<String>,
    /// The column's points.
    pub(crate) maximum: f64,
    pub(crate) allowed_attempts: Option<u32>,
    pub(crate) concluded: bool,
    pub(crate) entries: BTreeMap<String, Entry>,
}

impl Grades {
    pub(crate) fn new(family: Family) -> Grades {
        let students = ["ada", "ben", "cy"].map(str::to_owned).into();
        Grades { family, students, maximum: 50.0, allowed_attempts: None, concluded: false, entries: BTreeMap::new() }
    }

    /// Takes a score or says why not.
    pub(crate) fn take(&mut self, score: &Value, now: Timestamp) -> Response {
        let text = |name: &str| score.get(name).and_then(Value::as_str);
        let (Some(user), Some(stamp), Some(_), Some(grading)) =
            (text("userId"), text("timestamp"), text("activityProgress"), text("gradingProgress"))
        else {
            return Response::plain(400, "a required member is missing");
        };
        let Ok(stamp) = stamp.parse::<Timestamp>() else { return Response::plain(400, "timestamp is not ISO 8601") };
        let given = score.get("scoreGiven").and_then(Value::as_f64);
        if given.is_some() && score.get("scoreMaximum").and_then(Value::as_f64).is_none_or(|m| m <= 0.0) {
            return Response::plain(400, "scoreMaximum must be above 0");
        }
        let percent = given.map(|g| 100.0 * g / score["scoreMaximum"].as_f64().unwrap_or(1.0));
        match self.family {
            Family::Moodle => self.moodle(user, stamp, percent.filter(|_| grading == "FullyGraded"), score),
            Family::Canvas => self.canvas(user, stamp, percent.filter(|_| grading == "FullyGraded"), score, now),
            Family::Edx => self.edx(user, stamp, percent, score),
        }
    }

    fn moodle(&mut self, user: &str, stamp: Timestamp, percent: Option<f64>, score: &Value) -> Response {
        if !self.students.contains(user) {
            return Response::plain(400, "Incorrect score received");
        }
        let entry = self.entries.entry(user.to_owned()).or_default();
        if entry.timestamp.is_some_and(|t| t.as_second() >= stamp.as_second()) {
            return Response::plain(409, "Refusing score with an earlier timestamp");
        }
        // A message without a score erases the grade.
        entry.keep(percent, stamp, score);
        Response::new(200, "text/html; charset=utf-8", "")
    }

    fn canvas(&mut self, user: &str, stamp: Timestamp, percent: Option<f64>, score: &Value, now: Timestamp) -> Response {
        let error = |status, text: &str| Response::json(status, "application/json", &json!({ "errors": { "message": text } }));
        if self.concluded {
            return error(422, "This course has concluded. AGS requests will no longer be accepted for this course.");
        }
        if !self.students.contains(user) {
            return error(422, "User not found in course or is not a student");
        }
        let extension = &score["https://canvas.instructure.com/lti/submission"];
        let flag = |name: &str, default: bool| extension.get(name).and_then(Value::as_bool).unwrap_or(default);
        if let Some(at) = score["submission"]["submittedAt"].as_str() {
            let Ok(at) = at.parse::<Timestamp>() else { return error(400, "submittedAt is not a valid timestamp") };
            if at.as_second() > now.as_second() + 60 {
                return error(400, "Provided submitted_at timestamp is in the future");
            }
        }
        let entry = self.entries.entry(user.to_owned()).or_default();
        if entry.timestamp.is_some_and(|t| stamp < t) {
            return error(400, "The provided timestamp is before last updated timestamp of the result");
        }
        if flag("new_submission", true) {
            if self.allowed_attempts.is_some_and(|allowed| entry.submissions >= allowed) {
                return error(422, "The maximum number of allowed attempts has been reached for this submission");
            }
            entry.submissions += 1;
        }
        let percent = if flag("preserve_score", false) { percent.or(entry.percent) } else { percent };
        entry.keep(percent, stamp, score);
        Response::json(200, "application/json", &json!({ "resultUrl": "https://canvas.example/results/1" }))
    }

    fn edx(&mut self, user: &str, stamp: Timestamp, percent: Option<f64>, score: &Value) -> Response {
        let entry = self.entries.entry(user.to_owned()).or_default();
        let refused = |text: &str| Response::json(400, "application/json", &json!({ "timestamp": [text] }));
        match entry.timestamp {
            Some(t) if t > stamp => return refused("Score timestamp can only be updated to a later point in time"),
            Some(t) if t == stamp => return refused("Score already exists for the provided timestamp"),
            _ => {}
        }
        entry.keep(percent, stamp, score);
        Response::json(201, "application/vnd.ims.lis.v1.score+json", score)
    }

    /// What is shown, in the column's points.
    pub(crate) fn results(&self, user: Option<&str>) -> Value {
        let shown = self.entries.iter().filter(|(u, e)| e.percent.is_some() && user.is_none_or(|wanted| wanted == *u));
        shown
            .map(|(user, e)| {
                let score = e.percent.map(|p| p * self.maximum / 100.0);
                json!({ "id": format!("r/{user}"), "userId": user, "resultScore": score, "resultMaximum": self.maximum, "comment": null })
            })
            .collect()
    }
}

impl Entry {
    fn keep(&mut self, percent: Option<f64>, stamp: Timestamp, score: &Value) {
        self.percent = percent;
        self.timestamp = Some(stamp);
        self.messages += 1;
        if let Some(at) = score["submission"]["submittedAt"].as_str() {
            self.submitted_at = Some(at.to_owned());
        }
    }
}

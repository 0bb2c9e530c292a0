//! The grade book, by each product's rules as `lti::platform` has them from the real ones.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    rules::{self, refusal},
    wire::Response,
};

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
    /// Moodle: a person's mark, which a score of an activity's own column does not touch.
    pub(crate) overridden: bool,
    /// Moodle: nobody changes it.
    pub(crate) locked: bool,
    /// Canvas: its result, which is not the grade book; there is one from the first message on. The inner none is no score.
    pub(crate) result: Option<Option<f64>>,
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
    /// Moodle: the column is the activity's own, not one made beside it.
    pub(crate) own_column: bool,
    pub(crate) entries: BTreeMap<String, Entry>,
}

impl Grades {
    pub(crate) fn new(family: Family) -> Grades {
        let students = ["ada", "ben", "cy"].map(str::to_owned).into();
        Grades { family, students, maximum: 50.0, allowed_attempts: None, concluded: false, own_column: true, entries: BTreeMap::new() }
    }

    /// A teacher types a mark, in percent, or empties the cell.
    pub(crate) fn edit(&mut self, user: &str, percent: Option<f64>, now: Timestamp) {
        let entry = self.entries.entry(user.to_owned()).or_default();
        entry.percent = percent;
        match self.family {
            Family::Moodle => (entry.overridden, entry.timestamp) = (self.own_column, Some(now)),
            // Its time stamp is the last one that a tool sent.
            Family::Canvas => entry.result = entry.result.map(|_| percent),
            Family::Edx => {}
        }
    }

    /// Takes a score or says why not.
    pub(crate) fn take(&mut self, score: &Value, now: Timestamp) -> Response {
        if self.family == Family::Canvas {
            return match rules::canvas(score, self.maximum, now) {
                Ok(stamp) => self.canvas(stamp, score),
                Err(refusal) => refusal,
            };
        }
        let text = |name: &str| score.get(name).and_then(Value::as_str);
        let (Some(user), Some(stamp), Some(_), Some(grading)) =
            (text("userId"), text("timestamp"), text("activityProgress"), text("gradingProgress"))
        else {
            return Response::plain(400, "a required member is missing");
        };
        let Ok(stamp) = stamp.parse::<Timestamp>() else { return Response::plain(400, "timestamp is not ISO 8601") };
        if score.get("scoreGiven").is_some() && score.get("scoreMaximum").and_then(Value::as_f64).is_none_or(|m| m <= 0.0) {
            return Response::plain(400, "scoreMaximum must be above 0");
        }
        match self.family {
            // Whatever is not final, it drops.
            Family::Moodle => self.moodle(user, stamp, percent(score).filter(|_| grading == "FullyGraded"), score),
            _ => self.edx(user, stamp, percent(score), score),
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
        if entry.locked {
            return Response::new(500, "text/html", "");
        }
        // A message without a score erases the grade; an overridden one stays, and the answer is yes all the same.
        let shown = if entry.overridden { entry.percent } else { percent };
        entry.keep(shown, stamp, score);
        Response::new(200, "text/html; charset=utf-8", "")
    }

    fn canvas(&mut self, stamp: Timestamp, score: &Value) -> Response {
        if self.concluded {
            return refusal(422, "This course has concluded. AGS requests will no longer be accepted for this course.");
        }
        let user = score["userId"].as_str().unwrap_or_default();
        if !self.students.contains(user) {
            return refusal(422, "User not found in course or is not a student");
        }
        let percent = percent(score).filter(|_| ["FullyGraded", "PendingManual"].iter().any(|p| score["gradingProgress"] == *p));
        let entry = self.entries.entry(user.to_owned()).or_default();
        if entry.timestamp.is_some_and(|t| stamp < t) {
            return refusal(400, "The provided timestamp is before last updated timestamp of the result");
        }
        if rules::submits(score) {
            if self.allowed_attempts.is_some_and(|allowed| entry.submissions >= allowed) {
                return refusal(422, "The maximum number of allowed attempts has been reached for this submission");
            }
            entry.submissions += 1;
        }
        // "Prioritize" keeps any score that is there, the tool's own too; the result says what the tool sent all the same.
        let spares = rules::flag(score, "prioritize_non_tool_grade", false) && entry.percent.is_some();
        let keeps = rules::flag(score, "preserve_score", false) || spares;
        entry.result = Some(percent.or(entry.result.flatten().filter(|_| keeps)));
        entry.keep(if keeps { entry.percent } else { percent }, stamp, score);
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

    /// What tools are shown, in the column's points.
    pub(crate) fn results(&self, user: Option<&str>) -> Vec<Value> {
        let shown = self.entries.iter().filter(|(u, _)| user.is_none_or(|wanted| wanted == *u));
        shown
            .filter_map(|(user, e)| {
                let percent = match self.family {
                    // Whoever was never graded is not listed; a grade of 0 is listed without a score.
                    Family::Moodle => e.timestamp.map(|_| e.percent.filter(|p| *p > 0.0))?,
                    Family::Canvas => e.result?,
                    Family::Edx => Some(e.percent?),
                };
                Some(self.result(user, percent))
            })
            .collect()
    }

    fn result(&self, user: &str, percent: Option<f64>) -> Value {
        let mut result = json!({ "id": format!("r/{user}"), "userId": user });
        if let Some(percent) = percent {
            result["resultScore"] = json!(percent * self.maximum / 100.0);
        }
        if percent.is_some() || self.family == Family::Canvas {
            result["resultMaximum"] = json!(self.maximum);
        }
        result
    }
}

fn percent(score: &Value) -> Option<f64> {
    let maximum = score.get("scoreMaximum").and_then(Value::as_f64).filter(|m| *m > 0.0)?;
    score.get("scoreGiven").and_then(Value::as_f64).map(|given| 100.0 * given / maximum)
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

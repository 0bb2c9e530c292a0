//! What we know about each product, as data.

use std::ops::RangeInclusive;

use super::canvas;

/// What a platform's answer to a score means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// The grade book has it.
    Stored,
    /// It looks like success but need not be: read the results.
    Unclear,
    /// The platform holds a time stamp that is not older than ours.
    Stale,
    /// Too much at once.
    Throttled,
    /// The token is not accepted.
    TokenRefused,
    /// We lack the right.
    Forbidden,
    /// The line item is no more.
    LineItemGone,
    /// The user takes no part in the grading.
    NotGradable,
    /// No more submissions are allowed for this learner.
    AttemptsSpent,
    /// The course is over.
    CourseConcluded,
    /// Something passing went wrong there.
    TryLater,
    /// The platform will never take this message.
    Rejected,
}

/// One line of a platform's table of answers: the first that fits decides.
#[derive(Debug, Clone)]
pub struct AnswerRule {
    /// HTTP status.
    pub status: RangeInclusive<u16>,
    /// Lower-case text the body holds; empty fits all.
    pub says: &'static str,
    /// What it means.
    pub meaning: Meaning,
}

const fn rule(from: u16, to: u16, says: &'static str, meaning: Meaning) -> AnswerRule {
    AnswerRule { status: RangeInclusive::new(from, to), says, meaning }
}

/// What is sent before there is a grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Nothing: a message without a score would erase a grade.
    Nothing,
    /// InProgress and Pending, asking to keep any score and to make no submission.
    InProgress,
}

/// A product's rules.
#[derive(Debug)]
pub struct PlatformProfile {
    /// Short key, as kept in the database.
    pub key: &'static str,
    /// The product's name.
    pub name: &'static str,
    /// What is sent before there is a grade.
    pub progress: Progress,
    /// Does it read the Canvas submission extension?
    pub canvas_submission: bool,
    /// Does a graded link without a line item wait for the tool to make one? On Moodle and Canvas it is the teacher who decides that
    /// a link is graded, and a column nobody asked for is a nuisance.
    pub tool_makes_columns: bool,
    /// Members a page of the roster, where asking for pages works. On Moodle a limit loses the other parameters; all come at once.
    pub roster_page: Option<u32>,
    /// Do its results leave the score out where the grade is 0?
    pub zero_is_blank: bool,
    /// Do its results surely show every score it took?
    pub shows_all: bool,
    /// Its table of answers, before the common one.
    answers: &'static [AnswerRule],
}

const COMMON: &[AnswerRule] = &[
    rule(200, 299, "<html", Meaning::Unclear),
    rule(200, 299, "<!doctype", Meaning::Unclear),
    rule(200, 299, "", Meaning::Stored),
    rule(300, 399, "", Meaning::TryLater),
    // Who refuses old time stamps with 400 says so in words: edX, Canvas.
    rule(400, 400, "timestamp", Meaning::Stale),
    rule(401, 401, "", Meaning::TokenRefused),
    rule(403, 403, "rate limit", Meaning::Throttled),
    rule(403, 403, "", Meaning::Forbidden),
    rule(404, 404, "", Meaning::LineItemGone),
    rule(410, 410, "", Meaning::LineItemGone),
    rule(408, 408, "", Meaning::TryLater),
    rule(409, 409, "", Meaning::Stale),
    rule(425, 425, "", Meaning::TryLater),
    rule(429, 429, "", Meaning::Throttled),
    rule(400, 499, "", Meaning::Rejected),
    rule(500, 599, "", Meaning::TryLater),
];

/// Moodle 4.5, as observed.
pub static MOODLE: PlatformProfile = PlatformProfile {
    key: "moodle",
    name: "Moodle",
    progress: Progress::Nothing,
    canvas_submission: false,
    tool_makes_columns: false,
    roster_page: None,
    zero_is_blank: true,
    shows_all: true,
    // "Incorrect score received": the user is not enrolled with a graded role.
    answers: &[rule(400, 400, "incorrect score", Meaning::NotGradable)],
};

/// Canvas, hosted and self-hosted.
pub static CANVAS: PlatformProfile = PlatformProfile {
    key: "canvas",
    name: "Canvas",
    progress: Progress::InProgress,
    canvas_submission: true,
    tool_makes_columns: false,
    roster_page: Some(50),
    zero_is_blank: false,
    shows_all: true,
    answers: &[
        rule(400, 400, "last updated timestamp", Meaning::Stale),
        // A submittedAt ahead of Canvas's clock passes a little later.
        rule(400, 400, "future", Meaning::TryLater),
        rule(400, 400, "timestamp", Meaning::Rejected),
        rule(403, 403, "rate limit exceeded", Meaning::Throttled),
        rule(422, 422, "number of allowed attempts", Meaning::AttemptsSpent),
        rule(422, 422, "has concluded", Meaning::CourseConcluded),
        rule(422, 422, "not a student", Meaning::NotGradable),
        rule(422, 422, "user not found", Meaning::NotGradable),
    ],
};

/// Open edX with its LTI consumer.
pub static EDX: PlatformProfile = PlatformProfile {
    key: "edx",
    name: "Open edX",
    progress: Progress::Nothing,
    canvas_submission: false,
    tool_makes_columns: true,
    roster_page: None,
    zero_is_blank: false,
    shows_all: true,
    answers: &[],
};

/// Everything else: only what the specification promises.
pub static GENERIC: PlatformProfile = PlatformProfile {
    key: "generic",
    name: "LTI 1.3 platform",
    progress: Progress::Nothing,
    canvas_submission: false,
    tool_makes_columns: true,
    roster_page: None,
    zero_is_blank: false,
    shows_all: false,
    answers: &[],
};

/// Whoever speaks LTI 1.1: answers to Basic Outcomes, whose code is in the body and counts with HTTP 200 only.
pub static OUTCOMES: PlatformProfile = PlatformProfile {
    key: "lti-1.1",
    name: "LTI 1.1 platform",
    progress: Progress::Nothing,
    canvas_submission: false,
    tool_makes_columns: false,
    zero_is_blank: false,
    shows_all: false,
    roster_page: None,
    answers: &[
        rule(200, 200, "codemajor=failure: course not available for student", Meaning::NotGradable),
        rule(200, 200, "codemajor=failure", Meaning::Rejected),
        rule(200, 200, "codemajor=unsupported", Meaning::Rejected),
        rule(200, 200, "codemajor=processing", Meaning::TryLater),
        rule(200, 200, "codemajor=success", Meaning::Stored),
        rule(200, 299, "", Meaning::Unclear),
    ],
};

const ALL: &[&PlatformProfile] = &[&MOODLE, &CANVAS, &EDX, &GENERIC];

/// The profile of this key; unknown keys are generic.
#[must_use]
pub fn by_key(key: &str) -> &'static PlatformProfile {
    ALL.iter().find(|p| p.key.eq_ignore_ascii_case(key)).copied().unwrap_or(&GENERIC)
}

/// The profile by `tool_platform.product_family_code`, else by a well-known issuer.
#[must_use]
pub fn profile(family_code: Option<&str>, issuer: &str) -> &'static PlatformProfile {
    if let Some(code) = family_code {
        let code = code.to_ascii_lowercase();
        let key = if code.contains("openedx") || code.contains("open-edx") { "edx" } else { code.as_str() };
        return by_key(key);
    }
    if canvas::SITES.iter().any(|(_, _, hosted, _)| *hosted == issuer) { &CANVAS } else { &GENERIC }
}

impl PlatformProfile {
    /// What an answer to a score means here: this platform's table first, then the common one.
    /// `remaining`: what the platform says we may still ask. Canvas turns away with 403 who asked too much, and other 403s are real.
    #[must_use]
    pub fn meaning(&self, status: u16, body: &str, remaining: Option<f64>) -> Meaning {
        if status == 403 && remaining.is_some_and(|left| left <= 0.0) {
            return Meaning::Throttled;
        }
        let body = body.to_ascii_lowercase();
        self.answers
            .iter()
            .chain(COMMON)
            .find(|rule| rule.status.contains(&status) && body.contains(rule.says))
            .map_or(Meaning::TryLater, |rule| rule.meaning)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_family_code_decides_then_the_issuer() {
        for (code, issuer, key) in [
            (Some("moodle"), "https://m.example", "moodle"),
            (Some("Canvas"), "https://self.hosted.example", "canvas"),
            (Some("OpenEdX"), "https://e.example", "edx"),
            (Some("sakai"), "https://canvas.instructure.com", "generic"),
            (None, "https://canvas.test.instructure.com", "canvas"),
            (None, "https://canvas.instructure.com.evil.example", "generic"),
            (None, "https://m.example", "generic"),
        ] {
            assert_eq!(profile(code, issuer).key, key, "{code:?} {issuer}");
        }
    }

    #[test]
    fn each_platforms_answers_mean_what_its_table_says() {
        use Meaning::{
            AttemptsSpent, CourseConcluded, Forbidden, LineItemGone, NotGradable, Rejected, Stale, Stored, Throttled, TokenRefused,
            TryLater, Unclear,
        };
        for (platform, status, body, meaning) in [
            (&MOODLE, 200, "", Stored),
            (&MOODLE, 409, "Refusing score with an earlier timestamp", Stale),
            (&MOODLE, 400, "{\"message\":\"Incorrect score received\"}", NotGradable),
            (&MOODLE, 400, "bad content type", Rejected),
            (&MOODLE, 404, "", LineItemGone),
            (&CANVAS, 200, "{\"resultUrl\":\"https://c.example/r/1\"}", Stored),
            (&CANVAS, 400, "The timestamp is before last updated timestamp of the result", Stale),
            (&CANVAS, 400, "Provided submitted_at timestamp of … in the future", TryLater),
            (&CANVAS, 400, "Provided timestamp is not a valid timestamp", Rejected),
            (&CANVAS, 403, "403 Forbidden (Rate Limit Exceeded)", Throttled),
            (&CANVAS, 403, "user not authorized", Forbidden),
            (&CANVAS, 422, "The maximum number of allowed attempts has been reached", AttemptsSpent),
            (&CANVAS, 422, "This course has concluded. AGS requests will no longer be accepted", CourseConcluded),
            (&CANVAS, 422, "User not found in course or is not a student", NotGradable),
            (&CANVAS, 422, "scoreMaximum must be greater than 0", Rejected),
            (&CANVAS, 401, "Invalid Developer Key", TokenRefused),
            (&EDX, 400, "{\"timestamp\":[\"Score timestamp can only be updated to a later point in time\"]}", Stale),
            (&EDX, 204, "", Stored),
            (&OUTCOMES, 200, "codeMajor=success: Grade replaced", Stored),
            (&OUTCOMES, 201, "codeMajor=success: Grade replaced", Unclear),
            (&OUTCOMES, 200, "codeMajor=failure: not codeMajor=success", Rejected),
            (&OUTCOMES, 200, "codeMajor=failure: Course not available for student", NotGradable),
            (&OUTCOMES, 200, "codeMajor=processing: wait", TryLater),
            (&OUTCOMES, 200, "the answer is no XML", Unclear),
            (&OUTCOMES, 401, "", TokenRefused),
            (&OUTCOMES, 503, "", TryLater),
            (&GENERIC, 201, "<!DOCTYPE html><title>Log in</title>", Unclear),
            (&GENERIC, 302, "", TryLater),
            (&GENERIC, 429, "", Throttled),
            (&GENERIC, 418, "", Rejected),
            (&GENERIC, 503, "<html>", TryLater),
            (&GENERIC, 700, "", TryLater),
        ] {
            assert_eq!(platform.meaning(status, body, None), meaning, "{} {status} {body}", platform.key);
        }
        assert_eq!(CANVAS.meaning(403, "Forbidden", Some(0.0)), Throttled, "whatever the words are");
        assert_eq!(CANVAS.meaning(403, "Forbidden", Some(512.5)), Forbidden);
    }

    #[test]
    fn only_canvas_hears_about_progress() {
        assert_eq!(ALL.iter().filter(|p| p.progress == Progress::InProgress).map(|p| p.key).collect::<Vec<_>>(), ["canvas"]);
        assert_eq!(by_key("never heard of").key, "generic");
    }
}

//! What goes to the grade book, and what its answer means for the message. Pure; [`crate::app`] does the sending.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::lti::{
    ags::{ActivityProgress, CanvasSubmission, GradingProgress, Score, Submission},
    platform::{Meaning, PlatformProfile, Progress},
};

/// Shortest and longest wait before the next try, in seconds.
const SHORTEST: f64 = 5.0;
const LONGEST: f64 = 6.0 * 60.0 * 60.0;
/// After so many seconds a message is parked: whoever still wants it can send it again.
const TOO_OLD: i64 = 14 * 24 * 60 * 60;
/// Time stamps rise by at least this: Moodle and edX compare whole seconds.
pub const TIMESTAMP_STEP_MS: i64 = 1000;

/// What we want the grade book to show: the payload of an outbox row. Times are epoch milliseconds.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Wanted {
    /// The grade, 0 to 100; none while there is only progress.
    #[serde(default)]
    pub score: Option<f64>,
    /// Is the work complete?
    #[serde(default)]
    pub complete: bool,
    /// The attempt that led to this grade.
    #[serde(default)]
    pub attempt: Option<String>,
    /// When that attempt began.
    #[serde(default)]
    pub started_at: Option<i64>,
    /// When it was handed in: what lateness is judged by.
    #[serde(default)]
    pub submitted_at: Option<i64>,
    /// Where a teacher can look at it, one of our launch addresses.
    #[serde(default)]
    pub review_url: Option<String>,
}

/// What we know of the line item and the learner.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Known {
    /// Did anything go out that was not refused?
    pub sent: bool,
    /// The last score sent; none when the last message had none.
    pub sent_score: Option<f64>,
    /// `submittedAt` of the last message.
    pub sent_submitted_at: Option<i64>,
    /// The attempt the platform was last told of as a new submission.
    pub sent_submission: Option<String>,
    /// The last score taken.
    pub accepted_score: Option<f64>,
    /// A person decided that it goes out over the mark that is there.
    pub replaces: bool,
}

impl Known {
    /// Is the last message the one that is wanted now?
    #[must_use]
    pub fn was_sent(&self, wanted: &Wanted) -> bool {
        self.sent && self.sent_score == wanted.score && self.sent_submitted_at == wanted.submitted_at
    }
}

/// The message for `wanted`, or none when this platform is to hear nothing.
///
/// A resend goes out because the first one's outcome is unknown: it makes no new submission.
#[must_use]
pub fn compose(profile: &PlatformProfile, user_id: &str, wanted: &Wanted, known: &Known, timestamp_ms: i64, resend: bool) -> Option<Score> {
    let new_submission = new_submission(profile, wanted, known, resend);
    let graded = wanted.score.is_some();
    if !graded {
        // A message without a score erases a grade on some platforms, so it never follows one; and one is enough.
        let grade_exists = known.sent_score.or(known.accepted_score).is_some();
        if profile.progress == Progress::Nothing || grade_exists || (known.sent && !resend) {
            return None;
        }
    }
    let canvas = profile.canvas_submission.then(|| CanvasSubmission {
        new_submission,
        preserve_score: !graded,
        // Canvas shows no result of whoever was graded before they opened the link, so only Canvas can spare such a mark. It would
        // spare a score of ours too: so never once there is one.
        prioritize_non_tool_grade: graded && !known.replaces && known.sent_score.or(known.accepted_score).is_none(),
        submission_type: wanted.review_url.as_ref().filter(|_| new_submission).map(|_| "basic_lti_launch".to_owned()),
        submission_data: wanted.review_url.clone().filter(|_| new_submission),
    });
    let submission =
        wanted.submitted_at.filter(|_| graded).map(|at| Submission { started_at: wanted.started_at.map(iso), submitted_at: iso(at) });
    Some(Score {
        user_id: user_id.to_owned(),
        score_given: wanted.score.map(|s| s.clamp(0.0, 100.0)),
        score_maximum: graded.then_some(100.0),
        activity_progress: if graded { ActivityProgress::Completed } else { ActivityProgress::InProgress },
        grading_progress: if graded { GradingProgress::FullyGraded } else { GradingProgress::Pending },
        timestamp: iso(timestamp_ms),
        comment: None,
        submission,
        canvas,
    })
}

/// Does the message for `wanted` stand for a new attempt? Once for each, and never on a resend.
#[must_use]
pub fn new_submission(profile: &PlatformProfile, wanted: &Wanted, known: &Known, resend: bool) -> bool {
    profile.canvas_submission && wanted.score.is_some() && !resend && wanted.attempt.is_some() && wanted.attempt != known.sent_submission
}

fn iso(ms: i64) -> String {
    Timestamp::from_millisecond(ms).unwrap_or_default().strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// Why a message is parked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The user takes no part in the grading.
    NotGradable,
    /// We lack the right.
    Forbidden,
    /// There is no line item, or none any more.
    NoLineItem,
    /// The course is over.
    CourseConcluded,
    /// The platform will never take it.
    Rejected,
    /// It was tried for two weeks.
    TooOld,
    /// The platform lives where we do not call.
    AddressRefused,
}

impl Reason {
    /// A stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Reason::NotGradable => "not_gradable",
            Reason::Forbidden => "forbidden",
            Reason::NoLineItem => "no_line_item",
            Reason::CourseConcluded => "course_concluded",
            Reason::Rejected => "rejected",
            Reason::TooOld => "too_old",
            Reason::AddressRefused => "address_refused",
        }
    }
}

/// What an answer means for the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The grade book has it.
    Delivered,
    /// Again in so many seconds.
    Retry {
        /// Seconds from now.
        after: i64,
        /// A stable code.
        code: &'static str,
    },
    /// Park it.
    GiveUp(Reason),
    /// The answer alone does not tell: read the results and decide by them.
    ReadBack,
    /// Again at once, as no new submission: the learner's attempts are spent there, the grade still counts.
    WithoutSubmission,
    /// The line item is gone: look it up again, then send or park.
    LookUpLineItem,
}

/// A platform's answer to a score.
#[derive(Debug, Clone, Copy)]
pub struct Reply<'a> {
    /// HTTP status.
    pub status: u16,
    /// The beginning of the body.
    pub body: &'a str,
    /// Seconds it asks us to wait.
    pub retry_after: Option<i64>,
    /// How much it says we may still ask.
    pub remaining: Option<f64>,
}

/// How often and how long a message has been tried.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Tries so far, this one included.
    pub tries: i64,
    /// Seconds since it was written.
    pub age: i64,
    /// A number from 0 up to 1, for the jitter.
    pub random: f64,
}

/// What the answer means for the message, by the platform's table.
#[must_use]
pub fn classify(profile: &PlatformProfile, reply: &Reply<'_>, effort: Effort) -> Verdict {
    match profile.meaning(reply.status, reply.body, reply.remaining) {
        Meaning::Stored => Verdict::Delivered,
        Meaning::Unclear | Meaning::Stale => Verdict::ReadBack,
        Meaning::Throttled => retry(effort, reply.retry_after, "throttled"),
        Meaning::TryLater => retry(effort, reply.retry_after, "platform_error"),
        // A second 401: the key is switched off, or the tool not deployed here. Somebody may yet switch it on.
        Meaning::TokenRefused => retry(effort, reply.retry_after, "token_not_accepted"),
        Meaning::Forbidden => Verdict::GiveUp(Reason::Forbidden),
        Meaning::LineItemGone => Verdict::LookUpLineItem,
        Meaning::NotGradable => Verdict::GiveUp(Reason::NotGradable),
        Meaning::AttemptsSpent => Verdict::WithoutSubmission,
        Meaning::CourseConcluded => Verdict::GiveUp(Reason::CourseConcluded),
        Meaning::Rejected => Verdict::GiveUp(Reason::Rejected),
    }
}

/// Again later, or parked when it has been tried long enough.
#[must_use]
pub fn retry(effort: Effort, retry_after: Option<i64>, code: &'static str) -> Verdict {
    if effort.age > TOO_OLD { Verdict::GiveUp(Reason::TooOld) } else { Verdict::Retry { after: backoff(effort, retry_after), code } }
}

/// Seconds before the next try: full jitter from 5 s to 6 h, and no sooner than the platform asks.
#[must_use]
pub fn backoff(effort: Effort, retry_after: Option<i64>) -> i64 {
    let exponent = i32::try_from(effort.tries.clamp(1, 30)).unwrap_or(30);
    let cap = (SHORTEST * 2.0_f64.powi(exponent)).min(LONGEST);
    let jittered = (cap * effort.random.clamp(0.0, 1.0)).max(SHORTEST);
    let asked = retry_after.unwrap_or(0).clamp(0, LONGEST as i64);
    (jittered as i64).max(asked)
}

/// A code in a teacher's words: what happened and what to do.
#[must_use]
pub fn explain(code: &str) -> &'static str {
    match code {
        "delivered" => "The grade book has it.",
        "replaced" => "A teacher decided to send it over the mark that was typed in the LMS, and the grade book shows it.",
        "confirmed" => "The grade book shows it.",
        "nothing_to_send" => "There was nothing to send.",
        "throttled" => "The LMS asked to slow down. It will be sent again.",
        "platform_error" => "The LMS had a problem. It will be sent again.",
        "error_for_grade" => {
            "The LMS shows its grade book, and answers with an error for this grade: it may be locked there, as Moodle does it. \
             It is tried again every few hours."
        }
        "no_answer" | "answer_too_large" => "The LMS did not answer. It will be checked, then sent again if need be.",
        "unreachable" => "The LMS cannot be reached. It will be sent again.",
        "token_not_accepted" | "token_refused" | "token_unreadable" | "token_not_signed" | "token_address_wrong" => {
            "The LMS does not let this tool in: its administrator should check that the tool is switched on here. It will be sent again."
        }
        "edited_in_lms" => "Somebody typed another mark in the LMS. It stays there unless a teacher decides otherwise.",
        "kept_by_lms" => "The LMS took the grade and still shows its own mark: it is overridden or locked there.",
        "results_unread" => {
            "The LMS did not show its grade book, so nobody knows whether a teacher changed the mark there. It will be looked at again."
        }
        "line_item_busy" => "The column in the grade book is being made. It will be sent again.",
        "stale" => "The LMS holds a newer entry. It will be sent again with a new time.",
        "waiting_for_platform" => "The LMS cannot be reached just now. It will be sent again.",
        "not_gradable" => "The LMS gives this person no grades here: they are no active learner of the course.",
        "forbidden" => "The LMS does not allow this tool to send grades: its administrator has to grant it.",
        "no_line_item" => "There is no column in the grade book for this link. Make the link graded, open it once, then send again.",
        "course_concluded" => "The course is over in the LMS, and takes no more grades.",
        "rejected" => "The LMS refused the grade for good. The details say why.",
        "too_old" => "It was tried for two weeks. Send it again when the LMS is back.",
        "address_refused" => "The LMS's address is not one this tool may call: its administrator has to allow it.",
        "gone" => "The registration, the link or the person is no more.",
        "payload_unreadable" => "The stored grade cannot be read. Tell the tool's administrator.",
        _ => "",
    }
}

#[cfg(test)]
mod tests;

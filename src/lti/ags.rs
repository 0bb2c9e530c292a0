//! Assignment and Grade Services 2.0: messages, media types, URLs.

use serde::{Deserialize, Serialize};
use url::Url;

/// Scope: post scores.
pub const SCOPE_SCORE: &str = "https://purl.imsglobal.org/spec/lti-ags/scope/score";
/// Scope: read results.
pub const SCOPE_RESULT: &str = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly";
/// Scope: read and make line items.
pub const SCOPE_LINE_ITEM: &str = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem";
/// Scope: read line items.
pub const SCOPE_LINE_ITEM_READ: &str = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly";

/// Media type of a score. Moodle accepts this and nothing else.
pub const SCORE_TYPE: &str = "application/vnd.ims.lis.v1.score+json";
/// Media type of one line item.
pub const LINE_ITEM_TYPE: &str = "application/vnd.ims.lis.v2.lineitem+json";
/// Media type of a list of line items.
pub const LINE_ITEMS_TYPE: &str = "application/vnd.ims.lis.v2.lineitemcontainer+json";
/// Media type of a list of results.
pub const RESULTS_TYPE: &str = "application/vnd.ims.lis.v2.resultcontainer+json";

/// How far the learner is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ActivityProgress {
    /// Working on it.
    InProgress,
    /// Done.
    Completed,
}

/// How far the grading is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum GradingProgress {
    /// Done.
    FullyGraded,
    /// Not yet.
    Pending,
}

/// When the work was begun and handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Submission {
    /// ISO 8601.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
    /// ISO 8601: when the learner finished, not when we send.
    pub submitted_at: String,
}

/// Canvas's own part of a score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CanvasSubmission {
    /// Does this message stand for a new attempt?
    pub new_submission: bool,
    /// Keep the score that is there.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub preserve_score: bool,
    /// Keep any score that is there, whoever gave it.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub prioritize_non_tool_grade: bool,
    /// Such as `basic_lti_launch`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submission_type: Option<String>,
    /// For `basic_lti_launch`: the URL the teacher launches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submission_data: Option<String>,
}

/// The body of a score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Score {
    /// The learner: `sub` of the launch.
    pub user_id: String,
    /// Absent: no score, which makes some platforms erase one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score_given: Option<f64>,
    /// Present with `score_given`, above 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score_maximum: Option<f64>,
    /// How far the learner is.
    pub activity_progress: ActivityProgress,
    /// How far the grading is.
    pub grading_progress: GradingProgress,
    /// ISO 8601 with zone and milliseconds.
    pub timestamp: String,
    /// Plain text for the learner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// When it was handed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submission: Option<Submission>,
    /// Canvas's own part.
    #[serde(rename = "https://canvas.instructure.com/lti/submission", skip_serializing_if = "Option::is_none")]
    pub canvas: Option<CanvasSubmission>,
}

/// A column of the grade book. Members we do not know are kept, because a PUT must send everything back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LineItem {
    /// Its URL; the platform gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its name.
    pub label: String,
    /// Above 0.
    pub score_maximum: f64,
    /// Our id of the content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_id: Option<String>,
    /// Our word for its purpose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The link it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_link_id: Option<String>,
    /// Everything else.
    #[serde(flatten)]
    pub other: serde_json::Map<String, serde_json::Value>,
}

/// What the grade book shows for one learner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResultItem {
    /// The learner.
    pub user_id: String,
    /// Absent: no grade.
    #[serde(default)]
    pub result_score: Option<f64>,
    /// Absent: 1, says the specification.
    #[serde(default)]
    pub result_maximum: Option<f64>,
    /// Text shown with it.
    #[serde(default)]
    pub comment: Option<String>,
}

impl ResultItem {
    /// The grade in percent, if there is one.
    #[must_use]
    pub fn percent(&self) -> Option<f64> {
        self.result_score.map(|score| 100.0 * score / self.maximum()).filter(|percent| percent.is_finite())
    }

    /// The points of the column.
    #[must_use]
    pub fn maximum(&self) -> f64 {
        self.result_maximum.filter(|m| *m > 0.0).unwrap_or(1.0)
    }
}

/// A line item URL that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a web address")]
pub struct BadUrl(pub String);

fn under(line_item: &str, last: &str) -> Result<Url, BadUrl> {
    let bad = || BadUrl(line_item.chars().take(200).collect());
    let mut url = Url::parse(line_item).map_err(|_| bad())?;
    url.path_segments_mut().map_err(|()| bad())?.pop_if_empty().push(last);
    Ok(url)
}

/// Where scores go: `/scores` on the path, the query kept (Moodle's `?type_id=`).
///
/// # Errors
/// When the line item is no URL.
pub fn scores_url(line_item: &str) -> Result<Url, BadUrl> {
    under(line_item, "scores")
}

/// Where results are read: `/results` on the path, the query kept; of one learner only, if named.
/// Never with `limit`: Moodle answers that with an error page.
///
/// # Errors
/// When the line item is no URL.
pub fn results_url(line_item: &str, user_id: Option<&str>) -> Result<Url, BadUrl> {
    let mut url = under(line_item, "results")?;
    if let Some(user) = user_id {
        url.query_pairs_mut().append_pair("user_id", user);
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_of_a_line_item_stays_where_it_is() {
        let line_item = "https://m.example/mod/lti/services.php/2/lineitems/5/lineitem?type_id=1";
        assert_eq!(
            scores_url(line_item).unwrap().as_str(),
            "https://m.example/mod/lti/services.php/2/lineitems/5/lineitem/scores?type_id=1"
        );
        assert_eq!(
            results_url(line_item, Some("u 1&x")).unwrap().as_str(),
            "https://m.example/mod/lti/services.php/2/lineitems/5/lineitem/results?type_id=1&user_id=u+1%26x"
        );
        assert_eq!(scores_url("https://c.example/line_items/7/").unwrap().as_str(), "https://c.example/line_items/7/scores");
        assert_eq!(results_url("https://c.example/line_items/7", None).unwrap().as_str(), "https://c.example/line_items/7/results");
        for bad in ["", "/line_items/7", "mailto:x@y.example"] {
            assert!(scores_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_score_says_only_what_is_known() {
        let score = Score {
            user_id: "5".into(),
            score_given: Some(83.33),
            score_maximum: Some(100.0),
            activity_progress: ActivityProgress::Completed,
            grading_progress: GradingProgress::FullyGraded,
            timestamp: "2026-11-23T10:00:00.000Z".into(),
            comment: None,
            submission: Some(Submission { started_at: None, submitted_at: "2026-11-23T09:59:00.000Z".into() }),
            canvas: None,
        };
        assert_eq!(
            serde_json::to_value(&score).unwrap(),
            serde_json::json!({"userId": "5", "scoreGiven": 83.33, "scoreMaximum": 100.0, "activityProgress": "Completed",
                "gradingProgress": "FullyGraded", "timestamp": "2026-11-23T10:00:00.000Z",
                "submission": {"submittedAt": "2026-11-23T09:59:00.000Z"}})
        );
        let canvas = CanvasSubmission {
            new_submission: false,
            preserve_score: true,
            prioritize_non_tool_grade: false,
            submission_type: None,
            submission_data: None,
        };
        let with = serde_json::to_value(Score { canvas: Some(canvas), ..score }).unwrap();
        assert_eq!(
            with["https://canvas.instructure.com/lti/submission"],
            serde_json::json!({"new_submission": false, "preserve_score": true})
        );
    }

    #[test]
    fn a_line_item_keeps_what_we_do_not_know() {
        let text = r#"{"id":"https://x.example/1","label":"Quiz","scoreMaximum":10,"gradesReleased":true}"#;
        let item: LineItem = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_value(&item).unwrap()["gradesReleased"], true);
    }

    #[test]
    fn a_result_is_a_percentage_of_its_maximum() {
        let result = |text: &str| serde_json::from_str::<ResultItem>(text).unwrap().percent();
        assert_eq!(result(r#"{"userId":"1","resultScore":4,"resultMaximum":5}"#), Some(80.0));
        assert_eq!(result(r#"{"userId":"1","resultScore":0.5}"#), Some(50.0));
        assert_eq!(result(r#"{"userId":"1","resultScore":null,"resultMaximum":5}"#), None);
        assert_eq!(result(r#"{"userId":"1"}"#), None);
        assert_eq!(result(r#"{"userId":"1","resultScore":1e308,"resultMaximum":1e-308}"#), None, "no number is no grade");
    }
}

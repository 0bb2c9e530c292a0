//! The trial platform's grade book: line items, scores, a teacher's own mark. Kept in memory, thrown away at exit.
//!
//! It answers as strictly as the platforms it stands for: a score needs a time stamp newer than the stored one (whole seconds,
//! as Moodle compares them), an unknown learner is refused, and a teacher's override stays.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct LineItem {
    /// Number in the URL.
    pub(crate) number: usize,
    /// Column title.
    pub(crate) label: String,
    /// Points for a full score.
    pub(crate) maximum: f64,
    /// The link it belongs to.
    pub(crate) resource_link: String,
}

/// What a tool posts (AGS 2.0, score service).
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PostedScore {
    pub(crate) user_id: String,
    pub(crate) timestamp: Timestamp,
    pub(crate) activity_progress: String,
    pub(crate) grading_progress: String,
    #[serde(default)]
    pub(crate) score_given: Option<f64>,
    #[serde(default)]
    pub(crate) score_maximum: Option<f64>,
    #[serde(default)]
    pub(crate) comment: Option<String>,
}

/// What a cell of the grade book holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Cell {
    /// Points, scaled to the column; none is an empty cell.
    pub(crate) points: Option<f64>,
    /// The tool's stamp.
    pub(crate) timestamp: Timestamp,
    /// When it arrived here.
    pub(crate) arrived: Timestamp,
    /// `activityProgress / gradingProgress` as posted.
    pub(crate) progress: String,
    /// Text for the learner.
    pub(crate) comment: Option<String>,
    /// A teacher typed this mark: a tool's score no longer changes it.
    pub(crate) overridden: bool,
}

/// Why a score was not taken.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("no line item `{0}`")]
    NoLineItem(usize),
    #[error("incorrect score received: `{0}` is not a learner of this course")]
    NotALearner(String),
    #[error("a score with the same or a newer time stamp is already there")]
    Stale,
    #[error("scoreGiven needs scoreMaximum above 0")]
    NoMaximum,
}

/// All columns and cells.
#[derive(Debug, Default)]
pub(crate) struct GradeBook {
    items: Vec<LineItem>,
    cells: BTreeMap<(usize, String), Cell>,
}

impl GradeBook {
    /// The column of this link, made on first use.
    pub(crate) fn line_item_for(&mut self, resource_link: &str, label: &str, maximum: f64) -> &LineItem {
        let found = self.items.iter().position(|i| i.resource_link == resource_link);
        let index = found.unwrap_or_else(|| {
            self.items.push(LineItem {
                number: self.items.len() + 1,
                label: label.to_owned(),
                maximum,
                resource_link: resource_link.to_owned(),
            });
            self.items.len() - 1
        });
        &self.items[index]
    }

    pub(crate) fn items(&self) -> &[LineItem] {
        &self.items
    }

    pub(crate) fn item(&self, number: usize) -> Option<&LineItem> {
        number.checked_sub(1).and_then(|i| self.items.get(i))
    }

    pub(crate) fn cell(&self, number: usize, user: &str) -> Option<&Cell> {
        self.cells.get(&(number, user.to_owned()))
    }

    /// Takes a posted score; `learners` are the ids that may have a grade.
    pub(crate) fn post(&mut self, number: usize, score: &PostedScore, learners: &[&str], now: Timestamp) -> Result<(), Refusal> {
        let item = self.item(number).ok_or(Refusal::NoLineItem(number))?;
        if !learners.contains(&score.user_id.as_str()) {
            return Err(Refusal::NotALearner(score.user_id.clone()));
        }
        let maximum = item.maximum;
        let key = (number, score.user_id.clone());
        let before = self.cells.get(&key);
        if before.is_some_and(|c| c.timestamp.as_second() >= score.timestamp.as_second()) {
            return Err(Refusal::Stale);
        }
        let graded = score.grading_progress == "FullyGraded";
        let points = match (score.score_given.filter(|_| graded), score.score_maximum) {
            (None, _) => None,
            (Some(given), Some(of)) if of > 0.0 => Some(given / of * maximum),
            (Some(_), _) => return Err(Refusal::NoMaximum),
        };
        let kept = before.filter(|c| c.overridden).and_then(|c| c.points);
        let overridden = before.is_some_and(|c| c.overridden);
        self.cells.insert(
            key,
            Cell {
                points: if overridden { kept } else { points },
                timestamp: score.timestamp,
                arrived: now,
                progress: format!("{} / {}", score.activity_progress, score.grading_progress),
                comment: score.comment.clone(),
                overridden,
            },
        );
        Ok(())
    }

    /// A teacher types a mark over what is there.
    pub(crate) fn override_points(&mut self, number: usize, user: &str, points: f64, now: Timestamp) -> Result<(), Refusal> {
        self.item(number).ok_or(Refusal::NoLineItem(number))?;
        let key = (number, user.to_owned());
        let (timestamp, progress) =
            self.cells.get(&key).map_or((Timestamp::UNIX_EPOCH, "-".to_owned()), |c| (c.timestamp, c.progress.clone()));
        self.cells.insert(key, Cell { points: Some(points), timestamp, arrived: now, progress, comment: None, overridden: true });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn score(user: &str, second: i64, given: Option<f64>) -> PostedScore {
        PostedScore {
            user_id: user.into(),
            timestamp: at(second),
            activity_progress: "Completed".into(),
            grading_progress: "FullyGraded".into(),
            score_given: given,
            score_maximum: given.map(|_| 10.0),
            comment: None,
        }
    }

    fn book() -> GradeBook {
        let mut book = GradeBook::default();
        book.line_item_for("link-1", "Module 1", 100.0);
        book
    }

    #[test]
    fn a_score_is_scaled_to_the_column() {
        let mut book = book();
        book.post(1, &score("ada", 10, Some(8.0)), &["ada"], at(11)).unwrap();
        assert_eq!(book.cell(1, "ada").unwrap().points, Some(80.0));
    }

    #[test]
    fn one_link_has_one_column() {
        let mut book = book();
        assert_eq!(book.line_item_for("link-1", "again", 100.0).number, 1);
        assert_eq!(book.line_item_for("link-2", "Module 2", 100.0).number, 2);
    }

    #[test]
    fn the_same_second_is_stale() {
        let mut book = book();
        book.post(1, &score("ada", 10, Some(8.0)), &["ada"], at(11)).unwrap();
        assert_eq!(book.post(1, &score("ada", 10, Some(9.0)), &["ada"], at(12)), Err(Refusal::Stale));
        book.post(1, &score("ada", 11, Some(9.0)), &["ada"], at(12)).unwrap();
    }

    #[test]
    fn a_message_without_a_score_empties_the_cell_as_moodle_does() {
        let mut book = book();
        book.post(1, &score("ada", 10, Some(8.0)), &["ada"], at(11)).unwrap();
        book.post(1, &score("ada", 12, None), &["ada"], at(13)).unwrap();
        assert_eq!(book.cell(1, "ada").unwrap().points, None);
    }

    #[test]
    fn a_teachers_mark_stays() {
        let mut book = book();
        book.override_points(1, "ada", 55.0, at(5)).unwrap();
        book.post(1, &score("ada", 10, Some(8.0)), &["ada"], at(11)).unwrap();
        let cell = book.cell(1, "ada").unwrap();
        assert_eq!((cell.points, cell.overridden), (Some(55.0), true));
    }

    #[test]
    fn refusals_name_their_cause() {
        let mut book = book();
        assert_eq!(book.post(7, &score("ada", 1, None), &["ada"], at(1)), Err(Refusal::NoLineItem(7)));
        assert_eq!(book.post(1, &score("tea", 1, None), &["ada"], at(1)), Err(Refusal::NotALearner("tea".into())));
        let bad = PostedScore { score_maximum: None, ..score("ada", 1, Some(1.0)) };
        assert_eq!(book.post(1, &bad, &["ada"], at(1)), Err(Refusal::NoMaximum));
        assert_eq!(book.override_points(9, "ada", 1.0, at(1)), Err(Refusal::NoLineItem(9)));
    }
}

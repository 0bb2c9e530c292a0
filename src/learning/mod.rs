//! Attempts, scoring, completion, grade policy and delivery decisions. Pure.
//!
//! The rules of [`mod@draw`], [`numeric`], [`scoring`], [`mod@completion`] and [`mod@grade`] exist twice: here, and in `player/src/`, where a
//! package scores by itself. Both languages run the cases of `tests/vectors/*.json`.

pub mod completion;
pub mod delivery;
pub mod draw;
pub mod grade;
pub mod ledger;
pub mod navigator;
pub mod numeric;
pub mod responses;
pub mod scoring;

#[cfg(test)]
mod tests;

pub use completion::{Completion, Policy, completion};
pub use draw::{DrawnItem, DrawnQuestion, DrawnQuiz, draw};
pub use grade::{course_grade, module_grade};
pub use responses::{Response, Responses};
pub use scoring::{AttemptResult, QuestionResult, score};

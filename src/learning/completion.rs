//! When a module is complete, and what is still missing.

use std::collections::BTreeSet;

use crate::course::model::{GradePolicy, Module, Quiz};

use super::grade::module_grade;

/// How a quiz counts, after the course, the quiz and the teacher's link had their say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Policy {
    /// Graded tries; 0 means unlimited.
    pub attempts: u32,
    /// Percent to pass.
    pub pass_mark: f64,
    /// Which attempt counts.
    pub grade: GradePolicy,
}

impl Policy {
    /// What the quiz itself says.
    pub fn of(quiz: &Quiz) -> Self {
        Self { attempts: quiz.attempts, pass_mark: quiz.pass_mark, grade: quiz.grade }
    }

    /// Tries left after `used`; `None` means unlimited.
    pub fn left(&self, used: usize) -> Option<u32> {
        (self.attempts > 0).then(|| self.attempts.saturating_sub(u32::try_from(used).unwrap_or(u32::MAX)))
    }

    /// Whether the key may be shown after the attempts with these scores: none is left to use it in, or nothing is left to gain.
    pub fn reveals(&self, scores: &[f64]) -> bool {
        let full = scores.iter().any(|s| *s >= 100.0);
        let passed = scores.iter().any(|s| *s >= self.pass_mark);
        full || self.left(scores.len()) == Some(0) || (self.attempts == 0 && passed)
    }
}

/// Where a learner stands in a module.
#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// Every lesson read, and the quiz, if there is one, passed or its attempts spent.
    pub complete: bool,
    /// Ids of lessons not read yet, in order.
    pub unread: Vec<String>,
    /// Whether the quiz still asks for something.
    pub quiz_missing: bool,
    /// Whether the score that counts reaches the pass mark; `None` without a graded attempt.
    pub passed: Option<bool>,
    /// Share of lessons and quiz done, 0 to 1; 1 only when complete.
    pub progress: f64,
}

/// Where a learner stands who read `read` and has graded attempts with `scores`, in their order.
pub fn completion(module: &Module, policy: Policy, read: &BTreeSet<String>, scores: &[f64]) -> Completion {
    let unread: Vec<String> = module.lessons.iter().map(|l| &l.id).filter(|id| !read.contains(*id)).cloned().collect();
    let has_quiz = module.quiz.is_some();
    let done = scores.iter().any(|s| *s >= policy.pass_mark) || policy.left(scores.len()) == Some(0);
    let quiz_missing = has_quiz && !done;
    let steps = module.lessons.len() + usize::from(has_quiz);
    let missing = unread.len() + usize::from(quiz_missing);
    Completion {
        complete: missing == 0,
        quiz_missing,
        passed: if has_quiz { module_grade(policy.grade, scores).map(|g| g >= policy.pass_mark) } else { None },
        progress: if steps == 0 { 1.0 } else { (steps - missing) as f64 / steps as f64 },
        unread,
    }
}

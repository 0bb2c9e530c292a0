//! From attempts to a module's grade, from modules to the course's.

use crate::course::model::GradePolicy;

use super::scoring::round2;

/// The score that counts, from the scores of the graded attempts in their order.
pub fn module_grade(policy: GradePolicy, scores: &[f64]) -> Option<f64> {
    match policy {
        GradePolicy::Best => scores.iter().copied().reduce(f64::max),
        GradePolicy::Last => scores.last().copied(),
    }
}

/// The whole course's grade from `(weight, grade)` of every module that has a quiz: one not attempted counts 0.
/// `None` while nothing was attempted.
pub fn course_grade(modules: &[(f64, Option<f64>)]) -> Option<f64> {
    let weights: f64 = modules.iter().map(|(w, _)| w).sum();
    if weights <= 0.0 || modules.iter().all(|(_, g)| g.is_none()) {
        return None;
    }
    let sum: f64 = modules.iter().map(|(w, g)| w * g.unwrap_or(0.0)).sum();
    Some(round2(sum / weights))
}

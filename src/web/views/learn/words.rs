//! Small texts of the learner's pages.

use crate::{
    course::{GradePolicy, Module, Quiz},
    learning::{Completion, Policy},
};

/// `1 lesson`, `3 lessons`.
pub(super) fn count(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

/// What is still missing, or that it is complete.
pub(super) fn missing(module: &Module, state: &Completion) -> String {
    let lessons = count(state.unread.len(), "lesson", "lessons");
    match (state.unread.is_empty(), state.quiz_missing) {
        (true, false) => "Complete.".to_owned(),
        (true, true) if module.lessons.is_empty() => "Nothing to read first: go straight to the questions.".to_owned(),
        (true, true) => "All lessons read. The quiz is all that is left.".to_owned(),
        (false, true) => format!("Still to do: {lessons} and the quiz."),
        (false, false) => format!("Still to do: {lessons}."),
    }
}

/// How a quiz counts.
pub(super) fn facts(quiz: &Quiz, policy: Policy, questions: usize) -> Vec<String> {
    let which = match policy.grade {
        GradePolicy::Best => "the best counts",
        GradePolicy::Last => "the last counts",
    };
    let attempts = match policy.attempts {
        0 => format!("any number of attempts, {which}"),
        1 => "1 attempt".to_owned(),
        n => format!("{n} attempts, {which}"),
    };
    let _ = quiz;
    vec![count(questions, "question", "questions"), format!("{} to pass", percent(policy.pass_mark, None)), attempts]
}

/// `83 %`; with decimals only where they decide whether `pass_mark` is reached.
pub(crate) fn percent(score: f64, pass_mark: Option<f64>) -> String {
    let whole = score.round();
    let decides = pass_mark.is_some_and(|mark| (whole >= mark) != (score >= mark));
    let full = (whole - 100.0).abs() < f64::EPSILON && score < 100.0;
    if decides || full { format!("{score:.2} %") } else { format!("{whole} %") }
}

/// `2 attempts left`.
pub(super) fn left(policy: Policy, used: usize) -> Option<String> {
    Some(match policy.left(used)? {
        0 => "No attempts left".to_owned(),
        n => format!("{} left", count(n as usize, "attempt", "attempts")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::fixture;

    #[test]
    fn decimals_show_only_where_they_decide() {
        assert_eq!(percent(83.33, Some(70.0)), "83 %");
        assert_eq!(percent(69.67, Some(70.0)), "69.67 %");
        assert_eq!(percent(70.0, Some(70.0)), "70 %");
        assert_eq!(percent(99.6, None), "99.60 %");
        assert_eq!(percent(100.0, None), "100 %");
    }

    #[test]
    fn what_is_missing_is_said_in_one_line() {
        let state = |unread: usize, quiz_missing: bool| Completion {
            complete: unread == 0 && !quiz_missing,
            unread: vec!["x".to_owned(); unread],
            quiz_missing,
            passed: None,
            progress: 0.0,
        };
        let mut module = fixture::course().modules.remove(0);
        assert_eq!(missing(&module, &state(0, false)), "Complete.");
        assert_eq!(missing(&module, &state(1, false)), "Still to do: 1 lesson.");
        assert_eq!(missing(&module, &state(2, true)), "Still to do: 2 lessons and the quiz.");
        assert_eq!(missing(&module, &state(0, true)), "All lessons read. The quiz is all that is left.");
        module.lessons.clear();
        assert_eq!(missing(&module, &state(0, true)), "Nothing to read first: go straight to the questions.");
        assert_eq!(missing(&module, &state(0, false)), "Complete.");
    }

    #[test]
    fn attempts_left_are_counted_down() {
        let policy = |attempts| Policy { attempts, pass_mark: 70.0, grade: GradePolicy::Best };
        assert_eq!(left(policy(3), 1).as_deref(), Some("2 attempts left"));
        assert_eq!(left(policy(3), 2).as_deref(), Some("1 attempt left"));
        assert_eq!(left(policy(3), 3).as_deref(), Some("No attempts left"));
        assert_eq!(left(policy(0), 3), None);
    }
}

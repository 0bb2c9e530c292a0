//! Points for answers.

use serde::Serialize;

use crate::course::model::{Choice, Question, QuestionKind, Quiz};

use super::{
    draw::{selected, variant_index},
    numeric,
    responses::{Response, Responses},
};

/// What an attempt is worth.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AttemptResult {
    /// Percent, 0 to 100, rounded half up to two decimals.
    pub score: f64,
    /// Whether `score` reaches the quiz's pass mark.
    pub passed: bool,
    /// One entry for each question asked, in the order asked.
    pub questions: Vec<QuestionResult>,
}

/// What one answer is worth.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QuestionResult {
    /// Question id.
    pub id: String,
    /// Share of the points, 0 to 1.
    pub fraction: f64,
    /// Points for a full answer.
    pub points: f64,
    /// Points earned.
    pub earned: f64,
    /// Whether there was an answer.
    pub answered: bool,
    /// The number that was read, for numeric questions.
    pub read_as: Option<f64>,
}

/// Scores an attempt of `quiz` drawn with `seed`.
pub fn score(quiz: &Quiz, seed: &str, responses: &Responses) -> AttemptResult {
    let questions: Vec<QuestionResult> = selected(quiz, seed)
        .into_iter()
        .map(|q| {
            let response = responses.get(&q.id).filter(|r| !r.is_empty());
            let read_as = response.and_then(|r| read_number(q, r));
            let fraction = response.map_or(0.0, |r| fraction(q, seed, r));
            QuestionResult {
                id: q.id.clone(),
                fraction,
                points: q.points,
                earned: q.points * fraction,
                answered: response.is_some(),
                read_as,
            }
        })
        .collect();
    let possible: f64 = questions.iter().map(|q| q.points).sum();
    let earned: f64 = questions.iter().map(|q| q.earned).sum();
    let score = if possible > 0.0 { round2(100.0 * earned / possible) } else { 0.0 };
    AttemptResult { score, passed: score >= quiz.pass_mark, questions }
}

/// Half up to two decimals; the nudge takes back what binary fractions lose.
pub(crate) fn round2(value: f64) -> f64 {
    (value * 100.0 + 0.5 + 1e-9).floor() / 100.0
}

fn read_number(q: &Question, response: &Response) -> Option<f64> {
    match (&q.kind, response) {
        (QuestionKind::Numeric { unit, .. }, Response::One(typed)) => numeric::read(typed, unit.as_deref()),
        _ => None,
    }
}

fn fraction(q: &Question, seed: &str, response: &Response) -> f64 {
    match (&q.kind, response) {
        (QuestionKind::Single { options }, Response::One(id)) => whole(is_right(options, id)),
        (QuestionKind::Multiple { options }, Response::Many(ids)) => {
            let right = options.iter().filter(|o| o.correct).count();
            let (mut hits, mut misses) = (0_i32, 0_i32);
            for option in options.iter().filter(|o| ids.contains(&o.id)) {
                *(if option.correct { &mut hits } else { &mut misses }) += 1;
            }
            if right == 0 { 0.0 } else { f64::from((hits - misses).max(0)) / right as f64 }
        }
        (QuestionKind::TrueFalse { answer, options, .. }, Response::TrueFalse { value, reason }) => {
            match (value == answer, options.is_empty()) {
                (false, _) => 0.0,
                (true, true) => 1.0,
                (true, false) => 0.5 + 0.5 * whole(reason.as_ref().is_some_and(|id| is_right(options, id))),
            }
        }
        (QuestionKind::Numeric { variants, .. }, Response::One(_)) => {
            match (variants.get(variant_index(&q.id, variants, seed)), read_number(q, response)) {
                (Some(v), Some(x)) => whole((x - v.answer).abs() <= v.tolerance * (1.0 + 1e-9)),
                _ => 0.0,
            }
        }
        (QuestionKind::Matching { pairs, .. }, Response::Pairs(given)) => {
            share(pairs.iter().filter(|(l, r)| given.get(*l) == Some(r)).count(), pairs.len())
        }
        (QuestionKind::Ordering { items, .. }, Response::Many(given)) => {
            share(items.iter().zip(given).filter(|(item, id)| item.id == **id).count(), items.len())
        }
        (QuestionKind::Text { accept, case_sensitive, .. }, Response::One(typed)) => {
            let typed = tidy(typed, *case_sensitive);
            whole(accept.iter().any(|a| tidy(a, *case_sensitive) == typed))
        }
        _ => 0.0,
    }
}

fn is_right(options: &[Choice], id: &str) -> bool {
    options.iter().any(|o| o.id == id && o.correct)
}

fn whole(right: bool) -> f64 {
    if right { 1.0 } else { 0.0 }
}

fn share(right: usize, of: usize) -> f64 {
    if of == 0 { 0.0 } else { right as f64 / of as f64 }
}

fn tidy(text: &str, case_sensitive: bool) -> String {
    let text = text.split(|c: char| c.is_whitespace() || c == '\u{feff}').filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ");
    if case_sensitive { text } else { text.to_lowercase() }
}

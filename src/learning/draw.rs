//! What one attempt shows: which questions, in which order, with which numbers. A function of the quiz and the seed only.

use std::collections::BTreeSet;

use crate::course::model::{Item, NumericVariant, Question, QuestionKind, Quiz};

/// The quiz as one attempt shows it. Holds no answers, so it may go to a browser.
#[derive(Debug, Clone, PartialEq)]
pub struct DrawnQuiz {
    /// Questions in the order shown.
    pub questions: Vec<DrawnQuestion>,
}

/// One question as shown.
#[derive(Debug, Clone, PartialEq)]
pub struct DrawnQuestion {
    /// Stable id.
    pub id: String,
    /// `single`, `multiple`, `true-false`, `numeric`, `matching`, `ordering` or `text`.
    pub kind: &'static str,
    /// Points for a full answer.
    pub points: f64,
    /// Lesson to read again.
    pub lesson: Option<String>,
    /// The stem with this attempt's numbers in it.
    pub stem_html: String,
    /// Options, reasons, items to order, or the right side of a matching, in the order shown.
    pub options: Vec<DrawnItem>,
    /// Left side of a matching.
    pub left: Vec<DrawnItem>,
    /// Unit behind a numeric field.
    pub unit: Option<String>,
    /// Index of the numeric variant.
    pub variant: usize,
}

/// Something to choose, match or order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnItem {
    /// Stable id.
    pub id: String,
    /// What is shown.
    pub html: String,
}

/// The attempt's view of `quiz` under `seed`.
pub fn draw(quiz: &Quiz, seed: &str) -> DrawnQuiz {
    DrawnQuiz { questions: selected(quiz, seed).into_iter().map(|q| draw_question(q, seed)).collect() }
}

/// The questions an attempt asks, in the author's order.
pub(crate) fn selected<'a>(quiz: &'a Quiz, seed: &str) -> Vec<&'a Question> {
    let mut dropped = BTreeSet::new();
    for pool in &quiz.pools {
        let mut members: Vec<&str> =
            quiz.questions.iter().filter(|q| q.pool.as_deref() == Some(&pool.name)).map(|q| q.id.as_str()).collect();
        members.sort_by_key(|id| (hash(&format!("{seed}:{id}")), *id));
        dropped.extend(members.into_iter().skip(pool.draw as usize));
    }
    quiz.questions.iter().filter(|q| !dropped.contains(q.id.as_str())).collect()
}

fn draw_question(q: &Question, seed: &str) -> DrawnQuestion {
    let (mut left_items, mut unit_text, mut variant) = (Vec::new(), None, 0);
    let mut stem_html = q.stem_html.clone();
    let options = match &q.kind {
        QuestionKind::Single { options } | QuestionKind::Multiple { options } | QuestionKind::TrueFalse { options, .. } => {
            in_order(options.iter().map(|o| (&o.id, &o.html)), q, seed, q.shuffle)
        }
        QuestionKind::Numeric { variants, unit, .. } => {
            unit_text.clone_from(unit);
            variant = variant_index(&q.id, variants, seed);
            stem_html = q.stem(variant).to_owned();
            Vec::new()
        }
        QuestionKind::Matching { left, right, .. } => {
            left_items = left.iter().map(drawn).collect();
            in_order(right.iter().map(|i| (&i.id, &i.html)), q, seed, q.shuffle)
        }
        QuestionKind::Ordering { items, .. } => {
            let mut shown = in_order(items.iter().map(|i| (&i.id, &i.html)), q, seed, true);
            if shown.len() > 1 && shown.iter().map(|i| &i.id).eq(items.iter().map(|i| &i.id)) {
                shown.rotate_left(1);
            }
            shown
        }
        QuestionKind::Text { .. } => Vec::new(),
    };
    DrawnQuestion {
        id: q.id.clone(),
        kind: kind_name(&q.kind),
        points: q.points,
        lesson: q.lesson.clone(),
        stem_html,
        options,
        left: left_items,
        unit: unit_text,
        variant,
    }
}

fn drawn(item: &Item) -> DrawnItem {
    DrawnItem { id: item.id.clone(), html: item.html.clone() }
}

fn in_order<'a>(items: impl Iterator<Item = (&'a String, &'a String)>, q: &Question, seed: &str, shuffle: bool) -> Vec<DrawnItem> {
    let mut items: Vec<DrawnItem> = items.map(|(id, html)| DrawnItem { id: id.clone(), html: html.clone() }).collect();
    if shuffle {
        items.sort_by_cached_key(|i| (hash(&format!("{seed}:{}:{}", q.id, i.id)), i.id.clone()));
    }
    items
}

/// Which variant of a numeric question this attempt asks.
pub(crate) fn variant_index(question: &str, variants: &[NumericVariant], seed: &str) -> usize {
    match variants.len() {
        0 | 1 => 0,
        n => hash(&format!("{seed}:{question}:variant")) as usize % n,
    }
}

/// The kind's name, as authors write it.
pub fn kind_name(kind: &QuestionKind) -> &'static str {
    match kind {
        QuestionKind::Single { .. } => "single",
        QuestionKind::Multiple { .. } => "multiple",
        QuestionKind::TrueFalse { .. } => "true-false",
        QuestionKind::Numeric { .. } => "numeric",
        QuestionKind::Matching { .. } => "matching",
        QuestionKind::Ordering { .. } => "ordering",
        QuestionKind::Text { .. } => "text",
    }
}

/// FNV-1a over the UTF-8 bytes, then murmur3's finaliser, so that short, similar texts land far apart.
pub(crate) fn hash(text: &str) -> u32 {
    let fnv = text.bytes().fold(0x811c_9dc5_u32, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193));
    let mut h = fnv ^ (fnv >> 16);
    h = h.wrapping_mul(0x85eb_ca6b);
    h ^= h >> 13;
    h = h.wrapping_mul(0xc2b2_ae35);
    h ^ (h >> 16)
}

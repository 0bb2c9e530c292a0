//! Quizzes and their questions, as the rest of the house sees them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::model::GradePolicy;

/// A module's quiz, answers included: never serialise it towards a browser that is being graded by us.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quiz {
    /// `<module id>-quiz`.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// HTML shown above the questions; may be empty.
    pub intro_html: String,
    /// All on one page, or one at a time.
    pub layout: QuizLayout,
    /// Graded tries (0 = unlimited), resolved against the course.
    pub attempts: u32,
    /// Percent to pass, resolved against the course.
    pub pass_mark: f64,
    /// Which attempt counts.
    pub grade: GradePolicy,
    /// Pools to draw from.
    pub pools: Vec<Pool>,
    /// Questions in the author's order.
    pub questions: Vec<Question>,
}

/// How a quiz is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum QuizLayout {
    /// One page.
    All,
    /// One question at a time, with a map.
    One,
}

/// Draw `draw` of the questions that name this pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// Name that questions refer to.
    pub name: String,
    /// How many an attempt shows.
    pub draw: u32,
}

/// One question. The serde form is also the JSON that the player scores by and that `tests/vectors` hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// Stable id.
    pub id: String,
    /// Points for a full answer.
    pub points: f64,
    /// Pool it is drawn from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<String>,
    /// Outcome it tests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// 1 easy, 2 medium, 3 hard.
    pub difficulty: u8,
    /// Lesson to read again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lesson: Option<String>,
    /// The stem, HTML. Where variants have their own ([`NumericVariant::stem_html`]), this is the first one's: ask [`Question::stem`].
    pub stem_html: String,
    /// The stem as plain text, at most 250 characters (reports, SCORM descriptions).
    pub stem_text: String,
    /// Shown after submitting, HTML; may be empty. With variants: [`Question::explain`].
    pub explain_html: String,
    /// Whether options are shuffled per attempt.
    pub shuffle: bool,
    /// What kind, with its key.
    #[serde(flatten)]
    pub kind: QuestionKind,
}

/// The seven kinds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum QuestionKind {
    /// One option is right.
    Single {
        /// What to choose from.
        options: Vec<Choice>,
    },
    /// One or more options are right.
    Multiple {
        /// What to choose from.
        options: Vec<Choice>,
    },
    /// A statement, and where `options` is not empty, the reason.
    TrueFalse {
        /// Whether the statement holds.
        answer: bool,
        /// Feedback for choosing "true", HTML.
        why_true_html: String,
        /// Feedback for choosing "false", HTML.
        why_false_html: String,
        /// Reasons; exactly one is right, or none are given.
        options: Vec<Choice>,
    },
    /// A number.
    Numeric {
        /// At least one; without authored variants one with no values.
        variants: Vec<NumericVariant>,
        /// Unit shown behind the field.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<String>,
        /// Feedback, HTML.
        why_html: String,
    },
    /// Left items, each with its right item.
    Matching {
        /// Items to match.
        left: Vec<Item>,
        /// Items to choose from.
        right: Vec<Item>,
        /// Left id to right id.
        pairs: BTreeMap<String, String>,
        /// Feedback, HTML.
        why_html: String,
    },
    /// Items in the right order.
    Ordering {
        /// The right order.
        items: Vec<Item>,
        /// Feedback, HTML.
        why_html: String,
    },
    /// A short text.
    Text {
        /// Accepted answers.
        accept: Vec<String>,
        /// Whether case counts.
        case_sensitive: bool,
        /// Feedback, HTML.
        why_html: String,
    },
}

/// An option with its feedback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// `[A-Za-z0-9_.]+`.
    pub id: String,
    /// HTML.
    pub html: String,
    /// Whether it is right.
    pub correct: bool,
    /// Why it is right or wrong, HTML.
    pub why_html: String,
}

/// An item of a matching or ordering question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// `[A-Za-z0-9_.]+`.
    pub id: String,
    /// HTML.
    pub html: String,
}

/// One set of numbers for a numeric question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NumericVariant {
    /// Placeholder name to the text that replaced `{name}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, String>,
    /// The right number.
    pub answer: f64,
    /// Accepted absolute distance from it.
    pub tolerance: f64,
    /// The stem with these values, HTML. Empty where the question has no authored variants: the question's own counts.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub stem_html: String,
    /// The explanation with these values, HTML; empty as above.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub explain_html: String,
    /// The feedback with these values, HTML; empty as above.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why_html: String,
}

impl Question {
    /// The stem that an attempt with this variant shows, HTML. Other kinds than numeric have one variant, 0.
    #[must_use]
    pub fn stem(&self, variant: usize) -> &str {
        self.of_variant(variant, |v| &v.stem_html).unwrap_or(&self.stem_html)
    }

    /// What is shown after submitting, HTML; may be empty.
    #[must_use]
    pub fn explain(&self, variant: usize) -> &str {
        self.of_variant(variant, |v| &v.explain_html).unwrap_or(&self.explain_html)
    }

    /// The feedback of kinds that have one for the whole question, HTML; empty where it hangs on the options.
    #[must_use]
    pub fn why(&self, variant: usize) -> &str {
        match &self.kind {
            QuestionKind::Numeric { why_html, .. } => self.of_variant(variant, |v| &v.why_html).unwrap_or(why_html),
            QuestionKind::Matching { why_html, .. } | QuestionKind::Ordering { why_html, .. } | QuestionKind::Text { why_html, .. } => {
                why_html
            }
            QuestionKind::Single { .. } | QuestionKind::Multiple { .. } | QuestionKind::TrueFalse { .. } => "",
        }
    }

    fn of_variant<'q>(&'q self, variant: usize, field: impl Fn(&'q NumericVariant) -> &'q str) -> Option<&'q str> {
        match &self.kind {
            QuestionKind::Numeric { variants, .. } => variants.get(variant).map(field).filter(|html| !html.is_empty()),
            _ => None,
        }
    }
}

impl Quiz {
    /// How many questions an attempt asks.
    #[must_use]
    pub fn asked(&self) -> usize {
        let pooled = |name: &str| self.questions.iter().filter(|q| q.pool.as_deref() == Some(name)).count();
        let dropped: usize = self.pools.iter().map(|p| pooled(&p.name).saturating_sub(p.draw as usize)).sum();
        self.questions.len() - dropped
    }

    /// Every piece of HTML in it.
    pub fn html_mut(&mut self) -> Vec<&mut String> {
        let mut out = vec![&mut self.intro_html];
        for question in &mut self.questions {
            out.extend([&mut question.stem_html, &mut question.explain_html]);
            match &mut question.kind {
                QuestionKind::Single { options } | QuestionKind::Multiple { options } => push_choices(&mut out, options),
                QuestionKind::TrueFalse { why_true_html, why_false_html, options, .. } => {
                    out.extend([why_true_html, why_false_html]);
                    push_choices(&mut out, options);
                }
                QuestionKind::Numeric { variants, why_html, .. } => {
                    out.push(why_html);
                    out.extend(variants.iter_mut().flat_map(|v| [&mut v.stem_html, &mut v.explain_html, &mut v.why_html]));
                }
                QuestionKind::Matching { left, right, why_html, .. } => {
                    out.push(why_html);
                    out.extend(left.iter_mut().chain(right).map(|i| &mut i.html));
                }
                QuestionKind::Ordering { items, why_html } => {
                    out.push(why_html);
                    out.extend(items.iter_mut().map(|i| &mut i.html));
                }
                QuestionKind::Text { why_html, .. } => out.push(why_html),
            }
        }
        out
    }
}

fn push_choices<'q>(out: &mut Vec<&'q mut String>, options: &'q mut [Choice]) {
    out.extend(options.iter_mut().flat_map(|o| [&mut o.html, &mut o.why_html]));
}

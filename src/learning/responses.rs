//! What a learner answered, and how it is read from a form or from JSON.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::course::model::{Item, QuestionKind, Quiz};

use super::draw::selected;

/// Answers of one attempt by question id; a question that is missing was not answered.
pub type Responses = BTreeMap<String, Response>;

/// One answer. The JSON form is what the player, the database and `tests/vectors` hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Response {
    /// An option id, or what was typed.
    One(String),
    /// Option ids picked, or item ids in order.
    Many(Vec<String>),
    /// True or false, with the id of the reason where reasons are offered.
    TrueFalse {
        /// What was claimed.
        value: bool,
        /// The reason picked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// Left id to right id.
    Pairs(BTreeMap<String, String>),
}

impl Response {
    /// Whether it says nothing: blank text, no picks, no pairs.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::One(text) => text.trim().is_empty(),
            Self::Many(ids) => ids.is_empty(),
            Self::TrueFalse { .. } => false,
            Self::Pairs(pairs) => pairs.is_empty(),
        }
    }
}

/// The longest text or number kept, in characters.
pub const MAX_TYPED: usize = 250;

/// Reads a posted form. Unknown names, ids that the quiz does not have and questions that this attempt does not ask are left out.
pub fn from_form<'a>(quiz: &Quiz, seed: &str, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Responses {
    let mut fields: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, value) in pairs {
        fields.entry(name).or_default().push(value);
    }
    let first = |name: &str| fields.get(name).and_then(|v| v.first()).copied().filter(|v| !v.is_empty());
    let mut responses = Responses::new();
    for q in selected(quiz, seed) {
        let response = match &q.kind {
            QuestionKind::Single { options } => {
                first(&q.id).filter(|id| options.iter().any(|o| o.id == *id)).map(|id| Response::One(id.to_owned()))
            }
            QuestionKind::Multiple { options } => {
                let sent = fields.get(q.id.as_str()).map(Vec::as_slice).unwrap_or_default();
                Some(Response::Many(options.iter().map(|o| o.id.clone()).filter(|id| sent.contains(&id.as_str())).collect()))
            }
            QuestionKind::TrueFalse { options, .. } => {
                let reason = first(&format!("{}.reason", q.id)).filter(|id| options.iter().any(|o| o.id == *id)).map(str::to_owned);
                match first(&q.id) {
                    Some("true") => Some(Response::TrueFalse { value: true, reason }),
                    Some("false") => Some(Response::TrueFalse { value: false, reason }),
                    _ => None,
                }
            }
            QuestionKind::Numeric { .. } | QuestionKind::Text { .. } => {
                first(&q.id).map(|typed| Response::One(typed.trim().chars().take(MAX_TYPED).collect()))
            }
            QuestionKind::Matching { left, right, .. } => Some(Response::Pairs(
                left.iter()
                    .filter_map(|l| Some((l.id.clone(), first(&format!("{}.{}", q.id, l.id))?)))
                    .filter(|(_, r)| right.iter().any(|i| i.id == *r))
                    .map(|(l, r)| (l, r.to_owned()))
                    .collect(),
            )),
            QuestionKind::Ordering { items, .. } => order(&q.id, items, &first),
        };
        if let Some(response) = response.filter(|r| !r.is_empty()) {
            responses.insert(q.id.clone(), response);
        }
    }
    responses
}

/// Items by the position typed for each; a position given twice keeps the author-independent order of ids. All or nothing.
fn order<'a>(question: &str, items: &[Item], first: &impl Fn(&str) -> Option<&'a str>) -> Option<Response> {
    let mut placed = Vec::new();
    for item in items {
        let position: u32 = first(&format!("{question}.{}", item.id))?.trim().parse().ok()?;
        placed.push((position, item.id.clone()));
    }
    placed.sort();
    Some(Response::Many(placed.into_iter().map(|(_, id)| id).collect()))
}

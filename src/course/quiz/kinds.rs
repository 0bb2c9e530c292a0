//! The seven kinds of question.

use std::collections::{BTreeMap, BTreeSet};

use super::{placeholders, tolerance};
use crate::course::{
    diagnostic::{Diagnostic, Kind, Spot},
    markdown::Fragments,
    model::{Choice, Item, NumericVariant, QuestionKind},
    reader::{Reader, Table, Text},
};

const TYPES: &[&str] = &["single", "multiple", "true-false", "numeric", "matching", "ordering", "text"];

/// What the kind decides.
pub(super) struct Body {
    pub(super) stem_html: String,
    pub(super) stem_text: String,
    pub(super) explain_html: String,
    pub(super) kind: QuestionKind,
}

pub(super) fn read(
    q: &mut Table<'_, '_>,
    r: &mut Reader<'_>,
    fragments: &mut Fragments<'_>,
    stem: Option<&Text>,
    explain: Option<&Text>,
) -> Option<Body> {
    let Some(kind) = q.text(r, "type") else {
        q.forgive();
        return None;
    };
    if kind.value == "numeric" {
        return numeric(q, r, fragments, stem?, explain);
    }
    let (stem_html, stem_text) = stem.map(|s| fragments.stem(s)).unwrap_or_default();
    let explain_html = explain.map(|e| fragments.block(e)).unwrap_or_default();
    let kind = match kind.value.as_str() {
        "single" => {
            let options = options(q, r, fragments);
            one_correct(q, r, &options, "a `single` question");
            QuestionKind::Single { options: choices(options) }
        }
        "multiple" => {
            let options = options(q, r, fragments);
            if !options.is_empty() && !options.iter().any(|o| o.0.correct) {
                r.hint(Kind::Answer, q.spot, "no option is correct", "mark the right ones with `correct = true`");
            }
            few(q, r, "options", options.len());
            QuestionKind::Multiple { options: choices(options) }
        }
        "true-false" => true_false(q, r, fragments)?,
        "matching" => matching(q, r, fragments),
        "ordering" => {
            let items = items(q, r, fragments, "items");
            few(q, r, "items", items.len());
            QuestionKind::Ordering { items: items.into_iter().map(|(i, _)| i).collect(), why_html: why(q, r, fragments) }
        }
        "text" => text(q, r, fragments),
        other => {
            let found = Diagnostic::new(Kind::BadValue, r.file, kind.spot, format!("there is no question type `{other}`"));
            r.found.push(found.hint_nearest(other, TYPES.iter().copied()));
            q.forgive();
            return None;
        }
    };
    Some(Body { stem_html, stem_text, explain_html, kind })
}

fn why(q: &mut Table<'_, '_>, r: &mut Reader<'_>, fragments: &mut Fragments<'_>) -> String {
    q.opt_text(r, "why").map(|w| fragments.block(&w)).unwrap_or_default()
}

fn few(q: &mut Table<'_, '_>, r: &mut Reader<'_>, key: &str, count: usize) {
    if !q.has(key) {
        q.missing(r, key);
    } else if count < 2 {
        let spot = q.key_spot(r, key);
        r.report(Kind::Answer, spot, format!("`{key}` holds {count}: there is nothing to choose"));
    }
}

fn choices(options: Vec<(Choice, Spot)>) -> Vec<Choice> {
    options.into_iter().map(|(c, _)| c).collect()
}

fn options(q: &mut Table<'_, '_>, r: &mut Reader<'_>, fragments: &mut Fragments<'_>) -> Vec<(Choice, Spot)> {
    let mut out: Vec<(Choice, Spot)> = Vec::new();
    for mut o in q.tables(r, "options", "an option") {
        let spot = o.spot;
        let (id, text) = (option_id(&mut o, r), o.text(r, "text"));
        let correct = o.boolean(r, "correct").unwrap_or(false);
        let why_html = why(&mut o, r, fragments);
        o.finish(r);
        if let (Some(id), Some(text)) = (id, text) {
            once(r, &id, out.iter().map(|(c, _)| c.id.as_str()));
            out.push((Choice { id: id.value, html: fragments.inline(&text), correct, why_html }, spot));
        }
    }
    out
}

/// `[A-Za-z0-9_.]+`: what every LMS takes in an interaction.
fn option_id(table: &mut Table<'_, '_>, r: &mut Reader<'_>) -> Option<Text> {
    let id = table.text(r, "id")?;
    check_option_id(r, &id);
    Some(id)
}

fn check_option_id(r: &mut Reader<'_>, id: &Text) {
    let good = id.value.len() <= 32 && id.value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.');
    if !good {
        let hint = "use letters, digits, `_` and `.`, at most 32: LMSs refuse hyphens here";
        r.hint(Kind::BadId, id.spot, format!("the id `{}` is not usable in every LMS", id.value), hint);
    }
}

fn once<'x>(r: &mut Reader<'_>, id: &Text, mut seen: impl Iterator<Item = &'x str>) {
    if seen.any(|s| s == id.value) {
        r.report(Kind::DuplicateId, id.spot, format!("the id `{}` is used twice in this question", id.value));
    }
}

fn one_correct(q: &mut Table<'_, '_>, r: &mut Reader<'_>, options: &[(Choice, Spot)], what: &str) {
    few(q, r, "options", options.len());
    let right: Vec<_> = options.iter().filter(|(c, _)| c.correct).collect();
    match right.as_slice() {
        [] if options.is_empty() => {}
        [] => r.hint(Kind::Answer, q.spot, "no option is correct", "mark the right one with `correct = true`"),
        [_] => {}
        [_, second, ..] => {
            let spot = second.1;
            let message = format!("{} options are correct, but {what} has one", right.len());
            r.hint(Kind::Answer, spot, message, "mark one only, or make the question `multiple`");
        }
    }
}

fn true_false(q: &mut Table<'_, '_>, r: &mut Reader<'_>, fragments: &mut Fragments<'_>) -> Option<QuestionKind> {
    if !q.has("answer") {
        q.missing(r, "answer");
    }
    let answer = q.boolean(r, "answer");
    let mut side = |r: &mut Reader<'_>, key| q.opt_text(r, key).map(|w| fragments.block(&w)).unwrap_or_default();
    let (why_true_html, why_false_html) = (side(r, "why_true"), side(r, "why_false"));
    let options = options(q, r, fragments);
    if q.has("options") {
        one_correct(q, r, &options, "a reason");
    }
    Some(QuestionKind::TrueFalse { answer: answer?, why_true_html, why_false_html, options: choices(options) })
}

fn items(q: &mut Table<'_, '_>, r: &mut Reader<'_>, fragments: &mut Fragments<'_>, key: &'static str) -> Vec<(Item, Spot)> {
    let mut out: Vec<(Item, Spot)> = Vec::new();
    for mut i in q.tables(r, key, "an item") {
        let (id, text) = (option_id(&mut i, r), i.text(r, "text"));
        i.finish(r);
        if let (Some(id), Some(text)) = (id, text) {
            once(r, &id, out.iter().map(|(x, _)| x.id.as_str()));
            out.push((Item { id: id.value, html: fragments.inline(&text) }, id.spot));
        }
    }
    out
}

fn matching(q: &mut Table<'_, '_>, r: &mut Reader<'_>, fragments: &mut Fragments<'_>) -> QuestionKind {
    let (left, right) = (items(q, r, fragments, "left"), items(q, r, fragments, "right"));
    few(q, r, "left", left.len());
    few(q, r, "right", right.len());
    let mut pairs = BTreeMap::new();
    let pairs_spot = q.key_spot(r, "pairs");
    match q.table(r, "pairs", "`pairs`") {
        None => q.missing(r, "pairs"),
        Some(mut table) => {
            for (key, value) in table.entries(r) {
                for (name, list, side) in [(&key, &left, "left"), (&value, &right, "right")] {
                    if !list.iter().any(|(i, _)| i.id == name.value) {
                        let message = format!("there is no {side} item `{}`", name.value);
                        let found = Diagnostic::new(Kind::Pairs, r.file, name.spot, message);
                        r.found.push(found.hint_nearest(&name.value, list.iter().map(|(i, _)| i.id.as_str())));
                    }
                }
                pairs.insert(key.value, value.value);
            }
            for (item, _) in left.iter().filter(|(i, _)| !pairs.contains_key(&i.id)) {
                r.report(Kind::Pairs, pairs_spot, format!("the left item `{}` has no pair", item.id));
            }
        }
    }
    let bare = |list: Vec<(Item, Spot)>| list.into_iter().map(|(i, _)| i).collect();
    QuestionKind::Matching { left: bare(left), right: bare(right), pairs, why_html: why(q, r, fragments) }
}

fn text(q: &mut Table<'_, '_>, r: &mut Reader<'_>, fragments: &mut Fragments<'_>) -> QuestionKind {
    let spot = q.key_spot(r, "accept");
    let accept = q.texts(r, "accept");
    if !q.has("accept") {
        q.missing(r, "accept");
    } else if accept.iter().all(|a| a.value.trim().is_empty()) {
        r.report(Kind::Answer, spot, "`accept` holds no answer");
    }
    let case_sensitive = q.boolean(r, "case_sensitive").unwrap_or(false);
    QuestionKind::Text { accept: accept.into_iter().map(|a| a.value).collect(), case_sensitive, why_html: why(q, r, fragments) }
}

fn numeric(q: &mut Table<'_, '_>, r: &mut Reader<'_>, fragments: &mut Fragments<'_>, stem: &Text, explain: Option<&Text>) -> Option<Body> {
    let (absolute, relative) = (tolerance(q, r, "tolerance"), tolerance(q, r, "relative_tolerance"));
    if absolute.is_some() && relative.is_some() {
        let spot = q.key_spot(r, "relative_tolerance");
        r.report(Kind::BadValue, spot, "give `tolerance` or `relative_tolerance`, not both");
    }
    let accepted = |answer: f64| relative.map_or(absolute.unwrap_or(0.0), |rel| (answer * rel).abs());
    let unit = q.opt_text(r, "unit").map(|u| u.value);
    let why = q.opt_text(r, "why");
    let answer = q.number(r, "answer");
    let mut variants = Vec::new();
    for mut v in q.tables(r, "variants", "a variant") {
        variants.extend(variant(&mut v, r, fragments, [Some(stem), explain, why.as_ref()], &accepted));
    }
    if variants.is_empty() && q.has("variants") && !r.found.iter().any(|d| d.kind == Kind::MissingKey) {
        let spot = q.key_spot(r, "variants");
        r.report(Kind::Answer, spot, "`variants` holds no variant");
    }
    match (&answer, q.has("variants")) {
        (Some(a), true) => drop(r.report(Kind::Answer, a.spot, "`answer` stands beside `variants`, which have their own")),
        (Some(a), false) => variants.push(NumericVariant {
            values: BTreeMap::new(),
            answer: a.value,
            tolerance: accepted(a.value),
            stem_html: String::new(),
            explain_html: String::new(),
            why_html: String::new(),
        }),
        (None, false) if !q.has("answer") => {
            r.hint(Kind::Answer, q.spot, "a numeric question has no `answer`", "give `answer = …`, or `variants` with an answer each");
        }
        (None, _) => {}
    }
    let first = variants.first()?;
    let own = |html: &str, part: Option<&Text>, fragments: &mut Fragments<'_>| match part {
        Some(text) if html.is_empty() => fragments.block(text),
        _ => html.to_owned(),
    };
    let filled = Text { value: placeholders::fill(&stem.value, &first.values).0, ..stem.clone() };
    let (stem_html, stem_text) = fragments.stem(&filled);
    let explain_html = own(&first.explain_html, explain, fragments);
    let why_html = own(&first.why_html, why.as_ref(), fragments);
    Some(Body { stem_html, stem_text, explain_html, kind: QuestionKind::Numeric { variants, unit, why_html } })
}

fn variant(
    v: &mut Table<'_, '_>,
    r: &mut Reader<'_>,
    fragments: &mut Fragments<'_>,
    parts: [Option<&Text>; 3],
    accepted: &dyn Fn(f64) -> f64,
) -> Option<NumericVariant> {
    let spot = v.spot;
    let answer = v.number(r, "answer");
    if !v.has("answer") {
        v.missing(r, "answer");
    }
    let mut values = BTreeMap::new();
    for (name, value) in v.entries(r).into_iter().filter(|(n, _)| n.value != "answer") {
        if !placeholders::is_placeholder(&name.value) {
            r.report(Kind::Placeholder, name.spot, format!("`{}` cannot be a placeholder: use letters, digits and `_`", name.value));
        }
        values.insert(name.value, value.value);
    }
    let mut html: [String; 3] = Default::default();
    let mut reported = BTreeSet::new();
    for (into, part) in html.iter_mut().zip(parts) {
        let Some(part) = part else { continue };
        let (text, unknown) = placeholders::fill(&part.value, &values);
        for (name, offset) in unknown {
            if reported.insert((name.clone(), offset)) {
                let place = part.place(Spot::at(&part.value, offset));
                let message = format!("`{{{name}}}` has no value in the variant of line {}", spot.line);
                r.hint(Kind::Placeholder, place, message, format!("add `{name} = …` to that variant"));
            }
        }
        *into = fragments.block(&Text { value: text, ..part.clone() });
    }
    let answer = answer?.value;
    let [stem_html, explain_html, why_html] = html;
    Some(NumericVariant { values, answer, tolerance: accepted(answer), stem_html, explain_html, why_html })
}

//! Questions as pages show them: to answer, with answers kept, or looked back on with feedback.

use crate::{
    course::model::{Choice, Question, QuestionKind, Quiz},
    learning::{
        DrawnQuiz, Response, Responses, draw,
        draw::{DrawnItem, DrawnQuestion},
        numeric,
        responses::Responses as Answers,
        scoring::{QuestionResult, score},
    },
};

use super::view::Link;

/// One question as a page shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct QuestionView {
    /// Question id.
    pub id: String,
    /// `single`, `multiple`, ...
    pub kind: &'static str,
    /// From 1, as shown.
    pub number: usize,
    /// Points for a full answer.
    pub points: f64,
    /// The stem, HTML.
    pub stem_html: String,
    /// Options, reasons, right items, or items to order.
    pub options: Vec<ViewItem>,
    /// Left items of a matching.
    pub left: Vec<ViewItem>,
    /// "true" and "false".
    pub truth: Vec<Truth>,
    /// What was typed.
    pub typed: String,
    /// How a number was read.
    pub read_as: String,
    /// Unit behind the field.
    pub unit: Option<String>,
    /// Feedback, in a review.
    pub feedback: Option<Feedback>,
}

/// A true/false option looks like any other.
pub type Truth = ViewItem;

/// An option or item.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ViewItem {
    /// Option or item id.
    pub id: String,
    /// What it says, HTML.
    pub html: String,
    /// Whether it is chosen.
    pub picked: bool,
    /// The right item chosen for a left one.
    pub chosen: Option<String>,
    /// Its place in the order given.
    pub place: Option<usize>,
    /// In a review: what to say about it.
    pub mark: Option<Mark>,
    /// In a review: why, HTML.
    pub why_html: String,
}

impl ViewItem {
    /// Without markup, still escaped: for `<option>`.
    pub fn text(&self) -> String {
        plain(&self.html)
    }
}

/// What a review says about an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Picked, and right.
    Right,
    /// Picked, and wrong.
    Wrong,
    /// Not picked, though right; said only when the key is shown.
    Missed,
}

impl Mark {
    /// For class names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Wrong => "wrong",
            Self::Missed => "missed",
        }
    }

    /// Sign and word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Right => "✓ Right.",
            Self::Wrong => "✗ Not right.",
            Self::Missed => "→ This one is right.",
        }
    }

    fn of(right: bool) -> Self {
        if right { Self::Right } else { Self::Wrong }
    }
}

/// What a review says about a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Full points.
    Right,
    /// Some points.
    Partly,
    /// No points.
    Wrong,
    /// No answer.
    Unanswered,
}

impl Verdict {
    /// For class names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Partly => "partly",
            Self::Wrong => "wrong",
            Self::Unanswered => "unanswered",
        }
    }

    /// Sign and word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Right => "✓ Right",
            Self::Partly => "◐ Partly right",
            Self::Wrong => "✗ Not right",
            Self::Unanswered => "– Not answered",
        }
    }

    fn of(result: &QuestionResult) -> Self {
        if !result.answered {
            Self::Unanswered
        } else if result.fraction >= 1.0 {
            Self::Right
        } else if result.fraction > 0.0 {
            Self::Partly
        } else {
            Self::Wrong
        }
    }
}

/// Feedback under a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Feedback {
    /// Right, partly, wrong, not answered.
    pub verdict: Verdict,
    /// "1 of 2 points".
    pub points_text: Option<String>,
    /// Why and explanation, HTML.
    pub html: String,
    /// Lesson to read again, when not fully right.
    pub read_again: Option<Link>,
}

impl QuestionView {
    /// "1 point".
    pub fn points_text(&self) -> String {
        points(self.points)
    }

    /// 1 to the number of items.
    pub fn places(&self) -> Vec<usize> {
        (1..=self.options.len()).collect()
    }
}

/// Questions to answer, with what is answered already filled in.
pub fn to_answer(drawn: &DrawnQuiz, responses: &Responses) -> Vec<QuestionView> {
    drawn.questions.iter().enumerate().map(|(i, q)| question(q, i + 1, responses.get(&q.id))).collect()
}

/// Questions of a submitted attempt with feedback. While `reveal` is off, only what the learner picked is commented on.
/// `lesson` gives the link to a lesson by its id.
pub fn to_review(quiz: &Quiz, seed: &str, responses: &Answers, reveal: bool, lesson: impl Fn(&str) -> Option<Link>) -> Vec<QuestionView> {
    let results = score(quiz, seed, responses);
    let drawn = draw(quiz, seed);
    let mut views = to_answer(&drawn, responses);
    for ((view, result), shown) in views.iter_mut().zip(&results.questions).zip(&drawn.questions) {
        let Some(q) = quiz.questions.iter().find(|q| q.id == view.id) else { continue };
        mark(view, q, reveal);
        let verdict = Verdict::of(result);
        view.read_as = match (&q.kind, result.answered, result.read_as) {
            (QuestionKind::Numeric { .. }, true, Some(n)) => format!("read as {}", numeric::say(n)),
            (QuestionKind::Numeric { .. }, true, None) => "not read as a number".to_owned(),
            _ => String::new(),
        };
        view.feedback = Some(Feedback {
            verdict,
            points_text: (q.points != 1.0 || verdict == Verdict::Partly)
                .then(|| format!("{} of {}", trim(result.earned), points(q.points))),
            html: if reveal { explanation(q, shown.variant) } else { String::new() },
            read_again: if verdict == Verdict::Right { None } else { q.lesson.as_deref().and_then(&lesson) },
        });
    }
    views
}

fn question(q: &DrawnQuestion, number: usize, response: Option<&Response>) -> QuestionView {
    let mut options: Vec<ViewItem> = q.options.iter().map(item).collect();
    let mut left: Vec<ViewItem> = q.left.iter().map(item).collect();
    let mut truth = match q.kind {
        "true-false" => ["true", "false"].map(|id| ViewItem { id: id.to_owned(), ..ViewItem::default() }).to_vec(),
        _ => Vec::new(),
    };
    let mut typed = String::new();
    match (q.kind, response) {
        ("numeric" | "text", Some(Response::One(text))) => typed.clone_from(text),
        (_, Some(Response::One(id))) => options.iter_mut().for_each(|o| o.picked = o.id == *id),
        ("ordering", Some(Response::Many(ids))) => {
            for o in &mut options {
                o.place = ids.iter().position(|id| *id == o.id).map(|p| p + 1);
            }
            options.sort_by_key(|o| o.place);
        }
        (_, Some(Response::Many(ids))) => options.iter_mut().for_each(|o| o.picked = ids.contains(&o.id)),
        (_, Some(Response::TrueFalse { value, reason })) => {
            truth.iter_mut().for_each(|t| t.picked = t.id == value.to_string());
            options.iter_mut().for_each(|o| o.picked = reason.as_ref() == Some(&o.id));
        }
        (_, Some(Response::Pairs(pairs))) => left.iter_mut().for_each(|l| l.chosen = pairs.get(&l.id).cloned()),
        (_, None) => {}
    }
    QuestionView {
        id: q.id.clone(),
        kind: q.kind,
        number,
        points: q.points,
        stem_html: q.stem_html.clone(),
        options,
        left,
        truth,
        typed,
        read_as: String::new(),
        unit: q.unit.clone(),
        feedback: None,
    }
}

fn item(item: &DrawnItem) -> ViewItem {
    ViewItem { id: item.id.clone(), html: item.html.clone(), ..ViewItem::default() }
}

fn mark(view: &mut QuestionView, q: &Question, reveal: bool) {
    match &q.kind {
        QuestionKind::Single { options } | QuestionKind::Multiple { options } => mark_choices(&mut view.options, options, reveal),
        QuestionKind::TrueFalse { answer, why_true_html, why_false_html, options } => {
            for t in &mut view.truth {
                let right = (t.id == "true") == *answer;
                t.mark = if t.picked { Some(Mark::of(right)) } else { (reveal && right).then_some(Mark::Missed) };
                if t.mark.is_some() {
                    t.why_html.clone_from(if t.id == "true" { why_true_html } else { why_false_html });
                }
            }
            mark_choices(&mut view.options, options, reveal);
        }
        QuestionKind::Matching { pairs, right, .. } => {
            for l in &mut view.left {
                l.mark = l.chosen.as_ref().map(|c| Mark::of(pairs.get(&l.id) == Some(c)));
                let wanted = right.iter().find(|r| pairs.get(&l.id) == Some(&r.id));
                if let (true, Some(wanted)) = (reveal && l.mark != Some(Mark::Right), wanted) {
                    l.why_html.clone_from(&wanted.html);
                }
            }
        }
        QuestionKind::Ordering { items, .. } => {
            for o in &mut view.options {
                let right = items.iter().position(|i| i.id == o.id).map(|p| p + 1);
                o.mark = o.place.map(|_| Mark::of(o.place == right));
                if let (true, Some(right)) = (reveal && o.mark != Some(Mark::Right), right) {
                    o.why_html = format!("Place {right}.");
                }
            }
        }
        QuestionKind::Numeric { .. } | QuestionKind::Text { .. } => {}
    }
}

fn mark_choices(shown: &mut [ViewItem], options: &[Choice], reveal: bool) {
    for view in shown {
        let Some(option) = options.iter().find(|o| o.id == view.id) else { continue };
        view.mark = if view.picked { Some(Mark::of(option.correct)) } else { (reveal && option.correct).then_some(Mark::Missed) };
        if view.mark.is_some() || reveal {
            view.why_html.clone_from(&option.why_html);
        }
    }
}

/// The answer where no option shows it, the author's why, and the explanation.
fn explanation(q: &Question, variant: usize) -> String {
    let answer = match &q.kind {
        QuestionKind::Numeric { variants, unit, .. } => {
            let Some(v) = variants.get(variant) else { return String::new() };
            let unit = unit.as_deref().map(|u| format!(" {}", u.replace('&', "&amp;").replace('<', "&lt;"))).unwrap_or_default();
            format!("<p>The answer is {}{unit}.</p>", numeric::say(v.answer))
        }
        QuestionKind::Text { accept, .. } => {
            let answer = accept.first().map(|a| a.replace('&', "&amp;").replace('<', "&lt;")).unwrap_or_default();
            format!("<p>The answer is “{answer}”.</p>")
        }
        _ => String::new(),
    };
    answer + q.why(variant) + q.explain(variant)
}

fn points(points: f64) -> String {
    if points == 1.0 { "1 point".to_owned() } else { format!("{} points", trim(points)) }
}

fn trim(value: f64) -> String {
    numeric::say((value * 100.0).round() / 100.0)
}

/// Text of an HTML fragment, entities kept.
fn plain(html: &str) -> String {
    let (mut out, mut in_tag) = (String::new(), false);
    for c in html.chars() {
        match c {
            '<' => in_tag = true,
            '>' if in_tag => in_tag = false,
            c if !in_tag => out.push(c),
            _ => {}
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

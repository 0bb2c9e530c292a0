//! `quiz.toml`: a flat list of questions of seven kinds.

mod kinds;
mod placeholders;

use std::collections::BTreeSet;

use super::{
    diagnostic::{Diagnostic, Kind, Spot},
    manifest::{self, attempts, is_id, pass_mark, positive},
    markdown::{Fragments, Rendered},
    model::{GradePolicy, Pool, Question, Quiz, QuizLayout},
    reader::{Reader, Table, Text},
};

/// A quiz before its links are resolved and the course's defaults are applied.
pub(crate) struct QuizFile {
    /// The quiz; its `attempts` and `pass_mark` say nothing, the options below do.
    pub(crate) quiz: Quiz,
    pub(crate) attempts: Option<u32>,
    pub(crate) pass_mark: Option<f64>,
    /// Question ids with their places.
    pub(crate) ids: Vec<Text>,
    /// Outcomes that questions name.
    pub(crate) outcomes: Vec<Text>,
    /// Lessons that questions name.
    pub(crate) lessons: Vec<Text>,
    /// What was rendered, links included; HTML in `quiz` refers to `rendered.links`.
    pub(crate) rendered: Rendered,
}

/// Reads `exam.toml`: questions and nothing else, as a quiz without a title.
pub(crate) fn read_bank(file: &str, text: &str, mut fragments: Fragments<'_>) -> (QuizFile, Vec<Diagnostic>, Vec<Rendered>) {
    let mut r = Reader::new(file, text);
    let root = r.parse();
    let mut t = Table::new(root.get_ref(), Spot::START, "exam.toml");
    let mut out = empty(String::new(), String::new());
    let mut pools = Vec::new();
    for q in t.tables(&mut r, "question", "a question") {
        let question = question(q, &mut r, &mut fragments, &mut out, &mut pools);
        out.quiz.questions.extend(question);
    }
    t.finish(&mut r);
    for pool in pools {
        r.hint(
            Kind::Pool,
            pool.spot,
            "a question of the exam has no pool",
            "remove it: the exam draws evenly over modules and difficulties",
        );
    }
    let (rendered, fresh) = fragments.finish();
    out.rendered = rendered;
    (out, r.found, fresh)
}

fn empty(id: String, title: String) -> QuizFile {
    QuizFile {
        quiz: Quiz {
            id,
            title,
            intro_html: String::new(),
            layout: QuizLayout::All,
            attempts: 3,
            pass_mark: 70.0,
            grade: GradePolicy::Best,
            pools: Vec::new(),
            questions: Vec::new(),
        },
        attempts: None,
        pass_mark: None,
        ids: Vec::new(),
        outcomes: Vec::new(),
        lessons: Vec::new(),
        rendered: Rendered::default(),
    }
}

/// Reads a quiz. `fragments` renders its Markdown, or gives back what was rendered before.
pub(crate) fn read(file: &str, text: &str, module_id: &str, mut fragments: Fragments<'_>) -> (QuizFile, Vec<Diagnostic>, Vec<Rendered>) {
    let mut r = Reader::new(file, text);
    let root = r.parse();
    let mut t = Table::new(root.get_ref(), Spot::START, "quiz.toml");
    let title = t.text(&mut r, "title").map(|x| x.value).unwrap_or_default();
    let mut file_out = empty(format!("{module_id}-quiz"), title);
    file_out.quiz.intro_html = t.opt_text(&mut r, "intro").map(|x| fragments.block(&x)).unwrap_or_default();
    file_out.quiz.layout = layout(&mut t, &mut r);
    (file_out.attempts, file_out.pass_mark) = (attempts(&mut t, &mut r), pass_mark(&mut t, &mut r));
    let mut pools: Vec<(Pool, Text, Spot)> = Vec::new();
    for mut p in t.tables(&mut r, "pool", "[[pool]]") {
        let name = p.text(&mut r, "name");
        if !p.has("draw") {
            p.missing(&mut r, "draw");
        }
        let (spot, draw) = (p.key_spot(&r, "draw"), p.integer(&mut r, "draw", 1..=1000));
        p.finish(&mut r);
        if let (Some(name), Some(draw)) = (name, draw) {
            pools.push((Pool { name: name.value.clone(), draw }, name, spot));
        }
    }
    let mut used = Vec::new();
    for q in t.tables(&mut r, "question", "a question") {
        if let Some(question) = question(q, &mut r, &mut fragments, &mut file_out, &mut used) {
            file_out.quiz.questions.push(question);
        }
    }
    t.finish(&mut r);
    if !r.found.iter().any(|d| d.kind == Kind::Syntax) && file_out.quiz.questions.is_empty() && r.found.is_empty() {
        r.hint(Kind::MissingKey, Spot::START, "the quiz has no questions", "add a `[[question]]`, or remove quiz.toml");
    }
    check_pools(&mut r, &pools, &used);
    file_out.quiz.pools = pools.into_iter().map(|(p, _, _)| p).collect();
    let (rendered, fresh) = fragments.finish();
    file_out.rendered = rendered;
    (file_out, r.found, fresh)
}

fn layout(t: &mut Table<'_, '_>, r: &mut Reader<'_>) -> QuizLayout {
    match t.opt_text(r, "layout") {
        None => QuizLayout::All,
        Some(l) if l.value == "all" => QuizLayout::All,
        Some(l) if l.value == "one" => QuizLayout::One,
        Some(l) => {
            r.report(Kind::BadValue, l.spot, format!("`layout` must be `all` or `one`, not `{}`", l.value));
            QuizLayout::All
        }
    }
}

fn question(
    mut q: Table<'_, '_>,
    r: &mut Reader<'_>,
    fragments: &mut Fragments<'_>,
    file: &mut QuizFile,
    pools: &mut Vec<Text>,
) -> Option<Question> {
    let id = q.text(r, "id");
    if let Some(id) = id.as_ref().filter(|i| !i.value.is_empty() && !is_id(&i.value)) {
        r.hint(Kind::BadId, id.spot, format!("the id `{}` is not usable in every LMS", id.value), manifest::ID_HINT);
    }
    let stem = q.text(r, "stem");
    let points = match q.number(r, "points") {
        Some(n) if n.value > 0.0 && n.value.is_finite() => n.value,
        Some(n) => {
            r.report(Kind::BadValue, n.spot, format!("`points` must be more than 0, not {}", n.written));
            1.0
        }
        None => 1.0,
    };
    let (pool, outcome, lesson) = (q.opt_text(r, "pool"), q.opt_text(r, "outcome"), q.opt_text(r, "lesson"));
    let difficulty = q.integer(r, "difficulty", 1..=3).unwrap_or(2);
    let explain = q.opt_text(r, "explain");
    let shuffle = q.boolean(r, "shuffle").unwrap_or(true);
    let body = kinds::read(&mut q, r, fragments, stem.as_ref(), explain.as_ref());
    q.finish(r);
    pools.extend(pool.clone());
    file.outcomes.extend(outcome.clone());
    file.lessons.extend(lesson.clone());
    file.ids.extend(id.clone());
    let body = body?;
    Some(Question {
        id: id?.value,
        points,
        pool: pool.map(|x| x.value),
        outcome: outcome.map(|x| x.value),
        difficulty: u8::try_from(difficulty).unwrap_or(2),
        lesson: lesson.map(|x| x.value),
        stem_html: body.stem_html,
        stem_text: body.stem_text,
        explain_html: body.explain_html,
        shuffle,
        kind: body.kind,
    })
}

fn check_pools(r: &mut Reader<'_>, pools: &[(Pool, Text, Spot)], used: &[Text]) {
    let mut names = BTreeSet::new();
    for (pool, name, draw_spot) in pools {
        if !names.insert(&pool.name) {
            r.report(Kind::DuplicateId, name.spot, format!("the pool `{}` is defined twice", pool.name));
        }
        let holds = used.iter().filter(|u| u.value == pool.name).count();
        if usize::try_from(pool.draw).unwrap_or(usize::MAX) > holds {
            let message = format!("the pool `{}` draws {} but holds {holds}", pool.name, pool.draw);
            r.hint(Kind::Pool, *draw_spot, message, format!("give more questions `pool = \"{}\"`, or draw fewer", pool.name));
        }
    }
    for name in used.iter().filter(|u| !names.contains(&u.value)) {
        let found = Diagnostic::new(Kind::Pool, r.file, name.spot, format!("there is no pool `{}`", name.value));
        r.found.push(found.hint_nearest(&name.value, names.iter().map(|n| n.as_str())));
    }
}

/// A weight or tolerance that must not be negative.
fn tolerance(q: &mut Table<'_, '_>, r: &mut Reader<'_>, key: &'static str) -> Option<f64> {
    positive(q, r, key)
}

#[cfg(test)]
mod tests;

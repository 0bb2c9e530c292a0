//! A tiny course for tests: two modules that link to each other, a notebook, an image, a quiz of every kind.

use std::collections::BTreeMap;

use crate::course::*;

fn asset(path: &str, media_type: &str, bytes: &[u8]) -> (String, Asset) {
    let asset = Asset { path: path.into(), media_type: media_type.into(), sha256: crate::ids::sha256_hex(bytes), bytes: bytes.to_vec() };
    (path.into(), asset)
}

fn lesson(id: &str, number: u16, title: &str, html: &str, notebooks: Vec<NotebookPage>) -> Lesson {
    Lesson {
        id: id.into(),
        number,
        title: title.into(),
        summary: format!("About {title}."),
        minutes: 10,
        outcomes: vec![],
        html: html.into(),
        headings: vec![(format!("{id}--more"), "More".into())],
        words: 100,
        notebooks,
    }
}

fn choice(id: &str, html: &str, correct: bool) -> Choice {
    Choice { id: id.into(), html: html.into(), correct, why_html: format!("<p>Why {id}.</p>") }
}

fn item(id: &str) -> Item {
    Item { id: id.into(), html: format!("<p>{id}</p>") }
}

fn question(id: &str, kind: QuestionKind) -> Question {
    Question {
        id: id.into(),
        points: 1.0,
        pool: None,
        outcome: None,
        difficulty: 1,
        lesson: Some("a-one".into()),
        stem_html: format!("<p>Stem of {id} &lt; 1</p>"),
        stem_text: format!("Stem of {id} < 1"),
        explain_html: "<p>See <a href=\"page:a-one\">one</a>.</p>".into(),
        shuffle: true,
        kind,
    }
}

fn variant(n: u8) -> NumericVariant {
    NumericVariant {
        values: BTreeMap::from([("n".into(), n.to_string())]),
        answer: f64::from(n) + 1.0,
        tolerance: 0.01,
        stem_html: format!("<p>Add one to {n}.</p>"),
        explain_html: String::new(),
        why_html: String::new(),
    }
}

fn quiz(id: &str) -> Quiz {
    let why_html = String::from("<p>Because.</p>");
    Quiz {
        id: id.into(),
        title: "Quiz A".into(),
        intro_html: "<p>Go.</p>".into(),
        layout: QuizLayout::All,
        attempts: 3,
        pass_mark: 70.0,
        grade: GradePolicy::Best,
        pools: vec![],
        questions: vec![
            question("q1", QuestionKind::Single { options: vec![choice("a", "A", true), choice("b", "B", false)] }),
            question(
                "q2",
                QuestionKind::Multiple { options: vec![choice("a", "A", true), choice("b", "B", true), choice("c", "C", false)] },
            ),
            question(
                "q3",
                QuestionKind::TrueFalse {
                    answer: true,
                    why_true_html: why_html.clone(),
                    why_false_html: why_html.clone(),
                    options: vec![choice("a", "A", true), choice("b", "B", false)],
                },
            ),
            Question {
                stem_html: "<p>Add one to 1.</p>".into(),
                ..question(
                    "q4",
                    QuestionKind::Numeric { variants: (1..=9).map(variant).collect(), unit: Some("GB".into()), why_html: why_html.clone() },
                )
            },
            question(
                "q5",
                QuestionKind::Matching {
                    left: vec![item("l1"), item("l2")],
                    right: vec![item("r1"), item("r2")],
                    pairs: BTreeMap::from([("l1".into(), "r1".into()), ("l2".into(), "r2".into())]),
                    why_html: why_html.clone(),
                },
            ),
            question("q6", QuestionKind::Ordering { items: vec![item("i1"), item("i2"), item("i3")], why_html: why_html.clone() }),
            question("q7", QuestionKind::Text { accept: vec!["eta".into()], case_sensitive: false, why_html }),
        ],
    }
}

fn side(id: &str) -> SidePage {
    SidePage {
        id: id.into(),
        kind: SideKind::Glossary,
        title: "Glossary".into(),
        summary: "1 term.".into(),
        html: format!(
            "<dl class=\"glossary\"><div class=\"term\" id=\"{id}--t\"><dt>T</dt><dd>See <a href=\"page:a-one\">one</a></dd></div></dl>"
        ),
        files: vec![],
        teacher_files: vec![],
    }
}

/// The course.
pub(crate) fn course() -> Course {
    let notebook = NotebookPage {
        id: "nb-a".into(),
        title: "Notebook A".into(),
        html: "<p>cells</p>".into(),
        asset: "01-a/notebooks/nb_a.ipynb".into(),
    };
    let module = |id: &str, number: u16, lessons, quiz| Module {
        id: id.into(),
        number,
        dir: format!("{number:02}-{id}"),
        title: format!("Module {id} & more"),
        summary: "What <it> is.".into(),
        outcomes: vec![Outcome { id: format!("{id}-o1"), text: "Do it.".into() }],
        hours: Hours { read: 1.5, lab: 0.5 },
        weight: 1.0,
        lessons,
        planned: vec![PlannedLesson { number: 9, title: "Later".into() }],
        quiz,
        side: vec![side(&format!("{id}-glossary"))],
        exam: false,
    };
    let one = "<h2 id=\"a-one--more\">More</h2><p>To <a href=\"page:b-one#b-one--more\">b</a>, <a href=\"page:nb-a\">nb</a>, \
               <a href=\"page:a-one#a-one--more\">here</a>, \
               <a href=\"page:a-glossary#a-glossary--t\">t</a>, <a href=\"page:tiny-glossary#tiny-glossary--t\">all</a>.</p><img src=\"asset:01-a/media/x.svg\" alt=\"x\">";
    Course {
        id: "tiny".into(),
        title: "A tiny \u{1}course".into(),
        version: "2026.11".into(),
        language: "en".into(),
        summary: "Two modules.".into(),
        license: "CC-BY-4.0".into(),
        credits: vec!["By us".into()],
        grading: Grading { attempts: 3, pass_mark: 70.0, grade: GradePolicy::Best },
        modules: vec![
            module("a", 1, vec![lesson("a-one", 1, "One", one, vec![notebook])], Some(quiz("a-quiz"))),
            module(
                "b",
                2,
                vec![lesson("b-one", 1, "Bee", "<h2 id=\"b-one--more\">More</h2><p>Bee <a href=\"page:a-quiz\">quiz</a></p>", vec![])],
                None,
            ),
        ],
        jumps: vec![],
        navigator: Navigator::default(),
        side: vec![side("tiny-glossary")],
        assets: BTreeMap::from([
            asset("01-a/media/x.svg", "image/svg+xml", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
            asset("01-a/notebooks/nb_a.ipynb", "application/x-ipynb+json", b"{}"),
            asset("02-b/data/unused.csv", "text/csv", b"1"),
        ]),
        content_hash: "00".repeat(32),
    }
}

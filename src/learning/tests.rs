//! The shared cases: `player/test/vectors.test.js` runs the same files.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, de::DeserializeOwned};

use super::{draw::hash, responses::from_form, *};
use crate::course::model::{GradePolicy, Module, Quiz};

fn vectors<T: DeserializeOwned>(name: &str) -> T {
    let path = format!("{}/tests/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap()
}

fn quiz() -> Quiz {
    vectors("quiz")
}

#[test]
fn hashes() {
    #[derive(Deserialize)]
    struct Case {
        text: String,
        hash: u32,
    }
    for c in vectors::<Vec<Case>>("hash") {
        assert_eq!(hash(&c.text), c.hash, "{}", c.text);
    }
}

#[test]
fn draws() {
    #[derive(Deserialize)]
    struct Case {
        seed: String,
        questions: Vec<Shown>,
    }
    #[derive(Deserialize, Debug, PartialEq)]
    struct Shown {
        id: String,
        options: Vec<String>,
        variant: usize,
        stem_html: String,
    }
    for c in vectors::<Vec<Case>>("draw") {
        let drawn: Vec<Shown> = draw(&quiz(), &c.seed)
            .questions
            .into_iter()
            .map(|q| Shown { id: q.id, options: q.options.into_iter().map(|o| o.id).collect(), variant: q.variant, stem_html: q.stem_html })
            .collect();
        assert_eq!(drawn, c.questions, "seed {}", c.seed);
    }
}

#[test]
fn numbers_as_people_type_them() {
    #[derive(Deserialize)]
    struct Case {
        typed: String,
        unit: Option<String>,
        value: Option<f64>,
        say: Option<String>,
    }
    for c in vectors::<Vec<Case>>("numeric") {
        assert_eq!(numeric::read(&c.typed, c.unit.as_deref()), c.value, "{:?}", c.typed);
        if let (Some(say), Some(value)) = (c.say, c.value) {
            assert_eq!(numeric::say(value), say);
        }
    }
}

#[test]
fn scores() {
    #[derive(Deserialize)]
    struct Case {
        name: String,
        seed: String,
        responses: Responses,
        score: f64,
        passed: bool,
        questions: Vec<Wanted>,
    }
    #[derive(Deserialize)]
    struct Wanted {
        id: String,
        fraction: f64,
        answered: bool,
        read_as: Option<f64>,
    }
    for c in vectors::<Vec<Case>>("scoring") {
        let result = score(&quiz(), &c.seed, &c.responses);
        assert_eq!((result.score, result.passed), (c.score, c.passed), "{}", c.name);
        assert_eq!(result.questions.len(), c.questions.len(), "{}", c.name);
        for (got, wanted) in result.questions.iter().zip(&c.questions) {
            assert_eq!((&got.id, got.answered), (&wanted.id, wanted.answered), "{}", c.name);
            // serde_json may read a number one bit off.
            assert_eq!(got.read_as.map(|n| n as f32), wanted.read_as.map(|n| n as f32), "{}", c.name);
            assert!((got.fraction - wanted.fraction).abs() < 1e-12, "{}: {} {}", c.name, got.id, got.fraction);
        }
    }
}

#[test]
fn forms() {
    #[derive(Deserialize)]
    struct Case {
        name: String,
        seed: String,
        pairs: Vec<(String, String)>,
        responses: Responses,
    }
    for c in vectors::<Vec<Case>>("forms") {
        let pairs = c.pairs.iter().map(|(n, v)| (n.as_str(), v.as_str()));
        assert_eq!(from_form(&quiz(), &c.seed, pairs), c.responses, "{}", c.name);
    }
}

#[test]
fn responses_keep_their_json() {
    for json in [r#""b""#, r#"["a","c"]"#, r#"{"value":true,"reason":"b"}"#, r#"{"value":false}"#, r#"{"l1":"r2","value":"x"}"#] {
        let response: Response = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&response).unwrap(), json);
    }
}

#[test]
fn completions() {
    #[derive(Deserialize)]
    struct PolicyCase {
        attempts: u32,
        pass_mark: f64,
        grade: GradePolicy,
    }
    #[derive(Deserialize)]
    struct Case {
        name: String,
        lessons: Vec<String>,
        quiz: bool,
        policy: PolicyCase,
        read: BTreeSet<String>,
        scores: Vec<f64>,
        complete: bool,
        unread: Vec<String>,
        quiz_missing: bool,
        passed: Option<bool>,
        progress: f64,
        left: Option<u32>,
        reveals: bool,
    }
    for c in vectors::<Vec<Case>>("completion") {
        let policy = Policy { attempts: c.policy.attempts, pass_mark: c.policy.pass_mark, grade: c.policy.grade };
        let got = completion(&module(&c.lessons, c.quiz), policy, &c.read, &c.scores);
        let wanted =
            Completion { complete: c.complete, unread: c.unread, quiz_missing: c.quiz_missing, passed: c.passed, progress: c.progress };
        assert_eq!(got, wanted, "{}", c.name);
        assert_eq!(policy.left(c.scores.len()), c.left, "{}", c.name);
        assert_eq!(policy.reveals(&c.scores), c.reveals, "{}", c.name);
    }
}

/// Through JSON, so that a field more in the model does not concern this test.
fn module(lessons: &[String], with_quiz: bool) -> Module {
    let lessons: Vec<_> = lessons
        .iter()
        .map(|id| {
            serde_json::json!({"id": id, "number": 1, "title": "", "summary": "", "minutes": 1, "outcomes": [], "html": "",
                "headings": [], "words": 0, "notebooks": []})
        })
        .collect();
    let quiz = with_quiz.then(quiz);
    serde_json::from_value(serde_json::json!({"id": "m", "dir": "01-m", "number": 1, "title": "", "summary": "", "outcomes": [],
        "hours": {"read": 1.0, "lab": 0.0}, "weight": 1.0, "lessons": lessons, "planned": [], "quiz": quiz}))
    .unwrap()
}

#[test]
fn course_grades() {
    #[derive(Deserialize)]
    struct Case {
        name: String,
        modules: Vec<BTreeMap<String, Option<f64>>>,
        grade: Option<f64>,
    }
    for c in vectors::<Vec<Case>>("grade") {
        let modules: Vec<_> = c.modules.iter().map(|m| (m["weight"].unwrap(), m["grade"])).collect();
        assert_eq!(course_grade(&modules), c.grade, "{}", c.name);
    }
}

#[test]
fn a_drawn_quiz_does_not_tell_the_answers() {
    let text = format!("{:?}", draw(&quiz(), "seed1"));
    for secret in ["1.5333", "1.7667", "correct", "why", "learning rate"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

//! The navigator: what a course may say, and where it leads a learner, by the library and in the terminal.

use std::fs;

use courseferry::{
    course::{Course, Source, check, load},
    learning::navigator::{Progress, suggest},
};

use super::{ferry, found};

/// Modules a, b and c in this order, each with a lesson and a quiz; d is reached by a jump.
fn source(navigator: &str) -> Source {
    let course = format!(
        "id = \"way\"\ntitle = \"Way\"\nversion = \"1\"\nlanguage = \"en\"\nlicense = \"CC0-1.0\"\n[navigator]\norder = [\"a\", \"b\", \"c\"]\n\
         [[navigator.jump]]\nintent = \"d_only\"\ntitle = \"Only D\"\nto = \"d\"\n{navigator}"
    );
    let mut source = Source::from_files([("course.toml", course)]);
    for (i, id) in ["a", "b", "c", "d"].iter().enumerate() {
        let dir = format!("modules/0{}-{id}", i + 1);
        source = source
            .with(&format!("{dir}/module.toml"), format!("id = \"{id}\"\ntitle = \"{}\"\n", id.to_uppercase()))
            .with(&format!("{dir}/01-x.md"), format!("---\nid: {id}-one\ntitle: One of {id}\nminutes: 1\n---\n\nText.\n"))
            .with(
                &format!("{dir}/quiz.toml"),
                format!("title = \"Q\"\n[[question]]\nid = \"{id}-q\"\ntype = \"text\"\nstem = \"S\"\naccept = [\"x\"]\n"),
            );
    }
    source
}

const WHOLE: &str = "[navigator.requires]\nb = [\"a\"]\nc = [\"b\"]\nd = [\"b\"]\n\
    [[navigator.checkpoint]]\nmodule = \"b\"\nbelow = 70\nto = \"b-one\"\nwhy = \"Read it again.\"\n\
    [[navigator.checkpoint]]\nmodule = \"b\"\nbelow = 40\nto = \"a\"\nwhy = \"B builds on A.\"\n";

fn course() -> Course {
    load(&source(WHOLE), None).unwrap_or_else(|found| panic!("{found}"))
}

fn next(done: &[(&str, f64)], intent: Option<&str>) -> (String, Vec<String>) {
    let mut progress = Progress { course: "way".into(), intent: intent.map(Into::into), ..Progress::default() };
    done.iter().for_each(|(module, score)| progress.record(module, Some(*score)));
    let next = suggest(&course(), &progress);
    (next.to.unwrap_or_default(), next.why)
}

#[test]
fn the_next_module_is_that_of_the_order_and_says_what_it_builds_on() {
    assert_eq!(next(&[], None), ("a".into(), vec!["It needs nothing before it: begin here.".into()]));
    assert_eq!(next(&[("a", 90.0)], None), ("b".into(), vec!["It builds on “1. A”, which you have done.".into()]));
    assert_eq!(next(&[("a", 90.0), ("b", 70.0), ("c", 80.0)], None).0, "d");
    let (end, why) = next(&[("a", 90.0), ("b", 70.0), ("c", 80.0), ("d", 100.0)], None);
    assert_eq!((end.as_str(), why[0].as_str()), ("", "All 4 modules are done and passed."));
}

#[test]
fn an_aim_leads_there_by_what_is_needed_first() {
    let (to, why) = next(&[], Some("d_only"));
    assert_eq!(to, "a");
    assert_eq!(why[..2], ["You are after “Only D”, which is what “4. D” is about.".to_owned(), "“2. B” needs it first.".to_owned()]);
    assert_eq!(next(&[("a", 90.0)], Some("d_only")).0, "b");
    assert_eq!(next(&[("a", 90.0), ("b", 90.0)], Some("d_only")).0, "d");
    assert_eq!(next(&[("a", 90.0), ("b", 90.0), ("d", 90.0)], Some("d_only")).0, "c", "then the rest, in order");
}

#[test]
fn a_low_score_leads_back_by_its_threshold_and_a_better_one_leads_on() {
    assert_eq!(
        next(&[("a", 90.0), ("b", 39.5)], None),
        ("a".into(), vec!["Your 39.5 % in “2. B” is below 40 %.".into(), "B builds on A.".into()])
    );
    assert_eq!(next(&[("a", 90.0), ("b", 40.0)], None).0, "b-one");
    assert_eq!(next(&[("a", 90.0), ("b", 69.9), ("b", 70.0)], None).0, "c");
    assert_eq!(next(&[("a", 50.0)], None), ("a".into(), vec!["Your 50 % in “1. A” is below the 70 % that pass its quiz.".into()]));
    let all = [("b", 50.0), ("a", 90.0), ("c", 80.0), ("d", 80.0)];
    assert_eq!(next(&all, None).0, "b-one", "what was left behind comes back before the end");
}

#[test]
fn a_navigator_that_leads_nowhere_is_told() {
    assert_eq!(found(&source(WHOLE)), Vec::<String>::new());
    let told = |from: &str, to: &str| {
        assert!(WHOLE.contains(from));
        found(&source(&WHOLE.replacen(from, to, 1)))
            .into_iter()
            .map(|t| t.split(": ").skip(1).collect::<Vec<_>>().join(": "))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        told("b = [\"a\"]", "b = [\"a\"]\na = [\"d\"]"),
        [
            "Unreachable: `b` and `a` need each other",
            "Unreachable: `a` and `d` need each other",
            "Unreachable: `d` and `b` need each other",
            "Unreachable: a low score in `b` leads ahead, to `a`",
        ]
    );
    assert_eq!(
        told("b = [\"a\"]", "b = [\"c\", \"x\"]\n")[..2],
        ["Unreachable: `b` and `c` need each other", "UnknownReference: there is no module `x`"]
    );
    assert_eq!(told("c = [\"b\"]", "a = [\"c\"]")[0], "Unreachable: `a` needs `c`, which comes after it in the order");
    assert_eq!(told("below = 70", "below = 60"), ["BadValue: a score from 60 to 70 in `b` leads nowhere"]);
    assert_eq!(told("below = 40", "below = 70"), ["DuplicateId: `b` has two checkpoints below 70"]);
    assert_eq!(told("to = \"b-one\"", "to = \"c-one\""), ["Unreachable: a low score in `b` leads ahead, to `c`"]);
    assert_eq!(told("to = \"b-one\"", "to = \"b-on\""), ["UnknownReference: there is no module and no lesson `b-on`"]);
    assert_eq!(told("module = \"b\"\nbelow = 40", "below = 40"), ["MissingKey: [[navigator.checkpoint]] has no `module`"]);
    let twice = format!("{WHOLE}[[navigator.jump]]\nintent = \"d_only\"\ntitle = \"Again\"\nto = \"a\"\n");
    assert!(found(&source(&twice))[0].ends_with("DuplicateId: the intent `d_only` is used twice"), "{:?}", found(&source(&twice)));
    let without = source(WHOLE).without("modules/02-b/quiz.toml");
    assert!(check(&without, None).1.to_string().contains("`b` has no quiz to be measured by"));
}

#[test]
fn ferry_guide_keeps_progress_in_a_file_and_goes_on_from_it() {
    let dir = tempfile::tempdir().unwrap();
    for (path, bytes) in source(WHOLE).iter() {
        let path = dir.path().join("course").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let guide = |more: &[&str]| ferry(&[&["guide", "--course", "course"], more].concat(), dir.path());
    let (code, data, talk) = guide(&[]);
    assert_eq!(
        (code, data.as_str()),
        (Some(0), "Way: 0 of 4 modules done\nnext: 1. A (a)\n  It needs nothing before it: begin here.\n"),
        "{talk}"
    );
    assert!(talk.contains("d_only") && !dir.path().join("progress.json").exists(), "{talk}");
    assert_eq!(guide(&["--done", "a=85", "--done", "b=30%"]).0, Some(0));
    let text = fs::read_to_string(dir.path().join("progress.json")).unwrap();
    assert_eq!(text, "{\n  \"course\": \"way\",\n  \"modules\": {\n    \"a\": 85.0,\n    \"b\": 30.0\n  },\n  \"last\": \"b\"\n}\n");
    let (_, data, _) = guide(&["--show"]);
    assert!(data.starts_with("Way: 2 of 4 modules done\nnext: “1. A” (a)\n  Your 30 % in “2. B” is below 40 %.\n"), "{data}");
    let (_, data, _) = guide(&["--done", "b=80", "--intent", "d_only"]);
    assert!(data.contains("next: 4. D (d)\n  You are after “Only D”"), "{data}");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "nothing is left beside the file");

    for (wrong, said) in [
        (["--done", "bb=3"], "no module `bb` in this course: did you mean `b`?"),
        (["--done", "a=many"], "`many` is no score: type a percentage from 0 to 100, such as a=85"),
        (["--done", "a=101"], "`101` is no score"),
        (["--intent", "fast"], "no intent `fast`; there are: d_only, none"),
    ] {
        let (code, _, talk) = guide(&wrong);
        assert!(code == Some(2) && talk.contains(said), "{code:?} {talk}");
    }
    assert!(
        fs::read_to_string(dir.path().join("progress.json")).unwrap().contains("\"intent\": \"d_only\""),
        "a wrong word changes nothing"
    );
    fs::write(dir.path().join("progress.json"), "{\"course\": \"other\"}").unwrap();
    let (code, _, talk) = guide(&["--done", "a"]);
    assert!(code == Some(2) && talk.contains("is about the course `other`, not `way`"), "{talk}");
    fs::write(dir.path().join("progress.json"), "{").unwrap();
    let (code, _, talk) = guide(&["--done", "a"]);
    assert!(code == Some(1) && talk.contains("`progress.json` is no progress file"), "{talk}");
    assert_eq!(fs::read_to_string(dir.path().join("progress.json")).unwrap(), "{", "what cannot be read is left alone");
    let (code, _, talk) = guide(&["--progress", "no/such/folder.json", "--done", "a"]);
    assert!(code == Some(1) && talk.contains("cannot write `no/such/folder.json`"), "{talk}");
}

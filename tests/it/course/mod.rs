//! Whole courses: the tiny one in `courses/`, broken in every way; the one that ships.

mod exam;
mod glossary;
mod guide;
mod project;
mod shipped;

use std::{collections::BTreeSet, path::Path};

use courseferry::course::{Kind, RenderCache, Source, cache::FileCache, cache::MemoryCache, check, figures, load};

const LESSON: &str = "modules/01-one/01-first.md";
const QUIZ: &str = "modules/01-one/quiz.toml";
const MODULE: &str = "modules/01-one/module.toml";
const FIGURE: &str = "modules/01-one/figures/loop.svg";

fn tiny() -> Source {
    Source::read_dir(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/courses/tiny")).unwrap()
}

/// The tiny course with one text replaced.
fn changed(path: &str, from: &str, to: &str) -> Source {
    let source = tiny();
    let text = std::str::from_utf8(source.get(path).unwrap()).unwrap().to_owned();
    assert!(text.contains(from), "{path} has no {from:?}");
    source.with(path, text.replacen(from, to, 1))
}

/// Every finding as `path:line:col: kind: message`.
fn found(source: &Source) -> Vec<String> {
    let said = |d: &courseferry::course::Diagnostic| format!("{}:{}:{}: {:?}: {}", d.file, d.line, d.col, d.kind, d.message);
    check(source, None).1.0.iter().map(said).collect()
}

fn hint(source: &Source) -> String {
    check(source, None).1.0[0].hint.clone().unwrap_or_default()
}

#[test]
fn a_good_course_is_read_whole() {
    let (course, all) = check(&tiny(), None);
    assert_eq!(all.to_string(), "");
    let course = course.unwrap();
    assert_eq!(course.modules.iter().map(|m| m.id.as_str()).collect::<Vec<_>>(), ["one", "two"]);
    let (module, lesson) = course.lesson("first").unwrap();
    assert_eq!((module.dir.as_str(), lesson.number, lesson.minutes), ("01-one", 1, 3));
    assert_eq!(lesson.headings, [("first--the-loop".to_owned(), "The loop".to_owned())]);
    for part in [
        "<a href=\"page:second#second--a-part\">two</a>",
        "<a href=\"#first--the-loop\">here</a>",
        "<img src=\"asset:01-one/figures/loop.svg\" alt=\"A to B\" width=",
        "<figure class=\"figure\"><img src=\"asset:01-one/media/dot.svg\" alt=\"a dot\" width=\"20\" height=\"10\" loading=\"lazy\"></figure>",
    ] {
        assert!(lesson.html.contains(part), "{part}\nis not in\n{}", lesson.html);
    }
    let notebook = &lesson.notebooks[0];
    assert_eq!(
        (notebook.id.as_str(), notebook.title.as_str(), notebook.asset.as_str()),
        ("nb-one", "Notebook one", "01-one/notebooks/nb_one.ipynb")
    );
    assert!(notebook.html.contains("<a href=\"page:first\">first</a>"), "{}", notebook.html);
    assert!(
        notebook
            .html
            .contains("<img src=\"asset:01-one/notebooks/nb_one-1.png\" alt=\"Output of the code above\" width=\"2\" height=\"1\""),
        "{}",
        notebook.html
    );
    assert!(course.lesson("second").unwrap().1.html.contains("<a href=\"page:one-quiz\">the quiz</a>"));
    assert_eq!(
        course.assets.keys().map(String::as_str).collect::<Vec<_>>(),
        ["01-one/figures/loop.svg", "01-one/media/dot.svg", "01-one/notebooks/nb_one-1.png", "01-one/notebooks/nb_one.ipynb"]
    );
    assert_eq!(course.assets["01-one/media/dot.svg"].media_type, "image/svg+xml");
    let quiz = course.quiz("one-quiz").unwrap().1;
    assert_eq!((quiz.attempts, quiz.pass_mark, quiz.questions[1].stem(0)), (3, 70.0, "<p>Twice 1?</p>\n"));
}

const FACTS: &str = "[pace]\nvalue = \"12 min\"\nas_of = \"2026-11-23\"\nsource = \"a watch\"\n";

#[test]
fn facts_are_shown_wherever_a_course_speaks_and_dated_where_they_are_read() {
    let source = changed(LESSON, "title: First", "title: First at {{fact:pace}}")
        .with("modules/02-two/01-second.md", "---\nid: second\ntitle: S\nminutes: 1\n---\n\n## A part\n\nIt takes {{fact:pace}}.\n")
        .with("facts.toml", FACTS);
    let (course, all) = check(&source, None);
    assert_eq!(all.to_string(), "");
    let course = course.unwrap();
    assert_eq!(course.lesson("first").unwrap().1.title, "First at 12 min");
    let html = &course.lesson("second").unwrap().1.html;
    assert!(html.ends_with("<p>It takes 12 min.</p>\n<p class=\"facts-date\">Facts as of 23 November 2026</p>\n"), "{html}");
    assert_eq!(
        found(&source.with("facts.toml", FACTS.replace("pace", "peace"))),
        [
            "facts.toml:1:2: Unused: nothing shows the fact `peace`",
            "modules/01-one/01-first.md:3:17: UnknownReference: there is no fact `pace`",
            "modules/02-two/01-second.md:9:10: UnknownReference: there is no fact `pace`",
        ]
    );
}

#[test]
fn every_problem_is_told_at_once() {
    let source = changed(LESSON, "[here](#the-loop)", "[here](#the-lop)")
        .with(QUIZ, "title = \"Q\"\ntitle = \"R\"\n")
        .with("modules/02-two/module.toml", "id = \"two\"\n")
        .with("modules/02-two/02-third.md", "no front matter\n");
    let files: BTreeSet<String> = check(&source, None).1.0.into_iter().map(|d| d.file).collect();
    assert_eq!(
        files.iter().map(String::as_str).collect::<Vec<_>>(),
        [LESSON, QUIZ, "modules/02-two/02-third.md", "modules/02-two/module.toml"]
    );
}

#[test]
fn toml_and_yaml_that_do_not_parse_have_their_place() {
    let all = found(&changed("course.toml", "version = \"1\"", "version = \"1"));
    assert!(all[0].starts_with("course.toml:3:13: Syntax: "), "{all:?}");
    let all = found(&changed(QUIZ, "title = \"Quiz one\"", "title = \"Quiz one\"\ntitle = \"again\""));
    assert!(all[0].starts_with(&format!("{QUIZ}:2:1: Syntax: duplicate key")), "{all:?}");
    let all = found(&changed(LESSON, "title: First", "title: [First"));
    assert!(all[0].starts_with(&format!("{LESSON}:")) && all[0].contains("Syntax: front matter: "), "{all:?}");
    let all = found(&tiny().with(MODULE, vec![b'i', b'd', 0xFF]));
    assert!(all.contains(&format!("{MODULE}:1:3: Syntax: the file is not UTF-8")), "{all:?}");
}

#[test]
fn unknown_keys_are_refused_with_the_nearest_name() {
    for (path, from, to, place, near) in [
        ("course.toml", "license", "licence", "course.toml:5:1", "license"),
        (MODULE, "text = \"Know one.\"", "text = \"Know one.\"\nnots = 1", "modules/01-one/module.toml:7:1", ""),
        (LESSON, "minutes: 3", "minutes: 3\nnotebook: []", "modules/01-one/01-first.md:5:1", "notebooks"),
        (QUIZ, "lesson = \"first\"", "lesons = \"first\"", "modules/01-one/quiz.toml:8:1", "lesson"),
    ] {
        let all = check(&changed(path, from, to), None).1.0;
        let d = all.iter().find(|d| d.kind == Kind::UnknownKey).unwrap_or_else(|| panic!("{path}: {all:?}"));
        assert_eq!(format!("{}:{}:{}", d.file, d.line, d.col), place);
        assert!(d.hint.as_ref().unwrap().contains(near), "{d}");
    }
}

#[test]
fn broken_links_are_found_where_they_stand() {
    let source = changed(LESSON, "../02-two/01-second.md#a-part", "../02-two/01-secnd.md");
    assert_eq!(found(&source), [format!("{LESSON}:9:5: BrokenLink: there is no file `../02-two/01-secnd.md`")]);
    assert_eq!(hint(&source), "did you mean `01-second.md`?");
    let source = changed(LESSON, "#a-part", "#a-prat");
    assert_eq!(found(&source), [format!("{LESSON}:9:5: BrokenLink: there is no heading for `../02-two/01-second.md#a-prat`")]);
    let source = changed(QUIZ, "stem = \"S\"", "stem = \"S [x](http://x.example)\"");
    assert_eq!(found(&source), [format!("{QUIZ}:6:11: BadUrl: the link `http://x.example` is not https")]);
    let source = changed("modules/01-one/notebooks/nb_one.ipynb", "../01-first.md", "../01-frist.md");
    assert_eq!(found(&source)[0], "modules/01-one/notebooks/nb_one.ipynb:3:75: BrokenLink: there is no file `../01-frist.md`");
    let source = changed(LESSON, "nb_one.ipynb", "nb_two.ipynb");
    assert_eq!(found(&source)[0], format!("{LESSON}:6:13: BrokenLink: there is no notebook `notebooks/nb_two.ipynb`"));
}

#[test]
fn images_need_an_alternative() {
    assert_eq!(
        found(&changed(LESSON, "![a dot]", "![]")),
        [format!("{LESSON}:18:1: MissingAlt: the image `media/dot.svg` has no text alternative")]
    );
    assert_eq!(found(&changed(LESSON, " alt=\"A to B\"", "")), [format!("{LESSON}:13:1: MissingAlt: the diagram has no text alternative")]);
}

#[test]
fn ids_are_unique_in_the_whole_course() {
    let source = changed("modules/02-two/01-second.md", "id: second", "id: first");
    let all = found(&source);
    assert!(all.contains(&"modules/02-two/01-second.md:2:5: DuplicateId: the id `first` is used twice".to_owned()), "{all:?}");
    let hint = check(&source, None).1.0.into_iter().find(|d| d.kind == Kind::DuplicateId).unwrap().hint.unwrap();
    assert_eq!(hint, format!("the other one is at {LESSON}:2:5; ids are unique in the whole course"));
    assert_eq!(found(&changed(QUIZ, "id = \"q2\"", "id = \"o1\"")), [format!("{QUIZ}:15:6: DuplicateId: the id `o1` is used twice")]);
}

#[test]
fn answers_are_among_the_options_and_right_in_number() {
    assert_eq!(found(&changed(QUIZ, ", correct = true", "")), [format!("{QUIZ}:3:1: Answer: no option is correct")]);
    assert_eq!(
        found(&changed(QUIZ, "text = \"B\"", "text = \"B\", correct = true")),
        [format!("{QUIZ}:11:3: Answer: 2 options are correct, but a `single` question has one")]
    );
}

#[test]
fn option_ids_have_no_hyphens_and_placeholders_have_values() {
    assert_eq!(
        found(&changed(QUIZ, "id = \"b\"", "id = \"b-1\"")),
        [format!("{QUIZ}:11:10: BadId: the id `b-1` is not usable in every LMS")]
    );
    assert_eq!(
        found(&changed(QUIZ, "Twice {n}", "Twice {m}")),
        [format!("{QUIZ}:17:15: Placeholder: `{{m}}` has no value in the variant of line 19")]
    );
}

#[test]
fn pairs_and_pools_are_checked() {
    let question = "\n[[question]]\nid = \"q3\"\ntype = \"matching\"\nstem = \"S\"\npool = \"p\"\nleft = [{ id = \"a\", text = \"A\" }, { id = \"b\", text = \"B\" }]\nright = [{ id = \"x\", text = \"X\" }, { id = \"y\", text = \"Y\" }]\npairs = { a = \"x\", b = \"z\" }\n";
    let text = format!("title = \"Q\"\n[[pool]]\nname = \"p\"\ndraw = 2\n{question}");
    let source = tiny().with(QUIZ, text);
    assert_eq!(
        found(&source),
        [format!("{QUIZ}:4:1: Pool: the pool `p` draws 2 but holds 1"), format!("{QUIZ}:13:24: Pairs: there is no right item `z`")]
    );
}

#[test]
fn a_module_that_nobody_reaches_is_told() {
    let source = changed("course.toml", "to = \"two\"", "to = \"one\"");
    assert_eq!(found(&source), ["modules/02-two/module.toml:1:6: Unreachable: no learner reaches the module `two`"]);
    let source = changed("course.toml", "order = [\"one\"]", "order = [\"one\", \"onne\"]");
    assert_eq!(found(&source), ["course.toml:8:17: UnknownReference: there is no module `onne`"]);
}

#[test]
fn outcomes_and_lessons_that_are_named_exist() {
    assert_eq!(found(&changed(LESSON, "[o1]", "[o7]")), [format!("{LESSON}:5:12: UnknownReference: there is no outcome `o7`")]);
    assert_eq!(
        found(&changed(QUIZ, "lesson = \"first\"", "lesson = \"frist\"")),
        [format!("{QUIZ}:8:10: UnknownReference: there is no lesson `frist`")]
    );
    assert_eq!(
        found(&changed(QUIZ, "outcome = \"o1\"", "outcome = \"o9\"")),
        [format!("{QUIZ}:7:11: UnknownReference: there is no outcome `o9`")]
    );
}

#[test]
fn a_planned_lesson_keeps_off_the_numbers_of_written_ones() {
    assert_eq!(
        found(&changed(MODULE, "number = 2", "number = 1")),
        [format!("{MODULE}:9:1: PlannedClash: number 1 is taken by the lesson `01-first.md`")]
    );
}

#[test]
fn figures_are_drawn_and_drawn_from_what_stands_there() {
    let stale = changed(LESSON, "A --> B", "A --> C");
    assert_eq!(found(&stale), [format!("{LESSON}:13:1: StaleFigure: the figure `loop` was drawn from another text")]);
    let missing = tiny().without(FIGURE);
    assert_eq!(found(&missing), [format!("{LESSON}:13:1: MissingFigure: the figure `loop` is not drawn")]);
    let course = load(&missing, None).expect("a figure that waits to be drawn keeps nobody from reading");
    assert!(course.lesson("first").unwrap().1.html.contains("<figure class=\"figure\" id=\"first--fig-loop\"><details"));
    let unmarked = tiny().with(FIGURE, "<svg viewBox=\"0 0 1 1\"></svg>");
    assert!(found(&unmarked)[0].contains("StaleFigure"));
}

#[test]
fn containers_are_balanced() {
    let source = changed(LESSON, ":::\n::::\n", ":::\n");
    assert_eq!(found(&source), [format!("{LESSON}:20:1: Container: `::::check` is never closed")]);
}

#[test]
fn names_that_lmss_refuse_and_files_that_nobody_uses_are_told() {
    let source = tiny().with("modules/01-one/data/a b.csv", "1");
    assert_eq!(found(&source), ["modules/01-one/data/a b.csv:1:1: BadFileName: some LMS refuses the name `a b.csv`"]);
    let source = tiny().with("modules/01-one/media/old.png", "x");
    let (_, all) = check(&source, None);
    assert_eq!(
        (all.errors(), all.warnings(), all.0[0].to_string().lines().next().unwrap()),
        (0, 1, "modules/01-one/media/old.png:1:1: warning: nothing refers to this file")
    );
    assert!(load(&source, None).is_ok(), "a warning keeps nobody from reading");
}

#[test]
fn the_text_and_the_solutions_of_a_notebook_lie_beside_it() {
    let folder = "modules/01-one/notebooks/";
    let paired = ["nb_one.py", "nb_one_solutions.md", "nb_one_solutions.py"];
    let source = paired.iter().fold(tiny(), |source, name| source.with(&format!("{folder}{name}"), "x"));
    assert_eq!(found(&source), Vec::<String>::new());
    for stray in ["nb_two.py", "nb_two_solutions.md", "nb_one.md", "nb_one_draft.py"] {
        let all = found(&tiny().with(&format!("{folder}{stray}"), "x"));
        assert_eq!(all, [format!("{folder}{stray}:1:1: Unused: nothing refers to this file")]);
    }
}

#[test]
fn editors_that_write_other_line_ends_or_a_byte_order_mark_are_fine() {
    let mut source = tiny();
    for path in ["course.toml", MODULE, LESSON, QUIZ, "modules/02-two/01-second.md"] {
        let text = std::str::from_utf8(source.get(path).unwrap()).unwrap().replace('\n', "\r\n");
        source = source.with(path, format!("\u{feff}{text}"));
    }
    assert_eq!(found(&source), Vec::<String>::new());
    let course = load(&source, None).unwrap();
    assert!(!course.lesson("first").unwrap().1.html.contains("minutes"), "front matter is not printed");
}

#[test]
fn a_folder_without_a_course_says_so() {
    let all = load(&Source::default(), None).unwrap_err();
    assert_eq!(all.0[0].to_string().lines().next().unwrap(), "course.toml:1:1: there is no course.toml");
}

/// Counts what is rendered anew.
#[derive(Default)]
struct Counting(MemoryCache, usize);

impl RenderCache for Counting {
    fn get(&mut self, key: &str) -> Option<String> {
        self.0.get(key)
    }
    fn put(&mut self, key: &str, text: &str) {
        self.1 += 1;
        self.0.put(key, text);
    }
}

#[test]
fn what_was_rendered_once_is_not_rendered_again() {
    let mut cache = Counting::default();
    let first = load(&tiny(), Some(&mut cache)).unwrap();
    assert_eq!(cache.1, 4, "two lessons, a quiz and a notebook");
    assert_eq!(load(&tiny(), Some(&mut cache)).unwrap(), first);
    assert_eq!(cache.1, 4);
    let other = load(&changed("modules/02-two/01-second.md", "Back", "Forth"), Some(&mut cache)).unwrap();
    assert_eq!(cache.1, 5, "only what changed");
    assert_ne!(other.content_hash, first.content_hash);
    assert_eq!(load(&tiny(), None).unwrap(), first, "with a cache or without");
    let dated =
        |value: &str| changed("modules/02-two/01-second.md", "Back", "{{fact:pace}}").with("facts.toml", FACTS.replace("12 min", value));
    load(&dated("12 min"), Some(&mut cache)).unwrap();
    assert_eq!(cache.1, 6, "a text that shows a fact now");
    let changed = load(&dated("11 min"), Some(&mut cache)).unwrap();
    assert_eq!(cache.1, 7, "another value renders the texts that show it, and no others");
    assert!(changed.lesson("second").unwrap().1.html.contains("11 min"));
}

#[test]
fn findings_survive_the_cache_and_a_spoilt_cache_is_rendered_over() {
    let dir = tempfile::tempdir().unwrap();
    let source = changed(LESSON, "![a dot]", "![]");
    let mut cache = FileCache::new(dir.path());
    let first = check(&source, Some(&mut cache)).1;
    assert_eq!((first.errors(), check(&source, Some(&mut cache)).1), (1, first.clone()));
    for entry in std::fs::read_dir(dir.path()).unwrap() {
        std::fs::write(entry.unwrap().path(), "{ half").unwrap();
    }
    assert_eq!(check(&source, Some(&mut cache)).1, first);
}

#[test]
fn every_diagram_of_the_course_is_listed_for_drawing() {
    let list = figures::sources(&tiny()).unwrap();
    assert_eq!(list.len(), 1);
    assert_eq!((list[0].file.as_str(), list[0].line, list[0].path.as_str()), (LESSON, 13, FIGURE));
    assert!(figures::sources(&Source::default()).is_err());
}

fn ferry(words: &[&str], dir: &Path) -> (Option<i32>, String, String) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_ferry"));
    let out = command.env_clear().current_dir(dir).args(words).output().unwrap();
    (out.status.code(), String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap())
}

#[test]
fn ferry_new_and_ferry_check_speak_in_exit_codes() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(ferry(&["new", "mine"], dir.path()).0, Some(0));
    let (code, data, talk) = ferry(&["check", "mine"], dir.path());
    assert_eq!((code, data.as_str()), (Some(0), ""), "{talk}");
    assert!(talk.ends_with("My course: 2 modules, 3 lessons, 9 questions, 238 words\n✓ no problems\n"), "{talk}");
    let (code, _, talk) = ferry(&["new", "mine"], dir.path());
    assert_eq!(code, Some(2), "{talk}");
    std::fs::write(dir.path().join("mine/modules/02-going-on/module.toml"), "id = \"going-on\"\ntitel = \"Going on\"\n").unwrap();
    let (code, data, talk) = ferry(&["check", "--course", "mine"], dir.path());
    assert_eq!(code, Some(1), "{talk}");
    assert!(
        data.contains("mine/modules/02-going-on/module.toml:2:1: unknown key `titel` in module.toml\n  hint: did you mean `title`?"),
        "{data}"
    );
    assert!(talk.ends_with("errors\n"), "{talk}");
    std::fs::write(dir.path().join("mine/notes.txt"), "x").unwrap();
    std::fs::write(
        dir.path().join("mine/modules/02-going-on/module.toml"),
        "id = \"going-on\"\ntitle = \"Going on\"\n[[outcome]]\nid = \"o3\"\ntext = \"t\"\n",
    )
    .unwrap();
    assert_eq!(ferry(&["check", "mine"], dir.path()).0, Some(0), "a warning alone");
    assert_eq!(ferry(&["check", "mine", "--strict"], dir.path()).0, Some(1));
    assert_eq!(ferry(&["check", "nowhere"], dir.path()).0, Some(1));
}

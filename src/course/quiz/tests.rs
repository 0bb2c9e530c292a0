use super::*;
use crate::course::{facts::Facts, model::QuestionKind};

fn read_text(text: &str) -> (QuizFile, Vec<String>) {
    let (quiz, found, _) = read("quiz.toml", text, "a", Fragments::new("quiz.toml", "a-quiz", &Facts::default(), Vec::new()));
    let said = found.iter().chain(&quiz.rendered.found).map(|d| d.to_string().replace("quiz.toml:", "")).collect();
    (quiz, said)
}

/// One question, its keys below `id`, `type` and `stem` (lines 1 to 5 of the file).
fn question(kind: &str, rest: &str) -> (QuizFile, Vec<String>) {
    read_text(&format!("title = \"Q\"\n[[question]]\nid = \"q1\"\ntype = \"{kind}\"\nstem = \"S\"\n{rest}"))
}

fn said(kind: &str, rest: &str) -> Vec<String> {
    question(kind, rest).1
}

const AB: &str = "options = [\n  { id = \"a\", text = \"A\", correct = true, why = \"x\" },\n  { id = \"b\", text = \"B *b*\" },\n]\n";

#[test]
fn a_whole_quiz_is_read() {
    let (file, said) = read_text(&format!(
        "title = \"Q\"\nintro = \"Six *questions*.\"\nlayout = \"one\"\nattempts = 0\npass_mark = 50\n\
         [[pool]]\nname = \"p\"\ndraw = 1\n\
         [[question]]\nid = \"q1\"\ntype = \"single\"\nstem = \"S $x$\"\npoints = 2\npool = \"p\"\noutcome = \"o\"\nlesson = \"l\"\ndifficulty = 3\nshuffle = false\nexplain = \"E\"\n{AB}"
    ));
    assert_eq!(said, Vec::<String>::new());
    let quiz = &file.quiz;
    assert_eq!((quiz.id.as_str(), quiz.layout, file.attempts, file.pass_mark), ("a-quiz", QuizLayout::One, Some(0), Some(50.0)));
    assert_eq!((quiz.intro_html.as_str(), quiz.pools.len()), ("<p>Six <em>questions</em>.</p>\n", 1));
    let q = &quiz.questions[0];
    assert_eq!((q.points, q.difficulty, q.shuffle, q.stem_text.as_str()), (2.0, 3, false, "S x"));
    let QuestionKind::Single { options } = &q.kind else { panic!("{:?}", q.kind) };
    assert_eq!((options[1].html.as_str(), options[0].why_html.as_str()), ("B <em>b</em>", "<p>x</p>\n"));
    assert_eq!((file.outcomes[0].spot, file.lessons[0].spot), (Spot::new(15, 11), Spot::new(16, 10)));
}

#[test]
fn single_has_exactly_one_right_option() {
    assert_eq!(
        said("single", &AB.replace(", correct = true", "")),
        ["2:1: no option is correct\n  hint: mark the right one with `correct = true`"]
    );
    assert_eq!(
        said("single", &AB.replace("\"B *b*\"", "\"B\", correct = true")),
        ["8:3: 2 options are correct, but a `single` question has one\n  hint: mark one only, or make the question `multiple`"]
    );
    assert_eq!(said("single", ""), ["2:1: a question has no `options`"]);
    assert_eq!(
        said("single", "options = [{ id = \"a\", text = \"A\", correct = true }]\n"),
        ["6:1: `options` holds 1: there is nothing to choose"]
    );
}

#[test]
fn multiple_has_at_least_one() {
    assert_eq!(said("multiple", AB), Vec::<String>::new());
    assert_eq!(
        said("multiple", &AB.replace(", correct = true", "")),
        ["2:1: no option is correct\n  hint: mark the right ones with `correct = true`"]
    );
}

#[test]
fn option_ids_are_what_lmss_take_and_come_once() {
    assert_eq!(
        said("single", &AB.replace("\"b\"", "\"b-2\"")),
        ["8:10: the id `b-2` is not usable in every LMS\n  hint: use letters, digits, `_` and `.`, at most 32: LMSs refuse hyphens here"]
    );
    assert_eq!(said("single", &AB.replace("\"b\"", "\"a\"")), ["8:10: the id `a` is used twice in this question"]);
}

#[test]
fn true_false_may_ask_for_the_reason() {
    let (file, said_) = question("true-false", &format!("answer = true\nwhy_true = \"t\"\n{AB}"));
    assert_eq!(said_, Vec::<String>::new());
    assert!(matches!(&file.quiz.questions[0].kind, QuestionKind::TrueFalse { answer: true, options, .. } if options.len() == 2));
    assert_eq!(said("true-false", "answer = false\n"), Vec::<String>::new());
    assert_eq!(said("true-false", ""), ["2:1: a question has no `answer`"]);
    assert_eq!(said("true-false", "answer = \"yes\"\n"), ["6:10: `answer` must be true or false, not string"]);
    let two = AB.replace("\"B *b*\"", "\"B\", correct = true");
    assert!(said("true-false", &format!("answer = true\n{two}"))[0].starts_with("9:3: 2 options are correct, but a reason has one"));
}

#[test]
fn numeric_takes_an_answer_and_a_tolerance() {
    let (file, said_) = question("numeric", "answer = -2e3\nrelative_tolerance = 0.02\nunit = \"GB\"\nwhy = \"w\"\n");
    assert_eq!(said_, Vec::<String>::new());
    let q = &file.quiz.questions[0];
    let QuestionKind::Numeric { variants, unit, .. } = &q.kind else { panic!("{:?}", q.kind) };
    assert_eq!((variants.len(), variants[0].answer, variants[0].tolerance, unit.as_deref()), (1, -2000.0, 40.0, Some("GB")));
    assert_eq!((q.stem(0), q.why(0)), ("<p>S</p>\n", "<p>w</p>\n"));
    assert!(said("numeric", "")[0].starts_with("2:1: a numeric question has no `answer`"));
    assert_eq!(said("numeric", "answer = 1\ntolerance = -1\n"), ["7:13: `tolerance` must not be negative, but is -1"]);
    assert_eq!(
        said("numeric", "answer = 1\ntolerance = 1\nrelative_tolerance = 1\n"),
        ["8:1: give `tolerance` or `relative_tolerance`, not both"]
    );
    assert_eq!(said("numeric", "variants = []\n"), ["6:1: `variants` holds no variant"]);
    assert_eq!(
        said("numeric", "answer = 1\nvariants = [{ answer = 2 }]\n"),
        ["6:10: `answer` stands beside `variants`, which have their own"]
    );
}

#[test]
fn variants_fill_stem_feedback_and_explanation() {
    let (file, said) = read_text(
        "title = \"Q\"\n[[question]]\nid = \"q1\"\ntype = \"numeric\"\nstem = 'At $w = {w}$ with {lr}'\nexplain = 'E {w}'\nwhy = 'W {lr}'\ntolerance = 0.1\nvariants = [\n  { w = 0, lr = 0.10, answer = 1 },\n  { w = -1, lr = \"ten\", answer = 2 },\n]\n",
    );
    assert_eq!(said, Vec::<String>::new());
    let q = &file.quiz.questions[0];
    assert_eq!(q.stem(1), "<p>At <math><mi>w</mi><mo>=</mo><mo lspace=\"0\" rspace=\"0\">−</mo><mn>1</mn></math> with ten</p>\n");
    assert_eq!((q.explain(0), q.why(0), q.why(1)), ("<p>E 0</p>\n", "<p>W 0.10</p>\n", "<p>W ten</p>\n"));
    assert_eq!((q.stem_text.as_str(), q.stem(0)), ("At w = 0 with 0.10", q.stem_html.as_str()));
}

#[test]
fn a_placeholder_needs_a_value_in_every_variant() {
    let (_, said) = read_text(
        "title = \"Q\"\n[[question]]\nid = \"q1\"\ntype = \"numeric\"\nstem = '''\nAt {w}\nwith {lr}'''\nvariants = [\n  { w = 0, lr = 1, answer = 1 },\n  { w = 1, answer = 2 },\n]\n",
    );
    assert_eq!(said, ["7:6: `{lr}` has no value in the variant of line 10\n  hint: add `lr = …` to that variant"]);
}

#[test]
fn matching_pairs_name_items_and_leave_none_out() {
    let items = "left = [{ id = \"l1\", text = \"A\" }, { id = \"l2\", text = \"B\" }]\nright = [{ id = \"r1\", text = \"C\" }, { id = \"r2\", text = \"D\" }]\n";
    assert_eq!(said("matching", &format!("{items}pairs = {{ l1 = \"r1\", l2 = \"r1\" }}\n")), Vec::<String>::new());
    assert_eq!(
        said("matching", &format!("{items}pairs = {{ l1 = \"r9\", l7 = \"r1\" }}\n")),
        [
            "8:16: there is no right item `r9`\n  hint: did you mean `r1`?",
            "8:22: there is no left item `l7`\n  hint: did you mean `l1`?",
            "8:1: the left item `l2` has no pair"
        ]
    );
    assert_eq!(said("matching", items), ["2:1: a question has no `pairs`"]);
}

#[test]
fn ordering_and_text_have_something_to_say() {
    assert_eq!(said("ordering", "items = [{ id = \"a\", text = \"A\" }]\n"), ["6:1: `items` holds 1: there is nothing to choose"]);
    assert_eq!(said("text", "accept = [\"eta\", \"η\"]\n"), Vec::<String>::new());
    assert_eq!(said("text", "accept = [\" \"]\n"), ["6:1: `accept` holds no answer"]);
    assert_eq!(said("text", ""), ["2:1: a question has no `accept`"]);
}

#[test]
fn unknown_types_and_keys_are_told_with_the_nearest_name() {
    assert_eq!(said("singel", AB), ["4:8: there is no question type `singel`\n  hint: did you mean `single`?"]);
    assert_eq!(said("single", &format!("pionts = 2\n{AB}")), ["6:1: unknown key `pionts` in a question\n  hint: did you mean `points`?"]);
    assert_eq!(said("single", &AB.replace("why", "wy")), ["7:43: unknown key `wy` in an option\n  hint: did you mean `why`?"]);
    assert_eq!(said("single", &format!("points = 0\ndifficulty = 4\n{AB}")).len(), 2);
}

#[test]
fn pools_hold_what_they_draw() {
    let pools = |draw: u32, name: &str| {
        read_text(&format!(
            "title = \"Q\"\n[[pool]]\nname = \"p\"\ndraw = {draw}\n[[question]]\nid = \"q1\"\ntype = \"single\"\nstem = \"S\"\npool = \"{name}\"\n{AB}"
        ))
        .1
    };
    assert_eq!(pools(1, "p"), Vec::<String>::new());
    assert_eq!(pools(2, "p"), ["4:1: the pool `p` draws 2 but holds 1\n  hint: give more questions `pool = \"p\"`, or draw fewer"]);
    let all = pools(1, "q");
    assert!(all.contains(&"9:8: there is no pool `q`\n  hint: did you mean `p`?".to_owned()), "{all:?}");
}

#[test]
fn a_quiz_without_questions_is_told() {
    assert_eq!(read_text("title = \"Q\"\n").1, ["1:1: the quiz has no questions\n  hint: add a `[[question]]`, or remove quiz.toml"]);
    assert_eq!(read_text("title = \"Q\"\nlayout = \"two\"\n").1[0], "2:10: `layout` must be `all` or `one`, not `two`");
}

#[test]
fn markdown_in_options_is_checked_where_it_stands() {
    let all = said("single", &AB.replace("B *b*", "B $\\\\nope$"));
    assert!(all[0].starts_with("8:"), "{all:?}");
    let all = said("single", &AB.replace("\"B *b*\"", "'B $\\nope$'"));
    assert!(all[0].starts_with("8:26: formula: "), "{all:?}");
}

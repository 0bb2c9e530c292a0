//! The final exam, and the papers to read after it.

use std::collections::BTreeSet;

use courseferry::{
    course::{Source, check, load},
    learning::draw,
};

use super::{changed, found, tiny};

fn bank(module: &str, difficulties: &[u8]) -> String {
    let question = |(i, level): (usize, &u8)| {
        format!(
            "[[question]]\nid = \"{module}-x{i}\"\ntype = \"text\"\nstem = \"Exam {module} {i}\"\nlesson = \"first\"\n\
             difficulty = {level}\naccept = [\"x\"]\n"
        )
    };
    difficulties.iter().enumerate().map(question).collect()
}

fn with_exam(exam: &str) -> Source {
    changed("course.toml", "[navigator]", &format!("[exam]\ntitle = \"The end\"\n{exam}[navigator]"))
        .with("modules/01-one/exam.toml", bank("one", &[1, 1, 2, 2, 3, 3]))
        .with("modules/02-two/exam.toml", bank("two", &[3, 1]))
}

#[test]
fn an_exam_draws_evenly_over_modules_and_difficulties() {
    let (course, all) = check(&with_exam("intro = \"See [one](modules/01-one/01-first.md).\"\ndraw = 5\nattempts = 2\ntime = 30\n"), None);
    assert_eq!(all.to_string(), "");
    let course = course.unwrap();
    let exam = course.modules.last().unwrap();
    assert_eq!((exam.id.as_str(), exam.number, exam.exam, exam.lessons.len()), ("final-exam", 3, true, 0));
    assert_eq!((exam.numbered(), exam.summary.as_str()), ("The end".to_owned(), "5 questions, drawn from 8 on every module."));
    let quiz = exam.quiz.as_ref().unwrap();
    assert_eq!((quiz.id.as_str(), quiz.attempts, quiz.pass_mark), ("final-exam-quiz", 2, 70.0));
    assert!(
        quiz.intro_html.contains("<a href=\"page:first\">one</a>") && quiz.intro_html.contains("Plan for 30 minutes"),
        "{}",
        quiz.intro_html
    );
    let mut seen = BTreeSet::new();
    for seed in 0..60 {
        let drawn: Vec<String> = draw(quiz, &format!("s{seed}")).questions.into_iter().map(|q| q.id).collect();
        let of = |list: &[&str]| drawn.iter().filter(|id| list.contains(&id.as_str())).count();
        assert_eq!([of(&["one-x0", "one-x1"]), of(&["one-x2", "one-x3"]), of(&["one-x4", "one-x5"])], [1, 1, 1], "{drawn:?}");
        assert_eq!([of(&["two-x0"]), of(&["two-x1"])], [1, 1], "{drawn:?}");
        seen.extend(drawn);
    }
    assert_eq!(seen.len(), 8, "every question has its chance");
    let small = load(&with_exam("draw = 2\n"), None).unwrap();
    let pools = &small.modules.last().unwrap().quiz.as_ref().unwrap().pools;
    assert_eq!(pools.iter().map(|p| (p.name.as_str(), p.draw)).collect::<Vec<_>>(), [("one", 1), ("two", 1)], "no level is shut out");
}

#[test]
fn an_exam_that_cannot_be_drawn_is_told() {
    assert_eq!(found(&with_exam("draw = 9\n")), ["course.toml:9:1: SmallBank: the exam draws 9, but its bank holds 8"]);
    assert_eq!(found(&with_exam("draw = 1\n")), ["course.toml:9:1: Pool: the exam draws 1, but 2 modules have questions for it"]);
    assert_eq!(
        found(&with_exam("")),
        [
            "course.toml:7:1: MissingKey: [exam] has no `draw`",
            "modules/01-one/exam.toml:1:1: Unused: no exam draws from this file",
            "modules/02-two/exam.toml:1:1: Unused: no exam draws from this file"
        ]
    );
    let source = with_exam("draw = 5\n")
        .with("modules/02-two/exam.toml", "title = \"T\"\n".to_owned() + &bank("two", &[1]) + "pool = \"p\"\n" + &bank("one", &[1]));
    assert_eq!(
        found(&source),
        [
            "modules/02-two/exam.toml:1:1: UnknownKey: unknown key `title` in exam.toml",
            "modules/02-two/exam.toml:9:8: Pool: a question of the exam has no pool",
            "modules/02-two/exam.toml:11:6: DuplicateId: the id `one-x0` is used twice",
        ]
    );
}

const PAPER: &str = "[[paper]]\ntitle = \"LoRA\"\nauthors = \"Hu et al.\"\nyear = 2021\narxiv = \"2106.09685\"\nmodule = \"one\"\nwhy = \"W.\"\nread = \"R.\"\n";

#[test]
fn papers_stand_on_a_page_of_their_module_and_of_the_course() {
    let second = PAPER.replace("LoRA", "Adam").replace("2106.09685", "1412.6980").replace("2021", "2014").replace("\"one\"", "\"two\"");
    let (course, all) = check(&tiny().with("papers.toml", PAPER.to_owned() + &second), None);
    assert_eq!(all.to_string(), "");
    let course = course.unwrap();
    let page = &course.modules[0].side[0];
    assert_eq!((page.id.as_str(), page.summary.as_str()), ("one-papers", "1 text: why it matters here, and what to read in it."));
    assert!(page.html.contains("arxiv.org/abs/2106.09685") && !page.html.contains("Adam"), "{}", page.html);
    let whole = &course.side[0];
    let at = |part: &str| whole.html.find(part).unwrap_or_else(|| panic!("{part}\nis not in\n{}", whole.html));
    assert!([at("id=\"tiny-papers--one\">1. One"), at("LoRA"), at("id=\"tiny-papers--two\""), at("Adam")].is_sorted(), "{}", whole.html);
    let twice = PAPER.to_owned() + &PAPER.replace("LoRA", "lora").replace("\"one\"", "\"oen\"");
    assert_eq!(
        found(&tiny().with("papers.toml", twice)),
        [
            "papers.toml:10:9: DuplicateId: `lora` is listed twice",
            "papers.toml:13:9: DuplicateId: `2106.09685` is listed twice",
            "papers.toml:14:10: UnknownReference: there is no module `oen`",
        ]
    );
}

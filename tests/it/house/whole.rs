//! The small course with all that a course can have at its end: a final exam and a project.

use courseferry::course::{self, Course};

use super::{COURSE, tiny_source};

const EXAM: &str = "[exam]\ntitle = \"The end\"\nintro = \"All you read.\"\ndraw = 8\nattempts = 2\npass_mark = 60\ntime = 30\n";

const PROJECT: &[(&str, &str)] = &[
    ("project.toml", "id = \"p-build\"\ntitle = \"Build it\"\nsummary = \"Make one.\"\nmodules = [\"alpha\"]\nhours = 4\n"),
    ("brief.md", "## What to make\n\nRead [one](../../modules/01-alpha/01-one.md), then build.\n"),
    ("review.md", "## How to look\n\nRun it.\n"),
    (
        "rubric.toml",
        "pass = 6\n[[row]]\nname = \"Tests & proofs\"\npoints = 10\nminimum = 3\nlevels = [\"none\", \"some\", \"most\", \"all\"]\n",
    ),
    ("starter/run.py", "print('start')\n"),
    ("solution/run.py", "print('SECRETSOLUTION')\n"),
];

/// What is right in a question of the exam.
pub(crate) fn right_answer(question: &str) -> String {
    format!("right-for-{question}")
}

/// Twelve questions of two difficulties.
fn bank(module: &str, lesson: &str, outcome: &str) -> String {
    let question = |i: usize| {
        let (id, level) = (format!("{module}-x{i}"), 1 + i % 2);
        format!(
            "[[question]]\nid = \"{id}\"\ntype = \"text\"\nstem = \"About {module} {i}?\"\nlesson = \"{lesson}\"\noutcome = \"{outcome}\"\n\
             difficulty = {level}\naccept = [\"{}\"]\nwhy = \"SECRETWHY\"\n",
            right_answer(&id)
        )
    };
    (0..12).map(question).collect()
}

pub(crate) fn whole_course() -> Course {
    let mut source = tiny_source()
        .with("course.toml", format!("{}{EXAM}", COURSE[0].1))
        .with("modules/01-alpha/exam.toml", bank("alpha", "a-one", "a-o1"))
        .with("modules/02-beta/exam.toml", bank("beta", "b-far", "b-o1"));
    for (name, text) in PROJECT {
        source = source.with(&format!("projects/01-build/{name}"), *text);
    }
    course::load(&source, None).unwrap_or_else(|found| panic!("{found}"))
}

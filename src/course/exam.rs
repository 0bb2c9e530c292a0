//! The final exam: a bank of questions out of every module's `exam.toml`, drawn evenly over the modules and their difficulties.
//!
//! It is one more module whose quiz has a pool for each stratum, so that drawing, scoring, packages and grades need no rule of their own.

use super::{
    diagnostic::{Diagnostic, Kind, Spot},
    manifest::{attempts, pass_mark, positive},
    model::{Grading, Hours, Module, Pool, Question, Quiz, QuizLayout},
    reader::{Reader, Table, Text},
};

/// Id of the exam as a module.
pub(crate) const ID: &str = "final-exam";

/// `[exam]` of course.toml.
pub(crate) struct ExamFile {
    pub(crate) title: String,
    pub(crate) intro: Option<Text>,
    /// How many questions an attempt asks.
    draw: u32,
    draw_spot: Spot,
    attempts: Option<u32>,
    pass_mark: Option<f64>,
    /// Minutes to plan for.
    time: Option<u32>,
    weight: f64,
}

/// The exam's table, with its faults reported.
pub(crate) fn read(r: &mut Reader<'_>, mut t: Table<'_, '_>) -> Option<ExamFile> {
    let (title, intro) = (t.text(r, "title"), t.opt_text(r, "intro"));
    if !t.has("draw") {
        t.missing(r, "draw");
    }
    let (draw_spot, draw) = (t.key_spot(r, "draw"), t.integer(r, "draw", 1..=1000));
    let (attempts, pass_mark, time) = (attempts(&mut t, r), pass_mark(&mut t, r), t.integer(r, "time", 1..=1440));
    let weight = positive(&mut t, r, "weight").unwrap_or(1.0);
    t.finish(r);
    Some(ExamFile { title: title?.value, intro, draw: draw?, draw_spot, attempts, pass_mark, time, weight })
}

/// Questions of one module, in its order.
pub(crate) struct Bank {
    pub(crate) module: String,
    pub(crate) questions: Vec<Question>,
}

/// The exam, if there is a question to ask. `intro` is rendered, `number` follows the last module's.
pub(crate) fn module(
    exam: &ExamFile,
    banks: Vec<Bank>,
    intro: String,
    number: u16,
    grading: Grading,
    found: &mut Vec<Diagnostic>,
) -> Option<Module> {
    let banks: Vec<Bank> = banks.into_iter().filter(|b| !b.questions.is_empty()).collect();
    let held: usize = banks.iter().map(|b| b.questions.len()).sum();
    let draw = usize::try_from(exam.draw).unwrap_or(usize::MAX);
    let mut report = |kind, message: String, hint: &str| {
        found.push(Diagnostic::new(kind, "course.toml", exam.draw_spot, message).hint(hint));
    };
    if held < draw {
        let message = format!("the exam draws {draw}, but its bank holds {held}");
        report(Kind::SmallBank, message, "add questions to `exam.toml` of the modules; until then it asks all there are");
    }
    if draw < banks.len() {
        let message = format!("the exam draws {draw}, but {} modules have questions for it", banks.len());
        report(Kind::Pool, message, "draw at least one of each module");
    }
    if banks.is_empty() {
        return None;
    }
    let sizes: Vec<usize> = banks.iter().map(|b| b.questions.len()).collect();
    let shares = spread(draw.min(held), &sizes);
    let (mut pools, mut questions) = (Vec::new(), Vec::new());
    for (bank, share) in banks.into_iter().zip(shares) {
        stratify(bank, share, &mut pools, &mut questions);
    }
    let time = exam.time.map(|minutes| format!("<p>Plan for {minutes} minutes; no clock stops you.</p>\n")).unwrap_or_default();
    let quiz = Quiz {
        id: format!("{ID}-quiz"),
        title: exam.title.clone(),
        intro_html: intro + &time,
        layout: QuizLayout::All,
        attempts: exam.attempts.unwrap_or(grading.attempts),
        pass_mark: exam.pass_mark.unwrap_or(grading.pass_mark),
        grade: grading.grade,
        pools,
        questions,
    };
    Some(Module {
        id: ID.to_owned(),
        number,
        dir: format!("{number:02}-{ID}"),
        title: exam.title.clone(),
        summary: format!("{} questions, drawn from {held} on every module.", draw.min(held)),
        outcomes: Vec::new(),
        hours: Hours { read: 0.0, lab: f64::from(exam.time.unwrap_or(0)) / 60.0 },
        weight: exam.weight,
        lessons: Vec::new(),
        planned: Vec::new(),
        quiz: Some(quiz),
        side: Vec::new(),
        exam: true,
    })
}

/// One pool for each difficulty of a module, where its share suffices for all of them; else one pool, so that every question has its chance.
fn stratify(bank: Bank, share: usize, pools: &mut Vec<Pool>, questions: &mut Vec<Question>) {
    let levels: Vec<u8> = (1..=3).filter(|level| bank.questions.iter().any(|q| q.difficulty == *level)).collect();
    let draw = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let mut by_level = share >= levels.len();
    let sizes: Vec<usize> = levels.iter().map(|l| bank.questions.iter().filter(|q| q.difficulty == *l).count()).collect();
    by_level &= levels.len() > 1;
    if by_level {
        let shares = spread(share, &sizes);
        pools.extend(levels.iter().zip(shares).map(|(l, n)| Pool { name: format!("{}.{l}", bank.module), draw: draw(n) }));
    } else {
        pools.push(Pool { name: bank.module.clone(), draw: draw(share) });
    }
    questions.extend(bank.questions.into_iter().map(|q| {
        let pool = if by_level { format!("{}.{}", bank.module, q.difficulty) } else { bank.module.clone() };
        Question { pool: Some(pool), ..q }
    }));
}

/// `total` over strata of these sizes, as even as can be; where it does not come out even, the first get one more.
fn spread(total: usize, sizes: &[usize]) -> Vec<usize> {
    let mut shares = vec![0; sizes.len()];
    for _ in 0..total {
        let least = (0..sizes.len()).filter(|i| shares[*i] < sizes[*i]).min_by_key(|i| shares[*i]);
        let Some(least) = least else { break };
        shares[least] += 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_as_even_as_the_strata_allow() {
        assert_eq!(spread(40, &[7; 14]), [3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 2, 2]);
        assert_eq!(spread(10, &[1, 9, 9]), [1, 5, 4]);
        assert_eq!(spread(10, &[2, 3]), [2, 3]);
        assert_eq!(spread(3, &[]), Vec::<usize>::new());
    }
}

//! A quiz before, during and after an attempt.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use askama::Template;
use serde_json::json;

use super::{
    Learn, moment,
    road::{Practice, steps},
    words,
};
use crate::{
    app::{Receipt, content::Page},
    course::{Module, Quiz, QuizLayout},
    learning::{DrawnQuiz, Responses, draw},
    package::player::{
        questions::{Verdict, to_answer, to_review},
        view::{Link, Moment, QuizPage, ResultPanel, RoadStep},
    },
    store::attempt::Attempt,
    web::Error,
};

/// A quiz nobody is answering.
#[derive(Template)]
#[template(path = "web/learn/quiz_start.html")]
struct QuizStart<'a> {
    id: &'a str,
    kicker: String,
    title: &'a str,
    intro_html: &'a str,
    facts: Vec<String>,
    left: Option<String>,
    action: Option<(String, &'static str)>,
    hidden: Vec<(String, String)>,
    past: Vec<PastAttempt>,
    back: Option<Link>,
}

/// An attempt handed in before.
struct PastAttempt {
    link: Link,
    score: String,
    passed: bool,
    when: Option<Moment>,
}

impl Learn<'_> {
    /// What the quiz is, what was tried, and the button that starts.
    pub(crate) fn quiz_start(&self, module: &Module, quiz: &Quiz) -> Result<HttpResponse, Error> {
        let policy = self.study.policy(quiz);
        let past: Vec<&Attempt> = self.study.submitted(&quiz.id).collect();
        let open = policy.left(past.len()) != Some(0) || !self.study.gradable;
        let start = QuizStart {
            id: &quiz.id,
            kicker: module.quiz_place(),
            title: &quiz.title,
            intro_html: &quiz.intro_html,
            facts: words::facts(quiz, policy, quiz.asked()),
            left: if self.study.gradable && !past.is_empty() { words::left(policy, past.len()) } else { None },
            action: open.then(|| {
                (self.path(&format!("quiz/{}/start", quiz.id)), if past.is_empty() { "Start the quiz" } else { "Start another attempt" })
            }),
            hidden: self.hidden(),
            past: past.into_iter().map(|a| self.past(a, policy.pass_mark)).collect(),
            back: self.neighbours(&quiz.id).0,
        };
        let main = start.render().map_err(Error::internal)?;
        self.show(&quiz.title, &quiz.id, &main, json!({ "kind": "quiz-start" }))
    }

    fn past(&self, attempt: &Attempt, pass_mark: f64) -> PastAttempt {
        let number = self.study.submitted(&attempt.quiz_id).position(|a| a.id == attempt.id).map_or(attempt.number as usize, |i| i + 1);
        PastAttempt {
            link: Link::new(self.path(&format!("result/{}", attempt.id)), format!("Attempt {number}")),
            score: attempt.score.map(|s| words::percent(s, Some(pass_mark))).unwrap_or_default(),
            passed: attempt.passed == Some(true),
            when: attempt.submitted_at.map(moment),
        }
    }

    /// The questions of a running attempt, with what is answered already.
    pub(crate) fn quiz(&self, module: &Module, quiz: &Quiz, attempt: &Attempt, responses: &Responses) -> Result<HttpResponse, Error> {
        let drawn: DrawnQuiz = draw(quiz, &attempt.seed);
        let policy = self.study.policy(quiz);
        let page = QuizPage {
            id: quiz.id.clone(),
            quiz_id: quiz.id.clone(),
            kicker: module.quiz_place(),
            title: quiz.title.clone(),
            intro_html: quiz.intro_html.clone(),
            facts: words::facts(quiz, policy, drawn.questions.len()),
            layout: layout(quiz),
            action: self.path(&format!("attempt/{}/submit", attempt.id)),
            hidden: self.hidden(),
            questions: to_answer(&drawn, responses),
            review: false,
            result: None,
        };
        let main = page.render().map_err(Error::internal)?;
        let data =
            json!({ "kind": "quiz", "quiz": quiz.id, "attempt": attempt.id, "save": self.path(&format!("attempt/{}/save", attempt.id)) });
        self.show(&quiz.title, &quiz.id, &main, data)
    }

    /// The result, the receipt, and the questions with feedback.
    pub(crate) fn result(&self, quiz: &Quiz, attempt: &Attempt, responses: &Responses, receipt: &Receipt) -> Result<HttpResponse, Error> {
        let page = self.looked_back(quiz, attempt, responses, |review| self.panel(quiz, attempt, review, receipt))?;
        let main = page.render().map_err(Error::internal)?;
        let data = json!({ "kind": "result", "road": self.path(&format!("result/{}/road", attempt.id)) });
        self.show(&format!("Result: {}", quiz.title), &quiz.id, &main, data)
    }

    /// The same for a teacher's eyes: nothing to press, and no road of the grade, which the teacher's own pages show.
    pub(crate) fn result_seen(&self, quiz: &Quiz, attempt: &Attempt, responses: &Responses) -> Result<String, Error> {
        let panel = |review| ResultPanel {
            lines: Vec::new(),
            steps: Vec::new(),
            again: None,
            hidden: Vec::new(),
            next: None,
            ..self.panel(quiz, attempt, review, &Receipt::default())
        };
        let page = self.looked_back(quiz, attempt, responses, panel)?;
        Ok(self.rewrite(&page.render().map_err(Error::internal)?))
    }

    fn looked_back(
        &self,
        quiz: &Quiz,
        attempt: &Attempt,
        responses: &Responses,
        panel: impl FnOnce(Vec<Link>) -> ResultPanel,
    ) -> Result<QuizPage, Error> {
        let policy = self.study.policy(quiz);
        let scores = self.study.scores(&quiz.id);
        let reveal = policy.reveals(&scores) || !self.study.gradable;
        let lesson = |id: &str| match self.study.page(id) {
            Some(page @ Page::Lesson(..)) => Some(self.link(&page)),
            _ => None,
        };
        let questions = to_review(quiz, &attempt.seed, responses, reveal, lesson);
        let mut again = BTreeSet::new();
        let wrong = questions.iter().filter_map(|q| q.feedback.as_ref()).filter(|f| f.verdict != Verdict::Right);
        let review = wrong.filter_map(|f| f.read_again.clone()).filter(|l| again.insert(l.href.clone())).collect();
        let panel = panel(review).render().map_err(Error::internal)?;
        Ok(QuizPage {
            id: quiz.id.clone(),
            quiz_id: quiz.id.clone(),
            kicker: format!("{} · result", quiz.title),
            title: format!("Attempt {}", self.number(attempt)),
            intro_html: String::new(),
            facts: Vec::new(),
            layout: "all",
            action: String::new(),
            hidden: Vec::new(),
            questions,
            review: true,
            result: Some(panel),
        })
    }

    fn number(&self, attempt: &Attempt) -> usize {
        self.study.submitted(&attempt.quiz_id).position(|a| a.id == attempt.id).map_or(1, |i| i + 1)
    }

    fn panel(&self, quiz: &Quiz, attempt: &Attempt, review: Vec<Link>, receipt: &Receipt) -> ResultPanel {
        let policy = self.study.policy(quiz);
        let (score, passed) = (attempt.score.unwrap_or_default(), attempt.passed == Some(true));
        let tries = self.study.scores(&quiz.id);
        let best = tries.iter().copied().fold(score, f64::max);
        let open = !self.study.gradable || policy.left(tries.len()) != Some(0);
        let mut lines = Vec::new();
        if tries.len() > 1 && best > score {
            lines.push(format!("Your best attempt: {}.", words::percent(best, Some(policy.pass_mark))));
        }
        if self.study.gradable {
            lines.extend(words::left(policy, tries.len()).map(|left| format!("{left}.")));
        }
        ResultPanel {
            quiz_id: quiz.id.clone(),
            headline: if passed { "Passed".to_owned() } else { "Not passed yet".to_owned() },
            passed,
            score_text: words::percent(score, Some(policy.pass_mark)),
            score_note: format!("{} needed", words::percent(policy.pass_mark, None)),
            lines,
            review,
            steps: steps(attempt.submitted_at.unwrap_or_default(), self.practice(), receipt),
            again: open.then(|| Link::new(self.path(&format!("quiz/{}/start", quiz.id)), "Start another attempt")),
            hidden: self.hidden(),
            next: Some(self.neighbours(&quiz.id).1.unwrap_or_else(|| Link::new(self.path(""), "Back to the start"))),
        }
    }

    /// The grade's road, for a page that looks again.
    pub(crate) fn road_json(&self, submitted_at: i64, receipt: &Receipt) -> serde_json::Value {
        let steps = steps(submitted_at, self.practice(), receipt);
        let settled = steps.iter().all(|s| s.state == "done") || self.practice().is_some();
        let at = |s: &RoadStep| s.at.as_ref().map(|at| json!({ "iso": at.iso, "text": at.text }));
        let steps: Vec<_> = steps.iter().map(|s| json!({ "state": s.state, "text": s.text, "note": s.note, "at": at(s) })).collect();
        json!({ "steps": steps, "settled": settled })
    }

    /// Why this visitor's grade goes nowhere, where that is so.
    pub(crate) fn practice(&self) -> Option<Practice> {
        if !self.study.gradable {
            Some(Practice::NotGraded)
        } else if self.study.is_project() {
            Some(Practice::Project)
        } else if !self.visitor.visit.data.takes_grades {
            Some(Practice::NoColumn)
        } else {
            None
        }
    }
}

fn layout(quiz: &Quiz) -> &'static str {
    match quiz.layout {
        QuizLayout::All => "all",
        QuizLayout::One => "one",
    }
}

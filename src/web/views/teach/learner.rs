//! One learner of a class.

use actix_web::HttpResponse;
use askama::Template;

use super::{Decide, class::act, words};
use crate::{
    app::{
        class_view::ClassRow,
        learner_view::{AttemptView, LearnerView},
        standing::{EDITED_CODE, KEPT_CODE, Sign, Standing},
    },
    learning::delivery,
    store::{attempt::AttemptState, delivery::DeliveryTry, roster::RosterStatus},
    web::{
        State,
        extract::Visitor,
        views::{
            Base, html,
            learn::percent,
            tools::{Frame, Said, When, count, duration},
        },
    },
};

#[derive(Template)]
#[template(path = "web/teach/learner.html")]
struct LearnerPage<'a> {
    base: Base,
    frame: Frame,
    name: String,
    email: &'a str,
    sub: &'a str,
    test: bool,
    activity: String,
    class: String,
    here: String,
    sign: Sign,
    none: &'static str,
    why: String,
    who: &'static str,
    act: Option<&'static str>,
    decide: Option<Decide>,
    again: bool,
    accounts: Vec<Account>,
    facts: Vec<String>,
    opened: Option<When>,
    attempts: Vec<Try<'a>>,
    sends: Vec<Send<'a>>,
    modules: Vec<ModuleLine<'a>>,
    form_token: &'a str,
}

/// One of the three accounts of a grade: here, taken by the LMS, seen in the LMS.
struct Account {
    place: &'static str,
    score: String,
    when: Option<When>,
    note: &'static str,
}

struct Try<'a> {
    id: &'a str,
    open: bool,
    number: i64,
    quiz: &'a str,
    running: bool,
    practice: bool,
    score: String,
    verdict: &'static str,
    when: When,
    took: String,
    answers: Vec<Answer<'a>>,
}

struct Answer<'a> {
    stem: &'a str,
    points: String,
    state: &'static str,
}

struct Send<'a> {
    when: When,
    score: String,
    sign: Sign,
    word: &'static str,
    why: &'a str,
    /// What came back, and how soon; empty where nothing was asked.
    answer: String,
    detail: &'a str,
}

struct ModuleLine<'a> {
    title: &'a str,
    read: usize,
    lessons: usize,
    score: String,
    complete: bool,
}

/// `open`: the attempt that was asked for.
pub(crate) fn page(state: &State, visitor: &Visitor, view: &LearnerView, open: &str, said: Option<Said>) -> HttpResponse {
    let (now, row) = (state.app.now(), &view.row);
    let class = state.site().path(&format!("/l/{}/class", visitor.visit.launch_id));
    let page = LearnerPage {
        base: Base::new(state),
        frame: Frame::teacher(state, visitor, super::title(&view.class), "class").with(said),
        name: row.name(),
        email: row.member.email.as_deref().unwrap_or_default(),
        sub: &row.member.sub,
        test: !row.member.gradable,
        activity: super::title(&view.class),
        here: format!("{class}/{}", row.member.learner_id),
        class,
        sign: row.standing.sign(),
        none: if row.grade.is_some() { "not sent" } else { "no grade yet" },
        why: words::why(row, now),
        who: words::who(&row.standing),
        act: act(&row.standing),
        decide: Decide::of(row),
        again: matches!(row.standing, Standing::InLms { .. } | Standing::Waiting),
        accounts: accounts(row, now),
        facts: facts(view),
        opened: Some(last_seen(view)).filter(|at| *at > 0).map(|at| When::new(at, now)),
        attempts: view.attempts.iter().map(|a| attempt(a, view, open, now)).collect(),
        sends: view.tries.iter().map(|t| send(t, now)).collect(),
        modules: modules(view),
        form_token: &visitor.visit.form_token,
    };
    html(HttpResponse::Ok(), &page)
}

fn accounts(row: &ClassRow, now: i64) -> Vec<Account> {
    let Some(grade) = row.grade.filter(|_| row.member.gradable) else { return Vec::new() };
    let at = |ms: Option<i64>| ms.map(|ms| When::new(ms, now));
    let score = |s: Option<f64>| s.map_or_else(|| "–".to_owned(), |s| percent(s, None));
    let delivery = row.member.delivery.as_ref();
    let earned = row.member.quizzes.iter().filter_map(|q| q.last_at).max();
    let accepted = delivery.and_then(|d| d.accepted_at);
    let seen = delivery.and_then(|d| d.seen_at);
    vec![
        Account { place: "Recorded here", score: percent(grade, None), when: at(earned), note: "" },
        Account {
            place: "Taken by the LMS",
            score: score(delivery.and_then(|d| d.accepted_score)),
            when: at(accepted),
            note: if accepted.is_none() { "not yet" } else { "" },
        },
        Account {
            place: "Seen in its grade book",
            score: if seen.is_some() { score(delivery.and_then(|d| d.seen_score)) } else { "–".to_owned() },
            when: at(seen),
            note: if seen.is_none() { "not looked up yet" } else { "" },
        },
    ]
}

fn facts(view: &LearnerView) -> Vec<String> {
    let row = &view.row;
    let mut facts = vec![
        format!("{} of {} done", row.done, row.total),
        format!("{} handed in", count(row.attempts.try_into().unwrap_or(0), "attempt", "attempts")),
    ];
    facts.extend(row.grade.map(|g| format!("grade {}", percent(g, None))));
    match row.member.roster {
        RosterStatus::Gone => facts.push("not on the LMS's course list any more".to_owned()),
        RosterStatus::Inactive => facts.push("suspended in the LMS".to_owned()),
        RosterStatus::Active | RosterStatus::Unknown => {}
    }
    facts
}

/// Launches are noted once a day; what was done since is later.
fn last_seen(view: &LearnerView) -> i64 {
    let work = view.attempts.iter().map(|a| a.attempt.saved_at).chain(view.lessons.iter().map(|l| l.updated_at)).max().unwrap_or(0);
    work.max(view.row.member.seen_at)
}

fn attempt<'a>(view: &'a AttemptView, all: &LearnerView, open: &str, now: i64) -> Try<'a> {
    let a = &view.attempt;
    let running = a.state == AttemptState::Running;
    let pass_mark = all.class.course.quiz(&a.quiz_id).map(|(_, q)| all.class.settings.policy(q).pass_mark);
    Try {
        id: &a.id,
        open: a.id == open,
        number: a.number,
        quiz: &view.quiz,
        running,
        practice: !a.graded,
        score: a.score.map_or_else(|| "–".to_owned(), |s| percent(s, pass_mark)),
        verdict: match (running, a.passed) {
            (true, _) => "being answered",
            (false, Some(true)) => "passed",
            (false, _) => "not passed",
        },
        when: When::new(a.submitted_at.unwrap_or(a.started_at), now),
        took: duration(a.submitted_at.unwrap_or(a.saved_at) - a.started_at),
        answers: view
            .answers
            .iter()
            .map(|q| Answer {
                stem: &q.stem,
                points: format!("{} of {}", trim(q.earned), trim(q.points)),
                state: match (q.answered, q.earned >= q.points, q.earned > 0.0) {
                    (false, ..) => "not answered",
                    (true, true, _) => "right",
                    (true, false, true) => "partly right",
                    (true, false, false) => "wrong",
                },
            })
            .collect(),
    }
}

/// Two decimals at most, none where none are needed.
fn trim(points: f64) -> String {
    format!("{}", (points * 100.0).round() / 100.0)
}

fn send(t: &DeliveryTry, now: i64) -> Send<'_> {
    let (sign, word) = match (t.outcome.as_str(), t.code.as_str()) {
        ("delivered", _) => (Sign::InLms, "taken"),
        ("parked", EDITED_CODE) => (Sign::Edited, "not sent"),
        ("parked", KEPT_CODE) => (Sign::Edited, "not shown"),
        ("parked", _) => (Sign::NeedsYou, "given up"),
        _ => (Sign::Retrying, "to be tried again"),
    };
    let silent = matches!(t.code.as_str(), "no_answer" | "answer_too_large" | "unreachable");
    Send {
        when: When::new(t.started_at, now),
        score: t.score.map_or_else(|| "–".to_owned(), |s| percent(s, None)),
        sign,
        word,
        why: delivery::explain(&t.code),
        answer: match t.http_status {
            Some(status) => format!("The LMS answered {status} in {} ms.", t.duration_ms),
            None if silent => format!("No answer in {} ms.", t.duration_ms),
            None => String::new(),
        },
        detail: t.detail.as_deref().unwrap_or_default(),
    }
}

fn modules(view: &LearnerView) -> Vec<ModuleLine<'_>> {
    view.class
        .modules()
        .zip(&view.row.cells)
        .map(|(m, c)| ModuleLine {
            title: &m.title,
            read: c.read,
            lessons: c.lessons,
            score: c.score.map_or_else(|| "–".to_owned(), |s| percent(s, None)),
            complete: c.complete,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_try_that_never_asked_the_lms_is_told_so() {
        let told = |outcome: &str, code: &str, http_status| {
            let (outcome, code) = (outcome.to_owned(), code.to_owned());
            let (id, tenant_id, outbox_id) = (String::new(), String::new(), String::new());
            let t = DeliveryTry {
                id,
                tenant_id,
                outbox_id,
                number: 1,
                outcome,
                code,
                http_status,
                detail: None,
                score: None,
                started_at: 0,
                duration_ms: 7,
            };
            let told = send(&t, 0);
            (told.sign, told.word, told.answer)
        };
        assert_eq!(told("parked", EDITED_CODE, None), (Sign::Edited, "not sent", String::new()));
        assert_eq!(told("parked", KEPT_CODE, Some(200)), (Sign::Edited, "not shown", "The LMS answered 200 in 7 ms.".to_owned()));
        assert_eq!(told("parked", "forbidden", Some(403)), (Sign::NeedsYou, "given up", "The LMS answered 403 in 7 ms.".to_owned()));
        assert_eq!(told("retry", "unreachable", None), (Sign::Retrying, "to be tried again", "No answer in 7 ms.".to_owned()));
    }
}

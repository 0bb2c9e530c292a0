//! A teacher's pages: the class of a link, and what the link opens.

use actix_web::HttpResponse;
use askama::Template;

use super::{
    Base, html,
    learn::{moment, percent},
};
use crate::{
    app::{ClassView, GradeState, LinkSettings, Study},
    course::{GradePolicy, Module},
    learning::delivery::explain,
    web::{Error, State, extract::Visitor},
};

/// Everybody's progress and grade.
#[derive(Template)]
#[template(path = "teach/class.html")]
struct ClassPage<'a> {
    base: Base,
    bearer: Option<(String, &'a str)>,
    title: String,
    course_title: &'a str,
    truth: String,
    rows: Vec<Row<'a>>,
    failed: usize,
    form_token: &'a str,
    paths: Paths,
}

struct Row<'a> {
    name: &'a str,
    sort: &'a str,
    test: bool,
    done: usize,
    points: f64,
    seen_at: i64,
    progress: String,
    grade: String,
    attempts: i64,
    state: &'static str,
    sign: &'static str,
    word: &'static str,
    why: String,
    seen: String,
    resend: Option<&'a str>,
}

struct Paths {
    class: String,
    choose: String,
    resend: String,
    home: String,
}

impl Paths {
    fn new(state: &State, visitor: &Visitor) -> Self {
        let path = |rest: &str| state.site().path(&format!("/l/{}/{rest}", visitor.visit.launch_id));
        Self { class: path("class"), choose: path("choose"), resend: path("class/resend"), home: path("") }
    }
}

/// Sign and word of a state, the same everywhere.
fn words(state: GradeState) -> (&'static str, &'static str, &'static str) {
    match state {
        GradeState::InLms => ("in-lms", "✓", "in the LMS"),
        GradeState::Waiting => ("waiting", "◷", "waiting"),
        GradeState::Retrying => ("retrying", "↻", "retrying"),
        GradeState::Edited => ("edited", "✎", "edited in the LMS"),
        GradeState::NeedsYou => ("needs-you", "!", "needs you"),
        GradeState::None => ("none", "", "no grade yet"),
    }
}

pub(crate) fn class(state: &State, visitor: &Visitor, view: &ClassView) -> Result<HttpResponse, Error> {
    let rows = view.rows.iter().map(|row| {
        let (name, sign, word) = words(row.state);
        let delivery = row.delivery.as_ref();
        let why = match (row.state, delivery) {
            (GradeState::InLms, Some(d)) => d.accepted_at.map(moment).unwrap_or_default(),
            (GradeState::Edited, Some(d)) => d.seen_score.map(|s| format!("it shows {}", percent(s, None))).unwrap_or_default(),
            (GradeState::Retrying, Some(d)) => {
                let next = d.run_at.map(|at| format!("Next try {}.", moment(at))).unwrap_or_default();
                format!("{} {next}", d.code.as_deref().map_or("", explain)).trim().to_owned()
            }
            (GradeState::NeedsYou, Some(d)) => {
                let (why, detail) = (d.code.as_deref().map_or("", explain), d.detail.as_deref().unwrap_or_default());
                format!("{why} {detail}").trim().to_owned()
            }
            _ => String::new(),
        };
        Row {
            name: &row.name,
            sort: &row.sort,
            test: row.test,
            done: row.done,
            points: row.grade.unwrap_or(-1.0),
            seen_at: row.seen_at,
            progress: format!("{} of {}", row.done, view.total),
            grade: row.grade.map(|g| percent(g, None)).unwrap_or_else(|| "–".to_owned()),
            attempts: row.attempts,
            state: name,
            sign,
            word,
            why,
            seen: moment(row.seen_at),
            resend: (row.grade.is_some() && !row.test).then_some(row.learner_id.as_str()),
        }
    });
    let page = ClassPage {
        base: Base::new(state),
        bearer: bearer(state, visitor),
        title: title(&view.study),
        course_title: &view.course_title,
        truth: truth(view),
        failed: view.count(GradeState::NeedsYou),
        rows: rows.collect(),
        form_token: &visitor.visit.form_token,
        paths: Paths::new(state, visitor),
    };
    Ok(html(HttpResponse::Ok(), &page))
}

/// One line: "27 of 31 grades in the LMS, 3 waiting, 1 needs you".
fn truth(view: &ClassView) -> String {
    let count = |states: &[GradeState]| states.iter().map(|s| view.count(*s)).sum::<usize>();
    let graded = view.rows.len() - count(&[GradeState::None]);
    if graded == 0 {
        return "No grades yet.".to_owned();
    }
    let mut parts = vec![format!(
        "{} of {graded} {} in the LMS",
        count(&[GradeState::InLms, GradeState::Edited]),
        if graded == 1 { "grade" } else { "grades" }
    )];
    for (states, one, many) in [
        (&[GradeState::Waiting][..], "waiting", "waiting"),
        (&[GradeState::Retrying], "retrying", "retrying"),
        (&[GradeState::NeedsYou], "needs you", "need you"),
    ] {
        match count(states) {
            0 => {}
            n => parts.push(format!("{n} {}", if n == 1 { one } else { many })),
        }
    }
    format!("{}.", parts.join(", "))
}

fn title(study: &Study) -> String {
    study.page(study.home()).map(|p| p.title(&study.course).to_owned()).unwrap_or_default()
}

fn bearer<'a>(state: &State, visitor: &'a Visitor) -> Option<(String, &'a str)> {
    visitor.by_bearer.then(|| (state.assets.path("bearer.js").to_owned(), visitor.visit.launch_id.as_str()))
}

/// What the link opens and how it counts.
#[derive(Template)]
#[template(path = "teach/choose.html")]
struct ChoosePage<'a> {
    base: Base,
    bearer: Option<(String, &'a str)>,
    course: &'a crate::course::Course,
    modules: &'a [Module],
    target: &'a str,
    chosen: bool,
    attempts: String,
    pass_mark: String,
    grade: Option<GradePolicy>,
    form_token: &'a str,
    paths: Paths,
}

pub(crate) fn choose(state: &State, visitor: &Visitor, study: &Study) -> Result<HttpResponse, Error> {
    let LinkSettings { attempts, pass_mark, grade } = study.settings;
    let page = ChoosePage {
        base: Base::new(state),
        bearer: bearer(state, visitor),
        course: &study.course,
        modules: &study.course.modules,
        target: study.only.as_deref().unwrap_or(&study.course.id),
        chosen: !study.link.target.is_empty(),
        attempts: attempts.map(|a| a.to_string()).unwrap_or_default(),
        pass_mark: pass_mark.map(|p| p.to_string()).unwrap_or_default(),
        grade,
        form_token: &visitor.visit.form_token,
        paths: Paths::new(state, visitor),
    };
    Ok(html(HttpResponse::Ok(), &page))
}

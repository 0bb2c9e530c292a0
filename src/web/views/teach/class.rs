//! The class page.

use actix_web::HttpResponse;
use askama::Template;

use super::{Decide, words};
use crate::{
    app::{
        class_query::{ClassQuery, SortBy},
        class_view::{ClassRow, ClassView, ModuleCell},
        standing::{Sign, Standing, Trouble},
    },
    course::Module,
    store::roster::RosterStatus,
    web::{
        State,
        extract::Visitor,
        views::{
            Base, html,
            learn::percent,
            tools::{Frame, Said, When, count},
        },
    },
};

#[derive(Template)]
#[template(path = "web/teach/class.html")]
struct ClassPage<'a> {
    base: Base,
    frame: Frame,
    title: String,
    course_title: &'a str,
    truth: String,
    notes: Vec<String>,
    taken: bool,
    learners: usize,
    /// Whether the platform lets us read its list of members.
    roster: bool,
    groups: Vec<Group<'a>>,
    stuck: usize,
    filters: Vec<Filter>,
    sorts: Vec<(SortBy, &'static str)>,
    columns: Vec<Column>,
    modules: Vec<(usize, String)>,
    rows: Vec<Row<'a>>,
    query: ClassQuery,
    csv: String,
    class: String,
    home: String,
    choose: String,
    form_token: &'a str,
}

/// Learners with the same trouble.
struct Group<'a> {
    text: String,
    who: &'static str,
    sign: Sign,
    learners: Vec<(String, &'a str)>,
}

impl<'a> Group<'a> {
    /// The first dozen.
    fn named(&self) -> &[(String, &'a str)] {
        &self.learners[..self.learners.len().min(12)]
    }

    fn unnamed(&self) -> usize {
        self.learners.len() - self.named().len()
    }
}

struct Filter {
    href: String,
    text: &'static str,
    sign: Option<Sign>,
    count: usize,
    current: bool,
}

struct Column {
    text: &'static str,
    href: String,
    /// `ascending` or `descending`.
    sorted: &'static str,
}

struct Row<'a> {
    id: &'a str,
    name: String,
    email: &'a str,
    test: bool,
    /// `not on the course list`, `suspended in the LMS`; empty for most.
    tag: &'static str,
    done: usize,
    total: usize,
    score: String,
    attempts: String,
    sign: Sign,
    /// Said instead of the sign's word.
    none: &'static str,
    when: Option<When>,
    why: String,
    act: Option<&'static str>,
    decide: Option<Decide>,
    cells: Vec<Cell>,
}

struct Cell {
    number: usize,
    text: String,
    note: String,
    state: &'static str,
}

const COLUMNS: [(SortBy, &str); 5] = [
    (SortBy::Name, "Learner"),
    (SortBy::Progress, "Progress"),
    (SortBy::Score, "Score"),
    (SortBy::Attempts, "Attempts"),
    (SortBy::Grade, "Grade in the LMS"),
];

/// The page, with the rows that `query` asks for.
pub(crate) fn page(state: &State, visitor: &Visitor, view: &ClassView, query: ClassQuery, said: Option<Said>) -> HttpResponse {
    let (now, whole) = (state.app.now(), view.only.is_none());
    let path = |rest: &str| state.site().path(&format!("/l/{}/{rest}", visitor.visit.launch_id));
    let class = path("class");
    let (tally, shown) = (view.tally(), query.apply(&view.rows));
    let page = ClassPage {
        base: Base::new(state),
        frame: Frame::teacher(state, visitor, super::title(view), "class").with(said),
        title: super::title(view),
        course_title: &view.context.title,
        truth: words::truth(&tally, view.taken),
        notes: notes(view),
        taken: view.taken,
        learners: view.rows.len(),
        roster: view.context.memberships_url.is_some(),
        groups: groups(view),
        stuck: view.rows.iter().filter(|r| r.standing.is_stuck()).count(),
        filters: filters(view, &query, &class),
        sorts: COLUMNS.into_iter().chain([(SortBy::When, "Last event")]).collect(),
        columns: COLUMNS.map(|(by, text)| column(by, text, &query, &class)).into(),
        modules: if whole { view.modules().enumerate().map(|(i, m)| (i + 1, heading(i + 1, m))).collect() } else { Vec::new() },
        rows: shown.iter().map(|r| row(r, view, now)).collect(),
        csv: format!("{class}.csv{}", query.to_query()),
        query,
        class,
        home: path(""),
        choose: path("choose"),
        form_token: &visitor.visit.form_token,
    };
    html(HttpResponse::Ok(), &page)
}

fn notes(view: &ClassView) -> Vec<String> {
    let tally = view.tally();
    let mut notes = Vec::new();
    if tally.learners > 0 {
        notes.push(format!("{}, {} finished everything", count(tally.learners, "learner", "learners"), tally.complete));
        notes.push(format!("{} no grade yet", count(tally.learners - tally.graded, "has", "have")));
    }
    if tally.unopened > 0 {
        notes.push(format!("{} not opened it", count(tally.unopened, "has", "have")));
    }
    if tally.gone > 0 {
        notes.push(format!("{} not on the LMS's course list any more", count(tally.gone, "person is", "people are")));
    }
    if tally.test > 0 {
        notes.push(format!("{} not counted", count(tally.test, "test student is", "test students are")));
    }
    notes
}

/// What needs a person, by what it needs; the largest group first.
fn groups(view: &ClassView) -> Vec<Group<'_>> {
    let mut groups: Vec<(String, Group<'_>)> = Vec::new();
    for row in &view.rows {
        let Some(key) = words::group(&row.standing).filter(|_| row.counts()) else { continue };
        let learner = (row.name(), row.member.learner_id.as_str());
        match groups.iter_mut().find(|(k, _)| *k == key) {
            Some((_, group)) => group.learners.push(learner),
            None => {
                let standing = &row.standing;
                let group =
                    Group { text: words::group_text(standing), who: words::who(standing), sign: standing.sign(), learners: vec![learner] };
                groups.push((key, group));
            }
        }
    }
    groups.sort_by_key(|(_, g)| (g.sign, std::cmp::Reverse(g.learners.len())));
    groups.into_iter().map(|(_, group)| group).collect()
}

fn filters(view: &ClassView, query: &ClassQuery, class: &str) -> Vec<Filter> {
    let counted = |sign: Sign| view.rows.iter().filter(|r| r.counts() && r.standing.sign() == sign).count();
    let filter = |sign: Option<Sign>, text, count| Filter {
        href: format!("{class}{}", ClassQuery { show: sign, ..query.clone() }.to_query()),
        text,
        sign,
        count,
        current: query.show == sign,
    };
    let signs = Sign::ALL.into_iter().chain([Sign::None]).map(|s| (s, counted(s))).filter(|(s, n)| *n > 0 || query.show == Some(*s));
    let all = filter(None, "everybody", view.rows.len());
    [all].into_iter().chain(signs.map(|(sign, n)| filter(Some(sign), sign.word(), n))).collect()
}

fn column(by: SortBy, text: &'static str, query: &ClassQuery, class: &str) -> Column {
    let sorted = match (query.sort == by, query.descending) {
        (false, _) => "",
        (true, false) => "ascending",
        (true, true) => "descending",
    };
    let turned = ClassQuery { sort: by, descending: sorted == "ascending", ..query.clone() };
    Column { text, href: format!("{class}{}", turned.to_query()), sorted }
}

fn row<'a>(row: &'a ClassRow, view: &ClassView, now: i64) -> Row<'a> {
    let quiz = view.only.as_deref().and_then(|id| view.course.module(id)).and_then(|m| m.quiz.as_ref());
    let limit = quiz.map(|q| view.settings.policy(q).attempts).filter(|n| *n > 0);
    let pass_mark = quiz.map(|q| view.settings.policy(q).pass_mark);
    Row {
        id: &row.member.learner_id,
        name: row.name(),
        email: row.member.email.as_deref().filter(|e| *e != row.name()).unwrap_or_default(),
        test: !row.member.gradable,
        tag: tag(row),
        done: row.done,
        total: row.total,
        score: row.grade.map_or_else(|| "–".to_owned(), |g| percent(g, pass_mark)),
        attempts: limit.map_or_else(|| row.attempts.to_string(), |n| format!("{} of {n}", row.attempts)),
        sign: row.standing.sign(),
        none: if !row.member.gradable {
            "not counted"
        } else if row.grade.is_some() {
            "not sent"
        } else if row.is_unopened() {
            "not opened yet"
        } else {
            "no grade yet"
        },
        when: row.last_event().filter(|_| row.grade.is_some()).map(|at| When::new(at, now)),
        why: words::why(row, now),
        act: act(&row.standing),
        decide: Decide::of(row),
        cells: row.cells.iter().enumerate().filter(|_| view.only.is_none()).map(|(i, c)| cell(i + 1, c)).collect(),
    }
}

/// What sets this person apart from the rest of the class.
fn tag(row: &ClassRow) -> &'static str {
    match row.member.roster {
        _ if !row.member.gradable => "test student",
        RosterStatus::Gone => "not on the course list",
        RosterStatus::Inactive => "suspended in the LMS",
        RosterStatus::Active | RosterStatus::Unknown => "",
    }
}

/// The button's words; none where sending would change nothing or needs a closer look.
pub(super) fn act(standing: &Standing) -> Option<&'static str> {
    match standing {
        Standing::NeedsYou(Trouble::NeverSent) => Some("Send grade"),
        Standing::NeedsYou(Trouble::Outdated) => Some("Send new grade"),
        Standing::NeedsYou(Trouble::Delivery { .. }) => Some("Send again"),
        Standing::Retrying { .. } => Some("Try now"),
        _ => None,
    }
}

/// `Module 1, Foundations`; the exam has no number.
fn heading(number: usize, module: &Module) -> String {
    let place = if module.exam { module.place() } else { format!("Module {number}") };
    format!("{place}, {}", module.title)
}

fn cell(number: usize, cell: &ModuleCell) -> Cell {
    let read = format!("{} of {} lessons read", cell.read, cell.lessons);
    // An exam has none.
    let with = |state: &str| if cell.lessons == 0 { state.to_owned() } else { format!("{state}, {read}") };
    let (state, note) = match cell {
        c if c.complete => ("complete", with("complete")),
        c if c.running => ("running", with("answering the quiz now")),
        c if c.passed == Some(false) => ("failed", with("not passed")),
        c if c.score.is_some() || c.read > 0 => ("begun", read),
        _ => ("none", "not begun".to_owned()),
    };
    let text = match cell.score {
        Some(score) => percent(score, None).trim_end_matches(" %").to_owned(),
        None if cell.complete => "✓".to_owned(),
        None if cell.running || cell.read > 0 => "…".to_owned(),
        None => "–".to_owned(),
    };
    Cell { number, text, note, state }
}

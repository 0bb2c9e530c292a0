//! The trial platform's own pages: a small LMS that frames the tool.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, http::header, web};
use askama::Template;

use super::{
    faults::Fault,
    grade_book::LineItem,
    people::{PEOPLE, Person},
    state::{Link, Platform},
};

/// A form that posts itself, with a button for browsers without script.
#[derive(Template)]
#[template(path = "trial/auto_post.html")]
pub(crate) struct AutoPost {
    pub(crate) action: String,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) what: &'static str,
}

#[derive(Template)]
#[template(path = "trial/message.html")]
struct Message<'a> {
    text: &'a str,
    back: &'a str,
}

#[derive(Template)]
#[template(path = "trial/course.html")]
struct CoursePage {
    people: &'static [Person],
    person: &'static Person,
    links: Vec<Link>,
    open: Option<Link>,
    adding: bool,
    faults: [(Fault, &'static str, &'static str, &'static str); 5],
    fault: Fault,
    grades: String,
}

#[derive(Template)]
#[template(path = "trial/grades.html")]
struct GradesFragment {
    columns: Vec<(usize, String)>,
    rows: Vec<Row>,
    log: Vec<(String, String)>,
}

struct Row {
    id: &'static str,
    name: String,
    cells: Vec<CellView>,
}

struct CellView {
    number: usize,
    points: String,
    title: String,
    overridden: bool,
}

/// Answers a rendered page with the headers of a page that frames the tool and nothing else.
pub(crate) fn html(status: u16, body: &Result<String, askama::Error>) -> HttpResponse {
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    match body {
        Ok(body) => HttpResponse::build(code)
            .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .body(body.clone()),
        Err(error) => HttpResponse::InternalServerError().body(format!("the page could not be rendered: {error}")),
    }
}

/// A page with one sentence.
pub(crate) fn message(status: u16, text: &str) -> HttpResponse {
    message_to(status, text, "/")
}

/// The same with a way back.
pub(crate) fn message_to(status: u16, text: &str, back: &str) -> HttpResponse {
    html(status, &Message { text, back }.render())
}

fn grades(platform: &Platform) -> GradesFragment {
    let log = platform.log().into_iter().map(|(at, text)| (at.strftime("%H:%M:%S").to_string(), text)).collect();
    platform.with_book(|book| {
        let rows = PEOPLE
            .iter()
            .filter(|p| !p.teacher)
            .map(|p| Row {
                id: p.id,
                name: p.name(),
                cells: book
                    .items()
                    .iter()
                    .map(|item| {
                        let cell = book.cell(item.number, p.id);
                        CellView {
                            number: item.number,
                            points: cell.and_then(|c| c.points).map_or_else(
                                || "–".to_owned(),
                                |x| format!("{x:.2}").trim_end_matches('0').trim_end_matches('.').to_owned(),
                            ),
                            title: cell.map_or_else(
                                || "no score yet".to_owned(),
                                |c| format!("{}, arrived {}", c.progress, c.arrived.strftime("%H:%M:%S UTC")),
                            ),
                            overridden: cell.is_some_and(|c| c.overridden),
                        }
                    })
                    .collect(),
            })
            .collect();
        GradesFragment { columns: book.items().iter().map(|i| (i.number, column(i))).collect(), rows, log }
    })
}

/// A column's title, with its points where they are not the usual ones.
fn column(item: &LineItem) -> String {
    if (item.maximum - 100.0).abs() < f64::EPSILON { item.label.clone() } else { format!("{} (of {})", item.label, item.maximum) }
}

#[derive(serde::Deserialize)]
pub(crate) struct Open {
    #[serde(rename = "as")]
    person: Option<String>,
    open: Option<String>,
    /// A teacher adds content.
    add: Option<String>,
}

/// `GET /`
pub(crate) async fn course(platform: web::Data<Platform>, query: web::Query<Open>) -> HttpResponse {
    let person = query.person.as_deref().and_then(Person::find).unwrap_or(&PEOPLE[0]);
    let page = CoursePage {
        people: &PEOPLE,
        person,
        links: platform.links(),
        open: query.open.as_deref().and_then(|id| platform.link(id)),
        adding: person.teacher && query.add.is_some(),
        faults: Fault::ALL,
        fault: platform.fault(),
        grades: grades(&platform).render().unwrap_or_default(),
    };
    html(200, &page.render())
}

/// `GET /grades`: the grade book as a fragment, asked for again and again by the page.
pub(crate) async fn grade_book(platform: web::Data<Platform>) -> HttpResponse {
    html(200, &grades(&platform).render())
}

/// Only our own page may change things.
fn own_page(platform: &Platform, request: &HttpRequest) -> bool {
    let value = |name: &str| request.headers().get(name).and_then(|v| v.to_str().ok());
    match (value("sec-fetch-site"), value("origin")) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => origin == platform.issuer,
        (None, None) => false,
    }
}

fn back(request: &HttpRequest) -> HttpResponse {
    let to = request
        .headers()
        .get(header::REFERER)
        .and_then(|v| v.to_str().ok())
        .and_then(|r| url::Url::parse(r).ok())
        .map_or_else(|| "/".to_owned(), |u| format!("/{}", u.query().map_or_else(String::new, |q| format!("?{q}"))));
    HttpResponse::SeeOther().insert_header((header::LOCATION, to)).finish()
}

#[derive(serde::Deserialize)]
pub(crate) struct SetFault {
    fault: Fault,
}

/// `POST /fault`
pub(crate) async fn set_fault(platform: web::Data<Platform>, request: HttpRequest, form: web::Form<SetFault>) -> HttpResponse {
    if !own_page(&platform, &request) {
        return message(403, "Only the trial platform's own page can break things.");
    }
    platform.set_fault(form.fault);
    back(&request)
}

#[derive(serde::Deserialize)]
pub(crate) struct Override {
    item: usize,
    user: String,
    points: f64,
}

/// `POST /override`: the teacher types a mark into the grade book.
pub(crate) async fn override_points(platform: web::Data<Platform>, request: HttpRequest, form: web::Form<Override>) -> HttpResponse {
    if !own_page(&platform, &request) {
        return message(403, "Only the trial platform's own page can change marks.");
    }
    match platform.with_book(|book| book.override_points(form.item, &form.user, form.points, platform.now())) {
        Ok(()) => back(&request),
        Err(refusal) => message(404, &format!("The mark was not kept: {refusal}.")),
    }
}

/// `GET /trial.css`
pub(crate) async fn style() -> HttpResponse {
    HttpResponse::Ok().content_type("text/css; charset=utf-8").body(include_str!("../../templates/trial/trial.css"))
}

/// `GET /trial.js`
pub(crate) async fn script() -> HttpResponse {
    HttpResponse::Ok().content_type("text/javascript; charset=utf-8").body(include_str!("../../templates/trial/trial.js"))
}

//! Assignment and Grade Services of the trial platform (AGS 2.0): line items, scores, results.

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use serde_json::json;

use super::{
    faults::Fault,
    grade_book::{PostedScore, Refusal},
    people,
    state::Platform,
};

const LINE_ITEM: &str = "application/vnd.ims.lis.v2.lineitem+json";
const LINE_ITEMS: &str = "application/vnd.ims.lis.v2.lineitemcontainer+json";
const SCORE: &str = "application/vnd.ims.lis.v1.score+json";
const RESULTS: &str = "application/vnd.ims.lis.v2.resultcontainer+json";

fn problem(status: u16, text: impl std::fmt::Display) -> HttpResponse {
    let code = actix_web::http::StatusCode::from_u16(status).unwrap_or(actix_web::http::StatusCode::BAD_REQUEST);
    HttpResponse::build(code).json(json!({ "error": text.to_string() }))
}

/// The refusal, where the bearer token is not good.
fn unauthorized(platform: &Platform, request: &HttpRequest) -> Option<HttpResponse> {
    let header = request.headers().get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).unwrap_or("");
    let token = header.strip_prefix("Bearer ").unwrap_or("");
    let good = platform.fault() != Fault::ExpireTokens && platform.token_is_good(token);
    (!good).then(|| problem(401, "the access token is missing or has expired"))
}

fn line_item_json(platform: &Platform, item: &super::grade_book::LineItem) -> serde_json::Value {
    json!({
        "id": format!("{}/lineitems/{}", platform.issuer, item.number),
        "label": item.label,
        "scoreMaximum": item.maximum,
        "resourceLinkId": item.resource_link,
    })
}

/// `GET /lineitems`
pub(crate) async fn list(platform: web::Data<Platform>, request: HttpRequest) -> HttpResponse {
    if let Some(refused) = unauthorized(&platform, &request) {
        return refused;
    }
    let items: Vec<_> = platform.with_book(|book| book.items().iter().map(|i| line_item_json(&platform, i)).collect());
    HttpResponse::Ok().content_type(LINE_ITEMS).json(items)
}

/// `GET /lineitems/{number}`
pub(crate) async fn get(platform: web::Data<Platform>, request: HttpRequest, number: web::Path<usize>) -> HttpResponse {
    if let Some(refused) = unauthorized(&platform, &request) {
        return refused;
    }
    match platform.with_book(|book| book.item(*number).map(|i| line_item_json(&platform, i))) {
        Some(item) => HttpResponse::Ok().content_type(LINE_ITEM).json(item),
        None => problem(404, Refusal::NoLineItem(*number)),
    }
}

/// `POST /lineitems/{number}/scores`
pub(crate) async fn post_score(
    platform: web::Data<Platform>,
    request: HttpRequest,
    number: web::Path<usize>,
    body: web::Bytes,
) -> HttpResponse {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
    if kind.split(';').next().map(str::trim) != Some(SCORE) {
        return problem(415, format!("send the score as {SCORE}"));
    }
    if let Some(refused) = unauthorized(&platform, &request) {
        platform.note("A score came with an expired access token: answered 401.".into());
        return refused;
    }
    if platform.fault() == Fault::Refuse {
        platform.note("A score came and was refused on purpose: answered 503.".into());
        return problem(503, "the grade book is closed for a moment");
    }
    let score: PostedScore = match serde_json::from_slice(&body) {
        Ok(score) => score,
        Err(error) => return problem(400, format!("the score could not be read: {error}")),
    };
    let taken = platform.with_book(|book| book.post(*number, &score, &people::learners(), platform.now()));
    if let Some(delay) = platform.fault().delay() {
        platform.note("A score came; the answer is held back on purpose.".into());
        tokio::time::sleep(delay).await;
    }
    match taken {
        Ok(()) => {
            let given =
                score.score_given.map_or_else(|| "no score".to_owned(), |s| format!("{s} of {}", score.score_maximum.unwrap_or_default()));
            platform.note(format!("A score arrived for {}: {given}.", score.user_id));
            HttpResponse::Ok().json(json!({ "resultUrl": format!("{}/lineitems/{number}/results/{}", platform.issuer, score.user_id) }))
        }
        Err(refusal) => {
            platform.note(format!("A score was refused: {refusal}."));
            let status = match refusal {
                Refusal::NoLineItem(_) => 404,
                Refusal::Stale => 409,
                Refusal::NotALearner(_) | Refusal::NoMaximum => 400,
            };
            problem(status, refusal)
        }
    }
}

/// `GET /lineitems/{number}/results`, optionally `?user_id=`
pub(crate) async fn results(
    platform: web::Data<Platform>,
    request: HttpRequest,
    number: web::Path<usize>,
    query: web::Query<std::collections::HashMap<String, String>>,
) -> HttpResponse {
    if let Some(refused) = unauthorized(&platform, &request) {
        return refused;
    }
    let base = format!("{}/lineitems/{number}", platform.issuer);
    let rows: Vec<_> = platform.with_book(|book| {
        let maximum = book.item(*number).map_or(100.0, |i| i.maximum);
        people::learners()
            .into_iter()
            .filter(|id| query.get("user_id").is_none_or(|wanted| wanted == id))
            .filter_map(|id| book.cell(*number, id).map(|cell| (id, cell)))
            .filter_map(|(id, cell)| cell.points.map(|points| (id, points, cell.comment.clone())))
            .map(|(id, points, comment)| {
                json!({ "id": format!("{base}/results/{id}"), "scoreOf": base, "userId": id, "resultScore": points,
                        "resultMaximum": maximum, "comment": comment })
            })
            .collect()
    });
    HttpResponse::Ok().content_type(RESULTS).json(rows)
}

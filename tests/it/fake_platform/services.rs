//! Keys, tokens, scores, results, line items; exact where the real ones are.

use std::collections::BTreeSet;

use courseferry::{
    lti::{
        ags::{
            LINE_ITEM_TYPE, LINE_ITEMS_TYPE, RESULTS_TYPE, SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ, SCOPE_RESULT, SCOPE_SCORE, SCORE_TYPE,
        },
        id_token::Unverified,
        jose::{PublicJwk, jwks_document},
    },
    services::test_column::TEST_TAG,
};
use serde_json::{Value, json};

use super::{
    CLIENT_ID, State,
    grades::{Family, Grades},
    pages,
    rules::{self, refusal},
    wire::{Request, Response},
};

pub(super) fn jwks(state: &State) -> Response {
    let keys: Vec<PublicJwk> = state.keys.iter().map(|k| k.public_jwk().clone()).collect();
    let response = Response::new(200, "application/json", jwks_document(&keys));
    match state.max_age {
        Some(age) => response.with("cache-control", format!("public, max-age={age}")),
        None => response,
    }
}

pub(super) fn token(state: &mut State, request: &Request) -> Response {
    let refuse = |state: &mut State, why: &str| {
        state.breach(format!("token request: {why}"));
        Response::json(400, "application/json", &json!({ "error": "invalid_client", "error_description": why }))
    };
    if request.method != "POST" || request.header("content-type") != "application/x-www-form-urlencoded" {
        return refuse(state, "not a form");
    }
    let form = request.form();
    let field = |name: &str| form.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str()).unwrap_or_default();
    if field("grant_type") != "client_credentials"
        || field("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    {
        return refuse(state, "wrong grant or assertion type");
    }
    if let Err(why) = assertion(state, field("client_assertion")) {
        return refuse(state, &why);
    }
    let asked: BTreeSet<String> = field("scope").split_whitespace().map(str::to_owned).collect();
    let granted: BTreeSet<String> = asked.intersection(&state.granted).cloned().collect();
    if granted.is_empty() {
        return Response::json(400, "application/json", &json!({ "error": "invalid_scope" }));
    }
    let token = courseferry::ids::new_id();
    let scope = granted.iter().cloned().collect::<Vec<_>>().join(" ");
    state.tokens.insert(token.clone(), granted);
    let body = json!({ "access_token": token, "token_type": "Bearer", "expires_in": 3600, "scope": scope });
    // Moodle says text/html, and edX says 200 where others say 201.
    match state.grades.family {
        Family::Moodle => Response::json(200, "text/html; charset=utf-8", &body),
        _ => Response::json(201, "application/json", &body),
    }
}

fn assertion(state: &mut State, jwt: &str) -> Result<(), String> {
    let token = Unverified::peek(jwt).map_err(|e| e.to_string())?.verify(&state.tool_keys).map_err(|e| e.to_string())?;
    let claims = token.claims();
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let number = |name: &str| claims.get(name).and_then(Value::as_i64).ok_or(format!("no {name}"));
    let now = (state.clock)().as_second();
    let (iat, exp) = (number("iat")?, number("exp")?);
    if text("iss") != Some(CLIENT_ID) || text("sub") != Some(CLIENT_ID) {
        return Err("iss and sub are not the client id".into());
    }
    if text("aud") != Some(&format!("{}/token", state.base)) {
        return Err("aud is not the token address, as text".into());
    }
    if iat > now || iat < now - 300 {
        return Err("iat is ahead or too old".into());
    }
    if exp <= now || exp - iat > 300 {
        return Err("exp is past or too far".into());
    }
    if !state.jtis.insert(text("jti").ok_or("no jti")?.to_owned()) {
        return Err("jti was used before".into());
    }
    Ok(())
}

/// The bearer's token must hold one of the scopes.
pub(super) fn allowed(state: &State, request: &Request, scopes: &[&str]) -> Result<(), Response> {
    let token = request.header("authorization").strip_prefix("Bearer ").unwrap_or_default();
    let Some(held) = state.tokens.get(token) else { return Err(Response::plain(401, "Invalid token")) };
    if scopes.iter().any(|s| held.contains(*s)) { Ok(()) } else { Err(Response::plain(403, "insufficient scope")) }
}

/// Moodle's addresses carry a query that must come back.
pub(super) fn keeps_query(state: &mut State, request: &Request) {
    if request.parameter("type_id") != Some("7") {
        state.breach(format!("`type_id` was lost on the way to {}", request.path));
    }
}

pub(super) fn score(state: &mut State, request: &Request) -> Response {
    if let Err(response) = allowed(state, request, &[SCOPE_SCORE]) {
        return response;
    }
    keeps_query(state, request);
    if request.method != "POST" || request.header("content-type") != SCORE_TYPE {
        state.breach(format!("a score came as `{}`", request.header("content-type")));
        return Response::plain(400, "bad content type");
    }
    let Ok(score) = serde_json::from_slice::<Value>(&request.body) else {
        state.breach("a score is no JSON");
        return Response::plain(400, "no JSON");
    };
    let now = (state.clock)();
    match number(request) {
        Some(1) => take(state, &score),
        Some(made) if state.columns.contains_key(&made) => state.columns.get_mut(&made).unwrap().take(&score, now),
        _ => Response::plain(404, "no such line item"),
    }
}

/// A score for the activity's own column.
pub(super) fn take(state: &mut State, score: &Value) -> Response {
    let user = score["userId"].as_str().unwrap_or_default();
    let breaches = rules::breaches(state.grades.family, state.grades.entries.get(user), score);
    state.breaches.extend(breaches);
    state.posted.push(score.clone());
    let now = (state.clock)();
    state.grades.take(score, now)
}

/// Which line item an address is of. The first is the activity's own; the tool's are counted from there.
fn number(request: &Request) -> Option<usize> {
    request.path.strip_prefix("/services/lineitems/")?.split('/').next()?.parse().ok()
}

/// One line item: removing one that the tool did not make is the worst that a tool can do.
pub(super) fn line_item(state: &mut State, request: &Request) -> Response {
    if let Err(response) = allowed(state, request, &[SCOPE_LINE_ITEM]) {
        return response;
    }
    keeps_query(state, request);
    let Some(number) = number(request) else { return Response::plain(404, "no such line item") };
    if request.method != "DELETE" {
        return Response::plain(405, "only removing");
    }
    if number == 1 {
        state.breach("the activity's own column was removed");
        if state.grades.family == Family::Canvas {
            return Response::plain(401, "a line item that the tool did not make is not removed");
        }
    }
    state.columns.remove(&number);
    let of = format!("/services/lineitems/{number}/");
    state.line_items.retain(|item| !item["id"].as_str().unwrap_or_default().contains(&of));
    Response::new(204, "text/plain", "")
}

pub(super) fn results(state: &mut State, request: &Request) -> Response {
    if let Err(response) = allowed(state, request, &[SCOPE_RESULT]) {
        return response;
    }
    keeps_query(state, request);
    if request.header("accept") != RESULTS_TYPE {
        state.breach(format!("results were asked for as `{}`", request.header("accept")));
    }
    if request.parameter("limit").is_some() && state.grades.family == Family::Moodle {
        state.breach("results were asked for with `limit`");
        return Response::new(500, "text/html", "<html>error/generalexceptionmessage");
    }
    // edX ignores the filter.
    let user = request.parameter("user_id").filter(|_| state.grades.family != Family::Edx);
    let column = match number(request) {
        Some(1) => &state.grades,
        other => match other.and_then(|n| state.columns.get(&n)) {
            Some(column) => column,
            None => return Response::plain(404, "no such line item"),
        },
    };
    let page = pages::cut(&state.base, request, column.results(user), usual_page(state), usize::MAX);
    page.answer(RESULTS_TYPE, &json!(page.rows))
}

/// Only Canvas cuts what nobody asked it to cut.
fn usual_page(state: &State) -> Option<usize> {
    (state.grades.family == Family::Canvas).then_some(pages::USUAL)
}

pub(super) fn line_items(state: &mut State, request: &Request) -> Response {
    let writes = request.method == "POST";
    let scopes: &[&str] = if writes { &[SCOPE_LINE_ITEM] } else { &[SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ] };
    if let Err(response) = allowed(state, request, scopes) {
        return response;
    }
    keeps_query(state, request);
    if writes {
        let item: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let good = item["label"].is_string() && item["scoreMaximum"].as_f64().is_some_and(|m| m > 0.0);
        if request.header("content-type") != LINE_ITEM_TYPE || !good {
            state.breach("a line item was asked for wrongly");
            return Response::plain(400, "no line item");
        }
        if state.grades.family == Family::Canvas
            && let Err(response) = canvas_makes(state, &item)
        {
            return response;
        }
        let mut made = item;
        state.made += 1;
        let number = (state.line_items.len() + 1).max(state.made);
        // The first that is made may stand for the activity's own, where the tool is to make that.
        let number = if made["tag"] == TEST_TAG { number + 1 } else { number };
        if number > 1 {
            state.columns.insert(number, Grades::new(state.grades.family));
        }
        made["id"] = json!(format!("{}/services/lineitems/{number}/lineitem?type_id=7", state.base));
        state.line_items.push(made.clone());
        return Response::json(201, LINE_ITEM_TYPE, &made);
    }
    if request.header("accept") != LINE_ITEMS_TYPE {
        state.breach(format!("line items were asked for as `{}`", request.header("accept")));
        return Response::plain(400, "bad accept");
    }
    let fits = |item: &&Value| {
        [("resource_link_id", "resourceLinkId"), ("resource_id", "resourceId"), ("tag", "tag")]
            .iter()
            .all(|(parameter, member)| request.parameter(parameter).is_none_or(|wanted| item[*member] == wanted))
    };
    if state.grades.family == Family::Moodle && request.parameter("limit").is_some() {
        state.breach("Moodle was asked for pages of line items, whose links nobody can read");
    }
    let page = pages::cut(&state.base, request, state.line_items.iter().filter(fits).cloned().collect(), usual_page(state), 100);
    page.answer(LINE_ITEMS_TYPE, &json!(page.rows))
}

/// Whether Canvas makes this line item.
fn canvas_makes(state: &mut State, item: &Value) -> Result<(), Response> {
    let kind = &item["https://canvas.instructure.com/lti/submission_type"];
    if !kind.is_null() && !["none", "external_tool"].iter().any(|known| kind["type"] == *known) {
        return Err(refusal(400, "Invalid submission_type"));
    }
    if kind["type"] == "external_tool" && !kind["external_tool_url"].is_string() {
        return Err(refusal(400, "external_tool_url is missing"));
    }
    // A link without a column of its own takes no second one; and of several on one assignment only the oldest is shown.
    if item["resourceLinkId"].is_string() {
        if item["resourceLinkId"] != "link-1" {
            return Err(Response::plain(404, "no such resource link"));
        }
        state.breach("a second column on a Canvas assignment, which nobody will see");
    }
    Ok(())
}

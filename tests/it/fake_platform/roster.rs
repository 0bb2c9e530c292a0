//! The roster. Moodle gives it in one piece and loses parameters when asked for pages; Canvas pages at 50, and says so in `Link` only.

use courseferry::lti::nrps::{MEMBERS_TYPE, SCOPE_MEMBERS};
use serde_json::{Value, json};

use super::{
    State,
    grades::Family,
    services::{allowed, keeps_query},
    wire::{Request, Response},
};

/// Canvas's default and most.
const CANVAS_PAGE: usize = 50;

pub(super) fn members(state: &mut State, request: &Request) -> Response {
    if let Err(response) = allowed(state, request, &[SCOPE_MEMBERS]) {
        return response;
    }
    keeps_query(state, request);
    if request.header("accept") != MEMBERS_TYPE {
        state.breach(format!("members were asked for as `{}`", request.header("accept")));
        return Response::plain(400, "bad accept");
    }
    let limit = request.parameter("limit").and_then(|l| l.parse().ok());
    if state.grades.family == Family::Moodle && limit.is_some() {
        state.breach("Moodle was asked for pages of members");
    }
    let size = match state.grades.family {
        Family::Canvas => limit.unwrap_or(CANVAS_PAGE).min(CANVAS_PAGE),
        _ => limit.unwrap_or(usize::MAX),
    };
    let page: usize = request.parameter("page").and_then(|p| p.parse().ok()).unwrap_or(0);
    let shown: Vec<Value> = state.members.iter().skip(page.saturating_mul(size)).take(size).cloned().collect();
    let body = json!({ "id": format!("{}/services/memberships", state.base), "context": { "id": "course-1" }, "members": shown });
    let response = Response::json(200, MEMBERS_TYPE, &body);
    if (page + 1).saturating_mul(size) < state.members.len() {
        let next = format!("{}/services/memberships?type_id=7&limit={size}&page={}", state.base, page + 1);
        return response.with("link", format!("<{next}>; rel=\"next\""));
    }
    response
}

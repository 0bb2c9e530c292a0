//! The roster. Moodle gives it in one piece and loses parameters when asked for pages; Canvas pages at 50, and says so in `Link` only.

use courseferry::lti::nrps::{MEMBERS_TYPE, SCOPE_MEMBERS};
use serde_json::json;

use super::{
    State,
    grades::Family,
    pages,
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
    if state.grades.family == Family::Moodle && request.parameter("limit").is_some() {
        state.breach("Moodle was asked for pages of members");
    }
    let canvas = state.grades.family == Family::Canvas;
    let (usual, most) = if canvas { (Some(CANVAS_PAGE), CANVAS_PAGE) } else { (None, usize::MAX) };
    let page = pages::cut(&state.base, request, state.members.clone(), usual, most);
    let body = json!({ "id": format!("{}/services/memberships", state.base), "context": { "id": "course-1" }, "members": page.rows });
    page.answer(MEMBERS_TYPE, &body)
}

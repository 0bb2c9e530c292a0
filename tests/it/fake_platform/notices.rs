//! Canvas's notification service: one handler for each type of notice, at the tool's own host, for a token that may.

use courseferry::lti::notice::SCOPE_NOTICES;
use serde_json::{Value, json};

use super::{
    State,
    services::allowed,
    wire::{Request, Response},
};

const KINDS: [&str; 3] = ["LtiHelloWorldNotice", "LtiContextCopyNotice", "LtiAssetProcessorSubmissionNotice"];

pub(super) fn handler(state: &mut State, request: &Request) -> Response {
    if let Err(response) = allowed(state, request, &[SCOPE_NOTICES]) {
        return response;
    }
    if request.method != "PUT" || !request.header("content-type").starts_with("application/json") {
        state.breach(format!("a handler came by {} as `{}`", request.method, request.header("content-type")));
        return Response::plain(400, "bad request");
    }
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let (kind, handler) = (body["notice_type"].as_str().unwrap_or_default(), body["handler"].as_str().unwrap_or_default());
    let ours = state.tool_redirects.iter().any(|r| url::Url::parse(r).unwrap().origin() == url::Url::parse(handler).unwrap().origin());
    if !KINDS.contains(&kind) || !ours {
        state.breach(format!("`{handler}` cannot handle `{kind}`"));
        return Response::json(400, "application/json", &json!({ "error": "invalid handler" }));
    }
    state.handlers.insert(kind.to_owned(), handler.to_owned());
    Response::json(200, "application/json", &json!({ "notice_type": kind, "handler": handler }))
}

//! Pages as Canvas cuts them: few to a page, and every way there is in one `Link`, the next one among them.

use serde_json::Value;

use super::wire::{Request, Response};

/// Canvas's usual page.
pub(super) const USUAL: usize = 10;

/// The rows of the page that is asked for.
pub(super) struct Page {
    pub(super) rows: Vec<Value>,
    link: Option<String>,
}

/// Cuts it: `limit` asks for a size, up to `most`. None: everything in one piece.
pub(super) fn cut(base: &str, request: &Request, all: Vec<Value>, usual: Option<usize>, most: usize) -> Page {
    let limit = request.parameter("limit").and_then(|l| l.parse().ok());
    let Some(size) = limit.or(usual).map(|size: usize| size.clamp(1, most)) else { return Page { rows: all, link: None } };
    let number = request.parameter("page").and_then(|p| p.parse().ok()).unwrap_or(0_usize);
    let last = all.len().saturating_sub(1) / size;
    let to = |page: usize, rel: &str| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(request.query.iter().filter(|(name, _)| name != "page"));
        let query = query.append_pair("page", &page.to_string()).finish();
        format!("<{base}{}?{query}>; rel=\"{rel}\"", request.path)
    };
    let mut ways = vec![to(number, "current")];
    if number < last {
        ways.push(to(number + 1, "next"));
    }
    ways.extend([to(0, "first"), to(last, "last")]);
    let rows = all.into_iter().skip(number.saturating_mul(size)).take(size).collect();
    Page { rows, link: Some(ways.join(",")) }
}

impl Page {
    /// The answer that shows it.
    pub(super) fn answer(&self, media_type: &str, body: &Value) -> Response {
        let response = Response::json(200, media_type, body);
        match &self.link {
            Some(link) => response.with("link", link.clone()),
            None => response,
        }
    }
}

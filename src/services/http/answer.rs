//! What came back.

use jiff::Timestamp;
use reqwest::{
    Response,
    header::{CACHE_CONTROL, DATE, HeaderName, LINK, RETRY_AFTER},
};

use super::{HttpError, failure};

/// An answer, read to its end.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
    /// `max-age` of `Cache-Control`, in seconds.
    pub max_age: Option<i64>,
    /// `Retry-After`: seconds or a date, as sent.
    pub retry_after: Option<String>,
    /// Target of the `Link` header's `rel=next`, as sent.
    pub next: Option<String>,
    /// `Date`: the platform's clock.
    pub date: Option<Timestamp>,
    /// `X-Rate-Limit-Remaining`: what is left of what we may ask (Canvas).
    pub remaining: Option<f64>,
}

impl Answer {
    pub(super) async fn read(mut response: Response, limit: usize, host: &str) -> Result<Answer, HttpError> {
        let header = |name: HeaderName| {
            response.headers().get_all(name).iter().filter_map(|v| std::str::from_utf8(v.as_bytes()).ok()).collect::<Vec<_>>().join(", ")
        };
        let mut answer = Answer {
            status: response.status().as_u16(),
            body: Vec::new(),
            max_age: max_age(&header(CACHE_CONTROL)),
            retry_after: Some(header(RETRY_AFTER)).filter(|t| !t.is_empty()),
            next: next_link(&header(LINK)),
            date: http_date(&header(DATE)),
            remaining: header(HeaderName::from_static("x-rate-limit-remaining")).trim().parse().ok(),
        };
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if answer.body.len() + chunk.len() <= limit => answer.body.extend_from_slice(&chunk),
                Ok(Some(_)) => return Err(HttpError::TooLarge(host.to_owned())),
                Ok(None) => return Ok(answer),
                Err(error) => return Err(failure(host, &error)),
            }
        }
    }

    /// 2xx.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body's beginning as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body[..self.body.len().min(4096)]).into_owned()
    }

    /// Seconds from `now` the platform asks us to wait.
    #[must_use]
    pub fn retry_after_seconds(&self, now: Timestamp) -> Option<i64> {
        let text = self.retry_after.as_deref()?.trim();
        if let Ok(seconds) = text.parse::<i64>() {
            return Some(seconds.max(0));
        }
        Some((http_date(text)?.as_second() - now.as_second()).max(0))
    }
}

fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

fn max_age(cache_control: &str) -> Option<i64> {
    let directive = |d: &str| d.trim().to_ascii_lowercase();
    let all: Vec<String> = cache_control.split(',').map(directive).collect();
    if all.iter().any(|d| d == "no-store" || d == "no-cache") {
        return Some(0);
    }
    all.iter().find_map(|d| d.strip_prefix("max-age=")?.trim_matches('"').parse().ok())
}

/// The target of `rel=next`. Moodle sends typographic quotes and `&amp;`.
fn next_link(header: &str) -> Option<String> {
    let mut rest = header;
    while let Some((_, after)) = rest.split_once('<') {
        let (target, after) = after.split_once('>')?;
        let parameters = after.split('<').next().unwrap_or_default().to_ascii_lowercase();
        let quotes: &[char] = &['"', '\'', '“', '”', ' '];
        let is_next = parameters
            .split([';', ','])
            .filter_map(|p| p.trim().strip_prefix("rel")?.trim_start().strip_prefix('='))
            .any(|rel| rel.trim_matches(quotes).split_whitespace().any(|word| word == "next"));
        if is_next {
            return Some(target.replace("&amp;", "&"));
        }
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_found_however_it_is_quoted() {
        for header in [
            "<https://x.example/r?page=2>; rel=\"next\"",
            "<https://x.example/r?page=2>; rel=next",
            "<https://x.example/r?page=1>; rel=\"first\", <https://x.example/r?page=2>; rel=\"next\"",
            "<https://x.example/r?page=2>; rel=“next”",
            "<https://x.example/r?page=2>; title=\"a\"; rel = 'next last'",
        ] {
            assert_eq!(next_link(header).as_deref(), Some("https://x.example/r?page=2"), "{header}");
        }
        assert_eq!(next_link("<https://x.example/r?a=1&amp;b=2>; rel=next").as_deref(), Some("https://x.example/r?a=1&b=2"));
        for header in ["", "<https://x.example>; rel=prev", "<https://x.example", "<https://x.example>; rel=nextish", "next"] {
            assert_eq!(next_link(header), None, "{header}");
        }
    }

    #[test]
    fn max_age_is_read_and_no_store_is_none_at_all() {
        for (header, age) in
            [("public, max-age=3600", Some(3600)), ("Max-Age=\"60\"", Some(60)), ("no-store", Some(0)), ("max-age=soon", None), ("", None)]
        {
            assert_eq!(max_age(header), age, "{header}");
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        let wait = |text: &str| Answer { retry_after: Some(text.into()), ..Answer::default() }.retry_after_seconds(now);
        assert_eq!(wait("120"), Some(120));
        assert_eq!(wait("-5"), Some(0));
        assert_eq!(wait("Mon, 23 Nov 2026 10:01:00 GMT"), Some(60));
        assert_eq!(wait("Mon, 23 Nov 2026 09:00:00 GMT"), Some(0));
        assert_eq!(wait("later"), None);
        assert_eq!(Answer::default().retry_after_seconds(now), None);
    }
}

//! Cookies as raw headers: neither actix-web nor its cookie crate can write `Partitioned`.
//!
//! Every name starts with `__Host-`: the browser then insists on `Secure`, on `Path=/` and on no `Domain`, so that nobody but this
//! very host can have set it.

use actix_web::http::header::{COOKIE, HeaderMap, HeaderValue};

/// The value of the cookie `name` in a request.
pub(crate) fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    all(headers).find(|(n, _)| *n == name).map(|(_, value)| value)
}

/// Names of the request's cookies that start with `prefix`.
pub(crate) fn names<'a>(headers: &'a HeaderMap, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    all(headers).map(|(name, _)| name).filter(move |name| name.starts_with(prefix))
}

fn all(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(COOKIE)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
}

/// `Set-Cookie` for a cookie that works inside a foreign frame.
pub(crate) fn set(name: &str, value: &str, seconds: i64) -> Option<HeaderValue> {
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=None; Partitioned");
    HeaderValue::try_from(text).ok()
}

/// `Set-Cookie` that takes it away again.
pub(crate) fn clear(name: &str) -> Option<HeaderValue> {
    set(name, "", 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[&str]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for value in values {
            map.append(COOKIE, HeaderValue::from_str(value).unwrap());
        }
        map
    }

    #[test]
    fn cookies_are_found_by_their_whole_name() {
        let map = headers(&["a=1; __Host-x=tok=en", "b=2"]);
        assert_eq!(read(&map, "__Host-x"), Some("tok=en"));
        assert_eq!(read(&map, "b"), Some("2"));
        assert_eq!(read(&map, "x"), None);
        assert_eq!(names(&map, "__Host-").collect::<Vec<_>>(), ["__Host-x"]);
    }

    #[test]
    fn a_set_cookie_carries_every_attribute_a_frame_needs() {
        let value = set("__Host-x", "v", 60).unwrap();
        assert_eq!(value, "__Host-x=v; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=None; Partitioned");
        assert!(clear("__Host-x").unwrap().to_str().unwrap().contains("Max-Age=0"));
    }

    #[test]
    fn a_line_break_in_a_value_makes_no_header() {
        assert!(set("__Host-x", "a\r\nSet-Cookie: y=1", 60).is_none());
    }
}

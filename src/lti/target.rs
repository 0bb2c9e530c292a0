//! Launch targets, parsed and never matched as text.

use url::Url;

/// Is `target` a page under `base` (our public URL)? Compared part by part; the path may not climb out.
#[must_use]
pub fn is_ours(base: &str, target: &str) -> bool {
    if target.contains(|c: char| c == '\\' || c.is_control()) {
        return false; // a URL parser repairs these, a browser may repair them differently
    }
    let (Ok(base), Ok(target)) = (Url::parse(base), Url::parse(target)) else { return false };
    let prefix = base.path().trim_end_matches('/');
    target.origin() == base.origin()
        && base.origin().is_tuple()
        && target.username().is_empty()
        && target.password().is_none()
        && (target.path() == prefix || target.path().strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/')))
}

/// Are two targets the same page? Spelling may differ (`HTTPS://Host:443` and `https://host/`).
#[must_use]
pub fn same(a: &str, b: &str) -> bool {
    a == b || matches!((Url::parse(a), Url::parse(b)), (Ok(a), Ok(b)) if a == b)
}

/// Is `claimed` what a login for `asked` may end at? The same page; or, where the login names no content, that page with a query.
/// Open edX launches content it was given by deep linking so: its login names the tool's plain address, the signed token the content's.
#[must_use]
pub fn answers(claimed: &str, asked: &str) -> bool {
    let plain = |text: &str| {
        let mut url = Url::parse(text).ok()?;
        url.set_query(None);
        Some(url)
    };
    same(claimed, asked) || (!asked.contains('?') && matches!((plain(claimed), plain(asked)), (Some(a), Some(b)) if a == b))
}

/// `to` of the query. An unsubstituted `$Variable` is none.
#[must_use]
pub fn content_id(target: &str) -> Option<String> {
    let url = Url::parse(target).ok()?;
    let (_, to) = url.query_pairs().find(|(name, _)| name == "to")?;
    (!to.is_empty() && !to.starts_with('$')).then(|| to.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_are_targets() {
        let base = "https://tool.example.org/ferry/";
        for good in [
            "https://tool.example.org/ferry/lti/launch",
            "https://tool.example.org/ferry",
            "https://tool.example.org/ferry/?to=lesson-1",
            "HTTPS://TOOL.example.org:443/ferry/lti/launch#x",
        ] {
            assert!(is_ours(base, good), "{good}");
        }
        for bad in [
            "https://tool.example.org/ferryboat",
            "https://tool.example.org/ferry/../admin",
            "https://tool.example.org/ferry/%2e%2e/admin",
            "https://tool.example.org/",
            "http://tool.example.org/ferry/",
            "https://tool.example.org:8443/ferry/",
            "https://tool.example.org.evil.example/ferry/",
            "https://evil.example/https://tool.example.org/ferry/",
            "https://tool.example.org@evil.example/ferry/",
            "https://user:pw@tool.example.org/ferry/",
            "//tool.example.org/ferry/",
            "https:\\\\tool.example.org/ferry/",
            "https://tool.example.org/ferry/\r\nSet-Cookie: a=b",
            "javascript:alert(1)",
            "/ferry/",
            "",
        ] {
            assert!(!is_ours(base, bad), "{bad}");
        }
        assert!(is_ours("http://127.0.0.1:8080", "http://127.0.0.1:8080/lti/launch"));
        assert!(!is_ours("data:text/plain,x", "data:text/plain,x"));
    }

    #[test]
    fn spelling_does_not_make_another_target() {
        assert!(same("https://a.example", "https://a.example/"));
        assert!(same("HTTPS://A.example:443/x?y=1", "https://a.example/x?y=1"));
        assert!(!same("https://a.example/x", "https://a.example/y"));
        assert!(same("not a url", "not a url"));
        assert!(!same("not a url", "nor this"));
    }

    #[test]
    fn a_token_may_name_content_that_its_login_left_open_and_nothing_else() {
        let plain = "https://t.example/lti/launch";
        assert!(answers("https://t.example/lti/launch?to=a", plain));
        assert!(answers(plain, plain));
        for (claimed, asked) in [
            ("https://t.example/lti/launch?to=b", "https://t.example/lti/launch?to=a"),
            (plain, "https://t.example/lti/launch?to=a"),
            ("https://t.example/lti/other?to=a", plain),
            ("https://t.example:8443/lti/launch?to=a", plain),
            ("https://t.example/lti/launch?to=a#x", plain),
            ("nothing", plain),
        ] {
            assert!(!answers(claimed, asked), "{claimed} for {asked}");
        }
    }

    #[test]
    fn the_content_id_comes_from_the_query() {
        assert_eq!(content_id("https://t.example/lti/launch?to=m1-l2&x=1").as_deref(), Some("m1-l2"));
        assert_eq!(content_id("https://t.example/lti/launch?to=$Custom"), None);
        assert_eq!(content_id("https://t.example/lti/launch?to="), None);
        assert_eq!(content_id("https://t.example/lti/launch"), None);
    }
}

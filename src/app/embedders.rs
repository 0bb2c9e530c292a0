//! Who frames us: learned from verified launches.

use std::collections::BTreeSet;

use url::Url;

use crate::lti::{Launch, platform::CANVAS};

/// More than these are noise: a registration of so many hosts is framed by any https site.
const MOST: usize = 32;

/// The origins a launch vouches for: issuer, authorization URL, return URL and, on Canvas, what it calls its domain. On other
/// platforms a teacher may write custom parameters.
pub(super) fn named(launch: &Launch, auth_url: &str) -> BTreeSet<String> {
    let domain = launch.custom.get("canvas_api_domain").filter(|_| launch.profile().key == CANVAS.key).map(|d| format!("https://{d}"));
    [Some(launch.issuer.as_str()), Some(auth_url), launch.presentation.return_url.as_deref(), domain.as_deref()]
        .into_iter()
        .flatten()
        .filter_map(origin)
        .collect()
}

/// Who may frame this one session: `known`, and the page that posted the launch. Whoever holds a launch can post it from anywhere,
/// so that page is not remembered for others.
pub(super) fn of_session(mut known: BTreeSet<String>, origin_header: Option<&str>) -> Vec<String> {
    known.extend(origin_header.and_then(origin));
    known.into_iter().collect()
}

/// `known` (JSON list) with `named`; the list to keep when that is more than before.
pub(super) fn learn(known: &str, named: BTreeSet<String>) -> (BTreeSet<String>, Option<String>) {
    let before: BTreeSet<String> = serde_json::from_str(known).unwrap_or_default();
    let all: BTreeSet<String> = before.union(&named).cloned().collect();
    let more = (all.len() > before.len() && all.len() <= MOST).then(|| serde_json::to_string(&all).unwrap_or_default());
    (all, more)
}

/// An http(s) origin in ASCII, safe in a header.
fn origin(text: &str) -> Option<String> {
    let url = Url::parse(text).ok().filter(|u| matches!(u.scheme(), "http" | "https"))?;
    let origin = url.origin().ascii_serialization();
    origin.bytes().all(|b| b.is_ascii_alphanumeric() || b":/.-[]_".contains(&b)).then_some(origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(origins: &[&str]) -> BTreeSet<String> {
        origins.iter().map(|o| (*o).to_owned()).collect()
    }

    #[test]
    fn only_web_origins_are_kept() {
        assert_eq!(origin("https://m.example/mod/lti?x=1").as_deref(), Some("https://m.example"));
        assert_eq!(origin("http://[::1]:8080/x").as_deref(), Some("http://[::1]:8080"));
        for bad in ["null", "", "javascript:alert(1)", "data:text/html,x", "https://", "https:// a;script-src *"] {
            assert_eq!(origin(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_is_known_grows_and_is_written_only_when_it_does() {
        let (all, write) = learn("[]", set(&["https://a.example"]));
        assert_eq!((all.len(), write.as_deref()), (1, Some(r#"["https://a.example"]"#)));
        let (all, write) = learn(r#"["https://a.example"]"#, set(&["https://a.example"]));
        assert_eq!((all.len(), write), (1, None));
        let many = (0..40).map(|n| format!("https://{n}.example")).collect();
        assert_eq!(learn("[]", many).1, None);
    }
}

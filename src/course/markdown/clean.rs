//! The last look at HTML: an allow-list, whatever the Markdown renderer let through.
//!
//! Formulas, highlighted code and figures are ours, escaped by us and too rich for an allow-list: they wait as
//! private-use placeholders in the text and are put in afterwards.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use ammonia::{Builder, UrlRelative};

/// Encloses the number of a trusted fragment.
pub(super) const OPEN: char = '\u{E000}';
/// Ends it.
pub(super) const CLOSE: char = '\u{E001}';

const TAGS: &[&str] = &[
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "p",
    "a",
    "ul",
    "ol",
    "li",
    "blockquote",
    "code",
    "em",
    "strong",
    "del",
    "sup",
    "sub",
    "br",
    "hr",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "section",
    "aside",
    "details",
    "summary",
    "div",
    "span",
];

const ATTRIBUTES: &[(&str, &[&str])] = &[
    ("a", &["href", "id", "target", "rel", "aria-label"]),
    ("ol", &["start"]),
    ("th", &["scope"]),
    ("li", &["id"]),
    ("div", &["tabindex", "role", "aria-label"]),
    ("h2", &["id"]),
    ("h3", &["id"]),
    ("h4", &["id"]),
    ("h5", &["id"]),
    ("h6", &["id"]),
    ("aside", &["role"]),
];

const CLASSES: &[(&str, &[&str])] = &[
    ("aside", &["callout", "callout-note", "callout-tip", "callout-important", "callout-warning", "callout-caution"]),
    ("p", &["callout-title", "check-title"]),
    ("section", &["check", "footnotes"]),
    ("details", &["answer"]),
    ("div", &["table-scroll", "cell", "cell-md"]),
    ("sup", &["footnote-ref"]),
    ("a", &["footnote-backref", "term"]),
    ("th", &["al-c", "al-r"]),
    ("td", &["al-c", "al-r"]),
    ("li", &["task", "task-done"]),
];

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(TAGS.iter().copied().collect())
        .clean_content_tags(["script", "style"].into())
        .tag_attributes(ATTRIBUTES.iter().map(|(t, a)| (*t, a.iter().copied().collect::<HashSet<_>>())).collect::<HashMap<_, _>>())
        .generic_attributes(HashSet::new())
        .allowed_classes(CLASSES.iter().map(|(t, c)| (*t, c.iter().copied().collect::<HashSet<_>>())).collect::<HashMap<_, _>>())
        .url_schemes(["https", "ref"].into())
        .url_relative(UrlRelative::PassThrough)
        .link_rel(None);
    builder
});

/// Cleans `html` and puts the trusted fragments in.
pub(super) fn clean(html: &str, trusted: &[String]) -> String {
    let clean = CLEANER.clean(html).to_string();
    let mut out = String::with_capacity(clean.len() + trusted.iter().map(String::len).sum::<usize>());
    let mut rest = clean.as_str();
    while let Some((before, after)) = rest.split_once(OPEN) {
        out.push_str(before);
        let (number, after) = after.split_once(CLOSE).unwrap_or((after, ""));
        if let Some(fragment) = number.parse::<usize>().ok().and_then(|n| trusted.get(n)) {
            out.push_str(fragment);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_on_the_list_goes() {
        let html = r#"<p onclick="x()">a<script>alert(1)</script><iframe src="https://x.example"></iframe><a href="javascript:x()">b</a><img src=x onerror=y></p><svg><a href="https://x.example">c</a></svg>"#;
        assert_eq!(clean(html, &[]), "<p>a<a>b</a></p>");
    }

    #[test]
    fn trusted_fragments_are_put_in_untouched() {
        let html = format!("<p>x {OPEN}1{CLOSE} y{OPEN}7{CLOSE}</p>");
        assert_eq!(clean(&html, &["<b>no</b>".to_owned(), "<math><mi>x</mi></math>".to_owned()]), "<p>x <math><mi>x</mi></math> y</p>");
    }

    #[test]
    fn our_own_classes_and_links_stay() {
        let html = r#"<aside class="callout callout-tip evil" role="note"><p class="callout-title">T</p></aside><a href="ref:3" target="_blank" rel="noopener noreferrer">x</a>"#;
        assert_eq!(clean(html, &[]), html.replace(" evil", ""));
    }
}

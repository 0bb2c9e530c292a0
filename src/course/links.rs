//! The two private link schemes of course HTML, and how a front door replaces them.
//!
//! - `asset:<path>` is a file of the course ([`super::Asset::path`]), in `href` and `src`.
//! - `page:<id>` is a lesson, a notebook page, a quiz or a side page; `page:<id>#<anchor>` a place in it, where `<anchor>` is the
//!   whole id of an element (`m01-loss--the-slope`), unique in the course.
//! - `#<anchor>` stays as it is: a place on the same page.

/// Where a private link leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target<'a> {
    /// A file: [`super::Asset::path`].
    Asset(&'a str),
    /// A page by its id, and an element on it.
    Page {
        /// Id of a lesson, notebook page or quiz.
        id: &'a str,
        /// Id of an element on that page.
        anchor: Option<&'a str>,
    },
}

impl<'a> Target<'a> {
    /// Reads the value of an attribute; `None` where it is an ordinary URL.
    #[must_use]
    pub fn parse(url: &'a str) -> Option<Self> {
        if let Some(path) = url.strip_prefix("asset:") {
            return Some(Self::Asset(path));
        }
        let page = url.strip_prefix("page:")?;
        Some(match page.split_once('#') {
            Some((id, anchor)) => Self::Page { id, anchor: Some(anchor) },
            None => Self::Page { id: page, anchor: None },
        })
    }
}

/// Replaces every private link in `html`. What `to` answers is escaped as an attribute value.
///
/// Course HTML comes from our own serialiser: attributes are in double quotes and text holds no bare `<`.
pub fn rewrite(html: &str, mut to: impl FnMut(Target<'_>) -> String) -> String {
    rewrite_urls(html, |url| Target::parse(url).map(&mut to))
}

/// Every private link in `html`, in order.
#[must_use]
pub fn targets(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    rewrite_urls(html, |url| {
        found.extend(Target::parse(url).map(|_| url.to_owned()));
        None
    });
    found
}

/// Offers the value of each `href` and `src` to `change`, and writes what it answers.
pub(crate) fn rewrite_urls(html: &str, mut change: impl FnMut(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 16);
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        let (before, tag_on) = rest.split_at(open);
        out.push_str(before);
        let end = tag_end(tag_on);
        let (tag, after) = tag_on.split_at(end);
        rewrite_tag(tag, &mut out, &mut change);
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Length of the tag that `text` starts with, `>` included.
fn tag_end(text: &str) -> usize {
    let mut quoted = false;
    for (i, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'>' if !quoted => return i + 1,
            _ => {}
        }
    }
    text.len()
}

fn rewrite_tag(tag: &str, out: &mut String, change: &mut impl FnMut(&str) -> Option<String>) {
    let mut rest = tag;
    while let Some((name_at, value_at)) = [" href=\"", " src=\""].iter().filter_map(|n| rest.find(n).map(|i| (i, i + n.len()))).min() {
        let _ = name_at;
        let (head, tail) = rest.split_at(value_at);
        let Some(close) = tail.find('"') else { break };
        out.push_str(head);
        let value = tail[..close].replace("&amp;", "&");
        match change(&value) {
            Some(new) => out.push_str(&new.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")),
            None => out.push_str(&tail[..close]),
        }
        rest = &tail[close..];
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(target: Target<'_>) -> String {
        match target {
            Target::Asset(path) => format!("../files/{path}"),
            Target::Page { id, anchor } => format!("{id}.html{}", anchor.map(|a| format!("#{a}")).unwrap_or_default()),
        }
    }

    #[test]
    fn pages_and_assets_are_replaced_and_nothing_else() {
        let html = r##"<p><a href="page:m01-b#m01-b--x">b</a> <img src="asset:01-a/media/x.svg" alt="a > b"> <a class="k" href="https://x.example/?a=1&amp;b=2">x</a> <a href="#m01--y">y</a> href="page:z"</p>"##;
        assert_eq!(
            rewrite(html, show),
            r##"<p><a href="m01-b.html#m01-b--x">b</a> <img src="../files/01-a/media/x.svg" alt="a > b"> <a class="k" href="https://x.example/?a=1&amp;b=2">x</a> <a href="#m01--y">y</a> href="page:z"</p>"##
        );
    }

    #[test]
    fn what_a_front_door_answers_is_escaped() {
        assert_eq!(rewrite(r#"<a href="page:a">a</a>"#, |_| r#"x?a=1&b="2""#.to_owned()), r#"<a href="x?a=1&amp;b=&quot;2&quot;">a</a>"#);
    }

    #[test]
    fn every_private_link_is_listed() {
        assert_eq!(
            targets(r#"<a href="page:a">a</a><img src="asset:b/c.png"><a href="https://x.example">x</a>"#),
            ["page:a", "asset:b/c.png"]
        );
    }
}

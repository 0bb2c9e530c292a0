//! Pages, images and style sheets: every link leads somewhere, nothing is fetched, nothing runs inline.

use std::collections::BTreeSet;

use super::{Files, Report};

/// An opening tag: name and attributes, values as written.
struct Tag<'a> {
    name: &'a str,
    attributes: Vec<(&'a str, &'a str)>,
}

impl<'a> Tag<'a> {
    fn get(&self, name: &str) -> Option<&'a str> {
        self.attributes.iter().find(|(n, _)| *n == name).map(|(_, v)| *v)
    }
}

/// A page of the package.
pub(super) fn page(name: &str, text: &str, files: &Files, report: &mut Report) {
    let tags = tags(text);
    let mut ids = BTreeSet::new();
    for id in tags.iter().filter_map(|t| t.get("id")) {
        if !ids.insert(id) {
            report.fault(name, format!("the id `{id}` stands twice"));
        }
    }
    for tag in &tags {
        inline(name, tag, report);
        if tag.name == "style" {
            report.fault(name, "has an inline style sheet");
        }
        if tag.name == "script" && tag.get("src").is_none() && tag.get("type") != Some("application/json") {
            report.fault(name, "has an inline script");
        }
        if tag.name == "img" && tag.get("alt").is_none() {
            report.fault(name, format!("the image `{}` has no text alternative", tag.get("src").unwrap_or_default()));
        }
        for (attribute, url) in &tag.attributes {
            if matches!(*attribute, "href" | "src" | "action" | "poster" | "data" | "srcset") {
                link(name, tag.name, url, &ids, files, report);
            }
        }
    }
}

fn link(name: &str, tag: &str, url: &str, ids: &BTreeSet<&str>, files: &Files, report: &mut Report) {
    if let Some(id) = url.strip_prefix('#') {
        if !ids.contains(id) {
            report.fault(name, format!("links to `#{id}`, which is not there"));
        }
    } else if url.contains(':') || url.starts_with("//") {
        let outward = tag == "a" && (url.starts_with("https://") || url.starts_with("mailto:"));
        if !outward {
            report.fault(name, format!("<{tag}> fetches `{url}` from elsewhere"));
        }
    } else if !url.is_empty() && !files.contains_key(url) {
        report.fault(name, format!("<{tag}> names `{url}`, which is not in the zip"));
    }
}

/// An SVG of the package.
pub(super) fn image(name: &str, text: &str, report: &mut Report) {
    for tag in tags(text) {
        if matches!(tag.name, "script" | "foreignObject") {
            report.fault(name, format!("holds <{}>", tag.name));
        }
        for (attribute, value) in &tag.attributes {
            if attribute.starts_with("on") {
                report.fault(name, format!("has the event handler `{attribute}`"));
            }
            let fetches =
                matches!(*attribute, "href" | "xlink:href") && tag.name != "a" && !value.starts_with('#') && !value.starts_with("data:");
            if fetches {
                report.fault(name, format!("fetches `{value}`"));
            }
        }
    }
}

/// A style sheet of the package.
pub(super) fn style(name: &str, text: &str, report: &mut Report) {
    if text.contains("@import") {
        report.fault(name, "imports another style sheet");
    }
    for url in text.split("url(").skip(1) {
        let url = url.trim_start_matches(['"', '\'', ' ']);
        if url.starts_with("http:") || url.starts_with("https:") || url.starts_with("//") {
            report.fault(name, format!("fetches `{}`", url.split([')', '"', '\'']).next().unwrap_or_default()));
        }
    }
}

/// What a strict content policy refuses.
fn inline(name: &str, tag: &Tag<'_>, report: &mut Report) {
    for (attribute, _) in &tag.attributes {
        if attribute.starts_with("on") {
            report.fault(name, format!("<{}> has the event handler `{attribute}`", tag.name));
        }
        if *attribute == "style" {
            report.fault(name, format!("<{}> has an inline style", tag.name));
        }
    }
}

/// The opening tags of our own output: quoted attributes, no `<` in text. What stands inside scripts is skipped.
fn tags(text: &str) -> Vec<Tag<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        rest = &rest[open + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, r)| r);
            continue;
        }
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let (tag, after) = tag(rest);
        rest = after;
        if tag.name == "script" {
            rest = rest.split_once("</script").map_or("", |(_, r)| r);
        }
        found.push(tag);
    }
    found
}

fn tag(text: &str) -> (Tag<'_>, &str) {
    let end = text.find(|c: char| c.is_whitespace() || c == '>' || c == '/').unwrap_or(text.len());
    let (name, mut rest) = text.split_at(end);
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if rest.is_empty() || rest.starts_with('>') {
            return (Tag { name, attributes }, rest.strip_prefix('>').unwrap_or(rest));
        }
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/')).unwrap_or(rest.len()).max(1);
        let (attribute, after) = rest.split_at(end);
        let Some(value) = after.strip_prefix('=') else {
            attributes.push((attribute, ""));
            rest = after;
            continue;
        };
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (value, after) = match quote {
            Some(q) => value[1..].split_once(q).unwrap_or((&value[1..], "")),
            None => value.split_at(value.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(value.len())),
        };
        attributes.push((attribute, value));
        rest = after;
    }
}

//! `facts.toml`: what ages, in one place, each with its date and its source. Texts show a value by `{{fact:NAME}}`.

use std::{borrow::Cow, collections::BTreeMap};

use comrak::nodes::NodeValue;
use jiff::civil::Date;

use super::{
    diagnostic::{Diagnostic, Kind, Spot},
    manifest::{ID_HINT, is_id},
    reader::{Reader, Table},
    source::Source,
};

const FILE: &str = "facts.toml";
const OPEN: &str = "{{fact:";
const CLOSE: &str = "}}";

/// One fact.
struct Fact {
    value: String,
    as_of: Date,
    /// Where its name stands.
    spot: Spot,
}

/// Every fact of a course, by name.
#[derive(Default)]
pub(crate) struct Facts(BTreeMap<String, Fact>);

/// A place in a text that asks for a fact.
struct Reference<'t> {
    /// As written: perhaps no name at all.
    name: &'t str,
    offset: usize,
    closed: bool,
}

/// Every reference in `text`, in order.
fn references(text: &str) -> impl Iterator<Item = Reference<'_>> {
    text.match_indices(OPEN).map(|(offset, _)| {
        let rest = &text[offset + OPEN.len()..];
        let line = rest.lines().next().unwrap_or_default();
        let (name, closed) = line.split_once(CLOSE).map_or((line, false), |(name, _)| (name, true));
        Reference { name, offset, closed }
    })
}

impl Facts {
    /// Reads the course's facts; a course without the file has none.
    pub(crate) fn read(text: Option<&str>) -> (Self, Vec<Diagnostic>) {
        let Some(text) = text else { return (Self::default(), Vec::new()) };
        let mut r = Reader::new(FILE, text);
        let root = r.parse();
        let mut facts = BTreeMap::new();
        for (name, mut t) in Table::new(root.get_ref(), Spot::START, FILE).named(&mut r, "a fact") {
            if !is_id(&name.value) {
                r.hint(Kind::BadId, name.spot, format!("`{}` cannot name a fact", name.value), ID_HINT);
            }
            let (value, as_of) = (t.text(&mut r, "value"), t.text(&mut r, "as_of"));
            t.text(&mut r, "source");
            let as_of = as_of.and_then(|at| {
                let date = at.value.parse::<Date>().ok().filter(|_| at.value.len() == "2026-11-23".len());
                if date.is_none() && !at.value.trim().is_empty() {
                    let message = format!("`as_of` must be a date such as `2026-11-23`, not `{}`", at.value);
                    r.report(Kind::BadValue, at.spot, message);
                }
                date
            });
            t.finish(&mut r);
            // A fact with a fault is known all the same: one fault is told once.
            let fact = Fact { value: value.map(|v| v.value).unwrap_or_default(), as_of: as_of.unwrap_or(Date::MAX), spot: name.spot };
            facts.insert(name.value, fact);
        }
        (Self(facts), r.found)
    }

    /// The text with the value of every known fact in it.
    pub(crate) fn fill<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut out = String::new();
        let mut at = 0;
        for reference in references(text).filter(|r| r.closed) {
            let Some(fact) = self.0.get(reference.name) else { continue };
            out.push_str(&text[at..reference.offset]);
            out.push_str(&fact.value);
            at = reference.offset + OPEN.len() + reference.name.len() + CLOSE.len();
        }
        if at == 0 { Cow::Borrowed(text) } else { Cow::Owned(out + &text[at..]) }
    }

    /// The same for what the parser made of a piece of text: places of what follows stay right, and a value is never read as Markdown.
    pub(crate) fn fill_node(&self, value: &mut NodeValue) {
        let texts: &mut [&mut String] = match value {
            NodeValue::Text(text) => {
                if let Cow::Owned(filled) = self.fill(text) {
                    *text = Cow::Owned(filled);
                }
                return;
            }
            NodeValue::Code(code) => &mut [&mut code.literal],
            NodeValue::Math(math) => &mut [&mut math.literal],
            NodeValue::CodeBlock(block) => &mut [&mut block.literal, &mut block.info],
            NodeValue::Link(link) | NodeValue::Image(link) => &mut [&mut link.url, &mut link.title],
            _ => return,
        };
        for text in texts {
            if let Cow::Owned(filled) = self.fill(text) {
                **text = filled;
            }
        }
    }

    /// What a text depends on: the names and values of its facts.
    pub(crate) fn key(&self, text: &str) -> String {
        let known = references(text).filter_map(|r| Some((r.name, &self.0.get(r.name)?.value)));
        known.map(|(name, value)| format!("{name}={value}\n")).collect()
    }

    /// The line under a lesson that shows facts: the date of the oldest.
    pub(crate) fn line(&self, text: &str) -> String {
        let oldest = references(text).filter_map(|r| self.0.get(r.name)).map(|f| f.as_of).min();
        oldest.map(|date| format!("<p class=\"facts-date\">Facts as of {}</p>\n", date.strftime("%-d %B %Y"))).unwrap_or_default()
    }

    /// Looks for references to nothing, and for facts that nobody shows.
    pub(crate) fn check(&self, source: &Source, found: &mut Vec<Diagnostic>) {
        let mut shown = std::collections::BTreeSet::new();
        for (path, bytes) in source.iter().filter(|(path, _)| shows(path)) {
            let Ok(text) = std::str::from_utf8(bytes) else { continue };
            for reference in references(text) {
                shown.insert(reference.name);
                if reference.closed && self.0.contains_key(reference.name) {
                    continue;
                }
                let spot = Spot::at(text, reference.offset);
                let about = |message: String| Diagnostic::new(Kind::UnknownReference, path, spot, message);
                found.push(match reference.closed {
                    true if self.0.is_empty() => {
                        about(format!("there is no fact `{}`", reference.name)).hint("facts stand in `facts.toml`, beside course.toml")
                    }
                    true => about(format!("there is no fact `{}`", reference.name))
                        .hint_nearest(reference.name, self.0.keys().map(String::as_str)),
                    false => about("`{{fact:` is not closed".to_owned()).hint("write `{{fact:NAME}}`, in one line"),
                });
            }
        }
        for (name, fact) in self.0.iter().filter(|(name, _)| !shown.contains(name.as_str())) {
            let unused = Diagnostic::new(Kind::Unused, FILE, fact.spot, format!("nothing shows the fact `{name}`"));
            found.push(unused.hint(format!("show it by `{{{{fact:{name}}}}}`, or remove it")));
        }
    }
}

/// Whether a file's text becomes pages: lessons, quizzes and manifests do, data and notebooks do not.
fn shows(path: &str) -> bool {
    let depth = path.split('/').count();
    let text = path.ends_with(".md") || path.ends_with(".toml");
    match path.split('/').next() {
        Some("modules" | "projects") => depth == 3 && text,
        _ => depth == 1 && path.ends_with(".toml") && path != FILE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACTS: &str = "[torch-version]\nvalue = \"2.15.0\"\nas_of = \"2026-11-23\"\nsource = \"PyPI\"\n\
                         [star]\nvalue = \"*a_b*|<c>\"\nas_of = \"2025-01-02\"\nsource = \"s\"\n";

    fn facts() -> Facts {
        let (facts, found) = Facts::read(Some(FACTS));
        assert_eq!(found, []);
        facts
    }

    #[test]
    fn known_facts_are_filled_in_and_all_else_stays() {
        let facts = facts();
        assert_eq!(facts.fill("a {{fact:torch-version}}b {{fact:torch-version}}"), "a 2.15.0b 2.15.0");
        let other = "{{fact:nope}} {{message}} {{fact:torch-version";
        assert!(matches!(facts.fill(other), Cow::Borrowed(text) if text == other));
    }

    #[test]
    fn a_text_depends_on_its_own_facts_only_and_tells_the_oldest_date() {
        let facts = facts();
        assert_eq!(facts.key("x {{fact:torch-version}}"), "torch-version=2.15.0\n");
        assert_eq!(facts.key("x"), "");
        assert_eq!(facts.line("{{fact:torch-version}} {{fact:star}}"), "<p class=\"facts-date\">Facts as of 2 January 2025</p>\n");
        assert_eq!(facts.line("none"), "");
    }

    #[test]
    fn every_fault_of_the_file_has_its_place() {
        let text =
            "stray = 1\n[Bad_Name]\nvalue = \"1\"\nas_of = \"2026-02-30\"\nsource = \"s\"\n[b]\nvalue = 3\nas_of = \"\"\nurl = \"x\"\n";
        let said: Vec<_> = Facts::read(Some(text)).1.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "facts.toml:1:1: `stray` must be a table",
                "facts.toml:2:2: `Bad_Name` cannot name a fact\n  hint: use lower-case letters, digits and hyphens, starting with a letter or digit, at most 64",
                "facts.toml:4:9: `as_of` must be a date such as `2026-11-23`, not `2026-02-30`",
                "facts.toml:7:9: `value` must be a string, not integer",
                "facts.toml:8:9: `as_of` is empty",
                "facts.toml:6:2: a fact has no `source`",
                "facts.toml:9:1: unknown key `url` in a fact\n  hint: known: `value`, `as_of`, `source`",
            ]
        );
    }

    #[test]
    fn references_are_looked_for_in_texts_and_told_where_they_stand() {
        let source = Source::from_files([
            ("course.toml", "title = \"{{fact:star}}\"\n"),
            ("modules/01-a/01-x.md", "é {{fact:torch-versoin}}\n{{fact:star\n"),
            ("modules/01-a/data/x.md", "{{fact:nope}}"),
        ]);
        let mut found = Vec::new();
        facts().check(&source, &mut found);
        let said: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "modules/01-a/01-x.md:1:3: there is no fact `torch-versoin`\n  hint: did you mean `torch-version`?",
                "modules/01-a/01-x.md:2:1: `{{fact:` is not closed\n  hint: write `{{fact:NAME}}`, in one line",
                "facts.toml:1:2: warning: nothing shows the fact `torch-version`\n  hint: show it by `{{fact:torch-version}}`, or remove it",
            ]
        );
    }
}

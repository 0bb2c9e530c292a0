//! The YAML block that opens a lesson.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_saphyr::{Location, Spanned};

use super::{
    diagnostic::{Diagnostic, Kind, Spot},
    manifest::{ID_HINT, is_id},
    reader::Text,
};

const KEYS: &[&str] = &["id", "title", "summary", "minutes", "outcomes", "notebooks"];

/// What a lesson says about itself.
#[derive(Debug, Clone)]
pub(crate) struct FrontMatter {
    pub(crate) id: Text,
    pub(crate) title: String,
    pub(crate) summary: String,
    pub(crate) minutes: u16,
    pub(crate) outcomes: Vec<Text>,
    pub(crate) notebooks: Vec<Text>,
}

#[derive(Deserialize)]
struct Raw {
    id: Spanned<String>,
    title: Spanned<String>,
    #[serde(default)]
    summary: String,
    minutes: Spanned<u16>,
    #[serde(default)]
    outcomes: Vec<Spanned<String>>,
    #[serde(default)]
    notebooks: Vec<Spanned<String>>,
}

/// Reads the block between the two `---` lines of `text`.
pub(crate) fn read(file: &str, text: &str) -> (Option<FrontMatter>, Vec<Diagnostic>) {
    let Some(yaml) = block(text) else {
        let missing = Diagnostic::new(Kind::Syntax, file, Spot::START, "the lesson does not open with front matter");
        return (None, vec![missing.hint("open it with a block between two lines of `---` that holds `id`, `title` and `minutes`")]);
    };
    let mut found = Vec::new();
    let options = serde_saphyr::options! { with_snippet: false };
    match serde_saphyr::from_str_with_options::<Keys>(yaml, options) {
        Ok(Keys(keys)) => {
            for key in keys.iter().filter(|k| !KEYS.contains(&k.value.as_str())) {
                let d = Diagnostic::new(
                    Kind::UnknownKey,
                    file,
                    spot(&key.referenced),
                    format!("unknown key `{}` in the front matter", key.value),
                );
                found.push(d.hint_nearest(&key.value, KEYS.iter().copied()));
            }
            for key in ["id", "title", "minutes"].iter().filter(|k| !keys.iter().any(|x| x.value == **k)) {
                found.push(Diagnostic::new(Kind::MissingKey, file, Spot::START, format!("the front matter has no `{key}`")));
            }
        }
        Err(error) => {
            found.push(syntax(file, &error));
            return (None, found);
        }
    }
    let options = serde_saphyr::options! { with_snippet: false };
    let raw = match serde_saphyr::from_str_with_options::<Raw>(yaml, options) {
        Ok(raw) => raw,
        Err(error) => {
            if !found.iter().any(|d| d.kind == Kind::MissingKey) {
                found.push(syntax(file, &error));
            }
            return (None, found);
        }
    };
    if !is_id(&raw.id.value) {
        let message = format!("the id `{}` is not usable in every LMS", raw.id.value);
        found.push(Diagnostic::new(Kind::BadId, file, spot(&raw.id.referenced), message).hint(ID_HINT));
    }
    if raw.title.value.trim().is_empty() {
        found.push(Diagnostic::new(Kind::BadValue, file, spot(&raw.title.referenced), "`title` is empty"));
    }
    if raw.minutes.value == 0 {
        found.push(Diagnostic::new(Kind::BadValue, file, spot(&raw.minutes.referenced), "`minutes` must be at least 1"));
    }
    let front = FrontMatter {
        id: placed(raw.id),
        title: raw.title.value,
        summary: raw.summary,
        minutes: raw.minutes.value,
        outcomes: raw.outcomes.into_iter().map(placed).collect(),
        notebooks: raw.notebooks.into_iter().map(placed).collect(),
    };
    (Some(front), found)
}

/// The YAML with its opening line, so that its lines are the file's lines.
fn block(text: &str) -> Option<&str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.strip_prefix("---")?.starts_with(['\n', '\r']).then_some(())?;
    let mut at = 0;
    for (i, line) in text.split_inclusive('\n').enumerate() {
        if i > 0 && line.trim_end() == "---" {
            return Some(&text[..at]);
        }
        at += line.len();
    }
    None
}

fn spot(location: &Location) -> Spot {
    let number = |n: u64| usize::try_from(n).unwrap_or(1).max(1);
    Spot::new(number(location.line()), number(location.column()))
}

fn placed(value: Spanned<String>) -> Text {
    let at = spot(&value.referenced);
    Text { value: value.value, spot: at, body: at }
}

fn syntax(file: &str, error: &serde_saphyr::Error) -> Diagnostic {
    let at = error.location().map_or(Spot::START, |l| spot(&l));
    let said = error.without_snippet().to_string();
    let message = said.lines().next().unwrap_or_default().split(" at line ").next().unwrap_or_default().to_owned();
    Diagnostic::new(Kind::Syntax, file, at, format!("front matter: {message}"))
}

/// The keys alone, with their places.
struct Keys(Vec<Spanned<String>>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Keys;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("keys and values")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let mut keys = Vec::new();
                while let Some(key) = map.next_key()? {
                    map.next_value::<IgnoredAny>()?;
                    keys.push(key);
                }
                Ok(Keys(keys))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<String> {
        read("01-a.md", text).1.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_whole_block_is_read_with_places() {
        let text = "---\nid: m01-a\ntitle: A\nsummary: S.\nminutes: 25\noutcomes: [m01-o1, m01-o2]\nnotebooks:\n  - nb.ipynb\n---\nBody\n";
        let (front, found) = read("01-a.md", text);
        assert!(found.is_empty(), "{found:?}");
        let front = front.unwrap();
        assert_eq!((front.id.value.as_str(), front.minutes), ("m01-a", 25));
        assert_eq!(front.outcomes[1].spot, Spot::new(6, 20));
        assert_eq!(front.notebooks[0].spot, Spot::new(8, 5));
    }

    #[test]
    fn unknown_and_missing_keys_are_told_together() {
        assert_eq!(
            said("---\nid: a\ntitel: A\nminutes: 5\n---\n"),
            [
                "01-a.md:3:1: unknown key `titel` in the front matter\n  hint: did you mean `title`?",
                "01-a.md:1:1: the front matter has no `title`"
            ]
        );
    }

    #[test]
    fn wrong_values_have_their_places() {
        assert_eq!(said("---\nid: A b\ntitle: A\nminutes: 0\n---\n").len(), 2);
        assert_eq!(said("---\nid: a\ntitle: A\nminutes: soon\n---\n"), ["01-a.md:4:10: front matter: invalid u16"]);
    }

    #[test]
    fn a_lesson_without_front_matter_says_how_it_opens() {
        for text in ["# Hello\n", "---\nid: a\n", ""] {
            assert!(said(text)[0].starts_with("01-a.md:1:1: the lesson does not open with front matter"), "{text:?}");
        }
    }

    #[test]
    fn a_key_that_comes_twice_is_refused() {
        assert!(said("---\nid: a\nid: b\ntitle: A\nminutes: 5\n---\n")[0].starts_with("01-a.md:3:1: front matter: "));
    }
}

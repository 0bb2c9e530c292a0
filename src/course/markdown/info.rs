//! The line behind the opening fence: `python title="one step"`, `mermaid #loop alt="…" caption="…"`.

/// An info string, taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Info {
    pub(super) language: String,
    pub(super) id: Option<String>,
    pub(super) pairs: Vec<(String, String)>,
    /// What could not be read.
    pub(super) stray: Vec<String>,
}

impl Info {
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.pairs.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str()).filter(|v| !v.trim().is_empty())
    }

    pub(super) fn parse(info: &str) -> Self {
        let mut out = Self::default();
        let mut rest = info.trim();
        let word = rest.find(char::is_whitespace).unwrap_or(rest.len());
        if !rest.starts_with('#') && !rest[..word].contains('=') {
            out.language = rest[..word].to_ascii_lowercase();
            rest = &rest[word..];
        }
        while let Some(start) = rest.find(|c: char| !c.is_whitespace()) {
            rest = &rest[start..];
            let word = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
            if let Some(quoted) = rest[word..].strip_prefix("=\"") {
                let end = quoted.find('"').unwrap_or(quoted.len());
                out.pairs.push((rest[..word].to_owned(), quoted[..end].to_owned()));
                rest = quoted.get(end + 1..).unwrap_or_default();
                continue;
            }
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            match (rest[..end].strip_prefix('#'), rest[..end].split_once('=')) {
                (Some(id), _) => out.id = Some(id.to_owned()),
                (None, Some((key, value))) => out.pairs.push((key.to_owned(), value.to_owned())),
                (None, None) => out.stray.push(rest[..end].to_owned()),
            }
            rest = &rest[end..];
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_id_and_pairs_are_told_apart() {
        let info = Info::parse(r#"mermaid #training-loop alt="A loop = five steps" caption="The loop""#);
        assert_eq!((info.language.as_str(), info.id.as_deref()), ("mermaid", Some("training-loop")));
        assert_eq!((info.get("alt"), info.get("caption")), (Some("A loop = five steps"), Some("The loop")));
        assert_eq!(Info::parse("Python title=\"one step\"").get("title"), Some("one step"));
    }

    #[test]
    fn what_cannot_be_read_is_kept_apart() {
        assert_eq!(Info::parse("python {.x} a=b").stray, ["{.x}"]);
        assert_eq!(Info::parse("").language, "");
        assert_eq!(Info::parse("py title=\"open").get("title"), Some("open"));
        assert_eq!(Info::parse("py title=\" \"").get("title"), None);
    }
}

//! Reading TOML by hand, so that one reading finds every fault with its place, not the first one only.

use std::ops::Range;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::diagnostic::{Diagnostic, Kind, Spot};

/// A string with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) value: String,
    /// Where the value starts, quotes included.
    pub(crate) spot: Spot,
    /// Where its first character is.
    pub(crate) body: Spot,
}

impl Text {
    /// The place in the file of a place in the value. Exact for literal and multi-line strings.
    pub(crate) fn place(&self, inner: Spot) -> Spot {
        if inner.line == 1 {
            Spot::new(self.body.line, self.body.col + inner.col - 1)
        } else {
            Spot::new(self.body.line + inner.line - 1, inner.col)
        }
    }
}

/// A number with its place and the way it was written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Number {
    pub(crate) value: f64,
    pub(crate) written: String,
    pub(crate) spot: Spot,
}

/// One file: its text and what was found in it so far.
pub(crate) struct Reader<'s> {
    pub(crate) file: &'s str,
    text: &'s str,
    pub(crate) found: Vec<Diagnostic>,
}

impl<'s> Reader<'s> {
    pub(crate) fn new(file: &'s str, text: &'s str) -> Self {
        Self { file, text, found: Vec::new() }
    }

    /// The root table, with syntax errors reported.
    pub(crate) fn parse(&mut self) -> Spanned<DeTable<'s>> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in errors {
            let spot = self.spot(error.span().map_or(0, |s| s.start));
            let message = error.message().lines().collect::<Vec<_>>().join(", ");
            self.report(Kind::Syntax, spot, message);
        }
        table
    }

    pub(crate) fn spot(&self, offset: usize) -> Spot {
        Spot::at(self.text, offset)
    }

    pub(crate) fn report(&mut self, kind: Kind, spot: Spot, message: impl Into<String>) -> &mut Diagnostic {
        self.found.push(Diagnostic::new(kind, self.file, spot, message));
        let last = self.found.len() - 1;
        &mut self.found[last]
    }

    pub(crate) fn hint(&mut self, kind: Kind, spot: Spot, message: impl Into<String>, hint: impl Into<String>) {
        self.report(kind, spot, message).hint = Some(hint.into());
    }

    fn body(&self, span: &Range<usize>) -> Spot {
        let token = self.text.get(span.clone()).unwrap_or_default();
        for fence in ["'''", "\"\"\""] {
            if let Some(rest) = token.strip_prefix(fence) {
                let newline = if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) };
                return self.spot(span.start + 3 + newline);
            }
        }
        self.spot(span.start + usize::from(token.starts_with(['\'', '"'])))
    }
}

/// One table being read: every key asked for is known, the others are reported by [`Table::finish`].
pub(crate) struct Table<'t, 's> {
    map: &'t DeTable<'s>,
    pub(crate) spot: Spot,
    what: &'static str,
    known: Vec<&'static str>,
    forgiven: bool,
}

impl<'t, 's> Table<'t, 's> {
    pub(crate) fn new(map: &'t DeTable<'s>, spot: Spot, what: &'static str) -> Self {
        Self { map, spot, what, known: Vec::new(), forgiven: false }
    }

    fn value(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'s>>> {
        self.known.push(key);
        self.map.get(key)
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    /// Where the key stands, or the table if it is absent.
    pub(crate) fn key_spot(&self, reader: &Reader<'_>, key: &str) -> Spot {
        self.map.get_key_value(key).map_or(self.spot, |(k, _)| reader.spot(k.span().start))
    }

    fn typed<T>(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
        expected: &str,
        read: impl FnOnce(&Reader<'_>, &'t Spanned<DeValue<'s>>) -> Option<T>,
    ) -> Option<T> {
        let value = self.value(key)?;
        let got = read(reader, value);
        if got.is_none() {
            let (spot, is) = (reader.spot(value.span().start), value.get_ref().type_str());
            reader.report(Kind::BadValue, spot, format!("`{key}` must be {expected}, not {is}"));
        }
        got
    }

    pub(crate) fn opt_text(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<Text> {
        self.typed(reader, key, "a string", text)
    }

    /// A required string that is not empty.
    pub(crate) fn text(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<Text> {
        if !self.has(key) {
            self.known.push(key);
            self.missing(reader, key);
            return None;
        }
        let got = self.opt_text(reader, key)?;
        if got.value.trim().is_empty() {
            reader.report(Kind::BadValue, got.spot, format!("`{key}` is empty"));
        }
        Some(got)
    }

    pub(crate) fn missing(&mut self, reader: &mut Reader<'_>, key: &str) {
        reader.report(Kind::MissingKey, self.spot, format!("{} has no `{key}`", self.what));
    }

    pub(crate) fn number(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<Number> {
        self.typed(reader, key, "a number", number)
    }

    pub(crate) fn boolean(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<bool> {
        self.typed(reader, key, "true or false", |_, v| v.get_ref().as_bool())
    }

    /// An integer within bounds.
    pub(crate) fn integer(&mut self, reader: &mut Reader<'_>, key: &'static str, range: std::ops::RangeInclusive<u32>) -> Option<u32> {
        let got = self.number(reader, key)?;
        let whole = got.value.fract() == 0.0 && (f64::from(*range.start())..=f64::from(*range.end())).contains(&got.value);
        if !whole {
            let (low, high) = (range.start(), range.end());
            reader.report(Kind::BadValue, got.spot, format!("`{key}` must be a whole number from {low} to {high}, not {}", got.written));
            return None;
        }
        got.written.parse().ok()
    }

    /// A list of strings.
    pub(crate) fn texts(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Vec<Text> {
        let Some(list) = self.typed(reader, key, "a list of strings", |_, v| v.get_ref().as_array()) else { return Vec::new() };
        let mut out = Vec::new();
        for value in list.iter() {
            match text(reader, value) {
                Some(t) => out.push(t),
                None => {
                    let (spot, is) = (reader.spot(value.span().start), value.get_ref().type_str());
                    reader.report(Kind::BadValue, spot, format!("`{key}` must be a list of strings, but holds {is}"));
                }
            }
        }
        out
    }

    /// A table under this key.
    pub(crate) fn table(&mut self, reader: &mut Reader<'_>, key: &'static str, what: &'static str) -> Option<Table<'t, 's>> {
        self.typed(reader, key, "a table", |r, v| v.get_ref().as_table().map(|map| Table::new(map, r.spot(v.span().start), what)))
    }

    /// An array of tables under this key.
    pub(crate) fn tables(&mut self, reader: &mut Reader<'_>, key: &'static str, what: &'static str) -> Vec<Table<'t, 's>> {
        let Some(list) = self.typed(reader, key, "a list of tables", |_, v| v.get_ref().as_array()) else { return Vec::new() };
        let mut out = Vec::new();
        for value in list.iter() {
            let spot = reader.spot(value.span().start);
            match value.get_ref().as_table() {
                Some(map) => out.push(Table::new(map, spot, what)),
                None => drop(reader.report(Kind::BadValue, spot, format!("`{key}` must hold tables, not {}", value.get_ref().type_str()))),
            }
        }
        out
    }

    /// Every entry as a table with its name.
    pub(crate) fn named(&self, reader: &mut Reader<'_>, what: &'static str) -> Vec<(Text, Table<'t, 's>)> {
        let mut out = Vec::new();
        for (key, value) in self.map.iter() {
            let spot = reader.spot(key.span().start);
            let name = Text { value: key.get_ref().to_string(), spot, body: spot };
            match value.get_ref().as_table() {
                Some(map) => out.push((name, Table::new(map, spot, what))),
                None => drop(reader.report(Kind::BadValue, spot, format!("`{}` must be a table", name.value))),
            }
        }
        out
    }

    /// Every entry as a list of strings with its name.
    pub(crate) fn lists(&self, reader: &mut Reader<'_>) -> Vec<(Text, Vec<Text>)> {
        let mut out = Vec::new();
        for (key, value) in self.map.iter() {
            let spot = reader.spot(key.span().start);
            let name = Text { value: key.get_ref().to_string(), spot, body: spot };
            let list = value.get_ref().as_array().map(|list| list.iter().map(|v| text(reader, v)).collect::<Option<Vec<_>>>());
            match list.flatten() {
                Some(list) => out.push((name, list)),
                None => drop(reader.report(Kind::BadValue, spot, format!("`{}` must be a list of strings", name.value))),
            }
        }
        out
    }

    /// Every entry as text, whatever its key: numbers as they were written.
    pub(crate) fn entries(&mut self, reader: &mut Reader<'_>) -> Vec<(Text, Text)> {
        let mut out = Vec::new();
        for (key, value) in self.map.iter() {
            let spot = reader.spot(key.span().start);
            let name = Text { value: key.get_ref().to_string(), spot, body: spot };
            let written = number(reader, value).map(|n| Text { value: n.written, spot: n.spot, body: n.spot });
            match text(reader, value).or(written) {
                Some(t) => out.push((name, t)),
                None => drop(reader.report(Kind::BadValue, spot, format!("`{}` must be a string or a number", name.value))),
            }
        }
        out
    }

    /// Takes every key as known, where it cannot be told what the table is.
    pub(crate) fn forgive(&mut self) {
        self.forgiven = true;
    }

    /// Reports every key that nobody asked for.
    pub(crate) fn finish(self, reader: &mut Reader<'_>) {
        if self.forgiven {
            return;
        }
        for key in self.map.keys().filter(|k| !self.known.contains(&k.get_ref().as_ref())) {
            let name = key.get_ref().as_ref();
            let spot = reader.spot(key.span().start);
            let found = Diagnostic::new(Kind::UnknownKey, reader.file, spot, format!("unknown key `{name}` in {}", self.what));
            reader.found.push(found.hint_nearest(name, self.known.iter().copied()));
        }
    }
}

fn text(reader: &Reader<'_>, value: &Spanned<DeValue<'_>>) -> Option<Text> {
    let span = value.span();
    value.get_ref().as_str().map(|s| Text { value: s.to_owned(), spot: reader.spot(span.start), body: reader.body(&span) })
}

fn number(reader: &Reader<'_>, value: &Spanned<DeValue<'_>>) -> Option<Number> {
    let (written, value_f) = match value.get_ref() {
        DeValue::Integer(i) => {
            let n = i64::from_str_radix(i.as_str(), i.radix()).ok()?;
            #[expect(clippy::cast_precision_loss, reason = "course numbers are small")]
            (if i.radix() == 10 { i.as_str().to_owned() } else { n.to_string() }, n as f64)
        }
        DeValue::Float(f) => (f.as_str().to_owned(), f.as_str().parse().ok()?),
        _ => return None,
    };
    Some(Number { value: value_f, written, spot: reader.spot(value.span().start) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_found_in_one_reading() {
        let text = "titel = \"x\"\nminutes = 3.5\ntags = [1, \"a\"]\n";
        let mut reader = Reader::new("module.toml", text);
        let root = reader.parse();
        let mut table = Table::new(root.get_ref(), Spot::START, "module.toml");
        assert_eq!(table.text(&mut reader, "title"), None);
        assert_eq!(table.integer(&mut reader, "minutes", 0..=9), None);
        assert_eq!(table.texts(&mut reader, "tags").len(), 1);
        table.finish(&mut reader);
        let said: Vec<_> = reader.found.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "module.toml:1:1: module.toml has no `title`",
                "module.toml:2:11: `minutes` must be a whole number from 0 to 9, not 3.5",
                "module.toml:3:9: `tags` must be a list of strings, but holds integer",
                "module.toml:1:1: unknown key `titel` in module.toml\n  hint: did you mean `title`?",
            ]
        );
    }

    #[test]
    fn bad_syntax_has_its_place() {
        let mut reader = Reader::new("quiz.toml", "a = 1\nb = = 2\n");
        let _ = reader.parse();
        assert_eq!((reader.found[0].kind, reader.found[0].line), (Kind::Syntax, 2));
    }

    #[test]
    fn places_inside_strings_lead_back_to_the_file() {
        let text = "a = \"one\"\nb = '''\ntwo\nthree'''\n";
        let mut reader = Reader::new("x", text);
        let root = reader.parse();
        let mut table = Table::new(root.get_ref(), Spot::START, "x");
        let a = table.text(&mut reader, "a").unwrap();
        assert_eq!(a.place(Spot::new(1, 3)), Spot::new(1, 8));
        let b = table.text(&mut reader, "b").unwrap();
        assert_eq!((b.value.as_str(), b.spot), ("two\nthree", Spot::new(2, 5)));
        assert_eq!(b.place(Spot::new(2, 2)), Spot::new(4, 2));
    }

    #[test]
    fn numbers_keep_the_way_they_were_written() {
        let mut reader = Reader::new("x", "a = 1_000\nb = 0.10\nc = -3\n");
        let root = reader.parse();
        let mut table = Table::new(root.get_ref(), Spot::START, "x");
        let written: Vec<_> = table.entries(&mut reader).into_iter().map(|(_, v)| v.value).collect();
        assert_eq!(written, ["1000", "0.10", "-3"]);
    }
}

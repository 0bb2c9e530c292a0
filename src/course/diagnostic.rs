//! What is wrong with a course, where, and what to do: every finding at once.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// `ferry check` fails.
    Error,
    /// Worth a look; nothing fails.
    Warning,
}

/// The kinds of finding, so that tests and tools need not read messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// TOML, YAML, UTF-8 or JSON that does not parse.
    Syntax,
    /// A key that the format does not know.
    UnknownKey,
    /// A key that the format requires.
    MissingKey,
    /// A value of the wrong type or out of range.
    BadValue,
    /// A file or folder that has to be there.
    MissingFile,
    /// An id with characters that an LMS refuses.
    BadId,
    /// An id that is used twice.
    DuplicateId,
    /// A file or folder name that an LMS cannot take.
    BadFileName,
    /// A link to nothing in the course.
    BrokenLink,
    /// A link to another site that is not https.
    BadUrl,
    /// An image or a diagram without a text alternative.
    MissingAlt,
    /// A Mermaid block without a drawn figure.
    MissingFigure,
    /// A drawn figure that no longer matches its Mermaid block.
    StaleFigure,
    /// A picture that cannot be shown as an image.
    BadImage,
    /// A formula that does not parse.
    BadMath,
    /// Raw HTML, which is removed.
    RawHtml,
    /// A `:::` container that is not closed, not opened or not known.
    Container,
    /// A heading of the wrong level.
    Heading,
    /// A reference to a footnote or link label that is not defined.
    Undefined,
    /// A fenced block with an unknown language or attribute.
    CodeBlock,
    /// A question whose answer is missing, ambiguous or not among the options.
    Answer,
    /// Pairs of a matching question that name no item, or leave one out.
    Pairs,
    /// A pool that cannot be drawn.
    Pool,
    /// An exam that asks for more than its bank holds.
    SmallBank,
    /// A `{name}` without a value.
    Placeholder,
    /// A reference to an outcome, lesson or module that does not exist.
    UnknownReference,
    /// A module that no learner can reach.
    Unreachable,
    /// A planned lesson on the number of a written one.
    PlannedClash,
    /// A file that nothing refers to.
    Unused,
}

impl Kind {
    /// The severity of every finding of this kind.
    #[must_use]
    pub fn severity(self) -> Severity {
        match self {
            Self::RawHtml | Self::Unused | Self::CodeBlock | Self::Heading | Self::SmallBank => Severity::Warning,
            _ => Severity::Error,
        }
    }

    /// Whether a course with such a finding cannot be used. A figure that waits to be drawn fails `ferry check`,
    /// but the page still shows the diagram's text.
    #[must_use]
    pub fn blocks(self) -> bool {
        self.severity() == Severity::Error && !matches!(self, Self::MissingFigure | Self::StaleFigure)
    }
}

/// A place in a source file, both 1-based; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Spot {
    /// Line.
    pub line: usize,
    /// Column.
    pub col: usize,
}

impl Spot {
    /// The first character of a file.
    pub const START: Self = Self { line: 1, col: 1 };

    /// A place.
    #[must_use]
    pub const fn new(line: usize, col: usize) -> Self {
        Self { line, col }
    }

    /// The place of a byte offset in `text`.
    #[must_use]
    pub fn at(text: &str, offset: usize) -> Self {
        let before = text.get(..offset.min(text.len())).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        Self { line: before.matches('\n').count() + 1, col: before[line_start..].chars().count() + 1 }
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Path inside the course folder.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub col: usize,
    /// How bad.
    pub severity: Severity,
    /// What kind.
    pub kind: Kind,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

impl Diagnostic {
    /// A finding with the severity of its kind.
    #[must_use]
    pub fn new(kind: Kind, file: &str, spot: Spot, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: spot.line, col: spot.col, severity: kind.severity(), kind, message: message.into(), hint: None }
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with a hint that names the nearest of `known`, if one is near, else all of them.
    #[must_use]
    pub fn hint_nearest<'k>(self, wrong: &str, known: impl IntoIterator<Item = &'k str>) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        match nearest(wrong, &known) {
            Some(near) => self.hint(format!("did you mean `{near}`?")),
            None if known.is_empty() => self,
            None if known.len() > 12 => self,
            None => self.hint(format!("known: {}", known.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(", "))),
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.severity == Severity::Warning { "warning: " } else { "" };
        write!(f, "{}:{}:{}: {mark}{}", self.file, self.line, self.col, self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

/// Every finding of one reading, ordered by file and place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl Diagnostics {
    /// Sorts and drops repetitions.
    #[must_use]
    pub fn new(mut list: Vec<Diagnostic>) -> Self {
        list.sort_by(|a, b| (&a.file, a.line, a.col, &a.message).cmp(&(&b.file, b.line, b.col, &b.message)));
        list.dedup();
        Self(list)
    }

    /// How many fail `ferry check`.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.0.iter().filter(|d| d.severity == Severity::Error).count()
    }

    /// How many are only worth a look.
    #[must_use]
    pub fn warnings(&self) -> usize {
        self.0.len() - self.errors()
    }

    /// Whether the course cannot be used.
    #[must_use]
    pub fn blocking(&self) -> bool {
        self.0.iter().any(|d| d.kind.blocks())
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, d) in self.0.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            write!(f, "{d}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

/// The candidate that is a typing slip away from `wrong`, if there is one.
#[must_use]
pub fn nearest<'k>(wrong: &str, known: &[&'k str]) -> Option<&'k str> {
    let limit = (wrong.chars().count() / 3).max(1);
    known.iter().map(|k| (distance(wrong, k), *k)).filter(|(d, _)| *d <= limit).min().map(|(_, k)| k)
}

/// Edit distance without regard to case; two neighbours swapped are one slip.
fn distance(a: &str, b: &str) -> usize {
    let chars = |s: &str| s.to_lowercase().chars().collect::<Vec<_>>();
    let (a, b) = (chars(a), chars(b));
    let mut d: Vec<Vec<usize>> = (0..=a.len()).map(|i| (0..=b.len()).map(|j| if i == 0 { j } else { i }).collect()).collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let change = d[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            d[i][j] = change.min(d[i - 1][j] + 1).min(d[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                d[i][j] = d[i][j].min(d[i - 2][j - 2] + 1);
            }
        }
    }
    d[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagnostic_reads_file_line_column_message_and_hint() {
        let d = Diagnostic::new(Kind::UnknownKey, "course.toml", Spot::new(3, 1), "unknown key `titel`").hint("did you mean `title`?");
        assert_eq!(d.to_string(), "course.toml:3:1: unknown key `titel`\n  hint: did you mean `title`?");
        let w = Diagnostic::new(Kind::Unused, "a.svg", Spot::START, "nothing shows this file");
        assert_eq!(w.to_string(), "a.svg:1:1: warning: nothing shows this file");
    }

    #[test]
    fn the_nearest_name_is_a_slip_away_or_not_named() {
        assert_eq!(nearest("optoins", &["options", "outcome"]), Some("options"));
        assert_eq!(nearest("Title", &["title"]), Some("title"));
        assert_eq!(nearest("zebra", &["options", "outcome"]), None);
    }

    #[test]
    fn a_spot_counts_characters_not_bytes() {
        assert_eq!(Spot::at("é = 1\nüü x", "é = 1\nüü ".len()), Spot::new(2, 4));
        assert_eq!(Spot::at("abc", 99), Spot::new(1, 4));
    }

    #[test]
    fn findings_are_ordered_and_said_once() {
        let d = |line| Diagnostic::new(Kind::Syntax, "a", Spot::new(line, 1), "x");
        assert_eq!(Diagnostics::new(vec![d(2), d(1), d(2)]).0, vec![d(1), d(2)]);
    }

    #[test]
    fn a_figure_to_draw_fails_the_check_and_blocks_nothing() {
        let d = Diagnostics::new(vec![Diagnostic::new(Kind::StaleFigure, "a", Spot::START, "x")]);
        assert_eq!((d.errors(), d.warnings(), d.blocking()), (1, 0, false));
    }
}

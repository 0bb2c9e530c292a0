//! A linter for a built package: what an LMS, a strict content policy or a run without network would trip over.

mod archive;
mod html;
mod manifest;

use std::{collections::BTreeMap, fmt};

use super::Format;

/// The manifest's name: every LMS looks for it first, at the root, in lower case.
pub const MANIFEST: &str = "imsmanifest.xml";

/// What the linter found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// The format that the manifest states.
    pub format: Option<Format>,
    /// Number of files.
    pub files: usize,
    /// Bytes of the zip.
    pub packed: usize,
    /// Bytes of its files.
    pub unpacked: usize,
    /// What is wrong; empty for a good package.
    pub faults: Vec<Fault>,
}

impl Report {
    fn fault(&mut self, place: &str, message: impl Into<String>) {
        self.faults.push(Fault { place: place.to_owned(), message: message.into() });
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file.
    pub place: String,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// File names with their contents.
type Files = BTreeMap<String, Vec<u8>>;

/// Looks through a zip.
#[must_use]
pub fn verify(bytes: &[u8]) -> Report {
    let mut report = Report { packed: bytes.len(), ..Report::default() };
    let files = archive::read(bytes, &mut report);
    report.files = files.len();
    report.unpacked = files.values().map(Vec::len).sum();
    manifest::check(&files, &mut report);
    for (name, content) in &files {
        let text = || String::from_utf8_lossy(content);
        match name.rsplit_once('.').map(|(_, e)| e) {
            Some("html") => html::page(name, &text(), &files, &mut report),
            Some("svg") => html::image(name, &text(), &mut report),
            Some("css") => html::style(name, &text(), &mut report),
            _ => {}
        }
    }
    report
}

#[cfg(test)]
mod tests;

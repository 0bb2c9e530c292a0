//! Drawn diagrams: where they lie, and which text they were drawn from.

use super::{Source, diagnostic::Diagnostic, load, markdown::fenced};
use crate::ids::sha256_hex;

const MARK: &str = "<!-- source-sha256: ";

/// A Mermaid block of a lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureSource {
    /// The lesson.
    pub file: String,
    /// Line of the block, from 1.
    pub line: usize,
    /// The block's id.
    pub id: String,
    /// Path of the drawing in the course folder.
    pub path: String,
    /// The Mermaid text.
    pub text: String,
}

/// Every Mermaid block of a course, whatever else is wrong with it.
///
/// # Errors
/// What was found, when there is no course to read.
pub fn sources(source: &Source) -> Result<Vec<FigureSource>, Vec<Diagnostic>> {
    let mut found = Vec::new();
    let Some(draft) = load::read(source, None, &mut found) else { return Err(found) };
    let mut out = Vec::new();
    for module in &draft.modules {
        for lesson in &module.lessons {
            out.extend(lesson.rendered.figures.iter().map(|f| FigureSource {
                file: lesson.path.to_owned(),
                line: f.spot.line,
                id: f.id.clone(),
                path: module.folder.path(&path(&f.id)),
                text: f.source.clone(),
            }));
        }
    }
    Ok(out)
}

/// Where a figure lies in its module.
pub(crate) fn path(id: &str) -> String {
    fenced::figure_path(id)
}

/// The hash that stands in a drawing of this text.
#[must_use]
pub fn hash(text: &str) -> String {
    sha256_hex(text.replace("\r\n", "\n").trim().as_bytes())
}

/// The comment that goes into a drawing of this text.
#[must_use]
pub fn comment(text: &str) -> String {
    format!("{MARK}{} -->", hash(text))
}

/// The hash that a drawing carries.
#[must_use]
pub fn source_hash(svg: &str) -> Option<&str> {
    let (_, rest) = svg.split_once(MARK)?;
    rest.split_once(" -->").map(|(hash, _)| hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_knows_the_text_it_came_from() {
        let svg = format!("<svg>\n{}\n</svg>", comment("flowchart LR\n A --> B\n"));
        assert_eq!(source_hash(&svg), Some(hash("flowchart LR\r\n A --> B").as_str()));
        assert_eq!(source_hash("<svg></svg>"), None);
    }
}

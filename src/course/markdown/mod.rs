//! Markdown to clean HTML.
//!
//! Links to files and pages come out as `ref:<n>`, an index into [`Rendered::links`]: what they lead to is decided when
//! every page is known, so that the rendering of a text depends on that text alone and can be kept.
//!
//! Classes in the result, for the stylesheet:
//! `figure.code > figcaption? + pre > code`; `figure.figure > img + figcaption? + details.source`;
//! `aside.callout.callout-{note,tip,important,warning,caution} > p.callout-title`; `div.table-scroll > table`;
//! `section.check > p.check-title, …, details.answer > summary + div`; `section.footnotes > ol`, `sup.footnote-ref`,
//! `a.footnote-backref`; `span.math-block > math` (a displayed formula: block, scrolls); `.al-c`, `.al-r` on cells;
//! `li.task`, `li.task-done`; in notebooks `div.cell-out > pre`; highlighted code: see [`code`]; cells in formulas: see [`math`].

mod blocks;
mod clean;
pub(in crate::course) mod code;
pub(in crate::course) mod fenced;
mod fences;
pub(in crate::course) mod format;
mod info;
mod math;
mod plain_math;

use serde::{Deserialize, Serialize};

use super::{
    diagnostic::{Diagnostic, Severity, Spot},
    facts::Facts,
    reader::Text,
};

/// A link or image as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Link {
    pub(crate) url: String,
    pub(crate) spot: Spot,
    /// The text alternative of what is shown rather than followed.
    pub(crate) alt: Option<String>,
    /// Whether it is the drawing of a Mermaid block, whose absence is a matter of its own.
    pub(crate) drawn: bool,
}

/// A Mermaid block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Figure {
    pub(crate) id: String,
    pub(crate) source: String,
    pub(crate) spot: Spot,
}

/// What one text became.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rendered {
    pub(crate) html: String,
    /// Plain text of the prose.
    pub(crate) text: String,
    pub(crate) words: usize,
    /// Second-level headings: (anchor id, text).
    pub(crate) headings: Vec<(String, String)>,
    /// Every id in `html`.
    pub(crate) anchors: Vec<String>,
    pub(crate) links: Vec<Link>,
    pub(crate) figures: Vec<Figure>,
    pub(crate) found: Vec<Diagnostic>,
}

impl Rendered {
    /// Takes over everything but the HTML and its text.
    pub(in crate::course) fn absorb(&mut self, part: Rendered) {
        self.words += part.words;
        self.headings.extend(part.headings);
        self.anchors.extend(part.anchors);
        self.links.extend(part.links);
        self.figures.extend(part.figures);
        self.found.extend(part.found);
    }
}

impl Rendered {
    /// Adds an image that the text does not hold, and answers the mark for its place.
    pub(in crate::course) fn add_image(&mut self, url: &str, alt: &str) -> String {
        self.links.push(Link { url: url.to_owned(), spot: Spot::START, alt: Some(alt.to_owned()), drawn: false });
        let mark = format::IMAGE;
        format!("{mark}{}{mark}", self.links.len() - 1)
    }
}

/// Renders a cell of a notebook. What notebooks do all the time, such as raw HTML and first-level headings, is let pass;
/// ids that are `taken` get the cell's number.
pub(in crate::course) fn notebook_cell(
    file: &str,
    page_id: &str,
    number: usize,
    text: &str,
    first_ref: usize,
    taken: &[String],
) -> Rendered {
    let mut out = format::render(file, page_id, text, first_ref, &Facts::default());
    out.found.retain(|d| d.severity == Severity::Error);
    for anchor in &mut out.anchors {
        if taken.contains(anchor) {
            let own = format!("{anchor}-c{number}");
            out.html = out
                .html
                .replace(&format!("\"{anchor}\""), &format!("\"{own}\""))
                .replace(&format!("\"#{anchor}\""), &format!("\"#{own}\""));
            *anchor = own;
        }
    }
    out
}

/// Renders a whole file, front matter skipped.
pub(crate) fn page(file: &str, page_id: &str, text: &str, facts: &Facts) -> Rendered {
    format::render(file, page_id, text, 0, facts)
}

/// Renders the Markdown strings of one file in order, or gives back what an earlier reading of the same file rendered.
pub(crate) struct Fragments<'a> {
    file: &'a str,
    page_id: &'a str,
    facts: &'a Facts,
    kept: std::vec::IntoIter<Rendered>,
    fresh: Vec<Rendered>,
    all: Rendered,
}

impl<'a> Fragments<'a> {
    pub(crate) fn new(file: &'a str, page_id: &'a str, facts: &'a Facts, kept: Vec<Rendered>) -> Self {
        Self { file, page_id, facts, kept: kept.into_iter(), fresh: Vec::new(), all: Rendered::default() }
    }

    fn render(&mut self, text: &Text) -> Rendered {
        let rendered = self.kept.next().unwrap_or_else(|| {
            let page_id = format!("{}--{}", self.page_id, self.fresh.len());
            let mut new = format::render(self.file, &page_id, &text.value, self.all.links.len(), self.facts);
            for spot in new.links.iter_mut().map(|l| &mut l.spot).chain(new.figures.iter_mut().map(|f| &mut f.spot)) {
                *spot = text.place(*spot);
            }
            for d in &mut new.found {
                let place = text.place(Spot::new(d.line, d.col));
                (d.line, d.col) = (place.line, place.col);
            }
            new
        });
        self.fresh.push(rendered.clone());
        self.all.absorb(rendered.clone());
        rendered
    }

    /// HTML of blocks.
    pub(crate) fn block(&mut self, text: &Text) -> String {
        self.render(text).html
    }

    /// HTML without the paragraph around it, where there is only one.
    pub(crate) fn inline(&mut self, text: &Text) -> String {
        let html = self.render(text).html;
        let inner = html.trim_end().strip_prefix("<p>").and_then(|h| h.strip_suffix("</p>"));
        match inner.filter(|i| !i.contains("<p>")) {
            Some(inner) => inner.to_owned(),
            None => html,
        }
    }

    /// HTML, and plain text of at most 250 characters.
    pub(crate) fn stem(&mut self, text: &Text) -> (String, String) {
        let rendered = self.render(text);
        (rendered.html, shorten(&rendered.text, 250))
    }

    /// Everything rendered, taken together, and the parts in order, to be kept.
    pub(crate) fn finish(self) -> (Rendered, Vec<Rendered>) {
        (self.all, self.fresh)
    }
}

/// At most `limit` characters, cut at a word.
fn shorten(text: &str, limit: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= limit {
        return text;
    }
    let cut: String = text.chars().take(limit - 1).collect();
    let end = cut.rfind(' ').filter(|i| *i > limit / 2).unwrap_or(cut.len());
    format!("{}…", &cut[..end])
}

#[cfg(test)]
mod tests;

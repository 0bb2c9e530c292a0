//! Markdown to clean HTML.
//!
//! Links to files and pages come out as `ref:<n>`, an index into [`Rendered::links`]: what they lead to is decided when
//! every page is known, so that the rendering of a text depends on that text alone and can be kept.
//!
//! Classes in the result, for the stylesheet:
//! `figure.code > figcaption? + pre > code`; `figure.figure > img + figcaption? + details.source`;
//! `aside.callout.callout-{note,tip,important,warning,caution} > p.callout-title`; `div.table-scroll > table`;
//! `section.check > p.check-title, …, details.answer > summary + div`; `section.footnotes > ol`, `sup.footnote-ref`,
//! `a.footnote-backref`; `div.math-block > math` (`span.math-block` inside a line of text); `.al-c`, `.al-r` on cells;
//! in notebooks `div.cell`, `div.cell-out > pre`; highlighted code: see [`code`].

mod format;

use serde::{Deserialize, Serialize};

use super::{
    diagnostic::{Diagnostic, Spot},
    reader::Text,
};

/// A link or image as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Link {
    pub(crate) url: String,
    pub(crate) spot: Spot,
    /// Shown on the page rather than followed.
    pub(crate) image: bool,
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
    fn absorb(&mut self, part: Rendered) {
        self.words += part.words;
        self.anchors.extend(part.anchors);
        self.links.extend(part.links);
        self.figures.extend(part.figures);
        self.found.extend(part.found);
    }
}

/// Renders a whole file, front matter skipped.
pub(crate) fn page(file: &str, page_id: &str, text: &str) -> Rendered {
    format::render(file, page_id, text, 0)
}

/// Renders the Markdown strings of one file in order, or gives back what an earlier reading of the same file rendered.
pub(crate) struct Fragments<'a> {
    file: &'a str,
    page_id: &'a str,
    kept: std::vec::IntoIter<Rendered>,
    fresh: Vec<Rendered>,
    all: Rendered,
}

impl<'a> Fragments<'a> {
    pub(crate) fn new(file: &'a str, page_id: &'a str, kept: Vec<Rendered>) -> Self {
        Self { file, page_id, kept: kept.into_iter(), fresh: Vec::new(), all: Rendered::default() }
    }

    fn render(&mut self, text: &Text) -> Rendered {
        let rendered = self.kept.next().unwrap_or_else(|| {
            let page_id = format!("{}--{}", self.page_id, self.fresh.len());
            let mut new = format::render(self.file, &page_id, &text.value, self.all.links.len());
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

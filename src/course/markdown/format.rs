//! The walk over the document.

use std::{
    collections::HashMap,
    fmt::{self, Write},
};

use comrak::{
    Anchorizer, Arena, Node, Options,
    html::{ChildRendering, Context, format_document_with_formatter, format_node_default},
    nodes::NodeValue,
    options::Plugins,
};

use super::{
    Link, Rendered, blocks,
    clean::{self, CLOSE, OPEN},
    code::escape,
    fenced, fences, math,
    plain_math::plain_math,
};
use crate::course::{
    diagnostic::{Diagnostic, Kind, Spot},
    facts::Facts,
};

/// Encloses the number of a link whose image goes here: its size is known only when all files are.
pub(in crate::course) const IMAGE: char = '\u{E002}';

pub(super) type Walk<'o, 'c> = Context<'o, 'c, State>;

/// What the walk knows and finds.
#[derive(Default)]
pub(super) struct State {
    file: String,
    page_id: String,
    first_ref: usize,
    pub(super) slugs: Anchorizer,
    /// Fragments that the cleaner does not see.
    trusted: Vec<String>,
    /// How often each footnote is referred to, and its number.
    pub(super) notes: HashMap<String, (u32, u32)>,
    pub(super) note_list_open: bool,
    pub(super) out: Rendered,
}

impl State {
    pub(super) fn report(&mut self, kind: Kind, spot: Spot, message: impl Into<String>) -> &mut Diagnostic {
        self.out.found.push(Diagnostic::new(kind, &self.file, spot, message));
        let last = self.out.found.len() - 1;
        &mut self.out.found[last]
    }

    pub(super) fn anchor(&self, slug: &str) -> String {
        format!("{}--{slug}", self.page_id)
    }

    fn link(&mut self, url: &str, spot: Spot, alt: Option<String>) -> usize {
        self.out.links.push(Link { url: url.to_owned(), spot, alt, drawn: false });
        self.first_ref + self.out.links.len() - 1
    }

    /// The mark that an image will stand for.
    pub(super) fn image(&mut self, url: &str, alt: &str, spot: Spot) -> String {
        let number = self.link(url, spot, Some(alt.to_owned()));
        format!("{IMAGE}{number}{IMAGE}")
    }

    /// The same for the drawing of a diagram.
    pub(super) fn drawing(&mut self, url: &str, alt: &str, spot: Spot) -> String {
        let mark = self.image(url, alt, spot);
        if let Some(link) = self.out.links.last_mut() {
            link.drawn = true;
        }
        mark
    }

    /// The mark that a trusted fragment will stand for.
    pub(super) fn trust(&mut self, fragment: String) -> String {
        self.trusted.push(fragment);
        format!("{OPEN}{}{CLOSE}", self.trusted.len() - 1)
    }
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.alerts = true;
    options.extension.math_dollars = true;
    options.extension.block_directive = true;
    options.extension.front_matter_delimiter = Some("---".to_owned());
    options.parse.sourcepos_chars = true;
    options
}

/// Renders a text; `first_ref` is the number of its first link.
pub(super) fn render(file: &str, page_id: &str, text: &str, first_ref: usize, facts: &Facts) -> Rendered {
    let mut state = State { file: file.to_owned(), page_id: page_id.to_owned(), first_ref, ..State::default() };
    if let Some(at) = text.find([OPEN, CLOSE, IMAGE]) {
        state.report(Kind::Syntax, Spot::at(text, at), "a private-use character (U+E000 to U+E002) cannot be shown");
    }
    let text = text.replace([OPEN, CLOSE, IMAGE], "\u{FFFD}");
    state.out.found.extend(fences::check(file, &text));
    let arena = Arena::new();
    let options = options();
    let root = comrak::parse_document(&arena, &text, &options);
    for node in root.descendants() {
        facts.fill_node(&mut node.data_mut().value);
        if let NodeValue::FootnoteReference(note) = &node.data().value {
            let entry = state.notes.entry(note.name.clone()).or_insert((note.ix, 0));
            entry.1 += 1;
        }
    }
    let mut html = String::new();
    let Ok(state) = format_document_with_formatter(root, &options, &mut html, &Plugins::default(), walk, state) else {
        return Rendered::default();
    };
    let mut out = state.out;
    out.text = plain(root);
    out.words = out.text.split_whitespace().count();
    out.html = clean::clean(&html, &state.trusted);
    out
}

/// Where a node starts.
pub(super) fn spot(node: Node<'_>) -> Spot {
    let start = node.data().sourcepos.start;
    Spot::new(start.line.max(1), start.column.max(1))
}

fn walk(c: &mut Walk<'_, '_>, node: Node<'_>, entering: bool) -> Result<ChildRendering, fmt::Error> {
    let data = node.data();
    match &data.value {
        NodeValue::Document if !entering && c.user.note_list_open => c.write_str("</ol></section>\n")?,
        NodeValue::Heading(heading) => blocks::heading(c, node, heading.level, entering)?,
        NodeValue::Paragraph => return blocks::paragraph(c, node, entering),
        NodeValue::Table(_) => return blocks::table(c, node, entering),
        NodeValue::TableCell => blocks::cell(c, node, entering)?,
        NodeValue::Alert(alert) => blocks::alert(c, alert, entering)?,
        NodeValue::BlockDirective(directive) => blocks::directive(c, node, &directive.info, entering)?,
        NodeValue::FootnoteDefinition(note) => blocks::note(c, &note.name, entering)?,
        NodeValue::FootnoteReference(note) if entering => {
            let (to, from) = (c.user.anchor(&format!("fn-{}", note.ix)), blocks::note_back(&c.user, note.ix, note.ref_num));
            write!(c, "<sup class=\"footnote-ref\"><a href=\"#{to}\" id=\"{from}\">{}</a></sup>", note.ix)?;
            c.user.out.anchors.push(from);
        }
        NodeValue::TaskItem(task) => {
            let class = if task.symbol.is_some() { "task task-done" } else { "task" };
            match (entering, task.symbol.is_some()) {
                (true, true) => write!(c, "<li class=\"{class}\">☑ ")?,
                (true, false) => write!(c, "<li class=\"{class}\">☐ ")?,
                (false, _) => c.write_str("</li>\n")?,
            }
        }
        NodeValue::CodeBlock(block) if entering => fenced::block(c, node, block)?,
        NodeValue::Math(formula) if entering => {
            let at = spot(node);
            let opening = if formula.display_math { 2 } else { 1 };
            formula_html(c, &formula.literal, formula.display_math, Spot::new(at.line, at.col + opening))?;
        }
        NodeValue::Link(link) => return anchor(c, node, &link.url, entering),
        NodeValue::Image(image) => {
            if entering {
                let mark = picture(c, node, &image.url);
                c.write_str(&mark)?;
            }
            return Ok(ChildRendering::Skip);
        }
        NodeValue::HtmlBlock(html) if entering => raw(c, node, &html.literal),
        NodeValue::HtmlInline(html) if entering => raw(c, node, html),
        NodeValue::Text(text) if entering => {
            if let Some(at) = text.find("[^") {
                let name = text[at + 2..].split(']').next().unwrap_or_default().to_owned();
                let start = spot(node);
                let place = Spot::new(start.line, start.col + text[..at].chars().count());
                c.user.report(Kind::Undefined, place, format!("the footnote `[^{name}]` is not defined")).hint =
                    Some(format!("add a line `[^{name}]: …`"));
            }
            return format_node_default(c, node, entering);
        }
        NodeValue::CodeBlock(_) | NodeValue::Math(_) | NodeValue::HtmlBlock(_) | NodeValue::HtmlInline(_) => {}
        NodeValue::FootnoteReference(_) | NodeValue::Document => {}
        _ => return format_node_default(c, node, entering),
    }
    Ok(ChildRendering::HTML)
}

fn raw(c: &mut Walk<'_, '_>, node: Node<'_>, html: &str) {
    if html.trim_start().starts_with("<!--") {
        return;
    }
    let tag: String = html.trim_start().chars().take_while(|ch| !ch.is_whitespace() && *ch != '>').chain(">".chars()).collect();
    c.user.report(Kind::RawHtml, spot(node), format!("raw HTML `{tag}` is removed")).hint =
        Some("write it in Markdown, or put it between backticks to show it".to_owned());
}

fn anchor(c: &mut Walk<'_, '_>, node: Node<'_>, url: &str, entering: bool) -> Result<ChildRendering, fmt::Error> {
    if !entering {
        c.write_str("</a>")?;
    } else if url.starts_with("https://") {
        write!(c, "<a href=\"{}\" target=\"_blank\" rel=\"noopener noreferrer\">", escape(url))?;
    } else {
        let number = c.user.link(url, spot(node), None);
        let class = if url.starts_with("glossary:") { " class=\"term\"" } else { "" };
        write!(c, "<a{class} href=\"ref:{number}\">")?;
    }
    if entering && plain(node).trim().is_empty() && !node.descendants().any(|n| matches!(n.data().value, NodeValue::Image(_))) {
        c.user.report(Kind::BrokenLink, spot(node), "the link has no text");
    }
    Ok(ChildRendering::HTML)
}

/// The mark of an image, its alternative checked.
pub(super) fn picture(c: &mut Walk<'_, '_>, node: Node<'_>, url: &str) -> String {
    let alt = plain(node).trim().to_owned();
    if alt.is_empty() {
        c.user.report(Kind::MissingAlt, spot(node), format!("the image `{url}` has no text alternative")).hint =
            Some("say between the square brackets what it shows".to_owned());
    }
    c.user.image(url, &alt, spot(node))
}

/// A formula as a trusted fragment; `at` is the place of its first character.
pub(super) fn formula_html(c: &mut Walk<'_, '_>, latex: &str, block: bool, at: Spot) -> fmt::Result {
    let fragment = match math::mathml(latex, block) {
        Ok(mathml) if block => format!("<span class=\"math-block\" tabindex=\"0\">{mathml}</span>"),
        Ok(mathml) => mathml,
        Err(error) => {
            let place = if error.spot.line == 1 {
                Spot::new(at.line, at.col + error.spot.col - 1)
            } else {
                Spot::new(at.line + error.spot.line - 1, error.spot.col)
            };
            c.user.report(Kind::BadMath, place, format!("formula: {}", error.message));
            format!("<code>{}</code>", escape(latex))
        }
    };
    let mark = c.user.trust(fragment);
    c.write_str(&mark)
}

/// The prose below a node: no code blocks.
pub(super) fn plain(root: Node<'_>) -> String {
    let mut out = String::new();
    for node in root.descendants() {
        match &node.data().value {
            NodeValue::Text(text) => out.push_str(text),
            NodeValue::Code(code) => out.push_str(&code.literal),
            NodeValue::Math(math) => out.push_str(&plain_math(&math.literal)),
            NodeValue::SoftBreak | NodeValue::LineBreak => out.push(' '),
            value if value.block() && !out.is_empty() && !out.ends_with('\n') => out.push('\n'),
            _ => {}
        }
    }
    out
}

//! The walk over the document.

use std::fmt::{self, Write};

use comrak::{
    Anchorizer, Arena, Node, Options,
    html::{ChildRendering, Context, format_document_with_formatter, format_node_default},
    nodes::NodeValue,
    options::Plugins,
};

use super::{Link, Rendered};
use crate::course::diagnostic::{Diagnostic, Kind, Spot};

/// What the walk knows and finds.
#[derive(Default)]
pub(super) struct State {
    pub(super) file: String,
    pub(super) page_id: String,
    pub(super) first_ref: usize,
    pub(super) anchors: Anchorizer,
    pub(super) out: Rendered,
}

impl State {
    pub(super) fn report(&mut self, kind: Kind, spot: Spot, message: impl Into<String>) -> &mut Diagnostic {
        self.out.found.push(Diagnostic::new(kind, &self.file, spot, message));
        let last = self.out.found.len() - 1;
        &mut self.out.found[last]
    }

    fn link(&mut self, url: &str, spot: Spot, image: bool) -> String {
        self.out.links.push(Link { url: url.to_owned(), spot, image });
        format!("ref:{}", self.first_ref + self.out.links.len() - 1)
    }
}

pub(super) fn options() -> Options<'static> {
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

pub(super) fn render(file: &str, page_id: &str, text: &str, first_ref: usize) -> Rendered {
    let arena = Arena::new();
    let options = options();
    let root = comrak::parse_document(&arena, text, &options);
    let mut html = String::new();
    let state = State { file: file.to_owned(), page_id: page_id.to_owned(), first_ref, ..State::default() };
    let done = format_document_with_formatter(root, &options, &mut html, &Plugins::default(), node, state);
    let mut out = done.map(|s| s.out).unwrap_or_default();
    out.text = plain(root);
    out.words = out.text.split_whitespace().count();
    out.html = html;
    out
}

pub(super) fn spot(node: Node<'_>) -> Spot {
    let start = node.data().sourcepos.start;
    Spot::new(start.line.max(1), start.column.max(1))
}

fn node(context: &mut Context<'_, '_, State>, node: Node<'_>, entering: bool) -> Result<ChildRendering, fmt::Error> {
    let data = node.data();
    match &data.value {
        NodeValue::Heading(heading) => {
            let level = heading.level.max(2);
            if !entering {
                writeln!(context, "</h{level}>")?;
                return Ok(ChildRendering::HTML);
            }
            let text = plain(node);
            let anchor = format!("{}--{}", context.user.page_id, context.user.anchors.anchorize(&text));
            write!(context, "<h{level} id=\"{anchor}\">")?;
            if level == 2 {
                context.user.out.headings.push((anchor.clone(), text));
            }
            context.user.out.anchors.push(anchor);
        }
        NodeValue::Link(link) => {
            if !entering {
                context.write_str("</a>")?;
            } else if link.url.starts_with("https://") {
                context.write_str("<a href=\"")?;
                context.escape_href(&link.url)?;
                context.write_str("\" target=\"_blank\" rel=\"noopener noreferrer\">")?;
            } else {
                let url = context.user.link(&link.url, spot(node), false);
                write!(context, "<a href=\"{url}\">")?;
            }
        }
        NodeValue::Image(image) => {
            if entering {
                let url = context.user.link(&image.url, spot(node), true);
                write!(context, "<img src=\"{url}\" alt=\"")?;
                context.escape(&plain(node))?;
                context.write_str("\" loading=\"lazy\">")?;
            }
            return Ok(ChildRendering::Skip);
        }
        _ => return format_node_default(context, node, entering),
    }
    Ok(ChildRendering::HTML)
}

/// The prose below a node: no code blocks.
pub(super) fn plain(root: Node<'_>) -> String {
    let mut out = String::new();
    for node in root.descendants() {
        match &node.data().value {
            NodeValue::Text(text) => out.push_str(text),
            NodeValue::Code(code) => out.push_str(&code.literal),
            NodeValue::Math(math) => out.push_str(math.literal.trim()),
            NodeValue::SoftBreak | NodeValue::LineBreak => out.push(' '),
            value if value.block() => {
                if !out.is_empty() && !out.ends_with('\n') {
                    out.push('\n');
                }
            }
            _ => {}
        }
    }
    out
}

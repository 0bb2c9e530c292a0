//! Headings, paragraphs, tables, call-outs, checks and footnotes.

use std::fmt::{self, Write};

use comrak::{
    Node,
    html::{ChildRendering, format_node_default},
    nodes::{AlertType, NodeAlert, NodeValue, TableAlignment},
};

use super::{
    code::escape,
    format::{State, Walk, picture, plain, spot},
};
use crate::course::diagnostic::Kind;

pub(super) fn heading(c: &mut Walk<'_, '_>, node: Node<'_>, level: u8, entering: bool) -> fmt::Result {
    let shown = level.max(2);
    if !entering {
        return writeln!(c, "</h{shown}>");
    }
    if level == 1 {
        c.user.report(Kind::Heading, spot(node), "a heading of the first level").hint =
            Some("the title is printed for you: begin at `##`".to_owned());
    }
    let text = plain(node);
    let slug = c.user.slugs.anchorize(&text);
    let anchor = c.user.anchor(&slug);
    if shown == 2 {
        c.user.out.headings.push((anchor.clone(), text));
    }
    write!(c, "<h{shown} id=\"{}\">", escape(&anchor))?;
    c.user.out.anchors.push(anchor);
    Ok(())
}

/// A paragraph that holds one image is a figure, one that holds one displayed formula is that formula.
pub(super) fn paragraph(c: &mut Walk<'_, '_>, node: Node<'_>, entering: bool) -> Result<ChildRendering, fmt::Error> {
    if let Some(only) = only_child(node) {
        match &only.data().value {
            NodeValue::Image(image) => {
                if entering {
                    let mark = picture(c, only, &image.url);
                    let caption =
                        if image.title.is_empty() { String::new() } else { format!("<figcaption>{}</figcaption>", escape(&image.title)) };
                    let figure = c.user.trust(format!("<figure class=\"figure\">{mark}{caption}</figure>"));
                    writeln!(c, "{figure}")?;
                }
                return Ok(ChildRendering::Skip);
            }
            NodeValue::Math(math) if math.display_math => return Ok(ChildRendering::HTML),
            _ => {}
        }
    }
    // Footnotes lead back from the end of their last paragraph.
    let note = node.parent().filter(|_| !entering && node.next_sibling().is_none());
    if let Some(NodeValue::FootnoteDefinition(note)) = note.map(|p| p.data().value.clone()) {
        back_links(c, &note.name)?;
        c.write_str("</p>\n")?;
        return Ok(ChildRendering::HTML);
    }
    format_node_default(c, node, entering)
}

fn only_child<'a>(node: Node<'a>) -> Option<Node<'a>> {
    node.first_child().filter(|child| child.next_sibling().is_none())
}

pub(super) fn table(c: &mut Walk<'_, '_>, node: Node<'_>, entering: bool) -> Result<ChildRendering, fmt::Error> {
    if entering {
        c.write_str("<div class=\"table-scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Table\">\n")?;
    }
    let children = format_node_default(c, node, entering)?;
    if !entering {
        c.write_str("</div>\n")?;
    }
    Ok(children)
}

pub(super) fn cell(c: &mut Walk<'_, '_>, node: Node<'_>, entering: bool) -> fmt::Result {
    let row = node.parent();
    // A corner without words heads nothing.
    let header = row.is_some_and(|r| matches!(r.data().value, NodeValue::TableRow(true))) && node.first_child().is_some();
    let tag = if header { "th" } else { "td" };
    if !entering {
        return writeln!(c, "</{tag}>");
    }
    let column = std::iter::successors(node.previous_sibling(), |n| n.previous_sibling()).count();
    let class = match row.and_then(|r| r.parent()).map(|t| t.data().value.clone()) {
        Some(NodeValue::Table(table)) => match table.alignments.get(column) {
            Some(TableAlignment::Center) => " class=\"al-c\"",
            Some(TableAlignment::Right) => " class=\"al-r\"",
            _ => "",
        },
        _ => "",
    };
    write!(c, "<{tag}{}{class}>", if header { " scope=\"col\"" } else { "" })
}

pub(super) fn alert(c: &mut Walk<'_, '_>, alert: &NodeAlert, entering: bool) -> fmt::Result {
    if !entering {
        return c.write_str("</aside>\n");
    }
    let name = match alert.alert_type {
        AlertType::Note => "note",
        AlertType::Tip => "tip",
        AlertType::Important => "important",
        AlertType::Warning => "warning",
        AlertType::Caution => "caution",
    };
    let title = alert.title.as_deref().unwrap_or_else(|| alert.alert_type.default_title());
    writeln!(c, "<aside class=\"callout callout-{name}\" role=\"note\">\n<p class=\"callout-title\">{}</p>", escape(title))
}

pub(super) fn directive(c: &mut Walk<'_, '_>, node: Node<'_>, name: &str, entering: bool) -> fmt::Result {
    match (name, entering) {
        ("check", true) => {
            let answered = node.children().any(|n| matches!(&n.data().value, NodeValue::BlockDirective(d) if d.info == "answer"));
            if !answered {
                c.user.report(Kind::Container, spot(node), "the check has no answer").hint =
                    Some("write it between `:::answer` and `:::`, inside of `::::check` … `::::`".to_owned());
            }
            c.write_str("<section class=\"check\">\n<p class=\"check-title\">Check yourself</p>\n")
        }
        ("check", false) => c.write_str("</section>\n"),
        ("answer", true) => c.write_str("<details class=\"answer\"><summary>Show the answer</summary>\n<div>\n"),
        ("answer", false) => c.write_str("</div>\n</details>\n"),
        _ => Ok(()),
    }
}

pub(super) fn note(c: &mut Walk<'_, '_>, name: &str, entering: bool) -> fmt::Result {
    if !entering {
        return c.write_str("</li>\n");
    }
    if !c.user.note_list_open {
        c.user.note_list_open = true;
        c.write_str("<section class=\"footnotes\">\n<ol>\n")?;
    }
    let number = c.user.notes.get(name).map_or(0, |(ix, _)| *ix);
    let anchor = c.user.anchor(&format!("fn-{number}"));
    write!(c, "<li id=\"{anchor}\">")?;
    c.user.out.anchors.push(anchor);
    Ok(())
}

/// The id of the `count`th reference to a footnote.
pub(super) fn note_back(state: &State, number: u32, count: u32) -> String {
    let again = if count > 1 { format!("-{count}") } else { String::new() };
    state.anchor(&format!("fnref-{number}{again}"))
}

fn back_links(c: &mut Walk<'_, '_>, name: &str) -> fmt::Result {
    let (number, count) = c.user.notes.get(name).copied().unwrap_or_default();
    for i in 1..=count {
        let to = note_back(&c.user, number, i);
        let again = if i > 1 { format!("-{i}") } else { String::new() };
        write!(c, " <a href=\"#{to}\" class=\"footnote-backref\" aria-label=\"Back to reference {number}{again}\">↩</a>")?;
    }
    Ok(())
}

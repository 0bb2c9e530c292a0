//! Fenced blocks: code, formulas, diagrams.

use std::fmt::{self, Write};

use comrak::{Node, nodes::NodeCodeBlock};

use super::{
    Figure, code,
    format::{Walk, formula_html, spot},
    info::Info,
};
use crate::course::{
    diagnostic::{Diagnostic, Kind, Spot},
    manifest::{ID_HINT, is_id},
};

/// Where a lesson's drawn diagram lies, seen from its module.
pub(in crate::course) fn figure_path(id: &str) -> String {
    format!("figures/{id}.svg")
}

pub(super) fn block(c: &mut Walk<'_, '_>, node: Node<'_>, block: &NodeCodeBlock) -> fmt::Result {
    let (info, at) = (Info::parse(&block.info), spot(node));
    if block.fenced && !block.closed {
        c.user.report(Kind::CodeBlock, at, "the fenced block is never closed");
    }
    let attributes: &[&str] = match info.language.as_str() {
        "mermaid" => &["alt", "caption"],
        "math" => &[],
        _ => &["title"],
    };
    strange(c, &info, at, attributes);
    match info.language.as_str() {
        "mermaid" => mermaid(c, &info, &block.literal, at),
        "math" => {
            formula_html(c, block.literal.trim_end(), true, Spot::new(at.line + 1, at.col))?;
            c.write_str("\n")
        }
        language => {
            if !code::known(language) {
                c.user.report(Kind::CodeBlock, at, format!("there are no colours for the language `{language}`")).hint =
                    Some("use `text` for text that is no code".to_owned());
            }
            let figure = figure(language, info.get("title"), &block.literal);
            let mark = c.user.trust(figure);
            writeln!(c, "{mark}")
        }
    }
}

/// Code with its caption; script adds the copy button to `figure.code`.
pub(in crate::course) fn figure(language: &str, title: Option<&str>, text: &str) -> String {
    let caption = title.map(|t| format!("<figcaption>{}</figcaption>", code::escape(t))).unwrap_or_default();
    let class = if language.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && !language.is_empty() {
        format!(" class=\"language-{language}\"")
    } else {
        String::new()
    };
    format!("<figure class=\"code\">{caption}<pre tabindex=\"0\"><code{class}>{}</code></pre></figure>", code::highlight(language, text))
}

fn strange(c: &mut Walk<'_, '_>, info: &Info, at: Spot, known: &[&str]) {
    for word in &info.stray {
        c.user.report(Kind::CodeBlock, at, format!("`{word}` behind the fence means nothing"));
    }
    for (key, _) in info.pairs.iter().filter(|(k, _)| !known.contains(&k.as_str())) {
        let found = Diagnostic::new(Kind::CodeBlock, "", at, "").hint_nearest(key, known.iter().copied());
        c.user.report(Kind::CodeBlock, at, format!("unknown attribute `{key}` behind the fence")).hint = found.hint;
    }
}

fn mermaid(c: &mut Walk<'_, '_>, info: &Info, source: &str, at: Spot) -> fmt::Result {
    let alt = info.get("alt").unwrap_or_default().to_owned();
    if alt.is_empty() {
        c.user.report(Kind::MissingAlt, at, "the diagram has no text alternative").hint =
            Some("say what it shows: ```` ```mermaid #name alt=\"…\" ````".to_owned());
    }
    let id = info.id.clone().unwrap_or_default();
    if !is_id(&id) {
        let message =
            if id.is_empty() { "the diagram has no id".to_owned() } else { format!("the diagram's id `{id}` cannot name a file") };
        let hint = if id.is_empty() { "name it: ```` ```mermaid #name alt=\"…\" ````" } else { ID_HINT };
        c.user.report(Kind::BadId, at, message).hint = Some(hint.to_owned());
        return Ok(());
    }
    let anchor = c.user.anchor(&format!("fig-{id}"));
    let mark = c.user.drawing(&figure_path(&id), &alt, at);
    let caption = info.get("caption").map(|t| format!("<figcaption>{}</figcaption>", code::escape(t))).unwrap_or_default();
    let figure = c.user.trust(format!(
        "<figure class=\"figure\" id=\"{anchor}\">{mark}{caption}<details class=\"source\"><summary>The diagram as text</summary><pre tabindex=\"0\"><code>{}</code></pre></details></figure>",
        code::escape(source)
    ));
    c.user.out.anchors.push(anchor);
    c.user.out.figures.push(Figure { id, source: source.to_owned(), spot: at });
    writeln!(c, "{figure}")
}

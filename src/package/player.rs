//! The browser side as two files: the script and the stylesheet, put together from `player/` the same way for packages and server.

pub mod questions;
pub mod view;

#[cfg(test)]
mod tests;

/// Which LMS interface the script talks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adapter {
    /// `API`, SCORM 1.2.
    Scorm12,
    /// `API_1484_11`, SCORM 2004.
    Scorm2004,
    /// Our own server.
    Lti,
    /// No LMS: this browser keeps the progress.
    Preview,
}

macro_rules! part {
    ($path:literal) => {
        ($path, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/player/", $path)))
    };
}

/// Cascade order.
const STYLES: &[(&str, &str)] = &[
    part!("style/tokens.css"),
    part!("style/base.css"),
    part!("style/frame.css"),
    part!("style/reading.css"),
    part!("style/figures.css"),
    part!("style/quiz.css"),
    part!("style/result.css"),
    part!("style/print.css"),
];

/// In front of everything that paints: applies a remembered theme. Loaded in `<head>` without `defer`.
const THEME: (&str, &str) = part!("src/theme-early.js");

/// What every kind of page uses; each part stands behind what it imports.
const COMMON: &[(&str, &str)] =
    &[part!("src/dom.js"), part!("src/words.js"), part!("src/numeric.js"), part!("src/pages.js"), part!("src/chip.js")];

/// The learner's pages, packaged or served.
const LEARN: &[(&str, &str)] = &[part!("src/outline.js"), part!("src/reading.js"), part!("src/theme.js"), part!("src/quiz-form.js")];

/// What a package does by itself: draw, score, keep the state.
const PACKAGE: &[(&str, &str)] = &[
    part!("src/hash.js"),
    part!("src/draw.js"),
    part!("src/scoring.js"),
    part!("src/responses.js"),
    part!("src/completion.js"),
    part!("src/codec.js"),
    part!("src/session.js"),
    part!("src/quiz-draw.js"),
    part!("src/review.js"),
    part!("src/quiz-run.js"),
    part!("src/preview.js"),
    part!("src/main-package.js"),
];

const SCORM: &[(&str, &str)] = &[part!("src/interactions.js"), part!("src/scorm-api.js"), part!("src/scorm.js"), part!("src/scorm12.js")];

/// The stylesheet of the learner's pages; the server puts that of its own pages behind it.
pub fn style() -> String {
    STYLES.iter().map(|(_, text)| strip_comments(text)).collect()
}

/// The script for one kind of page. Load it with `defer`, beside [`theme_early`].
pub fn script(adapter: Adapter) -> String {
    join(&parts(adapter))
}

/// The script of the tool pages (class, administration, front door): theme switch, times in the reader's zone, `[data-copy]` buttons,
/// `[data-find]` fields, `table[data-sortable]`.
pub fn tools_script() -> String {
    join(&tools_parts())
}

type Parts = Vec<(&'static str, &'static str)>;

fn parts(adapter: Adapter) -> Parts {
    let groups: &[&[(&str, &str)]] = match adapter {
        Adapter::Scorm12 => &[COMMON, LEARN, PACKAGE, SCORM, &[part!("src/start-scorm12.js")]],
        Adapter::Scorm2004 => &[COMMON, LEARN, PACKAGE, SCORM, &[part!("src/scorm2004.js"), part!("src/start-scorm2004.js")]],
        Adapter::Preview => &[COMMON, LEARN, PACKAGE, &[part!("src/start-preview.js")]],
        Adapter::Lti => &[COMMON, LEARN, &[part!("src/times.js"), part!("src/lti.js"), part!("src/start-lti.js")]],
    };
    groups.concat()
}

fn tools_parts() -> Parts {
    vec![
        part!("src/dom.js"),
        part!("src/reading.js"),
        part!("src/theme.js"),
        part!("src/times.js"),
        part!("src/picker.js"),
        part!("src/start-tools.js"),
    ]
}

/// One script out of modules: imports and the word `export` go, the rest shares one closed scope.
fn join(parts: &[(&str, &str)]) -> String {
    let mut out = String::from("(function () {\n'use strict';\n");
    for (_, text) in parts {
        for line in strip_comments(text).lines().filter(|l| !l.starts_with("import ")) {
            out.push_str(line.strip_prefix("export ").unwrap_or(line));
            out.push('\n');
        }
    }
    out.push_str("})();\n");
    out
}

/// A few lines for `<head>`, not deferred: the remembered theme, before the first paint.
pub fn theme_early() -> &'static str {
    THEME.1
}

/// Drops comments and indentation of a script or a stylesheet. Our sources hold no comment signs inside texts, and `//` only at the start of a line.
pub(crate) fn strip_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut code = String::with_capacity(text.len());
    while let Some((before, after)) = rest.split_once("/*") {
        code.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after.strip_prefix(' ').unwrap_or(after));
    }
    code.push_str(rest);
    for line in code.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with("//")) {
        out.push_str(line);
        out.push('\n');
    }
    out
}

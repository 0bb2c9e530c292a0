//! The browser side as two files: the script and the stylesheet, put together from `player/` the same way for packages and server.

pub mod questions;
pub mod view;

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
const STYLES: &[(&str, &str)] =
    &[part!("style/tokens.css"), part!("style/base.css"), part!("style/reading.css"), part!("style/quiz.css"), part!("style/tools.css")];

/// In front of everything that paints: applies a remembered theme. Loaded in `<head>` without `defer`.
const THEME: (&str, &str) = part!("src/theme-early.js");

/// The stylesheet.
pub fn style() -> String {
    STYLES.iter().map(|(_, text)| strip_comments(text)).collect()
}

/// The script for one kind of page. Load it with `defer`, beside [`theme_early`].
pub fn script(adapter: Adapter) -> String {
    let _ = adapter;
    String::new()
}

/// The script of the tool pages (class, administration, front door): theme switch, copy buttons, find, sortable tables.
pub fn tools_script() -> String {
    String::new()
}

/// A few lines for `<head>`, not deferred: the remembered theme, before the first paint.
pub fn theme_early() -> &'static str {
    THEME.1
}

/// Drops comments that stand on lines of their own, and indentation: our sources keep to that form, and a test holds them to it.
fn strip_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for line in text.lines() {
        let line = line.trim();
        if inside || line.starts_with("/*") {
            inside = !line.ends_with("*/");
        } else if !line.is_empty() && !line.starts_with("//") {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

//! Highlighted code with a dozen short classes.
//!
//! | class | is |
//! |---|---|
//! | `hl-k` | keyword, `def`, `if`, `import` |
//! | `hl-s` | string |
//! | `hl-e` | escape or placeholder in a string |
//! | `hl-n` | number |
//! | `hl-l` | named constant, `True`, `None`, `self` |
//! | `hl-c` | comment |
//! | `hl-f` | function or command |
//! | `hl-t` | type, class or module |
//! | `hl-a` | attribute, decorator, key of a data format, command-line option |
//! | `hl-v` | variable of a shell, parameter |
//! | `hl-o` | operator |
//! | `hl-g` | tag or heading of a markup language |
//! | `hl-i`, `hl-d` | inserted and deleted line of a diff |

use std::{fmt::Write, sync::LazyLock};

use syntect::{
    parsing::{ParseState, Scope, ScopeStack, ScopeStackOp, SyntaxReference, SyntaxSet},
    util::LinesWithEndings,
};

/// Loading takes tens of milliseconds: only a text that was never rendered needs it.
static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(two_face::syntax::extra_newlines);

/// Scope prefixes and their class; the longest that fits counts. An empty class stops the search.
const CLASSES: &[(&str, &str)] = &[
    ("comment", "c"),
    ("string", "s"),
    ("constant.character.escape", "e"),
    ("constant.other.placeholder", "e"),
    ("constant.numeric", "n"),
    ("constant", "l"),
    ("support.constant", "l"),
    ("variable.language", "l"),
    ("keyword", "k"),
    ("keyword.operator", "o"),
    ("keyword.operator.logical.python", "k"),
    ("storage", "k"),
    ("storage.type.numeric", "n"),
    ("entity.name.function", "f"),
    ("entity.name.function.decorator", "a"),
    ("support.function", "f"),
    ("variable.function", "f"),
    ("variable.annotation", "a"),
    ("meta.annotation", "a"),
    ("entity.name.type", "t"),
    ("entity.name.class", "t"),
    ("entity.name.struct", "t"),
    ("entity.name.enum", "t"),
    ("entity.name.namespace", "t"),
    ("entity.other.inherited-class", "t"),
    ("support.type", "t"),
    ("support.class", "t"),
    ("entity.other.attribute-name", "a"),
    ("entity.name.tag", "g"),
    ("entity.name.tag.yaml", "a"),
    ("entity.name.tag.toml", "a"),
    ("entity.name.section", "g"),
    ("markup.heading", "g"),
    ("support.type.property-name", "a"),
    ("meta.mapping.key.json string", "a"),
    ("variable.parameter", "v"),
    ("variable.parameter.option", "a"),
    ("variable.other.readwrite.shell", "v"),
    ("variable.other.normal.shell", "v"),
    ("markup.inserted", "i"),
    ("markup.deleted", "d"),
    ("meta.interpolation", ""),
    ("source", ""),
    ("text", ""),
];

static SCOPES: LazyLock<Vec<(Scope, &str)>> = LazyLock::new(|| {
    let mut list: Vec<_> = CLASSES.iter().filter_map(|(name, class)| Scope::new(name).ok().map(|s| (s, *class))).collect();
    list.sort_by_key(|(scope, _)| std::cmp::Reverse(scope.len()));
    list
});

/// Names for text that is no code, or that no syntax is at hand for.
const PLAIN: &[&str] = &["powershell", "ps1", "", "text", "txt", "plain", "output", "console", "terminal", "none", "log"];

/// Names that the syntax set lacks.
const ALIASES: &[(&str, &str)] =
    &[("jsx", "js"), ("powershell", "ps1"), ("shell", "bash"), ("pycon", "python"), ("jsonl", "json"), ("modelfile", "dockerfile")];

/// Whether a block in this language can be shown as the author means it.
pub(super) fn known(language: &str) -> bool {
    PLAIN.contains(&language) || syntax(language).is_some()
}

/// `text` with spans, or only escaped where the language is not known.
pub(in crate::course) fn highlight(language: &str, text: &str) -> String {
    match syntax(language) {
        Some(syntax) if !PLAIN.contains(&language) => coloured(syntax, text).unwrap_or_else(|| escape(text)),
        _ => escape(text),
    }
}

fn syntax(language: &str) -> Option<&'static SyntaxReference> {
    let name = ALIASES.iter().find(|(from, _)| *from == language).map_or(language, |(_, to)| to);
    SYNTAXES.find_syntax_by_token(name)
}

fn coloured(syntax: &SyntaxReference, text: &str) -> Option<String> {
    let mut state = ParseState::new(syntax);
    let mut stack = ScopeStack::new();
    let mut out = Pen::default();
    for line in LinesWithEndings::from(text) {
        let mut at = 0;
        for (offset, op) in state.parse_line(line, &SYNTAXES).ok()? {
            out.write(line.get(at..offset)?, class(&stack));
            at = offset;
            // `Noop` leaves the stack alone.
            if !matches!(op, ScopeStackOp::Noop) {
                stack.apply(&op).ok()?;
            }
        }
        out.write(line.get(at..)?, class(&stack));
    }
    Some(out.finish())
}

fn class(stack: &ScopeStack) -> &'static str {
    stack
        .as_slice()
        .iter()
        .rev()
        .find_map(|scope| SCOPES.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope)).map(|(_, c)| *c))
        .unwrap_or("")
}

/// Joins neighbours of one class into one span.
#[derive(Default)]
struct Pen {
    out: String,
    open: &'static str,
}

impl Pen {
    fn write(&mut self, text: &str, class: &'static str) {
        if text.is_empty() {
            return;
        }
        // White space takes any colour.
        if class != self.open && !(text.trim().is_empty() && self.open.is_empty()) {
            self.close();
            if !class.is_empty() && !text.trim().is_empty() {
                let _ = write!(self.out, "<span class=\"hl-{class}\">");
                self.open = class;
            }
        }
        self.out.push_str(&escape(text));
    }

    fn close(&mut self) {
        if !self.open.is_empty() {
            let end = self.out.trim_end().len();
            let space = self.out.split_off(end);
            self.out.push_str("</span>");
            self.out.push_str(&space);
            self.open = "";
        }
    }

    fn finish(mut self) -> String {
        self.close();
        self.out
    }
}

/// Text as HTML.
pub(in crate::course) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_gets_short_classes_and_keeps_its_text() {
        let html = highlight("python", "def step(w: float) -> float:  # one\n    return w - 0.1 * \"a<b\"\n");
        assert_eq!(
            html,
            "<span class=\"hl-k\">def</span> <span class=\"hl-f\">step</span>(<span class=\"hl-v\">w</span>: <span class=\"hl-t\">float</span>) -&gt; <span class=\"hl-t\">float</span>:  <span class=\"hl-c\"># one</span>\n    <span class=\"hl-k\">return</span> w <span class=\"hl-o\">-</span> <span class=\"hl-n\">0.1</span> <span class=\"hl-o\">*</span> <span class=\"hl-s\">&quot;a&lt;b&quot;</span>\n"
        );
    }

    #[test]
    fn every_language_of_the_course_is_known() {
        for language in [
            "python",
            "bash",
            "sh",
            "json",
            "yaml",
            "toml",
            "dockerfile",
            "rust",
            "js",
            "jsx",
            "powershell",
            "diff",
            "html",
            "text",
            "console",
            "sql",
            "ini",
            "jsonl",
        ] {
            assert!(known(language), "{language}");
        }
        assert!(!known("pyhton"));
    }

    #[test]
    fn text_that_is_no_code_is_only_escaped() {
        assert_eq!(highlight("text", "a < b & \"c\""), "a &lt; b &amp; &quot;c&quot;");
        assert_eq!(highlight("klingon", "<x>"), "&lt;x&gt;");
    }
}

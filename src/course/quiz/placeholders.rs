//! `{name}` in the stem of a numeric question with variants.
//!
//! A group that is the argument of a TeX command or of `_` and `^` is TeX, not a placeholder:
//! `\frac{a}{b}` stays, `\frac{{a}}{{b}}` is filled in.

use std::collections::BTreeMap;

/// TeX commands whose next groups are arguments. After any other, `{name}` is a placeholder.
const TAKES_ARGUMENTS: &[&str] = &[
    "frac",
    "dfrac",
    "tfrac",
    "binom",
    "sqrt",
    "text",
    "textbf",
    "textit",
    "textrm",
    "texttt",
    "mathbf",
    "mathrm",
    "mathcal",
    "mathit",
    "mathbb",
    "mathsf",
    "mathtt",
    "boldsymbol",
    "operatorname",
    "hat",
    "widehat",
    "bar",
    "tilde",
    "widetilde",
    "vec",
    "dot",
    "ddot",
    "overline",
    "underline",
    "overbrace",
    "underbrace",
    "overset",
    "underset",
    "stackrel",
    "begin",
    "end",
    "mathfrak",
    "bm",
];

/// Replaces every placeholder that has a value; answers the text and the names without one, with their byte offsets.
pub(super) fn fill(text: &str, values: &BTreeMap<String, String>) -> (String, Vec<(String, usize)>) {
    let mut out = String::with_capacity(text.len());
    let mut unknown = Vec::new();
    scan(text, 0, values, &mut out, &mut unknown);
    (out, unknown)
}

fn scan(text: &str, base: usize, values: &BTreeMap<String, String>, out: &mut String, unknown: &mut Vec<(String, usize)>) {
    let mut at = 0;
    // Whether a group that starts here is an argument.
    let mut argument = false;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        if c == '\\' {
            let name: String = rest[1..].chars().take_while(char::is_ascii_alphabetic).collect();
            let length = if name.is_empty() { 1 + rest[1..].chars().next().map_or(0, char::len_utf8) } else { 1 + name.len() };
            out.push_str(&rest[..length]);
            at += length;
            argument = TAKES_ARGUMENTS.contains(&name.as_str());
            continue;
        }
        if c == '{' {
            let length = group(rest);
            let inner = rest.get(1..length - 1).unwrap_or_default();
            if !argument && is_name(inner) && rest[..length].ends_with('}') {
                match values.get(inner) {
                    Some(value) => out.push_str(value),
                    None => {
                        unknown.push((inner.to_owned(), base + at));
                        out.push_str(&rest[..length]);
                    }
                }
                at += length;
                continue;
            }
            if argument && length >= 2 && rest[..length].ends_with('}') {
                out.push('{');
                scan(inner, base + at + 1, values, out, unknown);
                out.push('}');
                at += length;
                continue;
            }
        }
        argument = matches!(c, '_' | '^') || (argument && (c == ' ' || c == '['));
        out.push(c);
        at += c.len_utf8();
    }
}

/// Length of the balanced group that `text` starts with, or 1 if it never closes.
fn group(text: &str) -> usize {
    let (mut depth, mut escaped) = (0_usize, false);
    for (i, b) in text.bytes().enumerate() {
        match b {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return i + 1;
                }
            }
            _ => {}
        }
    }
    1
}

fn is_name(inner: &str) -> bool {
    inner.starts_with(|c: char| c.is_ascii_alphabetic()) && inner.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Whether a key can be written as a placeholder.
pub(super) fn is_placeholder(name: &str) -> bool {
    is_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> String {
        let values = [("w", "0"), ("lr", "0.1"), ("a", "3"), ("b", "4")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        let (out, unknown) = fill(text, &values.into());
        assert_eq!(unknown, [], "{text}");
        out
    }

    #[test]
    fn placeholders_are_filled_in_prose_and_in_maths() {
        assert_eq!(filled("Start at $w = {w}$ with rate ${lr}$."), "Start at $w = 0$ with rate $0.1$.");
        assert_eq!(filled(r"$2 \times {a} \cdot{b}$"), r"$2 \times 3 \cdot4$");
    }

    #[test]
    fn tex_arguments_are_filled_only_where_braces_are_doubled() {
        assert_eq!(filled(r"$\frac{a}{b} + \mathbf{w}_{a} + x^{b}$"), r"$\frac{a}{b} + \mathbf{w}_{a} + x^{b}$");
        assert_eq!(filled(r"$\frac{{a}}{{b}} \sqrt{\frac{{w}}{b}}$"), r"$\frac{3}{4} \sqrt{\frac{0}{b}}$");
    }

    #[test]
    fn braces_that_are_no_placeholders_stay() {
        assert_eq!(filled("{} {1} { w } \\{w\\} {unclosed"), "{} {1} { w } \\{w\\} {unclosed");
    }

    #[test]
    fn a_name_without_a_value_is_told_with_its_place() {
        let (out, unknown) = fill("a {nope} b", &BTreeMap::new());
        assert_eq!((out.as_str(), unknown), ("a {nope} b", vec![("nope".to_owned(), 2)]));
    }
}

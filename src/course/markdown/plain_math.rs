//! A formula in a line of plain text: for reports, outlines and LMS fields that take no markup.

const SYMBOLS: &[(&str, &str)] = &[
    ("times", "×"),
    ("cdot", "·"),
    ("le", "≤"),
    ("leq", "≤"),
    ("ge", "≥"),
    ("geq", "≥"),
    ("ne", "≠"),
    ("neq", "≠"),
    ("approx", "≈"),
    ("pm", "±"),
    ("to", "→"),
    ("rightarrow", "→"),
    ("infty", "∞"),
    ("sum", "Σ"),
    ("prod", "Π"),
    ("partial", "∂"),
    ("nabla", "∇"),
    ("in", "∈"),
    ("mid", "|"),
    ("top", "ᵀ"),
    ("ldots", "…"),
    ("cdots", "…"),
    ("dots", "…"),
    ("alpha", "α"),
    ("beta", "β"),
    ("gamma", "γ"),
    ("delta", "δ"),
    ("Delta", "Δ"),
    ("epsilon", "ε"),
    ("varepsilon", "ε"),
    ("eta", "η"),
    ("theta", "θ"),
    ("lambda", "λ"),
    ("mu", "μ"),
    ("pi", "π"),
    ("rho", "ρ"),
    ("sigma", "σ"),
    ("Sigma", "Σ"),
    ("tau", "τ"),
    ("phi", "φ"),
    ("omega", "ω"),
    ("quad", " "),
    ("qquad", " "),
    (",", " "),
    (";", " "),
    (":", " "),
    ("!", ""),
    (" ", " "),
    ("\\", "; "),
    ("{", "{"),
    ("}", "}"),
    ("%", "%"),
    ("_", "_"),
    ("$", "$"),
    ("&", "&"),
    ("left", ""),
    ("right", ""),
    ("big", ""),
    ("Big", ""),
    ("displaystyle", ""),
    ("lfloor", "⌊"),
    ("rfloor", "⌋"),
    ("lceil", "⌈"),
    ("rceil", "⌉"),
    ("lVert", "‖"),
    ("rVert", "‖"),
];

/// Marks above a letter.
const ACCENTS: &[(&str, char)] = &[("hat", '\u{302}'), ("bar", '\u{304}'), ("tilde", '\u{303}'), ("vec", '\u{20d7}'), ("dot", '\u{307}')];

/// The formula without TeX's marks, as near as one line gets.
pub(super) fn plain_math(latex: &str) -> String {
    let mut out = String::new();
    write(latex.trim(), &mut out);
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn write(latex: &str, out: &mut String) {
    let mut rest = latex;
    while let Some(c) = rest.chars().next() {
        match c {
            '\\' => rest = command(&rest[1..], out),
            '{' => {
                let (inner, after) = argument(rest);
                write(inner, out);
                rest = after;
            }
            '^' | '_' => {
                let (inner, after) = argument(&rest[1..]);
                let mut text = String::new();
                write(inner, &mut text);
                let many = text.chars().count() > 1 && !text.chars().all(|c| c.is_ascii_digit() || c == '-' || c == 'ᵀ');
                out.push_str(&if many { format!("{c}({text})") } else { format!("{c}{text}") });
                rest = after;
            }
            '}' | '&' => rest = &rest[1..],
            '~' => {
                out.push(' ');
                rest = &rest[1..];
            }
            _ => {
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
}

/// Writes what stands behind a backslash; answers the rest.
fn command<'l>(rest: &'l str, out: &mut String) -> &'l str {
    let letters = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
    let length = if letters == 0 { rest.chars().next().map_or(0, char::len_utf8) } else { letters };
    let (name, rest) = rest.split_at(length);
    if matches!(name, "frac" | "dfrac" | "tfrac") {
        let (above, after) = argument(rest);
        let (below, after) = argument(after);
        out.push_str(&format!("{}/{}", grouped(above), grouped(below)));
        return after;
    }
    if name == "sqrt" {
        let (inner, after) = argument(rest);
        out.push_str(&format!("√{}", grouped(inner)));
        return after;
    }
    if matches!(name, "begin" | "end") {
        return argument(rest).1;
    }
    if let Some((_, mark)) = ACCENTS.iter().find(|(n, _)| *n == name) {
        let (inner, after) = argument(rest);
        write(inner, out);
        out.push(*mark);
        return after;
    }
    match SYMBOLS.iter().find(|(n, _)| *n == name) {
        Some((_, symbol)) => out.push_str(symbol),
        // `\log`, `\max` and the like are words; `\mathbf`, `\text` only dress what follows.
        None if name.starts_with("math") || name.starts_with("text") || name == "operatorname" || name == "boldsymbol" => {}
        None => {
            out.push_str(name);
            if rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '\\') {
                out.push(' ');
            }
        }
    }
    rest
}

/// The next group, or the next character or command; and what follows it.
fn argument(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let Some(inner) = text.strip_prefix('{') else {
        let mut chars = text.char_indices();
        let end = match chars.next() {
            Some((_, '\\')) => text[1..].find(|c: char| !c.is_ascii_alphabetic()).map_or(text.len(), |i| i + 1),
            Some((_, c)) => c.len_utf8(),
            None => 0,
        };
        return text.split_at(end);
    };
    let mut depth = 1;
    for (i, b) in inner.bytes().enumerate() {
        match b {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return (&inner[..i], &inner[i + 1..]);
        }
    }
    (inner, "")
}

fn grouped(latex: &str) -> String {
    let mut text = String::new();
    write(latex, &mut text);
    let simple = text.chars().all(|c| c.is_alphanumeric() || c == '.');
    if simple { text } else { format!("({text})") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_read_in_one_line() {
        for (latex, plain) in [
            (r"\hat{y} = w \cdot x", "y\u{302} = w · x"),
            (r"2 \times 10^{14}", "2 × 10^14"),
            (r"C \approx 6 \cdot N \cdot D", "C ≈ 6 · N · D"),
            (r"\frac{2}{n} \sum x_i (w x_i - y_i)", "2/n Σ x_i (w x_i - y_i)"),
            (r"\frac{a+b}{\sqrt{d_k}}", "(a+b)/(√(d_k))"),
            (r"w_{\text{new}} = w - \eta g", "w_(new) = w - η g"),
            (r"\log x \le \max(a, b)", "log x ≤ max(a, b)"),
            (r"Q K^\top", "Q K^ᵀ"),
        ] {
            assert_eq!(plain_math(latex), plain, "{latex}");
        }
    }

    #[test]
    fn what_does_not_parse_still_ends() {
        for latex in ["\\", "{", "}", "^", r"\frac", r"\frac{1", r"a_", "\\é"] {
            let _ = plain_math(latex);
        }
    }
}

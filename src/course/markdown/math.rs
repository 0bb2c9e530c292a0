//! LaTeX to MathML Core.
//!
//! The converter writes inline styles, which a strict content security policy ignores; they become classes:
//! `m-l`, `m-r` (text-align and justify-items of a cell), `m-l0`, `m-r0` (no padding on that side), `m-l1` (padding-left 1em),
//! `m-bt`, `m-bb`, `m-br`, `m-bl` (a line above, below, right or left of the cell or table), `m-w` (full width).

use std::sync::LazyLock;

use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};

use crate::course::diagnostic::Spot;

static CONVERTER: LazyLock<Option<LatexToMathML>> = LazyLock::new(|| LatexToMathML::new(MathCoreConfig::default()).ok());

/// Why a formula could not be converted, and where in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct MathError {
    pub(super) message: String,
    pub(super) spot: Spot,
}

/// MathML of a formula.
pub(super) fn mathml(latex: &str, block: bool) -> Result<String, MathError> {
    let Some(converter) = CONVERTER.as_ref() else {
        return Err(MathError { message: "no converter".to_owned(), spot: Spot::START });
    };
    let display = if block { MathDisplay::Block } else { MathDisplay::Inline };
    match converter.convert_with_local_state(latex, display) {
        Ok(done) => Ok(classed(&done.mathml)),
        Err(error) => Err(MathError { message: lower(error.error_message().trim_end_matches('.')), spot: Spot::at(latex, error.0.start) }),
    }
}

fn lower(message: &str) -> String {
    let mut chars = message.chars();
    chars.next().map(|c| c.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// Turns `style="…"` into `class="…"`.
fn classed(mathml: &str) -> String {
    let mut out = String::with_capacity(mathml.len());
    let mut rest = mathml;
    while let Some(at) = rest.find(" style=\"") {
        let (before, styled) = rest.split_at(at);
        let styled = &styled[" style=\"".len()..];
        let end = styled.find('"').unwrap_or(styled.len());
        out.push_str(before);
        let classes: Vec<&str> = styled[..end].split(';').filter_map(class).collect();
        if !classes.is_empty() {
            out.push_str(" class=\"");
            out.push_str(&classes.join(" "));
            out.push('"');
        }
        rest = styled.get(end + 1..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

fn class(declaration: &str) -> Option<&'static str> {
    let (property, value) = declaration.split_once(':')?;
    Some(match (property.trim(), value.trim()) {
        ("text-align", "left") => "m-l",
        ("text-align", "right") => "m-r",
        ("padding-left", "0") => "m-l0",
        ("padding-right", "0") => "m-r0",
        ("padding-left", _) => "m-l1",
        ("border-top", _) => "m-bt",
        ("border-bottom", _) => "m-bb",
        ("border-left", _) => "m-bl",
        ("border-right", _) => "m-br",
        ("width", "100%") => "m-w",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_mathml() {
        let html = mathml(r"w - \eta g", false).unwrap();
        assert_eq!(html, "<math><mi>w</mi><mo>−</mo><mi>η</mi><mi>g</mi></math>");
        assert!(mathml(r"\frac{1}{n} \sum_{i=1}^{n} x_i", true).unwrap().starts_with("<math display=\"block\">"));
    }

    #[test]
    fn every_construct_the_course_uses_converts_without_inline_style() {
        for latex in [
            r"\begin{aligned} a &= b \\ c &= d \end{aligned}",
            r"\begin{cases} 1 & x > 0 \\ 0 & \text{otherwise} \end{cases}",
            r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}",
            r"\mathcal{L}(\theta) = -\log \sigma\left(\beta \log \frac{\pi_\theta(y_w \mid x)}{\pi_{\text{ref}}(y_w \mid x)}\right)",
            r"\operatorname{softmax}\left(\frac{QK^\top}{\sqrt{d_k}}\right)V",
            r"\hat{y} = \mathbf{W}x + \bar{b}, \quad \lVert x \rVert_2 \le \epsilon \approx 10^{-5}",
            r"\underbrace{a+b}_{n} \times \lfloor x \rceil \cdot \mathbb{E}[x]",
        ] {
            let html = mathml(latex, true).unwrap_or_else(|e| panic!("{latex}: {}", e.message));
            assert!(!html.contains(" style="), "{latex}: {html}");
        }
        assert!(mathml(r"\begin{aligned} a &= b \end{aligned}", true).unwrap().contains("<mtd class=\"m-r m-r0\">"));
    }

    #[test]
    fn a_fault_has_its_place_and_its_reason() {
        let error = mathml(r"a + \fract{1}{2}", false).unwrap_err();
        assert_eq!(error.spot, Spot::new(1, 5));
        assert!(error.message.contains("fract"), "{}", error.message);
        assert_eq!(mathml("a +\n {b", true).unwrap_err().spot.line, 2);
    }
}

//! Reads numbers the way people type them.

/// The number in `typed`, or `None` when it does not read as one.
///
/// Decimal comma or point, thousands separators where they are unambiguous, `1e-3`, `2×10^3`, `12%` (0.12, or 12 when the
/// question's unit is `%`), a trailing `unit`.
pub fn read(typed: &str, unit: Option<&str>) -> Option<f64> {
    let mut text = typed.trim().to_owned();
    let unit = unit.map(str::trim).filter(|u| !u.is_empty());
    let mut percent = false;
    if let Some(stripped) = unit.and_then(|u| strip_unit(&text, u)) {
        text = stripped;
    } else if let Some(rest) = text.strip_suffix('%') {
        percent = true;
        text = rest.trim_end().to_owned();
    }
    let (mantissa, exponent) = split_exponent(&text)?;
    let value: f64 = format!("{}e{exponent}", plain(&mantissa)?).parse().ok()?;
    let value = if percent { value / 100.0 } else { value };
    value.is_finite().then_some(value)
}

fn strip_unit(text: &str, unit: &str) -> Option<String> {
    let (text, unit) = (text.to_lowercase(), unit.to_lowercase());
    text.strip_suffix(&unit).map(|rest| rest.trim_end().to_owned())
}

/// `(mantissa, exponent)` of `1e-3`, `1.5E6`, `2×10^3`, `2 x 10^3`, `2*10^3`, or of a number without an exponent.
fn split_exponent(text: &str) -> Option<(String, i32)> {
    let text: String = text.chars().map(|c| if matches!(c, '−' | '–') { '-' } else { c }).collect();
    let marked = text.replace(['×', '*', 'X'], "x");
    if let Some((mantissa, power)) = marked.split_once('x') {
        let exponent = power.trim().strip_prefix("10^")?;
        return Some((mantissa.trim().to_owned(), integer(exponent)?));
    }
    match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => Some((mantissa.to_owned(), integer(exponent)?)),
        None => Some((text, 0)),
    }
}

fn integer(text: &str) -> Option<i32> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let ok = (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if ok { text.parse().ok() } else { None }
}

/// ASCII digits with at most one point, from a number with separators.
fn plain(text: &str) -> Option<String> {
    let (sign, digits) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (if text.starts_with('-') { "-" } else { "" }, rest.trim_start()),
        None => ("", text),
    };
    let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    // A separator that only groups stands between digits.
    let chars: Vec<char> = digits.chars().collect();
    let mut kept = String::new();
    for (i, c) in chars.iter().enumerate() {
        match c {
            '0'..='9' | ',' | '.' => kept.push(*c),
            ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}' | '\'' | '’' | '_' => {
                if i == 0 || !ends(chars.get(i - 1).copied()) || !ends(chars.get(i + 1).copied()) {
                    return None;
                }
            }
            _ => return None,
        }
    }
    let (commas, points) = (kept.matches(',').count(), kept.matches('.').count());
    let decimal = match (commas, points) {
        (0, 0) => None,
        (1, 0) => Some(','),
        (0, 1) => Some('.'),
        (_, 0) | (0, _) => None,
        _ => {
            let decimal = if kept.rfind(',') > kept.rfind('.') { ',' } else { '.' };
            if kept.matches(decimal).count() != 1 {
                return None;
            }
            Some(decimal)
        }
    };
    let (whole, fraction) = match decimal.and_then(|d| kept.split_once(d)) {
        Some((whole, fraction)) => (whole, fraction),
        None => (kept.as_str(), ""),
    };
    let groups: Vec<&str> = whole.split([',', '.']).collect();
    if groups.len() > 1 && (groups[0].is_empty() || groups[0].len() > 3 || groups[1..].iter().any(|g| g.len() != 3)) {
        return None;
    }
    let whole = groups.concat();
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    Some(format!("{sign}{}.{}", if whole.is_empty() { "0" } else { &whole }, if fraction.is_empty() { "0" } else { fraction }))
}

/// How a number is said back to the learner: at most ten significant digits, no trailing noughts.
pub fn say(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-6..1e15).contains(&size) {
        let text = format!("{value:.9e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        return format!("{}e{exponent}", trim_noughts(mantissa));
    }
    let magnitude = if size == 0.0 { 0 } else { size.log10().floor() as i32 };
    let decimals = (9 - magnitude).clamp(0, 15) as usize;
    let text = format!("{value:.decimals$}");
    let trimmed = trim_noughts(&text);
    if trimmed == "-0" { "0".to_owned() } else { trimmed.to_owned() }
}

fn trim_noughts(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

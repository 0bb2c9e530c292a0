//! `:::` containers, checked on the text: the Markdown parser closes what is open without a word.

use crate::course::diagnostic::{Diagnostic, Kind, Spot};

/// Names that mean something, each with the container it stands in.
const NAMES: &[&str] = &["check", "answer"];

struct Open {
    colons: usize,
    name: String,
    spot: Spot,
}

/// Every fault of the containers in `text`.
pub(super) fn check(file: &str, text: &str) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut stack: Vec<Open> = Vec::new();
    let mut code: Option<(char, usize)> = None;
    for (number, line) in text.lines().enumerate() {
        let indent = line.len() - line.trim_start_matches(' ').len();
        let body = line.trim();
        if indent > 3 {
            continue;
        }
        let mark = body.chars().next().unwrap_or(' ');
        let run = body.chars().take_while(|c| *c == mark).count();
        if let Some((fence, length)) = code {
            if mark == fence && run >= length && run == body.chars().count() {
                code = None;
            }
            continue;
        }
        let spot = Spot::new(number + 1, indent + 1);
        match mark {
            '`' | '~' if run >= 3 && !(mark == '`' && body[run..].contains('`')) => code = Some((mark, run)),
            ':' if run >= 3 => fence(file, &mut stack, &mut found, run, body[run..].trim(), spot),
            _ => {}
        }
    }
    for open in stack {
        let close = ":".repeat(open.colons);
        found.push(
            Diagnostic::new(Kind::Container, file, open.spot, format!("`{close}{}` is never closed", open.name))
                .hint(format!("close it with a line of `{close}`")),
        );
    }
    found
}

fn fence(file: &str, stack: &mut Vec<Open>, found: &mut Vec<Diagnostic>, colons: usize, name: &str, spot: Spot) {
    let report = |message: String, hint: String| Diagnostic::new(Kind::Container, file, spot, message).hint(hint);
    if !name.is_empty() {
        let outer = stack.last();
        if !NAMES.contains(&name) {
            found.push(
                Diagnostic::new(Kind::Container, file, spot, format!("there is no container `{name}`"))
                    .hint_nearest(name, NAMES.iter().copied()),
            );
        } else if name == "answer" && outer.is_none_or(|o| o.name != "check") {
            found.push(report(
                "`answer` stands outside of a `check`".into(),
                "open `::::check` first; its answer opens with `:::answer`".into(),
            ));
        } else if name == "check" && outer.is_some() {
            found.push(report(
                "a `check` stands inside of another container".into(),
                "close the one before with its own number of colons".into(),
            ));
        }
        if let Some(outer) = outer.filter(|o| o.colons <= colons) {
            let more = ":".repeat(colons + 1);
            found.push(report(
                format!("`{}` inside of `{}{}` has as many colons or more", ":".repeat(colons), ":".repeat(outer.colons), outer.name),
                format!("give the outer one more: `{more}{}` … `{more}`", outer.name),
            ));
        }
        stack.push(Open { colons, name: name.to_owned(), spot });
        return;
    }
    // The parser closes the outermost container that is no longer than this fence, and all in it.
    let Some(closed) = stack.iter().position(|o| o.colons <= colons) else {
        let hint = "remove it, or open a container above it".to_owned();
        found.push(report(format!("`{}` closes nothing", ":".repeat(colons)), hint));
        return;
    };
    for inner in stack.drain(closed..).skip(1) {
        if inner.colons < colons {
            let close = ":".repeat(inner.colons);
            found.push(
                Diagnostic::new(Kind::Container, file, inner.spot, format!("`{close}{}` is not closed before its container", inner.name))
                    .hint(format!("close it with a line of `{close}`")),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<String> {
        check("a.md", text).iter().map(|d| d.to_string().replace("a.md:", "")).collect()
    }

    #[test]
    fn a_whole_check_is_fine_and_code_is_not_read() {
        assert_eq!(said("::::check\nQ\n:::answer\nA\n:::\n::::\n\n```text\n:::\n```\n    :::\n"), Vec::<String>::new());
    }

    #[test]
    fn what_is_left_open_is_named_where_it_opened() {
        assert_eq!(said("x\n::::check\nQ\n"), ["2:1: `::::check` is never closed\n  hint: close it with a line of `::::`"]);
        assert_eq!(
            said("::::check\n:::answer\nA\n::::\n"),
            ["2:1: `:::answer` is not closed before its container\n  hint: close it with a line of `:::`"]
        );
    }

    #[test]
    fn an_outer_fence_must_be_longer() {
        let all = said(":::check\n:::answer\nA\n:::\n:::\n");
        assert_eq!(
            all[0],
            "2:1: `:::` inside of `:::check` has as many colons or more\n  hint: give the outer one more: `::::check` … `::::`"
        );
        assert_eq!(all[1], "5:1: `:::` closes nothing\n  hint: remove it, or open a container above it");
    }

    #[test]
    fn unknown_and_misplaced_containers_are_told() {
        assert_eq!(said(":::chekc\n:::\n"), ["1:1: there is no container `chekc`\n  hint: did you mean `check`?"]);
        assert!(said(":::answer\n:::\n")[0].starts_with("1:1: `answer` stands outside of a `check`"));
    }
}

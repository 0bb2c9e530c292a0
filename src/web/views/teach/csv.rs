//! The class as a table for spreadsheets: the same rows in the same order as on the page.

use super::words;
use crate::{
    app::{
        class_query::ClassQuery,
        class_view::{ClassRow, ClassView},
        standing::{Sign, Standing},
    },
    web::views::tools::iso,
};

/// RFC 4180, with the mark at its start by which Excel knows UTF-8.
pub(crate) fn export(view: &ClassView, query: &ClassQuery) -> String {
    let mut out = String::from("\u{feff}");
    let fixed = [
        "Learner",
        "Email",
        "LMS user id",
        "Test student",
        "Course list",
        "Done",
        "Of",
        "Score",
        "Attempts",
        "Grade in the LMS",
        "Since (UTC)",
        "Why",
    ];
    let modules: Vec<String> = match view.only {
        Some(_) => Vec::new(),
        None => view.modules().enumerate().map(|(i, m)| if m.exam { m.title.clone() } else { format!("{}. {}", i + 1, m.title) }).collect(),
    };
    line(&mut out, fixed.iter().map(|t| (*t).to_owned()).chain(modules));
    for row in query.apply(&view.rows) {
        line(&mut out, fields(row).into_iter().chain(scores(row, view)));
    }
    out
}

fn fields(row: &ClassRow) -> Vec<String> {
    let since = match &row.standing {
        Standing::InLms { at, .. } | Standing::Edited { at, .. } => iso(*at),
        _ => String::new(),
    };
    let grade = match row.standing.sign() {
        Sign::None if row.grade.is_some() => "not sent",
        sign => sign.word(),
    };
    vec![
        row.name(),
        row.member.email.clone().unwrap_or_default(),
        row.member.sub.clone(),
        if row.member.gradable { "no" } else { "yes" }.to_owned(),
        row.member.roster.as_str().to_owned(),
        row.done.to_string(),
        row.total.to_string(),
        row.grade.map(number).unwrap_or_default(),
        row.attempts.to_string(),
        grade.to_owned(),
        since,
        // Without "next try in 3 minutes": that is over before the file is opened.
        words::lasting(row),
    ]
}

fn scores(row: &ClassRow, view: &ClassView) -> Vec<String> {
    if view.only.is_some() {
        return Vec::new();
    }
    row.cells.iter().map(|c| c.score.map(number).unwrap_or_default()).collect()
}

fn number(score: f64) -> String {
    format!("{}", (score * 100.0).round() / 100.0)
}

fn line(out: &mut String, fields: impl Iterator<Item = String>) {
    let quoted: Vec<String> = fields.map(|f| quote(&f)).collect();
    out.push_str(&quoted.join(","));
    out.push_str("\r\n");
}

/// A name such as `=HYPERLINK(..)` must stay text when a spreadsheet opens it.
fn quote(field: &str) -> String {
    let formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']) && field.parse::<f64>().is_err();
    let field = if formula { format!("'{field}") } else { field.to_owned() };
    if field.contains([',', '"', '\n', '\r', ';']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_quotes_and_line_breaks_stay_inside_their_field() {
        assert_eq!(quote("Lovelace, Ada"), "\"Lovelace, Ada\"");
        assert_eq!(quote("the \"Countess\""), "\"the \"\"Countess\"\"\"");
        assert_eq!(quote("a\nb"), "\"a\nb\"");
        assert_eq!(quote("plain"), "plain");
    }

    #[test]
    fn a_name_is_never_a_formula() {
        for name in ["=1+1", "+1 555", "@cmd", "-x", "\t=1"] {
            assert!(quote(name).trim_start_matches('"').starts_with('\''), "{name}");
        }
        assert_eq!(quote("-3.5"), "-3.5");
    }

    #[test]
    fn scores_carry_two_decimals_at_most() {
        assert_eq!([number(66.666_666), number(80.0), number(0.1 + 0.2)], ["66.67", "80", "0.3"]);
    }
}

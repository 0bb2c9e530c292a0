//! A teacher's pages: the class, one learner, the link's settings, the export.

pub(crate) mod attempt;
pub(crate) mod class;
pub(crate) mod copied;
pub(crate) mod csv;
pub(crate) mod learner;
pub(crate) mod settings;
mod words;

use super::{learn::percent, tools::Said};
use crate::app::{
    class_view::{ClassRow, ClassView},
    content, mark,
    standing::Standing,
};

/// What the activity is called: as the LMS says, else as the course does.
fn title(view: &ClassView) -> String {
    let opened = view.alone.as_ref().or(view.only.as_ref()).unwrap_or(&view.course.id);
    let ours = content::page(&view.course, opened).map_or(view.course.title.as_str(), |p| p.title(&view.course));
    if view.link.title.trim().is_empty() { ours.to_owned() } else { view.link.title.clone() }
}

/// A choice between the LMS's mark and ours.
struct Decide {
    /// The mark in the LMS.
    theirs: String,
    /// Ours.
    ours: String,
    /// Theirs as a form carries it.
    mark: String,
    /// The button that keeps theirs; none where that was decided already.
    keep: Option<String>,
}

impl Decide {
    fn of(row: &ClassRow) -> Option<Self> {
        let Standing::Edited { theirs, kept, .. } = row.standing else { return None };
        let keep = theirs.map_or_else(|| "Keep it empty".to_owned(), |t| format!("Keep {}", percent(t, None)));
        Some(Self {
            theirs: theirs.map_or_else(|| "no grade".to_owned(), |t| percent(t, None)),
            ours: percent(row.grade?, None),
            mark: mark(theirs),
            keep: Some(keep).filter(|_| kept.is_none()),
        })
    }
}

/// What a redirect says was done: a word from a fixed list, so that an address can put no text of its own on the page.
pub(crate) fn said(code: &str, n: &str) -> Option<Said> {
    let n: usize = n.parse().unwrap_or(0);
    match code {
        "queued" => Said::done("The grade is on its way. Reload the page in a moment to see what the LMS says."),
        "queued-all" if n == 0 => Said::look("Nothing was stuck, so nothing was sent."),
        "queued-all" if n == 1 => Said::done("One grade is on its way. Reload the page in a moment to see what the LMS says."),
        "queued-all" => Said::done(format!("{n} grades are on their way. Reload the page in a moment to see what the LMS says.")),
        "edited" => Said::look("Nothing was sent: the LMS shows another mark. Compare the two below, then decide."),
        "kept" => Said::done("The mark in the LMS stays. If somebody changes it there again, you are asked again."),
        "nothing" => Said::look("Nothing was sent: there is no grade yet."),
        "not-taken" => Said::look("Nothing was sent: the LMS takes no grade for this learner through this link."),
        "settings" => Said::done("The settings are kept. They hold from the next attempt on; grades are counted anew at once."),
        "continued" => Said::done("The links of this course continue the settings of the old one. Grades and attempts start anew."),
        "fresh" => Said::done("This course starts with the settings the course itself has."),
        "decided" => Said::look("That was decided before. Each link's settings can be changed on its own page."),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_can_say_only_what_we_would_say() {
        assert_eq!(said("<b>you won</b>", "1"), None);
        assert!(said("queued-all", "3").unwrap().text.starts_with("3 grades"));
        assert_eq!(said("queued-all", "<i>").unwrap().kind, "look");
    }
}

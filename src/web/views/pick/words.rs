//! The picker's sentences.

use crate::{app::pick::LinkForm, lti::deep_linking::Then, web::views::tools::count};

/// Titles named before the rest becomes a number.
const NAMED: usize = 3;

/// `“A”, “B” and 3 more`.
fn names(titles: &[String]) -> String {
    let quoted: Vec<String> = titles.iter().take(NAMED).map(|t| format!("\u{201c}{t}\u{201d}")).collect();
    match (titles.len(), quoted.as_slice()) {
        (n, _) if n > NAMED => format!("{} and {} more", quoted.join(", "), n - NAMED),
        (_, [before @ .., last]) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => quoted.concat(),
    }
}

/// What is chosen so far.
pub(super) fn chosen(titles: &[String]) -> String {
    if titles.is_empty() { "Nothing chosen yet.".to_owned() } else { format!("{} chosen: {}.", titles.len(), names(titles)) }
}

/// `3 links`, and `2 graded`: what will be there afterwards.
pub(super) fn created(form: &LinkForm) -> (String, String, String) {
    let titles: Vec<String> = form.items.iter().map(|i| i.title.clone()).collect();
    (count(form.items.len(), "link", "links"), format!("{} graded", form.graded()), names(&titles))
}

/// What the LMS does with it.
pub(super) fn then(then: Then, links: usize, graded: usize) -> &'static str {
    const FORM: &str = "The LMS fills its form with it. Save the form there: until then nothing is kept.";
    const MODULE: &str = "They are added to the module whose button you pressed.";
    match then {
        Then::Form => FORM,
        Then::FormOrSaved if links == 1 => FORM,
        Then::ModuleOrForm if links == 1 && graded == 0 => FORM,
        Then::FormOrSaved => "The LMS lists them once more. Confirm there, and all of them are kept.",
        Then::ModuleOrForm | Then::Module => MODULE,
        Then::NewModule => "The LMS makes a new module that holds them all. It is not published yet: publish it there when you are ready.",
        Then::Assignments if graded == links => "Each becomes an assignment that is not published yet.",
        Then::Assignments if graded == 0 => "The LMS makes a new module that holds them all.",
        Then::Assignments => "What is graded becomes an assignment that is not published yet; the rest goes into a new module.",
        Then::Text => "They become links in the text you are writing. Nothing is graded there.",
        Then::Unknown => "The LMS adds them where you pressed its button.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_named_until_there_are_too_many() {
        let titles = |n: usize| (1..=n).map(|i| format!("T{i}")).collect::<Vec<_>>();
        assert_eq!(names(&titles(1)), "“T1”");
        assert_eq!(names(&titles(3)), "“T1”, “T2” and “T3”");
        assert_eq!(names(&titles(14)), "“T1”, “T2”, “T3” and 11 more");
        assert_eq!(chosen(&titles(2)), "2 chosen: “T1” and “T2”.");
        assert_eq!(chosen(&[]), "Nothing chosen yet.");
    }

    #[test]
    fn one_fills_the_form_and_several_are_kept_where_the_lms_does_so() {
        assert_eq!(then(Then::FormOrSaved, 1, 1), then(Then::Form, 1, 1));
        assert_ne!(then(Then::FormOrSaved, 2, 1), then(Then::Form, 1, 1));
        assert_eq!(then(Then::ModuleOrForm, 1, 0), then(Then::Form, 1, 0));
        assert_eq!(then(Then::ModuleOrForm, 1, 1), then(Then::Module, 1, 1));
        assert_eq!([(2, 2), (2, 0), (2, 1)].map(|(l, g)| then(Then::Assignments, l, g)).len(), 3);
    }
}

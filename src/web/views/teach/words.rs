//! A grade's state in a teacher's words: what happened, who can help.

use crate::{
    app::{
        class_view::{ClassRow, Tally},
        standing::{Standing, Trouble},
    },
    learning::delivery,
    web::views::{
        learn::percent,
        tools::{When, count},
    },
};

/// One line of truth: "27 of 31 grades are in the LMS, 3 waiting, 1 needs you."
pub(super) fn truth(tally: &Tally, taken: bool) -> String {
    if tally.learners == 0 {
        return "Nobody has opened this activity yet.".to_owned();
    }
    if tally.graded == 0 {
        return "No grades yet.".to_owned();
    }
    let on_record = tally.in_lms + tally.waiting + tally.retrying + tally.edited + tally.needs_you;
    if !taken && on_record == 0 {
        return format!("{} here; the LMS takes none for this link.", count(tally.graded, "grade", "grades"));
    }
    let verb = if tally.graded == 1 { "grade is" } else { "grades are" };
    let mut parts = vec![format!("{} of {} {verb} in the LMS", tally.in_lms, tally.graded)];
    for (n, one, many) in [
        (tally.waiting, "waiting", "waiting"),
        (tally.retrying, "retrying", "retrying"),
        (tally.edited, "edited in the LMS", "edited in the LMS"),
        (tally.needs_you, "needs you", "need you"),
    ] {
        if n > 0 {
            parts.push(count(n, one, many));
        }
    }
    format!("{}.", parts.join(", "))
}

/// Why the grade is where it is; empty where the word says it all.
pub(super) fn why(row: &ClassRow, now: i64) -> String {
    if !row.member.gradable {
        return "A test student or a borrowed identity: never sent, never counted.".to_owned();
    }
    let ours = row.grade.map(|g| percent(g, None)).unwrap_or_default();
    match &row.standing {
        Standing::NothingYet | Standing::InLms { .. } => String::new(),
        Standing::NotTaken => "The LMS has no grade column for this link.".to_owned(),
        Standing::Waiting => "It goes out within moments.".to_owned(),
        Standing::Retrying { next, trouble } => {
            let next = next.map_or_else(|| "It is being tried now.".to_owned(), |at| format!("Next try {}.", When::new(at, now).text));
            format!("{} {next}", happened(trouble, row)).trim().to_owned()
        }
        Standing::Edited { theirs, kept, held, .. } => {
            // Moodle shows a grade of 0 to tools as it shows none.
            let theirs = theirs.map_or_else(|| "no grade, or a 0".to_owned(), |t| percent(t, None));
            let (shows, rest) = match (kept, held) {
                (Some(at), _) => ("shows", format!("It was decided {} that the LMS's mark stays.", When::new(*at, now).text)),
                (None, true) => (
                    "took ours and still shows",
                    "Its mark is overridden or locked there: undo that in the grade book of the LMS, then send ours again.".to_owned(),
                ),
                (None, false) => ("shows", "The LMS keeps its mark unless you decide otherwise.".to_owned()),
            };
            format!("The LMS {shows} {theirs}; here it is {ours}. {rest}")
        }
        Standing::NeedsYou(trouble) => happened(trouble, row),
    }
}

/// The same without what changes by the minute.
pub(super) fn lasting(row: &ClassRow) -> String {
    match &row.standing {
        Standing::Retrying { trouble, .. } => happened(trouble, row),
        Standing::Waiting => String::new(),
        _ => why(row, 0),
    }
}

/// What happened, in a sentence or two.
fn happened(trouble: &Trouble, row: &ClassRow) -> String {
    match trouble {
        Trouble::Delivery { code, detail, .. } => match delivery::explain(code) {
            "" if detail.is_empty() => "The LMS did not take it.".to_owned(),
            "" => detail.clone(),
            words => words.to_owned(),
        },
        Trouble::Outdated => {
            let ours = row.grade.map(|g| percent(g, None)).unwrap_or_default();
            let theirs = row.member.delivery.as_ref().and_then(|d| d.accepted_score).map(|s| percent(s, None)).unwrap_or_default();
            format!("The grade here is {ours} now; the LMS still has {theirs}.")
        }
        Trouble::NeverSent => "There is a grade, and it was never sent: the LMS asked for none when it was earned.".to_owned(),
    }
}

/// Who can help, and how.
pub(super) fn who(standing: &Standing) -> &'static str {
    let trouble = match standing {
        Standing::Retrying { trouble: Trouble::Delivery { code, .. }, .. } if code.starts_with("token_") => {
            return "The LMS administrator can help: the tool must be switched on and available in this course.";
        }
        Standing::Retrying { .. } => return "Nobody needs to do anything: it is tried again by itself, and nothing is lost.",
        Standing::Edited { kept: Some(_), .. } => return "",
        Standing::Edited { .. } => return "You decide which mark stays.",
        Standing::NeedsYou(trouble) => trouble,
        _ => return "",
    };
    match trouble {
        Trouble::Outdated | Trouble::NeverSent => "You can: send the grade.",
        Trouble::Delivery { code, .. } => match code.as_str() {
            "not_gradable" => "You or the LMS administrator can: enrol this person as a student, then send the grade again.",
            "forbidden" => "The LMS administrator can: allow this tool to send grades, then send them again.",
            "no_line_item" => "You can: make the activity graded in the LMS, open it once, then send the grade again.",
            "course_concluded" => "Whoever sets the course's dates in the LMS can: reopen it, then send the grade again.",
            "address_refused" => "Whoever runs this tool can: allow the LMS's address (FERRY_ALLOW_HOSTS).",
            "error_for_grade" => {
                "You can: unlock the grade in the grade book of the LMS. Then it arrives by itself, or send it again at once."
            }
            "too_old" => "You can: send the grade again once the LMS answers.",
            _ => "Whoever runs this tool can help; what the LMS answered is on the learner's page.",
        },
    }
}

/// Learners with the same trouble share this.
pub(super) fn group(standing: &Standing) -> Option<String> {
    match standing {
        Standing::NeedsYou(Trouble::Delivery { code, .. }) => Some(code.clone()),
        Standing::NeedsYou(Trouble::Outdated) => Some("\noutdated".to_owned()),
        Standing::NeedsYou(Trouble::NeverSent) => Some("\nnever sent".to_owned()),
        Standing::Edited { kept: None, held: true, .. } => Some("\nheld".to_owned()),
        Standing::Edited { kept: None, .. } => Some("\nedited".to_owned()),
        _ => None,
    }
}

/// What a group has in common, in one sentence.
pub(super) fn group_text(standing: &Standing) -> String {
    match standing {
        Standing::Edited { held: true, .. } => "The LMS took the grade and still shows a mark that was typed there.".to_owned(),
        Standing::Edited { .. } => {
            "Somebody changed the mark in the LMS. It stays unless you decide otherwise, learner by learner.".to_owned()
        }
        Standing::NeedsYou(Trouble::Outdated) => "The grade here has changed, and the LMS still has the old one.".to_owned(),
        Standing::NeedsYou(Trouble::NeverSent) => "There is a grade here, and it was never sent.".to_owned(),
        Standing::NeedsYou(Trouble::Delivery { code, detail, .. }) => match delivery::explain(code) {
            "" if detail.is_empty() => "The LMS did not take the grade.".to_owned(),
            "" => detail.clone(),
            words => words.to_owned(),
        },
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally() -> Tally {
        Tally { learners: 60, graded: 31, in_lms: 27, waiting: 3, needs_you: 1, ..Tally::default() }
    }

    #[test]
    fn the_line_of_truth_says_it_in_one_sentence() {
        assert_eq!(truth(&tally(), true), "27 of 31 grades are in the LMS, 3 waiting, 1 needs you.");
        assert_eq!(truth(&Tally { needs_you: 2, waiting: 0, ..tally() }, true), "27 of 31 grades are in the LMS, 2 need you.");
        assert_eq!(truth(&Tally { learners: 1, graded: 1, in_lms: 1, ..Tally::default() }, true), "1 of 1 grade is in the LMS.");
    }

    #[test]
    fn an_empty_class_and_an_ungraded_link_are_told_apart() {
        assert_eq!(truth(&Tally::default(), true), "Nobody has opened this activity yet.");
        assert_eq!(truth(&Tally { learners: 4, ..Tally::default() }, true), "No grades yet.");
        assert_eq!(truth(&Tally { learners: 4, graded: 2, ..Tally::default() }, false), "2 grades here; the LMS takes none for this link.");
    }

    #[test]
    fn every_reason_to_give_up_names_somebody_who_can_help() {
        for code in [
            "not_gradable",
            "forbidden",
            "no_line_item",
            "course_concluded",
            "rejected",
            "too_old",
            "address_refused",
            "error_for_grade",
            "new_code",
        ] {
            let trouble = Trouble::Delivery { code: code.to_owned(), detail: String::new(), tries: 1 };
            assert!(who(&Standing::NeedsYou(trouble)).contains("can"), "{code}");
        }
    }
}

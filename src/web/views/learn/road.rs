//! The grade's road: recorded, sent, seen in the LMS.

use super::{moment, words::percent};
use crate::{
    app::{
        Receipt,
        standing::{EDITED_CODE, KEPT_CODE},
    },
    learning::delivery::{Wanted, explain},
    package::player::view::RoadStep,
    store::{
        ledger::{Decision, Ledger},
        outbox::{Message, OutboxState},
    },
};

/// Why nothing is sent, where that is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Practice {
    /// A teacher, a test student, an observer.
    NotGraded,
    /// The link has no grade column.
    NoColumn,
    /// The link opens a project.
    Project,
}

/// The steps, for the receipt of what was handed in at `submitted_at`.
pub(crate) fn steps(submitted_at: i64, practice: Option<Practice>, receipt: &Receipt) -> Vec<RoadStep> {
    let recorded = timed("done", "Recorded", "", submitted_at);
    let none = match practice {
        Some(Practice::NotGraded) => "Attempts in your role are for trying out, so nothing is sent.",
        Some(Practice::Project) => "People grade this project; a quiz beside it is for practice, so nothing is sent.",
        Some(Practice::NoColumn) => "The LMS has no grade column for this activity, so nothing is sent.",
        None => return [vec![recorded], on_its_way(receipt)].concat(),
    };
    vec![recorded, step("todo", "Not sent", none)]
}

fn on_its_way(receipt: &Receipt) -> Vec<RoadStep> {
    let seen = |state| step(state, "Seen in the LMS", "");
    let Some(message) = &receipt.message else { return vec![waiting("Your grade is safe here."), seen("todo")] };
    match message.state {
        OutboxState::Delivered => vec![sent(receipt), looked(receipt)],
        OutboxState::Parked if [Some(EDITED_CODE), Some(KEPT_CODE)].contains(&message.code.as_deref()) => {
            vec![step("now", "✎ Edited in the LMS", &edited(message, receipt.ledger.as_ref()))]
        }
        OutboxState::Parked => vec![step("now", "! Not accepted by the LMS", &trouble(message)), seen("todo")],
        OutboxState::Ready if message.attempts > 0 => vec![timed("now", "↻ Retrying", &again(message), message.run_at), seen("todo")],
        OutboxState::Running if message.attempts > 1 => vec![step("now", "↻ Retrying", "right now"), seen("todo")],
        _ => vec![waiting("Your grade is safe here and goes out within moments."), seen("todo")],
    }
}

fn waiting(note: &str) -> RoadStep {
    step("now", "◷ Waiting to be sent", note)
}

fn sent(receipt: &Receipt) -> RoadStep {
    let at = receipt.ledger.as_ref().and_then(|l| l.accepted_at).or(receipt.message.as_ref().map(|m| m.updated_at));
    RoadStep { at: at.map(moment), ..step("done", "Sent", "") }
}

fn looked(receipt: &Receipt) -> RoadStep {
    let not_yet = || step("now", "◷ Seen in the LMS", "not looked up yet");
    let Some((ledger, at)) = receipt.ledger.as_ref().and_then(|l| Some((l, l.seen_at?))) else { return not_yet() };
    match ledger.seen_score.map(|seen| percent(seen, None)) {
        seen if ledger.edited => timed("done", "✎ Edited in the LMS", &format!("it shows {},", theirs(seen)), at),
        _ if ledger.accepted_at.is_some_and(|taken| taken > at) => not_yet(),
        Some(seen) => timed("done", "✓ In the LMS", &format!("{seen},"), at),
        None => timed("now", "◷ Seen in the LMS", "it shows no grade yet,", at),
    }
}

/// A person's mark stays: what it is, what ours is, who decides.
fn edited(message: &Message, ledger: Option<&Ledger>) -> String {
    let ours = serde_json::from_str::<Wanted>(&message.payload).ok().and_then(|w| w.score);
    let kept = ledger.is_some_and(|l| l.standing_decision() == Some(Decision::Keep));
    let shows = theirs(ledger.and_then(|l| l.seen_score).map(|seen| percent(seen, None)));
    let ours = ours.map(|o| format!(" Your grade here is {}.", percent(o, None))).unwrap_or_default();
    let stays = if kept { "your teacher decided that it stays" } else { "it stays unless your teacher decides otherwise" };
    format!("It shows {shows}.{ours} That mark was given in the LMS itself, and {stays}.")
}

fn theirs(seen: Option<String>) -> String {
    seen.unwrap_or_else(|| "no grade".to_owned())
}

fn again(message: &Message) -> String {
    format!("{} Your grade is safe here. Next try:", why(message)).trim_start().to_owned()
}

fn trouble(message: &Message) -> String {
    format!("{} Your grade is safe here; tell your teacher.", why(message)).trim_start().to_owned()
}

fn why(message: &Message) -> &'static str {
    message.code.as_deref().map_or("", explain)
}

fn step(state: &'static str, text: &str, note: &str) -> RoadStep {
    RoadStep { state, text: text.to_owned(), note: note.to_owned(), at: None }
}

fn timed(state: &'static str, text: &str, note: &str, at: i64) -> RoadStep {
    RoadStep { at: Some(moment(at)), ..step(state, text, note) }
}

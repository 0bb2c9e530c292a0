//! The frame of tool pages (class, administration, packages), and small texts they share.

use jiff::Timestamp;

use super::learn::moment;
use crate::web::{State, extract::Visitor};

/// Bar and message of a tool page.
pub(crate) struct Frame {
    /// Script and launch id, for browsers that keep no cookies here.
    pub(crate) bearer: Option<(String, String)>,
    /// What this part of the site is called.
    pub(crate) place: String,
    pub(crate) place_href: Option<String>,
    /// Name of the navigation, for screen readers.
    pub(crate) nav_name: &'static str,
    pub(crate) nav: Vec<Nav>,
    /// What was just done.
    pub(crate) said: Option<Said>,
    pub(crate) leave: Option<Leave>,
}

/// The way out: where its form posts to.
pub(crate) struct Leave {
    pub(crate) action: String,
    pub(crate) form_token: String,
    pub(crate) text: &'static str,
}

pub(crate) struct Nav {
    pub(crate) href: String,
    pub(crate) text: &'static str,
    pub(crate) current: bool,
}

/// What was just done, after a form was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    /// `done` or `look`.
    pub(crate) kind: &'static str,
    pub(crate) text: String,
}

impl Said {
    pub(crate) fn done(text: impl Into<String>) -> Option<Self> {
        Some(Self { kind: "done", text: text.into() })
    }

    pub(crate) fn look(text: impl Into<String>) -> Option<Self> {
        Some(Self { kind: "look", text: text.into() })
    }
}

impl Frame {
    /// Without navigation.
    pub(crate) fn plain(place: impl Into<String>) -> Self {
        Self { bearer: None, place: place.into(), place_href: None, nav_name: "", nav: Vec::new(), said: None, leave: None }
    }

    /// A teacher's pages; `here` is the last part of the page's path.
    pub(crate) fn teacher(state: &State, visitor: &Visitor, place: impl Into<String>, here: &str) -> Self {
        let launch = &visitor.visit.launch_id;
        let path = |rest: &str| state.site().path(&format!("/l/{launch}/{rest}"));
        let nav = [("class", "Class"), ("choose", "Settings"), ("packages", "Packages"), ("", "Read as a learner")];
        Self {
            bearer: bearer(state, visitor),
            place_href: Some(path("class")),
            leave: Some(Leave { action: path("end"), form_token: visitor.visit.form_token.clone(), text: "End this session" }),
            nav_name: "Teacher's pages",
            nav: nav.map(|(rest, text)| Nav { href: path(rest), text, current: rest == here }).into(),
            ..Self::plain(place)
        }
    }

    pub(crate) fn with(self, said: Option<Said>) -> Self {
        Self { said, ..self }
    }
}

/// What a page brings along for a browser that keeps no cookies here.
pub(crate) fn bearer(state: &State, visitor: &Visitor) -> Option<(String, String)> {
    visitor.by_bearer.then(|| (state.assets.path("bearer.js").to_owned(), visitor.visit.launch_id.clone()))
}

/// A moment as people say it, with the exact one beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct When {
    /// For machines.
    pub(crate) iso: String,
    /// `4 minutes ago`, or the date.
    pub(crate) text: String,
    /// Whether the text is the day in UTC, which may be another one where the reader is.
    pub(crate) is_day: bool,
    /// Date, time and zone.
    pub(crate) full: String,
}

impl When {
    pub(crate) fn new(ms: i64, now: i64) -> Self {
        let near = relative(ms, now);
        Self { iso: iso(ms), is_day: near.is_none(), text: near.unwrap_or_else(|| day(ms)), full: moment(ms).text }
    }
}

/// For machines.
pub(crate) fn iso(ms: i64) -> String {
    Timestamp::from_millisecond(ms).map(|t| t.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap_or_default()
}

fn day(ms: i64) -> String {
    Timestamp::from_millisecond(ms).map(|t| t.strftime("%-d %b %Y").to_string()).unwrap_or_default()
}

/// What needs no time zone to be understood; nothing beyond a week, where the day is enough.
fn relative(ms: i64, now: i64) -> Option<String> {
    const MINUTE: i64 = 60_000;
    let (distance, ahead) = ((now - ms).abs(), ms > now);
    let (n, unit) = match distance {
        d if d < MINUTE => return Some(if ahead { "in a moment" } else { "just now" }.to_owned()),
        d if d < 60 * MINUTE => (d / MINUTE, "minute"),
        d if d < 24 * 60 * MINUTE => (d / (60 * MINUTE), "hour"),
        d if d < 7 * 24 * 60 * MINUTE => (d / (24 * 60 * MINUTE), "day"),
        _ => return None,
    };
    let plural = if n == 1 { "" } else { "s" };
    Some(if ahead { format!("in {n} {unit}{plural}") } else { format!("{n} {unit}{plural} ago") })
}

/// `48 s`, `6 min`, `2 h 5 min`.
pub(crate) fn duration(ms: i64) -> String {
    let seconds = (ms / 1000).max(0);
    match seconds {
        0..=59 => format!("{seconds} s"),
        60..=3599 => format!("{} min", (seconds + 30) / 60),
        _ => match (seconds / 3600, seconds % 3600 / 60) {
            (hours, 0) => format!("{hours} h"),
            (hours, minutes) => format!("{hours} h {minutes} min"),
        },
    }
}

/// `412 kB`, `1.4 MB`.
pub(crate) fn bytes(size: usize) -> String {
    match size {
        0..1_000 => format!("{size} B"),
        1_000..1_000_000 => format!("{} kB", size.div_ceil(1_000)),
        _ => format!("{:.1} MB", size as f64 / 1e6),
    }
}

/// `1 learner`, `3 learners`.
pub(crate) fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// Where a form's field went wrong.
pub(crate) fn problem<'p>(problems: &'p [(&'static str, String)], field: &str) -> Option<&'p str> {
    problems.iter().find(|(name, _)| *name == field).map(|(_, text)| text.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_told_as_people_tell_them() {
        let now = 1_795_000_000_000;
        for (ms, text) in [
            (now - 5_000, "just now"),
            (now - 60_000, "1 minute ago"),
            (now - 59 * 60_000, "59 minutes ago"),
            (now - 3 * 3_600_000, "3 hours ago"),
            (now - 2 * 86_400_000, "2 days ago"),
            (now - 30 * 86_400_000, "19 Oct 2026"),
            (now + 90_000, "in 1 minute"),
            (now + 1_000, "in a moment"),
        ] {
            let when = When::new(ms, now);
            assert_eq!((when.text.as_str(), when.is_day), (text, text.ends_with("2026")));
            assert!(when.full.ends_with(" UTC"), "{}", when.full);
        }
        assert_eq!(iso(now), "2026-11-18T11:06:40Z");
    }

    #[test]
    fn sizes_and_durations_are_in_human_units() {
        assert_eq!([bytes(999), bytes(1_001), bytes(411_200), bytes(1_440_000)], ["999 B", "2 kB", "412 kB", "1.4 MB"]);
        assert_eq!([duration(48_000), duration(361_000), duration(7_500_000), duration(3_600_000)], ["48 s", "6 min", "2 h 5 min", "1 h"]);
    }
}

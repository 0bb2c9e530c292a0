//! From what was seen to findings, one look at a time.

use serde_json::Value;

use super::{Cause, Check, Finding, Trouble};
use crate::lti::{
    ags::{SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ, SCOPE_RESULT, SCOPE_SCORE},
    jose::KeySet,
    nrps::SCOPE_MEMBERS,
    platform::{Meaning, PlatformProfile},
};

/// Seconds between two clocks that nobody notices: the header counts whole seconds, and travels.
const CLOCK_FINE: i64 = 5;
/// Seconds that ours may be ahead: token requests are dated back by ten, and Moodle gives no leeway.
const CLOCK_AHEAD: i64 = 10;
/// Seconds that ours may be behind: launches are given a minute.
const CLOCK_BEHIND: i64 = 60;
/// Canvas's bucket holds 600 or more, and a class of thirty costs about this much.
const BUDGET_LOW: f64 = 100.0;

/// What our own key set's address answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Served {
    /// A key set with these ids.
    Keys(Vec<String>),
    /// Another success.
    SomethingElse,
    /// None.
    Nothing(Trouble),
}

/// Our public address. `near`: the platform too is on this machine.
#[must_use]
pub fn address(url: &str, https: bool, loopback: bool, near: bool, served: &Served) -> Finding {
    let of = |cause, detail: &str| Finding::of(Check::Address, cause, detail);
    if loopback && !near {
        return of(Cause::AddressLocal, url);
    }
    if !https && !loopback {
        return of(Cause::AddressInsecure, url);
    }
    match served {
        Served::Keys(_) => Finding::ok(Check::Address, url),
        Served::SomethingElse => of(Cause::AddressWrong, url),
        Served::Nothing(Trouble::Answered { status: 300..=399, .. }) => of(Cause::AddressRedirects, url),
        Served::Nothing(trouble @ Trouble::Answered { status: 400..=499, .. }) => {
            of(Cause::AddressWrong, &format!("{url}: {}", trouble.detail()))
        }
        Served::Nothing(trouble) => of(Cause::AddressUnseen, &format!("{url}: {}", trouble.detail())),
    }
}

/// What we sign with: the active key's id, none, or why it does not open.
#[must_use]
pub fn our_keys(active: &Result<Option<String>, String>, served: &Served) -> Finding {
    match (active, served) {
        (Err(why), _) => Finding::of(Check::OurKeys, Cause::OurKeySealed, why),
        (Ok(None), _) => Finding::of(Check::OurKeys, Cause::OurKeysMissing, ""),
        (Ok(Some(kid)), Served::Keys(kids)) if !kids.contains(kid) => Finding::of(Check::OurKeys, Cause::OurKeysDiffer, kid),
        (Ok(Some(kid)), _) => Finding::ok(Check::OurKeys, format!("{kid} signs")),
    }
}

/// Whether launches are accepted here.
#[must_use]
pub fn registration(pending: bool, disabled: bool, deployments_waiting: usize) -> Finding {
    let cause = match (pending, disabled, deployments_waiting) {
        (true, _, _) => Cause::Pending,
        (_, true, _) => Cause::Disabled,
        (_, _, 0) => return Finding::ok(Check::Registration, "launches are accepted"),
        _ => Cause::DeploymentWaits,
    };
    Finding::of(Check::Registration, cause, if deployments_waiting > 0 { format!("{deployments_waiting} waiting") } else { String::new() })
}

/// One launch of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaunchSeen {
    /// Whether it opened a session.
    pub ok: bool,
    /// Its code.
    pub code: String,
}

/// The last launches, newest first.
#[must_use]
pub fn launches(seen: &[LaunchSeen]) -> Finding {
    let unbound = seen.iter().filter(|l| l.code == "state_unbound").count();
    let opened = seen.iter().filter(|l| l.ok).count();
    let counted = format!("{opened} of the last {} opened", seen.len());
    match seen.first() {
        None => Finding::of(Check::Launches, Cause::NoLaunches, ""),
        Some(newest) if newest.code == "state_unbound" || unbound * 10 > seen.len() => {
            Finding::of(Check::Launches, Cause::CookiesBlocked, format!("{unbound} of the last {} launches", seen.len()))
        }
        Some(newest) if !newest.ok => Finding::of(Check::Launches, Cause::LaunchesRefused, format!("{}; {counted}", newest.code)),
        Some(_) => Finding::ok(Check::Launches, counted),
    }
}

/// The keys of a key set: how many there are, and the ids of those we can use.
///
/// # Errors
/// When it is none.
pub fn keys_of(document: &[u8]) -> Result<(usize, Vec<String>), String> {
    let usable = KeySet::parse(document).map_err(|e| e.to_string())?.kids().map(str::to_owned).collect();
    let all: Value = serde_json::from_slice(document).map_err(|e| e.to_string())?;
    Ok((all["keys"].as_array().map_or(0, Vec::len), usable))
}

/// The platform's keys.
#[must_use]
pub fn platform_keys(seen: &Result<(usize, Vec<String>), Trouble>) -> Finding {
    match seen {
        Err(trouble) => Finding::of(Check::PlatformKeys, trouble.of_keys(), trouble.detail()),
        Ok((0, _)) => Finding::of(Check::PlatformKeys, Cause::KeysUnusable, "the key set is empty"),
        Ok((all, usable)) if usable.is_empty() => {
            Finding::of(Check::PlatformKeys, Cause::KeysUnusable, format!("none of {all} keys can be used"))
        }
        Ok((_, usable)) => Finding::ok(Check::PlatformKeys, format!("{} usable", usable.len())),
    }
}

/// Seconds that our clock is ahead of the platform's.
#[must_use]
pub fn clock(ahead: i64) -> Finding {
    let detail = match ahead {
        0 => "no difference".to_owned(),
        1.. => format!("ours is {ahead} s ahead"),
        _ => format!("ours is {} s behind", -ahead),
    };
    if ahead.abs() <= CLOCK_FINE {
        Finding::ok(Check::Clock, detail)
    } else if !(-CLOCK_BEHIND..=CLOCK_AHEAD).contains(&ahead) {
        Finding::of(Check::Clock, Cause::ClockDiffers, detail)
    } else {
        Finding::of(Check::Clock, Cause::ClockDrifts, detail)
    }
}

/// A right that we ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Send scores.
    Score,
    /// Read results.
    Result,
    /// Read and make columns.
    Columns,
    /// Read columns.
    ColumnsRead,
    /// Read the list of members.
    Roster,
}

impl Scope {
    /// As the standard writes it.
    #[must_use]
    pub fn uri(self) -> &'static str {
        match self {
            Scope::Score => SCOPE_SCORE,
            Scope::Result => SCOPE_RESULT,
            Scope::Columns => SCOPE_LINE_ITEM,
            Scope::ColumnsRead => SCOPE_LINE_ITEM_READ,
            Scope::Roster => SCOPE_MEMBERS,
        }
    }

    /// For people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Scope::Score => "send scores",
            Scope::Result => "read results",
            Scope::Columns => "manage columns",
            Scope::ColumnsRead => "read columns",
            Scope::Roster => "read the course list",
        }
    }

    fn missing(self) -> Cause {
        match self {
            Scope::Score => Cause::NoScoreScope,
            Scope::Result => Cause::NoResultScope,
            Scope::Columns | Scope::ColumnsRead => Cause::NoColumnScope,
            Scope::Roster => Cause::NoRosterScope,
        }
    }
}

/// A token that was asked for with one scope: what it holds, or why there is none. Platforms drop scopes that they do not grant;
/// where none is left some give a token for nothing, and others refuse.
#[must_use]
pub fn token(scope: Scope, seen: &Result<Vec<String>, Trouble>) -> Finding {
    let finding = match seen {
        Ok(granted) if granted.iter().any(|g| g == scope.uri()) => Finding::ok(Check::Token, "granted"),
        Ok(_) => Finding::of(Check::Token, scope.missing(), ""),
        Err(Trouble::Answered { status: 400..=499, words }) if words.to_lowercase().contains("scope") => {
            Finding::of(Check::Token, scope.missing(), words)
        }
        Err(trouble) => Finding::of(Check::Token, trouble.of_token(), trouble.detail()),
    };
    finding.about(scope.name())
}

/// A service's answer: how many there were.
pub type Call = Result<usize, Trouble>;

/// A course's columns.
#[must_use]
pub fn list(seen: &Call, profile: &PlatformProfile) -> Finding {
    counted(Check::Columns, seen, "columns", profile)
}

/// A column's results.
#[must_use]
pub fn results(seen: &Call, profile: &PlatformProfile) -> Finding {
    counted(Check::Results, seen, "results", profile)
}

fn counted(check: Check, seen: &Call, what: &str, profile: &PlatformProfile) -> Finding {
    match seen {
        Ok(count) => Finding::ok(check, format!("{count} {what}")),
        Err(trouble) => Finding::of(check, trouble.of_service(profile), trouble.detail()),
    }
}

/// A course's list: how many are on it, and how many of them learn.
#[must_use]
pub fn roster(seen: &Result<(usize, usize), Trouble>, profile: &PlatformProfile) -> Finding {
    match seen {
        Ok((all, 0)) => Finding::of(Check::Roster, Cause::CourseEmpty, format!("{all} people, no learner")),
        Ok((all, learners)) => Finding::ok(Check::Roster, format!("{all} people, {learners} learners")),
        Err(trouble) => Finding::of(Check::Roster, trouble.of_service(profile), trouble.detail()),
    }
}

/// What became of a test column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// It was not made.
    NotMade(Trouble),
    /// It was.
    Made {
        /// What it is called.
        label: String,
        /// What a score for nobody was answered.
        scored: Result<(u16, String), Trouble>,
        /// Its results.
        read: Call,
        /// Whether the platform lists it no more.
        removed: bool,
    },
}

impl Column {
    /// What that means. That it is gone again comes first.
    #[must_use]
    pub fn judge(&self, profile: &PlatformProfile) -> Finding {
        let of = |cause, detail: String| Finding::of(Check::TestColumn, cause, detail);
        match self {
            Column::NotMade(trouble) => match trouble.of_service(profile) {
                Cause::Forbidden | Cause::ServiceUnreadable => of(Cause::TestNotMade, trouble.detail()),
                other => of(other, trouble.detail()),
            },
            Column::Made { label, removed: false, .. } => of(Cause::ColumnLeft, format!("`{label}`")),
            Column::Made { scored: Err(trouble), .. } => of(trouble.of_service(profile), trouble.detail()),
            Column::Made { scored: Ok((status, words)), read, .. } => match (nobody_was_heard(*status, words, profile), read) {
                (Some(cause), _) => of(cause, Trouble::Answered { status: *status, words: words.clone() }.detail()),
                (None, Err(trouble)) => of(trouble.of_service(profile), trouble.detail()),
                (None, Ok(_)) => Finding::ok(Check::TestColumn, "made, scored for nobody, read, removed"),
            },
        }
    }
}

/// A test column of an earlier look, which was cut short.
#[must_use]
pub fn left_before(label: &str) -> Finding {
    Finding::of(Check::TestColumn, Cause::ColumnLeft, format!("`{label}`, from an earlier look"))
}

/// A score for somebody who does not exist: a platform that says so has read it. None is as it should be.
fn nobody_was_heard(status: u16, words: &str, profile: &PlatformProfile) -> Option<Cause> {
    match profile.meaning(status, words, None) {
        Meaning::Stored | Meaning::NotGradable | Meaning::Rejected => None,
        Meaning::LineItemGone if words.to_lowercase().contains("user") => None,
        Meaning::CourseConcluded => Some(Cause::CourseConcluded),
        Meaning::Throttled => Some(Cause::Throttled),
        Meaning::TryLater => Some(Cause::Failing),
        _ => Some(Cause::TestNotScored),
    }
}

/// Grades that were given up.
#[must_use]
pub fn parked(given_up: usize, waiting: usize) -> Finding {
    match given_up {
        0 => Finding::ok(Check::Grades, format!("{waiting} waiting")),
        _ => Finding::of(Check::Grades, Cause::GradesParked, format!("{given_up} given up, {waiting} waiting")),
    }
}

/// What is left of what we may ask, where the platform says.
#[must_use]
pub fn budget(remaining: f64) -> Finding {
    let detail = format!("{remaining:.0} left");
    if remaining < BUDGET_LOW { Finding::of(Check::Budget, Cause::BudgetLow, detail) } else { Finding::ok(Check::Budget, detail) }
}

//! The connection doctor's judgement: what was seen of a platform and of ourselves, and what that means. `app` does the looking.
//!
//! Each look gives one [`Finding`]; what is wrong has a [`Cause`], and a cause knows who can end it, by what, and on which screen.

mod cause;
mod judge;
mod remedy;
mod screen;
#[cfg(test)]
mod tests;
mod trouble;

pub use cause::Cause;
pub use judge::{
    Call, Column, LaunchSeen, Scope, Served, address, budget, clock, keys_of, launches, left_before, list, our_keys, parked, platform_keys,
    registration, results, roster, token,
};
pub use trouble::Trouble;

/// What was looked at, in the order in which it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// Where the world reaches us.
    Address,
    /// What we sign with.
    OurKeys,
    /// Whether launches are accepted here.
    Registration,
    /// The last launches: frame and cookies too.
    Launches,
    /// What the platform signs with.
    PlatformKeys,
    /// Its clock and ours.
    Clock,
    /// An access token for one scope.
    Token,
    /// A course's columns.
    Columns,
    /// A column of our own: made, scored for nobody, read, removed.
    TestColumn,
    /// A column's results.
    Results,
    /// A course's list of members.
    Roster,
    /// Grades that did not arrive.
    Grades,
    /// How much we may still ask.
    Budget,
}

impl Check {
    /// For people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Check::Address => "our address",
            Check::OurKeys => "our keys",
            Check::Registration => "registration",
            Check::Launches => "launches and cookies",
            Check::PlatformKeys => "the LMS's keys",
            Check::Clock => "clocks",
            Check::Token => "access token",
            Check::Columns => "grade columns",
            Check::TestColumn => "test column",
            Check::Results => "reading grades",
            Check::Roster => "course list",
            Check::Grades => "grades on their way",
            Check::Budget => "request budget",
        }
    }
}

/// How a look ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// Not looked at.
    NotTried,
    /// It works, and something is missing or near its end.
    Warning,
    /// It does not work.
    Failed,
}

impl Verdict {
    /// Sign and word.
    #[must_use]
    pub fn shown(self) -> (&'static str, &'static str) {
        match self {
            Verdict::Ok => ("✓", "ok"),
            Verdict::Warning => ("△", "warning"),
            Verdict::Failed => ("!", "failed"),
            Verdict::NotTried => ("–", "not tried"),
        }
    }
}

/// Who can end it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Whoever runs this tool.
    Us,
    /// Whoever runs the LMS.
    LmsAdministrator,
    /// A teacher of the course.
    Teacher,
}

impl Who {
    /// For people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Who::Us => "whoever runs this tool",
            Who::LmsAdministrator => "the LMS administrator",
            Who::Teacher => "a teacher of the course",
        }
    }
}

/// What one look found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub check: Check,
    /// Of what: a course, a scope; often empty.
    pub subject: String,
    /// What is wrong; none when all is well.
    pub cause: Option<Cause>,
    /// Figures, and the platform's own words.
    pub detail: String,
}

impl Finding {
    /// All is well.
    #[must_use]
    pub fn ok(check: Check, detail: impl Into<String>) -> Finding {
        Finding { check, subject: String::new(), cause: None, detail: detail.into() }
    }

    /// Something is not.
    #[must_use]
    pub fn of(check: Check, cause: Cause, detail: impl Into<String>) -> Finding {
        Finding { check, subject: String::new(), cause: Some(cause), detail: detail.into() }
    }

    /// Of this course or scope.
    #[must_use]
    pub fn about(mut self, subject: &str) -> Finding {
        subject.clone_into(&mut self.subject);
        self
    }

    /// How it ended.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.cause.map_or(Verdict::Ok, |cause| cause.remedy().verdict)
    }

    /// A stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.cause.map_or("ok", Cause::code)
    }

    /// What happened, in a sentence.
    #[must_use]
    pub fn happened(&self) -> &'static str {
        self.cause.map_or("", |cause| cause.remedy().happened)
    }

    /// What ends it, in a sentence; empty where nothing need be done.
    #[must_use]
    pub fn what_to_do(&self) -> &'static str {
        self.cause.map_or("", |cause| cause.remedy().what_to_do)
    }

    /// Who can end it.
    #[must_use]
    pub fn who(&self) -> Option<Who> {
        self.cause.and_then(|cause| cause.remedy().who)
    }

    /// Where, in this product.
    #[must_use]
    pub fn screen(&self, family: &str) -> &'static str {
        self.cause.map_or("", |cause| screen::of(cause.remedy().place, family))
    }

    /// What to send to whoever can end it; none where that is us, or nobody.
    #[must_use]
    pub fn to_forward(&self, at: &Here<'_>) -> Option<String> {
        let who = self.who().filter(|who| *who != Who::Us)?;
        let mut text = format!("For {} ({}).\n\n{}", who.name(), at.platform, self.happened());
        if !self.subject.is_empty() {
            text.push_str(&format!(" ({})", self.subject));
        }
        if !self.detail.is_empty() {
            text.push_str(&format!(" Details: {}.", self.detail.trim_end_matches('.')));
        }
        text.push_str(&format!("\n\nWhat to do: {}", self.what_to_do()));
        let screen = self.screen(at.family);
        if !screen.is_empty() {
            text.push_str(&format!("\nWhere: {screen}"));
        }
        text.push_str(&format!(
            "\n\nThe tool: {tool} (client ID {}, keyset {tool}lti/jwks.json). Code: {}.",
            at.client_id,
            self.code(),
            tool = at.tool
        ));
        Some(text)
    }
}

/// What a forwarded text names.
#[derive(Debug, Clone, Copy)]
pub struct Here<'a> {
    /// The platform's name.
    pub platform: &'a str,
    /// Its product, as [`super::platform`] has it.
    pub family: &'a str,
    /// We, as it knows us.
    pub client_id: &'a str,
    /// Our public address, with its last slash.
    pub tool: &'a str,
}

/// How many findings ended how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// As they should be.
    pub ok: usize,
    /// Warnings.
    pub warnings: usize,
    /// Failed.
    pub failed: usize,
    /// Not looked at.
    pub not_tried: usize,
}

impl Tally {
    /// Counts.
    #[must_use]
    pub fn of(findings: &[Finding]) -> Tally {
        let count = |verdict| findings.iter().filter(|f| f.verdict() == verdict).count();
        Tally {
            ok: count(Verdict::Ok),
            warnings: count(Verdict::Warning),
            failed: count(Verdict::Failed),
            not_tried: count(Verdict::NotTried),
        }
    }

    /// `12 ok, 1 warning, 2 failed, 1 not tried`.
    #[must_use]
    pub fn sentence(&self) -> String {
        let warnings = if self.warnings == 1 { "warning" } else { "warnings" };
        let parts = [(self.ok, "ok"), (self.warnings, warnings), (self.failed, "failed"), (self.not_tried, "not tried")];
        parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect::<Vec<_>>().join(", ")
    }
}

//! What a visitor breaks on purpose.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// One way for the trial platform to misbehave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Fault {
    /// Everything works.
    #[default]
    None,
    /// Scores are answered 503.
    Refuse,
    /// Scores take eight seconds: longer than a tool should wait.
    Delay,
    /// Access tokens are answered 401, as if they had expired.
    ExpireTokens,
    /// Launches carry an `id_token` that expired five minutes ago.
    ExpireLaunch,
}

impl Fault {
    /// All of them with the words of the page: (value, label, what to expect).
    pub(crate) const ALL: [(Self, &'static str, &'static str, &'static str); 5] = [
        (Self::None, "none", "Nothing", "Grades arrive within a few seconds."),
        (Self::Refuse, "refuse", "Refuse scores (503)", "The tool keeps the grade and tries again; the learner's receipt says so."),
        (Self::Delay, "delay", "Answer scores too slowly", "The tool gives up waiting, reads back whether the score arrived, and goes on."),
        (Self::ExpireTokens, "expire-tokens", "Expire access tokens", "The tool fetches a new token once, then waits and tries again."),
        (Self::ExpireLaunch, "expire-launch", "Send expired launches", "Opening the activity shows a friendly page with a reference id."),
    ];

    pub(crate) fn delay(self) -> Option<Duration> {
        (self == Self::Delay).then_some(Duration::from_secs(8))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_has_its_words_and_reads_back() {
        for (fault, value, label, expect) in Fault::ALL {
            assert_eq!(serde_json::from_str::<Fault>(&format!("\"{value}\"")).unwrap(), fault);
            assert!(!label.is_empty() && expect.ends_with('.'));
        }
    }
}

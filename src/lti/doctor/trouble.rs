//! Why a call gave nothing, and what that says of the platform.

use super::Cause;
use crate::lti::platform::{Meaning, PlatformProfile};

/// Why a call gave nothing. Words are the platform's own, or the connection's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The address guard said no, or it is no address.
    Refused(String),
    /// Nothing was sent.
    Unreachable(String),
    /// Sent, and no usable answer.
    NoAnswer(String),
    /// An answer that is no success.
    Answered {
        /// HTTP status.
        status: u16,
        /// The platform's words.
        words: String,
    },
    /// A success that is something else.
    Unreadable(String),
    /// Ours: nothing can be signed or set up.
    Ours(String),
}

impl Trouble {
    /// For people who look at the details.
    #[must_use]
    pub fn detail(&self) -> String {
        match self {
            Trouble::Refused(words)
            | Trouble::Unreachable(words)
            | Trouble::NoAnswer(words)
            | Trouble::Unreadable(words)
            | Trouble::Ours(words) => words.clone(),
            Trouble::Answered { status, words } if words.is_empty() => format!("HTTP {status}"),
            Trouble::Answered { status, words } => format!("HTTP {status}: {words}"),
        }
    }

    /// What fits every call alike; none when the answer itself must be read.
    fn common(&self) -> Option<Cause> {
        match self {
            Trouble::Refused(_) => Some(Cause::AddressRefused),
            Trouble::Unreachable(_) => Some(Cause::Unreachable),
            Trouble::NoAnswer(_) => Some(Cause::Failing),
            Trouble::Answered { status: 429, .. } => Some(Cause::Throttled),
            Trouble::Answered { status, .. } if *status >= 500 || *status == 408 => Some(Cause::Failing),
            Trouble::Ours(_) => Some(Cause::OurKeySealed),
            Trouble::Answered { .. } | Trouble::Unreadable(_) => None,
        }
    }

    /// Fetching the platform's keys.
    pub(super) fn of_keys(&self) -> Cause {
        self.common().unwrap_or(Cause::KeysAddressWrong)
    }

    /// Asking for a token. Moodle puts the words of its exception into `error`, Canvas those of its checks.
    pub(super) fn of_token(&self) -> Cause {
        if let Some(cause) = self.common() {
            return cause;
        }
        let Trouble::Answered { status, words } = self else { return Cause::TokenAddressWrong };
        if matches!(status, 300..=399 | 404 | 405 | 410) {
            return Cause::TokenAddressWrong;
        }
        let words = words.to_lowercase();
        let says = |any: &[&str]| any.iter().any(|w| words.contains(w));
        if says(&["prior to", "in the future", "expired", "'iat'", "'exp'", "too old", "not yet valid"]) {
            Cause::ClockRefused
        } else if says(&["fetch public key", "invalid json", "unable to lookup", "key set", "keyset", "jwks", "no keys"]) {
            Cause::OurKeysUnread
        } else if says(&["signature", "\"kid\"", "kid invalid", "jwk error"]) {
            Cause::OurKeysUnknown
        } else if says(&["'aud'", "audience", "aud is"]) {
            Cause::AudienceRefused
        } else if says(&["invalid_client", "unauthorized_client", "unknown client", "client not found", "inactive"]) {
            Cause::ClientUnknown
        } else {
            Cause::TokenRefused
        }
    }

    /// Asking a service of a course.
    pub(super) fn of_service(&self, profile: &PlatformProfile) -> Cause {
        if let Some(cause) = self.common() {
            return cause;
        }
        let Trouble::Answered { status, words } = self else { return Cause::ServiceUnreadable };
        let lower = words.to_lowercase();
        match profile.meaning(*status, words, None) {
            Meaning::TokenRefused if lower.contains("not linked") => Cause::NotDeployed,
            Meaning::TokenRefused => Cause::TokenNotAccepted,
            Meaning::Forbidden => Cause::Forbidden,
            Meaning::Throttled => Cause::Throttled,
            Meaning::LineItemGone => Cause::CourseGone,
            Meaning::CourseConcluded => Cause::CourseConcluded,
            Meaning::TryLater => Cause::Failing,
            _ => Cause::ServiceUnreadable,
        }
    }
}

//! Why an LTI 1.1 launch was refused.

use super::WINDOW;
use crate::lti::Check;

/// What was wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A parameter is absent or empty.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// A parameter that carries trust came twice.
    #[error("`{0}` came more than once")]
    Repeated(&'static str),
    /// A parameter has another value than it must have.
    #[error("`{parameter}` is `{found}`")]
    Unexpected {
        /// Which.
        parameter: &'static str,
        /// What it said, shortened.
        found: String,
    },
    /// Nobody here gave out this consumer key.
    #[error("no key of ours: compare the consumer key in the LMS with the one here")]
    KeyUnknown,
    /// Another secret, another address, or something changed on the way.
    #[error("the signature does not fit `{0}` and this key's secret: compare the secret, and whether the LMS uses exactly this address")]
    Signature(String),
    /// The launch is long past.
    #[error("it was signed {0} seconds ago, more than {WINDOW}: compare the clocks")]
    TooOld(i64),
    /// The launch lies ahead.
    #[error("it is signed {0} seconds ahead, more than {WINDOW}: compare the clocks")]
    FromTheFuture(i64),
    /// The launch was used before.
    #[error("its nonce was used before")]
    NonceUsed,
    /// OpenSSL refused.
    #[error("OpenSSL cannot sign")]
    OpenSsl,
}

/// A launch that was refused, with the checks that passed before.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{fault}")]
pub struct Refused {
    /// The checks that passed, in order.
    pub passed: Vec<Check>,
    /// The check that failed.
    pub failed: Check,
    /// Why.
    pub fault: Fault,
}

/// The checks of an LTI 1.1 launch, in order.
const CHECKS: [Check; 9] = [
    Check::Shape,
    Check::Key,
    Check::Signature,
    Check::IssuedAt,
    Check::Version,
    Check::MessageType,
    Check::Subject,
    Check::ResourceLink,
    Check::Nonce,
];

/// The checks that a good launch passed.
#[must_use]
pub(super) fn all() -> Vec<Check> {
    CHECKS.to_vec()
}

impl Refused {
    /// At this check.
    #[must_use]
    pub fn at(failed: Check, fault: Fault) -> Self {
        Self { passed: CHECKS.into_iter().take_while(|c| *c != failed).collect(), failed, fault }
    }

    /// A stable code for logs and documentation.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match (self.failed, &self.fault) {
            (Check::Shape, Fault::Missing(_)) => "v1p1_parameter_missing",
            (_, Fault::Repeated(_)) => "v1p1_parameter_repeated",
            (Check::Shape, _) => "v1p1_signing_wrong",
            (Check::Key, _) => "v1p1_key_unknown",
            (Check::IssuedAt, Fault::TooOld(_)) => "v1p1_too_old",
            (Check::IssuedAt, _) => "v1p1_from_the_future",
            (Check::Version, _) => "v1p1_version_wrong",
            (Check::MessageType, _) => "v1p1_message_type_wrong",
            (Check::Subject, _) => "v1p1_user_missing",
            (Check::ResourceLink, _) => "v1p1_link_missing",
            (Check::Nonce, _) => "v1p1_nonce_used",
            _ => "v1p1_signature_wrong",
        }
    }
}

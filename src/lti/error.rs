//! Why a launch was refused, and how far it got.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::id_token::TokenError;

/// One step of the checks, in the order they are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Three readable parts, no extension, RS256, a `kid`.
    Shape,
    /// The platform publishes the key.
    Key,
    /// The key made the signature.
    Signature,
    /// `iss` is the registration's.
    Issuer,
    /// `aud` is us and nobody else.
    Audience,
    /// `azp`, where present, is us.
    AuthorizedParty,
    /// `exp` and `nbf`.
    Expiry,
    /// `iat`.
    IssuedAt,
    /// `nonce` is the one of this login.
    Nonce,
    /// `version` is 1.3.0.
    Version,
    /// `message_type` is one we answer.
    MessageType,
    /// `deployment_id` is there.
    Deployment,
    /// `target_link_uri` is ours, and the login's.
    Target,
    /// `roles` is a list.
    Roles,
    /// `sub` is there.
    Subject,
    /// `resource_link.id` is there where it must be.
    ResourceLink,
    /// A deep linking message says where the answer goes.
    DeepLinking,
    /// A submission review message says whose work it is.
    Review,
}

impl Check {
    /// Every check, in order.
    pub const ALL: [Check; 18] = [
        Check::Shape,
        Check::Key,
        Check::Signature,
        Check::Issuer,
        Check::Audience,
        Check::AuthorizedParty,
        Check::Expiry,
        Check::IssuedAt,
        Check::Nonce,
        Check::Version,
        Check::MessageType,
        Check::Deployment,
        Check::Target,
        Check::Roles,
        Check::Subject,
        Check::ResourceLink,
        Check::DeepLinking,
        Check::Review,
    ];

    /// The checks made before this one.
    #[must_use]
    pub fn before(self) -> &'static [Check] {
        &Check::ALL_REF[..self as usize]
    }

    const ALL_REF: &'static [Check] = &Check::ALL;

    /// The check in an administrator's words.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Check::Shape => "the message is signed in the way it must be",
            Check::Key => "its key is one of the platform's",
            Check::Signature => "its signature is the platform's",
            Check::Issuer => "it comes from the registered issuer",
            Check::Audience => "it is meant for this tool alone",
            Check::AuthorizedParty => "its authorized party is this tool",
            Check::Expiry => "it has not expired",
            Check::IssuedAt => "it was issued just now",
            Check::Nonce => "it answers the login that was started, and was not used before",
            Check::Version => "it is the version of LTI that was set up",
            Check::MessageType => "it is a message this tool answers",
            Check::Deployment => "it names its deployment",
            Check::Target => "it opens a page of this tool",
            Check::Roles => "it lists the user's roles",
            Check::Subject => "it names the user",
            Check::ResourceLink => "it names the link that was opened",
            Check::DeepLinking => "it says where a choice of content goes",
            Check::Review => "it says whose work is to be shown",
        }
    }
}

/// What was wrong with a claim.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The claim is absent.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// The claim is not of the type it must have.
    #[error("`{0}` is not {1}")]
    WrongType(&'static str, &'static str),
    /// The claim has another value than it must have.
    #[error("`{claim}` is `{found}`")]
    Unexpected {
        /// Which claim.
        claim: &'static str,
        /// What it said, shortened.
        found: String,
    },
    /// `exp` has passed.
    #[error("it expired {0} seconds ago")]
    Expired(i64),
    /// `iat` or `nbf` lies ahead.
    #[error("its `{0}` lies {1} seconds ahead: compare the clocks")]
    FromTheFuture(&'static str, i64),
    /// `iat` is long past.
    #[error("it was issued {0} seconds ago")]
    TooOld(i64),
    /// The token itself.
    #[error(transparent)]
    Token(TokenError),
}

/// A launch that was refused: the check that failed, why, and the checks that passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaunchError {
    /// The checks that passed, in order.
    pub passed: Vec<Check>,
    /// The check that failed.
    pub failed: Check,
    /// Why.
    pub fault: Fault,
}

impl std::error::Error for LaunchError {}

impl fmt::Display for LaunchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused at `{}`: {}", self.code(), self.fault)
    }
}

impl LaunchError {
    pub(super) fn at(failed: Check, fault: Fault) -> LaunchError {
        LaunchError { passed: failed.before().to_vec(), failed, fault }
    }

    /// A stable code for logs and documentation.
    #[must_use]
    pub fn code(&self) -> &'static str {
        if let Fault::Token(token) = &self.fault {
            return token.code();
        }
        match (self.failed, &self.fault) {
            (Check::Issuer, _) => "issuer_wrong",
            (Check::Audience, _) => "audience_wrong",
            (Check::AuthorizedParty, _) => "authorized_party_wrong",
            (Check::Expiry, Fault::Expired(_)) => "token_expired",
            (Check::Expiry, _) => "expiry_wrong",
            (Check::IssuedAt, Fault::TooOld(_)) => "token_too_old",
            (Check::IssuedAt, Fault::FromTheFuture(..)) => "token_from_the_future",
            (Check::IssuedAt, _) => "issued_at_wrong",
            (Check::Nonce, _) => "nonce_wrong",
            (Check::Version, _) => "version_wrong",
            (Check::MessageType, _) => "message_type_wrong",
            (Check::Deployment, _) => "deployment_missing",
            (Check::Target, _) => "target_wrong",
            (Check::Roles, _) => "roles_wrong",
            (Check::Subject, _) => "subject_missing",
            (Check::ResourceLink, _) => "resource_link_missing",
            (Check::DeepLinking, _) => "deep_linking_settings_wrong",
            (Check::Review, _) => "review_user_missing",
            (Check::Shape | Check::Key | Check::Signature, _) => "token_refused",
        }
    }
}

impl From<TokenError> for LaunchError {
    fn from(error: TokenError) -> LaunchError {
        let failed = match error {
            TokenError::UnknownKid(_) => Check::Key,
            TokenError::Signature(_) => Check::Signature,
            _ => Check::Shape,
        };
        LaunchError::at(failed, Fault::Token(error))
    }
}

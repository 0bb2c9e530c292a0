//! Why a login or a launch opened no session.

use crate::{
    lti::{Check, LaunchError, oidc::LoginError, seal::SealError, v1p1},
    store::StoreError,
};

/// The reason.
#[derive(Debug, thiserror::Error)]
pub enum Reason {
    /// The request does not say what it must.
    #[error(transparent)]
    Login(#[from] LoginError),
    /// Over plain http no browser keeps our cookies.
    #[error("the public URL is plain http beyond this machine, so browsers drop our secure cookies")]
    InsecureSite,
    /// Nobody registered this platform.
    #[error("no registration for issuer and client id")]
    UnknownPlatform,
    /// Several registrations, and the login does not say which.
    #[error("several registrations share this issuer and the login names no client id")]
    AmbiguousIssuer,
    /// The registration waits for an administrator.
    #[error("the registration waits for approval")]
    NotApproved,
    /// The registration is switched off.
    #[error("the registration is switched off")]
    SwitchedOff,
    /// `target_link_uri` is not ours.
    #[error("the target `{0}` is no page of this tool")]
    ForeignTarget(String),
    /// The platform itself refused.
    #[error("the platform answered `{error}`")]
    Platform {
        /// Its code.
        error: String,
        /// Its words.
        description: Option<String>,
    },
    /// State unknown, too old or used before.
    #[error("no login waits for this launch: it is unknown, too old or was used before")]
    NoLogin,
    /// The login began in another browser, or this one keeps no cookies here.
    #[error("this browser cannot prove that it began the login")]
    OtherBrowser,
    /// The token.
    #[error(transparent)]
    Token(#[from] LaunchError),
    /// A launch of LTI 1.1.
    #[error(transparent)]
    V1p1(#[from] v1p1::Refused),
    /// A consumer key's secret does not open.
    #[error("a consumer key's secret does not open: restore the master key it was sealed with, or make a new secret")]
    Sealed(#[source] SealError),
    /// The platform's keys could not be read.
    #[error("the platform's keys could not be read")]
    Keys(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// An administrator must let this deployment in.
    #[error("deployment `{0}` waits for approval")]
    DeploymentWaits(String),
    /// A notice about a deployment that is none of ours, or was turned down.
    #[error("the notice is about deployment `{0}`, which is not one of this registration's")]
    NoSuchDeployment(String),
    /// Only teachers choose content.
    #[error("content is chosen by teachers, and this person is none in this course")]
    ChoosingIsForTeachers,
    /// The answer to a choice would go to a stranger.
    #[error("the return URL `{0}` is not the registration's")]
    ForeignReturn(String),
    /// The place takes files or texts, and we have links.
    #[error("this place takes no links to a tool")]
    NoLinksTaken,
    /// Only teachers see the work of others.
    #[error("another person's work is shown to teachers, and this person is none in this course")]
    ReviewIsForTeachers,
    /// Whoever it is did nothing here.
    #[error("the person whose work is asked for has not been in this course here")]
    NothingToReview,
    /// A message we do not answer.
    #[error("a message of this type is not answered here")]
    Unanswered,
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] StoreError),
    /// OpenSSL has no randomness.
    #[error("no randomness")]
    Random(#[from] openssl::error::ErrorStack),
}

/// A login or launch that opened no session, with what is known about who asked.
#[derive(Debug, thiserror::Error)]
#[error("{why}")]
pub struct Refused {
    /// The reason.
    #[source]
    pub why: Reason,
    /// `login` or `launch`.
    pub stage: &'static str,
    /// Issuer, as claimed.
    pub issuer: String,
    /// Client id, as claimed.
    pub client_id: String,
    /// Whose registration it is, where there is one.
    pub tenant_id: Option<String>,
    /// The platform's way back, from a verified launch.
    pub back: Option<String>,
}

impl Refused {
    /// A login request that cannot be read.
    #[must_use]
    pub fn login(error: LoginError) -> Box<Self> {
        Asking { stage: "login", ..Asking::default() }.refused(error)
    }

    /// A launch form that cannot be read.
    #[must_use]
    pub fn launch(error: LoginError) -> Box<Self> {
        Asking { stage: "launch", ..Asking::default() }.refused(error)
    }
}

impl Reason {
    /// A stable code for logs and documentation.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Login(e) => e.code(),
            Self::InsecureSite => "site_insecure",
            Self::UnknownPlatform => "platform_unknown",
            Self::AmbiguousIssuer => "platform_ambiguous",
            Self::NotApproved => "registration_pending",
            Self::SwitchedOff => "registration_disabled",
            Self::ForeignTarget(_) => "target_foreign",
            Self::Platform { .. } => "platform_refused",
            Self::NoLogin => "state_unknown",
            Self::OtherBrowser => "state_unbound",
            Self::Token(e) => e.code(),
            Self::V1p1(e) => e.code(),
            Self::Sealed(_) => "secret_sealed",
            Self::Keys(_) => "keys_unreadable",
            Self::DeploymentWaits(_) => "deployment_waits",
            Self::NoSuchDeployment(_) => "notice_deployment_unknown",
            Self::ChoosingIsForTeachers => "choosing_is_for_teachers",
            Self::ForeignReturn(_) => "return_url_foreign",
            Self::NoLinksTaken => "no_links_taken",
            Self::ReviewIsForTeachers => "review_is_for_teachers",
            Self::NothingToReview => "review_nothing",
            Self::Unanswered => "message_unanswered",
            Self::Store(_) => "store_failed",
            Self::Random(_) => "randomness_missing",
        }
    }

    /// Checks of the token that passed.
    #[must_use]
    pub fn passed(&self) -> &[Check] {
        match self {
            Self::Token(e) => &e.passed,
            Self::V1p1(e) => &e.passed,
            Self::NoLogin
            | Self::OtherBrowser
            | Self::DeploymentWaits(_)
            | Self::ChoosingIsForTeachers
            | Self::ForeignReturn(_)
            | Self::NoLinksTaken
            | Self::ReviewIsForTeachers
            | Self::NothingToReview
            | Self::Unanswered => &Check::ALL,
            _ => &[],
        }
    }
}

/// Who asks, filled in as far as it gets known.
#[derive(Debug, Clone, Default)]
pub(super) struct Asking {
    pub(super) stage: &'static str,
    pub(super) issuer: String,
    pub(super) client_id: String,
    pub(super) tenant_id: Option<String>,
    pub(super) back: Option<String>,
}

impl Asking {
    /// Notes who is claimed to ask, as far as a log line should hold it.
    pub(super) fn named(&mut self, issuer: &str, client_id: &str) {
        let short = |text: &str| text.chars().filter(|c| !c.is_control()).take(300).collect();
        (self.issuer, self.client_id) = (short(issuer), short(client_id));
    }

    pub(super) fn refused(self, why: impl Into<Reason>) -> Box<Refused> {
        let Self { stage, issuer, client_id, tenant_id, back } = self;
        Box::new(Refused { why: why.into(), stage, issuer, client_id, tenant_id, back })
    }
}

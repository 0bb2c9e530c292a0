//! Why a registration came to nothing.

use crate::{
    lti::registration::{AnswerError, Complaint, ConfigurationError, Stranger},
    services::http::HttpError,
    store::StoreError,
};

/// The reason.
#[derive(Debug, thiserror::Error)]
pub enum RegisterFault {
    /// No such link, or it was withdrawn.
    #[error("no such registration link")]
    LinkUnknown,
    /// An LMS registered with it.
    #[error("the registration link was used")]
    LinkSpent,
    /// Too old.
    #[error("the registration link is too old")]
    LinkOver,
    /// Another registration is under way with it.
    #[error("another registration is under way with this link")]
    LinkBusy,
    /// `openid_configuration` is no address.
    #[error("`openid_configuration` is no web address")]
    AddressWrong,
    /// Not to be reached, or not to be called.
    #[error("the platform could not be asked")]
    Unreachable(#[source] HttpError),
    /// It does not say what it is.
    #[error("the platform's configuration was answered with {0}")]
    ConfigurationRefused(u16),
    /// What it says is of no use.
    #[error("the platform's configuration is of no use")]
    Configuration(#[from] ConfigurationError),
    /// It says that it is somebody else.
    #[error(transparent)]
    Stranger(#[from] Stranger),
    /// The link is for another LMS.
    #[error("the link is for `{expected}` and was used by `{host}`")]
    OtherHost {
        /// Whom it is for.
        expected: String,
        /// Who came.
        host: String,
    },
    /// The platform refused.
    #[error("the platform refused with {status}: {said}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// What it is about.
        about: Complaint,
        /// Its own words, shortened.
        said: String,
    },
    /// It took us and does not say under which name.
    #[error("the platform's answer is of no use")]
    Answer(#[from] AnswerError),
    /// Another tenant here has this client id.
    #[error("client id `{0}` of this platform is registered elsewhere")]
    Taken(String),
    /// It took us, and we could not note it.
    #[error("the platform registered client id `{client_id}`, and it could not be kept")]
    NotKept {
        /// Our name there.
        client_id: String,
        /// Why.
        #[source]
        source: StoreError,
    },
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] StoreError),
}

impl RegisterFault {
    /// A stable code for logs and documentation.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::LinkUnknown => "register_link_unknown",
            Self::LinkSpent => "register_link_spent",
            Self::LinkOver => "register_link_over",
            Self::LinkBusy => "register_link_busy",
            Self::AddressWrong => "register_address_wrong",
            Self::Unreachable(_) => "register_unreachable",
            Self::ConfigurationRefused(_) => "register_configuration_refused",
            Self::Configuration(_) => "register_configuration_wrong",
            Self::Stranger(_) => "register_stranger",
            Self::OtherHost { .. } => "register_other_host",
            Self::Refused { about, .. } => match about {
                Complaint::TokenSpent => "register_token_spent",
                Complaint::NotAllowed => "register_not_allowed",
                Complaint::Domain => "register_domain",
                Complaint::Scope => "register_scope",
                Complaint::Document => "register_refused",
                Complaint::Fault => "register_platform_error",
            },
            Self::Answer(_) => "register_answer_wrong",
            Self::Taken(_) => "register_taken",
            Self::NotKept { .. } => "register_not_kept",
            Self::Store(_) => "register_store_failed",
        }
    }
}

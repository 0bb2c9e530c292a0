//! The one error that becomes a response.
//!
//! A handler returns it; the shell middleware turns it into a page (or JSON, where JSON was asked for) with the request's reference
//! id, and logs it, once.

use std::borrow::Cow;

use actix_web::{HttpResponse, ResponseError, http::StatusCode};

use super::views::{refusal, register};
use crate::{
    app::{AppError, Reason, Refused, register_platform::RegisterFault},
    store::StoreError,
};

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What went wrong with a request.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing lives there.
    #[error("no such page")]
    NotFound,
    /// Something lives there and answers to another method.
    #[error("method not allowed")]
    Method,
    /// The body was longer than we take.
    #[error("the request is larger than we take")]
    TooLarge,
    /// The request does not say what it must.
    #[error("unreadable request: {0}")]
    BadRequest(Cow<'static, str>),
    /// A changing request that another site may have caused.
    #[error("refused as cross-site: {0}")]
    CrossSite(&'static str),
    /// A form without this session's token.
    #[error("the form's token is missing or stale")]
    FormToken,
    /// The session is over, or another browser's.
    #[error("no session for launch `{0}`")]
    NoSession(String),
    /// The browser kept no cookie of the session it was just given.
    #[error("the browser kept nothing of its session")]
    NothingKept,
    /// Only for administrators, and nobody is signed in.
    #[error("no administrator is signed in")]
    SignInFirst,
    /// A link to the packages that is too old or was changed.
    #[error("the link to the packages is over or not ours")]
    LinkOver,
    /// Signed in, but not with the role this needs.
    #[error("not for this role")]
    Forbidden,
    /// Too many failures from there.
    #[error("too many failures")]
    TooMany,
    /// A login or launch that opened no session.
    #[error(transparent)]
    Launch(#[from] Box<Refused>),
    /// A registration that came to nothing.
    #[error(transparent)]
    Register(Box<RegisterFault>),
    /// All attempts are spent.
    #[error("no attempts are left")]
    NoAttemptsLeft,
    /// The choice of content was sent already.
    #[error("the choice was sent before")]
    ChosenBefore,
    /// Something we need is not there for the moment.
    #[error("not available for the moment")]
    Unavailable(#[source] Cause),
    /// Our fault.
    #[error("internal error")]
    Internal(#[source] Cause),
}

/// What a page says about an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) title: Cow<'static, str>,
    pub(crate) happened: Cow<'static, str>,
    pub(crate) todo: Vec<Cow<'static, str>>,
    pub(crate) who: Cow<'static, str>,
    /// Values worth copying: label, value.
    pub(crate) facts: Vec<(&'static str, String)>,
    /// The way back to the LMS, where a verified launch named one.
    pub(crate) back: Option<String>,
}

impl Words {
    pub(crate) fn new(title: &'static str, happened: &'static str, todo: &[&'static str], who: &'static str) -> Self {
        Self {
            title: title.into(),
            happened: happened.into(),
            todo: todo.iter().map(|t| Cow::Borrowed(*t)).collect(),
            who: who.into(),
            facts: Vec::new(),
            back: None,
        }
    }

    /// For callers that are scripts.
    pub(crate) fn as_json(&self) -> serde_json::Value {
        serde_json::json!({ "title": self.title, "happened": self.happened, "todo": self.todo })
    }
}

pub(crate) const TEACHER: &str = "Your teacher, or whoever runs the LMS, can help. Give them the reference below.";
pub(crate) const OPERATOR: &str = "Whoever runs this service can help. Give them the reference below.";
pub(crate) const NEW_WINDOW: &str = "Have the LMS open the activity in a new window: in Moodle \u{201c}Launch container: New window\u{201d}, in Canvas \u{201c}Load in a new tab\u{201d}.";
pub(crate) const COOKIES: &str = "Or allow cookies for this site, or use another browser.";
pub(crate) const RELAUNCH: &str = "Go back to your course in the LMS and open the activity again.";

impl Error {
    /// Wraps a failure that is ours.
    pub(crate) fn internal(cause: impl Into<Cause>) -> Self {
        Self::Internal(cause.into())
    }

    /// A short code for logs and metrics.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::Method => "method",
            Self::TooLarge => "too-large",
            Self::BadRequest(_) => "bad-request",
            Self::CrossSite(_) => "cross-site",
            Self::FormToken => "form-token",
            Self::NoSession(_) => "no-session",
            Self::NothingKept => "nothing-kept",
            Self::SignInFirst => "sign-in-first",
            Self::LinkOver => "link-over",
            Self::Forbidden => "forbidden",
            Self::TooMany => "too-many",
            Self::Launch(refused) => refused.why.code(),
            Self::Register(fault) => fault.code(),
            Self::NoAttemptsLeft => "no-attempts-left",
            Self::ChosenBefore => "chosen-before",
            Self::Unavailable(_) => "unavailable",
            Self::Internal(_) => "internal",
        }
    }

    pub(crate) fn words(&self) -> Words {
        match self {
            Self::NotFound => {
                Words::new("This page does not exist", "Nothing was found at this address.", &["Check the address.", RELAUNCH], TEACHER)
            }
            Self::Method => Words::new(
                "This address works differently",
                "The request came in a way this address does not answer.",
                &[RELAUNCH],
                OPERATOR,
            ),
            Self::TooLarge => {
                Words::new("That was too large", "The request holds more than this service takes.", &["Send less and try again."], OPERATOR)
            }
            Self::BadRequest(_) => {
                Words::new("The request could not be read", "Something in it is missing or has the wrong form.", &[RELAUNCH], TEACHER)
            }
            Self::CrossSite(_) => Words::new(
                "The request was not accepted",
                "It seems to have been started by another site, so nothing was changed.",
                &[RELAUNCH, "Use the buttons on our own pages."],
                OPERATOR,
            ),
            Self::FormToken => Words::new(
                "The form has expired",
                "The page was open for too long, or in another session. Nothing was changed.",
                &["Go back, reload the page and send the form again.", RELAUNCH],
                TEACHER,
            ),
            Self::NoSession(_) => Words::new(
                "This session has ended",
                "For your protection a page opened from the LMS works for a limited time and in one browser only. What you saved is kept.",
                &[
                    RELAUNCH,
                    "If it happens at once, use the LMS's setting \u{201c}open in a new window\u{201d}: some browsers keep no cookies for pages inside other pages.",
                ],
                TEACHER,
            ),
            Self::NothingKept => Words::new(
                "Your browser keeps nothing for this page",
                "The launch was good, but this browser keeps neither cookies nor anything else for a page inside another page.",
                &[NEW_WINDOW, COOKIES],
                TEACHER,
            ),
            Self::SignInFirst => Words::new(
                "Sign in first",
                "This page is for administrators of this tool.",
                &["Sign in, then open the page again."],
                OPERATOR,
            ),
            Self::LinkOver => Words::new(
                "This link no longer works",
                "Links to the packages work for a few days only, and only as they were made.",
                &["Ask whoever gave it to you for a new one.", "Administrators sign in and download without a link."],
                OPERATOR,
            ),
            Self::Forbidden => Words::new(
                "This page is for teachers",
                "Your role in this course does not include it.",
                &["Open the activity from a course you teach."],
                TEACHER,
            ),
            Self::TooMany => Words::new(
                "Too many failed attempts",
                "Many launches from your network failed within a minute, so we answer them briefly for now.",
                &["Wait a minute.", RELAUNCH],
                TEACHER,
            ),
            Self::Launch(refused) => refusal::words(refused),
            Self::Register(fault) => register::words(fault),
            Self::NoAttemptsLeft => Words::new(
                "No attempts are left",
                "You have used every attempt of this quiz. Your results are kept.",
                &["Go back to the quiz to look at them.", "Ask your teacher if you should get another attempt."],
                TEACHER,
            ),
            Self::ChosenBefore => Words::new(
                "This choice was sent already",
                "What you chose went to the LMS, and each choice goes once, so that nothing is added twice.",
                &["Close this window and look at your course in the LMS.", "To add more, press the LMS's button for adding content again."],
                TEACHER,
            ),
            Self::Unavailable(_) => Words::new(
                "Not available for the moment",
                "A part of this service is not answering. What you saved is kept.",
                &["Wait a minute and try again."],
                OPERATOR,
            ),
            Self::Internal(_) => Words::new(
                "Something went wrong on our side",
                "The request could not be finished. What you saved before is kept.",
                &["Try again. If it stays, tell someone."],
                OPERATOR,
            ),
        }
    }
}

impl From<AppError> for Error {
    fn from(error: AppError) -> Self {
        match error {
            AppError::NotFound => Self::NotFound,
            AppError::Forbidden => Self::Forbidden,
            AppError::NoAttemptsLeft => Self::NoAttemptsLeft,
            AppError::AnsweredBefore => Self::ChosenBefore,
            AppError::Invalid(why) => Self::BadRequest(why.into()),
            AppError::Store(error) => error.into(),
            other => Self::internal(other),
        }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Locked | StoreError::Closed | StoreError::Unreachable { .. } => Self::Unavailable(error.into()),
            other => Self::internal(other),
        }
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::CrossSite(_) | Self::FormToken | Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NoSession(_) | Self::NothingKept | Self::SignInFirst => StatusCode::UNAUTHORIZED,
            Self::LinkOver => StatusCode::FORBIDDEN,
            Self::NoAttemptsLeft | Self::ChosenBefore => StatusCode::CONFLICT,
            Self::Launch(refused) => match refused.why {
                Reason::Store(_) | Reason::Sealed(_) => StatusCode::SERVICE_UNAVAILABLE,
                Reason::Random(_) => StatusCode::INTERNAL_SERVER_ERROR,
                Reason::UnknownPlatform
                | Reason::NotApproved
                | Reason::SwitchedOff
                | Reason::DeploymentWaits(_)
                | Reason::NoSuchDeployment(_) => StatusCode::FORBIDDEN,
                _ => StatusCode::BAD_REQUEST,
            },
            Self::Register(fault) => match **fault {
                RegisterFault::LinkUnknown => StatusCode::NOT_FOUND,
                RegisterFault::LinkSpent | RegisterFault::LinkOver => StatusCode::GONE,
                RegisterFault::LinkBusy => StatusCode::CONFLICT,
                RegisterFault::Store(_) | RegisterFault::NotKept { .. } => StatusCode::INTERNAL_SERVER_ERROR,
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            },
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Empty: the shell middleware writes the page, because only it knows the request.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

//! What services fail with, as the judgement takes it.

use crate::{
    lti::doctor::Trouble,
    services::{
        ServiceError,
        http::{Answer, HttpError},
        spoken,
        tokens::TokenFault,
    },
};

pub(super) fn of_http(error: &HttpError) -> Trouble {
    let words = error.to_string();
    match error {
        HttpError::Refused(_) => Trouble::Refused(words),
        HttpError::Unreachable { .. } => Trouble::Unreachable(words),
        HttpError::Lost { .. } => Trouble::NoAnswer(words),
        HttpError::TooLarge(_) => Trouble::Unreadable(words),
        HttpError::Setup(_) => Trouble::Ours(words),
    }
}

pub(super) fn of_answer(answer: &Answer) -> Trouble {
    Trouble::Answered { status: answer.status, words: spoken(&answer.text()) }
}

pub(super) fn of_token(fault: &TokenFault) -> Trouble {
    match fault {
        TokenFault::Http(error) => of_http(error),
        TokenFault::Refused { status, error } => Trouble::Answered { status: *status, words: error.clone() },
        TokenFault::Address(_) => Trouble::Refused(fault.to_string()),
        TokenFault::Sign(_) => Trouble::Ours(fault.to_string()),
        TokenFault::Unreadable => Trouble::Unreadable(fault.to_string()),
    }
}

pub(super) fn of_service(error: &ServiceError) -> Trouble {
    match error {
        ServiceError::Token(fault) => of_token(fault),
        ServiceError::Http(error) => of_http(error),
        ServiceError::Answered(answer) => of_answer(answer),
        ServiceError::Address(_) => Trouble::Refused(error.to_string()),
        ServiceError::Unreadable(_) | ServiceError::Paging => Trouble::Unreadable(error.to_string()),
    }
}

//! A message went out and nobody knows whether it arrived: the platform's results say.

use super::{Case, Courier};
use crate::{
    learning::delivery::is_there,
    lti::jose::SigningKey,
    services::{ags::AgsError, http::HttpError},
    store::ledger::Ledger,
};

/// What reading the results showed.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Doubt {
    /// Our score is there.
    Arrived(Option<f64>),
    /// Another one is there, or none.
    Absent(Option<f64>),
    /// This platform does not let us read, or the message had no score to look for.
    CannotTell,
    /// The platform could not be asked just now.
    Later {
        /// A stable code.
        code: &'static str,
        /// For people.
        detail: String,
    },
}

impl Courier {
    /// Looks for the ledger line's score in the platform's results.
    pub(super) async fn look_for(&self, case: &Case, line: &Ledger, key: &SigningKey) -> Doubt {
        if line.sent_score.is_none() || !case.may_read_results() {
            return Doubt::CannotTell;
        }
        match self.result(case, key, &line.lineitem).await {
            Ok(result) => {
                let result = result.as_ref();
                let seen = result.and_then(crate::lti::ags::ResultItem::percent);
                let maximum = result.and_then(|r| r.result_maximum).unwrap_or(1.0);
                if is_there(line.sent_score, seen, maximum) { Doubt::Arrived(seen) } else { Doubt::Absent(seen) }
            }
            Err(error) => unread(&error),
        }
    }
}

fn unread(error: &AgsError) -> Doubt {
    let later = |code| Doubt::Later { code, detail: error.to_string() };
    match error {
        AgsError::Http(HttpError::TooLarge(_)) | AgsError::Address(_) | AgsError::Unreadable(_) | AgsError::Paging => Doubt::CannotTell,
        AgsError::Http(error) => later(error.code()),
        AgsError::Token(fault) if fault.is_passing() => later(fault.code()),
        AgsError::Token(_) => Doubt::CannotTell,
        AgsError::Answered(answer) if answer.status >= 500 || matches!(answer.status, 401 | 408 | 429) => later("platform_error"),
        AgsError::Answered(_) => Doubt::CannotTell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::{http::Answer, tokens::TokenFault};

    #[test]
    fn a_platform_that_is_down_is_asked_again_and_one_that_refuses_is_not() {
        let answered = |status| unread(&AgsError::Answered(Box::new(Answer { status, ..Answer::default() })));
        for status in [401, 408, 429, 500, 503] {
            assert!(matches!(answered(status), Doubt::Later { .. }), "{status}");
        }
        for status in [302, 400, 403, 404, 405] {
            assert_eq!(answered(status), Doubt::CannotTell, "{status}");
        }
        let lost = HttpError::Lost { host: "h".into(), why: "w".into() };
        assert!(matches!(unread(&AgsError::Http(lost)), Doubt::Later { code: "no_answer", .. }));
        let refused = TokenFault::Refused { status: 400, error: "invalid_scope".into() };
        assert_eq!(unread(&AgsError::Token(refused)), Doubt::CannotTell);
    }
}

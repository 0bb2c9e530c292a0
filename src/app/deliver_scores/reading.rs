//! One learner's cell of the grade book, read.

use super::{Case, Courier};
use crate::{
    app::sight::{self, Sight},
    lti::{
        jose::SigningKey,
        platform::{Meaning, PlatformProfile},
    },
    services::{ags::AgsError, http::HttpError},
};

/// What became of reading.
#[derive(Debug, Clone)]
pub(super) enum Reading {
    /// It shows this.
    Read(Sight),
    /// This platform does not let us read.
    CannotTell,
    /// It could not be asked just now.
    Later(Trouble),
}

/// Why it could not be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    /// A stable code.
    pub(super) code: &'static str,
    /// For people.
    pub(super) detail: String,
    /// Did the platform itself answer? Then others need not be kept from asking it.
    pub(super) answered: bool,
}

impl Courier {
    /// Reads the learner's cell of a line item.
    pub(super) async fn read_cell(&self, case: &Case, line_item: &str, key: &SigningKey) -> Reading {
        if !case.may_read_results() {
            return Reading::CannotTell;
        }
        let at = self.now();
        match self.result(case, key, line_item).await {
            Ok(result) => Reading::Read(Sight {
                shown: sight::shown(result.as_ref()),
                line_item: line_item.to_owned(),
                at,
                candour: sight::candour(case.profile()),
                after: true,
            }),
            Err(error) => unread(case.profile(), &error),
        }
    }
}

fn unread(profile: &PlatformProfile, error: &AgsError) -> Reading {
    let later = |code, answered| Reading::Later(Trouble { code, detail: error.to_string(), answered });
    match error {
        AgsError::Http(HttpError::TooLarge(_) | HttpError::Refused(_)) | AgsError::Address(_) => Reading::CannotTell,
        AgsError::Unreadable(_) | AgsError::Paging => Reading::CannotTell,
        AgsError::Http(error) => later(error.code(), false),
        AgsError::Token(fault) if fault.is_passing() => later(fault.code(), false),
        AgsError::Token(_) => Reading::CannotTell,
        AgsError::Answered(answer) if answer.status >= 500 || matches!(answer.status, 401 | 408 | 429) => {
            later("platform_error", !matches!(answer.status, 429 | 503))
        }
        // Canvas says "too much at once" with the status that others refuse for good with.
        AgsError::Answered(answer) if profile.meaning(answer.status, &answer.text(), answer.remaining) == Meaning::Throttled => {
            later("throttled", false)
        }
        AgsError::Answered(_) => Reading::CannotTell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        lti::platform::{CANVAS, GENERIC},
        services::{http::Answer, tokens::TokenFault},
    };

    #[test]
    fn a_platform_that_is_down_is_asked_again_and_one_that_refuses_is_not() {
        let answered = |status| unread(&GENERIC, &AgsError::Answered(Box::new(Answer { status, ..Answer::default() })));
        for (status, others_may_ask) in [(401, true), (408, true), (429, false), (500, true), (503, false)] {
            let Reading::Later(trouble) = answered(status) else { panic!("{status}") };
            assert_eq!((trouble.code, trouble.answered), ("platform_error", others_may_ask), "{status}");
        }
        for status in [302, 400, 403, 404, 405] {
            assert!(matches!(answered(status), Reading::CannotTell), "{status}");
        }
        let full = Answer { status: 403, body: b"403 Forbidden (Rate Limit Exceeded)".to_vec(), ..Answer::default() };
        let Reading::Later(trouble) = unread(&CANVAS, &AgsError::Answered(Box::new(full))) else { panic!("no word against us") };
        assert_eq!((trouble.code, trouble.answered), ("throttled", false));
        let lost = HttpError::Lost { host: "h".into(), why: "w".into() };
        assert!(matches!(unread(&GENERIC, &AgsError::Http(lost)), Reading::Later(Trouble { code: "no_answer", answered: false, .. })));
        let refused = TokenFault::Refused { status: 400, error: "invalid_scope".into() };
        assert!(matches!(unread(&GENERIC, &AgsError::Token(refused)), Reading::CannotTell));
    }
}

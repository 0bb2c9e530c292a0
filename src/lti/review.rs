//! Whose work a launch is to show: LTI's own message for it, and the plain launch that Canvas makes instead. Pure.

use serde_json::{Map, Value};
use url::Url;

use super::{
    claims::{self, LTI},
    error::Fault,
};

/// The user whose student record Canvas shows beside us.
const CANVAS_STUDENT: &str = "https://www.instructure.com/lti_student_id";
/// Our own parameter in the address that a platform keeps with a submission.
const PARAMETER: &str = "review";

/// What is asked for, and by what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReviewOf {
    /// The user of a submission review message.
    User(String),
    /// The attempt that our own address names.
    Attempt(String),
    /// The user whom Canvas names beside a plain launch.
    Student(String),
}

/// `for_user.user_id`, which a submission review message must have.
pub(super) fn for_user(from: &Map<String, Value>) -> Result<ReviewOf, Fault> {
    let user = from.get(&format!("{LTI}for_user")).ok_or(Fault::Missing("for_user"))?;
    let user = user.as_object().ok_or(Fault::WrongType("for_user", "an object"))?;
    let id = user.get("user_id").ok_or(Fault::Missing("for_user.user_id"))?;
    let id = id.as_str().ok_or(Fault::WrongType("for_user.user_id", "text"))?;
    if id.trim().is_empty() || !claims::is_id(id) {
        return Err(Fault::Missing("for_user.user_id"));
    }
    Ok(ReviewOf::User(id.to_owned()))
}

/// What a plain launch asks for, if it does. Our address is the more exact.
pub(super) fn of_plain(from: &Map<String, Value>, target: &str) -> Option<ReviewOf> {
    let by_address = attempt(target).map(ReviewOf::Attempt);
    by_address.or_else(|| claims::text(from, CANVAS_STUDENT).filter(|id| claims::is_id(id)).map(ReviewOf::Student))
}

fn attempt(target: &str) -> Option<String> {
    let url = Url::parse(target).ok()?;
    let (_, id) = url.query_pairs().find(|(name, _)| name == PARAMETER)?;
    (!id.is_empty() && !id.starts_with('$') && claims::is_id(&id)).then(|| id.into_owned())
}

/// The address by which a platform opens an attempt: `launch` is the address of what the learner opened.
#[must_use]
pub fn address(launch: &str, attempt_id: &str) -> String {
    let sign = if launch.contains('?') { '&' } else { '?' };
    format!("{launch}{sign}{PARAMETER}={attempt_id}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn a_message_without_a_user_is_refused_whatever_stands_in_its_place() {
        let claim = |value: Value| for_user(&map(json!({ format!("{LTI}for_user"): value })));
        assert_eq!(claim(json!({ "user_id": "u7", "name": 3 })), Ok(ReviewOf::User("u7".to_owned())));
        assert_eq!(for_user(&Map::new()), Err(Fault::Missing("for_user")));
        assert_eq!(claim(json!("u7")), Err(Fault::WrongType("for_user", "an object")));
        assert_eq!(claim(json!({ "user_id": 7 })), Err(Fault::WrongType("for_user.user_id", "text")));
        for nobody in [json!({}), json!({ "user_id": " " }), json!({ "user_id": "a\0b" }), json!({ "user_id": "x".repeat(2000) })] {
            assert_eq!(claim(nobody), Err(Fault::Missing("for_user.user_id")));
        }
    }

    #[test]
    fn our_own_address_says_which_attempt_and_goes_before_canvas_claim() {
        let canvas = map(json!({ CANVAS_STUDENT: "s1" }));
        let url = address("https://t.example/lti/launch?to=m1", "a-9");
        assert_eq!(url, "https://t.example/lti/launch?to=m1&review=a-9");
        assert_eq!(of_plain(&canvas, &url), Some(ReviewOf::Attempt("a-9".to_owned())));
        assert_eq!(of_plain(&canvas, "https://t.example/lti/launch?to=m1"), Some(ReviewOf::Student("s1".to_owned())));
        for nothing in ["https://t.example/lti/launch?review=", "https://t.example/lti/launch?review=$Attempt.id", "nothing"] {
            assert_eq!(of_plain(&Map::new(), nothing), None, "{nothing}");
        }
        assert_eq!(of_plain(&map(json!({ CANVAS_STUDENT: 7 })), "https://t.example/"), None);
        assert_eq!(address("https://t.example/lti/launch", "a"), "https://t.example/lti/launch?review=a");
    }
}

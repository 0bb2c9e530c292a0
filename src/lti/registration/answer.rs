//! What the platform answers to our registration.

use serde_json::Value;

use crate::lti::strict_json;

const TOOL_PART: &str = "https://purl.imsglobal.org/spec/lti-tool-configuration";

/// Why a success is of no use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// Not a JSON object.
    #[error("the answer is no JSON object")]
    NotAnObject,
    /// No client id in it.
    #[error("the answer names no `client_id`")]
    NoClientId,
}

/// We are registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// Our name there.
    pub client_id: String,
    /// The first deployment, where the platform makes one at once.
    pub deployment_id: Option<String>,
    /// Scopes it says it grants. Moodle overstates: the token's answer counts.
    pub scopes: Vec<String>,
    /// Where the registration can be read again.
    pub client_uri: Option<String>,
}

impl Registered {
    /// Reads a success.
    ///
    /// # Errors
    /// When it is no JSON object or names no client id.
    pub fn parse(bytes: &[u8]) -> Result<Self, AnswerError> {
        let answer = strict_json::parse(bytes).map_err(|_| AnswerError::NotAnObject)?;
        if !answer.is_object() {
            return Err(AnswerError::NotAnObject);
        }
        let tool = &answer[TOOL_PART];
        let mut scopes: Vec<String> = match &answer["scope"] {
            Value::String(text) => text.split_whitespace().map(str::to_owned).collect(),
            Value::Array(list) => list.iter().filter_map(Value::as_str).flat_map(str::split_whitespace).map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        scopes.retain(|scope| !scope.contains('\0'));
        Ok(Self {
            client_id: id(&answer["client_id"]).ok_or(AnswerError::NoClientId)?,
            deployment_id: id(&tool["deployment_id"]).or_else(|| id(&answer["deployment_id"])),
            scopes,
            client_uri: answer["registration_client_uri"].as_str().filter(|u| can_be_kept(u, 1000)).map(str::to_owned),
        })
    }
}

/// An id as text; some platforms send a number.
fn id(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    can_be_kept(&text, 255).then_some(text)
}

/// Whether there is something, and no database minds it.
fn can_be_kept(text: &str, longest: usize) -> bool {
    !text.trim().is_empty() && text.len() <= longest && !text.contains('\0')
}

/// What a refusal is about, so far as somebody can do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Complaint {
    /// The platform's own token is missing, too old or used: each works once, for an hour.
    TokenSpent,
    /// Whoever pressed the button there may not.
    NotAllowed,
    /// Our domain and our addresses do not agree in its eyes: a proxy changes one of them.
    Domain,
    /// A scope it does not know.
    Scope,
    /// Our document lacks something or holds something it does not take.
    Document,
    /// It is ill itself.
    Fault,
}

/// What a refusal is about, and the platform's own words, shortened.
#[must_use]
pub fn complaint(status: u16, body: &[u8]) -> (Complaint, String) {
    let said = said(&String::from_utf8_lossy(&body[..body.len().min(8192)]));
    let lower = said.to_ascii_lowercase();
    let about = match status {
        401 => Complaint::TokenSpent,
        // A Moodle that cannot read its token shows a page that is not there.
        404 => Complaint::TokenSpent,
        403 => Complaint::NotAllowed,
        400 | 422 if lower.contains("domain") => Complaint::Domain,
        400 | 422 if lower.contains("scope") => Complaint::Scope,
        400..=499 => Complaint::Document,
        _ => Complaint::Fault,
    };
    (about, said)
}

/// Of JSON what it says, of a page its text, at most 300 characters.
fn said(body: &str) -> String {
    let text = match serde_json::from_str::<Value>(body) {
        Ok(value) => ["errors", "error_description", "message", "error", "reason"]
            .iter()
            .find_map(|name| value.get(name))
            .map_or_else(|| value.to_string(), |found| found.as_str().map_or_else(|| found.to_string(), str::to_owned)),
        Err(_) => without_tags(body),
    };
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().filter(|c| !c.is_control()).take(300).collect()
}

fn without_tags(text: &str) -> String {
    let mut inside = false;
    text.chars()
        .filter(|c| match c {
            '<' => {
                inside = true;
                false
            }
            '>' if inside => {
                inside = false;
                false
            }
            _ => !inside,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &Value) -> Result<Registered, AnswerError> {
        Registered::parse(value.to_string().as_bytes())
    }

    #[test]
    fn both_products_answers_are_read() {
        let moodle = read(&json!({ "client_id": "AbC", "scope": "a b", TOOL_PART: { "deployment_id": "7" } })).unwrap();
        assert_eq!((moodle.client_id.as_str(), moodle.deployment_id.as_deref(), moodle.scopes.len()), ("AbC", Some("7"), 2));
        let canvas =
            read(&json!({ "client_id": "10000000000001", "scope": "a openid", "registration_client_uri": "https://c.example/r/1" }))
                .unwrap();
        assert_eq!((canvas.deployment_id, canvas.client_uri.as_deref()), (None, Some("https://c.example/r/1")));
        let odd = read(&json!({ "client_id": 12, "scope": ["a b", "c\0"], "deployment_id": 3, "registration_client_uri": "\0" })).unwrap();
        assert_eq!((odd.client_id.as_str(), odd.deployment_id.as_deref(), odd.client_uri), ("12", Some("3"), None));
        assert_eq!(odd.scopes, ["a", "b"]);
    }

    #[test]
    fn an_answer_without_a_client_id_is_none() {
        for bad in [
            json!({}),
            json!({ "client_id": "" }),
            json!({ "client_id": " " }),
            json!({ "client_id": ["x"] }),
            json!({ "client_id": "x".repeat(256) }),
            json!({ "client_id": "a\0b" }),
        ] {
            assert_eq!(read(&bad), Err(AnswerError::NoClientId), "{bad}");
        }
        for bad in ["", "<html>", "[]", "{\"client_id\":\"a\",\"client_id\":\"b\"}"] {
            assert_eq!(Registered::parse(bad.as_bytes()), Err(AnswerError::NotAnObject), "{bad}");
        }
    }

    #[test]
    fn refusals_are_told_apart_by_what_can_be_done() {
        for (status, body, about, said) in [
            (401, "Invalid token", Complaint::TokenSpent, "Invalid token"),
            (404, "<html><head><title>Not found</title></head></html>", Complaint::TokenSpent, "Not found"),
            (403, "", Complaint::NotAllowed, ""),
            (400, "missing_domain", Complaint::Domain, "missing_domain"),
            (400, r#"{"error":"domain_targetlinkuri_mismatch"}"#, Complaint::Domain, "domain_targetlinkuri_mismatch"),
            (422, r#"{"errors":["scope contains unsupported value"]}"#, Complaint::Scope, r#"["scope contains unsupported value"]"#),
            (422, r#"{"errors":[{"field":"redirect_uris"}]}"#, Complaint::Document, r#"[{"field":"redirect_uris"}]"#),
            (500, "<h1>Oh</h1>\n<p>no</p>", Complaint::Fault, "Oh no"),
        ] {
            assert_eq!(complaint(status, body.as_bytes()), (about, said.to_owned()), "{status} {body}");
        }
        assert_eq!(complaint(400, "x".repeat(100_000).as_bytes()).1.len(), 300);
    }
}

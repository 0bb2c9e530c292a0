//! Platform Notification Service 1.0: what a platform tells us by itself. A notice is checked like a launch, but for what a browser brings.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{
    claims::{self, LTI},
    error::{Check, Fault, LaunchError},
    id_token::Verified,
    validate::{audience, equal, expiry, id, issued_at},
};

/// Scope: say where notices go.
pub const SCOPE_NOTICES: &str = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers";
/// A course was copied.
pub const CONTEXT_COPY: &str = "LtiContextCopyNotice";
/// Most courses of origin that are kept.
pub const MOST_ORIGINS: usize = 50;

/// Where we say which notices we want.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeService {
    /// The service's address.
    pub url: String,
}

/// The service, where it would tell us of copies and grants us to ask for that.
pub(super) fn service(from: &Map<String, Value>) -> Option<NoticeService> {
    let service = from.get(&format!("{LTI}platformnotificationservice"))?.as_object()?;
    let offers = |name: &str, wanted: &str| {
        let all = claims::texts(service, name);
        all.is_empty() || all.iter().any(|one| one == wanted)
    };
    let wanted = offers("scope", SCOPE_NOTICES) && offers("notice_types_supported", CONTEXT_COPY);
    claims::text(service, "platform_notification_service_url").filter(|_| wanted).map(|url| NoticeService { url })
}

/// What must be said once.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The registration's issuer.
    pub issuer: &'a str,
    /// The registration's client id.
    pub client_id: &'a str,
    /// Now.
    pub now: Timestamp,
}

/// A notice that passed every check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The platform's id: the same notice may come again.
    pub id: String,
    /// The deployment it is about.
    pub deployment_id: String,
    /// What happened.
    pub news: News,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// A course was made, or filled, from others.
    Copied {
        /// The course.
        context: String,
        /// Those it came from.
        origins: Vec<String>,
    },
    /// Something we have no use for.
    Other,
}

/// Checks a verified token against what a notice has to be.
///
/// # Errors
/// The first check that failed, with those that passed.
pub fn notice(token: &Verified, expected: &Expected<'_>) -> Result<Notice, LaunchError> {
    let claims = token.claims();
    let fail = |check: Check| {
        move |fault: Fault| {
            let mut error = LaunchError::at(check, fault);
            // There was no login, so none was answered.
            error.passed.retain(|passed| *passed != Check::Nonce);
            error
        }
    };
    equal(claims, "iss", expected.issuer).map_err(fail(Check::Issuer))?;
    audience(claims, expected.client_id).map_err(fail(Check::Audience))?;
    if claims.contains_key("azp") {
        equal(claims, "azp", expected.client_id).map_err(fail(Check::AuthorizedParty))?;
    }
    let now = expected.now.as_second();
    expiry(claims, now).map_err(fail(Check::Expiry))?;
    issued_at(claims, now).map_err(fail(Check::IssuedAt))?;
    equal(claims, "version", "1.3.0").map_err(fail(Check::Version))?;
    let (id_of_notice, kind) = named(claims).map_err(fail(Check::MessageType))?;
    let deployment_id = id(claims, "deployment_id").map_err(fail(Check::Deployment))?;
    let news = if kind == CONTEXT_COPY { copied(claims).map_err(fail(Check::MessageType))? } else { News::Other };
    Ok(Notice { id: id_of_notice, deployment_id, news })
}

fn named(claims: &Map<String, Value>) -> Result<(String, String), Fault> {
    let notice = claims.get(&format!("{LTI}notice")).ok_or(Fault::Missing("notice"))?;
    let notice = notice.as_object().ok_or(Fault::WrongType("notice", "an object"))?;
    let get = |name: &str, whole: &'static str| {
        let text = notice.get(name).ok_or(Fault::Missing(whole))?.as_str().ok_or(Fault::WrongType(whole, "text"))?;
        if text.trim().is_empty() || !claims::is_id(text) { Err(Fault::Missing(whole)) } else { Ok(text.to_owned()) }
    };
    Ok((get("id", "notice.id")?, get("type", "notice.type")?))
}

fn copied(from: &Map<String, Value>) -> Result<News, Fault> {
    let context = claims::context(from).ok_or(Fault::Missing("context"))?.id;
    let origins = from.get(&format!("{LTI}origin_contexts")).ok_or(Fault::Missing("origin_contexts"))?;
    let origins = origins.as_array().ok_or(Fault::WrongType("origin_contexts", "a list of texts"))?;
    let good = |id: &&str| !id.trim().is_empty() && claims::is_id(id) && *id != context;
    let origins = origins.iter().filter_map(Value::as_str).filter(good).take(MOST_ORIGINS).map(str::to_owned).collect();
    Ok(News::Copied { context, origins })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn service_of(claim: Value) -> Option<String> {
        service(json!({ format!("{LTI}platformnotificationservice"): claim }).as_object().unwrap()).map(|s| s.url)
    }

    #[test]
    fn the_service_is_used_where_it_tells_of_copies_and_lets_us_ask() {
        let url = "https://c.example/api/lti/notice-handlers/7";
        let claim = |scope: Value, kinds: Value| {
            service_of(json!({ "platform_notification_service_url": url, "service_versions": ["1.0"], "scope": scope,
                "notice_types_supported": kinds }))
        };
        assert_eq!(claim(json!([SCOPE_NOTICES]), json!(["LtiHelloWorldNotice", CONTEXT_COPY])).as_deref(), Some(url));
        assert_eq!(claim(json!(null), json!(null)).as_deref(), Some(url), "what is not said is not refused");
        assert_eq!(claim(json!(["other"]), json!([CONTEXT_COPY])), None);
        assert_eq!(claim(json!([SCOPE_NOTICES]), json!(["LtiHelloWorldNotice"])), None);
        assert_eq!(service_of(json!({ "platform_notification_service_url": 7 })), None);
        assert_eq!(service_of(json!("odd")), None);
    }
}

//! Claims to launch: strict on the dozen claims that carry trust.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{
    claims::{self, LTI, ResourceLink},
    deep_linking::DeepLinkingRequest,
    error::{Check, Fault, LaunchError},
    id_token::Verified,
    launch::{Launch, MessageType, Proof},
    notice, review,
    roles::Roles,
    target,
    v1p1::migration,
};

/// Clock difference that is tolerated, in seconds. Moodle's tokens live 60 s.
const LEEWAY: i64 = 60;
/// Age at which a token is refused even if it has not expired, in seconds.
const MAX_AGE: i64 = 600;

/// What this launch has to be, from the registration and the login that began it.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The registration's issuer.
    pub issuer: &'a str,
    /// The registration's client id.
    pub client_id: &'a str,
    /// The nonce of the login's state row.
    pub nonce: &'a str,
    /// The `target_link_uri` of the login.
    pub login_target: &'a str,
    /// Our public URL.
    pub public_url: &'a str,
    /// Does the registration allow launches without `sub`?
    pub anonymous_allowed: bool,
    /// Now.
    pub now: Timestamp,
}

/// Checks a verified token against what its launch has to be.
///
/// # Errors
/// The first check that failed, with those that passed.
pub fn validate(token: &Verified, expected: &Expected<'_>) -> Result<Launch, LaunchError> {
    let claims = token.claims();
    let fail = |check: Check| move |fault: Fault| LaunchError::at(check, fault);

    equal(claims, "iss", expected.issuer).map_err(fail(Check::Issuer))?;
    audience(claims, expected.client_id).map_err(fail(Check::Audience))?;
    if claims.contains_key("azp") {
        equal(claims, "azp", expected.client_id).map_err(fail(Check::AuthorizedParty))?;
    }
    let now = expected.now.as_second();
    expiry(claims, now).map_err(fail(Check::Expiry))?;
    issued_at(claims, now).map_err(fail(Check::IssuedAt))?;
    nonce(claims, expected.nonce).map_err(fail(Check::Nonce))?;
    equal(claims, "version", "1.3.0").map_err(fail(Check::Version))?;
    let message = message(claims).map_err(fail(Check::MessageType))?;
    let deployment_id = id(claims, "deployment_id").map_err(fail(Check::Deployment))?;
    let target_link_uri = launch_target(claims, expected).map_err(fail(Check::Target))?;
    let roles = roles(claims).map_err(fail(Check::Roles))?;
    let sub = subject(claims, expected.anonymous_allowed).map_err(fail(Check::Subject))?;
    let resource_link = resource_link(claims, message).map_err(fail(Check::ResourceLink))?;
    let deep_linking = match message {
        MessageType::DeepLinking => Some(DeepLinkingRequest::parse(claims).map_err(fail(Check::DeepLinking))?),
        _ => None,
    };
    let review = match message {
        MessageType::SubmissionReview => Some(review::for_user(claims).map_err(fail(Check::Review))?),
        MessageType::ResourceLink => review::of_plain(claims, &target_link_uri),
        MessageType::DeepLinking => None,
    };

    let presentation = claims::presentation(claims);
    let migration = migration::claim(claims, &deployment_id);
    Ok(Launch {
        issuer: expected.issuer.to_owned(),
        client_id: expected.client_id.to_owned(),
        deployment_id,
        sub,
        person: claims::person(claims),
        roles,
        message,
        target_link_uri,
        context: claims::context(claims),
        resource_link,
        deep_linking,
        review,
        custom: claims::custom(claims),
        ags: claims::ags(claims),
        nrps: claims::nrps(claims),
        notices: notice::service(claims),
        outcomes: None,
        migration,
        locale: claims::text(claims, "locale").or_else(|| presentation.locale.clone()),
        presentation,
        tool_platform: claims::tool_platform(claims),
        passed: Check::ALL.to_vec(),
        _proof: Proof,
    })
}

/// The claim under its own name, or under LTI's prefix.
fn get<'a>(claims: &'a Map<String, Value>, name: &'static str) -> Result<&'a Value, Fault> {
    let found = if matches!(name, "iss" | "aud" | "azp" | "exp" | "iat" | "nbf" | "nonce" | "sub") {
        claims.get(name)
    } else {
        claims.get(&format!("{LTI}{name}"))
    };
    found.ok_or(Fault::Missing(name))
}

fn text<'a>(claims: &'a Map<String, Value>, name: &'static str) -> Result<&'a str, Fault> {
    get(claims, name)?.as_str().ok_or(Fault::WrongType(name, "text"))
}

pub(super) fn equal(claims: &Map<String, Value>, name: &'static str, wanted: &str) -> Result<(), Fault> {
    let found = text(claims, name)?;
    if found == wanted { Ok(()) } else { Err(unexpected(name, found)) }
}

fn unexpected(claim: &'static str, found: &str) -> Fault {
    Fault::Unexpected { claim, found: found.chars().take(200).collect() }
}

pub(super) fn id(claims: &Map<String, Value>, name: &'static str) -> Result<String, Fault> {
    let found = text(claims, name)?;
    if found.trim().is_empty() {
        return Err(Fault::Missing(name));
    }
    if claims::is_id(found) { Ok(found.to_owned()) } else { Err(unexpected(name, found)) }
}

/// One audience, and it is us. Another audience would be someone we do not trust with our launches.
pub(super) fn audience(claims: &Map<String, Value>, client_id: &str) -> Result<(), Fault> {
    let one = |value: &Value| value.as_str().map(str::to_owned).ok_or(Fault::WrongType("aud", "text"));
    let audiences = match get(claims, "aud")? {
        Value::Array(many) => many.iter().map(one).collect::<Result<Vec<_>, _>>()?,
        other => vec![one(other)?],
    };
    if audiences.is_empty() {
        return Err(Fault::Missing("aud"));
    }
    match audiences.iter().find(|a| *a != client_id) {
        Some(stranger) => Err(unexpected("aud", stranger)),
        None => Ok(()),
    }
}

/// Whole seconds after 1970. A text or a fraction here is how wrongly typed claims came to be taken for absent (CVE-2026-25537).
fn seconds(claims: &Map<String, Value>, name: &'static str) -> Result<i64, Fault> {
    get(claims, name)?
        .as_i64()
        .filter(|s| (0..=i64::from(u32::MAX) * 4).contains(s))
        .ok_or(Fault::WrongType(name, "a time in whole seconds"))
}

pub(super) fn expiry(claims: &Map<String, Value>, now: i64) -> Result<(), Fault> {
    let exp = seconds(claims, "exp")?;
    if now >= exp + LEEWAY {
        return Err(Fault::Expired(now - exp));
    }
    if claims.contains_key("nbf") {
        let nbf = seconds(claims, "nbf")?;
        if nbf > now + LEEWAY {
            return Err(Fault::FromTheFuture("nbf", nbf - now));
        }
    }
    Ok(())
}

pub(super) fn issued_at(claims: &Map<String, Value>, now: i64) -> Result<(), Fault> {
    let iat = seconds(claims, "iat")?;
    if iat > now + LEEWAY {
        return Err(Fault::FromTheFuture("iat", iat - now));
    }
    if iat < now - MAX_AGE {
        return Err(Fault::TooOld(now - iat));
    }
    Ok(())
}

fn nonce(claims: &Map<String, Value>, wanted: &str) -> Result<(), Fault> {
    let found = text(claims, "nonce")?;
    let same = found.len() == wanted.len() && !wanted.is_empty() && openssl::memcmp::eq(found.as_bytes(), wanted.as_bytes());
    if same { Ok(()) } else { Err(unexpected("nonce", found)) }
}

fn message(claims: &Map<String, Value>) -> Result<MessageType, Fault> {
    let found = text(claims, "message_type")?;
    MessageType::parse(found).ok_or_else(|| unexpected("message_type", found))
}

fn launch_target(claims: &Map<String, Value>, expected: &Expected<'_>) -> Result<String, Fault> {
    let found = text(claims, "target_link_uri")?;
    if target::is_ours(expected.public_url, found) && target::answers(found, expected.login_target) {
        Ok(found.to_owned())
    } else {
        Err(unexpected("target_link_uri", found))
    }
}

fn roles(claims: &Map<String, Value>) -> Result<Roles, Fault> {
    let wrong = || Fault::WrongType("roles", "a list of texts");
    let list = get(claims, "roles")?.as_array().ok_or_else(wrong)?;
    let roles: Option<Vec<String>> = list.iter().map(|r| r.as_str().map(str::to_owned)).collect();
    roles.map(Roles::new).ok_or_else(wrong)
}

fn subject(claims: &Map<String, Value>, anonymous_allowed: bool) -> Result<Option<String>, Fault> {
    match id(claims, "sub") {
        Ok(sub) => Ok(Some(sub)),
        Err(Fault::Missing(_)) if anonymous_allowed => Ok(None),
        Err(fault) => Err(fault),
    }
}

fn resource_link(claims: &Map<String, Value>, message: MessageType) -> Result<Option<ResourceLink>, Fault> {
    let found = match get(claims, "resource_link") {
        Ok(found) => found,
        Err(_) if message != MessageType::ResourceLink => return Ok(None),
        Err(fault) => return Err(fault),
    };
    let link = found.as_object().ok_or(Fault::WrongType("resource_link", "an object"))?;
    let id = link.get("id").ok_or(Fault::Missing("resource_link.id"))?;
    let id = id.as_str().ok_or(Fault::WrongType("resource_link.id", "text"))?;
    if id.trim().is_empty() {
        return Err(Fault::Missing("resource_link.id"));
    }
    if !claims::is_id(id) {
        return Err(unexpected("resource_link.id", id));
    }
    Ok(Some(ResourceLink { id: id.to_owned(), title: claims::text(link, "title"), description: claims::text(link, "description") }))
}

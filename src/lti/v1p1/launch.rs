//! A verified form as a launch: strict on the few parameters that carry trust, lenient on the rest.

use std::collections::BTreeMap;

use url::Url;

use super::{
    ISSUER, Verified,
    error::{Fault, Refused, all},
};
use crate::lti::{
    Check, Launch, MessageType,
    claims::{Context, Person, Presentation, ResourceLink, ToolPlatform},
    launch::{OutcomesEndpoint, Proof},
    roles::Roles,
};

/// Longest id that is kept.
const MAX_ID: usize = 1024;
/// Longest text the platform may have us send back.
const MAX_SOURCED_ID: usize = 8 * 1024;
/// The one deployment of a platform that does not name its installation.
const UNNAMED: &str = "lti-1.1";

/// What the registration says.
#[derive(Debug, Clone, Copy)]
pub struct Expected {
    /// Does it allow launches without `user_id`?
    pub anonymous_allowed: bool,
}

/// Reads the launch.
///
/// # Errors
/// The first check that failed, with those that passed.
pub fn launch(form: &Verified, expected: Expected) -> Result<Launch, Refused> {
    let fail = |check: Check| move |fault: Fault| Refused::at(check, fault);
    version(form).map_err(fail(Check::Version))?;
    let message = message(form).map_err(fail(Check::MessageType))?;
    let sub = subject(form, expected).map_err(fail(Check::Subject))?;
    let roles = form.sure("roles").map_err(fail(Check::Subject))?.map(roles).unwrap_or_default();
    let resource_link = resource_link(form, message).map_err(fail(Check::ResourceLink))?;
    let context = id(form, "context_id").map_err(fail(Check::ResourceLink))?.map(|id| context(form, id));
    let text = |name: &str| form.text(name).map(str::to_owned);
    let presentation = Presentation {
        document_target: text("launch_presentation_document_target"),
        return_url: text("launch_presentation_return_url"),
        locale: text("launch_presentation_locale"),
    };
    Ok(Launch {
        issuer: ISSUER.to_owned(),
        client_id: form.key.clone(),
        // A second installation that shows the same key has other people under the same ids: it waits for approval.
        deployment_id: form.text("tool_consumer_instance_guid").filter(|g| g.len() <= MAX_ID).unwrap_or(UNNAMED).to_owned(),
        sub,
        person: Person {
            name: text("lis_person_name_full"),
            given_name: text("lis_person_name_given"),
            family_name: text("lis_person_name_family"),
            email: text("lis_person_contact_email_primary"),
        },
        roles,
        message,
        target_link_uri: target(form),
        context,
        deep_linking: None,
        review: None,
        resource_link,
        custom: custom(form),
        ags: None,
        nrps: None,
        notices: None,
        outcomes: outcomes(form),
        migration: None,
        locale: presentation.locale.clone(),
        presentation,
        tool_platform: ToolPlatform {
            guid: text("tool_consumer_instance_guid"),
            family_code: text("tool_consumer_info_product_family_code"),
            version: text("tool_consumer_info_version"),
            name: text("tool_consumer_instance_name"),
        },
        passed: all(),
        _proof: Proof,
    })
}

fn unexpected(parameter: &'static str, found: &str) -> Fault {
    Fault::Unexpected { parameter, found: found.chars().take(100).collect() }
}

fn version(form: &Verified) -> Result<(), Fault> {
    match form.sure("lti_version")?.ok_or(Fault::Missing("lti_version"))? {
        "LTI-1p0" | "LTI-1p1" => Ok(()),
        other => Err(unexpected("lti_version", other)),
    }
}

fn message(form: &Verified) -> Result<MessageType, Fault> {
    match form.sure("lti_message_type")?.ok_or(Fault::Missing("lti_message_type"))? {
        "basic-lti-launch-request" => Ok(MessageType::ResourceLink),
        "ContentItemSelectionRequest" => Ok(MessageType::DeepLinking),
        other => Err(unexpected("lti_message_type", other)),
    }
}

fn id(form: &Verified, name: &'static str) -> Result<Option<String>, Fault> {
    match form.sure(name)? {
        Some(id) if id.len() > MAX_ID => Err(unexpected(name, id)),
        found => Ok(found.map(str::to_owned)),
    }
}

fn subject(form: &Verified, expected: Expected) -> Result<Option<String>, Fault> {
    match id(form, "user_id")? {
        None if !expected.anonymous_allowed => Err(Fault::Missing("user_id")),
        found => Ok(found),
    }
}

fn resource_link(form: &Verified, message: MessageType) -> Result<Option<ResourceLink>, Fault> {
    let text = |name: &str| form.text(name).map(str::to_owned);
    match id(form, "resource_link_id")? {
        Some(id) => Ok(Some(ResourceLink { id, title: text("resource_link_title"), description: text("resource_link_description") })),
        None if message != MessageType::ResourceLink => Ok(None),
        None => Err(Fault::Missing("resource_link_id")),
    }
}

fn context(form: &Verified, id: String) -> Context {
    let text = |name: &str| form.text(name).map(str::to_owned);
    let types = form.text("context_type").map(|t| t.split(',').map(|t| t.trim().to_owned()).collect());
    Context { id, label: text("context_label"), title: text("context_title"), types: types.unwrap_or_default() }
}

/// Context roles by their principal name alone, which [`Roles`] knows; roles elsewhere under the names that LTI 1.3 has for them.
fn roles(list: &str) -> Roles {
    let strip = |role: &str, prefix: &str| {
        let start = role.get(..prefix.len()).filter(|start| start.eq_ignore_ascii_case(prefix))?;
        role.get(start.len()..).map(str::to_owned)
    };
    let one = |role: &str| {
        let role = role.trim();
        if let Some(name) = strip(role, "urn:lti:role:ims/lis/") {
            return name.split('/').next().unwrap_or_default().to_owned();
        }
        for (prefix, vocabulary) in [("urn:lti:instrole:ims/lis/", "institution"), ("urn:lti:sysrole:ims/lis/", "system")] {
            if let Some(name) = strip(role, prefix) {
                return format!("http://purl.imsglobal.org/vocab/lis/v2/{vocabulary}/person#{name}");
            }
        }
        role.to_owned()
    };
    Roles::new(list.split(',').map(one).filter(|r| !r.is_empty()).take(100).collect())
}

/// Without their prefix. A value that still starts with `$` was not substituted and is none.
fn custom(form: &Verified) -> BTreeMap<String, String> {
    let mut custom = BTreeMap::new();
    for (name, value) in &form.pairs {
        if let Some(name) = name.strip_prefix("custom_")
            && !value.is_empty()
            && !value.starts_with('$')
        {
            custom.entry(name.to_owned()).or_insert_with(|| value.clone());
        }
    }
    custom
}

fn outcomes(form: &Verified) -> Option<OutcomesEndpoint> {
    let sourced_id = form.text("lis_result_sourcedid").filter(|s| s.len() <= MAX_SOURCED_ID)?;
    let service_url = form.text("lis_outcome_service_url").filter(|u| u.len() <= MAX_ID)?;
    Some(OutcomesEndpoint { service_url: service_url.to_owned(), sourced_id: sourced_id.to_owned(), method: form.method })
}

/// The address that was opened, with its query.
fn target(form: &Verified) -> String {
    let Ok(mut url) = Url::parse(&form.base_uri) else { return form.base_uri.clone() };
    if !form.query.is_empty() {
        url.query_pairs_mut().extend_pairs(&form.query);
    }
    url.into()
}

//! The claims that carry no trust, read leniently: what is missing or oddly typed is absent, unknown values are data.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Prefix of LTI's own claims.
pub const LTI: &str = "https://purl.imsglobal.org/spec/lti/claim/";
/// The AGS claim.
pub const AGS: &str = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint";
/// The NRPS claim.
pub const NRPS: &str = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice";

/// The course (or account, or group) launched from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Context {
    /// Opaque id, unique in the deployment.
    pub id: String,
    /// Short name.
    pub label: Option<String>,
    /// Name.
    pub title: Option<String>,
    /// What kind of context.
    pub types: Vec<String>,
}

/// The place in the course that was opened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ResourceLink {
    /// Opaque id, unique in the deployment.
    pub id: String,
    /// Name.
    pub title: Option<String>,
    /// Text of the teacher's.
    pub description: Option<String>,
}

/// What the grade service grants for this launch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AgsEndpoint {
    /// Granted scopes.
    pub scopes: Vec<String>,
    /// Where line items are listed and made.
    pub line_items: Option<String>,
    /// The line item of this link. Moodle sends an empty string for none.
    pub line_item: Option<String>,
}

/// Where the roster is read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NrpsEndpoint {
    /// The membership container.
    pub memberships_url: String,
}

/// The product launched from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ToolPlatform {
    /// Stable id of the installation; on hosted Canvas, of the school.
    pub guid: Option<String>,
    /// Such as `moodle`.
    pub family_code: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// Name of the site.
    pub name: Option<String>,
}

/// How and where the launch is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Presentation {
    /// `iframe`, `frame` or `window`.
    pub document_target: Option<String>,
    /// Where the way back leads.
    pub return_url: Option<String>,
    /// BCP 47 tag.
    pub locale: Option<String>,
}

/// The user's data, as far as the platform shares it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Person {
    /// Full name.
    pub name: Option<String>,
    /// Given name.
    pub given_name: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
}

/// Longest id that is kept.
pub(super) const MAX_ID: usize = 1024;

/// Text that is there and not empty. Without NUL, which no database column takes: an odd name keeps nobody out.
pub(super) fn text(from: &Map<String, Value>, name: &str) -> Option<String> {
    from.get(name).and_then(Value::as_str).map(|t| t.replace('\0', "")).filter(|t| !t.trim().is_empty())
}

/// Whether this can be kept as an id.
pub(super) fn is_id(text: &str) -> bool {
    text.len() <= MAX_ID && !text.contains('\0')
}

fn object<'a>(from: &'a Map<String, Value>, name: &str) -> Option<&'a Map<String, Value>> {
    from.get(name).and_then(Value::as_object)
}

pub(super) fn texts(from: &Map<String, Value>, name: &str) -> Vec<String> {
    match from.get(name) {
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(one)) => vec![one.clone()],
        _ => Vec::new(),
    }
}

pub(super) fn person(claims: &Map<String, Value>) -> Person {
    let get = |name| text(claims, name);
    Person { name: get("name"), given_name: get("given_name"), family_name: get("family_name"), email: get("email") }
}

pub(super) fn context(claims: &Map<String, Value>) -> Option<Context> {
    let context = object(claims, &format!("{LTI}context"))?;
    let id = context.get("id").and_then(Value::as_str).filter(|id| !id.trim().is_empty() && is_id(id))?.to_owned();
    Some(Context { id, label: text(context, "label"), title: text(context, "title"), types: texts(context, "type") })
}

pub(super) fn ags(claims: &Map<String, Value>) -> Option<AgsEndpoint> {
    let endpoint = object(claims, AGS)?;
    Some(AgsEndpoint { scopes: texts(endpoint, "scope"), line_items: text(endpoint, "lineitems"), line_item: text(endpoint, "lineitem") })
}

pub(super) fn nrps(claims: &Map<String, Value>) -> Option<NrpsEndpoint> {
    Some(NrpsEndpoint { memberships_url: text(object(claims, NRPS)?, "context_memberships_url")? })
}

pub(super) fn tool_platform(claims: &Map<String, Value>) -> ToolPlatform {
    let Some(platform) = object(claims, &format!("{LTI}tool_platform")) else { return ToolPlatform::default() };
    ToolPlatform {
        guid: text(platform, "guid"),
        family_code: text(platform, "product_family_code"),
        version: text(platform, "version"),
        name: text(platform, "name"),
    }
}

pub(super) fn presentation(claims: &Map<String, Value>) -> Presentation {
    let Some(presentation) = object(claims, &format!("{LTI}launch_presentation")) else { return Presentation::default() };
    Presentation {
        document_target: text(presentation, "document_target"),
        return_url: text(presentation, "return_url"),
        locale: text(presentation, "locale"),
    }
}

/// Custom parameters as text. A value that still starts with `$` was not substituted and is none; so are null and "".
pub(super) fn custom(claims: &Map<String, Value>) -> BTreeMap<String, String> {
    let Some(custom) = object(claims, &format!("{LTI}custom")) else { return BTreeMap::new() };
    custom
        .iter()
        .filter_map(|(name, value)| {
            let value = match value {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                Value::Bool(yes) => yes.to_string(),
                _ => return None,
            };
            (!value.is_empty() && !value.starts_with('$')).then(|| (name.clone(), value))
        })
        .collect()
}

//! Names and Role Provisioning Services 2.0: who is in the course.

use serde_json::Value;
use url::Url;

use super::{
    ags::BadUrl,
    claims::{is_id, text},
    roles::Roles,
};

/// Scope: read the roster.
pub const SCOPE_MEMBERS: &str = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly";
/// Media type of the roster. Moodle refuses `application/json`.
pub const MEMBERS_TYPE: &str = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json";

/// Whether a person is in the course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberStatus {
    /// Yes. Also where the platform says nothing.
    Active,
    /// Enrolled, and locked out for now.
    Inactive,
    /// Gone.
    Deleted,
}

/// A person in the course, as far as the platform tells.
#[derive(Clone, PartialEq, Eq)]
pub struct Member {
    /// `sub` of their launches.
    pub user_id: String,
    /// Whether they are in the course.
    pub status: MemberStatus,
    /// Their roles; short names and URIs both occur.
    pub roles: Roles,
    /// Full name.
    pub name: Option<String>,
    /// Given name.
    pub given_name: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// Address.
    pub email: Option<String>,
}

impl std::fmt::Debug for Member {
    /// Without names: this ends up in logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Member({:?})", self.status)
    }
}

/// The members of one page of a roster. A member without an id that can be kept is left out; everything else is optional.
/// None when this is no roster.
#[must_use]
pub fn members(page: &[u8]) -> Option<Vec<Member>> {
    let page: Value = serde_json::from_slice(page).ok()?;
    Some(page.get("members")?.as_array()?.iter().filter_map(member).collect())
}

fn member(value: &Value) -> Option<Member> {
    let fields = value.as_object()?;
    let user_id = match fields.get("user_id")? {
        Value::String(id) if !id.trim().is_empty() && is_id(id) => id.clone(),
        Value::Number(id) => id.to_string(),
        _ => return None,
    };
    let status = match fields.get("status").and_then(Value::as_str).map(str::to_ascii_lowercase).as_deref() {
        Some("inactive") => MemberStatus::Inactive,
        Some("deleted") => MemberStatus::Deleted,
        _ => MemberStatus::Active,
    };
    let roles = fields.get("roles").and_then(Value::as_array).map(|r| r.iter().filter_map(Value::as_str).map(str::to_owned).collect());
    let get = |name| text(fields, name);
    Some(Member {
        user_id,
        status,
        roles: Roles::new(roles.unwrap_or_default()),
        name: get("name"),
        given_name: get("given_name"),
        family_name: get("family_name"),
        email: get("email"),
    })
}

/// Where the roster begins. `page_size` only where paging works: on Moodle a limit drops other parameters, and without one all come.
///
/// # Errors
/// When the address is none.
pub fn members_url(memberships_url: &str, page_size: Option<u32>) -> Result<Url, BadUrl> {
    let mut url = Url::parse(memberships_url).map_err(|_| BadUrl(memberships_url.chars().take(200).collect()))?;
    if let Some(size) = page_size {
        url.query_pairs_mut().append_pair("limit", &size.to_string());
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lti::roles::Standing;

    #[test]
    fn a_member_needs_an_id_and_nothing_else() {
        let page = br#"{"id": "x", "members": [
            {"user_id": "u1", "roles": ["Learner"], "status": "Active", "name": "Ada Lovelace", "given_name": "Ada", "family_name": "Lovelace", "email": "a@x.org"},
            {"user_id": 17},
            {"user_id": "u2", "status": "Inactive", "roles": "odd", "name": 5},
            {"user_id": "u3", "status": "DELETED"},
            {"user_id": "u4", "status": "Suspended", "roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor", 4]},
            {"user_id": " "}, {"user_id": "a\u0000"}, {"name": "nobody"}, "odd", null]}"#;
        let found = members(page).unwrap();
        let ids: Vec<_> = found.iter().map(|m| (m.user_id.as_str(), m.status)).collect();
        assert_eq!(
            ids,
            [
                ("u1", MemberStatus::Active),
                ("17", MemberStatus::Active),
                ("u2", MemberStatus::Inactive),
                ("u3", MemberStatus::Deleted),
                ("u4", MemberStatus::Active)
            ]
        );
        assert_eq!((found[0].name.as_deref(), found[2].name.as_deref()), (Some("Ada Lovelace"), None));
        assert_eq!(found[0].roles.standing(), Standing::Learner);
        assert_eq!(found[4].roles.standing(), Standing::Teacher);
        assert!(!format!("{found:?}").contains("Ada"), "names stay out of logs");
    }

    #[test]
    fn what_is_no_roster_is_none() {
        for page in ["", "[]", "{}", "{\"members\": 5}", "<html>"] {
            assert_eq!(members(page.as_bytes()), None, "{page}");
        }
        assert_eq!(members(b"{\"members\": []}"), Some(Vec::new()));
    }

    #[test]
    fn the_query_of_the_roster_is_kept() {
        let url = "https://m.example/mod/lti/services.php/CourseSection/7/bindings/2/memberships?x=1";
        assert_eq!(members_url(url, None).unwrap().as_str(), url);
        assert_eq!(
            members_url("https://c.example/names_and_roles", Some(50)).unwrap().as_str(),
            "https://c.example/names_and_roles?limit=50"
        );
        assert!(members_url("/relative", None).is_err());
    }
}

//! What a user may do here, from the roles a platform sends.
//!
//! Membership roles decide, compared without regard to case (older Canvas writes `instructor#TeachingAssistant`).
//! Institution and system roles never make a course teacher. Unknown or none is least privilege.

use serde::{Deserialize, Serialize};

const MEMBERSHIP: &str = "http://purl.imsglobal.org/vocab/lis/v2/membership";
const TEST_USER: &str = "http://purl.imsglobal.org/vocab/lti/system/person#testuser";

/// What a user is in the course.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Sees the pages: mentors, designers, members without a part in the grading.
    Observer,
    /// Works through the course. Also whoever sends no role we know.
    Learner,
    /// Sees the class.
    Teacher,
}

/// The roles of one launch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Roles(Vec<String>);

enum Membership {
    Teacher,
    Learner,
    Other,
}

impl Roles {
    /// Roles as sent.
    #[must_use]
    pub fn new(raw: Vec<String>) -> Roles {
        Roles(raw)
    }

    /// The roles as sent.
    #[must_use]
    pub fn raw(&self) -> &[String] {
        &self.0
    }

    /// What the user is here.
    #[must_use]
    pub fn standing(&self) -> Standing {
        let mut standing = None;
        for role in self.0.iter().filter_map(|role| membership(role)) {
            let found = match role {
                Membership::Teacher => Standing::Teacher,
                Membership::Learner => Standing::Learner,
                Membership::Other => Standing::Observer,
            };
            standing = standing.max(Some(found));
        }
        standing.unwrap_or(Standing::Learner)
    }

    /// Is this a made-up learner, such as Canvas's Student View?
    #[must_use]
    pub fn is_test_user(&self) -> bool {
        self.0.iter().any(|role| role.eq_ignore_ascii_case(TEST_USER))
    }

    /// May this user's work become a grade?
    #[must_use]
    pub fn is_gradable(&self) -> bool {
        self.standing() == Standing::Learner && !self.is_test_user()
    }
}

/// Reads a membership role: `…/membership#Name`, `…/membership/Principal#Name`, or the short name alone.
fn membership(role: &str) -> Option<Membership> {
    let role = role.trim();
    let prefixed = role.get(..MEMBERSHIP.len()).is_some_and(|p| p.eq_ignore_ascii_case(MEMBERSHIP));
    let principal = if prefixed {
        let rest = &role[MEMBERSHIP.len()..];
        match rest.strip_prefix('/') {
            Some(sub_role) => sub_role.split_once('#')?.0,
            None => rest.strip_prefix('#')?,
        }
    } else if role.chars().all(|c| c.is_ascii_alphanumeric()) {
        role
    } else {
        return None;
    };
    match principal.to_ascii_lowercase().as_str() {
        "instructor" | "administrator" => Some(Membership::Teacher),
        "teachingassistant" if !prefixed => Some(Membership::Teacher),
        "learner" => Some(Membership::Learner),
        "student" if !prefixed => Some(Membership::Learner),
        "mentor" | "contentdeveloper" | "manager" | "member" | "officer" => Some(Membership::Other),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const M: &str = "http://purl.imsglobal.org/vocab/lis/v2/membership";
    const I: &str = "http://purl.imsglobal.org/vocab/lis/v2/institution/person";
    const S: &str = "http://purl.imsglobal.org/vocab/lis/v2/system/person";

    fn standing(roles: &[&str]) -> Standing {
        Roles::new(roles.iter().map(|r| (*r).to_owned()).collect()).standing()
    }

    #[test]
    fn membership_roles_decide() {
        use Standing::{Learner, Observer, Teacher};
        let cases: &[(&[&str], Standing)] = &[
            (&[&format!("{M}#Instructor")], Teacher),
            (&[&format!("{M}#Learner")], Learner),
            (&[&format!("{M}/Instructor#TeachingAssistant")], Teacher),
            (&[&format!("{M}/instructor#TeachingAssistant")], Teacher),
            (&[&format!("{M}#INSTRUCTOR")], Teacher),
            (&[&format!("{M}/Learner#GuestLearner")], Learner),
            (&[&format!("{M}#Mentor")], Observer),
            (&[&format!("{M}#ContentDeveloper")], Observer),
            (&[&format!("{M}#Learner"), &format!("{M}#Mentor")], Learner),
            (&[&format!("{M}#Learner"), &format!("{M}#Instructor")], Teacher),
            (&["Instructor"], Teacher),
            (&["TeachingAssistant"], Teacher),
            (&["Learner"], Learner),
            (&["Student"], Learner),
            (&[&format!("{I}#Instructor")], Learner),
            (&[&format!("{I}#Administrator"), &format!("{S}#Administrator")], Learner),
            (&[&format!("{I}#Faculty"), &format!("{M}#Instructor")], Teacher),
            (&[], Learner),
            (&["Instructor,Learner"], Learner),
            (&[&format!("{M}Instructor")], Learner),
            (&[&format!("{M}#Instructor#x")], Learner),
            (&[&format!("x{M}#Instructor")], Learner),
            (&["http://example.org/membership#Instructor"], Learner),
            (&["", "#", "/", "é"], Learner),
        ];
        for (roles, expected) in cases {
            assert_eq!(standing(roles), *expected, "{roles:?}");
        }
    }

    #[test]
    fn test_students_and_onlookers_are_kept_out_of_grades() {
        let roles = |r: &[&str]| Roles::new(r.iter().map(|r| (*r).to_owned()).collect());
        assert!(roles(&["Learner"]).is_gradable());
        assert!(!roles(&["Learner", "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"]).is_gradable());
        assert!(!roles(&["Mentor"]).is_gradable());
        assert!(!roles(&["Instructor"]).is_gradable());
    }
}

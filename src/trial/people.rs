//! Who is in the trial course.

/// A member of the trial course.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Person {
    /// `sub` of the id_token.
    pub(crate) id: &'static str,
    pub(crate) given: &'static str,
    pub(crate) family: &'static str,
    pub(crate) teacher: bool,
}

/// The course's members; the learners first.
pub(crate) const PEOPLE: [Person; 4] = [
    Person { id: "ada", given: "Ada", family: "Lovelace", teacher: false },
    Person { id: "ben", given: "Benjamin", family: "Okafor", teacher: false },
    Person { id: "chi", given: "Chiyo", family: "Tanaka", teacher: false },
    Person { id: "tom", given: "Tomasz", family: "Nowak", teacher: true },
];

impl Person {
    pub(crate) fn find(id: &str) -> Option<&'static Self> {
        PEOPLE.iter().find(|p| p.id == id)
    }

    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.given, self.family)
    }

    /// The membership role's URI (LTI 1.3 core, A.2.2).
    pub(crate) fn role(&self) -> &'static str {
        if self.teacher {
            "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"
        } else {
            "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
        }
    }
}

/// Ids that may have a grade.
pub(crate) fn learners() -> Vec<&'static str> {
    PEOPLE.iter().filter(|p| !p.teacher).map(|p| p.id).collect()
}

//! What of a class is shown, and in which order: the same for the page and for its export.

use std::cmp::Ordering;

use super::{class_view::ClassRow, standing::Sign};

/// A column to sort by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortBy {
    /// Family name.
    #[default]
    Name,
    /// Lessons and quizzes done.
    Progress,
    /// The grade.
    Score,
    /// Attempts handed in.
    Attempts,
    /// Where the grade is, what needs a person first.
    Grade,
    /// The last event.
    When,
}

impl SortBy {
    /// All, in the columns' order.
    pub const ALL: [Self; 6] = [Self::Name, Self::Progress, Self::Score, Self::Attempts, Self::Grade, Self::When];

    /// In addresses.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Progress => "progress",
            Self::Score => "score",
            Self::Attempts => "attempts",
            Self::Grade => "grade",
            Self::When => "when",
        }
    }

    fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.key() == key)
    }
}

/// Filter and order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClassQuery {
    /// Column.
    pub sort: SortBy,
    /// Largest first.
    pub descending: bool,
    /// Only rows with this sign.
    pub show: Option<Sign>,
    /// Only rows whose name or address holds this.
    pub find: String,
}

impl ClassQuery {
    /// Reads an address's pairs; what makes no sense is as if it were not there.
    #[must_use]
    pub fn parse(pairs: &[(String, String)]) -> Self {
        let value = |name: &str| pairs.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str());
        Self {
            sort: SortBy::from_key(value("sort")).unwrap_or_default(),
            descending: value("dir") == "desc",
            show: Sign::from_key(value("show")),
            find: value("find").trim().chars().take(100).collect(),
        }
    }

    /// As the query of an address: empty, or starting with `?`.
    #[must_use]
    pub fn to_query(&self) -> String {
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        if self.sort != SortBy::default() {
            pairs.append_pair("sort", self.sort.key());
        }
        if self.descending {
            pairs.append_pair("dir", "desc");
        }
        if let Some(sign) = self.show {
            pairs.append_pair("show", sign.key());
        }
        if !self.find.is_empty() {
            pairs.append_pair("find", &self.find);
        }
        let text = pairs.finish();
        if text.is_empty() { text } else { format!("?{text}") }
    }

    /// Whether rows may be missing.
    #[must_use]
    pub fn narrows(&self) -> bool {
        self.show.is_some() || !self.find.is_empty()
    }

    /// The rows asked for, in the order asked for. Test students stay, at the end.
    pub fn apply<'r>(&self, rows: &'r [ClassRow]) -> Vec<&'r ClassRow> {
        let needle = self.find.to_lowercase();
        let mut shown: Vec<&ClassRow> = rows
            .iter()
            .filter(|r| self.show.is_none_or(|sign| r.counts() && r.standing.sign() == sign))
            .filter(|r| needle.is_empty() || haystack(r).contains(&needle))
            .collect();
        shown.sort_by(|a, b| {
            let order = self.compare(a, b);
            let order = if self.descending { order.reverse() } else { order };
            b.member.gradable.cmp(&a.member.gradable).then(order).then_with(|| a.sort_name().cmp(&b.sort_name()))
        });
        shown
    }

    fn compare(&self, a: &ClassRow, b: &ClassRow) -> Ordering {
        let share = |r: &ClassRow| r.done as f64 / r.total.max(1) as f64;
        match self.sort {
            SortBy::Name => a.sort_name().cmp(&b.sort_name()),
            SortBy::Progress => share(a).total_cmp(&share(b)),
            SortBy::Score => a.grade.unwrap_or(-1.0).total_cmp(&b.grade.unwrap_or(-1.0)),
            SortBy::Attempts => a.attempts.cmp(&b.attempts),
            SortBy::Grade => a.standing.sign().cmp(&b.standing.sign()),
            SortBy::When => a.last_event().cmp(&b.last_event()),
        }
    }
}

fn haystack(row: &ClassRow) -> String {
    format!("{} {} {}", row.name(), row.member.email.as_deref().unwrap_or_default(), row.member.sub).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::standing::{Standing, Trouble},
        store::{class::ClassMember, roster::RosterStatus},
    };

    fn row(name: &str, grade: Option<f64>, gradable: bool, standing: Standing) -> ClassRow {
        let member = ClassMember {
            learner_id: name.to_owned(),
            name: Some(name.to_owned()),
            family_name: None,
            email: None,
            sub: format!("sub-{name}"),
            gradable,
            seen_at: 1,
            roster: RosterStatus::Unknown,
            lessons_read: Vec::new(),
            quizzes: Vec::new(),
            delivery: None,
        };
        ClassRow { member, cells: Vec::new(), done: 0, total: 1, grade, attempts: 0, standing }
    }

    fn class() -> Vec<ClassRow> {
        vec![
            row("Zoe", Some(50.0), true, Standing::NeedsYou(Trouble::NeverSent)),
            row("Ada", Some(90.0), true, Standing::Waiting),
            row("Ben", None, true, Standing::NothingYet),
            row("Test", Some(99.0), false, Standing::NotTaken),
        ]
    }

    fn names(query: &str) -> Vec<String> {
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        ClassQuery::parse(&pairs).apply(&class()).iter().map(|r| r.name()).collect()
    }

    #[test]
    fn test_students_come_last_whatever_the_order() {
        assert_eq!(names(""), ["Ada", "Ben", "Zoe", "Test"]);
        assert_eq!(names("sort=score&dir=desc"), ["Ada", "Zoe", "Ben", "Test"]);
        assert_eq!(names("dir=desc"), ["Zoe", "Ben", "Ada", "Test"]);
    }

    #[test]
    fn what_needs_a_person_sorts_first() {
        assert_eq!(names("sort=grade")[0], "Zoe");
    }

    #[test]
    fn filters_narrow_and_nonsense_does_not() {
        assert_eq!(names("show=waiting"), ["Ada"]);
        assert_eq!(names("find=SUB-z"), ["Zoe"]);
        assert_eq!(names("show=nonsense&sort=nonsense&dir=up").len(), 4);
    }

    #[test]
    fn an_address_says_the_same_when_read_back() {
        let query = ClassQuery { sort: SortBy::When, descending: true, show: Some(Sign::NeedsYou), find: "ä & b".to_owned() };
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(&query.to_query().as_bytes()[1..]).into_owned().collect();
        assert_eq!(ClassQuery::parse(&pairs), query);
        assert_eq!(ClassQuery::default().to_query(), "");
    }
}

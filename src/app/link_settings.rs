//! What a teacher changes for one link: how many attempts, what passes, which attempt counts, what it opens.

use super::{
    App, AppError, content,
    study::{LinkSettings, MOST_ATTEMPTS},
    visit::Visit,
};
use crate::{
    course::{Course, GradePolicy},
    store::{Durability, Tx, context},
};

/// A form as it was typed. Empty means the course's own value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettingsForm {
    /// Graded attempts; 0 is no limit.
    pub attempts: String,
    /// Percent.
    pub pass_mark: String,
    /// `best` or `last`.
    pub grade: String,
    /// Content id; empty is the whole course.
    pub opens: String,
}

/// What is wrong with a form: field, and what to type instead.
pub type FieldErrors = Vec<(&'static str, String)>;

impl SettingsForm {
    /// What is in force, as a form shows it.
    #[must_use]
    pub fn of(settings: &LinkSettings, target: &str) -> Self {
        Self {
            attempts: settings.attempts.map(|a| a.to_string()).unwrap_or_default(),
            pass_mark: settings.pass_mark.map(|p| p.to_string()).unwrap_or_default(),
            grade: settings.grade.map(|g| policy_key(g).to_owned()).unwrap_or_default(),
            opens: target.to_owned(),
        }
    }

    /// From a form's pairs.
    #[must_use]
    pub fn from_pairs(pairs: &[(String, String)]) -> Self {
        let value = |name: &str| pairs.iter().find(|(n, _)| n == name).map(|(_, v)| v.trim().to_owned()).unwrap_or_default();
        Self { attempts: value("attempts"), pass_mark: value("pass_mark"), grade: value("grade"), opens: value("opens") }
    }

    /// The settings and the content id, if all fields make sense.
    ///
    /// # Errors
    /// Every field that does not.
    pub fn check(&self, course: &Course) -> Result<(LinkSettings, String), FieldErrors> {
        let mut errors = FieldErrors::new();
        let attempts = field(&self.attempts, |t| t.parse().ok().filter(|n| *n <= MOST_ATTEMPTS));
        if attempts.is_err() {
            errors.push(("attempts", format!("Type a whole number from 0 to {MOST_ATTEMPTS}; 0 means no limit.")));
        }
        let pass_mark = field(&self.pass_mark, percent);
        if pass_mark.is_err() {
            errors.push(("pass_mark", "Type a percentage from 0 to 100, such as 70.".to_owned()));
        }
        let grade = field(&self.grade, policy);
        if grade.is_err() {
            errors.push(("grade", "Choose which attempt counts.".to_owned()));
        }
        if !self.opens.is_empty() && content::page(course, &self.opens).is_none() {
            errors.push(("opens", "Choose what the link opens.".to_owned()));
        }
        match (attempts, pass_mark, grade) {
            (Ok(attempts), Ok(pass_mark), Ok(grade)) if errors.is_empty() => {
                Ok((LinkSettings { attempts, pass_mark, grade }, self.opens.clone()))
            }
            _ => Err(errors),
        }
    }
}

/// Empty is "as the course says".
pub(super) fn field<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, ()> {
    if text.is_empty() { Ok(None) } else { read(text).map(Some).ok_or(()) }
}

/// As people type it.
pub(super) fn number(text: &str) -> Option<f64> {
    text.trim().replace(',', ".").parse().ok()
}

pub(super) fn percent(text: &str) -> Option<f64> {
    number(text.trim_end_matches('%')).filter(|n| (0.0..=100.0).contains(n))
}

fn policy(text: &str) -> Option<GradePolicy> {
    [GradePolicy::Best, GradePolicy::Last].into_iter().find(|p| policy_key(*p) == text)
}

/// In forms.
#[must_use]
pub fn policy_key(policy: GradePolicy) -> &'static str {
    match policy {
        GradePolicy::Best => "best",
        GradePolicy::Last => "last",
    }
}

impl App {
    /// Keeps what the teacher chose for the visitor's link.
    ///
    /// # Errors
    /// For anybody but teachers, and when the database fails.
    pub async fn change_link(&self, visit: &Visit, settings: &LinkSettings, opens: String) -> Result<(), AppError> {
        if !visit.is_teacher() {
            return Err(AppError::Forbidden);
        }
        let json = serde_json::to_string(settings).map_err(|source| AppError::Unreadable { what: "setting", source })?;
        let (link, now) = (visit.session.resource_link_id.clone(), self.now());
        // What the link itself names comes again with every launch, so another choice would not last.
        let opens = Some(opens).filter(|_| !visit.data.names_target);
        let kept = self
            .store
            .write(Durability::Full, async move |tx: &mut Tx| {
                if let Some(opens) = &opens {
                    context::set_target(tx, &link, opens, now).await?;
                }
                context::set_settings(tx, &link, &json, now).await
            })
            .await?;
        if kept { Ok(()) } else { Err(AppError::NotFound) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::fixture;

    fn check(attempts: &str, pass_mark: &str, grade: &str, opens: &str) -> Result<(LinkSettings, String), Vec<&'static str>> {
        let form = SettingsForm { attempts: attempts.into(), pass_mark: pass_mark.into(), grade: grade.into(), opens: opens.into() };
        form.check(&fixture::course()).map_err(|errors| errors.into_iter().map(|(field, _)| field).collect())
    }

    #[test]
    fn empty_fields_mean_what_the_course_says() {
        assert_eq!(check("", "", "", ""), Ok((LinkSettings::default(), String::new())));
    }

    #[test]
    fn numbers_are_read_as_people_type_them() {
        let (settings, _) = check("0", "62,5 %", "last", "").unwrap();
        assert_eq!(settings, LinkSettings { attempts: Some(0), pass_mark: Some(62.5), grade: Some(GradePolicy::Last) });
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        assert_eq!(check("-1", "101", "worst", "no-such-module"), Err(vec!["attempts", "pass_mark", "grade", "opens"]));
        assert_eq!(check("3.5", "NaN", "best", ""), Err(vec!["attempts", "pass_mark"]));
    }

    #[test]
    fn a_form_shows_what_is_in_force() {
        let settings = LinkSettings { attempts: Some(2), pass_mark: Some(80.0), grade: Some(GradePolicy::Best) };
        let form = SettingsForm::of(&settings, "a");
        assert_eq!((form.attempts.as_str(), form.pass_mark.as_str(), form.grade.as_str()), ("2", "80", "best"));
        assert_eq!(form.check(&fixture::course()).map(|(s, _)| s), Ok(settings));
    }
}

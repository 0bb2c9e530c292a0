//! What a teacher picks from the course, and how it is to count: from a form to the links of an answer.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::DateTime;

use super::{
    Site,
    content::{self, Page},
    link_settings::{field, number, percent},
    study::{LinkSettings, MOST_ATTEMPTS},
};
use crate::{
    course::Course,
    lti::deep_linking::{Frame, ItemLineItem, ResourceLinkItem, Span, SubmissionReview, Takes, Window},
};

/// Longest title that every platform keeps.
const LONGEST_TITLE: usize = 255;
/// Most points for one column.
const MOST_POINTS: f64 = 10_000.0;
/// Tag of the columns that hold grades.
const GRADE_TAG: &str = "grade";
/// A frame inside a text: wide enough to read, high enough for a lesson's beginning.
const EMBEDDED: Frame = Frame { width: 800, height: 600 };

/// Everything that can be picked: the course, then each module with its lessons and its quiz, then the projects.
pub fn pickable(course: &Course) -> impl Iterator<Item = Page<'_>> {
    let modules = course.modules.iter().flat_map(|module| {
        std::iter::once(Page::Module(module)).chain(content::pages(module).filter(|page| !matches!(page, Page::Notebook(..))))
    });
    std::iter::once(Page::Course).chain(modules).chain(content::projects(course))
}

/// What of `ids` the course has, in the course's order; only the first where no more are taken.
#[must_use]
pub fn picked<'a>(course: &'a Course, ids: &[String], takes: Takes) -> Vec<Page<'a>> {
    let wanted: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
    let most = if takes.many { usize::MAX } else { 1 };
    pickable(course).filter(|page| wanted.contains(page.id(course))).take(most).collect()
}

/// Whether a link to this page has something to grade.
#[must_use]
pub fn gradable(course: &Course, page: &Page<'_>) -> bool {
    match page {
        Page::Course => course.modules.iter().any(|m| m.quiz.is_some()),
        Page::Module(module) => module.quiz.is_some(),
        Page::Quiz(..) => true,
        Page::Lesson(..) | Page::Notebook(..) | Page::Side(..) => false,
    }
}

/// What the LMS is to call a link to this page.
#[must_use]
pub fn title(course: &Course, page: &Page<'_>) -> String {
    match page {
        Page::Module(module) => module.numbered(),
        other => other.title(course).to_owned(),
    }
}

fn summary(course: &Course, page: &Page<'_>) -> String {
    match page {
        Page::Course => course.summary.clone(),
        Page::Module(module) => module.summary.clone(),
        Page::Lesson(_, lesson) => lesson.summary.clone(),
        Page::Quiz(module, _) if module.exam => module.summary.clone(),
        Page::Quiz(module, _) => format!("Quiz of module {}: {}", module.number, module.title),
        Page::Side(_, side) => side.summary.clone(),
        Page::Notebook(..) => String::new(),
    }
}

/// The form on which a teacher says how the picked links count, as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkForm {
    /// Points for a full grade, of each column.
    pub points: String,
    /// Graded attempts; empty is "as the course says".
    pub attempts: String,
    /// Percent; empty is "as the course says".
    pub pass_mark: String,
    /// Links open in a window of their own.
    pub window: bool,
    /// One for each link.
    pub items: Vec<ItemForm>,
}

/// One link of the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemForm {
    /// Content id.
    pub id: String,
    /// What the LMS calls it.
    pub title: String,
    /// With a column.
    pub graded: bool,
    /// From when on it opens, UTC, `2026-12-01T08:00`.
    pub opens: String,
    /// When it is due, the same.
    pub due: String,
}

/// What is wrong with a form: field, and what to type instead.
pub type Problems = Vec<(String, String)>;

impl LinkForm {
    /// As a teacher first sees it: graded where something can be, called as the course calls it.
    #[must_use]
    pub fn fresh(course: &Course, pages: &[Page<'_>], takes: Takes) -> Self {
        let item = |page: &Page<'_>| ItemForm {
            id: page.id(course).to_owned(),
            title: title(course, page),
            graded: takes.graded && gradable(course, page),
            ..ItemForm::default()
        };
        Self { points: "100".to_owned(), items: pages.iter().map(item).collect(), ..Self::default() }
    }

    /// From a form's pairs. What the course no longer has is left out.
    #[must_use]
    pub fn from_pairs(course: &Course, pairs: &[(String, String)], takes: Takes) -> Self {
        let find = |name: &str| pairs.iter().find(|(n, _)| n == name).map(|(_, v)| v.trim());
        let value = |name: &str| find(name).unwrap_or_default().to_owned();
        let ids: Vec<String> = pairs.iter().filter(|(n, _)| n == "pick").map(|(_, v)| v.clone()).collect();
        let item = |page: &Page<'_>| {
            let id = page.id(course);
            ItemForm {
                id: id.to_owned(),
                title: value(&format!("title.{id}")),
                graded: takes.graded && gradable(course, page) && find(&format!("graded.{id}")).is_some(),
                opens: if takes.dates { value(&format!("opens.{id}")) } else { String::new() },
                due: if takes.dates { value(&format!("due.{id}")) } else { String::new() },
            }
        };
        Self {
            points: value("points"),
            attempts: value("attempts"),
            pass_mark: value("pass_mark"),
            window: takes.window && find("window").is_some(),
            items: picked(course, &ids, takes).iter().map(item).collect(),
        }
    }

    /// How many links get a column.
    #[must_use]
    pub fn graded(&self) -> usize {
        self.items.iter().filter(|i| i.graded).count()
    }

    /// The links, if all fields make sense.
    ///
    /// # Errors
    /// Every field that does not.
    pub fn check(&self, course: &Course, takes: Takes, site: &Site) -> Result<Vec<ResourceLinkItem>, Problems> {
        let mut problems = Problems::new();
        let mut wrong = |name: &str, text: &str| problems.push((name.to_owned(), text.to_owned()));
        let points = number(&self.points).filter(|p| *p > 0.0 && *p <= MOST_POINTS);
        if points.is_none() && self.graded() > 0 {
            wrong("points", "Type the points for a full grade: more than 0, at most 10000.");
        }
        let attempts = field(&self.attempts, |t| t.parse().ok().filter(|n| *n <= MOST_ATTEMPTS));
        if attempts.is_err() {
            wrong("attempts", &format!("Type a whole number from 0 to {MOST_ATTEMPTS}; 0 means no limit."));
        }
        let pass_mark = field(&self.pass_mark, percent);
        if pass_mark.is_err() {
            wrong("pass_mark", "Type a percentage from 0 to 100, such as 70.");
        }
        let settings = LinkSettings { attempts: attempts.unwrap_or_default(), pass_mark: pass_mark.unwrap_or_default(), grade: None };
        let mut links = Vec::with_capacity(self.items.len());
        for item in &self.items {
            let Some(page) = content::page(course, &item.id) else { continue };
            if item.title.is_empty() || item.title.chars().count() > LONGEST_TITLE {
                wrong(&format!("title.{}", item.id), "Type a title of at most 255 characters.");
            }
            let mut moment = |name: &str, text: &str| {
                field(text, utc).unwrap_or_else(|()| {
                    wrong(&format!("{name}.{}", item.id), "Choose a date and a time, or leave both empty.");
                    None
                })
            };
            let (opens, due) = (moment("opens", &item.opens), moment("due", &item.due));
            if matches!((&opens, &due), (Some(opens), Some(due)) if due <= opens) {
                wrong(&format!("due.{}", item.id), "Choose a due date after the opening.");
            }
            let span = |from: Option<String>, until: Option<String>| {
                (from.is_some() || until.is_some()).then_some(Span { start_date_time: from, end_date_time: until })
            };
            links.push(ResourceLinkItem {
                url: launch_url(site, &item.id),
                title: item.title.clone(),
                text: summary(course, &page),
                custom: custom(&item.id, &settings, gradable(course, &page)),
                line_item: points.filter(|_| item.graded).map(|score_maximum| ItemLineItem {
                    label: item.title.clone(),
                    score_maximum,
                    resource_id: item.id.clone(),
                    tag: GRADE_TAG,
                    submission_review: takes.review.then(|| review(site, &item.id)),
                }),
                available: span(opens, None),
                submission: span(None, due),
                iframe: takes.embeds.then_some(EMBEDDED),
                window: self.window.then_some(Window { target_name: "_blank" }),
            });
        }
        if problems.is_empty() { Ok(links) } else { Err(problems) }
    }
}

/// The content's key travels in the address and among the custom parameters: each survives where the other gets lost.
fn launch_url(site: &Site, id: &str) -> String {
    let to: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
    site.url(&format!("/lti/launch?to={to}"))
}

fn custom(id: &str, settings: &LinkSettings, counts: bool) -> BTreeMap<String, String> {
    let mut custom = BTreeMap::from([("to".to_owned(), id.to_owned())]);
    if counts {
        settings.to_custom(&mut custom);
    }
    custom
}

/// The message says whose work it is; the address says of what.
fn review(site: &Site, id: &str) -> SubmissionReview {
    SubmissionReview {
        reviewable_status: &["InProgress", "Submitted", "Completed"],
        url: launch_url(site, id),
        custom: BTreeMap::from([("to".to_owned(), id.to_owned())]),
    }
}

/// `2026-12-01T08:00` as an ISO 8601 time in UTC.
fn utc(text: &str) -> Option<String> {
    let at: DateTime = text.parse().ok()?;
    Some(at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

#[cfg(test)]
mod tests;

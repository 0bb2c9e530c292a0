//! The course as a tree to choose from: one thing (radio buttons) or many (check boxes). Shared by the picker and a link's settings.

use super::tools::count;
use crate::{
    app::{
        content::{self, Page},
        pick,
    },
    course::{Course, Module},
};

/// `templates/web/tree.html`.
pub(crate) struct Tree {
    /// Name of the form's field.
    pub(crate) name: &'static str,
    pub(crate) many: bool,
    /// Each entry has a button that shows it.
    pub(crate) previews: bool,
    pub(crate) course: Node,
    pub(crate) branches: Vec<Branch>,
}

/// Something to choose.
pub(crate) struct Node {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) note: String,
    pub(crate) chosen: bool,
    /// Not what was searched for. It stays in the form: a search loses no choice.
    pub(crate) hidden: bool,
}

/// A module and what is in it.
pub(crate) struct Branch {
    pub(crate) module: Node,
    /// `6 lessons and a quiz`.
    pub(crate) inside: String,
    pub(crate) leaves: Vec<Node>,
    pub(crate) hidden: bool,
    pub(crate) open: bool,
}

impl Tree {
    /// `query`: words that an entry must hold, in any order.
    pub(crate) fn new(course: &Course, name: &'static str, many: bool, query: &str, chosen: impl Fn(&str) -> bool) -> Self {
        let words: Vec<String> = query.to_lowercase().split_whitespace().map(str::to_owned).collect();
        let node = |page: &Page<'_>, note: String| {
            let (id, title) = (page.id(course).to_owned(), pick::title(course, page));
            let text = format!("{title} {note}").to_lowercase();
            Node { chosen: chosen(&id), hidden: !words.iter().all(|w| text.contains(w.as_str())), id, title, note }
        };
        let branch = |module: &Module| {
            let here = node(&Page::Module(module), module_note(module));
            let mut leaves: Vec<Node> = module.lessons.iter().map(|l| node(&Page::Lesson(module, l), minutes(l.minutes))).collect();
            leaves.extend(module.quiz.iter().map(|q| node(&Page::Quiz(module, q), count(q.asked(), "question", "questions"))));
            if !here.hidden {
                leaves.iter_mut().for_each(|leaf| leaf.hidden = false);
            }
            let found = !words.is_empty() && here.hidden && leaves.iter().any(|l| !l.hidden);
            Branch {
                hidden: here.hidden && leaves.iter().all(|l| l.hidden),
                open: found || leaves.iter().any(|l| l.chosen),
                inside: inside(module),
                module: here,
                leaves,
            }
        };
        let project = |page: Page<'_>| {
            let here = node(&page, "project".to_owned());
            Branch { hidden: here.hidden, open: false, inside: String::new(), module: here, leaves: Vec::new() }
        };
        let modules = count(course.modules.len(), "module", "modules");
        Self {
            name,
            many,
            previews: false,
            course: Node {
                title: "The whole course".to_owned(),
                ..node(&Page::Course, format!("{modules}, one grade: the mean over all"))
            },
            branches: course.modules.iter().map(branch).chain(content::projects(course).map(project)).collect(),
        }
    }

    /// Whether a search found nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.course.hidden && self.branches.iter().all(|b| b.hidden)
    }

    pub(crate) fn input(&self) -> &'static str {
        if self.many { "checkbox" } else { "radio" }
    }
}

fn minutes(minutes: u16) -> String {
    if minutes == 0 { String::new() } else { format!("{minutes} min") }
}

fn module_note(module: &Module) -> String {
    let hours = module.hours.read + module.hours.lab;
    if hours > 0.0 { format!("{hours} h") } else { String::new() }
}

fn inside(module: &Module) -> String {
    if module.exam {
        return module.summary.clone();
    }
    let lessons = count(module.lessons.len(), "lesson", "lessons");
    if module.quiz.is_some() { format!("{lessons} and a quiz") } else { lessons }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::fixture;

    fn shown(query: &str) -> (bool, Vec<(bool, Vec<bool>)>) {
        let tree = Tree::new(&fixture::course(), "pick", true, query, |_| false);
        let branch = |b: &Branch| (!b.hidden, b.leaves.iter().map(|l| !l.hidden).collect());
        (!tree.course.hidden, tree.branches.iter().map(branch).collect())
    }

    #[test]
    fn without_a_search_everything_is_there() {
        let (course, branches) = shown("  ");
        assert!(course && branches.iter().all(|(shown, leaves)| *shown && leaves.iter().all(|l| *l)));
    }

    #[test]
    fn a_search_finds_words_in_any_order_and_shows_the_module_around_them() {
        let course = fixture::course();
        let lesson = course.modules[0].lessons[0].title.to_uppercase();
        let (whole, branches) = shown(&format!("min {lesson}"));
        assert!(!whole && branches[0].0 && branches[0].1 == [true, false] && !branches[1].0, "{branches:?}");
        // A module that is found brings everything in it.
        let (_, branches) = shown(&course.modules[0].title);
        assert!(branches[0].1.iter().all(|l| *l), "{branches:?}");
        let tree = Tree::new(&course, "pick", true, "no such words", |_| false);
        assert!(tree.is_empty() && tree.branches.iter().all(|b| !b.open));
    }

    #[test]
    fn what_is_chosen_stays_in_the_form_and_its_module_open() {
        let course = fixture::course();
        let quiz = course.modules[0].quiz.as_ref().unwrap().id.clone();
        let tree = Tree::new(&course, "pick", true, "no such words", |id| id == quiz);
        let leaf = tree.branches[0].leaves.last().unwrap();
        assert!(leaf.chosen && leaf.hidden && tree.branches[0].open);
    }
}

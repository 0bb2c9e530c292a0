//! What to study next, and why: the course's order, what modules need, what a learner is after, and where a low score leads.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::course::model::{Course, Module};

/// How far a learner is: `progress.json`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// Id of the course.
    pub course: String,
    /// What the learner is after: an intent of the course.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<String>,
    /// Modules studied, each with the best score of its quiz in percent; none where there was no quiz or none was taken.
    #[serde(default)]
    pub modules: BTreeMap<String, Option<f64>>,
    /// The module studied last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// Id of the module or lesson; none at the end.
    pub to: Option<String>,
    /// Its title for people.
    pub title: String,
    /// Why, one reason a line.
    pub why: Vec<String>,
}

impl Progress {
    /// Takes down a studied module.
    pub fn record(&mut self, module: &str, score: Option<f64>) {
        let best = self.modules.entry(module.to_owned()).or_default();
        *best = match (*best, score) {
            (Some(old), Some(new)) => Some(old.max(new)),
            (old, new) => new.or(old),
        };
        self.last = Some(module.to_owned());
    }
}

/// What to study next.
#[must_use]
pub fn suggest(course: &Course, progress: &Progress) -> Suggestion {
    let last = progress.last.as_deref().and_then(|id| course.module(id));
    if let Some(again) = last.and_then(|module| remedy(course, progress, module)) {
        return again;
    }
    if let Some(step) = towards_intent(course, progress) {
        return step;
    }
    let open = course.modules.iter().find(|m| !progress.modules.contains_key(&m.id));
    if let Some(module) = open {
        let (next, needed_by) = first_missing(course, progress, module);
        return step(course, progress, next, needed_by.map(|m| format!("{} needs it first.", m.numbered())).into_iter().collect());
    }
    let failed = course.modules.iter().find_map(|module| remedy(course, progress, module));
    failed.unwrap_or_else(|| Suggestion {
        to: None,
        title: "You are through".to_owned(),
        why: vec![format!("All {} modules are done and passed.", course.modules.len())],
    })
}

/// Where a score that does not suffice leads.
fn remedy(course: &Course, progress: &Progress, module: &Module) -> Option<Suggestion> {
    let score = progress.modules.get(&module.id).copied().flatten()?;
    let name = module.numbered();
    let checkpoint = course.navigator.checkpoints.iter().find(|c| c.module == module.id && score < c.below);
    if let Some(checkpoint) = checkpoint {
        let why = vec![format!("Your {score} % in “{name}” is below {} %.", checkpoint.below), checkpoint.why.clone()];
        return Some(Suggestion { to: Some(checkpoint.to.clone()), title: title(course, &checkpoint.to), why });
    }
    let mark = module.quiz.as_ref().map(|q| q.pass_mark).filter(|mark| score < *mark)?;
    let why = vec![format!("Your {score} % in “{name}” is below the {mark} % that pass its quiz.")];
    Some(Suggestion { to: Some(module.id.clone()), title: name, why })
}

/// The way to what the learner is after.
fn towards_intent(course: &Course, progress: &Progress) -> Option<Suggestion> {
    let jump = course.jumps.iter().find(|j| Some(&j.intent) == progress.intent.as_ref())?;
    let target = course.module(&jump.to).filter(|m| !progress.modules.contains_key(&m.id))?;
    let (next, needed_by) = first_missing(course, progress, target);
    let mut why = vec![format!("You are after “{}”, which is what “{}” is about.", jump.title, target.numbered())];
    why.extend(needed_by.map(|m| format!("“{}” needs it first.", m.numbered())));
    Some(step(course, progress, next, why))
}

/// The first module on the way to `target` that is not done, and the module that needs it.
fn first_missing<'c>(course: &'c Course, progress: &Progress, target: &'c Module) -> (&'c Module, Option<&'c Module>) {
    let (mut at, mut needed_by) = (target, None);
    // A course whose modules need each other does not pass its check; here it must not turn in circles either.
    for _ in 0..course.modules.len() {
        let needed = course.navigator.requires.get(&at.id).into_iter().flatten();
        let missing = needed.filter(|id| !progress.modules.contains_key(*id)).find_map(|id| course.module(id));
        let Some(missing) = missing else { break };
        (at, needed_by) = (missing, Some(at));
    }
    (at, needed_by)
}

fn step(course: &Course, progress: &Progress, module: &Module, mut why: Vec<String>) -> Suggestion {
    let needs: Vec<String> = course.navigator.requires.get(&module.id).into_iter().flatten().map(|id| title(course, id)).collect();
    match (needs.is_empty(), progress.modules.is_empty()) {
        (false, _) => why.push(format!("It builds on {}, which you have done.", needs.join(" and "))),
        (true, true) => why.push("It needs nothing before it: begin here.".to_owned()),
        (true, false) if why.is_empty() => why.push("It is the next in the order of the course.".to_owned()),
        (true, false) => {}
    }
    Suggestion { to: Some(module.id.clone()), title: module.numbered(), why }
}

fn title(course: &Course, id: &str) -> String {
    let module = course.module(id).map(|m| format!("“{}”", m.numbered()));
    module.or_else(|| course.lesson(id).map(|(m, l)| format!("“{}” in {}", l.title, m.place()))).unwrap_or_else(|| id.to_owned())
}

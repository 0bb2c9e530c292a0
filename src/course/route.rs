//! The way through the course: its order, shortcuts, what a module needs first, and where a low score leads.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    diagnostic::{Diagnostic, Kind, Spot},
    load::Draft,
    manifest::{CheckpointFile, CourseFile},
    model::{Checkpoint, Navigator},
    reader::Text,
};

const FILE: &str = "course.toml";

/// The model's half of `[navigator]` that is no order.
pub(crate) fn navigator(course: &CourseFile) -> Navigator {
    let requires = course.requires.iter().map(|(m, list)| (m.value.clone(), list.iter().map(|r| r.value.clone()).collect()));
    let mut checkpoints: Vec<Checkpoint> = course
        .checkpoints
        .iter()
        .map(|c| Checkpoint { module: c.module.value.clone(), below: f64::from(c.below), to: c.to.value.clone(), why: c.why.clone() })
        .collect();
    checkpoints.sort_by(|a, b| a.module.cmp(&b.module).then(a.below.total_cmp(&b.below)));
    Navigator { requires: requires.collect(), checkpoints }
}

/// Every module is reached, every way ends, no score is left without advice.
pub(crate) fn check(draft: &Draft<'_>, found: &mut Vec<Diagnostic>) {
    let modules: Vec<&str> = draft.modules.iter().map(|m| m.file.id.value.as_str()).collect();
    let course = &draft.course;
    let mut known = |text: &str, spot: Spot| {
        if !modules.contains(&text) {
            let d = Diagnostic::new(Kind::UnknownReference, FILE, spot, format!("there is no module `{text}`"));
            found.push(d.hint_nearest(text, modules.iter().copied()));
        }
    };
    course.order.iter().for_each(|o| known(&o.value, o.spot));
    course.jumps.iter().for_each(|(j, [_, to])| known(&j.to, *to));
    course.requires.iter().flat_map(|(m, list)| std::iter::once(m).chain(list)).for_each(|m| known(&m.value, m.spot));
    course.checkpoints.iter().for_each(|c| known(&c.module.value, c.module.spot));
    twice(course, found);
    unreachable(draft, found);
    requirements(course, found);
    checkpoints(draft, found);
}

fn report(found: &mut Vec<Diagnostic>, kind: Kind, spot: Spot, message: String, hint: &str) {
    found.push(Diagnostic::new(kind, FILE, spot, message).hint(hint));
}

fn twice(course: &CourseFile, found: &mut Vec<Diagnostic>) {
    let mut seen = BTreeSet::new();
    for one in course.order.iter().filter(|o| !seen.insert(&o.value)) {
        found.push(Diagnostic::new(Kind::DuplicateId, FILE, one.spot, format!("the module `{}` comes twice in the order", one.value)));
    }
    let mut seen = BTreeSet::new();
    for (jump, [spot, _]) in course.jumps.iter().filter(|(j, _)| !seen.insert(&j.intent)) {
        report(found, Kind::DuplicateId, *spot, format!("the intent `{}` is used twice", jump.intent), "one intent leads to one module");
    }
}

fn unreachable(draft: &Draft<'_>, found: &mut Vec<Diagnostic>) {
    for module in &draft.modules {
        let id = &module.file.id;
        let reached = draft.course.order.iter().any(|o| o.value == id.value) || draft.course.jumps.iter().any(|(j, _)| j.to == id.value);
        if !reached && !id.value.is_empty() {
            found.push(
                Diagnostic::new(Kind::Unreachable, &module.path, id.spot, format!("no learner reaches the module `{}`", id.value))
                    .hint("add it to `order` under [navigator] in course.toml, or lead a jump to it"),
            );
        }
    }
}

/// No module needs itself, by whatever way, and the order keeps to what modules need.
fn requirements(course: &CourseFile, found: &mut Vec<Diagnostic>) {
    let needs = needs(course);
    let place = |module: &str| course.order.iter().position(|o| o.value == module);
    for (module, list) in &course.requires {
        for needed in list {
            if needed.value == module.value || all(&needs, &needed.value).contains(module.value.as_str()) {
                let message = format!("`{}` and `{}` need each other", module.value, needed.value);
                report(found, Kind::Unreachable, needed.spot, message, "remove one of the two, or no learner may begin either");
            } else if let (Some(one), Some(other)) = (place(&module.value), place(&needed.value))
                && other > one
            {
                let message = format!("`{}` needs `{}`, which comes after it in the order", module.value, needed.value);
                report(found, Kind::Unreachable, needed.spot, message, "change the order, or what is needed");
            }
        }
    }
}

fn needs(course: &CourseFile) -> BTreeMap<&str, &[Text]> {
    course.requires.iter().map(|(m, list)| (m.value.as_str(), list.as_slice())).collect()
}

/// Everything that a module needs, by whatever way.
fn all<'c>(needs: &BTreeMap<&'c str, &'c [Text]>, module: &str) -> BTreeSet<&'c str> {
    let mut out = BTreeSet::new();
    let mut open: Vec<&str> = needs.get(module).into_iter().flat_map(|list| list.iter()).map(|t| t.value.as_str()).collect();
    while let Some(next) = open.pop() {
        if out.insert(next) {
            open.extend(needs.get(next).into_iter().flat_map(|list| list.iter()).map(|t| t.value.as_str()));
        }
    }
    out
}

fn checkpoints(draft: &Draft<'_>, found: &mut Vec<Diagnostic>) {
    let course = &draft.course;
    let needs = needs(course);
    let place = |module: &str| course.order.iter().position(|o| o.value == module).unwrap_or(usize::MAX);
    let mut of: BTreeMap<&str, Vec<&CheckpointFile>> = BTreeMap::new();
    for checkpoint in &course.checkpoints {
        of.entry(&checkpoint.module.value).or_default().push(checkpoint);
        let to = &checkpoint.to;
        let home = draft.modules.iter().find(|m| m.file.id.value == to.value || m.lessons.iter().any(|l| l.front.id.value == to.value));
        let Some(home) = home else {
            let ids = draft.modules.iter().flat_map(|m| std::iter::once(&m.file.id).chain(m.lessons.iter().map(|l| &l.front.id)));
            let d = Diagnostic::new(Kind::UnknownReference, FILE, to.spot, format!("there is no module and no lesson `{}`", to.value));
            found.push(d.hint_nearest(&to.value, ids.map(|t| t.value.as_str())));
            continue;
        };
        let (home, module) = (home.file.id.value.as_str(), checkpoint.module.value.as_str());
        if home != module && (all(&needs, home).contains(module) || place(home) > place(module)) {
            let message = format!("a low score in `{module}` leads ahead, to `{home}`");
            report(found, Kind::Unreachable, to.spot, message, "lead back: to the module itself, or to one before it");
        }
    }
    for (module, mut list) in of {
        list.sort_by_key(|c| c.below);
        for pair in list.windows(2).filter(|w| w[0].below == w[1].below) {
            let message = format!("`{module}` has two checkpoints below {}", pair[1].below);
            report(found, Kind::DuplicateId, pair[1].spot, message, "give each its own threshold: the lower one counts first");
        }
        let Some(draft) = draft.modules.iter().find(|m| m.file.id.value == module) else { continue };
        let (Some(highest), Some(quiz)) = (list.last(), &draft.quiz) else {
            let spot = list[0].module.spot;
            report(found, Kind::UnknownReference, spot, format!("`{module}` has no quiz to be measured by"), "remove the checkpoint");
            continue;
        };
        let mark = quiz.pass_mark.unwrap_or(course.grading.pass_mark);
        if f64::from(highest.below) < mark {
            let message = format!("a score from {} to {mark} in `{module}` leads nowhere", highest.below);
            report(found, Kind::BadValue, highest.spot, message, "add a checkpoint below the mark that passes the quiz, or raise this one");
        }
    }
}

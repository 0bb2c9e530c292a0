//! `course.toml` and `module.toml`.

use super::{
    diagnostic::{Diagnostic, Kind, Spot},
    exam::{self, ExamFile},
    model::{GradePolicy, Grading, Hours, Jump, Outcome, PlannedLesson},
    reader::{Reader, Table, Text},
};

/// `course.toml`, as far as it can be read.
pub(crate) struct CourseFile {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) version: String,
    pub(crate) language: String,
    pub(crate) summary: String,
    pub(crate) license: String,
    pub(crate) credits: Vec<String>,
    pub(crate) grading: Grading,
    pub(crate) exam: Option<ExamFile>,
    pub(crate) order: Vec<Text>,
    /// Each with the places of its intent and its target.
    pub(crate) jumps: Vec<(Jump, [Spot; 2])>,
    pub(crate) requires: Vec<(Text, Vec<Text>)>,
    pub(crate) checkpoints: Vec<CheckpointFile>,
}

/// A checkpoint with its places.
pub(crate) struct CheckpointFile {
    pub(crate) module: Text,
    pub(crate) below: u32,
    pub(crate) spot: Spot,
    pub(crate) to: Text,
    pub(crate) why: String,
}

/// `module.toml`, as far as it can be read.
pub(crate) struct ModuleFile {
    pub(crate) id: Text,
    pub(crate) title: String,
    pub(crate) summary: String,
    pub(crate) weight: f64,
    pub(crate) hours: Hours,
    pub(crate) outcomes: Vec<(Outcome, Spot)>,
    pub(crate) planned: Vec<(PlannedLesson, Spot)>,
}

pub(crate) fn course(file: &str, text: &str) -> (CourseFile, Vec<Diagnostic>) {
    let mut r = Reader::new(file, text);
    let root = r.parse();
    let mut t = Table::new(root.get_ref(), Spot::START, "course.toml");
    let mut required = |r: &mut Reader<'_>, key| t.text(r, key).map(|x| x.value).unwrap_or_default();
    let (title, version, language, license) =
        (required(&mut r, "title"), required(&mut r, "version"), required(&mut r, "language"), required(&mut r, "license"));
    let id = id(&mut t, &mut r).map(|x| x.value).unwrap_or_default();
    let summary = t.opt_text(&mut r, "summary").map(|x| x.value).unwrap_or_default();
    let credits = t.texts(&mut r, "credits").into_iter().map(|x| x.value).collect();
    let mut grading = Grading { attempts: 3, pass_mark: 70.0, grade: GradePolicy::Best };
    if let Some(mut g) = t.table(&mut r, "grading", "[grading]") {
        grading.attempts = attempts(&mut g, &mut r).unwrap_or(grading.attempts);
        grading.pass_mark = pass_mark(&mut g, &mut r).unwrap_or(grading.pass_mark);
        grading.grade = grade(&mut g, &mut r).unwrap_or(grading.grade);
        g.finish(&mut r);
    }
    let exam = t.table(&mut r, "exam", "[exam]").and_then(|e| exam::read(&mut r, e));
    let (mut order, mut jumps, mut requires, mut checkpoints) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    match t.table(&mut r, "navigator", "[navigator]") {
        Some(mut n) => {
            order = n.texts(&mut r, "order");
            for mut j in n.tables(&mut r, "jump", "[[navigator.jump]]") {
                let (intent, title, to) = (j.text(&mut r, "intent"), j.text(&mut r, "title"), j.text(&mut r, "to"));
                j.finish(&mut r);
                if let (Some(intent), Some(title), Some(to)) = (intent, title, to) {
                    let spots = [intent.spot, to.spot];
                    jumps.push((Jump { intent: intent.value, title: title.value, to: to.value }, spots));
                }
            }
            requires = n.table(&mut r, "requires", "[navigator.requires]").map(|t| t.lists(&mut r)).unwrap_or_default();
            for c in n.tables(&mut r, "checkpoint", "[[navigator.checkpoint]]") {
                checkpoints.extend(checkpoint(c, &mut r));
            }
            n.finish(&mut r);
        }
        None => t.missing(&mut r, "navigator"),
    }
    t.finish(&mut r);
    (CourseFile { id, title, version, language, summary, license, credits, grading, exam, order, jumps, requires, checkpoints }, r.found)
}

fn checkpoint(mut c: Table<'_, '_>, r: &mut Reader<'_>) -> Option<CheckpointFile> {
    let module = c.text(r, "module");
    if !c.has("below") {
        c.missing(r, "below");
    }
    let (spot, below) = (c.key_spot(r, "below"), c.integer(r, "below", 1..=100));
    let (to, why) = (c.text(r, "to"), c.text(r, "why"));
    c.finish(r);
    Some(CheckpointFile { module: module?, below: below?, spot, to: to?, why: why?.value })
}

pub(crate) fn module(file: &str, text: &str) -> (ModuleFile, Vec<Diagnostic>) {
    let mut r = Reader::new(file, text);
    let root = r.parse();
    let mut t = Table::new(root.get_ref(), Spot::START, "module.toml");
    let id = id(&mut t, &mut r).unwrap_or(Text { value: String::new(), spot: Spot::START, body: Spot::START });
    let title = t.text(&mut r, "title").map(|x| x.value).unwrap_or_default();
    let summary = t.opt_text(&mut r, "summary").map(|x| x.value).unwrap_or_default();
    let weight = positive(&mut t, &mut r, "weight").unwrap_or(1.0);
    let mut hours = Hours { read: 0.0, lab: 0.0 };
    if let Some(mut h) = t.table(&mut r, "hours", "`hours`") {
        hours.read = positive(&mut h, &mut r, "read").unwrap_or(0.0);
        hours.lab = positive(&mut h, &mut r, "lab").unwrap_or(0.0);
        h.finish(&mut r);
    }
    let mut outcomes = Vec::new();
    for mut o in t.tables(&mut r, "outcome", "[[outcome]]") {
        let (id, text) = (self::id(&mut o, &mut r), o.text(&mut r, "text"));
        o.finish(&mut r);
        if let (Some(id), Some(text)) = (id, text) {
            outcomes.push((Outcome { id: id.value, text: text.value }, id.spot));
        }
    }
    let mut planned = Vec::new();
    for mut p in t.tables(&mut r, "planned", "[[planned]]") {
        let spot = p.key_spot(&r, "number");
        if !p.has("number") {
            p.missing(&mut r, "number");
        }
        let (number, title) = (p.integer(&mut r, "number", 1..=99), p.text(&mut r, "title"));
        p.finish(&mut r);
        if let (Some(number), Some(title)) = (number, title) {
            planned.push((PlannedLesson { number: u16::try_from(number).unwrap_or(u16::MAX), title: title.value }, spot));
        }
    }
    t.finish(&mut r);
    (ModuleFile { id, title, summary, weight, hours, outcomes, planned }, r.found)
}

/// A required `id` in the course's own alphabet.
pub(crate) fn id(table: &mut Table<'_, '_>, reader: &mut Reader<'_>) -> Option<Text> {
    let id = table.text(reader, "id")?;
    if !id.value.is_empty() && !is_id(&id.value) {
        reader.hint(Kind::BadId, id.spot, format!("the id `{}` is not usable in every LMS", id.value), ID_HINT);
    }
    Some(id)
}

/// What ids are made of.
pub(crate) const ID_HINT: &str = "use lower-case letters, digits and hyphens, starting with a letter or digit, at most 64";

/// `[a-z0-9][a-z0-9-]*`, at most 64 characters.
pub(crate) fn is_id(id: &str) -> bool {
    let ok = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    id.len() <= 64 && id.bytes().next().is_some_and(ok) && id.bytes().all(|b| ok(b) || b == b'-')
}

pub(crate) fn attempts(table: &mut Table<'_, '_>, reader: &mut Reader<'_>) -> Option<u32> {
    table.integer(reader, "attempts", 0..=1000)
}

pub(crate) fn pass_mark(table: &mut Table<'_, '_>, reader: &mut Reader<'_>) -> Option<f64> {
    let mark = table.number(reader, "pass_mark")?;
    if (0.0..=100.0).contains(&mark.value) {
        return Some(mark.value);
    }
    reader.report(Kind::BadValue, mark.spot, format!("`pass_mark` must be from 0 to 100, not {}", mark.written));
    None
}

fn grade(table: &mut Table<'_, '_>, reader: &mut Reader<'_>) -> Option<GradePolicy> {
    let grade = table.opt_text(reader, "grade")?;
    match grade.value.as_str() {
        "best" => Some(GradePolicy::Best),
        "last" => Some(GradePolicy::Last),
        other => {
            reader.report(Kind::BadValue, grade.spot, format!("`grade` must be `best` or `last`, not `{other}`"));
            None
        }
    }
}

/// An optional number that is not negative.
pub(crate) fn positive(table: &mut Table<'_, '_>, reader: &mut Reader<'_>, key: &'static str) -> Option<f64> {
    let number = table.number(reader, key)?;
    if number.value >= 0.0 && number.value.is_finite() {
        return Some(number.value);
    }
    reader.report(Kind::BadValue, number.spot, format!("`{key}` must not be negative, but is {}", number.written));
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const COURSE: &str = "id = \"c\"\ntitle = \"C\"\nversion = \"1\"\nlanguage = \"en\"\nlicense = \"CC-BY-4.0\"\n";

    fn said(found: &[Diagnostic]) -> Vec<String> {
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_whole_course_file_is_read() {
        let text = format!(
            "{COURSE}[grading]\nattempts = 0\npass_mark = 60.5\ngrade = \"last\"\n[navigator]\norder = [\"a\"]\n[[navigator.jump]]\nintent = \"i\"\ntitle = \"t\"\nto = \"a\"\n"
        );
        let (c, found) = course("course.toml", &text);
        assert_eq!(said(&found), Vec::<String>::new());
        assert_eq!((c.grading.attempts, c.grading.pass_mark, c.grading.grade), (0, 60.5, GradePolicy::Last));
        assert_eq!((c.order[0].value.as_str(), c.order[0].spot), ("a", Spot::new(11, 10)));
        assert_eq!(c.jumps[0].1, [Spot::new(13, 10), Spot::new(15, 6)]);
    }

    #[test]
    fn every_fault_of_a_course_file_has_its_place() {
        let text = "id = \"My Course\"\ntitle = \"\"\nversion = 3\nlanguage = \"en\"\nlicence = \"x\"\n[grading]\npass_mark = 170\ngrade = \"mean\"\n";
        let (_, found) = course("course.toml", text);
        assert_eq!(
            said(&found),
            [
                "course.toml:2:9: `title` is empty",
                "course.toml:3:11: `version` must be a string, not integer",
                "course.toml:1:1: course.toml has no `license`",
                "course.toml:1:6: the id `My Course` is not usable in every LMS\n  hint: use lower-case letters, digits and hyphens, starting with a letter or digit, at most 64",
                "course.toml:7:13: `pass_mark` must be from 0 to 100, not 170",
                "course.toml:8:9: `grade` must be `best` or `last`, not `mean`",
                "course.toml:1:1: course.toml has no `navigator`",
                "course.toml:5:1: unknown key `licence` in course.toml\n  hint: did you mean `license`?",
            ]
        );
    }

    #[test]
    fn a_module_file_keeps_the_places_of_what_others_refer_to() {
        let text = "id = \"a\"\ntitle = \"A\"\nweight = -1\n[[outcome]]\nid = \"a-o1\"\ntext = \"t\"\n[[planned]]\nnumber = 3\ntitle = \"p\"\n[[planned]]\ntitle = \"q\"\n";
        let (m, found) = module("module.toml", text);
        assert_eq!(m.outcomes[0].1, Spot::new(5, 6));
        assert_eq!((m.planned.len(), m.planned[0].1), (1, Spot::new(8, 1)));
        assert_eq!(
            said(&found),
            ["module.toml:3:10: `weight` must not be negative, but is -1", "module.toml:10:1: [[planned]] has no `number`"]
        );
    }
}

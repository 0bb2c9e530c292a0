//! Everything that is rendered: in parallel, and only what no cache holds.

use std::sync::LazyLock;

use rayon::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    cache::RenderCache,
    diagnostic::Diagnostic,
    facts::Facts,
    glossary::{self, GlossaryFile},
    markdown::{self, Fragments, Rendered},
    notebook::{self, Notebook},
    quiz::{self, QuizFile},
};
use crate::ids::sha256_hex;

/// The renderer's own text: a cache filled by another renderer is of no use. Raise the number when a crate that renders
/// (comrak, ammonia, syntect, two-face, math-core) changes its output.
static RENDERER: LazyLock<String> = LazyLock::new(|| {
    let own = [
        "1",
        include_str!("facts.rs"),
        include_str!("glossary.rs"),
        include_str!("links.rs"),
        include_str!("markdown/blocks.rs"),
        include_str!("markdown/clean.rs"),
        include_str!("markdown/code.rs"),
        include_str!("markdown/fenced.rs"),
        include_str!("markdown/fences.rs"),
        include_str!("markdown/format.rs"),
        include_str!("markdown/info.rs"),
        include_str!("markdown/math.rs"),
        include_str!("markdown/mod.rs"),
        include_str!("markdown/plain_math.rs"),
        include_str!("notebook.rs"),
        include_str!("quiz/kinds.rs"),
        include_str!("quiz/mod.rs"),
        include_str!("quiz/placeholders.rs"),
    ];
    sha256_hex(own.concat().as_bytes())
});

/// One text to render.
pub(crate) struct Job<'s> {
    pub(crate) what: What,
    pub(crate) file: &'s str,
    pub(crate) text: &'s str,
    /// Page id of a lesson, module id of a quiz or a glossary.
    pub(crate) id: String,
}

/// What kind of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Lesson,
    Quiz,
    Exam,
    Glossary,
    Notebook,
}

/// What a job became.
pub(crate) enum Done {
    Lesson(Rendered),
    Quiz(Box<QuizFile>, Vec<Diagnostic>),
    Exam(Box<QuizFile>, Vec<Diagnostic>),
    Glossary(GlossaryFile, Vec<Diagnostic>),
    Notebook(Notebook),
}

impl Job<'_> {
    fn key(&self, facts: &Facts) -> String {
        let what = match self.what {
            What::Lesson => "lesson",
            What::Quiz => "quiz",
            What::Exam => "exam",
            What::Glossary => "glossary",
            What::Notebook => "notebook",
        };
        let facts = facts.key(self.text);
        sha256_hex(format!("{}\n{what}\n{}\n{}\n{facts}\n{}", *RENDERER, self.file, self.id, self.text).as_bytes())
    }

    /// The result, and what to keep of it if it was not kept before.
    fn run(&self, kept: Option<String>, facts: &Facts) -> (Done, Option<String>) {
        match self.what {
            What::Lesson => {
                let (page, fresh) = remember(kept, || markdown::page(self.file, &self.id, self.text, facts));
                (Done::Lesson(page), fresh)
            }
            What::Notebook => {
                let (page, fresh) = remember(kept, || notebook::render(self.file, self.text));
                (Done::Notebook(page), fresh)
            }
            What::Glossary => {
                let parts: Option<Vec<Rendered>> = kept.and_then(|text| serde_json::from_str(&text).ok());
                let fresh = parts.is_none();
                let page = glossary::page_id(&self.id);
                let (file, found, parts) =
                    glossary::read(self.file, self.text, Fragments::new(self.file, &page, facts, parts.unwrap_or_default()));
                (Done::Glossary(file, found), if fresh { serde_json::to_string(&parts).ok() } else { None })
            }
            What::Exam => {
                let parts: Option<Vec<Rendered>> = kept.and_then(|text| serde_json::from_str(&text).ok());
                let fresh = parts.is_none();
                let page = format!("{}-exam", self.id);
                let (bank, found, parts) =
                    quiz::read_bank(self.file, self.text, Fragments::new(self.file, &page, facts, parts.unwrap_or_default()));
                (Done::Exam(Box::new(bank), found), if fresh { serde_json::to_string(&parts).ok() } else { None })
            }
            What::Quiz => {
                let parts: Option<Vec<Rendered>> = kept.and_then(|text| serde_json::from_str(&text).ok());
                let fresh = parts.is_none();
                let quiz_id = format!("{}-quiz", self.id);
                let fragments = Fragments::new(self.file, &quiz_id, facts, parts.unwrap_or_default());
                let (quiz, found, parts) = quiz::read(self.file, self.text, &self.id, fragments);
                (Done::Quiz(Box::new(quiz), found), if fresh { serde_json::to_string(&parts).ok() } else { None })
            }
        }
    }
}

fn remember<T: Serialize + DeserializeOwned>(kept: Option<String>, render: impl FnOnce() -> T) -> (T, Option<String>) {
    if let Some(page) = kept.and_then(|text| serde_json::from_str(&text).ok()) {
        return (page, None);
    }
    let page = render();
    let text = serde_json::to_string(&page).ok();
    (page, text)
}

/// Runs every job, in order.
pub(crate) fn run(jobs: &[Job<'_>], facts: &Facts, cache: Option<&mut dyn RenderCache>) -> Vec<Done> {
    let Some(cache) = cache else {
        return jobs.par_iter().map(|job| job.run(None, facts).0).collect();
    };
    let kept: Vec<_> = jobs.iter().map(|job| (job, job.key(facts))).map(|(job, key)| (job, cache.get(&key), key)).collect();
    let done: Vec<_> = kept.into_par_iter().map(|(job, kept, key)| (job.run(kept, facts), key)).collect();
    let mut out = Vec::new();
    for ((done, fresh), key) in done {
        if let Some(text) = fresh {
            cache.put(&key, &text);
        }
        out.push(done);
    }
    cache.done();
    out
}

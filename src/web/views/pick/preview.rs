//! What a teacher sees of a part of the course before adding it.

use askama::Template;

use super::Pick;
use crate::{
    app::content::Page,
    course::{
        Module, Quiz,
        links::{self, Target},
    },
    web::views::tools::count,
};

#[derive(Template)]
#[template(path = "web/pick/preview.html")]
struct Preview<'a> {
    kicker: String,
    title: &'a str,
    summary: &'a str,
    facts: Vec<String>,
    /// Heading and lines.
    lists: Vec<(&'static str, Vec<String>)>,
    /// The lesson as learners see it, the quiz's introduction.
    body: String,
}

impl Pick<'_> {
    /// `ids`: what is chosen, so that links in a lesson do not lose it.
    pub(super) fn preview(&self, page: &Page<'_>, ids: &[String]) -> Option<String> {
        let course = self.course;
        let preview = match page {
            Page::Course => Preview {
                kicker: "The whole course".to_owned(),
                title: &course.title,
                summary: &course.summary,
                facts: vec![count(course.modules.len(), "module", "modules")],
                lists: vec![("Modules", course.modules.iter().map(|m| m.numbered()).collect())],
                body: String::new(),
            },
            Page::Module(module) => Preview {
                kicker: module.place(),
                title: &module.title,
                summary: &module.summary,
                facts: module.quiz.iter().flat_map(facts).collect(),
                lists: inside(module),
                body: String::new(),
            },
            Page::Lesson(module, lesson) => Preview {
                kicker: format!(
                    "{} · lesson{}",
                    module.place(),
                    if lesson.minutes > 0 { format!(" · {} min", lesson.minutes) } else { String::new() }
                ),
                title: &lesson.title,
                summary: &lesson.summary,
                facts: Vec::new(),
                lists: Vec::new(),
                body: self.rewrite(&lesson.html, ids),
            },
            Page::Quiz(module, quiz) => Preview {
                kicker: module.quiz_place(),
                title: &quiz.title,
                summary: "",
                facts: facts(quiz),
                lists: vec![("Asks about", lessons_of(module, quiz))],
                body: self.rewrite(&quiz.intro_html, ids),
            },
            Page::Side(_, side) => Preview {
                kicker: "Project".to_owned(),
                title: &side.title,
                summary: &side.summary,
                facts: Vec::new(),
                lists: Vec::new(),
                body: self.rewrite(&side.html, ids),
            },
            Page::Notebook(..) => return None,
        };
        preview.render().ok()
    }

    /// Links lead to previews, files come from our own address.
    fn rewrite(&self, html: &str, ids: &[String]) -> String {
        let (media, now) = (&self.state.app.media, self.state.app.now());
        links::rewrite(html, |target| match target {
            Target::Page { id, .. } => {
                let mut query = url::form_urlencoded::Serializer::new(String::new());
                query.append_pair("show", id).extend_pairs(ids.iter().map(|id| ("pick", id)));
                format!("{}?{}#preview", self.path(""), query.finish())
            }
            Target::Asset(path) => match self.course.assets.get(path) {
                Some(asset) => self.state.site().path(&media.address(path, &asset.sha256, now)),
                None => String::new(),
            },
        })
    }
}

fn facts(quiz: &Quiz) -> Vec<String> {
    let asked = quiz.asked();
    let drawn = if asked < quiz.questions.len() { format!(", drawn from {}", quiz.questions.len()) } else { String::new() };
    let attempts =
        if quiz.attempts == 0 { "any number of attempts".to_owned() } else { count(quiz.attempts as usize, "attempt", "attempts") };
    vec![format!("{}{drawn}", count(asked, "question", "questions")), format!("{} % to pass", quiz.pass_mark), attempts]
}

fn inside(module: &Module) -> Vec<(&'static str, Vec<String>)> {
    let lessons = module.lessons.iter().map(|l| l.title.clone()).chain(module.quiz.iter().map(|q| q.title.clone())).collect();
    let outcomes: Vec<String> = module.outcomes.iter().map(|o| o.text.clone()).collect();
    [("Learners will be able to", outcomes), ("Inside", lessons)].into_iter().filter(|(_, lines)| !lines.is_empty()).collect()
}

/// Titles of the lessons that the questions name, each once.
fn lessons_of(module: &Module, quiz: &Quiz) -> Vec<String> {
    let asked = |id: &str| quiz.questions.iter().any(|q| q.lesson.as_deref() == Some(id));
    module.lessons.iter().filter(|l| asked(&l.id)).map(|l| l.title.clone()).collect()
}

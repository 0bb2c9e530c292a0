//! What a link opens and how it counts.

use actix_web::{HttpResponse, http::StatusCode};
use askama::Template;

use crate::{
    app::{
        class_view::ClassView,
        link_settings::{FieldErrors, SettingsForm},
    },
    course::{Course, GradePolicy},
    web::{
        State,
        extract::Visitor,
        views::{
            Base, html,
            tools::{Frame, count, problem},
            tree::Tree,
        },
    },
};

#[derive(Template)]
#[template(path = "web/teach/settings.html")]
struct SettingsPage<'a> {
    base: Base,
    frame: Frame,
    title: String,
    first: bool,
    form: &'a SettingsForm,
    problems: &'a FieldErrors,
    tree: Tree,
    defaults: Vec<(&'static str, String)>,
    action: String,
    class: String,
    form_token: &'a str,
}

impl SettingsPage<'_> {
    fn problem(&self, field: &str) -> Option<&str> {
        problem(self.problems, field)
    }

    fn default(&self, field: &str) -> &str {
        self.defaults.iter().find(|(name, _)| *name == field).map_or("", |(_, text)| text)
    }
}

pub(crate) fn page(state: &State, visitor: &Visitor, view: &ClassView, form: &SettingsForm, problems: &FieldErrors) -> HttpResponse {
    let path = |rest: &str| state.site().path(&format!("/l/{}/{rest}", visitor.visit.launch_id));
    let page = SettingsPage {
        base: Base::new(state),
        frame: Frame::teacher(state, visitor, super::title(view), "choose"),
        title: super::title(view),
        first: view.link.target.is_empty(),
        form,
        problems,
        // With nothing chosen yet the whole course.
        tree: Tree::new(&view.course, "opens", false, "", |id| form.opens == id || (form.opens.is_empty() && id == view.course.id)),
        defaults: defaults(&view.course, view.only.as_deref()),
        action: path("choose"),
        class: path("class"),
        form_token: &visitor.visit.form_token,
    };
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    html(HttpResponse::build(status), &page)
}

/// What holds where a field stays empty.
fn defaults(course: &Course, only: Option<&str>) -> Vec<(&'static str, String)> {
    let quiz = only.and_then(|id| course.module(id)).and_then(|m| m.quiz.as_ref());
    let (attempts, pass_mark, grade) =
        quiz.map_or((course.grading.attempts, course.grading.pass_mark, course.grading.grade), |q| (q.attempts, q.pass_mark, q.grade));
    let attempts = if attempts == 0 { "no limit".to_owned() } else { count(attempts as usize, "attempt", "attempts") };
    let grade = match grade {
        GradePolicy::Best => "the best one",
        GradePolicy::Last => "the last one",
    };
    vec![("attempts", attempts), ("pass_mark", format!("{pass_mark} %")), ("grade", grade.to_owned())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::fixture;

    #[test]
    fn the_modules_own_values_are_the_defaults_shown() {
        let mut course = fixture::course();
        course.grading.attempts = 9;
        let quiz = course.modules[0].quiz.as_mut().unwrap();
        (quiz.attempts, quiz.pass_mark, quiz.grade) = (0, 55.5, GradePolicy::Last);
        let id = course.modules[0].id.clone();
        let texts: Vec<String> = defaults(&course, Some(&id)).into_iter().map(|(_, t)| t).collect();
        assert_eq!(texts, ["no limit", "55.5 %", "the last one"]);
        assert_eq!(defaults(&course, None)[0].1, "9 attempts");
    }
}

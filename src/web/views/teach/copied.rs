//! A copied course: does it continue the settings of the old one?

use actix_web::HttpResponse;
use askama::Template;

use crate::{
    app::{
        LinkSettings,
        copied_course::{CopiedCourse, OldSettings},
    },
    course::GradePolicy,
    web::{
        State,
        extract::Visitor,
        views::{
            Base, html,
            learn::percent,
            tools::{Frame, count},
        },
    },
};

#[derive(Template)]
#[template(path = "web/teach/copied.html")]
struct CopiedPage<'a> {
    base: Base,
    frame: Frame,
    from: Option<&'a str>,
    settings: Vec<Line<'a>>,
    opens: bool,
    action: String,
    form_token: &'a str,
}

/// One content, and what was set for it.
struct Line<'a> {
    title: &'a str,
    attempts: String,
    pass_mark: String,
    grade: &'static str,
}

pub(crate) fn page(state: &State, visitor: &Visitor, course: &CopiedCourse) -> HttpResponse {
    let page = CopiedPage {
        base: Base::new(state),
        frame: Frame::teacher(state, visitor, state.app.course().title.clone(), "copied"),
        from: course.from.as_deref(),
        settings: course.settings.iter().map(line).collect(),
        opens: !course.names_target,
        action: state.site().path(&format!("/l/{}/copied", visitor.visit.launch_id)),
        form_token: &visitor.visit.form_token,
    };
    html(HttpResponse::Ok(), &page)
}

fn line(old: &OldSettings) -> Line<'_> {
    let LinkSettings { attempts, pass_mark, grade } = &old.settings;
    let course = || "as the course says".to_owned();
    Line {
        title: &old.title,
        attempts: match attempts {
            None => course(),
            Some(0) => "no limit".to_owned(),
            Some(n) => count(*n as usize, "attempt", "attempts"),
        },
        pass_mark: pass_mark.map_or_else(course, |mark| percent(mark, None)),
        grade: match grade {
            None => "as the course says",
            Some(GradePolicy::Best) => "the best one",
            Some(GradePolicy::Last) => "the last one",
        },
    }
}

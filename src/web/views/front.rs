//! The front door.

use askama::Template;

use super::Base;
use crate::{course::Course, web::State};

#[derive(Template)]
#[template(path = "web/front.html")]
pub(crate) struct FrontPage<'a> {
    base: Base,
    course: &'a Course,
}

impl<'a> FrontPage<'a> {
    pub(crate) fn new(state: &State, course: &'a Course) -> Self {
        Self { base: Base { lang: course.language.clone(), ..Base::new(state) }, course }
    }
}

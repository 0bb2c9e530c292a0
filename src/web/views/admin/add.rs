//! Adding a platform: first there, then here.

use actix_web::{HttpResponse, http::StatusCode};
use askama::Template;

use super::{frame, values};
use crate::{
    app::add_platform::{CANVAS_SITES, PlatformForm, Product},
    course::Course,
    web::{
        State,
        admin::Admin,
        views::{
            Base, html,
            tools::{Frame, problem},
        },
    },
};

#[derive(Template)]
#[template(path = "web/admin/choose.html")]
struct ChoosePage {
    base: Base,
    frame: Frame,
    products: Vec<(String, Product)>,
    invite: String,
    packages: String,
    v1p1: String,
}

/// Which product is it?
pub(crate) fn choose(state: &State, admin: &Admin, query: &str) -> HttpResponse {
    let href = |p: Product| state.site().path(&format!("/admin/platforms/add/{}{query}", p.key()));
    let page = ChoosePage {
        base: Base::new(state),
        frame: frame(state, admin, ""),
        products: Product::ALL.map(|p| (href(p), p)).into(),
        invite: state.site().path("/admin/platforms/invite"),
        packages: state.site().path("/admin/packages"),
        v1p1: state.site().path("/admin/platforms/add/v1p1"),
    };
    html(HttpResponse::Ok(), &page)
}

#[derive(Template)]
#[template(path = "web/admin/add.html")]
struct AddPage<'a> {
    base: Base,
    frame: Frame,
    product: Product,
    course: &'a Course,
    values: Vec<values::Value>,
    form: &'a PlatformForm,
    problems: &'a Vec<(&'static str, String)>,
    action: String,
    back: String,
    form_token: &'a str,
}

impl AddPage<'_> {
    fn problem(&self, field: &str) -> Option<&str> {
        problem(self.problems, field)
    }

    fn sites(&self) -> [(&'static str, &'static str, &'static str, &'static str); 3] {
        CANVAS_SITES
    }

    fn deployments_hint(&self) -> &'static str {
        if self.product.family() == "canvas" {
            "Leave it empty: one key has many deployments in Canvas, and each is accepted. Name some to accept only those."
        } else {
            "Leave it empty to learn it from the first launch; later ones then wait for you."
        }
    }

    /// Production unless something else was chosen.
    fn site(&self, key: &str) -> bool {
        self.form.site == key || (self.form.site.is_empty() && key == CANVAS_SITES[0].0)
    }
}

pub(crate) fn page(
    state: &State,
    admin: &Admin,
    product: Product,
    form: &PlatformForm,
    problems: &Vec<(&'static str, String)>,
) -> HttpResponse {
    let course = state.app.course();
    let page = AddPage {
        base: Base::new(state),
        frame: frame(state, admin, ""),
        product,
        values: values::of(product, state, &form.id),
        course: &course,
        form,
        problems,
        action: state.site().path(&format!("/admin/platforms/add/{}", product.key())),
        back: state.site().path("/admin/platforms/add"),
        form_token: &admin.visit.form_token,
    };
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    html(HttpResponse::build(status), &page)
}

//! Packages to download: which is for which LMS, and the files.

use actix_web::HttpResponse;
use askama::Template;

use super::{
    Base, html,
    tools::{Frame, bytes},
};
use crate::{
    app::packages::{Catalogue, LINK_DAYS, Offer},
    course::Course,
    package::{Format, Scope},
    web::State,
};

#[derive(Template)]
#[template(path = "web/packages.html")]
struct PackagesPage<'a> {
    base: Base,
    frame: Frame,
    course: &'a Course,
    build: &'a str,
    lines: Vec<Line<'a>>,
    sums: String,
    share: Option<Share<'a>>,
    register: Option<String>,
}

struct Line<'a> {
    title: &'a str,
    number: u16,
    files: Vec<File<'a>>,
}

struct File<'a> {
    href: String,
    format: &'static str,
    size: String,
    sha256: &'a str,
}

/// A link for a colleague: its form, and the link once it is made.
pub(crate) struct Share<'a> {
    pub(crate) action: String,
    pub(crate) form_token: &'a str,
    pub(crate) link: Option<String>,
}

impl Share<'_> {
    fn days(&self) -> i64 {
        LINK_DAYS
    }
}

/// What the page is shown for.
pub(crate) struct Shown<'a> {
    pub(crate) frame: Frame,
    pub(crate) share: Option<Share<'a>>,
    /// Where the tool is registered, for those who may.
    pub(crate) register: Option<String>,
    /// Address of a file by its name.
    pub(crate) href: &'a dyn Fn(&str) -> String,
}

pub(crate) fn page(state: &State, catalogue: &Catalogue, course: &Course, shown: Shown<'_>) -> HttpResponse {
    let file = |offer: &'_ Offer| File {
        href: (shown.href)(&offer.file_name),
        format: offer.format.title(),
        size: bytes(offer.size),
        sha256: catalogue.named(&offer.file_name).map_or("", |o| o.sha256.as_str()),
    };
    let line = |title, number, scope: &Scope| Line {
        title,
        number,
        files: Format::ALL.into_iter().filter_map(|format| catalogue.offer(format, scope)).map(file).collect(),
    };
    let modules = course.modules.iter().map(|m| line(m.title.as_str(), m.number, &Scope::Module(m.id.clone())));
    let page = PackagesPage {
        base: Base::new(state),
        course,
        build: &catalogue.content_hash[..12.min(catalogue.content_hash.len())],
        lines: [line("The whole course", 0, &Scope::Course)].into_iter().chain(modules).collect(),
        sums: catalogue.offers.iter().map(|o| format!("{}  {}\n", o.sha256, o.file_name)).collect(),
        frame: shown.frame,
        share: shown.share,
        register: shown.register,
    };
    html(HttpResponse::Ok(), &page)
}

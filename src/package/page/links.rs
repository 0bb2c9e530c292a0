//! The course's private link schemes as links of one document, and what the document needs because of them.

use std::{cell::RefCell, collections::BTreeSet};

use crate::{
    course::links::{Target, rewrite},
    package::scope::Selection,
};

use super::asset_href;

/// Notes, while links are rewritten, which files the package must carry and which pages it lacks.
pub(super) struct Links<'a> {
    selection: &'a Selection<'a>,
    assets: RefCell<BTreeSet<String>>,
    missing: RefCell<BTreeSet<String>>,
}

impl<'a> Links<'a> {
    pub(super) fn new(selection: &'a Selection<'a>) -> Self {
        Self { selection, assets: RefCell::default(), missing: RefCell::default() }
    }

    /// The HTML with links of this document.
    pub(super) fn html(&self, html: &str) -> String {
        rewrite(html, |target| match target {
            Target::Asset(path) => self.asset(path),
            Target::Page { id, anchor } => self.page(id, anchor),
        })
    }

    /// Where a file of the course is.
    pub(super) fn asset(&self, path: &str) -> String {
        self.assets.borrow_mut().insert(path.to_owned());
        asset_href(path)
    }

    fn page(&self, id: &str, anchor: Option<&str>) -> String {
        if self.selection.holds(id) {
            return format!("#{}", anchor.unwrap_or(id));
        }
        self.missing.borrow_mut().insert(id.to_owned());
        format!("#elsewhere--{id}")
    }

    /// Files to carry, and pages that are in other packages.
    pub(super) fn into_needs(self) -> (BTreeSet<String>, BTreeSet<String>) {
        (self.assets.into_inner(), self.missing.into_inner())
    }
}

//! What a platform takes at the place where the teacher pressed its button: its own words, and what we know of the product.

use super::{DeepLinkingRequest, RESOURCE_LINK};
use crate::lti::platform::{CANVAS, MOODLE, PlatformProfile};

/// What the LMS does with the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// It fills the open form; nothing is kept until the teacher saves it.
    Form,
    /// One fills the form; several are kept at once.
    FormOrSaved,
    /// They are added to the module whose button was pressed; one without a column fills the form.
    ModuleOrForm,
    /// They are added to the module whose button was pressed.
    Module,
    /// A new module that is not published yet.
    NewModule,
    /// Assignments that are not published yet, and a new module for what is not graded.
    Assignments,
    /// Links in the text that is being written.
    Text,
    /// We do not know.
    Unknown,
}

/// What may be chosen here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Takes {
    /// Links to this tool at all.
    pub links: bool,
    /// Several at once.
    pub many: bool,
    /// Columns in the grade book.
    pub graded: bool,
    /// Start and due dates.
    pub dates: bool,
    /// A link that opens in a window of its own.
    pub window: bool,
    /// A frame inside a text.
    pub embeds: bool,
    /// Where its grade book opens a learner's work.
    pub review: bool,
    /// What happens next.
    pub then: Then,
}

struct Placement {
    name: &'static str,
    many: bool,
    graded: bool,
    then: Then,
}

const fn placement(name: &'static str, many: bool, graded: bool, then: Then) -> Placement {
    Placement { name, many, graded, then }
}

// Canvas never says `accept_lineitem`, and ignores columns where this says so.
const CANVAS_PLACEMENTS: &[Placement] = &[
    placement("assignment_selection", false, true, Then::Form),
    placement("link_selection", true, true, Then::ModuleOrForm),
    placement("resource_selection", true, true, Then::ModuleOrForm),
    placement("course_assignments_menu", true, true, Then::Assignments),
    placement("module_index_menu_modal", true, true, Then::NewModule),
    placement("module_menu_modal", true, true, Then::Module),
    placement("editor_button", true, false, Then::Text),
];

impl Takes {
    /// Of this request on this platform.
    #[must_use]
    pub fn of(request: &DeepLinkingRequest, platform: &PlatformProfile) -> Self {
        let links = request.accept_types.is_empty() || request.accept_types.iter().any(|t| t == RESOURCE_LINK);
        let window = request.accept_targets.iter().any(|t| t == "window");
        let graded = request.accept_lineitem != Some(false);
        let plain = Self {
            links,
            many: request.accept_multiple == Some(true),
            graded,
            dates: false,
            window,
            embeds: false,
            review: false,
            then: Then::Unknown,
        };
        if platform.key == MOODLE.key {
            // The frame is the tool's affair there, not the link's.
            return Self { window: false, review: true, then: if plain.many { Then::FormOrSaved } else { Then::Form }, ..plain };
        }
        if platform.key != CANVAS.key {
            return plain;
        }
        let Some(known) = CANVAS_PLACEMENTS.iter().find(|p| request.placement.as_deref() == Some(p.name)) else {
            return Self { graded: false, ..plain };
        };
        Self {
            many: known.many && request.accept_multiple != Some(false),
            graded: known.graded && graded,
            dates: known.graded,
            embeds: known.then == Then::Text,
            window: window && known.then != Then::Text,
            then: known.then,
            ..plain
        }
    }
}

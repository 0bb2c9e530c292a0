//! What we say of ourselves, in each form that platforms read: the registration document, Canvas's JSON, the LTI 1.1 cartridge.

mod canvas_json;
mod cartridge;

pub use canvas_json::canvas_json;
pub use cartridge::cartridge;

use super::{
    ags::{SCOPE_LINE_ITEM, SCOPE_RESULT, SCOPE_SCORE},
    notice::SCOPE_NOTICES,
    nrps::SCOPE_MEMBERS,
};

/// Every scope we have a use for.
pub const SCOPES: [&str; 5] = [SCOPE_LINE_ITEM, SCOPE_SCORE, SCOPE_RESULT, SCOPE_MEMBERS, SCOPE_NOTICES];

/// Custom parameters that we ask every platform for: the courses that a course was copied from.
pub const CUSTOM: &[(&str, &str)] = &[("context_id_history", "$Context.id.history")];
/// Further ones that only Canvas fills in.
pub const CANVAS_CUSTOM: &[(&str, &str)] =
    &[("canvas_api_domain", "$Canvas.api.domain"), ("canvas_masquerading_user_id", "$Canvas.masqueradingUser.id")];

/// Where content is chosen in Canvas.
pub const CANVAS_CHOOSING: &[&str] =
    &["assignment_selection", "link_selection", "course_assignments_menu", "module_index_menu_modal", "module_menu_modal", "editor_button"];
/// Where a page of ours is opened in Canvas without being chosen.
pub const CANVAS_OPENING: &[&str] = &["course_navigation"];

/// The tool as platforms know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    /// What it is called: the course's title.
    pub title: String,
    /// One sentence.
    pub summary: String,
    /// Stable, the same in every installation: the course's id.
    pub key: String,
    /// Host with port, as platforms call a tool's domain.
    pub domain: String,
    /// Our front door.
    pub home: String,
    /// Messages of every kind arrive here.
    pub launch: String,
    /// Logins start here.
    pub login: String,
    /// Our public keys.
    pub keys: String,
    /// A picture.
    pub icon: String,
    /// LTI 1.1 launches arrive here.
    pub launch_v1p1: String,
}

#[cfg(test)]
pub(super) fn example() -> Tool {
    let at = |path: &str| format!("https://ferry.example:8443/f{path}");
    Tool {
        title: "Fine-tuning <LLMs> & more".to_owned(),
        summary: "From data to \"deployment\".".to_owned(),
        key: "llm-fine-tuning".to_owned(),
        domain: "ferry.example:8443".to_owned(),
        home: at("/"),
        launch: at("/lti/launch"),
        login: at("/lti/login"),
        keys: at("/lti/jwks.json"),
        icon: at("/icon.svg"),
        launch_v1p1: at("/lti/v1p1/launch?a=1&b=2"),
    }
}

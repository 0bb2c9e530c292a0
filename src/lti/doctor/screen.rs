//! Where to press, product by product.

/// Kinds of places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// No screen.
    None,
    /// The tool's entry in the LMS.
    Tool,
    /// What the tool is granted there.
    Services,
    /// Keys there.
    Keys,
    /// Where the tool can be used.
    Availability,
    /// The activity's settings.
    Activity,
    /// The course's settings.
    Course,
    /// The grade book.
    GradeBook,
    /// Our settings.
    OurSettings,
    /// Our keys.
    OurKeys,
    /// The platform's page here.
    OurPage,
    /// What waits here.
    OurWaiting,
}

/// In words. Empty where there is no screen.
pub(super) fn of(place: Place, family: &str) -> &'static str {
    match (place, family) {
        (Place::None, _) => "",
        (Place::OurSettings, _) => "ferry.toml or the environment, then restart `ferry serve`",
        (Place::OurKeys, _) => "the command line: `ferry keys list`",
        (Place::OurPage, _) => "Administration, this platform",
        (Place::OurWaiting, _) => "Administration, Waiting",
        (Place::Tool, "moodle") => "Site administration > Plugins > External tool > Manage tools, the tool's card",
        (Place::Services, "moodle") => "Site administration > Plugins > External tool > Manage tools, the tool's cog, Services",
        (Place::Keys, "moodle") => "Site administration > Plugins > External tool > Manage tools, the tool's cog, Tool settings",
        (Place::Availability, "moodle") => "the course, More > LTI External tools, Show in activity chooser",
        (Place::Activity, "moodle") => "the activity's Settings, General (Show more: Launch container) and Grade",
        (Place::Course, "moodle") => "the course's Settings, General, and Participants",
        (Place::GradeBook, "moodle") => "the course, Grades > Setup > Gradebook setup",
        (Place::Tool, "canvas") => "Admin > Developer Keys, the key's State; or Admin > Apps > Manage",
        (Place::Services, "canvas") => {
            "Admin > Developer Keys, the key, LTI Advantage Services; or Admin > Apps > Manage, the app, Permissions"
        }
        (Place::Keys, "canvas") => "Admin > Developer Keys, the key, JWK Method: Public JWK URL",
        (Place::Availability, "canvas") => "Admin > Apps > Manage, the app, Availability; or Settings > Apps > View App Configurations",
        (Place::Activity, "canvas") => "the assignment, Edit, Submission Type: External Tool",
        (Place::Course, "canvas") => "the course's home page, Publish; and People",
        (Place::GradeBook, "canvas") => "the course, Assignments, the assignment's menu, Delete",
        (Place::Tool | Place::Services | Place::Keys | Place::Availability, "edx") => "Studio, the LTI Consumer unit, Edit",
        (Place::Activity, "edx") => "Studio, the LTI Consumer unit, Edit: LTI Launch Target and Scored",
        (Place::Course, "edx") => "Studio, Settings > Schedule & Details",
        (Place::GradeBook, "edx") => "Studio, the LTI Consumer unit",
        (Place::Tool, _) => "the LMS's administration, LTI tools, this tool",
        (Place::Services, _) => "the LMS's administration, LTI tools, this tool, services or permissions",
        (Place::Keys, _) => "the LMS's administration, LTI tools, this tool, keys",
        (Place::Availability, _) => "the LMS's administration, LTI tools, this tool, deployments",
        (Place::Activity, _) => "the activity's settings",
        (Place::Course, _) => "the course's settings",
        (Place::GradeBook, _) => "the course's grade book",
    }
}

//! What platforms are told about us.

use super::App;
use crate::lti::tool::Tool;

impl App {
    /// The tool as platforms know it, with the course of this moment.
    #[must_use]
    pub fn tool(&self) -> Tool {
        let course = self.course();
        let origin = self.site.origin();
        Tool {
            title: course.title.clone(),
            summary: course.summary.clone(),
            key: course.id.clone(),
            domain: origin.split_once("://").map_or(origin, |(_, host)| host).to_owned(),
            home: self.site.url("/"),
            launch: self.site.url("/lti/launch"),
            login: self.site.url("/lti/login"),
            keys: self.site.url("/lti/jwks.json"),
            icon: self.site.url("/icon.svg"),
            launch_v1p1: self.site.url("/lti/v1p1/launch"),
        }
    }

    /// The same for one platform, `id` here: its key set has an address of its own, so that we see who fetches it.
    #[must_use]
    pub fn tool_for(&self, id: &str) -> Tool {
        let tool = self.tool();
        Tool { keys: format!("{}?platform={id}", tool.keys), ..tool }
    }
}

//! Deep Linking 2.0: what a platform asks a teacher to choose, what it takes, and the answer we sign. Pure.

mod request;
mod response;
mod takes;
#[cfg(test)]
mod tests;

pub use request::DeepLinkingRequest;
pub use response::{Answer, Frame, ItemLineItem, ResourceLinkItem, Response, Span, SubmissionReview, Window, response};
pub use takes::{Takes, Then};

/// Prefix of Deep Linking's own claims.
const DL: &str = "https://purl.imsglobal.org/spec/lti-dl/claim/";
/// The claim that holds what is asked for.
pub const SETTINGS: &str = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings";
/// Where in Canvas the button was.
pub const PLACEMENT: &str = "https://www.instructure.com/placement";
/// The one type of content item we make.
pub const RESOURCE_LINK: &str = "ltiResourceLink";

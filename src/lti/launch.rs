//! A launch that passed every check.

use std::collections::BTreeMap;

use url::form_urlencoded;

use super::{
    claims::{self, AgsEndpoint, Context, NrpsEndpoint, Person, Presentation, ResourceLink, ToolPlatform},
    deep_linking::DeepLinkingRequest,
    error::Check,
    notice::{self, NoticeService},
    platform::{self, PlatformProfile},
    review::ReviewOf,
    roles::{Roles, Standing},
    target,
    v1p1::{Method, migration},
};

/// Names of the custom parameter that lists earlier courses; we ask for the first.
const HISTORY: [&str; 2] = ["context_id_history", "context_history"];

/// What the platform asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageType {
    /// Open a resource.
    ResourceLink,
    /// Choose content for the course.
    DeepLinking,
    /// Look at a learner's submission.
    SubmissionReview,
}

impl MessageType {
    /// Reads the `message_type` claim.
    #[must_use]
    pub fn parse(text: &str) -> Option<MessageType> {
        match text {
            "LtiResourceLinkRequest" => Some(MessageType::ResourceLink),
            "LtiDeepLinkingRequest" => Some(MessageType::DeepLinking),
            "LtiSubmissionReviewRequest" => Some(MessageType::SubmissionReview),
            _ => None,
        }
    }
}

/// Where one user's grade for one link goes by Basic Outcomes.
#[derive(Clone, PartialEq, Eq)]
pub struct OutcomesEndpoint {
    /// Where messages go.
    pub service_url: String,
    /// The platform's name for user and link together; opaque, on Moodle JSON.
    pub sourced_id: String,
    /// How the platform signs, and expects us to.
    pub method: Method,
}

impl std::fmt::Debug for OutcomesEndpoint {
    /// Without the sourced id: it names the user.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OutcomesEndpoint({}, {})", self.service_url, self.method.name())
    }
}

/// Proof of a good launch: only [`super::validate()`] and [`super::v1p1::launch`] make one.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The platform.
    pub issuer: String,
    /// We, as the platform knows us.
    pub client_id: String,
    /// The deployment; whether it is one of ours is the caller's next question.
    pub deployment_id: String,
    /// The user; none on an anonymous launch.
    pub sub: Option<String>,
    /// The user's data, as far as shared.
    pub person: Person,
    /// The user's roles.
    pub roles: Roles,
    /// What is asked for.
    pub message: MessageType,
    /// The page to open, one of ours.
    pub target_link_uri: String,
    /// The course.
    pub context: Option<Context>,
    /// The place in the course.
    pub resource_link: Option<ResourceLink>,
    /// What is to be chosen; there if, and only if, the message is [`MessageType::DeepLinking`].
    pub deep_linking: Option<DeepLinkingRequest>,
    /// Whose work is to be shown; there if the message is [`MessageType::SubmissionReview`], and where a plain launch asks for it.
    pub review: Option<ReviewOf>,
    /// Custom parameters that have a value.
    pub custom: BTreeMap<String, String>,
    /// The grade service.
    pub ags: Option<AgsEndpoint>,
    /// The roster service.
    pub nrps: Option<NrpsEndpoint>,
    /// Where we ask to be told of copied courses.
    pub notices: Option<NoticeService>,
    /// LTI 1.1's grade service, for this user and link.
    pub outcomes: Option<OutcomesEndpoint>,
    /// Who and what this was in LTI 1.1, as claimed.
    pub migration: Option<migration::Claim>,
    /// How it is shown.
    pub presentation: Presentation,
    /// The product.
    pub tool_platform: ToolPlatform,
    /// BCP 47 tag: the user's, else the presentation's.
    pub locale: Option<String>,
    /// What was checked, in order.
    pub passed: Vec<Check>,
    pub(super) _proof: Proof,
}

/// Cannot be made outside [`crate::lti`].
#[derive(Debug, Clone)]
pub(super) struct Proof;

impl Launch {
    /// The platform's rules.
    #[must_use]
    pub fn profile(&self) -> &'static PlatformProfile {
        platform::profile(self.tool_platform.family_code.as_deref(), &self.issuer)
    }

    /// What the user is here.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.roles.standing()
    }

    /// May this user's work become a grade? Not for test students, masquerading staff or nobody.
    #[must_use]
    pub fn is_gradable(&self) -> bool {
        self.sub.is_some() && self.roles.is_gradable() && self.masquerader().is_none()
    }

    /// The member of staff who acts as this user (Canvas's "Act as"), told by a custom parameter.
    #[must_use]
    pub fn masquerader(&self) -> Option<&str> {
        self.custom.iter().find(|(name, _)| name.to_ascii_lowercase().ends_with("masquerading_user_id")).map(|(_, who)| who.as_str())
    }

    /// The content id to open: `to` of the target's query, else `to` of custom; none means the course's front page.
    #[must_use]
    pub fn wanted_content(&self) -> Option<String> {
        target::content_id(&self.target_link_uri).or_else(|| self.custom.get("to").cloned())
    }

    /// The courses this one was copied from, as the platform tells in a custom parameter: nearest first, each id encoded as in an address.
    #[must_use]
    pub fn context_history(&self) -> Vec<String> {
        let Some(list) = HISTORY.iter().find_map(|name| self.custom.get(*name)) else { return Vec::new() };
        let own = self.context.as_ref().map(|c| c.id.as_str());
        let mut found: Vec<String> = Vec::new();
        for part in list.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            // No plus stands for a space here.
            let pair = format!("id={}", part.replace('+', "%2B"));
            let Some((_, id)) = form_urlencoded::parse(pair.as_bytes()).next() else { continue };
            if claims::is_id(&id) && own != Some(&*id) && !found.iter().any(|f| *f == *id) && found.len() < notice::MOST_ORIGINS {
                found.push(id.into_owned());
            }
        }
        found
    }

    /// The resource link, unless it is the course in disguise: Canvas launches course navigation with the course's id.
    #[must_use]
    pub fn own_resource_link(&self) -> Option<&ResourceLink> {
        let link = self.resource_link.as_ref()?;
        (self.context.as_ref().map(|c| c.id.as_str()) != Some(link.id.as_str())).then_some(link)
    }
}

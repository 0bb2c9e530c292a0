//! What a launch leaves behind, as the store keeps it: course, link, person, session.

use super::{
    App,
    accept_launch::{SessionData, json, role_name},
    content,
    refusal::Reason,
    review::Review,
    study::LinkSettings,
};
use crate::{
    ids,
    lti::{Launch, claims::Context, platform::Progress},
    store::{
        context::ResourceLink,
        launch::{ContextClaim, LaunchRecord, LearnerClaim, LinkClaim},
        registration::Registration,
    },
};

impl App {
    /// `review`: whose work is shown; the link is the one it was done by then, as it was, whatever the launch calls itself.
    pub(super) fn record(
        &self,
        launch: &Launch,
        registration: &Registration,
        token: &str,
        embedders: &[String],
        review: Option<&Review>,
        now: i64,
    ) -> Result<LaunchRecord, Reason> {
        let course = self.course();
        let ags = launch.ags.as_ref();
        let target = launch.wanted_content().filter(|id| content::page(&course, id).is_some());
        let data = SessionData {
            return_url: launch.presentation.return_url.clone(),
            locale: launch.locale.clone(),
            embedders: embedders.to_vec(),
            takes_grades: launch.outcomes.is_some() || ags.is_some_and(|a| a.line_item.is_some() || a.line_items.is_some()),
            names_target: target.is_some(),
            announces: ags.is_some() && launch.profile().progress == Progress::InProgress,
            resizes: launch.profile().canvas_submission,
        };
        let context = course_of(launch);
        let of_launch = || {
            let link = launch.own_resource_link();
            LinkClaim {
                lms_id: link.map(|l| l.id.clone()).unwrap_or_default(),
                title: link.and_then(|l| l.title.clone()).unwrap_or_default(),
                target: target.unwrap_or_default(),
                lineitem: ags.and_then(|a| a.line_item.clone()).or_else(|| launch.outcomes.as_ref().map(|o| o.service_url.clone())),
                ags_scopes: json(&ags.map(|a| a.scopes.clone()).unwrap_or_default()),
                settings: json(&LinkSettings::from_custom(&launch.custom)),
            }
        };
        Ok(LaunchRecord {
            tenant_id: registration.tenant_id.clone(),
            registration_id: registration.id.clone(),
            deployment_id: String::new(),
            context: ContextClaim {
                lms_id: context.id,
                label: context.label.unwrap_or_default(),
                title: context.title.unwrap_or_default(),
                lineitems_url: ags.and_then(|a| a.line_items.clone()),
                memberships_url: launch.nrps.as_ref().map(|n| n.memberships_url.clone()),
                history: launch.context_history(),
            },
            link: review.and_then(|r| r.link.as_ref()).map_or_else(of_launch, known),
            learner: person_of(launch)?,
            role: role_name(launch.standing()).to_owned(),
            roles: json(&launch.roles.raw().to_vec()),
            gradable: launch.is_gradable(),
            session_hash: ids::timed_hash(token),
            session_data: json(&data),
            expires_at: now + self.session_life,
        })
    }
}

/// A link of ours as it is.
fn known(link: &ResourceLink) -> LinkClaim {
    LinkClaim {
        lms_id: link.lms_id.clone(),
        title: link.title.clone(),
        target: link.target.clone(),
        lineitem: link.lineitem.clone(),
        ags_scopes: link.ags_scopes.clone(),
        settings: String::new(),
    }
}

/// The id of the course of a link whose platform names none: two teachers of such links must not see each other's class.
pub(super) fn nameless_course(link_id: &str) -> String {
    format!("link:{link_id}")
}

pub(super) fn course_of(launch: &Launch) -> Context {
    let link = launch.resource_link.as_ref().map(|l| l.id.as_str()).unwrap_or_default();
    launch.context.clone().unwrap_or_else(|| Context { id: nameless_course(link), ..Context::default() })
}

/// The person as the platform names them. Staff who act as somebody work under a handle of their own: what they read, answer or
/// spend is not that person's. An anonymous launch gets a random handle.
fn person_of(launch: &Launch) -> Result<LearnerClaim, openssl::error::ErrorStack> {
    let (sub, name) = match (&launch.sub, launch.masquerader()) {
        (Some(sub), None) => (sub.clone(), launch.person.name.clone()),
        (Some(sub), Some(who)) => {
            let handle = format!("acting-{}", &ids::sha256_hex(format!("{who}\n{sub}").as_bytes())[..32]);
            (handle, launch.person.name.as_ref().map(|name| format!("{name} (staff acting as)")))
        }
        (None, _) => (format!("anonymous-{}", ids::random_token(16)?), launch.person.name.clone()),
    };
    Ok(LearnerClaim {
        sub,
        name,
        given_name: launch.person.given_name.clone(),
        family_name: launch.person.family_name.clone(),
        email: launch.person.email.clone(),
        locale: launch.locale.clone(),
    })
}

//! What a delivery needs to know, read at once.

use super::{Courier, GradeService};
use crate::{
    learning::delivery::Known,
    lti::{
        ags::SCOPE_RESULT,
        jose::SigningKey,
        platform::{self, PlatformProfile},
    },
    services::tokens::Platform,
    store::{
        StoreError,
        context::{self, Context, ResourceLink},
        learner::{self, Learner},
        ledger::{self, Ledger},
        outbox::Message,
        registration::{self, Registration},
    },
};

/// One message's surroundings.
pub(in crate::app) struct Case {
    pub(in crate::app) registration: Registration,
    pub(in crate::app) context: Context,
    pub(in crate::app) link: ResourceLink,
    pub(super) learner: Learner,
    pub(super) ledger: Option<Ledger>,
    pub(super) service: GradeService,
}

impl Courier {
    /// None when any of it is gone.
    pub(super) async fn load(&self, message: &Message) -> Result<Option<Case>, StoreError> {
        let mut tx = self.store().read().await?;
        let Some(link) = context::link(&mut tx, &message.resource_link_id).await? else { return Ok(None) };
        let Some(context) = context::find(&mut tx, &link.context_id).await? else { return Ok(None) };
        let Some(learner) = learner::find(&mut tx, &message.learner_id).await? else { return Ok(None) };
        // The person's, not the message's: their site may have moved from LTI 1.1 to 1.3 since.
        let Some(registration) = registration::find(&mut tx, &learner.registration_id).await? else { return Ok(None) };
        let service = GradeService::of(self, &mut tx, &registration, &link.id, &learner.id).await?;
        let ledger = ledger::find(&mut tx, &message.resource_link_id, &message.learner_id, message.slot).await?;
        Ok(Some(Case { registration, context, link, learner, ledger, service }))
    }
}

impl Case {
    pub(in crate::app) fn profile(&self) -> &'static PlatformProfile {
        match self.service {
            GradeService::Ags => platform::by_key(&self.registration.family),
            GradeService::Outcomes(_) => &platform::OUTCOMES,
        }
    }

    pub(in crate::app) fn platform<'a>(&'a self, key: &'a SigningKey) -> Platform<'a> {
        platform_of(&self.registration, key)
    }

    /// Did the platform grant this scope? The claim says so; a platform that lists none is not believed to mean none.
    pub(super) fn may(&self, scope: &str) -> bool {
        let scopes: Vec<String> = serde_json::from_str(&self.link.ags_scopes).unwrap_or_default();
        scopes.iter().any(|s| s == scope)
    }

    pub(super) fn may_read_results(&self) -> bool {
        // Basic Outcomes has no scopes: who does not let us read says so.
        matches!(self.service, GradeService::Outcomes(_)) || self.may(SCOPE_RESULT)
    }

    pub(super) fn known(&self) -> Known {
        let Some(ledger) = &self.ledger else { return Known::default() };
        Known {
            sent: ledger.in_doubt || ledger.accepted_at.is_some(),
            sent_score: ledger.sent_score,
            sent_submitted_at: ledger.sent_submitted_at,
            sent_submission: ledger.sent_submission.clone(),
            accepted_score: ledger.accepted_score,
            replaces: false,
        }
    }
}

pub(in crate::app) fn platform_of<'a>(registration: &'a Registration, key: &'a SigningKey) -> Platform<'a> {
    Platform {
        registration_id: &registration.id,
        client_id: &registration.client_id,
        token_url: &registration.token_url,
        audience: registration.token_audience.as_deref(),
        key,
    }
}

//! Which grade service a score goes to: Assignment and Grade Services, or Basic Outcomes where the platform speaks LTI 1.1.

use super::{Case, Courier};
use crate::{
    app::v1p1_keys,
    lti::{
        ags::{ResultItem, Score},
        jose::SigningKey,
        v1p1::{self, Method},
    },
    services::{ags::AgsError, http::Answer, outcomes::Place},
    store::{StoreError, Tx, outcome_place, registration::Registration},
};

/// The grade service of one message.
#[derive(Debug)]
pub(in crate::app) enum GradeService {
    /// By the link's line item.
    Ags,
    /// By the cell that the person's launch named; none when none did.
    Outcomes(Option<Box<Place>>),
}

impl GradeService {
    /// The service for one person on one link.
    pub(super) async fn of(courier: &Courier, tx: &mut Tx, r: &Registration, link: &str, learner: &str) -> Result<Self, StoreError> {
        if r.issuer != v1p1::ISSUER {
            return Ok(Self::Ags);
        }
        let Some(place) = outcome_place::find(tx, link, learner).await? else { return Ok(Self::Outcomes(None)) };
        let secret = match v1p1_keys::secret(tx, &courier.master, &r.id).await {
            Ok(secret) => secret,
            Err(v1p1_keys::SecretError::Store(error)) => return Err(error),
            Err(error) => {
                tracing::error!(code = "secret_sealed", %error, "no score can be sent with this consumer key");
                None
            }
        };
        let place = secret.map(|secret| {
            Box::new(Place {
                method: Method::parse(&place.method).unwrap_or(Method::HmacSha1),
                service_url: place.service_url,
                sourced_id: place.sourced_id,
                key: r.client_id.clone(),
                secret,
            })
        });
        Ok(Self::Outcomes(place))
    }
}

impl Courier {
    /// Sends a score. Whatever the platform answers is an answer.
    pub(super) async fn post_score(&self, case: &Case, key: &SigningKey, line_item: &str, score: &Score) -> Result<Answer, AgsError> {
        match &case.service {
            GradeService::Ags => self.ags().post_score(&case.platform(key), line_item, score).await,
            GradeService::Outcomes(Some(place)) => {
                let given = score.score_given.unwrap_or_default() / score.score_maximum.filter(|m| *m > 0.0).unwrap_or(100.0);
                self.outcomes.replace(place, 100.0 * given).await
            }
            GradeService::Outcomes(None) => Err(AgsError::Unreadable("no cell of the grade book is known".to_owned())),
        }
    }

    /// What the grade book shows of this person.
    pub(super) async fn result(&self, case: &Case, key: &SigningKey, line_item: &str) -> Result<Option<ResultItem>, AgsError> {
        match &case.service {
            GradeService::Ags => Ok(self.ags().results(&case.platform(key), line_item, Some(&case.learner.sub)).await?.into_iter().next()),
            GradeService::Outcomes(Some(place)) => self.outcomes.read(place, &case.learner.sub).await.map(Some),
            GradeService::Outcomes(None) => Err(AgsError::Unreadable("no cell of the grade book is known".to_owned())),
        }
    }
}

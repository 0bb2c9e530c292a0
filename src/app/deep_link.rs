//! Choosing content for a course: what a platform asked for stays with the session, and the answer is signed once.

use super::{App, AppError, refusal::Reason, visit::Visit};
use crate::{
    ids,
    lti::{
        Launch,
        deep_linking::{Answer, DeepLinkingRequest, Response, Takes, response},
        platform::{self, GENERIC, PlatformProfile},
        roles::Standing,
    },
    store::{
        Durability, Tx,
        deep_linking::{self, PendingRequest},
        registration::{self, Registration},
    },
};

/// A teacher who chooses.
#[derive(Debug, Clone)]
pub struct Picker {
    /// What was asked for.
    pub request: DeepLinkingRequest,
    /// What is taken there.
    pub takes: Takes,
    /// The platform's name, as an administrator gave it.
    pub platform: String,
}

/// An answer on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedAnswer {
    /// What is posted, as the field `JWT`.
    pub jwt: String,
    /// Where.
    pub return_url: String,
    /// The same for a content security policy.
    pub return_source: String,
}

/// Whether this launch may choose content: only a teacher, only an answer that goes home, only where links are taken.
pub(super) fn may_choose(launch: &Launch, request: &DeepLinkingRequest, registration: &Registration) -> Result<(), Reason> {
    if launch.standing() != Standing::Teacher {
        return Err(Reason::ChoosingIsForTeachers);
    }
    let endpoints = [&registration.issuer, &registration.auth_url, &registration.token_url, &registration.jwks_url];
    if !request.returns_home(launch, &endpoints.map(String::as_str)) {
        return Err(Reason::ForeignReturn(request.return_url.chars().take(200).collect()));
    }
    let known = platform::by_key(&registration.family);
    let profile = if known.key == GENERIC.key { launch.profile() } else { known };
    if Takes::of(request, profile).links { Ok(()) } else { Err(Reason::NoLinksTaken) }
}

impl App {
    /// What the visitor may choose from, if the visit is for choosing and nothing was answered yet.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for every other visit, [`AppError::AnsweredBefore`] when it is done.
    pub async fn picker(&self, visit: &Visit) -> Result<Picker, AppError> {
        let mut tx = self.store.read().await?;
        let pending = deep_linking::find(&mut tx, &visit.session.id_hash).await?.ok_or(AppError::NotFound)?;
        if pending.answered_at.is_some() {
            return Err(AppError::AnsweredBefore);
        }
        let registration = registration::find(&mut tx, &pending.registration_id).await?.ok_or(AppError::NotFound)?;
        let request = request_of(&pending)?;
        let profile: &PlatformProfile = platform::by_key(&registration.family);
        Ok(Picker { takes: Takes::of(&request, profile), request, platform: registration.name })
    }

    /// Signs the visitor's answer. Whoever comes second gets nothing: platforms would add everything again.
    ///
    /// # Errors
    /// As [`App::picker`]; and when our key does not open.
    pub async fn answer_deep_linking(&self, visit: &Visit, answer: &Answer) -> Result<SignedAnswer, AppError> {
        let key = self.grade_books.signing_key().await?;
        let (session, now) = (visit.session.id_hash.clone(), self.now());
        let taken = self.store.write(Durability::Full, async move |tx: &mut Tx| {
            let pending = deep_linking::answer(tx, &session, now).await?;
            match pending {
                Some(pending) => Ok::<_, AppError>(registration::find(tx, &pending.registration_id).await?.map(|r| (pending, r))),
                None => Ok(None),
            }
        });
        let Some((pending, registration)) = taken.await? else {
            // Says why.
            self.picker(visit).await?;
            return Err(AppError::NotFound);
        };
        let request = request_of(&pending)?;
        let who = Response {
            client_id: &registration.client_id,
            issuer: &registration.issuer,
            deployment_id: &pending.deployment,
            nonce: &ids::random_token(24)?,
            now: now / 1000,
        };
        let jwt = key.sign(&response(&who, &request, answer)).map_err(super::tool_keys::KeyError::from)?;
        Ok(SignedAnswer { jwt, return_source: request.return_source().unwrap_or_default(), return_url: request.return_url })
    }
}

fn request_of(pending: &PendingRequest) -> Result<DeepLinkingRequest, AppError> {
    serde_json::from_str(&pending.request).map_err(|source| AppError::Unreadable { what: "deep linking request", source })
}

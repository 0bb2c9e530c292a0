//! The short way into a session: while a platform's registration is remembered and its keys are at hand, a launch is one write.
//!
//! The token is checked in full first. What the long way reads beforehand and compares (the login with its nonce, its browser and
//! its target, the registration) is compared here by the write itself, which consumes the login or does nothing at all. Whatever
//! does not fit goes the long way, which reads everything and says what is wrong.

use serde_json::Value;

use super::{
    App,
    accept_launch::{Accepted, LaunchPost, Proof},
    begin_login::open_for_business,
    refusal::{Asking, Reason},
};
use crate::{
    ids,
    lti::{MessageType, id_token::Unverified},
    store::login_state::LoginState,
};

impl App {
    /// None: ask again the long way.
    pub(super) async fn accept_remembered(
        &self,
        token: Unverified<'_>,
        post: LaunchPost<'_>,
        asking: &mut Asking,
    ) -> Result<Option<Accepted>, Reason> {
        let Proof::Cookie(Some(proof)) = post.proof else { return Ok(None) };
        let (issuer, now) = (token.issuer().unwrap_or_default(), self.now());
        let mut audiences = token.audiences().into_iter().take(4);
        let Some(registration) = audiences.find_map(|client_id| self.remembered.find(issuer, client_id, now)) else { return Ok(None) };
        if open_for_business(&registration).is_err() {
            return Ok(None);
        }
        let Some(keys) = self.key_sets.at_hand(&registration.jwks_url, token.kid()).await else { return Ok(None) };
        let Ok(verified) = token.verify(&keys) else { return Ok(None) };
        let claim = |name: &str| verified.claims().get(name).and_then(Value::as_str).unwrap_or_default();
        // The login that this token would answer.
        let login = LoginState {
            state_hash: ids::timed_hash(post.state),
            tenant_id: registration.tenant_id.clone(),
            registration_id: registration.id.clone(),
            nonce_hash: ids::sha256_hex(claim("nonce").as_bytes()),
            browser_hash: ids::sha256_hex(proof.as_bytes()),
            storage_target: None,
            target_link_uri: claim("https://purl.imsglobal.org/spec/lti/claim/target_link_uri").to_owned(),
            created_at: now,
            expires_at: now,
        };
        let Ok(launch) = self.validated(&verified, &registration, &login) else { return Ok(None) };
        if launch.message != MessageType::ResourceLink {
            return Ok(None);
        }
        asking.tenant_id = Some(registration.tenant_id.clone());
        match self.open(&launch, &registration, login, post, Some(registration.updated_at)).await {
            Ok(accepted) => Ok(Some(accepted)),
            Err(Reason::NoLogin) => Ok(None),
            Err(why) => {
                asking.back = launch.presentation.return_url;
                Err(why)
            }
        }
    }
}

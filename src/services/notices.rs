//! Platform Notification Service over HTTP: where notices go.

use serde_json::json;
use url::Url;

use super::{
    ServiceError,
    calls::Calls,
    http::{Client, Request},
    tokens::{Platform, Tokens},
};
use crate::lti::{ags::BadUrl, notice::SCOPE_NOTICES};

/// The client. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Notices(Calls);

impl Notices {
    /// Over these.
    #[must_use]
    pub fn new(http: Client, tokens: Tokens) -> Notices {
        Notices(Calls::new(http, tokens))
    }

    /// Has notices of a type sent to an address of ours. A platform keeps one for each type.
    ///
    /// # Errors
    /// When the platform does not take it.
    pub async fn subscribe(
        &self,
        platform: &Platform<'_>,
        service_url: &str,
        notice_type: &str,
        handler: &str,
    ) -> Result<(), ServiceError> {
        let url = Url::parse(service_url).map_err(|_| BadUrl(service_url.chars().take(200).collect()))?;
        let body = json!({ "notice_type": notice_type, "handler": handler }).to_string();
        let request = Request::put(&url, "application/json", body.into_bytes()).accept("application/json");
        let answer = self.0.call(platform, &[SCOPE_NOTICES], request).await?;
        if answer.is_success() { Ok(()) } else { Err(ServiceError::Answered(Box::new(answer))) }
    }
}

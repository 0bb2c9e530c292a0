//! Calls with a token: one fresh token after a 401, pages with an end.

use std::collections::HashSet;

use url::Url;

use super::{
    http::{Answer, Client, HttpError, Request},
    tokens::{Platform, TokenFault, Tokens},
};
use crate::lti::ags::BadUrl;

/// Why a platform's service gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// An address of the platform's is none.
    #[error(transparent)]
    Address(#[from] BadUrl),
    /// No token.
    #[error(transparent)]
    Token(#[from] TokenFault),
    /// No answer.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// An answer that is no success.
    #[error("the platform answered {}", .0.status)]
    Answered(Box<Answer>),
    /// A success that is not what was asked for.
    #[error("the platform's answer cannot be read: {0}")]
    Unreadable(String),
    /// Pages that lead nowhere.
    #[error("the platform's pages do not end, or lead to another host")]
    Paging,
}

/// How much is read at most.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paging {
    /// Of one page.
    pub(super) bytes: usize,
    /// How many pages.
    pub(super) pages: usize,
}

/// The client that all services share. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Calls {
    http: Client,
    tokens: Tokens,
}

impl Calls {
    pub(super) fn new(http: Client, tokens: Tokens) -> Calls {
        Calls { http, tokens }
    }

    pub(super) fn client(&self) -> &Client {
        &self.http
    }

    /// Reads all pages from `first` on; `read` makes a page's body its items.
    pub(super) async fn pages<T>(
        &self,
        platform: &Platform<'_>,
        scope: &str,
        media_type: &str,
        first: Url,
        most: Paging,
        read: impl Fn(&[u8]) -> Result<Vec<T>, String>,
    ) -> Result<Vec<T>, ServiceError> {
        let (origin, mut seen, mut items) = (first.origin(), HashSet::new(), Vec::new());
        let mut next = Some(first);
        while let Some(url) = next {
            // The token belongs to this host; a page elsewhere would carry it away.
            if url.origin() != origin || seen.len() >= most.pages || !seen.insert(url.to_string()) {
                return Err(ServiceError::Paging);
            }
            let answer = self.call(platform, &[scope], Request::get(&url).accept(media_type).limit(most.bytes)).await?;
            if !answer.is_success() {
                return Err(ServiceError::Answered(Box::new(answer)));
            }
            items.extend(read(&answer.body).map_err(ServiceError::Unreadable)?);
            next = match &answer.next {
                Some(target) => Some(url.join(target).map_err(|_| ServiceError::Paging)?),
                None => None,
            };
        }
        Ok(items)
    }

    /// Calls with a token; if the platform no longer takes it, once more with a fresh one.
    pub(super) async fn call(&self, platform: &Platform<'_>, scopes: &[&str], request: Request<'_>) -> Result<Answer, ServiceError> {
        let token = self.tokens.get(platform, scopes).await?;
        let answer = self.http.send(request.clone().bearer(&token)).await?;
        if answer.status != 401 {
            return Ok(answer);
        }
        self.tokens.forget(platform, scopes, &token).await;
        let token = self.tokens.get(platform, scopes).await?;
        Ok(self.http.send(request.bearer(&token)).await?)
    }
}

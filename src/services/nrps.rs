//! Names and Role Provisioning Services over HTTP.

use std::collections::BTreeMap;

use super::{
    ServiceError,
    calls::{Calls, Paging},
    http::Client,
    tokens::{Platform, Tokens},
};
use crate::lti::nrps::{self, MEMBERS_TYPE, Member, SCOPE_MEMBERS};

/// Ten thousand members in one piece, or in Canvas's pages of 50.
const PAGES: Paging = Paging { bytes: 8 * 1024 * 1024, pages: 400 };

/// The client. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Nrps(Calls);

impl Nrps {
    /// Over these.
    #[must_use]
    pub fn new(http: Client, tokens: Tokens) -> Nrps {
        Nrps(Calls::new(http, tokens))
    }

    /// Everybody in the course, page after page. A person whom two pages name counts once, as the later page says.
    ///
    /// # Errors
    /// When the roster cannot be read to its end: half a roster would make the other half look gone.
    pub async fn members(
        &self,
        platform: &Platform<'_>,
        memberships_url: &str,
        page_size: Option<u32>,
    ) -> Result<Vec<Member>, ServiceError> {
        let first = nrps::members_url(memberships_url, page_size)?;
        let read = |page: &[u8]| nrps::members(page).ok_or_else(|| "this is no membership container".to_owned());
        let members = self.0.pages(platform, SCOPE_MEMBERS, MEMBERS_TYPE, first, PAGES, read).await?;
        let by_id: BTreeMap<String, Member> = members.into_iter().map(|m| (m.user_id.clone(), m)).collect();
        Ok(by_id.into_values().collect())
    }
}

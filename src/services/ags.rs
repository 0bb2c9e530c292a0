//! Assignment and Grade Services over HTTP: exact media types, paging with an end, one fresh token after a 401.

use serde_json::Value;
use url::Url;

use super::{
    calls::{Calls, Paging},
    http::{Answer, Client, Request},
    tokens::{Platform, Tokens},
};
use crate::lti::ags::{
    self, BadUrl, LINE_ITEM_TYPE, LINE_ITEMS_TYPE, LineItem, RESULTS_TYPE, ResultItem, SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ, SCOPE_RESULT,
    SCOPE_SCORE, SCORE_TYPE, Score,
};

/// A large class's results in one piece: Moodle cannot page.
const PAGES: Paging = Paging { bytes: 4 * 1024 * 1024, pages: 100 };

/// What grade services fail with.
pub type AgsError = super::ServiceError;

/// Which line item is looked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// The platform's id of the link.
    pub resource_link_id: Option<&'a str>,
    /// Our id of the content.
    pub resource_id: Option<&'a str>,
    /// Our word for the purpose.
    pub tag: Option<&'a str>,
}

/// The client. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Ags {
    calls: Calls,
}

impl Ags {
    /// Over these.
    #[must_use]
    pub fn new(http: Client, tokens: Tokens) -> Ags {
        Ags { calls: Calls::new(http, tokens) }
    }

    /// What it calls with.
    #[must_use]
    pub fn client(&self) -> &Client {
        self.calls.client()
    }

    /// Posts a score. Whatever the platform answers is an answer; what it means is its profile's business.
    ///
    /// # Errors
    /// When there is no answer. [`super::http::HttpError::is_in_doubt`] tells whether the score may have arrived.
    pub async fn post_score(&self, platform: &Platform<'_>, line_item: &str, score: &Score) -> Result<Answer, AgsError> {
        let url = ags::scores_url(line_item)?;
        self.calls.call(platform, &[SCOPE_SCORE], Request::post(&url, SCORE_TYPE, json(score)?)).await
    }

    /// Reads what the grade book shows, of one learner or of all.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn results(&self, platform: &Platform<'_>, line_item: &str, user_id: Option<&str>) -> Result<Vec<ResultItem>, AgsError> {
        let items = self.calls.pages(platform, SCOPE_RESULT, RESULTS_TYPE, ags::results_url(line_item, user_id)?, PAGES, list).await?;
        // A platform that ignores the filter is not believed about the others.
        Ok(items.into_iter().filter_map(result).filter(|r| user_id.is_none_or(|user| r.user_id == user)).collect())
    }

    /// Lists line items.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn line_items(
        &self,
        platform: &Platform<'_>,
        line_items: &str,
        wanted: Wanted<'_>,
        may_write: bool,
    ) -> Result<Vec<LineItem>, AgsError> {
        let mut url = address(line_items)?;
        let filters = [("resource_link_id", wanted.resource_link_id), ("resource_id", wanted.resource_id), ("tag", wanted.tag)];
        for (name, value) in filters {
            if let Some(value) = value {
                url.query_pairs_mut().append_pair(name, value);
            }
        }
        let scope = if may_write { SCOPE_LINE_ITEM } else { SCOPE_LINE_ITEM_READ };
        let items = self.calls.pages(platform, scope, LINE_ITEMS_TYPE, url, PAGES, list).await?;
        let matches = |found: &Option<String>, wanted: Option<&str>| wanted.is_none_or(|w| found.as_deref() == Some(w));
        Ok(items
            .into_iter()
            .filter_map(|item| serde_json::from_value::<LineItem>(item).ok())
            .filter(|i| {
                matches(&i.resource_link_id, wanted.resource_link_id)
                    && matches(&i.resource_id, wanted.resource_id)
                    && matches(&i.tag, wanted.tag)
            })
            .collect())
    }

    /// Makes a line item and gives it with its id. Nothing there is unique, so look first, and let nobody else make one meanwhile.
    ///
    /// # Errors
    /// When the platform makes none.
    pub async fn create_line_item(&self, platform: &Platform<'_>, line_items: &str, item: &LineItem) -> Result<LineItem, AgsError> {
        let url = address(line_items)?;
        let request = Request::post(&url, LINE_ITEM_TYPE, json(item)?).accept(LINE_ITEM_TYPE);
        let answer = self.calls.call(platform, &[SCOPE_LINE_ITEM], request).await?;
        if !answer.is_success() {
            return Err(AgsError::Answered(Box::new(answer)));
        }
        let made: LineItem = serde_json::from_slice(&answer.body).map_err(|e| AgsError::Unreadable(e.to_string()))?;
        if made.id.is_some() { Ok(made) } else { Err(AgsError::Unreadable("a line item without `id`".into())) }
    }

    /// Removes a line item. On Moodle this also removes an activity's own column: only [`super::test_column`] may ask, for what it made.
    pub(super) async fn delete_line_item(&self, platform: &Platform<'_>, line_item: &str) -> Result<Answer, AgsError> {
        let url = address(line_item)?;
        self.calls.call(platform, &[SCOPE_LINE_ITEM], Request::delete(&url)).await
    }
}

fn address(text: &str) -> Result<Url, BadUrl> {
    Url::parse(text).map_err(|_| BadUrl(text.chars().take(200).collect()))
}

fn list(page: &[u8]) -> Result<Vec<Value>, String> {
    serde_json::from_slice(page).map_err(|e| e.to_string())
}

fn json(value: &impl serde::Serialize) -> Result<Vec<u8>, AgsError> {
    serde_json::to_vec(value).map_err(|e| AgsError::Unreadable(e.to_string()))
}

/// One result; a user id that came as a number is read as text.
fn result(mut item: Value) -> Option<ResultItem> {
    if let Some(number) = item.get("userId").and_then(Value::as_i64) {
        item["userId"] = Value::String(number.to_string());
    }
    serde_json::from_value(item).ok()
}

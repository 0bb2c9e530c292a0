//! A column of our own in a grade book, made to see whether that works, and removed again.
//!
//! Removing is dangerous: Moodle's DELETE takes an activity's own column too. So what is removed is told by a name that nobody else can
//! have given, a fresh id in `resourceId`, and by an address that was not there before.

use url::Url;

use super::{
    ags::{Ags, AgsError, Wanted},
    http::Answer,
    tokens::Platform,
};
use crate::{
    ids,
    lti::ags::{LineItem, Score},
};

/// Tag of such columns.
pub const TEST_TAG: &str = "courseferry-test";

/// One that this run made.
#[derive(Debug)]
pub struct TestColumn {
    /// Its name in the grade book.
    pub label: String,
    line_items: String,
    mark: String,
    /// Its address, if the platform told it.
    address: Option<String>,
    /// Addresses that were there before: never ours to remove.
    before: Vec<String>,
    /// Is it there, or may it be?
    may_exist: bool,
}

impl TestColumn {
    /// Makes one. `Err` with a column: the platform may have made it and did not say so; it has to be removed all the same.
    ///
    /// # Errors
    /// When the platform makes none.
    pub async fn make(ags: &Ags, platform: &Platform<'_>, line_items: &str) -> Result<TestColumn, (AgsError, TestColumn)> {
        let mark = ids::new_id();
        let label = format!("Connection test {} (can be deleted)", &mark[mark.len() - 6..]);
        let mut column = TestColumn {
            label: label.clone(),
            line_items: line_items.to_owned(),
            mark: mark.clone(),
            address: None,
            before: Vec::new(),
            may_exist: false,
        };
        match ags.line_items(platform, line_items, Wanted::default(), true).await {
            Ok(items) => column.before = items.into_iter().filter_map(|i| i.id).collect(),
            Err(error) => return Err((error, column)),
        }
        let item = LineItem {
            id: None,
            label,
            score_maximum: 100.0,
            resource_id: Some(mark),
            tag: Some(TEST_TAG.to_owned()),
            resource_link_id: None,
            other: serde_json::Map::new(),
        };
        match ags.create_line_item(platform, line_items, &item).await {
            Ok(made) => (column.may_exist, column.address) = (true, made.id.filter(|id| column.may_be_ours(id))),
            Err(error) => {
                column.may_exist = is_doubtful(&error);
                return Err((error, column));
            }
        }
        match column.address {
            Some(_) => Ok(column),
            None => Err((AgsError::Unreadable("the line item's address is not one of a new line item".into()), column)),
        }
    }

    /// Sends a score into it. For nobody real: that is the caller's part.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn score(&self, ags: &Ags, platform: &Platform<'_>, score: &Score) -> Result<Answer, AgsError> {
        ags.post_score(platform, self.address.as_deref().unwrap_or_default(), score).await
    }

    /// Reads its results; gives how many.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn results(&self, ags: &Ags, platform: &Platform<'_>) -> Result<usize, AgsError> {
        Ok(ags.results(platform, self.address.as_deref().unwrap_or_default(), None).await?.len())
    }

    /// Removes it, and whatever else bears its mark: an answer may have been lost. Gives whether the platform lists none of it any more.
    pub async fn remove(self, ags: &Ags, platform: &Platform<'_>) -> bool {
        if !self.may_exist {
            return true;
        }
        for _ in 0..3 {
            match self.listed(ags, platform).await {
                Ok(left) if left.is_empty() => return true,
                Ok(left) => {
                    for address in left.iter().filter(|a| self.may_be_ours(a)) {
                        // Whether it worked is seen by looking, not by the answer.
                        let _ = ags.delete_line_item(platform, address).await;
                    }
                }
                // The list failed: its address alone is as good.
                Err(_) => {
                    if let Some(address) = &self.address {
                        let _ = ags.delete_line_item(platform, address).await;
                    }
                }
            }
        }
        self.listed(ags, platform).await.is_ok_and(|left| left.is_empty())
    }

    /// The addresses of what bears our mark.
    async fn listed(&self, ags: &Ags, platform: &Platform<'_>) -> Result<Vec<String>, AgsError> {
        let wanted = Wanted { resource_id: Some(&self.mark), tag: Some(TEST_TAG), ..Wanted::default() };
        Ok(ags.line_items(platform, &self.line_items, wanted, true).await?.into_iter().filter_map(|i| i.id).collect())
    }

    /// On the same host as the others, and not one of those that were there before.
    fn may_be_ours(&self, address: &str) -> bool {
        let origin = |text: &str| Url::parse(text).ok().map(|u| u.origin());
        origin(address).is_some_and(|o| Some(o) == origin(&self.line_items)) && !self.before.iter().any(|b| b == address)
    }
}

/// Can it have been made in spite of this?
fn is_doubtful(error: &AgsError) -> bool {
    match error {
        AgsError::Answered(answer) => answer.status >= 500,
        AgsError::Http(error) => error.is_in_doubt(),
        AgsError::Unreadable(_) => true,
        AgsError::Address(_) | AgsError::Token(_) | AgsError::Paging => false,
    }
}

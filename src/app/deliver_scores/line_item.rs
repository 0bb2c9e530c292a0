//! Which column of the grade book a link's grades go to.

use std::time::Duration;

use tokio::time::sleep;

use super::{Case, Courier};
use crate::{
    ids,
    lti::{
        ags::{LineItem, SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ},
        jose::SigningKey,
    },
    services::ags::{AgsError, Wanted},
    store::{Durability, StoreError, Tx, context, line_item_claim, outbox::Slot},
};

/// Tag of the line items we make for grades.
const GRADE_TAG: &str = "grade";
/// Tag of a progress column's line item.
const PROGRESS_TAG: &str = "progress";
/// Milliseconds a server may take to make one: longer than its calls, so that only a dead server's claim runs out.
const CLAIM_MS: i64 = 60_000;
/// How often, and how many times, another server's is waited for.
const LOOK_AGAIN: Duration = Duration::from_millis(200);
const LOOKS: u32 = 50;

/// A line item to send to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// Its address.
    pub(super) line_item: String,
    /// May somebody have typed a mark there? Not where we have just made it.
    pub(super) unread: bool,
}

impl Found {
    /// One that was there before.
    pub(super) fn old(line_item: &str) -> Found {
        Found { line_item: line_item.to_owned(), unread: true }
    }
}

/// Why none was found.
#[derive(Debug, thiserror::Error)]
pub(super) enum LookUpError {
    /// The platform.
    #[error(transparent)]
    Platform(#[from] AgsError),
    /// Another server makes it, and takes its time.
    #[error("another server is making the line item")]
    Busy,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Courier {
    /// Looks the link's line item up at the platform, makes it where that is the tool's part, and keeps it.
    /// None when there is none, or we may not look.
    pub(super) async fn look_up_line_item(&self, case: &Case, slot: Slot, key: &SigningKey) -> Result<Option<Found>, LookUpError> {
        let (Some(line_items), false) = (&case.context.lineitems_url, case.link.lms_id.is_empty()) else { return Ok(None) };
        let (read, write) = (case.may(SCOPE_LINE_ITEM_READ), case.may(SCOPE_LINE_ITEM));
        if !read && !write {
            return Ok(None);
        }
        // One learner's grade looks while the others of this server wait.
        let share = case.link.id.bytes().fold(0, |sum: usize, b| sum.wrapping_add(b.into())) % self.making.len();
        let _alone = self.making[share].lock().await;
        if let Some(kept) = self.kept_meanwhile(case, slot).await? {
            return Ok(Some(kept));
        }
        if let Some(found) = self.listed(case, slot, key, line_items).await? {
            return self.keep(case, slot, Found::old(&found)).await.map(Some);
        }
        let ours_to_make = slot == Slot::Grade && write && case.profile().tool_makes_columns && case.link.lineitem.is_none();
        if ours_to_make { self.make(case, key, line_items).await.map(Some) } else { Ok(None) }
    }

    /// The link's own line item among those the platform lists.
    async fn listed(&self, case: &Case, slot: Slot, key: &SigningKey, line_items: &str) -> Result<Option<String>, AgsError> {
        let wanted = Wanted { resource_link_id: Some(&case.link.lms_id), ..Wanted::default() };
        let may_write = case.may(SCOPE_LINE_ITEM) && !case.may(SCOPE_LINE_ITEM_READ);
        Ok(choose(self.ags().line_items(&case.platform(key), line_items, wanted, may_write).await?, slot))
    }

    /// Makes the line item, unless another server does: platforms take the same one twice without a word.
    async fn make(&self, case: &Case, key: &SigningKey, line_items: &str) -> Result<Found, LookUpError> {
        let holder = ids::new_id();
        for _ in 0..LOOKS {
            if let Some(kept) = self.kept_meanwhile(case, Slot::Grade).await? {
                return Ok(kept);
            }
            if self.take_claim(case, &holder).await? {
                let made = self.make_alone(case, key, line_items).await;
                let (link, holder) = (case.link.id.clone(), holder.clone());
                let give_back = async move |tx: &mut Tx| line_item_claim::give_back(tx, &link, &holder).await;
                self.store().write(Durability::Normal, give_back).await?;
                return made;
            }
            sleep(LOOK_AGAIN).await;
        }
        Err(LookUpError::Busy)
    }

    async fn take_claim(&self, case: &Case, holder: &str) -> Result<bool, StoreError> {
        let (tenant, link, holder, now) = (case.link.tenant_id.clone(), case.link.id.clone(), holder.to_owned(), self.now());
        let take = async move |tx: &mut Tx| line_item_claim::take(tx, &tenant, &link, &holder, now + CLAIM_MS, now).await;
        self.store().write(Durability::Full, take).await
    }

    /// Holding the claim: whoever had it before us may have made one, and kept it or died.
    async fn make_alone(&self, case: &Case, key: &SigningKey, line_items: &str) -> Result<Found, LookUpError> {
        if let Some(kept) = self.kept_meanwhile(case, Slot::Grade).await? {
            return Ok(kept);
        }
        let found = match self.listed(case, Slot::Grade, key, line_items).await? {
            Some(found) => Found::old(&found),
            None => {
                let made = self.ags().create_line_item(&case.platform(key), line_items, &new_item(case)).await?;
                Found { line_item: made.id.unwrap_or_default(), unread: false }
            }
        };
        self.keep(case, Slot::Grade, found).await
    }

    async fn keep(&self, case: &Case, slot: Slot, found: Found) -> Result<Found, LookUpError> {
        if slot == Slot::Grade {
            let (id, line_item, now) = (case.link.id.clone(), found.line_item.clone(), self.now());
            let keep = async move |tx: &mut Tx| context::set_lineitem(tx, &id, Some(&line_item), now).await;
            self.store().write(Durability::Full, keep).await?;
        }
        Ok(found)
    }

    /// What another learner's grade, here or on another server, found while we waited.
    async fn kept_meanwhile(&self, case: &Case, slot: Slot) -> Result<Option<Found>, StoreError> {
        let mut tx = self.store().read().await?;
        let kept = context::link(&mut tx, &case.link.id).await?.and_then(|link| link.lineitem);
        Ok(kept.filter(|kept| slot == Slot::Grade && Some(kept) != case.link.lineitem.as_ref()).map(|kept| Found::old(&kept)))
    }
}

fn new_item(case: &Case) -> LineItem {
    let label = [&case.link.title, &case.link.target].into_iter().find(|t| !t.trim().is_empty());
    LineItem {
        id: None,
        label: label.map_or_else(|| "Course".to_owned(), Clone::clone),
        score_maximum: 100.0,
        resource_id: Some(case.link.target.clone()).filter(|t| !t.is_empty()),
        tag: Some(GRADE_TAG.to_owned()),
        resource_link_id: Some(case.link.lms_id.clone()),
        other: serde_json::Map::new(),
    }
}

/// The link's own line item: of several, the one without a tag or id of ours, for those were made beside it; else one we made.
fn choose(items: Vec<LineItem>, slot: Slot) -> Option<String> {
    let tag = |item: &LineItem| item.tag.clone().unwrap_or_default();
    let mut fitting: Vec<LineItem> =
        items.into_iter().filter(|i| i.id.is_some() && (tag(i) == PROGRESS_TAG) == (slot == Slot::Progress)).collect();
    if fitting.len() > 1 {
        let plain = |i: &LineItem| tag(i).is_empty() && i.resource_id.as_deref().unwrap_or_default().is_empty();
        match fitting.iter().filter(|i| plain(i)).count() {
            0 => fitting.retain(|i| tag(i) == GRADE_TAG),
            _ => fitting.retain(plain),
        }
        if fitting.first().is_some_and(|i| tag(i) == GRADE_TAG) {
            fitting.truncate(1);
        }
    }
    if fitting.len() == 1 { fitting.pop().and_then(|i| i.id) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(id: &str, tag: Option<&str>) -> LineItem {
        LineItem {
            id: Some(id.into()),
            label: "x".into(),
            score_maximum: 100.0,
            resource_id: None,
            tag: tag.map(str::to_owned),
            resource_link_id: Some("rl".into()),
            other: serde_json::Map::new(),
        }
    }

    #[test]
    fn the_links_own_line_item_is_chosen_and_doubt_chooses_none() {
        for (items, slot, chosen) in [
            (vec![item("a", None)], Slot::Grade, Some("a")),
            (vec![item("a", Some("quiz"))], Slot::Grade, Some("a")),
            (vec![item("a", Some("quiz")), item("b", Some(""))], Slot::Grade, Some("b")),
            (vec![item("a", None), item("p", Some("progress"))], Slot::Grade, Some("a")),
            (vec![item("a", None), item("p", Some("progress"))], Slot::Progress, Some("p")),
            (vec![item("a", Some("grade")), item("b", Some("grade"))], Slot::Grade, Some("a")),
            (vec![item("a", Some("grade")), item("b", None)], Slot::Grade, Some("b")),
            (vec![item("a", Some("quiz")), item("b", Some("lab"))], Slot::Grade, None),
            (vec![item("a", None), item("b", None)], Slot::Grade, None),
            (Vec::new(), Slot::Grade, None),
        ] {
            assert_eq!(choose(items, slot).as_deref(), chosen);
        }
    }
}

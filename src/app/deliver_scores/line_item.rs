//! Which column of the grade book a link's grades go to.

use super::{Case, Courier};
use crate::{
    lti::{
        ags::{LineItem, SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ},
        jose::SigningKey,
    },
    services::ags::{AgsError, Wanted},
    store::{Durability, Tx, context, outbox::Slot},
};

/// Tag of the line items we make for grades.
const GRADE_TAG: &str = "grade";
/// Tag of a progress column's line item.
const PROGRESS_TAG: &str = "progress";

impl Courier {
    /// Looks the link's line item up at the platform, makes it where that is the tool's part, and keeps it.
    /// None when there is none, or we may not look.
    pub(super) async fn look_up_line_item(&self, case: &Case, slot: Slot, key: &SigningKey) -> Result<Option<String>, AgsError> {
        let (Some(line_items), false) = (&case.context.lineitems_url, case.link.lms_id.is_empty()) else { return Ok(None) };
        let (read, write) = (case.may(SCOPE_LINE_ITEM_READ), case.may(SCOPE_LINE_ITEM));
        if !read && !write {
            return Ok(None);
        }
        // Platforms take the same line item twice without a word, so one learner's grade looks and makes while the others wait.
        let share = case.link.id.bytes().fold(0, |sum: usize, b| sum.wrapping_add(b.into())) % self.making.len();
        let _alone = self.making[share].lock().await;
        if let Some(kept) = self.kept_meanwhile(case, slot).await {
            return Ok(Some(kept));
        }
        let wanted = Wanted { resource_link_id: Some(&case.link.lms_id), ..Wanted::default() };
        let platform = case.platform(key);
        let items = self.ags().line_items(&platform, line_items, wanted, write && !read).await?;
        let mut found = choose(items, slot);
        if found.is_none() && slot == Slot::Grade && write && case.profile().tool_makes_columns && case.link.lineitem.is_none() {
            found = self.ags().create_line_item(&platform, line_items, &new_item(case)).await?.id;
        }
        if let (Some(found), Slot::Grade) = (&found, slot) {
            let (id, found, now) = (case.link.id.clone(), found.clone(), self.now());
            let keep = async move |tx: &mut Tx| context::set_lineitem(tx, &id, Some(&found), now).await;
            if let Err(error) = self.store().write(Durability::Full, keep).await {
                tracing::warn!(%error, "a line item that was found or made could not be kept");
            }
        }
        Ok(found)
    }

    /// What another learner's grade found while we waited.
    async fn kept_meanwhile(&self, case: &Case, slot: Slot) -> Option<String> {
        let mut tx = self.store().read().await.ok()?;
        let link = context::link(&mut tx, &case.link.id).await.ok()??;
        link.lineitem.filter(|kept| slot == Slot::Grade && Some(kept) != case.link.lineitem.as_ref())
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

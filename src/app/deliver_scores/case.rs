//! What a delivery needs to know, read at once.

use super::Courier;
use crate::{
    learning::delivery::Known,
    lti::{
        ags::{LineItem, SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ, SCOPE_RESULT},
        jose::SigningKey,
        platform::{self, PlatformProfile},
    },
    services::{
        ags::{AgsError, Wanted as WantedItem},
        tokens::Platform,
    },
    store::{
        Durability, StoreError, Tx,
        context::{self, Context, ResourceLink},
        learner::{self, Learner},
        ledger::{self, Ledger},
        outbox::{Message, Slot},
        registration::{self, Registration},
    },
};

/// Tag of a progress column's line item.
const PROGRESS_TAG: &str = "progress";

/// One message's surroundings.
pub(in crate::app) struct Case {
    pub(in crate::app) registration: Registration,
    pub(in crate::app) context: Context,
    pub(in crate::app) link: ResourceLink,
    pub(super) learner: Learner,
    pub(super) ledger: Option<Ledger>,
}

impl Courier {
    /// None when any of it is gone.
    pub(super) async fn load(&self, message: &Message) -> Result<Option<Case>, StoreError> {
        let mut tx = self.store().read().await?;
        let Some(registration) = registration::find(&mut tx, &message.registration_id).await? else { return Ok(None) };
        let Some(link) = context::link(&mut tx, &message.resource_link_id).await? else { return Ok(None) };
        let Some(context) = context::find(&mut tx, &link.context_id).await? else { return Ok(None) };
        let Some(learner) = learner::find(&mut tx, &message.learner_id).await? else { return Ok(None) };
        let ledger = ledger::find(&mut tx, &message.resource_link_id, &message.learner_id, message.slot).await?;
        Ok(Some(Case { registration, context, link, learner, ledger }))
    }

    /// Looks the link's line item up at the platform and keeps it. None when there is none, or we may not look.
    pub(super) async fn look_up_line_item(&self, case: &Case, slot: Slot, key: &SigningKey) -> Result<Option<String>, AgsError> {
        let (Some(line_items), false) = (&case.context.lineitems_url, case.link.lms_id.is_empty()) else { return Ok(None) };
        let (read, write) = (case.may(SCOPE_LINE_ITEM_READ), case.may(SCOPE_LINE_ITEM));
        if !read && !write {
            return Ok(None);
        }
        let wanted = WantedItem { resource_link_id: Some(&case.link.lms_id), ..WantedItem::default() };
        let items = self.ags().line_items(&case.platform(key), line_items, wanted, write && !read).await?;
        let found = choose(items, slot);
        if let (Some(found), Slot::Grade) = (&found, slot) {
            let (id, found, now) = (case.link.id.clone(), found.clone(), self.now());
            let keep = async move |tx: &mut Tx| context::set_lineitem(tx, &id, Some(&found), now).await;
            if let Err(error) = self.store().write(Durability::Normal, keep).await {
                tracing::warn!(%error, "a line item that was looked up could not be kept");
            }
        }
        Ok(found)
    }
}

impl Case {
    pub(in crate::app) fn profile(&self) -> &'static PlatformProfile {
        platform::by_key(&self.registration.family)
    }

    pub(in crate::app) fn platform<'a>(&'a self, key: &'a SigningKey) -> Platform<'a> {
        platform_of(&self.registration, key)
    }

    /// Did the platform grant this scope? The claim says so; a platform that lists none is not believed to mean none.
    pub(super) fn may(&self, scope: &str) -> bool {
        let scopes: Vec<String> = serde_json::from_str(&self.link.ags_scopes).unwrap_or_default();
        scopes.iter().any(|s| s == scope)
    }

    pub(super) fn may_read_results(&self) -> bool {
        self.may(SCOPE_RESULT)
    }

    pub(super) fn known(&self) -> Known {
        let Some(ledger) = &self.ledger else { return Known::default() };
        Known {
            sent: ledger.in_doubt || ledger.accepted_at.is_some(),
            sent_score: ledger.sent_score,
            sent_submitted_at: ledger.sent_submitted_at,
            sent_submission: ledger.sent_submission.clone(),
            accepted_score: ledger.accepted_score,
        }
    }
}

pub(in crate::app) fn platform_of<'a>(registration: &'a Registration, key: &'a SigningKey) -> Platform<'a> {
    Platform {
        registration_id: &registration.id,
        client_id: &registration.client_id,
        token_url: &registration.token_url,
        audience: registration.token_audience.as_deref(),
        key,
    }
}

/// The link's own line item: of several, the one without a tag or id of ours, for those were made beside it.
fn choose(items: Vec<LineItem>, slot: Slot) -> Option<String> {
    let is_progress = |item: &LineItem| item.tag.as_deref() == Some(PROGRESS_TAG);
    let mut fitting: Vec<LineItem> = items.into_iter().filter(|i| i.id.is_some() && is_progress(i) == (slot == Slot::Progress)).collect();
    if fitting.len() > 1 {
        fitting.retain(|i| i.tag.as_deref().unwrap_or_default().is_empty() && i.resource_id.as_deref().unwrap_or_default().is_empty());
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
        assert_eq!(choose(vec![item("a", None)], Slot::Grade).as_deref(), Some("a"));
        assert_eq!(choose(vec![item("a", Some("quiz"))], Slot::Grade).as_deref(), Some("a"));
        assert_eq!(choose(vec![item("a", Some("quiz")), item("b", Some(""))], Slot::Grade).as_deref(), Some("b"));
        assert_eq!(choose(vec![item("a", None), item("p", Some("progress"))], Slot::Grade).as_deref(), Some("a"));
        assert_eq!(choose(vec![item("a", None), item("p", Some("progress"))], Slot::Progress).as_deref(), Some("p"));
        assert_eq!(choose(vec![item("a", None), item("b", None)], Slot::Grade), None);
        assert_eq!(choose(Vec::new(), Slot::Grade), None);
    }
}

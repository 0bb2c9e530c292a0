//! Copied courses: what they were copied from, and the settings that their links continue. Attempts, grades and grade columns belong to
//! the old course and stay there.

use std::collections::{BTreeSet, VecDeque};

use super::{
    StoreError, Tx,
    context::{self, Context, ResourceLink},
    tx::{execute, optional, row, sql, text_enum},
};

/// Most courses looked at for one link.
const MOST: usize = 20;
/// What a link has whose settings nobody changed.
const NO_SETTINGS: &str = "{}";

text_enum! {
    /// Who told of the copy.
    pub enum ToldBy {
        /// The platform, by a notice.
        Notice = "notice",
        /// A launch's list of earlier courses.
        History = "history",
    }
}

text_enum! {
    /// What becomes of the old course's settings.
    pub enum Choice {
        /// Links of the new course continue them.
        Keep = "keep",
        /// The new course starts with the course's own.
        Fresh = "fresh",
    }
}

/// A course that was copied from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CourseCopy {
    /// Row id of the deployment.
    pub deployment_id: String,
    /// The platform's id of the new course.
    pub lms_id: String,
    /// Whose.
    pub tenant_id: String,
    /// The platform's ids of the old ones, nearest first, JSON list.
    pub origins: String,
    /// Who told.
    pub told_by: ToldBy,
    /// What was decided, if it was.
    pub decision: Option<Choice>,
    /// Row id of the person who decided; none when a notice did.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<i64>,
    /// When we were told first.
    pub created_at: i64,
}
row!(CourseCopy { deployment_id, lms_id, tenant_id, origins, told_by, decision, decided_by, decided_at, created_at });

sql! {
    FIND = "SELECT * FROM course_copy WHERE deployment_id = $1 AND lms_id = $2";
    // What a teacher decided stays.
    NOTICE = "INSERT INTO course_copy (deployment_id, lms_id, tenant_id, origins, told_by, decision, decided_at, created_at) \
        VALUES ($1, $2, $3, $4, 'notice', 'keep', $5, $5) ON CONFLICT (deployment_id, lms_id) DO UPDATE SET origins = excluded.origins, \
        told_by = excluded.told_by, decision = COALESCE(course_copy.decision, excluded.decision), \
        decided_at = COALESCE(course_copy.decided_at, excluded.decided_at)";
    // A notice knows better, and what was decided stays.
    HISTORY = "INSERT INTO course_copy (deployment_id, lms_id, tenant_id, origins, told_by, created_at) \
        VALUES ($1, $2, $3, $4, 'history', $5) ON CONFLICT (deployment_id, lms_id) DO NOTHING";
    ASKED = "SELECT p.* FROM course_copy p JOIN context c ON c.deployment_id = p.deployment_id AND c.lms_id = p.lms_id \
        WHERE c.id = $1 AND p.decision IS NULL";
    // The database is the judge when two teachers decide at once.
    DECIDE = "UPDATE course_copy SET decision = $3, decided_by = $4, decided_at = $5 \
        WHERE deployment_id = $1 AND lms_id = $2 AND decision IS NULL";
    // Ids are the deployment's. Canvas's are unique in the world, and a copied course may have a deployment of its own there.
    ORIGIN = "SELECT c.* FROM context c JOIN registration r ON r.id = c.registration_id \
        WHERE c.registration_id = $1 AND c.lms_id = $2 AND (c.deployment_id = $3 OR r.family = 'canvas') \
        ORDER BY CASE WHEN c.deployment_id = $3 THEN 0 ELSE 1 END, c.updated_at DESC, c.id LIMIT 1";
}

/// What is known of a course's being copied.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut Tx, deployment_id: &str, lms_id: &str) -> Result<Option<CourseCopy>, StoreError> {
    optional!(tx, FIND, deployment_id, lms_id)
}

/// A notice told that the course was copied from these. A course may be filled from several, one after the other: the latest is nearest.
///
/// # Errors
/// When the database fails.
pub async fn told_by_notice(
    tx: &mut Tx,
    deployment_id: &str,
    tenant_id: &str,
    lms_id: &str,
    from: &[String],
    now: i64,
) -> Result<(), StoreError> {
    let known = find(tx, deployment_id, lms_id).await?.map(|c| parse(&c.origins)).unwrap_or_default();
    let mut origins = from.to_vec();
    origins.extend(known.into_iter().filter(|id| !from.contains(id)));
    origins.truncate(MOST);
    execute!(tx, NOTICE, deployment_id, lms_id, tenant_id, json(&origins), now)?;
    Ok(())
}

/// A launch told what the course was copied from. A teacher decides what becomes of that.
pub(super) async fn told_by_history(
    tx: &mut Tx,
    deployment_id: &str,
    tenant_id: &str,
    lms_id: &str,
    from: &[String],
    now: i64,
) -> Result<(), StoreError> {
    let origins = &from[..from.len().min(MOST)];
    execute!(tx, HISTORY, deployment_id, lms_id, tenant_id, json(origins), now)?;
    Ok(())
}

/// An old course, and its links.
pub type Origin = (Context, Vec<ResourceLink>);

/// The old courses that we know, nearest first, where a teacher of this one is still to decide and there is something to continue:
/// settings that somebody changed, or what a link opens that does not say so itself.
///
/// # Errors
/// When the database fails.
pub async fn question(tx: &mut Tx, context_id: &str) -> Result<Option<Vec<Origin>>, StoreError> {
    let copy: Option<CourseCopy> = optional!(tx, ASKED, context_id)?;
    let Some(copy) = copy else { return Ok(None) };
    let Some(course) = context::find(tx, context_id).await? else { return Ok(None) };
    let unnamed: Vec<ResourceLink> = context::links(tx, context_id).await?.into_iter().filter(|k| k.target.is_empty()).collect();
    let mut old = Vec::new();
    for origin in origins(tx, &course, &copy).await? {
        let links = context::links(tx, &origin.id).await?;
        old.push((origin, links));
    }
    let worth = |links: &[ResourceLink]| {
        let opens = |k: &ResourceLink| twin(k, links).is_some_and(|old| !old.target.is_empty());
        links.iter().any(|k| k.settings != NO_SETTINGS) || unnamed.iter().any(opens)
    };
    Ok(Some(old).filter(|old| old.iter().any(|(_, links)| worth(links))))
}

/// Decides, once. Kept settings hold for the links that the course has already, too; false when it was decided before.
///
/// # Errors
/// When the database fails.
pub async fn decide(tx: &mut Tx, context_id: &str, choice: Choice, learner_id: &str, now: i64) -> Result<bool, StoreError> {
    let Some(course) = context::find(tx, context_id).await? else { return Ok(false) };
    if execute!(tx, DECIDE, &course.deployment_id, &course.lms_id, choice, learner_id, now)? == 0 {
        return Ok(false);
    }
    if choice == Choice::Keep {
        for link in context::links(tx, context_id).await? {
            carry_over(tx, context_id, &link.id, now).await?;
        }
    }
    Ok(true)
}

/// A link was met for the first time: in a copied course whose settings are continued it has those of its likeness in the nearest old
/// course that has one.
pub(super) async fn carry_over(tx: &mut Tx, context_id: &str, link_id: &str, now: i64) -> Result<(), StoreError> {
    let Some(course) = context::find(tx, context_id).await? else { return Ok(()) };
    let Some(copy) = find(tx, &course.deployment_id, &course.lms_id).await? else { return Ok(()) };
    if copy.decision != Some(Choice::Keep) {
        return Ok(());
    }
    let Some(link) = context::link(tx, link_id).await? else { return Ok(()) };
    for old in origins(tx, &course, &copy).await? {
        let links = context::links(tx, &old.id).await?;
        if let Some(twin) = twin(&link, &links) {
            context::set_settings(tx, link_id, &twin.settings, now).await?;
            if link.target.is_empty() {
                context::set_target(tx, link_id, &twin.target, now).await?;
            }
            return Ok(());
        }
    }
    Ok(())
}

/// The old courses that we know, nearest first: those the copy names, and those they were copied from, whether or not somebody ever
/// opened the courses between.
async fn origins(tx: &mut Tx, course: &Context, copy: &CourseCopy) -> Result<Vec<Context>, StoreError> {
    let (mut found, mut seen) = (Vec::new(), BTreeSet::from([course.lms_id.clone()]));
    let mut next: VecDeque<String> = parse(&copy.origins).into();
    while let Some(lms_id) = next.pop_front() {
        if seen.len() > MOST || !seen.insert(lms_id.clone()) {
            continue;
        }
        let old: Option<Context> = optional!(tx, ORIGIN, &course.registration_id, &lms_id, &course.deployment_id)?;
        let deployment = old.as_ref().map_or(&course.deployment_id, |c| &c.deployment_id);
        if let Some(before) = find(tx, deployment, &lms_id).await? {
            next.extend(parse(&before.origins));
        }
        found.extend(old);
    }
    Ok(found)
}

/// The link of an old course that this one is a copy of. The content it names decides; a link that names none is known by its title,
/// if that is clear, and the course's own entry by being that.
fn twin<'a>(link: &ResourceLink, old: &'a [ResourceLink]) -> Option<&'a ResourceLink> {
    let titled = |k: &&ResourceLink| !link.title.is_empty() && k.title == link.title;
    if !link.target.is_empty() {
        let same: Vec<&ResourceLink> = old.iter().filter(|k| k.target == link.target).collect();
        return same.iter().copied().find(titled).or_else(|| same.into_iter().max_by_key(|k| k.updated_at));
    }
    if link.lms_id.is_empty() {
        return old.iter().find(|k| k.lms_id.is_empty());
    }
    let mut same = old.iter().filter(titled);
    same.next().filter(|_| same.next().is_none())
}

fn parse(json: &str) -> Vec<String> {
    serde_json::from_str(json).unwrap_or_default()
}

fn json(ids: &[String]) -> String {
    serde_json::to_string(ids).unwrap_or_else(|_| "[]".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(lms_id: &str, title: &str, target: &str, updated_at: i64) -> ResourceLink {
        ResourceLink {
            id: format!("row of {lms_id}"),
            tenant_id: String::new(),
            context_id: String::new(),
            lms_id: lms_id.to_owned(),
            title: title.to_owned(),
            target: target.to_owned(),
            lineitem: None,
            ags_scopes: "[]".to_owned(),
            settings: "{}".to_owned(),
            created_at: 0,
            updated_at,
        }
    }

    #[test]
    fn the_content_a_link_names_decides_and_its_title_between_two_of_them() {
        let old = [link("1", "Week 1", "a", 1), link("2", "Week 2", "a", 9), link("3", "Week 3", "b", 3), link("", "Week 1", "", 4)];
        let found = |title: &str, target: &str| twin(&link("new", title, target, 0), &old).map(|k| k.lms_id.as_str());
        assert_eq!(found("Week 1", "a"), Some("1"));
        assert_eq!(found("Another", "a"), Some("2"), "the one used last");
        assert_eq!(found("Week 1", "b"), Some("3"), "a title alone does not make other content the same");
        assert_eq!(found("Week 3", "c"), None);
    }

    #[test]
    fn a_link_that_names_nothing_is_known_by_a_title_of_its_own_and_the_course_entry_by_being_that() {
        let old = [link("1", "Quiz", "a", 1), link("2", "Twice", "b", 2), link("3", "Twice", "c", 3), link("", "", "tiny", 4)];
        let found = |lms_id: &str, title: &str| twin(&link(lms_id, title, "", 0), &old).map(|k| k.lms_id.as_str());
        assert_eq!(found("new", "Quiz"), Some("1"));
        assert_eq!(found("new", "Twice"), None);
        assert_eq!(found("new", ""), None);
        assert_eq!(found("", "Course"), Some(""));
    }
}

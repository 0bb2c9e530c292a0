//! A copied course: a teacher is asked once what becomes of the settings of the old one.

use super::{App, AppError, content, study::LinkSettings, visit::Visit};
use crate::{
    course::Course,
    store::{
        Durability, Tx, context,
        course_copy::{self, Choice, Origin},
        learner,
        session::Session,
    },
};

/// What there is to continue.
#[derive(Debug, Clone, PartialEq)]
pub struct CopiedCourse {
    /// What the old course is called, where this teacher taught it.
    pub from: Option<String>,
    /// What is set there, each content once, as the nearest course has it.
    pub settings: Vec<OldSettings>,
    /// Whether the visitor's own link says what it opens; where not, the old one's choice is continued too.
    pub names_target: bool,
}

/// What a teacher had set for one content.
#[derive(Debug, Clone, PartialEq)]
pub struct OldSettings {
    /// What the link opens.
    pub title: String,
    /// What was changed there.
    pub settings: LinkSettings,
}

impl App {
    /// Whether whoever opened this session is to be asked. A look that fails asks nobody: it is made again at the next launch.
    pub(super) async fn asks_copied(&self, session: &Session) -> bool {
        if session.role != "instructor" || session.resource_link_id.is_empty() {
            return false;
        }
        let asks = async {
            let mut tx = self.store.read().await?;
            course_copy::question(&mut tx, &session.context_id).await
        };
        match asks.await {
            Ok(question) => question.is_some(),
            Err(error) => {
                tracing::warn!(code = "copied_course", %error, "whether a course was copied could not be looked up");
                false
            }
        }
    }

    /// What the visitor is asked, if it is still to be decided.
    ///
    /// # Errors
    /// For anybody but teachers, and when there is nothing to decide.
    pub async fn copied_course(&self, visit: &Visit) -> Result<CopiedCourse, AppError> {
        if !visit.is_teacher() {
            return Err(AppError::Forbidden);
        }
        let mut tx = self.store.read().await?;
        let old = course_copy::question(&mut tx, &visit.session.context_id).await?.ok_or(AppError::NotFound)?;
        let from = taught(&mut tx, &old, &visit.session.learner_id).await?;
        Ok(CopiedCourse { from, settings: settings(&self.course(), &old), names_target: visit.data.names_target })
    }

    /// Keeps what the teacher decided for all links of the course; false when that was decided before.
    ///
    /// # Errors
    /// For anybody but teachers, and when the database fails.
    pub async fn decide_copied(&self, visit: &Visit, keep: bool) -> Result<bool, AppError> {
        if !visit.is_teacher() {
            return Err(AppError::Forbidden);
        }
        let (session, now) = (visit.session.clone(), self.now());
        let choice = if keep { Choice::Keep } else { Choice::Fresh };
        let op = async move |tx: &mut Tx| course_copy::decide(tx, &session.context_id, choice, &session.learner_id, now).await;
        Ok(self.store.write(Durability::Full, op).await?)
    }

    /// What the visitor's link opens as it is now; empty where nothing was chosen.
    ///
    /// # Errors
    /// When the database fails or the link is gone.
    pub async fn link_target(&self, visit: &Visit) -> Result<String, AppError> {
        let mut tx = self.store.read().await?;
        Ok(context::link(&mut tx, &visit.session.resource_link_id).await?.ok_or(AppError::NotFound)?.target)
    }
}

/// The name of the nearest old course, for whoever taught it: a list of earlier courses can be typed by hand, and names are not for everybody.
async fn taught(tx: &mut Tx, old: &[Origin], learner_id: &str) -> Result<Option<String>, AppError> {
    for (course, _) in old {
        let enrolled = learner::enrolment(tx, &course.id, learner_id).await?;
        let name = [&course.title, &course.label].into_iter().find(|name| !name.trim().is_empty());
        if let (true, Some(name)) = (enrolled.is_some_and(|e| e.role == "instructor"), name) {
            return Ok(Some(name.clone()));
        }
    }
    Ok(None)
}

fn settings(course: &Course, old: &[Origin]) -> Vec<OldSettings> {
    let mut found: Vec<OldSettings> = Vec::new();
    for link in old.iter().flat_map(|(_, links)| links) {
        let title = content::page(course, &link.target).map_or(course.title.as_str(), |page| page.title(course));
        let settings = LinkSettings::parse(&link.settings);
        if settings != LinkSettings::default() && !found.iter().any(|f| f.title == title) {
            found.push(OldSettings { title: title.to_owned(), settings });
        }
    }
    found
}

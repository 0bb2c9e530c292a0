//! A class in the database, with every fate a grade can have: for the tests of the teacher's pages and for looking at them.

use courseferry::{
    course::Course,
    ids,
    store::{
        DEFAULT_TENANT, Durability, StoreError, Tx,
        attempt::{self, NewAttempt, Started, Submission},
        delivery::{self, DeliveryTry},
        launch::{self, ContextClaim, LaunchRecord, LearnerClaim, LinkClaim},
        ledger::{self, Look, Sending},
        outbox::{self, Completion, NewMessage, Slot},
        progress::{self, Step},
        quiz_version, registration,
        session::Session,
    },
};

use crate::house::House;

/// What became of a pupil's grade.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Fate {
    /// Nothing was ever sent.
    Unsent,
    /// It waits.
    Waiting,
    /// It was tried in vain.
    Retrying(&'static str),
    /// It was given up.
    Parked(&'static str),
    /// The LMS took it.
    Taken,
    /// The LMS took it, and shows this.
    Shows(Option<f64>),
}

/// Somebody in the class.
#[derive(Debug, Clone)]
pub(crate) struct Pupil {
    pub(crate) sub: String,
    pub(crate) name: Option<String>,
    /// Scores of attempts at the first module's quiz.
    pub(crate) scores: Vec<f64>,
    /// Lessons read, from the first on.
    pub(crate) read: usize,
    pub(crate) fate: Fate,
    pub(crate) gradable: bool,
    pub(crate) link: &'static str,
}

impl Pupil {
    pub(crate) fn new(sub: &str, scores: &[f64], fate: Fate) -> Self {
        let name = Some(format!("Pupil {sub}"));
        Self { sub: sub.to_owned(), name, scores: scores.to_vec(), read: 1, fate, gradable: true, link: "link-1" }
    }

    /// Puts them into the database; gives the learner's row id.
    pub(crate) async fn join(&self, house: &House) -> String {
        let (pupil, course, registration, now) = (self.clone(), house.app.course(), house.registration_id.clone(), house.app.now());
        let op = async move |tx: &mut Tx| {
            let session = open(tx, &pupil, &registration, now).await?;
            read(tx, &pupil, &course, &session, now).await?;
            for (n, score) in pupil.scores.iter().enumerate() {
                try_quiz(tx, &pupil, &course, &session, *score, now - 60_000 * (pupil.scores.len() - n) as i64).await?;
            }
            if let Some(best) = pupil.scores.iter().copied().reduce(f64::max) {
                fate(tx, &pupil, &session, best, now).await?;
            }
            Ok::<_, StoreError>(session.learner_id)
        };
        house.app.store.write(Durability::Normal, op).await.unwrap()
    }
}

async fn open(tx: &mut Tx, p: &Pupil, registration: &str, now: i64) -> Result<Session, StoreError> {
    let deployment = registration::meet_deployment(tx, registration, "d1", now).await?;
    let record = LaunchRecord {
        tenant_id: DEFAULT_TENANT.to_owned(),
        registration_id: registration.to_owned(),
        deployment_id: deployment.id,
        context: ContextClaim { lms_id: "course-1".into(), title: "Course".into(), ..ContextClaim::default() },
        link: LinkClaim {
            lms_id: p.link.into(),
            title: if p.link == "link-1" { "Alpha".into() } else { "Everything".into() },
            target: if p.link == "link-1" { "alpha".into() } else { String::new() },
            lineitem: Some("http://127.0.0.1:1/lineitem".into()),
            ags_scopes: "[]".into(),
            settings: String::new(),
        },
        learner: LearnerClaim { sub: p.sub.clone(), name: p.name.clone(), ..LearnerClaim::default() },
        role: "learner".into(),
        roles: "[]".into(),
        gradable: p.gradable,
        session_hash: ids::sha256_hex(p.sub.as_bytes()),
        session_data: "{}".into(),
        expires_at: now + 1000,
    };
    launch::open_session(tx, &record, now).await
}

async fn read(tx: &mut Tx, p: &Pupil, course: &Course, s: &Session, now: i64) -> Result<(), StoreError> {
    let lessons = course.modules.iter().flat_map(|m| m.lessons.iter().map(move |l| (m, l)));
    for (module, lesson) in lessons.take(p.read) {
        let step = Step {
            tenant_id: s.tenant_id.clone(),
            learner_id: s.learner_id.clone(),
            context_id: s.context_id.clone(),
            lesson_id: lesson.id.clone(),
            module_id: module.id.clone(),
            position: None,
            read: true,
        };
        progress::record(tx, &step, now - 3_600_000).await?;
    }
    Ok(())
}

async fn try_quiz(tx: &mut Tx, p: &Pupil, course: &Course, s: &Session, score: f64, at: i64) -> Result<(), StoreError> {
    let quiz = course.modules.iter().find_map(|m| m.quiz.as_ref()).unwrap();
    let body = serde_json::to_string(quiz).unwrap();
    let hash = ids::sha256_hex(body.as_bytes());
    quiz_version::keep(tx, DEFAULT_TENANT, &hash, &quiz.id, &body, at).await?;
    let new = NewAttempt {
        tenant_id: DEFAULT_TENANT.to_owned(),
        learner_id: s.learner_id.clone(),
        resource_link_id: s.resource_link_id.clone(),
        quiz_id: quiz.id.clone(),
        quiz_hash: hash,
        seed: "seed".into(),
        graded: p.gradable,
        limit: 0,
    };
    let Started::New(attempt) = attempt::start(tx, &new, at - 300_000).await? else { panic!("an attempt runs already") };
    let answers = quiz.questions.iter().map(|q| {
        serde_json::json!({ "id": q.id, "fraction": score / 100.0, "points": q.points, "earned": q.points * score / 100.0, "answered": true })
    });
    let submission = Submission {
        attempt_id: attempt.id,
        responses: "{}".into(),
        result: serde_json::to_string(&answers.collect::<Vec<_>>()).unwrap(),
        score,
        passed: score >= 60.0,
    };
    attempt::submit(tx, &submission, at).await.map(drop)
}

async fn fate(tx: &mut Tx, p: &Pupil, s: &Session, score: f64, now: i64) -> Result<(), StoreError> {
    if p.fate == Fate::Unsent {
        return Ok(());
    }
    let message = NewMessage {
        tenant_id: DEFAULT_TENANT.to_owned(),
        registration_id: s.registration_id.clone(),
        resource_link_id: s.resource_link_id.clone(),
        learner_id: s.learner_id.clone(),
        slot: Slot::Grade,
        payload: serde_json::json!({ "score": score }).to_string(),
        run_at: now - 50_000,
    };
    outbox::enqueue(tx, &message, now - 50_000).await?;
    let (completion, code, outcome) = match p.fate {
        Fate::Unsent | Fate::Waiting => return Ok(()),
        Fate::Retrying(code) => (Completion::Retry(now + 180_000), code, "retry"),
        Fate::Parked(code) => (Completion::Park, code, "parked"),
        Fate::Taken | Fate::Shows(_) => (Completion::Delivered, "delivered", "delivered"),
    };
    // Whatever else is due was leased along: pupils join one by one, so it is this one's or waits on purpose.
    let claimed = outbox::claim(tx, 1000, now, now - 40_000).await?;
    let message = claimed.iter().find(|m| m.learner_id == s.learner_id).unwrap();
    outbox::complete(tx, message, &completion, code, "", now - 30_000).await?;
    let tried = DeliveryTry {
        id: ids::new_id(),
        tenant_id: DEFAULT_TENANT.to_owned(),
        outbox_id: message.id.clone(),
        number: 1,
        outcome: outcome.into(),
        code: code.into(),
        http_status: Some(if outcome == "delivered" { 200 } else { 400 }),
        detail: Some("as the LMS put it".into()).filter(|_: &String| outcome != "delivered"),
        score: Some(score),
        started_at: now - 30_000,
        duration_ms: 42,
    };
    delivery::insert(tx, &tried).await?;
    let sending = Sending {
        tenant_id: DEFAULT_TENANT.to_owned(),
        resource_link_id: s.resource_link_id.clone(),
        learner_id: s.learner_id.clone(),
        slot: Slot::Grade,
        lineitem: "http://127.0.0.1:1/lineitem".into(),
        score: Some(score),
        submitted_at: Some(now - 60_000),
        submission: None,
        step_ms: 1000,
    };
    let line = ledger::begin_send(tx, &sending, now - 30_000).await?;
    if outcome == "delivered" {
        ledger::accepted(tx, &line, now - 30_000).await?;
    }
    if let Fate::Shows(seen) = p.fate {
        let look = Look { score: seen, edited: seen != Some(score), same_mark: true, at: now - 10_000 };
        ledger::seen(tx, &s.resource_link_id, &s.learner_id, Slot::Grade, &look).await?;
    }
    Ok(())
}

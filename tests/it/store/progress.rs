use courseferry::store::{
    Durability, Tx,
    progress::{self, Step},
    session::Session,
};

use super::{NOW, learner};
use crate::databases::{Db, each};

async fn step(db: &Db, session: &Session, lesson: &str, read: bool, position: Option<&str>, now: i64) {
    let step = Step {
        tenant_id: session.tenant_id.clone(),
        learner_id: session.learner_id.clone(),
        context_id: session.context_id.clone(),
        lesson_id: lesson.to_owned(),
        module_id: "foundations".to_owned(),
        position: position.map(str::to_owned),
        read,
    };
    db.store.write(Durability::Normal, async move |tx: &mut Tx| progress::record(tx, &step, now).await).await.unwrap();
}

#[test]
fn a_lesson_once_read_stays_read_and_the_place_is_kept() {
    each(async |db| {
        let session = learner(&db.store).await;
        step(db, &session, "what-is", false, Some("p-3"), NOW).await;
        step(db, &session, "what-is", true, None, NOW + 1).await;
        step(db, &session, "what-is", false, Some("p-1"), NOW + 2).await;
        step(db, &session, "why", false, None, NOW + 3).await;
        let all = progress::list(&mut db.store.read().await.unwrap(), &session.learner_id, &session.context_id).await.unwrap();
        let told: Vec<_> =
            all.iter().map(|p| (p.lesson_id.as_str(), p.opened_at, p.read_at, p.position.as_deref(), p.updated_at)).collect();
        assert_eq!(told, [("what-is", NOW, Some(NOW + 1), Some("p-1"), NOW + 2), ("why", NOW + 3, None, None, NOW + 3)]);
    });
}

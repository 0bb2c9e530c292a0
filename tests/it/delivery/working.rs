//! The worker's loop: it wakes, it copes with a crowd, it stops in good order.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use courseferry::{learning::delivery::Wanted, worker};
use tokio::sync::{Notify, watch};

use super::Rig;
use crate::{
    databases::each,
    fake_platform::{At, FakePlatform, Family, Fault, Response},
};

struct Loop {
    wake: Arc<Notify>,
    stop: watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
}

impl Loop {
    fn start(rig: &Rig) -> Loop {
        let (wake, (stop, stopped)) = (Arc::new(Notify::new()), watch::channel(false));
        let task = tokio::spawn(worker::run(rig.courier.clone(), Arc::clone(&wake), stopped));
        Loop { wake, stop, task }
    }

    async fn stop(self) {
        self.stop.send(true).unwrap();
        self.task.await.unwrap();
    }
}

async fn until(platform: &FakePlatform, done: impl Fn(&FakePlatform) -> bool) {
    let began = Instant::now();
    while !done(platform) {
        assert!(began.elapsed() < Duration::from_secs(20), "it did not happen");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[test]
fn a_written_message_rings_and_goes_out_at_once() {
    each(async |db| {
        let rig = Rig::new(db, Family::Moodle).await;
        let ada = rig.learner("ada").await;
        let worker = Loop::start(&rig);
        tokio::time::sleep(Duration::from_millis(100)).await;
        let began = Instant::now();
        rig.grade(&ada, "a1", 80.0).await;
        worker.wake.notify_one();
        until(&rig.platform, |p| p.entry("ada").percent == Some(80.0)).await;
        assert!(began.elapsed() < Duration::from_secs(4), "not only at the next look");
        worker.stop().await;
        rig.assert_delivered(&ada, "delivered").await;
    });
}

#[test]
fn a_stop_lets_deliveries_under_way_end() {
    each(async |db| {
        let rig = Rig::new(db, Family::Moodle).await;
        let (ada, ben) = (rig.learner("ada").await, rig.learner("ben").await);
        rig.platform.fault(At::Score, Fault::Slow(Duration::from_millis(1500)));
        rig.grade(&ada, "a1", 80.0).await;
        let worker = Loop::start(&rig);
        until(&rig.platform, |p| p.requests(At::Score) == 1).await;
        worker.stop.send(true).unwrap();
        tokio::time::sleep(Duration::from_millis(500)).await;
        rig.grade(&ben, "b1", 70.0).await;
        worker.task.await.unwrap();
        rig.assert_delivered(&ada, "delivered").await;
        assert_eq!(rig.platform.requests(At::Score), 1, "nothing new was begun");
        rig.deliver().await;
        rig.assert_delivered(&ben, "delivered").await;
    });
}

#[test]
fn a_class_gets_its_grades_home_together() {
    each(async |db| {
        let rig = Rig::new(db, Family::Canvas).await;
        let names: Vec<String> = (0..40).map(|i| format!("s{i}")).collect();
        rig.platform.state().grades.students.extend(names.clone());
        for name in &names {
            let session = rig.learner(name).await;
            rig.grade(&session, "a1", 75.0).await;
        }
        let worker = Loop::start(&rig);
        until(&rig.platform, |p| p.state().grades.entries.len() == 40).await;
        worker.stop().await;
        assert_eq!((rig.platform.requests(At::Score), rig.platform.requests(At::Token)), (40, 2), "one token to read, one to write");
        assert!(names.iter().all(|n| rig.platform.entry(n).submissions == 1));
    });
}

#[test]
fn a_platform_that_is_down_is_not_asked_for_every_grade_and_loses_none() {
    each(async |db| {
        let rig = Rig::new(db, Family::Moodle).await;
        let names: Vec<String> = (0..60).map(|i| format!("s{i}")).collect();
        rig.platform.state().grades.students.extend(names.clone());
        for _ in 0..500 {
            rig.platform.fault(At::Score, Fault::Answer(Response::plain(503, "maintenance")));
        }
        for name in &names {
            let session = rig.learner(name).await;
            rig.enqueue(&session, &Wanted { score: Some(50.0), ..rig.graded("a1", 50.0) }).await;
        }
        rig.deliver().await;
        assert!(rig.platform.requests(At::Score) <= 3, "{} calls", rig.platform.requests(At::Score));
        for _ in 0..40 {
            rig.pass(30_000);
            rig.deliver().await;
        }
        assert!(rig.platform.requests(At::Score) < 60, "{} calls in 20 minutes", rig.platform.requests(At::Score));
        rig.platform.state().clear_faults();
        rig.settle().await;
        assert!(names.iter().all(|n| rig.platform.entry(n).percent == Some(50.0)));
    });
}

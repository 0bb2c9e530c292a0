//! What teachers do to marks in the LMS, on each kind of platform: whose mark it is, and that no score goes out over a person's.

use courseferry::{learning::delivery::Wanted, store::outbox::OutboxState};

use super::Rig;
use crate::{
    databases::each,
    fake_platform::{At, Family},
};

/// What a person does before the next attempt.
#[derive(Debug, Clone, Copy)]
enum Edit {
    Nothing,
    Types(f64),
    Empties,
}
use Edit::{Empties, Nothing, Types};

/// What becomes of the next attempt.
#[derive(Debug, Clone, Copy)]
enum Fate {
    /// The grade book shows this then.
    Sent(f64),
    /// Put aside; the LMS shows tools this.
    Edited(Option<f64>),
}
use Fate::{Edited, Sent};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Lms {
    /// The activity's own column: a typed mark overrides.
    Moodle,
    /// A column made beside it: a score replaces what was typed.
    MoodleBeside,
    Canvas,
    /// Canvas, where the learner has opened the activity before anything else happened.
    CanvasOpened,
    Edx,
}

const MOODLES: &[Lms] = &[Lms::Moodle, Lms::MoodleBeside];
const CANVASES: &[Lms] = &[Lms::Canvas, Lms::CanvasOpened];
const ALL: &[Lms] = &[Lms::Moodle, Lms::MoodleBeside, Lms::Canvas, Lms::CanvasOpened, Lms::Edx];
const EDITABLE: &[Lms] = &[Lms::Moodle, Lms::MoodleBeside, Lms::Canvas, Lms::CanvasOpened];

/// Where; a first score; what a person does; the next score; what becomes of it.
type Case = (&'static [Lms], Option<f64>, Edit, f64, Fate);
const CASES: &[Case] = &[
    // Nobody touched anything.
    (ALL, None, Nothing, 90.0, Sent(90.0)),
    (ALL, Some(60.0), Nothing, 90.0, Sent(90.0)),
    (ALL, Some(200.0 / 3.0), Nothing, 90.0, Sent(90.0)),
    (ALL, Some(90.0), Nothing, 60.0, Sent(60.0)),
    // A zero of ours, which Moodle shows as it shows nothing.
    (ALL, Some(0.0), Nothing, 90.0, Sent(90.0)),
    (ALL, Some(60.0), Nothing, 0.0, Sent(0.0)),
    (EDITABLE, Some(0.0), Types(5.0), 90.0, Edited(Some(5.0))),
    (CANVASES, Some(0.0), Empties, 90.0, Edited(None)),
    // Typed over ours: higher, lower, a little, nothing.
    (EDITABLE, Some(60.0), Types(75.0), 90.0, Edited(Some(75.0))),
    (EDITABLE, Some(60.0), Types(95.0), 90.0, Edited(Some(95.0))),
    (EDITABLE, Some(60.0), Types(20.0), 90.0, Edited(Some(20.0))),
    (EDITABLE, Some(60.0), Types(61.0), 90.0, Edited(Some(61.0))),
    (EDITABLE, Some(60.0), Types(100.0), 60.0, Edited(Some(100.0))),
    (MOODLES, Some(60.0), Types(0.0), 90.0, Edited(None)),
    (CANVASES, Some(60.0), Types(0.0), 90.0, Edited(Some(0.0))),
    // Taken away.
    (EDITABLE, Some(60.0), Empties, 90.0, Edited(None)),
    // Typed before we ever sent anything.
    (MOODLES, None, Types(40.0), 90.0, Edited(Some(40.0))),
    (MOODLES, None, Types(0.0), 90.0, Edited(None)),
    (&[Lms::CanvasOpened], None, Types(40.0), 90.0, Edited(Some(40.0))),
    (&[Lms::CanvasOpened], None, Types(0.0), 90.0, Edited(Some(0.0))),
    (&[Lms::CanvasOpened], None, Empties, 90.0, Sent(90.0)),
    // Canvas shows tools no mark from before the learner opened the activity, and spares it when told to.
    (&[Lms::Canvas], None, Types(40.0), 90.0, Sent(40.0)),
    // The very mark that is to be sent.
    (CANVASES, Some(60.0), Types(90.0), 90.0, Sent(90.0)),
    (EDITABLE, Some(60.0), Types(60.004), 60.0, Sent(60.0)),
];

#[test]
fn every_edit_on_every_platform_is_judged_right_and_none_is_covered() {
    each(async |db| {
        let mut names = (0..).map(|n| format!("s{n}"));
        for family in [Family::Moodle, Family::Canvas, Family::Edx] {
            let rig = Rig::new(db, family).await;
            for (lmss, first, edit, next, fate) in CASES {
                for lms in lmss.iter().filter(|l| l.family() == family) {
                    // In one second, and in good time.
                    for gap in [1, 5000] {
                        let name = names.next().unwrap();
                        let what = format!("{lms:?} first {first:?} {edit:?} next {next} after {gap} ms");
                        rig.platform.state().grades.students.insert(name.clone());
                        rig.platform.state().grades.own_column = *lms == Lms::Moodle;
                        run(&rig, &name, *lms, (*first, *edit, *next, *fate), gap, &what).await;
                    }
                }
            }
        }
    });
}

impl Lms {
    fn family(self) -> Family {
        match self {
            Lms::Moodle | Lms::MoodleBeside => Family::Moodle,
            Lms::Canvas | Lms::CanvasOpened => Family::Canvas,
            Lms::Edx => Family::Edx,
        }
    }
}

async fn run(rig: &Rig, name: &str, lms: Lms, (first, edit, next, fate): (Option<f64>, Edit, f64, Fate), gap: i64, what: &str) {
    let session = rig.learner(name).await;
    if lms == Lms::CanvasOpened {
        rig.enqueue(&session, &Wanted::default()).await;
        rig.deliver().await;
    }
    if let Some(first) = first {
        rig.grade(&session, "a1", first).await;
        rig.deliver().await;
        rig.assert_delivered(&session, "delivered").await;
    }
    rig.pass(gap);
    match edit {
        Nothing => {}
        Types(percent) => rig.platform.edit(name, Some(percent)),
        Empties => rig.platform.edit(name, None),
    }
    let (before, sent) = (rig.platform.entry(name), rig.platform.requests(At::Score));
    rig.pass(gap);
    rig.grade(&session, "a2", next).await;
    rig.deliver().await;
    match fate {
        Sent(shows) => {
            rig.settle().await; // the same second may be one too early for Moodle
            assert_eq!(rig.state(&session).await.0, OutboxState::Delivered, "{what}");
            let (line, entry) = (rig.ledger(&session).await, rig.platform.entry(name));
            assert_eq!((line.accepted_score, line.edited, line.in_doubt), (Some(next), false, false), "{what}");
            // Retyped, ours is a person's mark on Moodle, and nothing tells so beforehand.
            let expected = if entry.overridden { before.percent.unwrap() } else { shows };
            assert!((entry.percent.unwrap() - expected).abs() < 1e-9, "{what}: {entry:?}");
        }
        Edited(theirs) => {
            assert_eq!(rig.state(&session).await, (OutboxState::Parked, "edited_in_lms".to_owned()), "{what}");
            assert_eq!(rig.platform.requests(At::Score), sent, "{what}: nothing was sent");
            assert_eq!(rig.platform.entry(name).percent, before.percent, "{what}");
            let line = rig.ledger(&session).await;
            assert_eq!((line.edited, line.seen_score.map(f64::round), line.accepted_score), (true, theirs, first), "{what}");
            let wanted: Wanted = serde_json::from_str(&rig.latest(&session).await.payload).unwrap();
            assert_eq!(wanted.score, Some(next), "{what}: ours is kept beside theirs");
        }
    }
}

//! The test column: what a grade book looks like afterwards is what it looked like before.

use courseferry::lti::doctor::{Check, Finding, Tally, Verdict};
use serde_json::json;

use super::Bed;
use crate::{
    databases::{each, sqlite},
    fake_platform::{At, Family, Fault, Response},
};

const ALL: [Family; 3] = [Family::Moodle, Family::Canvas, Family::Edx];

fn of(findings: &[Finding], check: Check) -> &Finding {
    findings.iter().find(|f| f.check == check).unwrap_or_else(|| panic!("{check:?} is not in {findings:?}"))
}

/// With the activity's own column, which a tool must never remove.
fn bed(family: Family) -> Bed {
    let mut bed = Bed::new(family);
    bed.asks_for_a_column();
    let own = json!({ "id": bed.platform.line_item(), "label": "Module 1", "scoreMaximum": 50, "resourceLinkId": "link-1" });
    bed.platform.state().line_items.push(own);
    bed
}

/// No column but the activity's own, and nobody's grade changed.
fn assert_untouched(bed: &Bed) {
    let state = bed.platform.state();
    assert_eq!(state.line_items.len(), 1, "{:?}", state.line_items);
    assert_eq!(state.line_items[0]["label"], "Module 1");
    assert!(state.columns.is_empty() && state.grades.entries.is_empty() && state.posted.is_empty());
}

#[test]
fn a_whole_connection_is_well_and_the_grade_book_is_as_it_was_on_each_product() {
    for family in ALL {
        each(async |db| {
            let bed = bed(family);
            let report = bed.examine(db).await;
            let tally = Tally::of(&report.findings);
            assert_eq!((tally.failed, tally.warnings, tally.not_tried), (0, 0, 0), "{family:?}: {:#?}", report.findings);
            assert_eq!(of(&report.findings, Check::TestColumn).detail, "made, scored for nobody, read, removed");
            assert_eq!(of(&report.findings, Check::Roster).detail, "1 people, 1 learners");
            assert_untouched(&bed);
            assert_eq!(bed.platform.state().made, 1, "it was made");
        });
    }
}

#[test]
fn without_being_asked_nothing_is_written() {
    for family in ALL {
        sqlite(async |db| {
            let mut bed = bed(family);
            bed.order.test_column = false;
            let report = bed.examine(db).await;
            assert_eq!(of(&report.findings, Check::TestColumn).code(), "test_column_not_asked");
            assert_eq!(bed.platform.state().made, 0);
            assert_untouched(&bed);
        });
    }
}

#[test]
fn a_column_goes_whatever_becomes_of_the_calls_between() {
    let hiccups: [(&str, At, Fault); 6] = [
        ("the answer to making it is lost", At::LineItems, Fault::HangUpAfter),
        ("making it is answered with something else", At::LineItems, Fault::Lie(Response::new(201, "text/html", "<html>made</html>"))),
        ("the first removal is refused", At::LineItem, Fault::Answer(Response::plain(503, "later"))),
        ("the answer to the removal is lost", At::LineItem, Fault::HangUpAfter),
        ("the score fails", At::Score, Fault::Answer(Response::plain(500, "broken"))),
        ("the results fail", At::Results, Fault::Answer(Response::plain(500, "broken"))),
    ];
    for family in ALL {
        for (what, at, fault) in &hiccups {
            sqlite(async |db| {
                let bed = bed(family);
                if *at == At::LineItems {
                    // Listing for the course and before making come first.
                    bed.platform.fault(At::LineItems, Fault::Slow(std::time::Duration::ZERO));
                    bed.platform.fault(At::LineItems, Fault::Slow(std::time::Duration::ZERO));
                }
                bed.platform.fault(*at, fault.clone());
                let report = bed.examine(db).await;
                assert_eq!(bed.platform.state().made, 1, "{what}");
                assert_ne!(of(&report.findings, Check::TestColumn).code(), "test_column_left", "{family:?}: {what}");
                assert_untouched(&bed);
            });
        }
    }
}

#[test]
fn a_column_that_stays_is_named_to_the_teacher() {
    sqlite(async |db| {
        let bed = bed(Family::Canvas);
        for _ in 0..8 {
            bed.platform.fault(At::LineItem, Fault::Answer(Response::plain(401, "coupled")));
        }
        let report = bed.examine(db).await;
        let left = of(&report.findings, Check::TestColumn);
        assert_eq!((left.code(), left.verdict()), ("test_column_left", Verdict::Failed));
        let label = bed.platform.state().line_items[1]["label"].as_str().unwrap().to_owned();
        assert!(left.detail.contains(&label) && label.contains("can be deleted"), "{left:?}");
        let text = left.to_forward(&report.here()).unwrap();
        assert!(text.contains(&label) && text.contains("a teacher of the course") && text.contains("Assignments"), "{text}");
    });
}

#[test]
fn a_column_of_an_earlier_look_is_named_and_not_removed() {
    sqlite(async |db| {
        let mut bed = bed(Family::Moodle);
        bed.order.test_column = false;
        let url = bed.platform.url("/services/lineitems/7/lineitem?type_id=7");
        let old = json!({ "id": url, "label": "Connection test abc (can be deleted)", "scoreMaximum": 100, "tag": "courseferry-test" });
        bed.platform.state().line_items.push(old);
        let report = bed.examine(db).await;
        let left = report.findings.iter().find(|f| f.code() == "test_column_left").unwrap();
        assert!(left.detail.contains("Connection test abc") && left.detail.contains("earlier"), "{left:?}");
        assert_eq!(bed.platform.state().line_items.len(), 2);
    });
}

#[test]
fn an_address_that_was_there_before_is_never_removed() {
    for family in ALL {
        sqlite(async |db| {
            let bed = bed(family);
            // A platform that answers with the activity's own column instead of a new one.
            let own = json!({ "id": bed.platform.line_item(), "label": "Module 1", "scoreMaximum": 50 });
            bed.platform.fault(At::LineItems, Fault::Slow(std::time::Duration::ZERO));
            bed.platform.fault(At::LineItems, Fault::Slow(std::time::Duration::ZERO));
            let media = "application/vnd.ims.lis.v2.lineitem+json";
            bed.platform.fault(At::LineItems, Fault::Answer(Response::json(201, media, &own)));
            let report = bed.examine(db).await;
            assert_ne!(of(&report.findings, Check::TestColumn).verdict(), Verdict::Ok);
            assert_untouched(&bed);
        });
    }
}

#[test]
fn with_reading_rights_alone_nothing_is_made() {
    use courseferry::lti::{ags, nrps::SCOPE_MEMBERS};
    for family in ALL {
        sqlite(async |db| {
            let bed = bed(family);
            bed.platform.grant(&[ags::SCOPE_SCORE, ags::SCOPE_RESULT, ags::SCOPE_LINE_ITEM_READ, SCOPE_MEMBERS]);
            let report = bed.examine(db).await;
            assert_eq!(of(&report.findings, Check::TestColumn).code(), "test_column_read_only");
            assert_eq!(of(&report.findings, Check::Columns).verdict(), Verdict::Ok);
            assert_eq!(bed.platform.state().made, 0);
            assert_untouched(&bed);
        });
    }
}

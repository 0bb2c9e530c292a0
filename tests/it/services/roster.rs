//! The roster, in one piece and in pages.

use courseferry::{
    lti::nrps::{MEMBERS_TYPE, MemberStatus},
    services::{ServiceError, tokens::TokenFault},
};
use serde_json::json;

use super::Rig;
use crate::fake_platform::{At, Family, Fault, Response};

fn people(n: usize) -> Vec<serde_json::Value> {
    (0..n)
        .map(|i| json!({ "user_id": format!("u{i:04}"), "status": "Active", "roles": ["Learner"], "name": format!("Person {i}") }))
        .collect()
}

#[test]
fn moodle_gives_the_roster_in_one_piece_and_canvas_in_pages_of_fifty() {
    for (family, page_size, requests) in [(Family::Moodle, None, 1), (Family::Canvas, Some(50), 3), (Family::Edx, Some(100), 2)] {
        let rig = Rig::new(family);
        rig.platform.state().members = people(120);
        rig.with(async |platform| {
            let found = rig.nrps().members(platform, &rig.platform.memberships_url(), page_size).await.unwrap();
            assert_eq!((found.len(), rig.platform.requests(At::Members)), (120, requests), "{family:?}");
            assert_eq!((found[0].user_id.as_str(), found[119].user_id.as_str()), ("u0000", "u0119"));
        });
    }
}

#[test]
fn a_person_on_two_pages_counts_once_as_the_later_page_says() {
    let rig = Rig::new(Family::Canvas);
    rig.with(async |platform| {
        let page = |status: &str| {
            Response::json(200, MEMBERS_TYPE, &json!({ "members": [{ "user_id": "ada", "status": status, "roles": ["Learner"] }] }))
        };
        let next = format!("<{}&page=1>; rel=next", rig.platform.memberships_url());
        rig.platform.fault(At::Members, Fault::Answer(page("Active").with("link", next)));
        rig.platform.fault(At::Members, Fault::Answer(page("Deleted")));
        let found = rig.nrps().members(platform, &rig.platform.memberships_url(), None).await.unwrap();
        assert_eq!(found.iter().map(|m| (m.user_id.as_str(), m.status)).collect::<Vec<_>>(), [("ada", MemberStatus::Deleted)]);
    });
}

#[test]
fn half_a_roster_is_no_roster() {
    let rig = Rig::new(Family::Canvas);
    rig.platform.state().members = people(60);
    rig.with(async |platform| {
        let url = rig.platform.memberships_url();
        let read = async || rig.nrps().members(platform, &url, Some(50)).await;
        let first = || Response::json(200, MEMBERS_TYPE, &json!({ "members": people(50) }));
        let to = |target: &str| first().with("link", format!("<{target}>; rel=next"));
        rig.platform.fault(At::Members, Fault::Answer(to(&format!("{url}&page=1"))));
        rig.platform.fault(At::Members, Fault::Answer(Response::plain(503, "busy")));
        assert!(matches!(read().await, Err(ServiceError::Answered(answer)) if answer.status == 503));
        rig.platform.fault(At::Members, Fault::Answer(to("https://evil.example/members")));
        assert!(matches!(read().await, Err(ServiceError::Paging)), "the token stays with its host");
        rig.platform.fault(At::Members, Fault::Answer(to(&format!("{url}&limit=50"))));
        assert!(matches!(read().await, Err(ServiceError::Paging)), "pages in a circle");
        rig.platform.fault(At::Members, Fault::Answer(Response::new(200, "text/html", "<html>Log in</html>")));
        assert!(matches!(read().await, Err(ServiceError::Unreadable(_))));
        rig.platform.fault(At::Members, Fault::HangUpBefore);
        assert!(matches!(read().await, Err(ServiceError::Http(_))));
        assert!(matches!(rig.nrps().members(platform, "nowhere", None).await, Err(ServiceError::Address(_))));
        rig.platform.grant(&[]);
        assert!(matches!(read().await, Err(ServiceError::Token(TokenFault::Refused { status: 400, .. }))));
    });
}

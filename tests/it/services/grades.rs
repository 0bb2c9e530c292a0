//! Tokens, scores, results, line items.

use std::time::Duration;

use courseferry::{
    lti::ags::{ActivityProgress, GradingProgress, LineItem, RESULTS_TYPE, SCOPE_RESULT, SCOPE_SCORE, Score, Submission},
    services::{
        ags::{AgsError, Wanted},
        tokens::{Platform, TokenFault},
    },
};
use serde_json::json;

use super::Rig;
use crate::fake_platform::{At, Family, Fault, Response};

fn score(user: &str, given: f64, stamp: &str) -> Score {
    Score {
        user_id: user.into(),
        score_given: Some(given),
        score_maximum: Some(100.0),
        activity_progress: ActivityProgress::Completed,
        grading_progress: GradingProgress::FullyGraded,
        timestamp: stamp.into(),
        comment: None,
        submission: Some(Submission { started_at: None, submitted_at: stamp.into() }),
        canvas: None,
    }
}

#[test]
fn a_token_is_kept_until_a_minute_before_its_end_and_per_scope() {
    for family in [Family::Moodle, Family::Canvas] {
        let rig = Rig::new(family);
        rig.with(async |platform| {
            let tokens = rig.tokens();
            let first = tokens.get(platform, &[SCOPE_SCORE, SCOPE_RESULT]).await.unwrap();
            assert_eq!(tokens.get(platform, &[SCOPE_RESULT, SCOPE_SCORE]).await.unwrap(), first, "the order of scopes does not matter");
            assert_ne!(tokens.get(platform, &[SCOPE_SCORE]).await.unwrap(), first);
            rig.wait(3539);
            assert_eq!(tokens.get(platform, &[SCOPE_SCORE, SCOPE_RESULT]).await.unwrap(), first);
            rig.wait(1);
            assert_ne!(tokens.get(platform, &[SCOPE_SCORE, SCOPE_RESULT]).await.unwrap(), first);
            assert_ne!(tokens.get(&Platform { registration_id: "r2", ..*platform }, &[SCOPE_SCORE]).await.unwrap(), first);
            assert_eq!(rig.platform.requests(At::Token), 4);
        });
    }
}

#[test]
fn many_who_need_a_token_wait_for_one_request() {
    let rig = Rig::new(Family::Canvas);
    rig.with(async |platform| {
        rig.platform.fault(At::Token, Fault::Slow(Duration::from_millis(100)));
        let tokens = rig.tokens();
        let all = futures_util::future::join_all((0..20).map(|_| tokens.get(platform, &[SCOPE_SCORE]))).await;
        assert!(all.windows(2).all(|w| w[0].as_ref().unwrap() == w[1].as_ref().unwrap()));
        assert_eq!(rig.platform.requests(At::Token), 1);
    });
}

#[test]
fn odd_token_answers_are_told_apart() {
    let rig = Rig::new(Family::Moodle);
    rig.with(async |platform| {
        let tokens = rig.tokens();
        let answer = |status, body: serde_json::Value| Fault::Answer(Response::json(status, "application/json", &body));
        rig.platform.fault(At::Token, answer(400, json!({"error": "invalid_client"})));
        let refused = tokens.get(platform, &[SCOPE_SCORE]).await.unwrap_err();
        assert!(matches!(&refused, TokenFault::Refused { status: 400, error } if error == "invalid_client"), "{refused}");
        for body in [json!({"token": "x"}), json!([]), json!({"access_token": 5})] {
            rig.platform.fault(At::Token, answer(200, body));
            assert!(matches!(tokens.get(platform, &[SCOPE_SCORE]).await, Err(TokenFault::Unreadable)));
        }
        rig.platform.fault(At::Token, answer(200, json!({"access_token": "t", "expires_in": "120"})));
        assert_eq!(&*tokens.get(platform, &[SCOPE_SCORE]).await.unwrap(), "t");
        rig.wait(60);
        assert_ne!(&*tokens.get(platform, &[SCOPE_SCORE]).await.unwrap(), "t", "a life told as text counts");
        let audience = tokens.get(&Platform { audience: Some("https://other.example"), ..*platform }, &[SCOPE_SCORE]).await;
        assert!(matches!(audience, Err(TokenFault::Refused { .. })));
        assert_eq!(rig.platform.breaches(), ["token request: aud is not the token address, as text"]);
    });
}

#[test]
fn a_score_is_posted_and_a_spent_token_replaced_once() {
    let rig = Rig::new(Family::Moodle);
    rig.with(async |platform| {
        let ags = rig.ags();
        let item = rig.platform.line_item();
        assert_eq!(ags.post_score(platform, &item, &score("ada", 80.0, "2026-11-18T10:00:00.000Z")).await.unwrap().status, 200);
        rig.platform.revoke_tokens();
        assert_eq!(ags.post_score(platform, &item, &score("ada", 90.0, "2026-11-18T10:00:01.000Z")).await.unwrap().status, 200);
        assert_eq!((rig.platform.requests(At::Token), rig.platform.requests(At::Score)), (2, 3));
        for _ in 0..2 {
            rig.platform.fault(At::Score, Fault::Answer(Response::plain(401, "Invalid Developer Key")));
        }
        assert_eq!(ags.post_score(platform, &item, &score("ada", 95.0, "2026-11-18T10:00:02.000Z")).await.unwrap().status, 401);
        assert_eq!(rig.platform.entry("ada").percent, Some(90.0));
    });
}

#[test]
fn results_of_one_learner_are_read_even_where_the_filter_is_ignored() {
    for family in [Family::Moodle, Family::Canvas, Family::Edx] {
        let rig = Rig::new(family);
        rig.with(async |platform| {
            let (ags, item) = (rig.ags(), rig.platform.line_item());
            for (user, given) in [("ada", 80.0), ("ben", 60.0)] {
                ags.post_score(platform, &item, &score(user, given, "2026-11-18T10:00:00.000Z")).await.unwrap();
            }
            let ada = ags.results(platform, &item, Some("ada")).await.unwrap();
            assert_eq!(ada.iter().map(|r| (r.user_id.as_str(), r.percent())).collect::<Vec<_>>(), [("ada", Some(80.0))]);
            assert_eq!(ags.results(platform, &item, None).await.unwrap().len(), 2);
        });
    }
}

#[test]
fn pages_are_followed_to_their_end_and_not_in_circles_nor_elsewhere() {
    let rig = Rig::new(Family::Canvas);
    rig.with(async |platform| {
        let (ags, item) = (rig.ags(), rig.platform.line_item());
        let page = |user: serde_json::Value, next: &str| {
            let body = json!([{ "userId": user, "resultScore": 1, "resultMaximum": 2 }]);
            let link = format!("<{next}>; rel=“next”");
            Fault::Answer(Response::json(200, RESULTS_TYPE, &body).with("link", link))
        };
        let second = rig.platform.url("/services/lineitems/1/lineitem/results?type_id=7&amp;page=2");
        rig.platform.fault(At::Results, page(json!(17), &second));
        rig.platform.fault(At::Results, Fault::Answer(Response::json(200, RESULTS_TYPE, &json!([{ "userId": "x" }, "odd"]))));
        let all = ags.results(platform, &item, None).await.unwrap();
        assert_eq!(all.iter().map(|r| (r.user_id.as_str(), r.percent())).collect::<Vec<_>>(), [("17", Some(50.0)), ("x", None)]);

        let itself = rig.platform.url("/services/lineitems/1/lineitem/results?type_id=7");
        rig.platform.fault(At::Results, page(json!("x"), &itself));
        assert!(matches!(ags.results(platform, &item, None).await, Err(AgsError::Paging)));
        rig.platform.fault(At::Results, page(json!("x"), "https://evil.example/collect"));
        assert!(matches!(ags.results(platform, &item, None).await, Err(AgsError::Paging)), "the token stays with its host");
        rig.platform.fault(At::Results, Fault::Answer(Response::new(200, "text/html", "<html>")));
        assert!(matches!(ags.results(platform, &item, None).await, Err(AgsError::Unreadable(_))));
    });
}

#[test]
fn line_items_are_found_by_link_and_made_with_all_they_need() {
    let rig = Rig::new(Family::Moodle);
    rig.with(async |platform| {
        let (ags, list) = (rig.ags(), rig.platform.line_items_url());
        let item = LineItem {
            id: None,
            label: "Quiz".into(),
            score_maximum: 100.0,
            resource_id: Some("m1".into()),
            tag: Some("grade".into()),
            resource_link_id: Some("link-1".into()),
            other: serde_json::Map::new(),
        };
        let made = ags.create_line_item(platform, &list, &item).await.unwrap();
        assert!(made.id.as_deref().unwrap().ends_with("?type_id=7"));
        let by_link = Wanted { resource_link_id: Some("link-1"), ..Wanted::default() };
        assert_eq!(ags.line_items(platform, &list, by_link, true).await.unwrap(), [made]);
        let other = Wanted { resource_link_id: Some("link-2"), ..Wanted::default() };
        assert_eq!(ags.line_items(platform, &list, other, true).await.unwrap(), []);
        rig.platform.grant(&[SCOPE_SCORE]);
        let narrow = rig.ags().line_items(platform, &list, by_link, true).await.unwrap_err();
        assert!(matches!(narrow, AgsError::Token(TokenFault::Refused { status: 400, .. })), "{narrow}");
    });
}

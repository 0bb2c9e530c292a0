use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::lti::{
    Check, Fault, Launch,
    platform::{self, CANVAS, EDX, GENERIC, MOODLE},
    tests::{accept_claims, claim, good},
};

const RETURN: &str = "https://lms.example/deep_links?state=a%2Fb&x=1";

/// A deep linking message with these settings beside a good return URL.
fn message(settings: Value) -> Value {
    let mut claims = good();
    claims[claim("message_type")] = json!("LtiDeepLinkingRequest");
    claims.as_object_mut().unwrap().remove(&claim("resource_link"));
    let mut all = json!({ "deep_link_return_url": RETURN, "accept_types": ["ltiResourceLink"] });
    all.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    claims[SETTINGS] = all;
    claims
}

fn launch(settings: Value) -> Launch {
    accept_claims(&message(settings)).unwrap()
}

fn request(settings: Value) -> DeepLinkingRequest {
    launch(settings).deep_linking.unwrap()
}

#[test]
fn a_deep_linking_message_needs_no_resource_link_and_keeps_what_it_says() {
    let data = json!({ "b": [1, 2.5, null], "a": "ü \u{1F600}" });
    let launch = launch(json!({ "accept_multiple": "TRUE", "accept_lineitem": false, "data": data,
        "accept_presentation_document_targets": ["iframe", "window"] }));
    assert!(launch.resource_link.is_none());
    let request = launch.deep_linking.unwrap();
    assert_eq!((request.return_url.as_str(), request.accept_multiple, request.accept_lineitem), (RETURN, Some(true), Some(false)));
    assert_eq!(request.data, Some(data));
    let kept: DeepLinkingRequest = serde_json::from_str(&serde_json::to_string(&request).unwrap()).unwrap();
    assert_eq!(kept, request, "it comes back from the database as it was");
}

#[test]
fn optional_settings_of_any_type_are_no_reason_to_refuse() {
    let odd = request(json!({ "accept_types": 7, "accept_multiple": 1, "accept_lineitem": "perhaps", "data": null,
        "accept_presentation_document_targets": "iframe", "text": ["x"], "auto_create": {} }));
    assert_eq!((odd.accept_types.len(), odd.accept_multiple, odd.accept_lineitem, odd.data), (0, None, None, None));
    assert_eq!(odd.accept_targets, ["iframe"]);
}

#[test]
fn a_message_that_does_not_say_where_the_answer_goes_is_refused() {
    let with = |settings: Value| {
        let mut claims = message(json!({}));
        claims[SETTINGS] = settings;
        claims
    };
    let url = |text: &str| with(json!({ "deep_link_return_url": text }));
    let mut none = message(json!({}));
    none.as_object_mut().unwrap().remove(SETTINGS);
    let cases = [
        none,
        with(json!("text")),
        with(json!({})),
        with(json!({ "deep_link_return_url": 5 })),
        url(""),
        url("javascript:alert(1)"),
        url("data:text/html,x"),
        url("//lms.example/x"),
        url("/x"),
        url("https:lms.example/x"),
        url("https:/lms.example/x"),
        url("https://lms.example@evil.example/"),
        url("https://user:pw@lms.example/"),
        url("https://lms.example\\@evil.example/"),
        url("https://lms.example/\r\nSet-Cookie: a=b"),
        url("https://lms.example/a b"),
        url("ftp://lms.example/x"),
        url(&format!("https://lms.example/{}", "x".repeat(9000))),
    ];
    for claims in cases {
        let error = accept_claims(&claims).unwrap_err();
        assert_eq!((error.code(), error.failed), ("deep_linking_settings_wrong", Check::DeepLinking), "{}", claims[SETTINGS]);
        assert!(!matches!(error.fault, Fault::Token(_)));
    }
    // The settings of another message are nobody's business.
    let mut plain = good();
    plain[SETTINGS] = json!({ "deep_link_return_url": "nonsense" });
    assert!(accept_claims(&plain).unwrap().deep_linking.is_none());
}

#[test]
fn the_answer_goes_to_the_registration_and_to_nobody_else() {
    const ENDPOINTS: &[&str] = &["https://lms.example", "https://sso.lms.example/auth", "http://127.0.0.1:8100/token"];
    let home = |url: &str, presented: &str| {
        let mut claims = message(json!({ "deep_link_return_url": url }));
        claims[claim("launch_presentation")] = json!({ "return_url": presented });
        let launch = accept_claims(&claims).unwrap();
        launch.deep_linking.clone().unwrap().returns_home(&launch, ENDPOINTS)
    };
    for good in ["https://lms.example/x", "https://LMS.example:443/x", "https://sso.lms.example/x?y", "http://127.0.0.1:8100/x"] {
        assert!(home(good, ""), "{good}");
    }
    // Hosted Canvas: the school's own host, which the signed launch names.
    assert!(home("https://school.instructure.com/courses/1/deep_linking_response?data=x", "https://school.instructure.com/courses/1"));
    for (bad, presented) in [
        ("https://evil.example/x", "https://school.example/"),
        ("https://lms.example.evil.example/x", ""),
        ("https://evil.example/https://lms.example/x", ""),
        ("https://lms.example:8443/x", ""),
        ("http://lms.example/x", ""),
        ("http://school.example/x", "http://school.example/"),
        ("http://127.0.0.1:8101/x", ""),
        ("https://evil.example/x", "javascript:alert(1)"),
    ] {
        assert!(!home(bad, presented), "{bad}");
    }
}

#[test]
fn the_policy_names_exactly_the_return_url_and_nothing_can_end_the_directive() {
    let source = |url: &str| request(json!({ "deep_link_return_url": url })).return_source().unwrap();
    assert_eq!(
        source("https://lms.example/mod/lti/contentitem_return.php?course=2&sesskey=x#f"),
        "https://lms.example/mod/lti/contentitem_return.php"
    );
    assert_eq!(source("https://lms.example/a;script-src,*'/x"), "https://lms.example/a%3Bscript-src%2C*'/x");
    assert_eq!(source("http://[::1]:8100/x"), "http://[::1]:8100/x");
}

#[test]
fn each_place_takes_what_its_product_takes() {
    use Then::*;
    // (platform, placement, accept_multiple, accept_lineitem) -> (many, graded, dates, window, embeds, then)
    type Case = (&'static str, Option<&'static str>, Option<bool>, Option<bool>, (bool, bool, bool, bool, bool, Then));
    let cases: &[Case] = &[
        ("canvas", Some("assignment_selection"), Some(false), None, (false, true, true, true, false, Form)),
        ("canvas", Some("assignment_selection"), Some(true), None, (false, true, true, true, false, Form)),
        ("canvas", Some("link_selection"), Some(true), None, (true, true, true, true, false, ModuleOrForm)),
        ("canvas", Some("course_assignments_menu"), Some(true), None, (true, true, true, true, false, Assignments)),
        ("canvas", Some("module_index_menu_modal"), Some(true), None, (true, true, true, true, false, NewModule)),
        ("canvas", Some("module_menu_modal"), Some(true), Some(false), (true, false, true, true, false, Module)),
        ("canvas", Some("module_menu_modal"), Some(false), None, (false, true, true, true, false, Module)),
        ("canvas", Some("editor_button"), Some(true), None, (true, false, false, false, true, Text)),
        ("canvas", Some("conference_selection"), Some(false), None, (false, false, false, true, false, Unknown)),
        ("canvas", None, Some(true), None, (true, false, false, true, false, Unknown)),
        ("moodle", None, Some(true), None, (true, true, false, false, false, FormOrSaved)),
        ("moodle", None, Some(false), Some(false), (false, false, false, false, false, Form)),
        ("edx", None, Some(true), None, (true, true, false, true, false, Unknown)),
        ("generic", None, None, None, (false, true, false, true, false, Unknown)),
        ("generic", Some("assignment_selection"), Some(true), Some(false), (true, false, false, true, false, Unknown)),
    ];
    for (key, place, many, graded, expected) in cases {
        let asked = DeepLinkingRequest {
            accept_multiple: *many,
            accept_lineitem: *graded,
            placement: place.map(str::to_owned),
            ..request(json!({ "accept_presentation_document_targets": ["iframe", "window"] }))
        };
        let t = Takes::of(&asked, platform::by_key(key));
        assert_eq!((t.many, t.graded, t.dates, t.window, t.embeds, t.then), *expected, "{key} {place:?} {many:?} {graded:?}");
        assert!(t.links);
    }
}

#[test]
fn a_place_that_takes_files_takes_no_links() {
    for platform in [&CANVAS, &MOODLE, &EDX, &GENERIC] {
        assert!(!Takes::of(&request(json!({ "accept_types": ["file", "html"] })), platform).links, "{}", platform.key);
        assert!(Takes::of(&request(json!({ "accept_types": [] })), platform).links, "nothing said is no refusal");
    }
}

const WHO: Response<'_> =
    Response { client_id: "client-1", issuer: "https://lms.example", deployment_id: "1", nonce: "n-1", now: 1_800_000_000 };

fn link() -> ResourceLinkItem {
    ResourceLinkItem {
        url: "https://tool.example/lti/launch?to=m1".into(),
        title: "Module 1".into(),
        text: String::new(),
        custom: BTreeMap::from([("to".into(), "m1".into())]),
        line_item: None,
        available: None,
        submission: None,
        iframe: None,
        window: None,
    }
}

#[test]
fn an_answer_says_who_to_whom_for_how_long_and_what() {
    let items = vec![
        link(),
        ResourceLinkItem {
            text: "About it.".into(),
            line_item: Some(ItemLineItem {
                label: "Quiz".into(),
                score_maximum: 10.0,
                resource_id: "q1".into(),
                tag: "grade",
                submission_review: None,
            }),
            available: Some(Span { start_date_time: Some("2026-12-01T08:00:00Z".into()), end_date_time: None }),
            submission: Some(Span { start_date_time: None, end_date_time: Some("2026-12-24T18:00:00Z".into()) }),
            iframe: Some(Frame { width: 800, height: 600 }),
            window: Some(Window { target_name: "_blank" }),
            ..link()
        },
    ];
    let claims = response(&WHO, &request(json!({ "data": "opaque <&> ü" })), &Answer::Items(items));
    assert_eq!(
        claims,
        json!({
            "iss": "client-1", "aud": "https://lms.example", "iat": 1_799_999_995, "exp": 1_800_000_295, "nonce": "n-1",
            claim("message_type"): "LtiDeepLinkingResponse", claim("version"): "1.3.0", claim("deployment_id"): "1",
            "https://purl.imsglobal.org/spec/lti-dl/claim/data": "opaque <&> ü",
            "https://purl.imsglobal.org/spec/lti-dl/claim/msg": "2 links from the course",
            "https://purl.imsglobal.org/spec/lti-dl/claim/log": "courseferry answered with 2 links",
            "https://purl.imsglobal.org/spec/lti-dl/claim/content_items": [
                { "type": "ltiResourceLink", "url": "https://tool.example/lti/launch?to=m1", "title": "Module 1", "custom": { "to": "m1" } },
                { "type": "ltiResourceLink", "url": "https://tool.example/lti/launch?to=m1", "title": "Module 1", "text": "About it.",
                  "custom": { "to": "m1" },
                  "lineItem": { "label": "Quiz", "scoreMaximum": 10.0, "resourceId": "q1", "tag": "grade" },
                  "available": { "startDateTime": "2026-12-01T08:00:00Z" }, "submission": { "endDateTime": "2026-12-24T18:00:00Z" },
                  "iframe": { "width": 800, "height": 600 }, "window": { "targetName": "_blank" } },
            ],
        })
    );
}

#[test]
fn a_cancelled_choice_is_an_empty_list_without_a_message() {
    let claims = response(&WHO, &request(json!({})), &Answer::Cancelled);
    assert_eq!(claims["https://purl.imsglobal.org/spec/lti-dl/claim/content_items"], json!([]));
    for absent in ["data", "msg", "errormsg"] {
        assert!(claims.get(format!("https://purl.imsglobal.org/spec/lti-dl/claim/{absent}")).is_none(), "{absent}");
    }
}

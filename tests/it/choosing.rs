//! What Canvas and Moodle make of a choice: a receiver that reads an answer to the letter of theirs, at every place a teacher can press the
//! button. Whatever it would drop in silence fails the test, for the teacher was offered it.

use serde_json::{Value, json};

use crate::{
    databases::each,
    deep_linking::{asked, fields, items, open_house, owned, verified},
    house::{Browser, CLIENT_ID, House, Page},
};

const LTI: &str = "https://purl.imsglobal.org/spec/lti/claim/";
const DL: &str = "https://purl.imsglobal.org/spec/lti-dl/claim/";
const PLACEMENT: &str = "https://www.instructure.com/placement";

/// A place, by the product's own rules.
#[derive(Debug, Clone, Copy)]
struct Place {
    canvas: bool,
    name: &'static str,
    types: &'static [&'static str],
    many: bool,
    columns: bool,
    dates: bool,
}

const LINK: &[&str] = &["ltiResourceLink"];
const EVERYTHING: &[&str] = &["link", "file", "html", "ltiResourceLink", "image"];

const fn canvas(name: &'static str, types: &'static [&'static str], many: bool, columns: bool) -> Place {
    Place { canvas: true, name, types, many, columns, dates: columns }
}

const PLACES: &[Place] = &[
    canvas("assignment_selection", LINK, false, true),
    canvas("link_selection", LINK, true, true),
    canvas("course_assignments_menu", LINK, true, true),
    canvas("module_index_menu_modal", LINK, true, true),
    canvas("module_menu_modal", LINK, true, true),
    canvas("editor_button", EVERYTHING, true, false),
    canvas("a placement of next year", LINK, true, false),
    Place { canvas: false, name: "", types: LINK, many: true, columns: true, dates: false },
];

fn request(house: &House, place: Place) -> Value {
    let targets = if place.canvas { json!(["iframe", "window"]) } else { json!(["frame", "iframe", "window"]) };
    // Neither has `data`, and Canvas says nothing of columns.
    let mut claims = asked(
        house,
        json!({ "accept_types": place.types, "accept_multiple": place.many, "accept_presentation_document_targets": targets, "data": null }),
    );
    claims[format!("{LTI}tool_platform")] = json!({ "product_family_code": if place.canvas { "canvas" } else { "moodle" } });
    if place.canvas {
        claims[PLACEMENT] = json!(place.name);
    }
    claims
}

/// A teacher who fills in all that is offered.
async fn choose_all_that_is_offered(browser: &mut Browser, page: &Page, picks: &str) -> Page {
    let review = browser.get(&format!("{}/pick/review?{picks}", page.root())).await;
    assert_eq!(review.status, 200, "{}", review.body);
    let mut form = fields(&review);
    for (name, value) in &mut form {
        match name.split('.').next().unwrap() {
            "opens" => "2026-10-01T08:00".clone_into(value),
            "due" => "2026-12-24T18:00".clone_into(value),
            "points" => "20".clone_into(value),
            "attempts" => "2".clone_into(value),
            "pass_mark" => "60".clone_into(value),
            _ => {}
        }
    }
    if review.body.contains("name=\"window\"") {
        form.push(("window".to_owned(), "yes".to_owned()));
    }
    browser.post(&format!("{}/pick/answer", page.root()), &owned(&form)).await
}

/// Why the whole answer would be refused.
fn refusals(house: &House, place: Place, claims: &Value) -> Vec<String> {
    let (now, mut found) = ((house.app.clock)().as_second(), Vec::new());
    let mut must = |holds: bool, what: &str| {
        if !holds {
            found.push(what.to_owned());
        }
    };
    must(claims["iss"] == CLIENT_ID && claims["aud"] == json!(house.issuer.url()), "JWT iss or aud");
    let (iat, exp) = (claims["iat"].as_i64().unwrap_or(i64::MAX), claims["exp"].as_i64().unwrap_or_default());
    must(iat <= now && iat > now - 300 && exp > now, "JWT iat or exp");
    must(claims["nonce"].as_str().is_some_and(|n| !n.is_empty()), "JWT jti");
    must(claims[format!("{LTI}message_type")] == "LtiDeepLinkingResponse", "message_type");
    must(claims[format!("{LTI}version")] == "1.3.0" && claims[format!("{LTI}deployment_id")] == "d1", "version or deployment_id");
    must(claims.get(format!("{DL}data")).is_none(), "data that nobody sent");
    must(place.many || items(claims).len() <= 1, "several where one is taken");
    for item in items(claims) {
        must(item["type"].as_str().is_some_and(|t| place.types.contains(&t)), "a type that is not taken");
        must(item["url"].as_str().is_some_and(|u| u.starts_with(&format!("{}/lti/launch?", house.base))), "url");
    }
    found
}

/// What would be taken, and then dropped or done otherwise than the teacher was told.
fn dropped(place: Place, item: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let known: &[&str] = &["type", "url", "title", "text", "custom", "icon", "lineItem"];
    let more: &[&str] = if place.canvas { &["iframe", "window", "available", "submission"] } else { &[] };
    found.extend(item.as_object().unwrap().keys().filter(|n| !known.contains(&n.as_str()) && !more.contains(&n.as_str())).cloned());
    // One value that is no text costs Canvas the whole map; a line break costs Moodle the rest.
    if !item["custom"].as_object().is_some_and(|all| all.values().all(|v| v.as_str().is_some_and(|v| !v.contains('\n')))) {
        found.push("custom".to_owned());
    }
    let to = item["custom"]["to"].as_str().unwrap_or_default();
    if to.is_empty() || !item["url"].as_str().unwrap().contains(&format!("to={to}")) {
        found.push("the content's key is not in both url and custom".to_owned());
    }
    if let Some(column) = item.get("lineItem") {
        if !place.columns {
            found.push("lineItem".to_owned());
        }
        if column["scoreMaximum"].as_f64().is_none_or(|m| m <= 0.0) {
            found.push("lineItem without scoreMaximum".to_owned());
        }
        let read: &[&str] = if place.canvas { &[] } else { &["submissionReview"] };
        let usual = ["scoreMaximum", "label", "resourceId", "tag"];
        found.extend(column.as_object().unwrap().keys().filter(|n| !usual.contains(&n.as_str()) && !read.contains(&n.as_str())).cloned());
        // Canvas calls the assignment by the one, Moodle the activity by the other.
        if column["label"] != item["title"] {
            found.push("two names".to_owned());
        }
    }
    for (span, member) in [("available", "startDateTime"), ("submission", "endDateTime")] {
        let Some(dates) = item.get(span) else { continue };
        if !place.dates {
            found.push(span.to_owned());
        }
        let zoned = |v: &Value| v.as_str().is_some_and(|t| t.parse::<jiff::Timestamp>().is_ok());
        found.extend(dates.as_object().unwrap().iter().filter(|(n, v)| *n != member || !zoned(v)).map(|(n, _)| format!("{span}.{n}")));
    }
    if item.get("window").is_some_and(|w| w["targetName"] != "_blank") || item.get("iframe").is_some_and(|f| !f["width"].is_number()) {
        found.push("window or iframe".to_owned());
    }
    found
}

#[test]
fn at_every_place_of_canvas_what_a_teacher_was_offered_is_what_it_takes() {
    each(async |db| {
        let house = open_house(db).await;
        for place in PLACES.iter().filter(|p| p.canvas) {
            choose_at(&house, *place).await;
        }
    });
}

#[test]
fn what_a_teacher_was_offered_is_what_moodle_takes() {
    each(async |db| choose_at(&open_house(db).await, PLACES[7]).await);
}

async fn choose_at(house: &House, place: Place) {
    let mut browser = Browser::new();
    let page = house.launch(&mut browser, request(house, place)).await;
    assert!(page.status == 200 && page.url.ends_with("/pick"), "{place:?} {}", page.body);
    let picks = if place.many { "pick=alpha-quiz&pick=a-one" } else { "pick=alpha-quiz" };
    let sent = choose_all_that_is_offered(&mut browser, &page, picks).await;
    let claims = verified(house, &mut browser, &sent).await;
    assert_eq!(refusals(house, place, &claims), Vec::<String>::new(), "{place:?}");
    for item in items(&claims) {
        assert_eq!(dropped(place, item), Vec::<String>::new(), "{place:?} {item}");
    }
    let made: Vec<_> = items(&claims).iter().map(|i| (i.get("lineItem").is_some(), i.get("submission").is_some())).collect();
    assert_eq!(made.len(), if place.many { 2 } else { 1 }, "{place:?}");
    assert_eq!(made.iter().any(|(column, _)| *column), place.columns, "{place:?}: columns where they are taken");
    assert_eq!(made.iter().any(|(_, due)| *due), place.dates, "{place:?}: dates where they are taken");
}

#[test]
fn where_no_links_are_taken_nothing_is_offered() {
    each(async |db| {
        let house = open_house(db).await;
        // Canvas downloads a cartridge there; it has no use for a link.
        let place = canvas("migration_selection", &["file"], false, false);
        let mut browser = Browser::new();
        let page = house.launch(&mut browser, request(&house, place)).await;
        assert!(page.status.is_client_error() && !page.body.contains("data-picker"), "{} {}", page.status, page.body);
    });
}

#[test]
fn the_receiver_notices_what_is_dropped() {
    let place = PLACES[0];
    let good = json!({ "type": "ltiResourceLink", "url": "https://t.example/lti/launch?to=m1", "title": "M", "custom": { "to": "m1" },
        "lineItem": { "label": "M", "scoreMaximum": 10, "resourceId": "m1", "tag": "grade" } });
    assert_eq!(dropped(place, &good), Vec::<String>::new());
    for (pointer, value) in [
        ("/custom/attempts", json!(2)),
        ("/custom/to", json!("m2")),
        ("/lineItem/scoreMaximum", json!(0)),
        ("/lineItem/submissionReview", json!({})),
        ("/lineItem/label", json!("N")),
        ("/submission", json!({ "startDateTime": "2026-10-01T08:00:00Z" })),
        ("/submission", json!({ "endDateTime": "2026-10-01T08:00:00" })),
        ("/window", json!({ "targetName": "x" })),
        ("/thumbnail", json!("x")),
    ] {
        let mut bad = good.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        bad.pointer_mut(parent).unwrap()[name] = value;
        assert_eq!(dropped(place, &bad).len(), 1, "{pointer}");
    }
    assert_eq!(dropped(PLACES[5], &good), ["lineItem"], "an editor has no columns");
    assert_eq!(dropped(PLACES[7], &json!({ "submission": { "endDateTime": "2026-10-01T08:00:00Z" }, "type": good["type"], "url": good["url"], "custom": good["custom"] })).len(), 2, "Moodle reads no dates");
}

//! Launches that look odd and are in order: the certification suite's, and what platforms really send.

use serde_json::json;

use super::{Bend, Case, opens, run};

const MEMBERSHIP: &str = "http://purl.imsglobal.org/vocab/lis/v2/membership";
const INSTITUTION: &str = "http://purl.imsglobal.org/vocab/lis/v2/institution/person";
const AGS: &str = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint";
const TEACHER: &str = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor";
const LEARNER: &str = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner";
const NAMES: &[&str] = &["name", "given_name", "family_name"];

/// A learner whose work counts.
const fn learner(name: &'static str, bend: fn(&mut Bend<'_>)) -> Case {
    opens(name, "learner", true, bend)
}

const fn teacher(name: &'static str, bend: fn(&mut Bend<'_>)) -> Case {
    opens(name, "instructor", false, bend)
}

fn anonymous(b: &mut Bend<'_>) {
    b.without(NAMES);
    b.without(&["email"]);
}

pub(super) const CASES: &[Case] = &[
    teacher("I1: an instructor with everything", |b| {
        b.roles(&[TEACHER]);
        b.set("email", json!("t@example.org"));
    }),
    teacher("I2: an instructor with roles of two vocabularies", |b| b.roles(&[TEACHER, &format!("{INSTITUTION}#Faculty")])),
    teacher("I3: an instructor by the short role", |b| b.roles(&["Instructor"])),
    learner("I4: an unknown role only", |b| b.roles(&["http://purl.imsglobal.org/vocab/lis/v2/uknownrole/unknown#Helper"])),
    learner("I5: no role", |b| b.roles(&[])),
    teacher("I6: an instructor with an e-mail address only", |b| {
        b.roles(&[TEACHER]);
        b.without(NAMES);
        b.set("email", json!("t@example.org"));
    }),
    teacher("I7: an instructor with names only", |b| b.roles(&[TEACHER])),
    teacher("I8: an instructor without personal data", |b| {
        b.roles(&[TEACHER]);
        anonymous(b);
    }),
    teacher("I9: an instructor with an e-mail address and no course", |b| {
        b.roles(&[TEACHER]);
        b.set("email", json!("t@example.org"));
        b.without(&["context"]);
    }),
    teacher("I10: an instructor with a resource link only", |b| {
        b.roles(&[TEACHER]);
        anonymous(b);
        b.without(&["context", "custom", "launch_presentation", AGS]);
    }),
    learner("S1: a learner with everything", |b| b.set("email", json!("l@example.org"))),
    learner("S2: a learner with roles of two vocabularies", |b| b.roles(&[LEARNER, &format!("{INSTITUTION}#Student")])),
    learner("S3: a learner by the short role", |b| b.roles(&["Learner"])),
    learner("S6: a learner with an e-mail address only", |b| {
        b.without(NAMES);
        b.set("email", json!("l@example.org"));
    }),
    learner("S8: a learner without personal data", anonymous),
    learner("S9: a learner with an e-mail address and no course", |b| {
        b.set("email", json!("l@example.org"));
        b.without(&["context"]);
    }),
    learner("S10: a learner with a resource link only", |b| {
        anonymous(b);
        b.without(&["context", "custom", "launch_presentation", AGS]);
    }),
    learner("an instructor of the institution", |b| b.roles(&[&format!("{INSTITUTION}#Instructor")])),
    learner("an administrator of the system", |b| b.roles(&["http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator"])),
    learner("two roles in one text", |b| b.roles(&["Instructor,Learner"])),
    learner("a vocabulary that ends like ours", |b| b.roles(&[&format!("https://evil.example/{MEMBERSHIP}#Instructor")])),
    learner("a role with a second fragment", |b| b.roles(&[&format!("{MEMBERSHIP}#Instructor#x")])),
    teacher("a role in capitals", |b| b.roles(&[&format!("{}#INSTRUCTOR", MEMBERSHIP.to_uppercase())])),
    teacher("a teaching assistant", |b| b.roles(&[&format!("{MEMBERSHIP}/Instructor#TeachingAssistant")])),
    opens("an observer", "observer", false, |b| b.roles(&[&format!("{MEMBERSHIP}#Mentor")])),
    opens("a designer", "observer", false, |b| b.roles(&[&format!("{MEMBERSHIP}#ContentDeveloper")])),
    opens("a test student", "learner", false, |b| b.roles(&[LEARNER, "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"])),
    opens("staff who act as a learner", "learner", false, |b| b.set("custom", json!({ "canvas_masquerading_user_id": "77" }))),
    learner("nobody acts as anybody", |b| b.set("custom", json!({ "canvas_masquerading_user_id": "$Canvas.masqueradingUser.id" }))),
    learner("custom that asks for a role", |b| b.set("custom", json!({ "roles": "Instructor", "role": "instructor", "gradable": "true" }))),
    learner("R1: an empty name", |b| b.set("name", json!(""))),
    learner("R1: an empty custom", |b| b.set("custom", json!({}))),
    learner("R1: a course without a type", |b| b.set("context", json!({ "id": "course-1" }))),
    learner("R1: names in other scripts", |b| b.set("name", json!("Ünï 名前 \u{202e}אבג"))),
    learner("R1: ids of 255 characters", |b| {
        b.set("sub", json!("s".repeat(255)));
        b.set("context", json!({ "id": "c".repeat(255) }));
        b.set("resource_link", json!({ "id": "r".repeat(255) }));
    }),
    learner("ids of 1,024 bytes", |b| {
        b.set("sub", json!("é".repeat(512)));
        b.set("resource_link", json!({ "id": "é".repeat(512) }));
    }),
    learner("a course with an id beyond all measure", |b| {
        b.set("context", json!({ "id": (0..5000).map(|n| n.to_string()).collect::<String>() }));
    }),
    learner("NUL in a name", |b| b.set("name", json!("A\u{0}da"))),
    learner("NUL in titles and addresses", |b| {
        b.set("context", json!({ "id": "course-1", "title": "C\u{0}", "label": "\u{0}" }));
        b.set("resource_link", json!({ "id": "link-1", "title": "T\u{0}", "description": "\u{0}" }));
        b.set("launch_presentation", json!({ "return_url": "https://x.example/\u{0}", "locale": "\u{0}de" }));
    }),
    learner("NUL in a custom value and a role", |b| {
        b.set("custom", json!({ "to": "a\u{0}", "x\u{0}": "y\u{0}" }));
        b.roles(&[LEARNER, "urn:\u{0}"]);
    }),
    learner("a name of 20,000 characters", |b| b.set("name", json!("n".repeat(20_000)))),
    learner("names that are no texts", |b| {
        b.set("name", json!({ "first": "Ada" }));
        b.set("given_name", json!(5));
        b.set("email", json!(["a@example.org"]));
        b.set("locale", json!(7));
    }),
    learner("a course that is a text", |b| b.set("context", json!("course-1"))),
    learner("custom that is a list", |b| b.set("custom", json!([1, 2]))),
    learner("custom with values of every kind", |b| b.set("custom", json!({ "to": null, "n": 1.5, "b": true, "o": { "x": [] } }))),
    learner("a variable left as it was", |b| b.set("custom", json!({ "to": "$ResourceLink.custom.to", "user": "$User.username" }))),
    learner("content nobody has", |b| b.set("custom", json!({ "to": "../../etc/passwd" }))),
    learner("an empty line item", |b| b.set(AGS, json!({ "scope": [], "lineitems": "https://x.example/li", "lineitem": "" }))),
    learner("a line item that is null", |b| b.set(AGS, json!({ "scope": null, "lineitem": null }))),
    learner("a line item that is no address", |b| b.set(AGS, json!({ "scope": ["x"], "lineitem": "javascript:alert(1)" }))),
    learner("a grade service that is a text", |b| b.set(AGS, json!("yes"))),
    learner("scopes nobody knows", |b| {
        b.set(AGS, json!({ "scope": ["urn:unheard-of", "https://purl.imsglobal.org/spec/lti-ags/scope/score"] }));
    }),
    learner("one scope as a text", |b| b.set(AGS, json!({ "scope": "https://purl.imsglobal.org/spec/lti-ags/scope/score" }))),
    learner("a resource link that is the course", |b| b.set("resource_link", json!({ "id": "course-1" }))),
    learner("claims nobody knows", |b| b.set("https://unheard.example/claim", json!({ "x": [1, { "y": null }] }))),
    learner("a presentation nobody knows", |b| {
        b.set("launch_presentation", json!({ "document_target": "hologram", "width": "wide", "return_url": "javascript:alert(1)" }));
    }),
    learner("a platform that is a number", |b| b.set("tool_platform", json!(5))),
    learner("aud as a list of one", |b| b.set("aud", json!(["client-1"]))),
    learner("no azp", |b| b.without(&["azp"])),
    learner("expired half a minute ago by our clock", |b| b.set("exp", json!(b.seconds("iat") - 30))),
    learner("issued half a minute ahead of our clock", |b| b.set("iat", json!(b.seconds("iat") + 30))),
    learner("issued nine minutes ago", |b| b.set("iat", json!(b.seconds("iat") - 540))),
    learner("a header with keys to be ignored", |b| {
        b.header = json!({ "alg": "RS256", "kid": "key-1", "jku": "https://evil.example/", "x5u": "https://evil.example/" }).to_string();
    }),
    learner("a header without typ", |b| b.header = json!({ "alg": "RS256", "kid": "key-1" }).to_string()),
    learner("a login by GET", |b| b.by_get = true),
    learner("a login without client_id", |b| b.without_login("client_id")),
    learner("a login without a message hint", |b| b.without_login("lti_message_hint")),
    learner("a login with an empty message hint", |b| b.login("lti_message_hint", "")),
    learner("a login with a deployment", |b| b.login("lti_deployment_id", "d1")),
    learner("a login with parameters nobody knows", |b| b.login("utm_source", "<script>")),
    learner("a login with a storage, and the cookie came back", |b| b.login("lti_storage_target", "_parent")),
    learner("a target in another spelling", |b| {
        let target = format!("{}/lti/./launch", b.house.base.replace("http", "HTTP"));
        b.target(&target);
        b.set("target_link_uri", json!(format!("{}/lti/launch", b.house.base)));
    }),
    learner("a target with a query", |b| {
        let target = format!("{}/lti/launch?to=a-one&x=%3Cscript%3E", b.house.base);
        b.target(&target);
    }),
];

#[test]
fn every_odd_launch_opens_with_the_least_that_it_says() {
    run(CASES, false);
}

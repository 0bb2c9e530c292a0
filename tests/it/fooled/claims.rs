//! Well-signed tokens whose claims must not open anything: every claim that carries trust, missing, mistyped and wrong.

use serde_json::json;

use super::{Bend, Case, Outcome, refused, run};

const fn no(name: &'static str, code: &'static str, bend: fn(&mut Bend<'_>)) -> Case {
    refused(name, 400, code, bend)
}

/// Nobody is registered under what the token says.
const fn unknown(name: &'static str, bend: fn(&mut Bend<'_>)) -> Case {
    refused(name, 403, "platform_unknown", bend)
}

pub(super) const CASES: &[Case] = &[
    unknown("iss missing", |b| b.without(&["iss"])),
    unknown("iss of a stranger", |b| b.set("iss", json!("https://stranger.example"))),
    unknown("iss with a slash more", |b| b.set("iss", json!(format!("{}/", b.house.issuer.url())))),
    unknown("iss is a number", |b| b.set("iss", json!(5))),
    unknown("iss is a list", |b| b.set("iss", json!([b.house.issuer.url()]))),
    unknown("iss with NUL", |b| b.set("iss", json!(format!("{}\0", b.house.issuer.url())))),
    unknown("aud missing", |b| b.without(&["aud"])),
    unknown("aud of a tool nobody knows", |b| b.set("aud", json!("another-tool"))),
    unknown("aud is empty", |b| b.set("aud", json!(""))),
    unknown("aud is an empty list", |b| b.set("aud", json!([]))),
    unknown("aud is null", |b| b.set("aud", json!(null))),
    unknown("aud is a number", |b| b.set("aud", json!(1))),
    unknown("aud is an object", |b| b.set("aud", json!({ "client-1": true }))),
    unknown("aud with NUL", |b| b.set("aud", json!("client-1\0"))),
    no("aud is another tool of the same platform", "state_unknown", |b| {
        b.set("aud", json!("client-2"));
        b.set("azp", json!("client-2"));
    }),
    no("aud with a stranger behind us", "audience_wrong", |b| b.set("aud", json!(["client-1", "somebody-else"]))),
    no("aud with a stranger before us", "audience_wrong", |b| b.set("aud", json!(["somebody-else", "client-1"]))),
    no("aud with a number behind us", "audience_wrong", |b| b.set("aud", json!(["client-1", 5]))),
    no("azp is another tool", "authorized_party_wrong", |b| b.set("azp", json!("another-tool"))),
    no("azp is empty", "authorized_party_wrong", |b| b.set("azp", json!(""))),
    no("azp is null", "authorized_party_wrong", |b| b.set("azp", json!(null))),
    no("azp is a list", "authorized_party_wrong", |b| b.set("azp", json!(["client-1"]))),
    no("exp missing", "expiry_wrong", |b| b.without(&["exp"])),
    no("exp two minutes ago", "token_expired", |b| b.set("exp", json!(b.seconds("exp") - 180))),
    no("exp is a text", "expiry_wrong", |b| b.set("exp", json!(b.seconds("exp").to_string()))),
    no("exp is a fraction", "expiry_wrong", |b| b.set("exp", json!(4_000_000_000.5))),
    no("exp is negative", "expiry_wrong", |b| b.set("exp", json!(-1))),
    no("exp is beyond all numbers", "expiry_wrong", |b| b.set("exp", json!(1e300))),
    no("exp is beyond all time", "expiry_wrong", |b| b.set("exp", json!(u64::MAX))),
    no("exp is null", "expiry_wrong", |b| b.set("exp", json!(null))),
    no("exp is true", "expiry_wrong", |b| b.set("exp", json!(true))),
    no("exp is a list", "expiry_wrong", |b| b.set("exp", json!([b.seconds("exp")]))),
    no("nbf in an hour", "expiry_wrong", |b| b.set("nbf", json!(b.seconds("iat") + 3600))),
    no("nbf is a text", "expiry_wrong", |b| b.set("nbf", json!("0"))),
    no("iat missing", "issued_at_wrong", |b| b.without(&["iat"])),
    no("iat one day ago", "token_too_old", |b| b.set("iat", json!(b.seconds("iat") - 86_400))),
    no("iat in an hour", "token_from_the_future", |b| b.set("iat", json!(b.seconds("iat") + 3600))),
    no("iat is a text", "issued_at_wrong", |b| b.set("iat", json!(b.seconds("iat").to_string()))),
    no("iat is negative", "issued_at_wrong", |b| b.set("iat", json!(-5))),
    no("iat in milliseconds", "issued_at_wrong", |b| b.set("iat", json!(b.seconds("iat") * 1000))),
    no("B7: iat 11111, exp 22222", "token_expired", |b| {
        b.set("iat", json!(11111));
        b.set("exp", json!(22222));
    }),
    no("nonce missing", "nonce_wrong", |b| b.set("nonce", json!({ "absent": true }))),
    no("a nonce we never issued", "nonce_wrong", |b| b.set("nonce", json!("never-issued"))),
    no("an empty nonce", "nonce_wrong", |b| b.set("nonce", json!(""))),
    no("nonce is a number", "nonce_wrong", |b| b.set("nonce", json!(5))),
    no("nonce is null", "nonce_wrong", |b| b.set("nonce", json!(null))),
    no("a nonce with a space behind", "nonce_wrong", |b| b.set("nonce", json!("{nonce} "))),
    no("B4: version missing", "version_wrong", |b| b.without(&["version"])),
    no("B3: version 11.3", "version_wrong", |b| b.set("version", json!("11.3"))),
    no("version 1.3", "version_wrong", |b| b.set("version", json!("1.3"))),
    no("version is a number", "version_wrong", |b| b.set("version", json!(1.3))),
    no("version LTI-1p0", "version_wrong", |b| b.set("version", json!("LTI-1p0"))),
    no("B8: message_type missing", "message_type_wrong", |b| b.without(&["message_type"])),
    no("message_type nobody knows", "message_type_wrong", |b| b.set("message_type", json!("LtiUnknownRequest"))),
    no("message_type in small letters", "message_type_wrong", |b| b.set("message_type", json!("ltiresourcelinkrequest"))),
    no("message_type of LTI 1.1", "message_type_wrong", |b| b.set("message_type", json!("basic-lti-launch-request"))),
    no("message_type is a list", "message_type_wrong", |b| b.set("message_type", json!(["LtiResourceLinkRequest"]))),
    no("B10: deployment_id missing", "deployment_missing", |b| b.without(&["deployment_id"])),
    no("deployment_id is empty", "deployment_missing", |b| b.set("deployment_id", json!(" "))),
    no("deployment_id is a number", "deployment_missing", |b| b.set("deployment_id", json!(1))),
    no("deployment_id with NUL", "deployment_missing", |b| b.set("deployment_id", json!("d1\0"))),
    no("deployment_id of 2,000 characters", "deployment_missing", |b| b.set("deployment_id", json!("d".repeat(2000)))),
    Case {
        name: "a deployment nobody approved",
        bend: |b| b.set("deployment_id", json!("another-school")),
        outcome: Outcome::Spent(403, "deployment_waits"),
    },
    Case {
        name: "our deployment in capitals",
        bend: |b| b.set("deployment_id", json!("D1")),
        outcome: Outcome::Spent(403, "deployment_waits"),
    },
    no("target_link_uri missing", "target_wrong", |b| b.without(&["target_link_uri"])),
    no("target_link_uri is a list", "target_wrong", |b| b.set("target_link_uri", json!([format!("{}/lti/launch", b.house.base)]))),
    no("target_link_uri of another host", "target_wrong", |b| b.set("target_link_uri", json!("https://evil.example/lti/launch"))),
    no("target_link_uri other than the login's", "target_wrong", |b| {
        b.set("target_link_uri", json!(format!("{}/lti/other?to=beta", b.house.base)));
    }),
    no("B9: roles missing", "roles_wrong", |b| b.without(&["roles"])),
    no("roles is null", "roles_wrong", |b| b.set("roles", json!(null))),
    no("roles is a text", "roles_wrong", |b| b.set("roles", json!("Instructor"))),
    no("roles is an object", "roles_wrong", |b| b.set("roles", json!({ "0": "Instructor" }))),
    no("roles holds a number", "roles_wrong", |b| b.set("roles", json!(["Learner", 5]))),
    no("roles holds null", "roles_wrong", |b| b.set("roles", json!([null]))),
    no("B12: sub missing", "subject_missing", |b| b.without(&["sub"])),
    no("sub is empty", "subject_missing", |b| b.set("sub", json!(""))),
    no("sub is white space", "subject_missing", |b| b.set("sub", json!(" \t"))),
    no("sub is null", "subject_missing", |b| b.set("sub", json!(null))),
    no("sub is a number", "subject_missing", |b| b.set("sub", json!(5))),
    no("sub with NUL", "subject_missing", |b| b.set("sub", json!("u\u{0}1"))),
    no("sub of 2,000 characters", "subject_missing", |b| b.set("sub", json!("s".repeat(2000)))),
    no("B11: resource_link missing", "resource_link_missing", |b| b.without(&["resource_link"])),
    no("B11: resource_link without id", "resource_link_missing", |b| b.set("resource_link", json!({ "title": "x" }))),
    no("resource_link with an empty id", "resource_link_missing", |b| b.set("resource_link", json!({ "id": "" }))),
    no("resource_link with a number as id", "resource_link_missing", |b| b.set("resource_link", json!({ "id": 5 }))),
    no("resource_link is a text", "resource_link_missing", |b| b.set("resource_link", json!("link-1"))),
    no("resource_link is null", "resource_link_missing", |b| b.set("resource_link", json!(null))),
    no("resource_link with NUL in its id", "resource_link_missing", |b| b.set("resource_link", json!({ "id": "a\u{0}" }))),
    no("resource_link with an id of 2,000 characters", "resource_link_missing", |b| {
        b.set("resource_link", json!({ "id": "r".repeat(2000) }));
    }),
    unknown("B6: aud, iss, sub, deployment_id and roles missing together", |b| b.without(&["aud", "iss", "sub", "deployment_id", "roles"])),
    unknown("B5: a signed token that is no launch", |b| b.claims = json!({ "name": "badltilaunch" })),
];

#[test]
fn every_bad_claim_is_refused() {
    run(CASES, true);
}

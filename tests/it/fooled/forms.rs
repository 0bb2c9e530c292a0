//! Launch forms and browsers that do not fit: no session without proof that the login began in this browser.

use serde_json::json;

use super::{Case, Outcome, Who, refused, run};
use crate::{
    databases::each,
    house::{Browser, House, client},
};

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
}

pub(super) const CASES: &[Case] = &[
    refused("an empty form", 400, "login_parameter_missing", |b| b.form = Some(|_, _| Vec::new())),
    refused("no id_token", 400, "login_parameter_missing", |b| b.form = Some(|_, s| pairs(&[("state", s)]))),
    refused("an empty id_token", 400, "login_parameter_missing", |b| b.form = Some(|_, s| pairs(&[("id_token", ""), ("state", s)]))),
    refused("no state", 400, "login_parameter_missing", |b| b.form = Some(|t, _| pairs(&[("id_token", t)]))),
    refused("an empty state", 400, "login_parameter_missing", |b| b.form = Some(|t, _| pairs(&[("id_token", t), ("state", " ")]))),
    refused("two id_tokens", 400, "login_parameter_repeated", |b| {
        b.form = Some(|t, s| pairs(&[("id_token", t), ("id_token", t), ("state", s)]));
    }),
    refused("two states", 400, "login_parameter_repeated", |b| {
        b.form = Some(|t, s| pairs(&[("id_token", t), ("state", s), ("state", s)]));
    }),
    refused("a state of 17 KiB", 400, "login_parameter_too_long", |b| {
        b.form = Some(|t, _| pairs(&[("id_token", t), ("state", &"s".repeat(17 * 1024))]));
    }),
    refused("a state with NUL", 400, "login_parameter_unreadable", |b| {
        b.form = Some(|t, s| pairs(&[("id_token", t), ("state", &format!("{s}\0"))]));
    }),
    refused("a state we never issued", 400, "state_unknown", |b| {
        b.form = Some(|t, _| pairs(&[("id_token", t), ("state", "0197f0000000never-issued")]));
    }),
    refused("a state cut by one character", 400, "state_unknown", |b| {
        b.form = Some(|t, s| pairs(&[("id_token", t), ("state", &s[..s.len() - 1])]));
    }),
    refused("a state in capitals", 400, "state_unknown", |b| {
        b.form = Some(|t, s| pairs(&[("id_token", t), ("state", &s.to_uppercase())]));
    }),
    refused("SQL as state", 400, "state_unknown", |b| b.form = Some(|t, _| pairs(&[("id_token", t), ("state", "' OR '1'='1")]))),
    refused("the hash of a state as state", 400, "state_unknown", |b| {
        b.form = Some(|t, s| pairs(&[("id_token", t), ("state", &courseferry::ids::timed_hash(s))]));
    }),
    refused("the browser kept no cookie", 400, "state_unbound", |b| b.browser = Who::WithoutCookies),
    refused("another browser's state", 400, "state_unbound", |b| b.browser = Who::Another),
    refused("the cookie of another login", 400, "state_unbound", |b| b.browser = Who::OtherCookie),
    refused("an empty cookie", 400, "state_unbound", |b| b.browser = Who::EmptyCookie),
    refused("another browser's state, with lti_storage_target in the form", 400, "state_unbound", |b| {
        b.browser = Who::Another;
        b.form = Some(|t, s| pairs(&[("id_token", t), ("state", s), ("lti_storage_target", "_parent")]));
    }),
    refused("no cookie, with a proof in the form", 400, "state_unbound", |b| {
        b.browser = Who::WithoutCookies;
        b.form = Some(|t, s| pairs(&[("id_token", t), ("state", s), ("proof", s)]));
    }),
    refused("a login of eleven minutes ago", 400, "state_unknown", |b| {
        b.late = 11 * 60 * 1000;
        let (iat, exp) = (b.seconds("iat") + 660, b.seconds("exp") + 660);
        b.set("iat", json!(iat));
        b.set("exp", json!(exp));
    }),
    Case {
        name: "the platform refuses",
        bend: |b| b.form = Some(|_, s| pairs(&[("error", "login_required"), ("error_description", "No user"), ("state", s)])),
        outcome: Outcome::Spent(400, "platform_refused"),
    },
    Case {
        name: "the platform refuses and sends a token all the same",
        bend: |b| b.form = Some(|t, s| pairs(&[("error", "access_denied"), ("id_token", t), ("state", s)])),
        outcome: Outcome::Spent(400, "platform_refused"),
    },
    refused("a refusal posted by another browser", 400, "platform_refused", |b| {
        b.browser = Who::Another;
        b.form = Some(|_, s| pairs(&[("error", "login_required"), ("state", s)]));
    }),
    refused("a refusal without state", 400, "platform_refused", |b| b.form = Some(|_, _| pairs(&[("error", "server_error")]))),
    refused("two refusals", 400, "login_parameter_repeated", |b| {
        b.form = Some(|_, s| pairs(&[("error", "a"), ("error", "b"), ("state", s)]));
    }),
];

#[test]
fn every_bad_form_is_refused() {
    run(CASES, true);
}

/// Not forms at all.
#[test]
fn a_launch_that_is_no_form_is_refused() {
    each(async |db| {
        let house = House::open(db).await;
        let mut browser = Browser::new();
        let (state, nonce) = house.login(&mut browser).await;
        let mut claims = house.claims("u1");
        claims["nonce"] = json!(nonce);
        let token = house.issuer.key.sign(&claims).unwrap();
        let url = format!("{}/lti/launch", house.base);
        let client = client();
        let form = [("id_token", &token), ("state", &state)];
        let in_query = url::Url::parse_with_params(&url, form).unwrap();
        let requests = [
            ("JSON", client.post(&url).json(&json!({ "id_token": token, "state": state }))),
            ("plain text", client.post(&url).header("content-type", "text/plain").body(format!("id_token={token}&state={state}"))),
            ("a query", client.post(in_query.clone())),
            ("a form without a type", client.post(&url).body(format!("id_token={token}&state={state}"))),
            ("GET", client.get(in_query)),
            ("PUT", client.put(&url).form(&form)),
        ];
        for (name, request) in requests {
            let page = browser.send(request.header("sec-fetch-site", "cross-site")).await;
            assert!(page.status.is_client_error(), "{name}: {}", page.status);
            assert!(browser.sessions().is_empty(), "{name}");
        }
        assert_eq!(house.post_token(&mut browser, &token, &state).await.status, 200, "nothing was spent");
    });
}

//! Connections that are set up wrongly, one fault each: the doctor names it, and whoever can end it.

use courseferry::{
    lti::{
        ags::{SCOPE_LINE_ITEM, SCOPE_RESULT, SCOPE_SCORE},
        doctor::{Check, Verdict, Who},
        nrps::SCOPE_MEMBERS,
    },
    store::registration::RegistrationStatus,
};
use serde_json::json;

use super::Bed;
use crate::{
    databases::{each, sqlite},
    fake_platform::{At, Family, Fault, Response},
};

/// One fault.
struct Seed {
    what: &'static str,
    family: Family,
    set: fn(&mut Bed),
    check: Check,
    code: &'static str,
    verdict: Verdict,
    who: Who,
}

fn answers(bed: &Bed, at: At, status: u16, text: &str) {
    bed.platform.fault(at, Fault::Answer(Response::plain(status, text)));
}

fn refuses(bed: &Bed, status: u16, error: &str, words: Option<&str>) {
    let mut body = json!({ "error": error });
    if let Some(words) = words {
        body["error_description"] = json!(words);
    }
    bed.platform.fault(At::Token, Fault::Answer(Response::json(status, "application/json", &body)));
}

fn publishes(bed: &Bed, key: serde_json::Value) {
    bed.platform.fault(At::Jwks, Fault::Answer(Response::json(200, "application/json", &json!({ "keys": [key] }))));
}

#[rustfmt::skip]
fn seeds() -> Vec<Seed> {
    use Check::{Address, Budget, Clock, Columns, Launches, OurKeys, PlatformKeys, Registration, Results, Roster, TestColumn, Token};
    use Family::{Canvas, Edx, Moodle};
    use Verdict::{Failed, Warning};
    use Who::{LmsAdministrator as Lms, Teacher, Us};
    let seed = |what, family, check, code, verdict, who, set| Seed { what, family, set, check, code, verdict, who };
    vec![
        // Our side.
        seed("plain http beyond this machine", Moodle, Address, "our_address_insecure", Failed, Us, |b| b.site = "http://courses.example.edu".into()),
        seed("our address is this machine's, the LMS is not here", Canvas, Address, "our_address_local", Failed, Us, |b| b.registration.token_url = "https://lms.invalid/token".into()),
        seed("nothing answers at our address", Moodle, Address, "our_address_unseen", Warning, Us, |b| b.site = "http://127.0.0.1:1".into()),
        seed("a path that is not handed on", Moodle, Address, "our_address_wrong", Failed, Us, |b| b.site.push_str("/ferry")),
        seed("a start page answers for everything", Canvas, Address, "our_address_wrong", Failed, Us, |b| b.serves(Response::new(200, "text/html", "<html>Welcome"))),
        seed("our address leads on", Canvas, Address, "our_address_redirects", Failed, Us, |b| b.serves(Response::plain(301, "").with("location", "https://elsewhere.example/"))),
        seed("another server answers for us", Edx, OurKeys, "our_keys_differ", Failed, Us, |b| b.serves(Response::new(200, "application/json", "{\"keys\":[]}"))),
        seed("another master key", Moodle, OurKeys, "our_key_sealed", Failed, Us, |b| b.sealed_by_another = true),
        seed("no key at all", Canvas, OurKeys, "our_keys_missing", Failed, Us, |b| b.without_key = true),
        // Approval and launches.
        seed("not approved", Moodle, Registration, "registration_pending", Failed, Us, |b| b.registration.status = RegistrationStatus::Pending),
        seed("switched off", Moodle, Registration, "registration_disabled", Failed, Us, |b| b.registration.status = RegistrationStatus::Disabled),
        seed("a second deployment", Moodle, Registration, "deployment_waits", Warning, Us, |b| b.second_deployment = true),
        seed("cookies are blocked in the frame", Moodle, Launches, "launches_cookies", Warning, Teacher, |b| b.launches = vec!["opened", "state_unbound"]),
        seed("the last launch was refused", Canvas, Launches, "launches_refused", Warning, Us, |b| b.launches = vec!["opened", "token_expired"]),
        // The LMS's keys and clock.
        seed("an address that is not allowed", Moodle, PlatformKeys, "address_refused", Failed, Us, |b| b.allowed = false),
        seed("no such host", Canvas, PlatformKeys, "lms_unreachable", Failed, Us, |b| b.registration.jwks_url = "https://keys.invalid/jwks".into()),
        seed("a wrong keyset address", Moodle, PlatformKeys, "lms_keys_address_wrong", Failed, Us, |b| b.registration.jwks_url = b.platform.url("/nowhere")),
        seed("a page instead of keys", Canvas, PlatformKeys, "lms_keys_address_wrong", Failed, Us, |b| answers(b, At::Jwks, 200, "<html>Log in</html>")),
        seed("no keys there", Edx, PlatformKeys, "lms_keys_unusable", Failed, Lms, |b| b.platform.fault(At::Jwks, Fault::Answer(Response::json(200, "application/json", &json!({ "keys": [] }))))),
        seed("keys of another kind", Canvas, PlatformKeys, "lms_keys_unusable", Failed, Lms, |b| publishes(b, json!({ "kty": "EC", "crv": "P-256", "kid": "k", "x": "AA", "y": "AA" }))),
        seed("keys without an id", Moodle, PlatformKeys, "lms_keys_unusable", Failed, Lms, |b| publishes(b, json!({ "kty": "RSA", "alg": "RS256", "n": "AQAB", "e": "AQAB" }))),
        seed("its key server is down", Canvas, PlatformKeys, "lms_failing", Failed, Lms, |b| answers(b, At::Jwks, 503, "maintenance")),
        seed("it hangs up", Edx, PlatformKeys, "lms_failing", Failed, Lms, |b| b.platform.fault(At::Jwks, Fault::HangUpBefore)),
        seed("our clock is two minutes ahead", Moodle, Clock, "clock_differs", Failed, Us, |b| b.platform.state().ahead = -120),
        seed("our clock is half a minute behind", Canvas, Clock, "clock_drifts", Warning, Us, |b| b.platform.state().ahead = 30),
        // Tokens.
        seed("a wrong token address", Moodle, Token, "token_address_wrong", Failed, Us, |b| b.registration.token_url = b.platform.url("/nowhere")),
        seed("a page instead of a token", Moodle, Token, "token_address_wrong", Failed, Us, |b| answers(b, At::Token, 200, "<html>Log in</html>")),
        seed("Moodle deleted the tool", Moodle, Token, "client_unknown", Failed, Lms, |b| refuses(b, 400, "invalid_client", None)),
        seed("Canvas has the key off", Canvas, Token, "client_unknown", Failed, Lms, |b| refuses(b, 400, "invalid_client", Some("unknown client"))),
        seed("Canvas cannot read our keys", Canvas, Token, "our_keys_unread", Failed, Us, |b| refuses(b, 400, "invalid_request", Some("JWK Error: Failed to fetch public key"))),
        seed("Canvas gets a page for our keys", Canvas, Token, "our_keys_unread", Failed, Us, |b| refuses(b, 400, "invalid_request", Some("JWK Error: Invalid JSON"))),
        seed("Canvas holds a pasted key of old", Canvas, Token, "our_keys_unknown", Failed, Lms, |b| refuses(b, 400, "invalid_request", Some("JWS signature invalid."))),
        seed("Moodle holds another key", Moodle, Token, "our_keys_unknown", Failed, Lms, |b| refuses(b, 400, "Signature verification failed", None)),
        seed("Moodle's clock is behind", Moodle, Token, "clock_refused", Failed, Us, |b| refuses(b, 400, "Cannot handle token prior to 2026-11-25T10:00:00+0000", None)),
        seed("Canvas is called by another name", Canvas, Token, "audience_refused", Failed, Us, |b| refuses(b, 400, "invalid_request", Some("the 'aud' is invalid"))),
        seed("Moodle grants no scores", Moodle, Token, "scope_score_missing", Failed, Lms, |b| b.platform.grant(&[SCOPE_RESULT, SCOPE_LINE_ITEM, SCOPE_MEMBERS])),
        seed("Canvas grants no results", Canvas, Token, "scope_result_missing", Warning, Lms, |b| b.platform.grant(&[SCOPE_SCORE, SCOPE_LINE_ITEM, SCOPE_MEMBERS])),
        seed("no columns are granted", Edx, Token, "scope_columns_missing", Warning, Lms, |b| b.platform.grant(&[SCOPE_SCORE, SCOPE_RESULT, SCOPE_MEMBERS])),
        seed("Moodle grants no list of members", Moodle, Token, "scope_roster_missing", Warning, Lms, |b| b.platform.grant(&[SCOPE_SCORE, SCOPE_RESULT, SCOPE_LINE_ITEM])),
        // Courses.
        seed("no grade service in launches", Moodle, Columns, "columns_not_offered", Warning, Lms, |b| b.line_items = None),
        seed("Canvas has the tool elsewhere", Canvas, Columns, "tool_not_deployed", Failed, Lms, |b| for _ in 0..2 { answers(b, At::LineItems, 401, "Access Token not linked to a Tool associated with this Context") }),
        seed("Canvas switched the key off meanwhile", Canvas, Columns, "token_not_accepted", Failed, Lms, |b| for _ in 0..2 { answers(b, At::LineItems, 401, "Invalid Developer Key") }),
        seed("the grade service refuses us", Moodle, Columns, "service_forbidden", Failed, Lms, |b| answers(b, At::LineItems, 403, "no")),
        seed("a page instead of columns", Edx, Columns, "service_unreadable", Failed, Lms, |b| answers(b, At::LineItems, 200, "<html>")),
        seed("the course was deleted", Canvas, Columns, "course_gone", Warning, Teacher, |b| answers(b, At::LineItems, 404, "not found")),
        seed("Canvas slows us down", Canvas, Columns, "throttled", Warning, Lms, |b| answers(b, At::LineItems, 403, "403 Forbidden (Rate Limit Exceeded)")),
        seed("an ungraded activity", Moodle, Results, "column_missing", Warning, Teacher, |b| b.line_item = None),
        seed("results cannot be read", Moodle, Results, "service_forbidden", Failed, Lms, |b| answers(b, At::Results, 403, "no")),
        seed("no list of members in launches", Moodle, Roster, "roster_not_offered", Warning, Lms, |b| b.memberships = None),
        seed("an unpublished course", Canvas, Roster, "course_empty", Warning, Teacher, |b| b.platform.state().members.clear()),
        seed("the list fails", Moodle, Roster, "lms_failing", Failed, Lms, |b| answers(b, At::Members, 500, "error")),
        seed("little is left of what we may ask", Canvas, Budget, "budget_low", Warning, Lms, |b| b.platform.state().remaining = Some(12.5)),
        seed("a course that is over", Canvas, TestColumn, "course_concluded", Warning, Teacher, |b| { b.asks_for_a_column(); answers(b, At::Score, 422, "This course has concluded.") }),
        seed("columns are refused", Moodle, TestColumn, "test_column_not_made", Failed, Lms, |b| { b.asks_for_a_column(); for _ in 0..2 { b.platform.fault(At::LineItems, Fault::Slow(std::time::Duration::ZERO)) } answers(b, At::LineItems, 403, "no") }),
        seed("scores are refused", Edx, TestColumn, "test_column_not_scored", Failed, Lms, |b| { b.asks_for_a_column(); answers(b, At::Score, 403, "no") }),
    ]
}

#[test]
fn each_fault_is_named_with_whoever_can_end_it_and_nothing_is_left_behind() {
    let seeds = seeds();
    assert!(seeds.len() >= 25, "{}", seeds.len());
    let wrong = std::cell::RefCell::new(Vec::new());
    for seed in &seeds {
        sqlite(async |db| {
            let mut bed = Bed::new(seed.family);
            (seed.set)(&mut bed);
            let report = bed.examine(db).await;
            let named = report.findings.iter().find(|f| f.check == seed.check && f.code() == seed.code);
            let good = named.is_some_and(|f| f.verdict() == seed.verdict && f.who() == Some(seed.who) && !f.what_to_do().is_empty());
            if !good {
                let found: Vec<_> = report.findings.iter().filter(|f| f.cause.is_some()).map(|f| (f.check, f.code(), &f.detail)).collect();
                wrong.borrow_mut().push(format!("{}: wanted {} of {:?}, found {found:?}", seed.what, seed.code, seed.check));
            }
            let state = bed.platform.state();
            assert!(state.columns.is_empty() && state.posted.is_empty() && state.grades.entries.is_empty(), "{}", seed.what);
        });
    }
    let wrong = wrong.into_inner();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_well_is_not_called_ill_beside_a_fault() {
    each(async |db| {
        let bed = Bed::new(Family::Moodle);
        answers(&bed, At::Members, 500, "error");
        let report = bed.examine(db).await;
        let ill: Vec<_> = report.findings.iter().filter(|f| f.verdict() >= Verdict::Warning).map(|f| f.code()).collect();
        assert_eq!(ill, ["lms_failing"], "{:#?}", report.findings);
    });
}

#[test]
fn a_text_to_forward_names_the_screen_and_no_secret() {
    sqlite(async |db| {
        let bed = Bed::new(Family::Moodle);
        bed.platform.grant(&[SCOPE_RESULT, SCOPE_LINE_ITEM, SCOPE_MEMBERS]);
        let report = bed.examine(db).await;
        let finding = report.findings.iter().find(|f| f.code() == "scope_score_missing").unwrap();
        let text = finding.to_forward(&report.here()).unwrap();
        for part in ["the LMS administrator", "Manage tools", "client-1", &bed.site, "scope_score_missing"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let ours = report.findings.iter().find(|f| f.check == Check::Address).unwrap();
        assert_eq!(ours.to_forward(&report.here()), None, "what is ours to end goes to nobody");
    });
}

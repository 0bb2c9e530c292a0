//! The trial platform over real HTTP: it launches, gives tokens, keeps grades, breaks on purpose, and answers this machine only.

use std::{collections::HashMap, sync::Arc};

use courseferry::{
    clock,
    lti::{
        id_token::Unverified,
        jose::{KeySet, SigningKey, jwks_document},
    },
    trial::{Activity, Registration, Trial},
};
use serde_json::{Value, json};
use url::Url;

const SCORE: &str = "https://purl.imsglobal.org/spec/lti-ags/scope/score";

struct Running {
    registration: Registration,
    http: reqwest::Client,
    key: SigningKey,
    server: actix_web::dev::ServerHandle,
}

fn start() -> Running {
    let tool = Url::parse("http://127.0.0.1:9").unwrap();
    let trial = Trial::bind(&tool, 0).unwrap();
    let registration = trial.registration().clone();
    let key = SigningKey::generate("tool-1").unwrap();
    let keys = jwks_document(&[key.public_jwk().clone()]);
    let fetch: courseferry::trial::ToolKeys = Arc::new(move || {
        let keys = KeySet::parse(keys.as_bytes()).map_err(|e| e.to_string());
        Box::pin(async move { keys })
    });
    let activities = vec![
        Activity { id: "the-course".into(), title: "The whole course".into() },
        Activity { id: "foundations".into(), title: "Foundations".into() },
    ];
    let server = trial.serve(tool, activities, clock::system(), fetch).unwrap();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    Running { registration, http, key, server: handle }
}

/// The hidden fields of an auto-posting form.
fn fields(html: &str) -> HashMap<String, String> {
    let mut found = HashMap::new();
    for part in html.split("<input type=\"hidden\" ").skip(1) {
        let value = |name: &str| part.split(&format!("{name}=\"")).nth(1).and_then(|r| r.split('"').next()).unwrap_or("").to_owned();
        found.insert(value("name"), value("value").replace("&#38;", "&").replace("&amp;", "&"));
    }
    found
}

impl Running {
    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.registration.issuer)
    }

    async fn text(&self, path: &str) -> (u16, String) {
        let answer = self.http.get(self.url(path)).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Begins a launch and answers the authorization endpoint's fields.
    async fn launch(&self, person: &str, activity: &str) -> (HashMap<String, String>, HashMap<String, String>) {
        let (_, page) = self.text(&format!("/start?as={person}&open={activity}")).await;
        let begun = fields(&page);
        (self.authorize(&begun).await, begun)
    }

    async fn authorize(&self, begun: &HashMap<String, String>) -> HashMap<String, String> {
        let mut url = Url::parse(&self.registration.auth_url).unwrap();
        url.query_pairs_mut()
            .extend_pairs([("scope", "openid"), ("response_type", "id_token"), ("response_mode", "form_post"), ("prompt", "none")])
            .append_pair("client_id", self.registration.client_id)
            .append_pair("redirect_uri", "http://127.0.0.1:9/lti/launch")
            .append_pair("login_hint", &begun["login_hint"])
            .append_pair("lti_message_hint", &begun["lti_message_hint"])
            .append_pair("state", "s-1")
            .append_pair("nonce", "n-1");
        fields(&self.http.get(url).send().await.unwrap().text().await.unwrap())
    }

    async fn token(&self, claims: Value) -> (u16, Value) {
        let assertion = self.key.sign(&claims).unwrap();
        let form = [("grant_type", "client_credentials"), ("scope", SCORE), ("client_assertion", &assertion)];
        let answer = self.http.post(&self.registration.token_url).form(&form).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    fn assertion(&self, jti: &str) -> Value {
        let now = clock::now().as_second();
        let id = self.registration.client_id;
        json!({ "iss": id, "sub": id, "aud": self.registration.token_url, "iat": now - 5, "exp": now + 300, "jti": jti })
    }

    async fn post_score(&self, token: &str, given: f64) -> u16 {
        let body = json!({ "userId": "ada", "timestamp": clock::now().to_string(), "activityProgress": "Completed",
            "gradingProgress": "FullyGraded", "scoreGiven": given, "scoreMaximum": 100 });
        let request = self.http.post(self.url("/lineitems/1/scores")).bearer_auth(token);
        let request = request.header("content-type", "application/vnd.ims.lis.v1.score+json").body(body.to_string());
        request.send().await.unwrap().status().as_u16()
    }

    async fn post_own(&self, path: &str, form: &[(&str, &str)]) -> u16 {
        let request = self.http.post(self.url(path)).header("sec-fetch-site", "same-origin").form(form);
        request.send().await.unwrap().status().as_u16()
    }
}

#[actix_web::test]
async fn a_launch_carries_a_signed_token_and_its_hint_works_once() {
    let trial = start();
    let (posted, begun) = trial.launch("ada", "foundations").await;
    assert_eq!(posted["state"], "s-1");
    let (_, jwks) = trial.text("/jwks").await;
    let verified = Unverified::peek(&posted["id_token"]).unwrap().verify(&KeySet::parse(jwks.as_bytes()).unwrap()).unwrap();
    assert_eq!(verified.claims()["sub"], "ada");
    assert_eq!(verified.claims()["nonce"], "n-1");
    assert_eq!(trial.authorize(&begun).await["error"], "login_required", "the hint is spent");
    trial.server.stop(false).await;
}

#[actix_web::test]
async fn a_score_travels_from_token_to_grade_book_and_back() {
    let trial = start();
    trial.launch("ada", "foundations").await;
    let (status, token) = trial.token(trial.assertion("a")).await;
    assert_eq!(status, 200, "{token}");
    let token = token["access_token"].as_str().unwrap().to_owned();
    assert_eq!(trial.post_score(&token, 83.5).await, 200);
    assert_eq!(trial.post_score(&token, 90.0).await, 409, "the same second is stale");
    let results: Value = trial.http.get(trial.url("/lineitems/1/results")).bearer_auth(&token).send().await.unwrap().json().await.unwrap();
    assert_eq!(results[0]["resultScore"], 83.5);
    assert!(trial.text("/grades").await.1.contains("83.5"));
    trial.server.stop(false).await;
}

#[actix_web::test]
async fn tokens_need_a_fresh_assertion_of_the_tool() {
    let trial = start();
    let good = trial.assertion("once");
    assert_eq!(trial.token(good.clone()).await.0, 200);
    assert_eq!(trial.token(good).await.0, 400, "a replay");
    let mut foreign = trial.assertion("b");
    foreign["aud"] = json!("http://elsewhere/token");
    assert_eq!(trial.token(foreign).await.0, 400);
    assert_eq!(trial.post_score("made-up", 1.0).await, 401);
    trial.server.stop(false).await;
}

#[actix_web::test]
async fn what_a_visitor_breaks_is_broken_until_mended() {
    let trial = start();
    trial.launch("ada", "foundations").await;
    let token = trial.token(trial.assertion("a")).await.1["access_token"].as_str().unwrap().to_owned();
    assert_eq!(trial.post_own("/fault", &[("fault", "refuse")]).await, 303);
    assert_eq!(trial.post_score(&token, 50.0).await, 503);
    trial.post_own("/fault", &[("fault", "expire-tokens")]).await;
    assert_eq!(trial.post_score(&token, 50.0).await, 401);
    trial.post_own("/fault", &[("fault", "expire-launch")]).await;
    let (posted, _) = trial.launch("ada", "foundations").await;
    let peeked = Unverified::peek(&posted["id_token"]).unwrap();
    let (_, jwks) = trial.text("/jwks").await;
    let claims = peeked.verify(&KeySet::parse(jwks.as_bytes()).unwrap()).unwrap();
    assert!(claims.claims()["exp"].as_i64().unwrap() < clock::now().as_second());
    trial.post_own("/fault", &[("fault", "none")]).await;
    assert_eq!(trial.post_score(&token, 50.0).await, 200);
    trial.server.stop(false).await;
}

#[actix_web::test]
async fn strangers_are_turned_away() {
    let trial = start();
    let forged = trial.http.post(trial.url("/fault")).header("sec-fetch-site", "cross-site").form(&[("fault", "refuse")]);
    assert_eq!(forged.send().await.unwrap().status(), 403);
    for (name, value) in [("host", "evil.example"), ("x-forwarded-for", "203.0.113.9")] {
        let answer = trial.http.get(trial.url("/")).header(name, value).send().await.unwrap();
        assert_eq!(answer.status(), 403, "{name}");
    }
    assert!(Trial::bind(&Url::parse("https://ferry.example.edu").unwrap(), 0).is_err(), "not on a public address");
    trial.server.stop(false).await;
}

#[actix_web::test]
async fn unknown_people_activities_and_tools_get_a_friendly_page() {
    let trial = start();
    assert_eq!(trial.text("/start?as=nobody&open=foundations").await.0, 404);
    assert_eq!(trial.text("/start?as=ada&open=nothing").await.0, 404);
    let (status, page) = trial.text("/auth?client_id=other&redirect_uri=http%3A%2F%2Fevil.example%2F").await;
    assert_eq!(status, 400);
    assert!(!page.contains("evil.example"), "{page}");
    trial.server.stop(false).await;
}

/// The claims of the token a form carries, checked with the platform's keys.
async fn claims_of(trial: &Running, posted: &HashMap<String, String>) -> Value {
    let (_, jwks) = trial.text("/jwks").await;
    let token = Unverified::peek(&posted["id_token"]).unwrap().verify(&KeySet::parse(jwks.as_bytes()).unwrap()).unwrap();
    Value::Object(token.claims().clone())
}

const LTI: &str = "https://purl.imsglobal.org/spec/lti/claim/";
const DL: &str = "https://purl.imsglobal.org/spec/lti-dl/claim/";

impl Running {
    /// A teacher begins to add content; gives what the platform wants to see again.
    async fn asked(&self) -> Value {
        let (status, page) = self.text("/choose?as=tom").await;
        assert_eq!(status, 200);
        let claims = claims_of(self, &self.authorize(&fields(&page)).await).await;
        assert_eq!(claims[format!("{LTI}message_type")], "LtiDeepLinkingRequest");
        assert!(claims.get(format!("{LTI}resource_link")).is_none());
        claims[format!("{DL}deep_linking_settings")]["data"].clone()
    }

    fn chosen(&self, data: &Value, nonce: &str) -> Value {
        let now = clock::now().as_second();
        let item = |to: &str| json!({ "type": "ltiResourceLink", "title": to, "url": format!("http://127.0.0.1:9/lti/launch?to={to}"), "custom": { "to": to } });
        let mut graded = item("quiz");
        graded["lineItem"] = json!({ "label": "quiz", "scoreMaximum": 20 });
        let mut claims = json!({ "iss": self.registration.client_id, "aud": self.registration.issuer, "iat": now - 5, "exp": now + 290, "nonce": nonce });
        for (name, value) in
            [("message_type", "LtiDeepLinkingResponse"), ("version", "1.3.0"), ("deployment_id", self.registration.deployment_id)]
        {
            claims[format!("{LTI}{name}")] = json!(value);
        }
        claims[format!("{DL}data")] = data.clone();
        claims[format!("{DL}content_items")] = json!([item("lesson"), graded]);
        claims
    }

    async fn answer(&self, claims: &Value) -> (u16, String) {
        let jwt = self.key.sign(claims).unwrap();
        let answer = self.http.post(self.url("/deep-link?course=trial")).form(&[("JWT", jwt)]).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}

#[actix_web::test]
async fn what_a_teacher_adds_can_be_launched() {
    let trial = start();
    let data = trial.asked().await;
    let (status, page) = trial.answer(&trial.chosen(&data, "n-1")).await;
    assert!(status == 200 && page.contains("2 links were added"), "{page}");
    let (_, course) = trial.text("/?as=ada").await;
    assert!(course.contains("open=added-1") && course.contains("open=added-2"), "{course}");
    let quiz = claims_of(&trial, &trial.launch("ada", "added-2").await.0).await;
    assert_eq!(quiz[format!("{LTI}target_link_uri")], "http://127.0.0.1:9/lti/launch?to=quiz");
    assert_eq!(quiz[format!("{LTI}custom")], json!({ "to": "quiz" }));
    assert!(quiz["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"]["lineitem"].is_string());
    assert!(trial.text("/grades").await.1.contains("quiz (of 20)"));
    let lesson = claims_of(&trial, &trial.launch("ada", "added-1").await.0).await;
    assert!(lesson["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"].get("lineitem").is_none(), "it was not to be graded");
    trial.server.stop(false).await;
}

#[actix_web::test]
async fn a_choice_is_taken_once_from_the_tool_and_from_teachers_only() {
    let trial = start();
    assert_eq!(trial.text("/choose?as=ada").await.0, 403);
    assert_eq!(trial.text("/choose?as=nobody").await.0, 403);
    let data = trial.asked().await;
    assert_eq!(trial.answer(&trial.chosen(&json!("made up"), "n-1")).await.0, 400);
    let mut forged = trial.chosen(&data, "n-2");
    forged["iss"] = json!("another-tool");
    assert_eq!(trial.answer(&forged).await.0, 400);
    let good = trial.chosen(&data, "n-3");
    let stranger = SigningKey::generate("tool-1").unwrap().sign(&good).unwrap();
    let answer = trial.http.post(trial.url("/deep-link")).form(&[("JWT", stranger)]).send().await.unwrap();
    assert_eq!(answer.status(), 400);
    assert_eq!(trial.answer(&good).await.0, 200);
    assert_eq!(trial.answer(&good).await.0, 400, "a replay");
    assert_eq!(trial.answer(&trial.chosen(&data, "n-4")).await.0, 400, "the request is spent");
    let mut none = trial.chosen(&trial.asked().await, "n-5");
    none[format!("{DL}content_items")] = json!([]);
    assert!(trial.answer(&none).await.1.contains("Nothing was added"));
    trial.server.stop(false).await;
}

//! A whole login and launch against the fake platform: every byte over HTTP, every check made.

use courseferry::{
    clock, ids,
    lti::{
        Check, Expected, Launch,
        id_token::{TokenError, Unverified},
        oidc::{AuthorizationRequest, LaunchForm, LoginRequest, authorization_url},
        roles::Standing,
        validate,
    },
    services::{
        http::{Client, Options, Request},
        key_sets::KeySets,
    },
};
use url::Url;

use crate::{
    databases::block_on,
    fake_platform::{CLIENT_ID, FakePlatform, Family, fields},
};

const TARGET: &str = "https://tool.example/lti/launch?to=m1";
const REDIRECT: &str = "https://tool.example/lti/launch";

struct Tool {
    http: Client,
    keys: KeySets,
    state: String,
    nonce: String,
}

impl Tool {
    fn new(platform: &FakePlatform) -> Tool {
        let http = Client::new(&Options { allow_hosts: platform.allow(), ..Options::default() }).unwrap();
        let keys = KeySets::new(http.clone(), clock::system());
        platform.redirect(REDIRECT);
        Tool { http, keys, state: ids::random_token(16).unwrap(), nonce: ids::random_token(16).unwrap() }
    }

    /// From the platform's login form to what its browser posts back.
    async fn form(&self, platform: &FakePlatform, login: Vec<(String, String)>) -> LaunchForm {
        let login = LoginRequest::parse(login).unwrap();
        let request = AuthorizationRequest {
            client_id: login.client_id.as_deref().unwrap(),
            redirect_uri: REDIRECT,
            login_hint: &login.login_hint,
            lti_message_hint: login.lti_message_hint.as_deref(),
            state: &self.state,
            nonce: &self.nonce,
        };
        let url = Url::parse(&authorization_url(&platform.url("/auth"), &request).unwrap()).unwrap();
        let page = self.http.send(Request::get(&url)).await.unwrap();
        LaunchForm::parse(fields(&String::from_utf8(page.body).unwrap())).unwrap()
    }

    async fn launch(&self, platform: &FakePlatform, sub: &str, role: &str) -> Launch {
        let form = self.form(platform, platform.initiate(sub, role, TARGET)).await;
        let LaunchForm::Token { id_token, state } = form else { panic!("{form:?}") };
        assert_eq!(state, self.state);
        let token = Unverified::peek(&id_token).unwrap();
        let keys = self.keys.holding(&platform.url("/jwks"), token.kid()).await.unwrap();
        let issuer = platform.url("");
        let expected = Expected {
            issuer: &issuer,
            client_id: CLIENT_ID,
            nonce: &self.nonce,
            login_target: TARGET,
            public_url: "https://tool.example",
            anonymous_allowed: false,
            now: clock::now(),
        };
        validate(&token.verify(&keys).unwrap(), &expected).unwrap()
    }
}

#[test]
fn a_learner_and_a_teacher_come_through_login_and_launch() {
    block_on(async {
        let platform = FakePlatform::start(Family::Moodle);
        let learner = Tool::new(&platform).launch(&platform, "ada", "Learner").await;
        assert_eq!((learner.standing(), learner.passed.len()), (Standing::Learner, Check::ALL.len()));
        assert_eq!(learner.ags.unwrap().line_item.as_deref(), Some(platform.line_item().as_str()));
        assert_eq!(Tool::new(&platform).launch(&platform, "tom", "Instructor").await.standing(), Standing::Teacher);
    });
}

#[test]
fn a_hint_works_once_and_the_platforms_refusal_comes_back_as_a_form() {
    block_on(async {
        let platform = FakePlatform::start(Family::Canvas);
        let tool = Tool::new(&platform);
        let login = platform.initiate("ada", "Learner", TARGET);
        assert!(matches!(tool.form(&platform, login.clone()).await, LaunchForm::Token { .. }));
        let LaunchForm::Refused { error, state, .. } = tool.form(&platform, login).await else { panic!("launched twice") };
        assert_eq!((error.as_str(), state.as_deref()), ("launch_no_longer_valid", Some(tool.state.as_str())));
    });
}

#[test]
fn a_launch_signed_with_the_key_of_tomorrow_is_believed_after_one_look() {
    block_on(async {
        let platform = FakePlatform::start(Family::Edx);
        let tool = Tool::new(&platform);
        let claims = platform.claims("ada", "Learner", TARGET);
        let before = platform.sign(&claims);
        let token = Unverified::peek(&before).unwrap();
        let old = tool.keys.holding(&platform.url("/jwks"), token.kid()).await.unwrap();
        let kid = platform.rotate();
        let after = platform.sign(&claims);
        let token = Unverified::peek(&after).unwrap();
        assert_eq!(token.kid(), kid);
        assert_eq!(token.clone().verify(&old).unwrap_err(), TokenError::UnknownKid(kid.clone()));
        let new = KeySets::new(tool.http.clone(), clock::system()).holding(&platform.url("/jwks"), &kid).await.unwrap();
        assert!(token.verify(&new).is_ok());
        assert!(Unverified::peek(&before).unwrap().verify(&new).is_ok(), "the old key is published still");
    });
}

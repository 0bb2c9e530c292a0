//! Script in every claim and form field that can reach a page: the page stays the page it was.
//!
//! Each page is read as a browser reads it (`html5ever`): with a hostile text in it, it has the very tags and attributes it has with
//! a harmless one, and no address in it runs anything.

use std::cell::RefCell;

use courseferry::web::Options;
use html5ever::{
    tendril::StrTendril,
    tokenizer::{BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts},
};
use serde_json::{Value, json};

use super::LTI;
use crate::{
    admin::administrator,
    databases::sqlite,
    house::{Browser, House, Page},
    learn::{start, submit},
};

/// What an attacker writes.
const CORPUS: &[&str] = &[
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<script\n>alert(1)</script\n>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "--><script>alert(1)</script><!--",
    "]]><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img/src='x'/onerror='alert(1)'>",
    "<svg onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x>",
    "<math><mtext><table><mglyph><style><img src onerror=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<iframe src=javascript:alert(1)>",
    "<object data=javascript:alert(1)>",
    "<embed src=//evil.example/x.swf>",
    "<base href=//evil.example/>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<form action=//evil.example><button>",
    "<a href=javascript:alert(1)>x</a>",
    "<details open ontoggle=alert(1)>",
    "<body onload=alert(1)>",
    "<template shadowrootmode=open><slot onslotchange=alert(1)>",
    "\" onmouseover=\"alert(1)",
    "' onmouseover='alert(1)",
    "\" autofocus onfocus=alert(1) x=\"",
    "\"><script>alert(1)</script>",
    "'><script>alert(1)</script>",
    "` onmouseover=alert(1) `",
    "\" style=\"background:url(//evil.example)",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    " \u{1}javascript:alert(1)",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "vbscript:msgbox(1)",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "\u{2028}</script><script>alert(1)//",
    "\u{feff}<script>alert(1)</script>",
    "\u{202e}<script>alert(1)</script>",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "x\r\nSet-Cookie: admin=1\r\n\r\n<script>alert(1)</script>",
];

/// The tags and attribute names of a page, in order; fails on any address that runs something.
#[derive(Default)]
struct Skeleton(RefCell<Vec<String>>);

impl TokenSink for Skeleton {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        if let Token::TagToken(tag) = token {
            let mut names: Vec<String> = tag.attrs.iter().map(|a| a.name.local.to_string()).collect();
            names.sort();
            for attribute in &tag.attrs {
                let (name, value) = (&*attribute.name.local, attribute.value.to_ascii_lowercase());
                let scheme: String = value.chars().filter(|c| !c.is_control() && !c.is_whitespace()).take(12).collect();
                let runs = ["javascript:", "vbscript:", "data:text"].iter().any(|s| scheme.starts_with(s));
                let is_address = matches!(name, "href" | "src" | "action" | "formaction" | "data-next" | "data-action" | "srcdoc");
                assert!(!(runs && is_address), "<{} {name}={value:?}>", tag.name);
                assert!(!name.starts_with("on") && name != "style", "<{} {name}>", tag.name);
            }
            let slash = if tag.kind == TagKind::EndTag { "/" } else { "" };
            self.0.borrow_mut().push(format!("{slash}{} {}", tag.name, names.join(" ")));
        }
        TokenSinkResult::Continue
    }
}

fn skeleton(page: &Page) -> Vec<String> {
    let tokenizer = Tokenizer::new(Skeleton::default(), TokenizerOpts::default());
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from(page.body.as_str()));
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    tokenizer.sink.0.take()
}

/// Every page in which the text stands, by name.
async fn pages(house: &House, text: &str) -> Vec<(String, Page)> {
    let mut all = refusals(house, text).await;
    all.extend(launched(house, text).await);
    all
}

fn with_text(mut claims: Value, text: &str) -> Value {
    for name in ["name", "given_name", "family_name", "middle_name", "picture", "locale", "https://evil.example/claim"] {
        claims[name] = json!(text);
    }
    // Beside a name, and never the same.
    claims["email"] = json!(format!("{text} at example.org"));
    let roles = claims[format!("{LTI}roles")][0].clone();
    claims[format!("{LTI}roles")] = json!([roles, text]);
    claims[format!("{LTI}context")] = json!({ "id": "course-1", "label": text, "title": text, "type": [text] });
    claims[format!("{LTI}resource_link")] = json!({ "id": "link-1", "title": text, "description": text });
    claims[format!("{LTI}custom")] = json!({ "to": "alpha", text: text, "canvas_api_domain": text, "note": text });
    claims[format!("{LTI}launch_presentation")] =
        json!({ "return_url": text, "locale": text, "document_target": text, "css_url": text, "width": text });
    claims[format!("{LTI}tool_platform")] =
        json!({ "guid": text, "name": text, "version": text, "product_family_code": text, "url": text, "description": text });
    claims[format!("{LTI}lis")] = json!({ "person_sourcedid": text, "course_section_sourcedid": text });
    claims["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"]["scope"] = json!([text]);
    claims
}

/// A learner's and a teacher's pages after launches with the text in every claim.
async fn launched(house: &House, text: &str) -> Vec<(String, Page)> {
    let mut all = Vec::new();
    let mut ada = Browser::new();
    let home = house.launch(&mut ada, with_text(house.claims("ada"), text)).await;
    assert_eq!(home.status, 200, "{text}: {}", home.body);
    for path in ["", "p/alpha", "p/a-one", "p/alpha-quiz"] {
        all.push((format!("learner {path}"), ada.get(&format!("{}/{path}", home.root())).await));
    }
    let mut teacher = Browser::new();
    let class = house.launch(&mut teacher, with_text(house.teacher("t1"), text)).await;
    for path in ["class", "choose", "packages", "class?q=Ada", &format!("class?said={}&n={}", escape(text), escape(text))] {
        all.push((format!("teacher {path}"), teacher.get(&format!("{}/{path}", class.root())).await));
    }
    let settings = [("attempts", text), ("pass_mark", text), ("grade", text), ("opens", text)].map(|(n, v)| (n, v.to_owned()));
    let mut form = vec![("form_token", class.form_token())];
    form.extend(settings);
    all.push(("teacher settings".into(), teacher.post(&format!("{}/choose", class.root()), &form).await));
    let learner = all.iter().find(|(n, _)| n == "teacher class").unwrap().1.attribute("/class/01", "href");
    all.push(("teacher learner".into(), teacher.get(&format!("{}{learner}", house.base)).await));
    let end = ada.post(&format!("{}/end", home.root()), &[("form_token", home.form_token())]).await;
    all.push(("ended".into(), end));
    all
}

fn escape(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Pages that refuse, with the text wherever a request can put it.
async fn refusals(house: &House, text: &str) -> Vec<(String, Page)> {
    let mut all = Vec::new();
    let (login, launch) = (format!("{}/lti/login", house.base), format!("{}/lti/launch", house.base));
    let mut browser = Browser::new();
    for field in ["iss", "client_id", "target_link_uri", "lti_storage_target", "login_hint", "lti_message_hint", "lti_deployment_id"] {
        let mut fields = house.login_fields();
        fields.retain(|(n, _)| *n != field);
        fields.push((field, text.to_owned()));
        if field != "lti_storage_target" {
            fields.push(("lti_storage_target", "_parent".to_owned()));
        }
        all.push((format!("login {field}"), browser.post_from(&login, &fields, Some("https://evil.example")).await));
    }
    let said = ["error", "error_description", "error_uri", "lti_errormsg", "lti_errorlog", "lti_msg", "lti_log", "state", "id_token"];
    let form: Vec<(&str, String)> = said.iter().map(|n| (*n, text.to_owned())).collect();
    all.push(("platform refuses".into(), browser.post_from(&launch, &form, Some("https://evil.example")).await));
    all.push(("no token".into(), browser.post_from(&launch, &form[3..], Some("https://evil.example")).await));
    // The page that asks Platform Storage: it holds what was posted.
    let mut fields = house.login_fields();
    fields.push(("lti_storage_target", text.to_owned()));
    let page = browser.post_from(&login, &fields, None).await;
    if let Some((state, nonce)) = super::begun(&page) {
        browser.cookies.clear();
        let asked = house.finish(&mut browser, with_text(house.claims("ada"), text), &state, &nonce).await;
        assert!(asked.status == 200 && asked.body.contains("data-prove"), "{}", asked.body);
        all.push(("prove".into(), asked));
    }
    // A deployment that waits is named; what a token claims is noted for the administrator.
    let mut claims = with_text(house.claims("ada"), text);
    claims[format!("{LTI}deployment_id")] = json!(text);
    all.push(("deployment".into(), house.launch(&mut browser, claims.clone()).await));
    claims["azp"] = json!(text);
    all.push(("azp".into(), house.launch(&mut browser, claims).await));
    all.push(("address".into(), browser.get(&format!("{}/l/{}/p/{}", house.base, escape(text), escape(text))).await));
    all
}

#[test]
fn hostile_text_in_any_claim_or_field_changes_no_page() {
    assert!(CORPUS.len() >= 40);
    sqlite(async |db| {
        let house = House::open_with(db, Options { failures_a_minute: 1_000_000, ..Options::default() }).await;
        // A pupil with an attempt, so that the teacher's pages have something to show; d1 is learned.
        let mut ada = Browser::new();
        let home = house.launch(&mut ada, house.claims("ada")).await;
        let quiz = start(&mut ada, &home).await;
        submit(&mut ada, &quiz, &[("a-q1", "yes"), ("a-q2", "12.5")]).await;
        let harmless = pages(&house, "harmless").await;
        assert!(harmless.len() > 20);
        for text in CORPUS {
            for ((name, calm), (_, hostile)) in harmless.iter().zip(pages(&house, text).await) {
                let (bent, straight) = (skeleton(&hostile), skeleton(calm));
                let at = bent.iter().zip(&straight).position(|(a, b)| a != b).unwrap_or(bent.len().min(straight.len()));
                assert_eq!(bent.get(at), straight.get(at), "{name} with {text:?}, tag {at}: {}", hostile.body);
                let verbatim = text.contains(['<', '"']) && hostile.body.contains(text.trim());
                assert!(!verbatim, "{name} with {text}: {}", hostile.body);
                let policy = hostile.headers["content-security-policy"].to_str().unwrap();
                assert!(policy.starts_with("default-src 'none'; script-src 'self'") && !policy.contains("evil"), "{name}: {policy}");
                assert!(!hostile.headers.get_all("set-cookie").iter().any(|c| c.as_bytes().starts_with(b"admin")), "{name}");
            }
        }
    });
}

#[test]
fn hostile_text_reaches_the_administrators_pages_as_text() {
    sqlite(async |db| {
        let house = House::open_with(db, Options { failures_a_minute: 1_000_000, ..Options::default() }).await;
        house.launch(&mut Browser::new(), house.claims("ada")).await;
        let (mut admin, home) = administrator(&house).await;
        let platform = format!("{}/admin/platforms/{}", house.base, house.registration_id);
        for text in CORPUS {
            refusals(&house, text).await;
            let mut claims = house.claims("ada");
            claims[format!("{LTI}message_type")] = json!(text);
            house.launch(&mut Browser::new(), claims).await;
            for url in [&home.url, &platform, &format!("{}?reference={}", home.url, escape(text))] {
                let page = admin.get(url).await;
                assert_eq!(page.status, 200, "{}", page.body);
                let tags = skeleton(&page);
                let foreign = ["iframe", "object", "embed", "base", "math", "template", "img"];
                let odd: Vec<_> = tags.iter().filter(|t| foreign.iter().any(|f| t.split(' ').next() == Some(f))).collect();
                assert!(odd.is_empty() || !text.contains('<'), "{url} with {text}: {odd:?}");
                assert!(!(text.contains(['<', '"']) && page.body.contains(text.trim())), "{url} with {text}: {}", page.body);
            }
        }
    });
}

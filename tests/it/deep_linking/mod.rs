//! Choosing content against a real server: who may, what is created, what nobody can change on the way, and the links that come of it.

mod beside;
mod choosing;
mod guarded;
mod links;

use courseferry::{
    app::tool_keys,
    lti::{id_token::Unverified, jose::KeySet},
};
use serde_json::{Value, json};

use crate::house::{Browser, House, Page, master};

const LTI: &str = "https://purl.imsglobal.org/spec/lti/claim/";
const DL: &str = "https://purl.imsglobal.org/spec/lti-dl/claim/";
const CANVAS: &[(&str, &str)] = &[("https://www.instructure.com/placement", "assignment_selection")];

pub(crate) async fn open_house(db: &crate::databases::Db) -> House {
    let house = House::open(db).await;
    tool_keys::ensure(&db.store, &master(), house.app.now()).await.unwrap();
    house
}

fn return_url(house: &House) -> String {
    format!("{}/return;x?course=1&data=a%2Fb", house.issuer.url())
}

/// A teacher is asked to choose.
pub(crate) fn asked(house: &House, settings: Value) -> Value {
    let mut claims = house.teacher("t1");
    let object = claims.as_object_mut().unwrap();
    object.remove(&format!("{LTI}resource_link"));
    object.remove(&format!("{LTI}custom"));
    object.insert(format!("{LTI}message_type"), json!("LtiDeepLinkingRequest"));
    let mut all = json!({ "deep_link_return_url": return_url(house), "accept_types": ["ltiResourceLink"], "accept_multiple": true,
        "accept_presentation_document_targets": ["iframe", "window"], "data": "opaque <&> ü" });
    all.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    object.insert(format!("{DL}deep_linking_settings"), all);
    claims
}

async fn picker(house: &House, settings: Value) -> (Browser, Page) {
    let mut browser = Browser::new();
    let page = house.launch(&mut browser, asked(house, settings)).await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.url.ends_with("/pick"), "{}", page.url);
    (browser, page)
}

/// Every form field of a page, as a browser would send them.
pub(crate) fn fields(page: &Page) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let form = page.body.split("data-links>").nth(1).unwrap().split("</form>").next().unwrap();
    for tag in form.split("<input ").skip(1).map(|t| t.split('>').next().unwrap()) {
        let value = |name: &str| tag.split(&format!("{name}=\"")).nth(1).map(|r| r.split('"').next().unwrap().to_owned());
        if tag.contains("type=\"checkbox\"") && !tag.contains(" checked") {
            continue;
        }
        found.push((value("name").unwrap(), value("value").unwrap_or_default().replace("&#60;", "<").replace("&#62;", ">")));
    }
    found
}

pub(crate) fn owned(fields: &[(String, String)]) -> Vec<(&str, String)> {
    fields.iter().map(|(n, v)| (n.as_str(), v.clone())).collect()
}

/// From the picker to the page that posts the answer.
async fn choose(browser: &mut Browser, page: &Page, query: &str) -> Page {
    let review = browser.get(&format!("{}/pick/review?{query}", page.root())).await;
    assert_eq!(review.status, 200, "{}", review.body);
    browser.post(&format!("{}/pick/answer", page.root()), &owned(&fields(&review))).await
}

/// What the answer says, after its signature was checked with the keys we publish.
pub(crate) async fn verified(house: &House, browser: &mut Browser, page: &Page) -> Value {
    let jwks = browser.get(&format!("{}/lti/jwks.json", house.base)).await;
    let jwt = page.attribute("name=\"JWT\"", "value");
    let token = Unverified::peek(&jwt).unwrap().verify(&KeySet::parse(jwks.body.as_bytes()).unwrap()).unwrap();
    Value::Object(token.claims().clone())
}

pub(crate) fn items(claims: &Value) -> &Vec<Value> {
    claims[format!("{DL}content_items")].as_array().unwrap()
}

//! LTI 1.1 against a real server: signed launches, what must not open a session, and grades by Basic Outcomes.

mod grade_book;
mod launch;
mod migration;
mod outcomes;
mod platforms;

use courseferry::{
    lti::v1p1::{Method, signature},
    store::{DEFAULT_TENANT, launch_log},
};

use crate::{
    admin::administrator,
    house::{Browser, House, Page},
};

/// Pairs of a form or an address.
type Pairs = Vec<(String, String)>;

fn pairs(list: &[(&str, &str)]) -> Pairs {
    list.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
}

/// A server, and a site that has a key for it.
struct Site {
    house: House,
    /// A signed-in administrator, on the platform's page.
    admin: (Browser, Page),
    registration_id: String,
    key: String,
    secret: String,
}

/// The text of the element with this id.
fn shown(page: &Page, id: &str) -> String {
    let at = page.body.find(&format!("id=\"{id}\">")).unwrap_or_else(|| panic!("no {id} in {}", page.body));
    let text = &page.body[at..];
    text[text.find('>').unwrap() + 1..text.find('<').unwrap()].to_owned()
}

impl Site {
    async fn open(db: &crate::databases::Db) -> Self {
        let house = House::open(db).await;
        let (mut browser, home) = administrator(&house).await;
        let (page, registration_id) = Self::add(&house, &mut browser, &home, "Old LMS").await;
        let (key, secret) = (shown(&page, "copy-key"), shown(&page, "copy-secret"));
        Self { house, admin: (browser, page), registration_id, key, secret }
    }

    /// Fills in the administrator's form; gives the page that shows the secret, and the registration's id.
    async fn add(house: &House, browser: &mut Browser, home: &Page, name: &str) -> (Page, String) {
        let url = format!("{}/admin/platforms/add/v1p1", house.base);
        let fields = [("form_token", home.form_token()), ("name", name.to_owned())];
        let page = browser.post(&url, &fields).await;
        assert_eq!(page.status, 200, "{}", page.body);
        let href = page.attribute("I have copied them", "href");
        let id = href.rsplit('/').next().unwrap().to_owned();
        (page, id)
    }

    fn launch_url(&self) -> String {
        format!("{}/lti/v1p1/launch", self.house.base)
    }

    /// The form of a learner's launch, not signed yet.
    fn form(&self, user: &str) -> Pairs {
        pairs(&[
            ("lti_message_type", "basic-lti-launch-request"),
            ("lti_version", "LTI-1p0"),
            ("resource_link_id", "link-1"),
            ("resource_link_title", "Alpha"),
            ("context_id", "course-1"),
            ("context_title", "Kürs & <b>"),
            ("user_id", user),
            ("roles", "Learner"),
            ("lis_person_name_full", "Ada <b>Lovelace</b>"),
            ("custom_to", "alpha"),
            ("tool_consumer_instance_guid", "old.example.edu"),
            ("tool_consumer_info_product_family_code", "moodle"),
            ("launch_presentation_return_url", "https://old.example.edu/return"),
        ])
    }

    fn with(&self, name: &str, value: Option<&str>) -> Pairs {
        let mut form = self.form("ada");
        form.retain(|(n, _)| n != name);
        form.extend(value.map(|v| (name.to_owned(), v.to_owned())));
        form
    }

    /// Signed as the platform does.
    fn sign(&self, form: &Pairs) -> Pairs {
        self.sign_with(form, &[], Method::HmacSha1, &self.secret)
    }

    fn sign_with(&self, form: &Pairs, query: &[(String, String)], method: Method, secret: &str) -> Pairs {
        let mut form = form.clone();
        let now = (self.house.app.clock)().as_second().to_string();
        let nonce = courseferry::ids::random_token(12).unwrap();
        for (name, value) in [
            ("oauth_consumer_key", self.key.as_str()),
            ("oauth_nonce", &nonce),
            ("oauth_timestamp", &now),
            ("oauth_signature_method", method.name()),
            ("oauth_version", "1.0"),
        ] {
            // A test may have chosen its own.
            if form.iter().all(|(n, _)| n != name) {
                form.push((name.to_owned(), value.to_owned()));
            }
        }
        let all = form.iter().chain(query).map(|(n, v)| (n.as_str(), v.as_str()));
        let signature = signature(method, "POST", &self.launch_url(), all, secret).unwrap();
        form.push(("oauth_signature".to_owned(), signature));
        form
    }

    /// Posts a form from the platform's page and follows where it leads.
    async fn post(&self, browser: &mut Browser, form: &Pairs) -> Page {
        self.post_to(browser, &self.launch_url(), form).await
    }

    async fn post_to(&self, browser: &mut Browser, url: &str, form: &Pairs) -> Page {
        let fields: Vec<(&str, String)> = form.iter().map(|(n, v)| (n.as_str(), v.clone())).collect();
        let page = browser.post_from(url, &fields, Some("https://old.example.edu")).await;
        browser.follow(page).await
    }

    /// Signs and posts.
    async fn launch(&self, browser: &mut Browser, form: &Pairs) -> Page {
        self.post(browser, &self.sign(form)).await
    }

    /// Code and detail of the latest line of the launch log.
    async fn logged(&self) -> (String, String) {
        let log = launch_log::recent(&mut self.house.app.store.read().await.unwrap(), DEFAULT_TENANT, 1).await.unwrap();
        (log[0].code.clone(), log[0].detail.clone())
    }

    /// A form of the platform's page in the administration.
    async fn administer(&mut self, what: &str, fields: &[(&str, &str)]) -> Page {
        let url = format!("{}/admin/platforms/{}", self.house.base, self.registration_id);
        let (browser, _) = &mut self.admin;
        let page = browser.get(&url).await;
        let mut form = vec![("form_token", page.form_token())];
        form.extend(fields.iter().map(|(n, v)| (*n, (*v).to_owned())));
        browser.post(&format!("{url}{what}"), &form).await
    }
}

//! Registration over HTTP against the real server: by the LMS itself, by documents it reads, and what an administrator decides.

mod again;
mod decide;
mod documents;
mod flow;
mod hostile;
mod lms;

use courseferry::store::{
    Store,
    registration::{self, Registration},
};
use lms::{Dialect, Lms};
use serde_json::{Value, json};

use crate::{
    admin::administrator,
    databases::Db,
    house::{Browser, House, Page},
};

/// A house beside an LMS, and an administrator in it.
struct Rig {
    house: House,
    lms: Lms,
    admin: Browser,
    form_token: String,
}

impl Rig {
    async fn open(db: &Db, dialect: Dialect) -> Rig {
        let lms = Lms::start(dialect);
        let house = House::open_beside(db, &[lms.port]).await;
        let (admin, page) = administrator(&house).await;
        Rig { house, lms, admin, form_token: page.form_token() }
    }

    fn store(&self) -> &Store {
        &self.house.app.store
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.house.base)
    }

    /// A form of an administrator's page.
    async fn press(&mut self, path: &str, fields: &[(&'static str, &str)]) -> Page {
        let mut form = vec![("form_token", self.form_token.clone())];
        form.extend(fields.iter().map(|(n, v)| (*n, (*v).to_owned())));
        let url = self.url(path);
        self.admin.post(&url, &form).await
    }

    /// Makes a link; gives its address.
    async fn link(&mut self, fields: &[(&'static str, &str)]) -> String {
        let page = self.press("/admin/platforms/invite", fields).await;
        assert_eq!(page.status, 200, "{}", page.body);
        let start = format!("{}/lti/register/", self.house.base);
        let at = page.body.find(&start).unwrap_or_else(|| panic!("no link in {}", page.body));
        page.body[at..].split('<').next().unwrap().to_owned()
    }

    /// What somebody in the LMS sees: the offer, then what became of it.
    async fn register(&self, link: &str) -> (Page, Page) {
        let begun = self.lms.begin();
        (self.open_link(link, &begun).await, self.press_register(link, &begun).await)
    }

    async fn open_link(&self, link: &str, begun: &[(&'static str, String)]) -> Page {
        let mut url = url::Url::parse(link).unwrap();
        url.query_pairs_mut().extend_pairs(begun);
        Browser::new().get(url.as_str()).await
    }

    async fn press_register(&self, link: &str, begun: &[(&'static str, String)]) -> Page {
        Browser::new().post(link, begun).await
    }

    async fn known(&self, client_id: &str) -> Option<Registration> {
        let mut tx = self.store().read().await.unwrap();
        registration::by_client(&mut tx, &self.lms.issuer(), client_id).await.unwrap()
    }

    /// A learner launches from the LMS.
    async fn launch(&self, client_id: &str, deployment: &str, sub: &str) -> Page {
        let mut browser = Browser::new();
        self.launch_in(&mut browser, client_id, deployment, sub).await
    }

    async fn launch_in(&self, browser: &mut Browser, client_id: &str, deployment: &str, sub: &str) -> Page {
        let (issuer, base) = (self.lms.issuer(), self.lms.base());
        let fields = [
            ("iss", issuer.clone()),
            ("client_id", client_id.to_owned()),
            ("login_hint", sub.to_owned()),
            ("target_link_uri", self.url("/lti/launch")),
        ];
        let login = browser.post_from(&self.url("/lti/login"), &fields, Some(&base)).await;
        let Some(location) = login.headers.get("location") else { return login };
        let location = url::Url::parse(location.to_str().unwrap()).unwrap();
        let value = |name: &str| location.query_pairs().find(|(n, _)| n == name).unwrap().1.into_owned();
        let mut claims: Value = self.house.claims(sub);
        claims["iss"] = json!(issuer);
        claims["aud"] = json!(client_id);
        claims["azp"] = json!(client_id);
        claims["nonce"] = json!(value("nonce"));
        claims["https://purl.imsglobal.org/spec/lti/claim/deployment_id"] = json!(deployment);
        let form = [("id_token", Lms::key().sign(&claims).unwrap()), ("state", value("state"))];
        let page = browser.post_from(&self.url("/lti/launch"), &form, Some(&base)).await;
        browser.follow(page).await
    }
}

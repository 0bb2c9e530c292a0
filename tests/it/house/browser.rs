//! Browsers that keep cookies, and what they are answered.

use std::{collections::BTreeMap, sync::OnceLock};

use reqwest::{
    StatusCode,
    header::{self, HeaderMap},
};
use serde_json::Value;

/// An answer, read to the end.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) url: String,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Page {
    /// The value of `attribute` in the first tag that holds `mark`.
    pub(crate) fn attribute(&self, mark: &str, attribute: &str) -> String {
        let at = self.body.find(mark).unwrap_or_else(|| panic!("no {mark} in {}", self.body));
        let tag = &self.body[self.body[..at].rfind('<').unwrap()..];
        let tag = &tag[..tag.find('>').unwrap()];
        let value = tag.split(&format!("{attribute}=\"")).nth(1).unwrap_or_else(|| panic!("no {attribute} in {tag}"));
        value.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&")
    }

    pub(crate) fn form_token(&self) -> String {
        self.attribute("name=\"form_token\"", "value")
    }

    /// `/l/<launch>` of the page's address.
    pub(crate) fn root(&self) -> String {
        let at = self.url.find("/l/").unwrap_or_else(|| panic!("no launch in {}", self.url));
        let end = self.url[at + 3..].find('/').unwrap();
        self.url[..at + 3 + end].to_owned()
    }

    pub(crate) fn assert_refused(&self, browser: &Browser) {
        assert!(self.status.is_client_error(), "{} {}", self.status, self.body);
        let reference = self.headers["x-request-id"].to_str().unwrap();
        assert!(self.body.contains(reference), "{}", self.body);
        assert!(browser.sessions().is_empty(), "{:?}", browser.cookies);
    }
}

/// A browser that keeps cookies and says where its requests come from.
pub(crate) struct Browser {
    client: reqwest::Client,
    pub(crate) cookies: BTreeMap<String, String>,
}

/// One for all browsers: making one takes longer than most requests. No connection is kept, because each test has a runtime of its
/// own.
pub(crate) fn client() -> reqwest::Client {
    static CLIENT: OnceLock<reqwest::Client> = OnceLock::new();
    let make = || reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().pool_max_idle_per_host(0).build();
    CLIENT.get_or_init(|| make().unwrap()).clone()
}

impl Browser {
    pub(crate) fn new() -> Self {
        Self::with(client())
    }

    /// One that connects in a way of its own.
    pub(crate) fn with(client: reqwest::Client) -> Self {
        Self { client, cookies: BTreeMap::new() }
    }

    pub(crate) fn sessions(&self) -> Vec<&String> {
        self.cookies.keys().filter(|n| n.starts_with("__Host-ferry-") && !n.contains("login")).collect()
    }

    pub(crate) async fn get(&mut self, url: &str) -> Page {
        let page = self.send(self.client.get(url)).await;
        Box::pin(self.follow(page)).await
    }

    /// One answer; redirects are not followed.
    pub(crate) async fn get_only(&mut self, url: &str) -> Page {
        self.send(self.client.get(url)).await
    }

    /// A form of our own page.
    pub(crate) async fn post(&mut self, url: &str, fields: &[(&str, String)]) -> Page {
        let page = self.post_from(url, fields, None).await;
        self.follow(page).await
    }

    /// A form of the page at `origin`, or of our own page; redirects are not followed.
    pub(crate) async fn post_from(&mut self, url: &str, fields: &[(&str, String)], origin: Option<&str>) -> Page {
        let site = if origin.is_some() { "cross-site" } else { "same-origin" };
        let request = self.client.post(url).header("sec-fetch-site", site).header("origin", origin.unwrap_or("null"));
        self.send(request.form(fields)).await
    }

    /// What a script of our own page posts.
    pub(crate) async fn post_json(&mut self, url: &str, form_token: &str, body: Value) -> Page {
        let request = self.client.post(url).header("sec-fetch-site", "same-origin").header("x-form-token", form_token);
        self.send(request.json(&body)).await
    }

    pub(crate) async fn follow(&mut self, page: Page) -> Page {
        let Some(target) = page.headers.get(header::LOCATION).filter(|_| page.status.is_redirection()) else { return page };
        let url = url::Url::parse(&page.url).unwrap().join(target.to_str().unwrap()).unwrap();
        Box::pin(self.get(url.as_str())).await
    }

    pub(crate) async fn send(&mut self, request: reqwest::RequestBuilder) -> Page {
        let cookies: Vec<String> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let request = if cookies.is_empty() { request } else { request.header(header::COOKIE, cookies.join("; ")) };
        let answer = request.send().await.unwrap();
        let (url, status, headers) = (answer.url().to_string(), answer.status(), answer.headers().clone());
        for line in headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().unwrap();
            // An administrator's pages are framed by nobody.
            let framed =
                if line.starts_with("__Host-administrator") { ["; SameSite=Lax", ""] } else { ["; SameSite=None", "; Partitioned"] };
            for needed in ["; Path=/", "; Secure", "; HttpOnly"].into_iter().chain(framed) {
                assert!(line.contains(needed), "{line}");
            }
            assert!(line.starts_with("__Host-") && !line.contains("Domain"), "{line}");
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if line.contains("Max-Age=0") {
                self.cookies.remove(name)
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned())
            };
        }
        Page { url, status, headers, body: answer.text().await.unwrap() }
    }
}

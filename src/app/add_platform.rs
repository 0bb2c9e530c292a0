//! A platform is added by an administrator: a form with as few fields as its product allows.

use super::{
    App, AppError,
    admin_sign_in::AdminVisit,
    audit::{self, By},
};
pub use crate::lti::canvas::SITES as CANVAS_SITES;
use crate::{
    ids,
    lti::{address, canvas as canvas_hosts},
    store::{
        Store, StoreError, Tx,
        registration::{self, DeploymentPolicy, Registration, RegistrationStatus},
    },
};

/// Longest field.
const LONGEST: usize = 500;

/// Products with a form of their own; each knows its addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Product {
    /// Everything follows from the site's address.
    Moodle,
    /// Hosted by Instructure: one issuer for all schools.
    Canvas,
    /// Canvas on a server of one's own.
    OwnCanvas,
    /// Open edX: every address is shown by the block.
    Edx,
    /// Anything else that speaks LTI 1.3.
    Other,
}

impl Product {
    /// All, the most frequent first.
    pub const ALL: [Self; 5] = [Self::Moodle, Self::Canvas, Self::OwnCanvas, Self::Edx, Self::Other];

    /// In addresses.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Moodle => "moodle",
            Self::Canvas => "canvas",
            Self::OwnCanvas => "own-canvas",
            Self::Edx => "edx",
            Self::Other => "other",
        }
    }

    /// From [`Self::key`].
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.key() == key)
    }

    /// For people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Moodle => "Moodle",
            Self::Canvas => "Canvas, hosted by Instructure",
            Self::OwnCanvas => "Canvas on our own server",
            Self::Edx => "Open edX",
            Self::Other => "Another LMS with LTI 1.3",
        }
    }

    /// The key of its [`crate::lti::platform::PlatformProfile`].
    #[must_use]
    pub fn family(self) -> &'static str {
        match self {
            Self::Moodle => "moodle",
            Self::Canvas | Self::OwnCanvas => "canvas",
            Self::Edx => "edx",
            Self::Other => "generic",
        }
    }

    /// The product a registration is of, by its family and issuer.
    #[must_use]
    pub fn of(family: &str, issuer: &str) -> Self {
        match family {
            "moodle" => Self::Moodle,
            "canvas" if issuer.ends_with(".instructure.com") => Self::Canvas,
            "canvas" => Self::OwnCanvas,
            "edx" => Self::Edx,
            _ => Self::Other,
        }
    }
}

/// A form as it was typed. Which fields count depends on the product.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlatformForm {
    /// Its id here, where the page made one for the keyset address that it showed.
    pub id: String,
    /// For people.
    pub name: String,
    /// Moodle and own Canvas: the site's address. Hosted Canvas: one of [`CANVAS_SITES`].
    pub site: String,
    /// `iss` of its messages.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// Where logins go.
    pub auth_url: String,
    /// Where access tokens come from.
    pub token_url: String,
    /// Where its keys are.
    pub jwks_url: String,
    /// Deployment ids, separated by commas or white space; none: the first is learned.
    pub deployments: String,
}

/// The addresses a platform is known by.
struct Addresses {
    issuer: String,
    auth: String,
    token: String,
    jwks: String,
}

type Problems = Vec<(&'static str, String)>;

/// What became of a form.
#[derive(Debug, Clone, PartialEq)]
pub enum Added {
    /// It is registered, under this row id.
    Done(String),
    /// Fields that will not do.
    Refused(Problems),
}

impl PlatformForm {
    /// From a form's pairs.
    #[must_use]
    pub fn from_pairs(pairs: &[(String, String)]) -> Self {
        let value = |name: &str| pairs.iter().find(|(n, _)| n == name).map(|(_, v)| v.trim().to_owned()).unwrap_or_default();
        Self {
            id: value("id"),
            name: value("name"),
            site: value("site"),
            issuer: value("issuer"),
            client_id: value("client_id"),
            auth_url: value("auth_url"),
            token_url: value("token_url"),
            jwks_url: value("jwks_url"),
            deployments: value("deployments"),
        }
    }

    /// What is registered, as a form shows it.
    #[must_use]
    pub fn of(r: &Registration) -> Self {
        Self {
            name: r.name.clone(),
            issuer: r.issuer.clone(),
            client_id: r.client_id.clone(),
            auth_url: r.auth_url.clone(),
            token_url: r.token_url.clone(),
            jwks_url: r.jwks_url.clone(),
            ..Self::default()
        }
    }

    /// A registration and its deployments, if all fields make sense.
    ///
    /// # Errors
    /// Every field that does not.
    pub fn check(&self, product: Product, tenant_id: &str, now: i64) -> Result<(Registration, Vec<String>), Problems> {
        let mut problems = Problems::new();
        let addresses = self.addresses(product, &mut problems);
        if self.client_id.is_empty() || self.client_id.len() > LONGEST {
            problems.push(("client_id", "Copy the client ID that the LMS shows once the tool is saved there.".to_owned()));
        }
        let deployments: Vec<String> =
            self.deployments.split(|c: char| c == ',' || c.is_whitespace()).filter(|d| !d.is_empty()).map(str::to_owned).collect();
        if deployments.iter().any(|d| d.len() > 255) {
            problems.push(("deployments", "A deployment ID has at most 255 characters.".to_owned()));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let host = address::parse(&addresses.issuer).map(|url| address::authority(&url)).unwrap_or_default();
        let policy = if product.family() == "canvas" && deployments.is_empty() { DeploymentPolicy::Accept } else { DeploymentPolicy::Pin };
        let registration = Registration {
            id: if ids::is_id(&self.id) { self.id.clone() } else { ids::new_id() },
            tenant_id: tenant_id.to_owned(),
            name: if self.name.is_empty() { host } else { self.name.chars().take(100).collect() },
            issuer: addresses.issuer,
            client_id: self.client_id.clone(),
            family: product.family().to_owned(),
            auth_url: addresses.auth,
            token_url: addresses.token,
            token_audience: None,
            jwks_url: addresses.jwks,
            status: RegistrationStatus::Active,
            deployment_policy: policy,
            anonymous: false,
            embedders: "[]".to_owned(),
            created_at: now,
            updated_at: now,
        };
        Ok((registration, deployments))
    }

    fn addresses(&self, product: Product, problems: &mut Problems) -> Addresses {
        match product {
            Product::Moodle => {
                let site = site(&self.site, "Type the address of your Moodle, such as `https://moodle.example.edu`.", problems);
                let at = |file: &str| format!("{site}/mod/lti/{file}.php");
                Addresses { auth: at("auth"), token: at("token"), jwks: at("certs"), issuer: site }
            }
            Product::Canvas => match CANVAS_SITES.iter().find(|(key, ..)| *key == self.site) {
                Some((_, _, issuer, host)) => canvas((*issuer).to_owned(), host),
                None => {
                    problems.push(("site", "Choose which Canvas it is.".to_owned()));
                    canvas(String::new(), "")
                }
            },
            Product::OwnCanvas => {
                let site = site(&self.site, "Type the address of your Canvas, such as `https://canvas.example.edu`.", problems);
                // What `config/security.yml` says where nobody changed it.
                let issuer = if self.issuer.is_empty() { CANVAS_SITES[0].2 } else { &self.issuer };
                check("issuer", issuer, problems);
                canvas(issuer.to_owned(), &site)
            }
            Product::Edx | Product::Other => {
                for (field, text) in
                    [("issuer", &self.issuer), ("auth_url", &self.auth_url), ("token_url", &self.token_url), ("jwks_url", &self.jwks_url)]
                {
                    check(field, text, problems);
                }
                Addresses {
                    issuer: self.issuer.clone(),
                    auth: self.auth_url.clone(),
                    token: self.token_url.clone(),
                    jwks: self.jwks_url.clone(),
                }
            }
        }
    }
}

fn canvas(issuer: String, host: &str) -> Addresses {
    let [auth, token, jwks] = canvas_hosts::endpoints(host);
    Addresses { issuer, auth, token, jwks }
}

/// A site's address without a slash at the end. People paste the address of any page: what follows a known path is cut off.
fn site(text: &str, advice: &str, problems: &mut Problems) -> String {
    let known = text.split(['?', '#']).next().unwrap_or_default();
    let known =
        ["/mod/", "/admin/", "/my", "/login/", "/course/", "/index.php"].iter().fold(known, |t, cut| t.split(cut).next().unwrap_or(t));
    let site = known.trim_end_matches('/').to_owned();
    if address::parse(&site).is_err() {
        problems.push(("site", advice.to_owned()));
    }
    site
}

fn check(field: &'static str, text: &str, problems: &mut Problems) {
    if address::parse(text).is_err() {
        let name = match field {
            "issuer" => "issuer",
            "auth_url" => "login URL",
            "token_url" => "access token URL",
            _ => "keyset URL",
        };
        problems.push((field, format!("Copy the whole {name}, starting with https://.")));
    }
}

impl App {
    /// Adds what a form says, for the administrator's own tenant.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_platform(&self, admin: &AdminVisit, product: Product, form: &PlatformForm) -> Result<Added, AppError> {
        let (mut row, deployments) = match form.check(product, &admin.account.tenant_id, self.now()) {
            Ok(good) => good,
            Err(problems) => return Ok(Added::Refused(problems)),
        };
        // The same page was sent before, for another client id.
        if registration::find(&mut self.store.read().await?, &row.id).await?.is_some() {
            row.id = ids::new_id();
        }
        let id = row.id.clone();
        if !insert(&self.store, admin.by(), row, deployments).await? {
            let text = "This client ID is registered for this LMS already. Look for it in the list of platforms.".to_owned();
            return Ok(Added::Refused(vec![("client_id", text)]));
        }
        Ok(Added::Done(id))
    }
}

/// Keeps a platform that `by` adds, with the deployments that may launch. Gives whether it was not there yet.
///
/// # Errors
/// When the database fails.
pub async fn insert(store: &Store, by: By, row: Registration, deployments: Vec<String>) -> Result<bool, StoreError> {
    audit::record(store, async move |tx: &mut Tx| {
        if registration::by_client(tx, &row.issuer, &row.client_id).await?.is_some() {
            return Ok((false, None));
        }
        registration::insert(tx, &row).await?;
        for deployment in &deployments {
            registration::pin_deployment(tx, &row.id, deployment, row.created_at).await?;
        }
        Ok((true, Some(by.did("platform added", &audit::platform(&row), row.created_at))))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(site: &str) -> PlatformForm {
        PlatformForm { site: site.to_owned(), client_id: "AbC123".to_owned(), ..PlatformForm::default() }
    }

    fn fields(result: Result<(Registration, Vec<String>), Problems>) -> Vec<&'static str> {
        result.err().unwrap_or_default().into_iter().map(|(field, _)| field).collect()
    }

    #[test]
    fn moodle_needs_its_address_and_our_client_id_only() {
        for typed in ["https://m.example/moodle", "https://m.example/moodle/", "https://m.example/moodle/admin/search.php?query=lti"] {
            let (r, _) = form(typed).check(Product::Moodle, "default", 1).unwrap();
            assert_eq!(r.issuer, "https://m.example/moodle", "{typed}");
            assert_eq!(r.auth_url, "https://m.example/moodle/mod/lti/auth.php");
            assert_eq!((r.name.as_str(), r.deployment_policy), ("m.example", DeploymentPolicy::Pin));
        }
    }

    #[test]
    fn hosted_canvas_shares_an_issuer_and_accepts_every_deployment() {
        let (r, _) = form("beta").check(Product::Canvas, "default", 1).unwrap();
        assert_eq!(r.issuer, "https://canvas.beta.instructure.com");
        assert_eq!(r.token_url, "https://sso.beta.canvaslms.com/login/oauth2/token");
        assert_eq!(r.deployment_policy, DeploymentPolicy::Accept);
        let named = PlatformForm { deployments: "1:abc, 2:def\n3".to_owned(), ..form("production") };
        let (r, deployments) = named.check(Product::Canvas, "default", 1).unwrap();
        assert_eq!((r.deployment_policy, deployments.len()), (DeploymentPolicy::Pin, 3));
    }

    #[test]
    fn an_own_canvas_keeps_the_stock_issuer_unless_told_otherwise() {
        let (r, _) = form("https://canvas.school.example").check(Product::OwnCanvas, "default", 1).unwrap();
        assert_eq!(
            (r.issuer.as_str(), r.jwks_url.as_str()),
            ("https://canvas.instructure.com", "https://canvas.school.example/api/lti/security/jwks")
        );
        assert_eq!(Product::of(&r.family, "https://canvas.school.example"), Product::OwnCanvas);
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        assert_eq!(
            fields(PlatformForm::default().check(Product::Other, "default", 1)),
            ["issuer", "auth_url", "token_url", "jwks_url", "client_id"]
        );
        assert_eq!(fields(form("moodle.example").check(Product::Moodle, "default", 1)), ["site"]);
        assert_eq!(fields(form("elsewhere").check(Product::Canvas, "default", 1)), ["site"]);
        for bad in ["ftp://x.example", "https://u:p@x.example", "https://", "javascript:alert(1)"] {
            assert_eq!(fields(form(bad).check(Product::Moodle, "default", 1)), ["site"], "{bad}");
        }
    }

    #[test]
    fn products_are_found_by_their_key() {
        for product in Product::ALL {
            assert_eq!(Product::from_key(product.key()), Some(product));
        }
    }
}

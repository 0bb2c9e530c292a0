//! One-time registration links: made, listed, taken back.

use crate::{
    app::{
        App, AppError,
        admin_sign_in::AdminVisit,
        audit::{self, By},
    },
    ids,
    lti::address,
    store::{
        Store, StoreError, Tx,
        registration_link::{self, RegistrationLink},
    },
};

/// Days a link works.
pub const LINK_DAYS: i64 = 7;
const DAY: i64 = 24 * 60 * 60 * 1000;

/// A link as it is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InviteForm {
    /// What the registration will be called; empty: its host.
    pub name: String,
    /// The LMS's address; empty: any may use the link.
    pub site: String,
    /// Whether its registration needs no further look.
    pub approved: bool,
}

impl InviteForm {
    /// The link's row for `token`.
    ///
    /// # Errors
    /// Fields that will not do.
    pub fn check(&self, token: &str, tenant_id: &str, made_by: &str, now: i64) -> Result<RegistrationLink, Vec<(&'static str, String)>> {
        let mut problems = Vec::new();
        let site = self.site.trim();
        let host = match (site.is_empty(), address::parse(site)) {
            (true, _) => String::new(),
            (false, Ok(url)) => address::authority(&url),
            (false, Err(_)) => {
                problems.push(("site", "Type the whole address, such as `https://moodle.example.edu`.".to_owned()));
                String::new()
            }
        };
        if self.approved && site.is_empty() {
            problems
                .push(("site", "Name the LMS, if it may launch without your approval: the link could fall into other hands.".to_owned()));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(RegistrationLink {
            id: ids::new_id(),
            tenant_id: tenant_id.to_owned(),
            token_hash: ids::sha256_hex(token.as_bytes()),
            name: self.name.trim().chars().take(100).collect(),
            host,
            approved: self.approved,
            made_by: made_by.to_owned(),
            created_at: now,
            expires_at: now + LINK_DAYS * DAY,
            busy_until: None,
            spent_at: None,
            registration_id: None,
        })
    }
}

impl App {
    /// Makes a link and gives its address: the only time it is to be had. `Ok(Err(..))` names fields that will not do.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn invite_platform(
        &self,
        admin: &AdminVisit,
        form: &InviteForm,
    ) -> Result<Result<String, Vec<(&'static str, String)>>, AppError> {
        let token = ids::random_token(32)?;
        let link = match form.check(&token, &admin.account.tenant_id, &admin.account.name, self.now()) {
            Ok(link) => link,
            Err(problems) => return Ok(Err(problems)),
        };
        record_link(&self.store, admin.by(), link).await?;
        Ok(Ok(self.site.url(&format!("/lti/register/{token}"))))
    }

    /// Links that work or were used, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn registration_links(&self, admin: &AdminVisit) -> Result<Vec<RegistrationLink>, AppError> {
        let mut tx = self.store.read().await?;
        Ok(registration_link::list(&mut tx, &admin.account.tenant_id, self.now()).await?)
    }

    /// Takes an unused link back.
    ///
    /// # Errors
    /// When there is none.
    pub async fn withdraw_registration_link(&self, admin: &AdminVisit, id: &str) -> Result<(), AppError> {
        let (id, by, now) = (id.to_owned(), admin.by(), self.now());
        audit::record(&self.store, async move |tx: &mut Tx| {
            if !registration_link::withdraw(tx, &id, &by.tenant_id).await? {
                return Err(AppError::NotFound);
            }
            Ok(((), Some(by.did("registration link taken back", "", now))))
        })
        .await
    }
}

/// Keeps a link that `by` made.
///
/// # Errors
/// When the database fails.
pub async fn record_link(store: &Store, by: By, link: RegistrationLink) -> Result<(), StoreError> {
    audit::record(store, async move |tx: &mut Tx| {
        registration_link::insert(tx, &link).await?;
        let on = match (link.host.as_str(), link.approved) {
            ("", _) => "for any LMS".to_owned(),
            (host, false) => format!("for {host}"),
            (host, true) => format!("for {host}, may launch at once"),
        };
        Ok(((), Some(by.did("registration link made", &on, link.created_at))))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(name: &str, site: &str, approved: bool) -> Result<RegistrationLink, Vec<&'static str>> {
        let form = InviteForm { name: name.into(), site: site.into(), approved };
        form.check("token", "default", "anna", 1).map_err(|all| all.into_iter().map(|(field, _)| field).collect())
    }

    #[test]
    fn a_link_may_be_for_one_lms_and_must_be_if_it_approves() {
        let link = fields(" Campus ", "https://Moodle.example.edu:443/moodle/", true).unwrap();
        assert_eq!((link.name.as_str(), link.host.as_str(), link.expires_at), ("Campus", "moodle.example.edu", 1 + 7 * DAY));
        assert!(!link.token_hash.contains("token"));
        assert_eq!(fields("", "", false).unwrap().host, "");
        assert_eq!(fields("", "", true), Err(vec!["site"]));
        assert_eq!(fields("", "moodle.example.edu", false), Err(vec!["site"]));
    }
}

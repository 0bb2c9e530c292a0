//! Administrators come in: by a one-time link, by name and password, and leave again.

use super::{
    App, AppError,
    audit::{self, By},
    password,
    visit::form_token,
};
use crate::{
    ids,
    store::{DEFAULT_TENANT, Durability, StoreError, Tx, admin, admin::AdminAccount},
};

/// Milliseconds an administrator's session lasts.
pub const SESSION_LIFE: i64 = 12 * 60 * 60 * 1000;
/// Longest sign-in name.
const LONGEST_NAME: usize = 64;

/// A live administrator's session.
#[derive(Debug, Clone)]
pub struct AdminVisit {
    /// Who.
    pub account: AdminAccount,
    /// What our own forms carry and no other site knows.
    pub form_token: String,
}

impl AdminVisit {
    /// As the audit knows them.
    #[must_use]
    pub fn by(&self) -> By {
        By::account(&self.account)
    }

    /// Whether the form token is ours, in constant time.
    #[must_use]
    pub fn owns_form(&self, token: &str) -> bool {
        token.len() == self.form_token.len() && openssl::memcmp::eq(token.as_bytes(), self.form_token.as_bytes())
    }
}

/// What became of a one-time link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redeemed {
    /// The session's token: what the browser holds from now on.
    SignedIn(String),
    /// Unknown, too old or used before.
    Spent,
    /// The name or the password will not do; the link is not spent.
    Refused(Vec<(&'static str, String)>),
}

/// An account as it is typed with a one-time link.
#[derive(Clone, Default)]
pub struct NewPassword {
    /// Sign-in name.
    pub name: String,
    /// Password.
    pub password: String,
    /// The same again.
    pub again: String,
}

impl NewPassword {
    fn problems(&self) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        let name = self.name.trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            problems.push(("name", format!("Type a name of 1 to {LONGEST_NAME} characters.")));
        } else if name.eq_ignore_ascii_case(audit::COMMAND_LINE) {
            problems.push(("name", "What is done on the server itself is listed under this name. Choose another one.".to_owned()));
        }
        if let Some(weakness) = password::weakness(name, &self.password) {
            problems.push(("password", weakness));
        } else if self.password != self.again {
            problems.push(("again", "The two passwords differ. Type the same one again.".to_owned()));
        }
        problems
    }
}

impl App {
    /// The session that `token` opens, if it has not ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn admin_visit(&self, token: &str) -> Result<Option<AdminVisit>, AppError> {
        let mut tx = self.store.read().await?;
        let account = admin::by_session(&mut tx, &ids::sha256_hex(token.as_bytes()), self.now()).await?;
        Ok(account.map(|account| AdminVisit { account, form_token: form_token(token) }))
    }

    /// Opens a session for a name and its password. None when they do not go together, whichever is wrong.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_in(&self, name: &str, password: &str) -> Result<Option<String>, AppError> {
        let account = {
            let mut tx = self.store.read().await?;
            admin::by_name(&mut tx, DEFAULT_TENANT, name.trim()).await?
        };
        let right = password::verify(password, account.as_ref().and_then(|a| a.password_hash.as_deref())).await?;
        let Some(account) = account.filter(|_| right) else { return Ok(None) };
        let (token, now) = (ids::random_token(32)?, self.now());
        let id_hash = ids::sha256_hex(token.as_bytes());
        audit::record(&self.store, async move |tx: &mut Tx| {
            admin::open_session(tx, &account, &id_hash, now + SESSION_LIFE, now).await?;
            Ok::<_, StoreError>(((), Some(By::account(&account).did("signed in with the password", "", now))))
        })
        .await?;
        Ok(Some(token))
    }

    /// Whether a one-time link would be taken. Looking does not spend it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn admin_link_stands(&self, token: &str) -> Result<bool, AppError> {
        let mut tx = self.store.read().await?;
        Ok(admin::link_stands(&mut tx, &ids::sha256_hex(token.trim().as_bytes()), self.now()).await?)
    }

    /// Spends a one-time link: makes the account or sets its password, and opens a session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn redeem_admin_link(&self, link: &str, typed: &NewPassword) -> Result<Redeemed, AppError> {
        if !self.admin_link_stands(link).await? {
            return Ok(Redeemed::Spent);
        }
        let problems = typed.problems();
        if !problems.is_empty() {
            return Ok(Redeemed::Refused(problems));
        }
        let hash = password::hash(&typed.password).await?;
        let (token, now, name) = (ids::random_token(32)?, self.now(), typed.name.trim().to_owned());
        let (link, id_hash) = (ids::sha256_hex(link.trim().as_bytes()), ids::sha256_hex(token.as_bytes()));
        let redeemed = audit::record(&self.store, async move |tx: &mut Tx| {
            let Some(tenant) = admin::redeem_link(tx, &link, now).await? else { return Ok((false, None)) };
            let account = admin::ensure_account(tx, &tenant, &name, now).await?;
            admin::set_password(tx, &account.id, &hash, &id_hash).await?;
            admin::open_session(tx, &account, &id_hash, now + SESSION_LIFE, now).await?;
            Ok::<_, AppError>((true, Some(By::account(&account).did("signed in by a one-time link and set a password", "", now))))
        })
        .await?;
        Ok(if redeemed { Redeemed::SignedIn(token) } else { Redeemed::Spent })
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_out(&self, token: &str) -> Result<(), AppError> {
        let id_hash = ids::sha256_hex(token.as_bytes());
        Ok(self.store.write(Durability::Full, async move |tx: &mut Tx| admin::end_session(tx, &id_hash).await.map(drop)).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(name: &str, password: &str, again: &str) -> Vec<&'static str> {
        let typed = NewPassword { name: name.into(), password: password.into(), again: again.into() };
        typed.problems().into_iter().map(|(field, _)| field).collect()
    }

    #[test]
    fn every_field_of_a_new_account_is_judged() {
        assert_eq!(fields("anna", "correct horse battery", "correct horse battery"), [""; 0]);
        assert_eq!(fields(" ", "short", "other"), ["name", "password"]);
        assert_eq!(fields("anna", "correct horse battery", "correct horse batterx"), ["again"]);
        assert_eq!(fields("Command Line", "correct horse battery", "correct horse battery"), ["name"], "who that was must stay plain");
        assert_eq!(fields(&"x".repeat(65), "correct horse battery", "correct horse battery"), ["name"]);
    }
}

//! The administrator in a request.

use std::{future::Future, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header::HeaderValue, web::Data};

use super::{
    Error, State, cookies,
    extract::{FORM_TOKEN, Pairs},
};
use crate::app::admin_sign_in::{AdminVisit, SESSION_LIFE};

/// The session's cookie. Same-site: these pages are framed by nobody.
const COOKIE: &str = "__Host-administrator";

/// Whoever shows a live administrator's session; everybody else is asked to sign in.
pub(crate) struct Admin {
    pub(crate) visit: AdminVisit,
    pub(crate) token: String,
}

impl FromRequest for Admin {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let state = request.app_data::<Data<State>>().ok_or(Error::NotFound)?;
            let token = cookies::read(request.headers(), COOKIE).ok_or(Error::SignInFirst)?;
            let visit = state.app.admin_visit(token).await?.ok_or(Error::SignInFirst)?;
            Ok(Self { visit, token: token.to_owned() })
        })
    }
}

impl Admin {
    /// Refuses a form that is not ours.
    pub(crate) fn check_form(&self, pairs: &Pairs) -> Result<(), Error> {
        let token = pairs.iter().find(|(name, _)| name == FORM_TOKEN).map_or("", |(_, value)| value.as_str());
        if self.visit.owns_form(token) { Ok(()) } else { Err(Error::FormToken) }
    }
}

/// `Set-Cookie` for a session's token.
pub(crate) fn cookie(token: &str) -> Option<HeaderValue> {
    set(token, SESSION_LIFE / 1000)
}

/// `Set-Cookie` that takes it away again.
pub(crate) fn no_cookie() -> Option<HeaderValue> {
    set("", 0)
}

fn set(token: &str, seconds: i64) -> Option<HeaderValue> {
    HeaderValue::try_from(format!("{COOKIE}={token}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_for_our_own_pages_only_and_goes_away_again() {
        let text = cookie("t").unwrap();
        assert_eq!(text, "__Host-administrator=t; Path=/; Max-Age=43200; Secure; HttpOnly; SameSite=Lax");
        assert!(no_cookie().unwrap().to_str().unwrap().contains("Max-Age=0"));
        assert!(cookie("a\r\nb").is_none());
    }
}

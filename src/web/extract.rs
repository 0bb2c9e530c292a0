//! What handlers take out of a request.

use std::{future::Future, net::IpAddr, pin::Pin};

use actix_web::{
    FromRequest, HttpMessage as _, HttpRequest,
    dev::Payload,
    http::header,
    web::{Data, Form, Json},
};
use serde::de::DeserializeOwned;

use super::{
    Error, State, address, cookies,
    middleware::{headers, shell::RequestId},
};
use crate::app::{Study, Visit, class_view::ClassView};

/// Decoded pairs of a form or a query, in their order, repeated names kept.
pub(crate) type Pairs = Vec<(String, String)>;

/// Name of a session's cookie starts with this; the launch id follows.
pub(crate) const SESSION_COOKIE: &str = "__Host-ferry-";

/// The form field, and the header, that carry the form token.
pub(crate) const FORM_TOKEN: &str = "form_token";
pub(crate) const FORM_TOKEN_HEADER: &str = "x-form-token";

/// The reference id a person can quote.
pub(crate) struct Reference(pub(crate) String);

impl FromRequest for Reference {
    type Error = Error;
    type Future = std::future::Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Ok(Self(request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default())))
    }
}

/// The client's address.
pub(crate) fn client(state: &State, request: &HttpRequest) -> Option<IpAddr> {
    address::client(request.peer_addr().map(|a| a.ip()), request.headers(), &state.trusted)
}

/// The visitor: whoever shows the session of the launch in the path, by its cookie or as a bearer.
pub(crate) struct Visitor {
    pub(crate) visit: Visit,
    /// The browser keeps no cookies here: pages must bring their script along.
    pub(crate) by_bearer: bool,
}

impl FromRequest for Visitor {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let Shown { state, launch, token, by_bearer } = shown(&request)?;
            let visit = state.app.visit(launch, token).await?.ok_or_else(|| Error::NoSession(launch.to_owned()))?;
            headers::framed_by(&request, &visit.data.embedders);
            Ok(Self { visit, by_bearer })
        })
    }
}

/// What a request shows of itself.
struct Shown<'a> {
    state: &'a State,
    launch: &'a str,
    token: &'a str,
    by_bearer: bool,
}

fn shown(request: &HttpRequest) -> Result<Shown<'_>, Error> {
    let launch = request.match_info().get("launch").unwrap_or_default();
    let state = request.app_data::<Data<State>>().ok_or(Error::NotFound)?;
    let cookie = cookies::read(request.headers(), &format!("{SESSION_COOKIE}{launch}"));
    let token = cookie.or_else(|| bearer(request)).ok_or_else(|| Error::NoSession(launch.to_owned()))?;
    Ok(Shown { state, launch, token, by_bearer: cookie.is_none() })
}

pub(crate) fn bearer(request: &HttpRequest) -> Option<&str> {
    request.headers().get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

impl Visitor {
    /// Refuses everybody but teachers.
    pub(crate) fn check_teacher(&self) -> Result<(), Error> {
        if self.visit.is_teacher() { Ok(()) } else { Err(Error::Forbidden) }
    }
}

/// A visitor, and what they may study: found in one look.
pub(crate) struct Student {
    pub(crate) visitor: Visitor,
    pub(crate) study: Study,
}

/// A teacher, and the class of the link; everybody else is refused.
pub(crate) struct Teacher {
    pub(crate) visitor: Visitor,
    pub(crate) class: ClassView,
}

impl FromRequest for Student {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let Shown { state, launch, token, by_bearer } = shown(&request)?;
            let (visit, study) = state.app.reading(launch, token).await?.ok_or_else(|| Error::NoSession(launch.to_owned()))?;
            headers::framed_by(&request, &visit.data.embedders);
            Ok(Self { visitor: Visitor { visit, by_bearer }, study })
        })
    }
}

impl FromRequest for Teacher {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, visitor) = (request.clone(), Visitor::from_request(request, payload));
        Box::pin(async move {
            let visitor = visitor.await?;
            let state = request.app_data::<Data<State>>().ok_or(Error::NotFound)?;
            let class = state.app.class_view(&visitor.visit).await?;
            Ok(Self { visitor, class })
        })
    }
}

/// Whoever has a session, and with it a token that only our own pages know.
pub(crate) trait Who: FromRequest<Error = Error> + 'static {
    /// Whether the token is theirs.
    fn owns_form(&self, token: &str) -> bool;
}

impl Who for Visitor {
    fn owns_form(&self, token: &str) -> bool {
        self.visit.owns_form(token)
    }
}

impl Who for Student {
    fn owns_form(&self, token: &str) -> bool {
        self.visitor.visit.owns_form(token)
    }
}

impl Who for Teacher {
    fn owns_form(&self, token: &str) -> bool {
        self.visitor.visit.owns_form(token)
    }
}

/// A form that one of our own pages sent: no handler sees one whose token is not its sender's.
pub(crate) struct Sent<W> {
    pub(crate) who: W,
    pub(crate) pairs: Pairs,
}

impl<W: Who> FromRequest for Sent<W> {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, actix_web::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (who, form) = (W::from_request(request, &mut Payload::None), Form::<Pairs>::from_request(request, payload));
        Box::pin(async move {
            let (who, Form(pairs)) = (who.await?, form.await?);
            let token = pairs.iter().find(|(name, _)| name == FORM_TOKEN).map_or("", |(_, value)| value.as_str());
            if who.owns_form(token) { Ok(Self { who, pairs }) } else { Err(Error::FormToken.into()) }
        })
    }
}

/// The same for JSON by a script of ours, which shows its token in a header.
pub(crate) struct Scripted<W, T> {
    pub(crate) who: W,
    pub(crate) body: T,
}

impl<W: Who, T: DeserializeOwned + 'static> FromRequest for Scripted<W, T> {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, actix_web::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let token = request.headers().get(FORM_TOKEN_HEADER).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let (who, json) = (W::from_request(request, &mut Payload::None), Json::<T>::from_request(request, payload));
        Box::pin(async move {
            let (who, Json(body)) = (who.await?, json.await?);
            if who.owns_form(&token) { Ok(Self { who, body }) } else { Err(Error::FormToken.into()) }
        })
    }
}

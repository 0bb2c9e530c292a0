//! Our side: the public address, what is served there, and whether the signing key opens.

use url::Url;

use super::{Visit, tool_keys, trouble};
use crate::{
    app::tool_keys::KeyError,
    lti::{
        doctor::{self, Served, Trouble},
        jose::SigningKey,
    },
    services::http::Request,
    store::StoreError,
};

impl Visit<'_> {
    /// Gives the key that signs, if it opens.
    pub(super) async fn ourselves(&mut self) -> Result<Option<SigningKey>, StoreError> {
        let (key, active) = match tool_keys::signing_key(&self.doctor.store, &self.doctor.master).await {
            Ok(key) => (Some(key.clone()), Ok(Some(key.kid().to_owned()))),
            Err(KeyError::None) => (None, Ok(None)),
            Err(KeyError::Store(error)) => return Err(error),
            Err(error) => (None, Err(error.to_string())),
        };
        let site = &self.doctor.site;
        let (ours, theirs) = (Url::parse(&site.url("/")).ok(), Url::parse(&self.registration.token_url).ok());
        let loopback = ours.as_ref().is_some_and(is_loopback);
        let near = theirs.as_ref().is_none_or(is_loopback);
        let https = site.origin().starts_with("https:");
        let served = self.served().await;
        let address = doctor::address(&site.url("/"), https, loopback, near, &served);
        self.push(address);
        self.push(doctor::our_keys(&active, &served));
        Ok(key)
    }

    /// What our key set's public address answers. It is our own address, so it may be a private one.
    async fn served(&self) -> Served {
        let address = self.doctor.site.url("/lti/jwks.json");
        let Ok(url) = Url::parse(&address) else { return Served::Nothing(Trouble::Refused(address)) };
        let port = url.port_or_known_default().unwrap_or(443);
        let http = self.doctor.http.also(url.host_str().unwrap_or_default(), port);
        match http.send(Request::get(&url)).await {
            Err(error) => Served::Nothing(trouble::of_http(&error)),
            Ok(answer) if !answer.is_success() => Served::Nothing(trouble::of_answer(&answer)),
            Ok(answer) => doctor::keys_of(&answer.body).map_or(Served::SomethingElse, |(_, kids)| Served::Keys(kids)),
        }
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

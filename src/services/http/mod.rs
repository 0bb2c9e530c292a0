//! Outbound HTTP, as careful as a stranger's URL deserves: see [`guard`] for whom it calls; no redirects, 5 s, a limit on bodies.

mod address;
mod answer;
mod guard;
mod notes;
#[cfg(test)]
mod tests;

use std::{
    error::Error as _,
    sync::{Arc, LazyLock},
    time::Duration,
};

pub use answer::Answer;
pub use guard::Refusal;
use guard::{Guard, PublicResolver, Route};
pub use notes::{Note, Notes};
use reqwest::{
    Certificate, ClientBuilder, Method, Proxy,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue},
    redirect::Policy,
};
use url::Url;

/// From the first byte out to the last byte in.
const TIMEOUT: Duration = Duration::from_secs(5);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Shorter than the five seconds after which Apache, and so most Moodles, closes a quiet connection: what is sent at that moment is lost.
const IDLE: Duration = Duration::from_secs(4);
/// Longest answer that is read, unless the caller says otherwise.
pub const MAX_BODY: usize = 256 * 1024;

/// How to reach the world.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Exact pairs that may be private or plain http; called directly, never through the proxy.
    pub allow_hosts: Vec<(String, u16)>,
    /// Further certificate authorities, PEM.
    pub ca_pem: Option<Vec<u8>>,
    /// Outbound proxy. It resolves names then, and is trusted to call no private address.
    pub proxy: Option<String>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// We do not call there.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Nothing was sent: no address, no connection, no trust in the certificate.
    #[error("`{host}` cannot be reached: {why}")]
    Unreachable {
        /// Whom we called.
        host: String,
        /// The innermost cause.
        why: String,
    },
    /// Something may have been sent, and no answer came: the outcome is unknown.
    #[error("`{host}` did not answer: {why}")]
    Lost {
        /// Whom we called.
        host: String,
        /// The innermost cause.
        why: String,
    },
    /// The answer is longer than it may be.
    #[error("`{0}` sent more than it may")]
    TooLarge(String),
    /// The client itself.
    #[error("the HTTP client cannot be set up: {0}")]
    Setup(String),
}

impl HttpError {
    /// Can the platform have acted on the request?
    #[must_use]
    pub fn is_in_doubt(&self) -> bool {
        matches!(self, HttpError::Lost { .. } | HttpError::TooLarge(_))
    }

    /// A stable code for logs and delivery tries.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            HttpError::Refused(_) => "address_refused",
            HttpError::Unreachable { .. } => "unreachable",
            HttpError::Lost { .. } => "no_answer",
            HttpError::TooLarge(_) => "answer_too_large",
            HttpError::Setup(_) => "client_setup",
        }
    }
}

/// A request.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    method: Method,
    url: &'a Url,
    accept: Option<&'a str>,
    authorization: Option<String>,
    body: Option<(&'a str, Vec<u8>)>,
    limit: usize,
}

impl<'a> Request<'a> {
    /// GET.
    #[must_use]
    pub fn get(url: &'a Url) -> Request<'a> {
        Request { method: Method::GET, url, accept: None, authorization: None, body: None, limit: MAX_BODY }
    }

    /// POST with a body of exactly this media type.
    #[must_use]
    pub fn post(url: &'a Url, media_type: &'a str, body: Vec<u8>) -> Request<'a> {
        Request { method: Method::POST, body: Some((media_type, body)), ..Request::get(url) }
    }

    /// DELETE.
    #[must_use]
    pub fn delete(url: &'a Url) -> Request<'a> {
        Request { method: Method::DELETE, ..Request::get(url) }
    }

    /// PUT with a body of exactly this media type.
    #[must_use]
    pub fn put(url: &'a Url, media_type: &'a str, body: Vec<u8>) -> Request<'a> {
        Request { method: Method::PUT, ..Request::post(url, media_type, body) }
    }

    /// Asks for exactly this media type: Moodle refuses lists.
    #[must_use]
    pub fn accept(mut self, media_type: &'a str) -> Request<'a> {
        self.accept = Some(media_type);
        self
    }

    /// Shows a token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Request<'a> {
        self.authorization(format!("Bearer {token}"))
    }

    /// Shows a credential of another kind.
    #[must_use]
    pub fn authorization(mut self, header: String) -> Request<'a> {
        self.authorization = Some(header);
        self
    }

    /// Reads up to so many bytes.
    #[must_use]
    pub fn limit(mut self, bytes: usize) -> Request<'a> {
        self.limit = bytes;
        self
    }
}

/// The client. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    guard: Guard,
    guarded: Lazy,
    allowed: Lazy,
    notes: Option<Notes>,
}

/// Made for the first call: to read the system's certificates takes OpenSSL longer than all else that a start does.
type Lazy = Arc<LazyLock<Result<reqwest::Client, String>, Box<dyn FnOnce() -> Result<reqwest::Client, String> + Send>>>;

fn lazy(builder: ClientBuilder) -> Lazy {
    Arc::new(LazyLock::new(Box::new(|| builder.build().map_err(|e| cause(&e)))))
}

impl Client {
    /// Sets it up.
    ///
    /// # Errors
    /// When a certificate or the proxy's address cannot be read.
    pub fn new(options: &Options) -> Result<Client, HttpError> {
        Client::resolving(options, PublicResolver::system())
    }

    fn resolving(options: &Options, resolver: PublicResolver) -> Result<Client, HttpError> {
        let setup = |e: reqwest::Error| HttpError::Setup(cause(&e));
        let mut certificates = Vec::new();
        if let Some(pem) = &options.ca_pem {
            certificates = Certificate::from_pem_bundle(pem).map_err(setup)?;
        }
        let base = || {
            reqwest::Client::builder()
                .user_agent(concat!("courseferry/", env!("CARGO_PKG_VERSION")))
                .redirect(Policy::none())
                .no_proxy()
                .referer(false)
                .timeout(TIMEOUT)
                .connect_timeout(CONNECT_TIMEOUT)
                .pool_idle_timeout(IDLE)
                .tls_version_min(reqwest::tls::Version::TLS_1_2)
                .tls_certs_merge(certificates.clone())
        };
        let guarded = match &options.proxy {
            Some(proxy) => base().proxy(Proxy::all(proxy).map_err(setup)?),
            None => base().dns_resolver(resolver),
        };
        Ok(Client { guard: Guard::new(&options.allow_hosts), guarded: lazy(guarded.https_only(true)), allowed: lazy(base()), notes: None })
    }

    /// The same, and it notes of each answer what the platform's clock and its budget say.
    #[must_use]
    pub fn noting(&self, notes: &Notes) -> Client {
        Client { notes: Some(notes.clone()), ..self.clone() }
    }

    /// The same, and it calls this pair too, private or plain as it may be: for our own address.
    #[must_use]
    pub fn also(&self, host: &str, port: u16) -> Client {
        Client { guard: self.guard.and(host, port), ..self.clone() }
    }

    /// Sends a request and reads the answer.
    ///
    /// # Errors
    /// When the address is refused or no answer comes; [`HttpError::is_in_doubt`] tells whether the request may have arrived.
    pub async fn send(&self, request: Request<'_>) -> Result<Answer, HttpError> {
        let client = match self.guard.route(request.url)? {
            Route::Guarded => &self.guarded,
            Route::Allowed => &self.allowed,
        };
        let client = client.as_ref().as_ref().map_err(|why| HttpError::Setup(why.clone()))?;
        let host = request.url.host_str().unwrap_or_default().to_owned();
        let mut call =
            client.request(request.method, request.url.clone()).headers(headers(request.accept, request.authorization.as_deref())?);
        if let Some((media_type, body)) = request.body {
            call = call.header(CONTENT_TYPE, media_type).body(body);
        }
        let response = call.send().await.map_err(|e| failure(&host, &e))?;
        let answer = Answer::read(response, request.limit, &host).await?;
        if let Some(notes) = &self.notes {
            notes.add(&answer);
        }
        Ok(answer)
    }
}

fn headers(accept: Option<&str>, authorization: Option<&str>) -> Result<HeaderMap, HttpError> {
    let mut headers = HeaderMap::new();
    let value = |text: &str| HeaderValue::from_str(text).map_err(|_| HttpError::Setup("a header has odd characters".into()));
    if let Some(accept) = accept {
        headers.insert(ACCEPT, value(accept)?);
    }
    if let Some(authorization) = authorization {
        let mut authorization = value(authorization)?;
        authorization.set_sensitive(true);
        headers.insert(AUTHORIZATION, authorization);
    }
    Ok(headers)
}

/// The innermost cause: reqwest's own words name the URL, which may hold a learner's id.
fn cause(error: &reqwest::Error) -> String {
    let mut inner: &dyn std::error::Error = error;
    while let Some(next) = inner.source() {
        inner = next;
    }
    if error.is_timeout() { "it took too long".to_owned() } else { inner.to_string() }
}

fn failure(host: &str, error: &reqwest::Error) -> HttpError {
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(refusal) = inner.downcast_ref::<Refusal>() {
            return HttpError::Refused(refusal.clone());
        }
        source = inner.source();
    }
    let (host, why) = (host.to_owned(), cause(error));
    if error.is_connect() || error.is_builder() { HttpError::Unreachable { host, why } } else { HttpError::Lost { host, why } }
}

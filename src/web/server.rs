//! Binds, serves and stops.

use std::{
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use actix_web::{
    App, HttpServer,
    dev::{Server, ServerHandle},
    middleware::{Compress, from_fn},
    web::{self as actix, Data, FormConfig, JsonConfig, PayloadConfig},
};

use super::{
    Error, State,
    middleware::{guard::guard, shell::shell},
    routes::routes,
    tls::{Certificate, TlsError},
};

/// The largest body we take: an id_token with a long course list fits.
const BODY_LIMIT: usize = 256 * 1024;
/// Seconds that running requests get when we stop.
const GRACE: u64 = 20;

/// Seconds that a quiet connection stays open: longer than proxies keep theirs (most of them 60), so that it is never we who close one that
/// a form is just being sent on.
const QUIET: u64 = 75;

/// How long a client may take to send a request's head.
const PATIENCE: Duration = Duration::from_secs(20);

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// Someone else listens there.
    #[error("`{0}` is already in use: stop the other program or choose another address with FERRY_LISTEN")]
    Taken(String),
    /// Below 1024, without the right to.
    #[error("not allowed to listen on `{0}`: choose a port above 1023 with FERRY_LISTEN, or grant the right to bind it")]
    NotAllowed(String),
    /// No such address on this machine.
    #[error("`{0}` is no address of this machine: FERRY_LISTEN takes `address:port`, such as `127.0.0.1:8080` or `0.0.0.0:8080`")]
    NoSuchAddress(String),
    /// Anything else.
    #[error("cannot listen on `{address}`")]
    Listen {
        /// What was asked for.
        address: String,
        /// The system's words.
        #[source]
        source: std::io::Error,
    },
    /// The certificate.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// Takes the address, so that a failure shows before anything else starts.
///
/// # Errors
/// When the address is taken, forbidden or not ours; each says what to do.
pub fn bind(address: &str) -> Result<TcpListener, ServerError> {
    TcpListener::bind(address).map_err(|source| match source.kind() {
        std::io::ErrorKind::AddrInUse => ServerError::Taken(address.to_owned()),
        std::io::ErrorKind::PermissionDenied => ServerError::NotAllowed(address.to_owned()),
        std::io::ErrorKind::AddrNotAvailable | std::io::ErrorKind::InvalidInput => ServerError::NoSuchAddress(address.to_owned()),
        _ if address.parse::<SocketAddr>().is_err() => ServerError::NoSuchAddress(address.to_owned()),
        _ => ServerError::Listen { address: address.to_owned(), source },
    })
}

/// A running server: await it to serve, keep the handle to stop it.
pub struct Running {
    /// Stops it: `stop(true)` lets running requests finish.
    pub handle: ServerHandle,
    /// Serves until stopped.
    pub server: Server,
}

/// Serves `state` on `listener`, with TLS where a certificate is given.
///
/// # Errors
/// When the listener or the certificate is refused.
pub fn serve(listener: TcpListener, certificate: Option<&Certificate>, workers: usize, state: State) -> Result<Running, ServerError> {
    let address = listener.local_addr().map_or_else(|_| "the listener".to_owned(), |a| a.to_string());
    let state = Data::new(state);
    let prefix = state.site().prefix().to_owned();
    let server = HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
            .app_data(FormConfig::default().limit(BODY_LIMIT))
            .app_data(PayloadConfig::default().limit(BODY_LIMIT))
            .app_data(JsonConfig::default().limit(BODY_LIMIT))
            .wrap(from_fn(guard))
            .wrap(from_fn(shell))
            .wrap(Compress::default())
            // A proxy may strip the prefix or pass it on: both work.
            .configure(routes)
            .service(actix::scope(&prefix).configure(routes))
            .default_service(actix::to(|| async { Err::<&str, _>(Error::NotFound) }))
    })
    .workers(workers)
    .keep_alive(Duration::from_secs(QUIET))
    .shutdown_timeout(GRACE)
    .client_request_timeout(PATIENCE)
    .disable_signals();
    let failed = |source| ServerError::Listen { address: address.clone(), source };
    let server = match certificate {
        Some(certificate) => server.listen_openssl(listener, certificate.acceptor()?).map_err(failed)?,
        None => server.listen(listener).map_err(failed)?,
    };
    let server = server.run();
    Ok(Running { handle: server.handle(), server })
}

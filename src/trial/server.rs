//! Starting and stopping the trial platform.

use std::net::TcpListener;

use actix_web::{
    App, HttpResponse, HttpServer,
    body::{EitherBody, MessageBody},
    dev::{Server, ServiceRequest, ServiceResponse},
    middleware::{Next, from_fn},
    web,
};
use url::Url;

use super::{
    ags, deep_link, oidc, pages,
    state::{Activity, CLIENT_ID, DEPLOYMENT_ID, Platform, ToolKeys},
};
use crate::{
    app::this_machine::{self, NotThisMachine},
    clock::Clock,
    ids,
    lti::jose::{JoseError, SigningKey},
};

/// Why the trial platform did not start.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// The tool is not on this machine.
    #[error(transparent)]
    Refused(#[from] NotThisMachine),
    /// No port.
    #[error("the trial platform could not listen: {0}")]
    Listen(#[from] std::io::Error),
    /// No key.
    #[error("the trial platform could not make its key")]
    Key(#[from] JoseError),
    /// OpenSSL has no random values.
    #[error("no random values are to be had")]
    Random(#[from] openssl::error::ErrorStack),
}

/// What the tool must know about the trial platform.
#[derive(Debug, Clone)]
pub struct Registration {
    /// `iss`.
    pub issuer: String,
    /// `aud`.
    pub client_id: &'static str,
    /// The one deployment.
    pub deployment_id: &'static str,
    /// Authorization endpoint.
    pub auth_url: String,
    /// Token endpoint.
    pub token_url: String,
    /// Key set.
    pub jwks_url: String,
    /// `host:port`, to be allowed as an exception to "https and public address".
    pub host: String,
}

/// The trial platform, bound to its port and not yet running.
pub struct Trial {
    listener: TcpListener,
    registration: Registration,
}

impl Trial {
    /// Takes a port (`port`, or a free one if that is taken) on 127.0.0.1, at an origin of another site than the tool's.
    ///
    /// # Errors
    /// When the tool's public URL is not on this machine, or no port is to be had.
    pub fn bind(tool: &Url, port: u16) -> Result<Self, TrialError> {
        this_machine::check_public_url(tool)?;
        let listener = TcpListener::bind(("127.0.0.1", port)).or_else(|_| TcpListener::bind(("127.0.0.1", 0)))?;
        let name = if tool.host_str() == Some("localhost") { "127.0.0.1" } else { "localhost" };
        let host = format!("{name}:{}", listener.local_addr()?.port());
        let issuer = format!("http://{host}");
        let registration = Registration {
            client_id: CLIENT_ID,
            deployment_id: DEPLOYMENT_ID,
            auth_url: format!("{issuer}/auth"),
            token_url: format!("{issuer}/token"),
            jwks_url: format!("{issuer}/jwks"),
            issuer,
            host,
        };
        Ok(Self { listener, registration })
    }

    /// What the tool must register.
    #[must_use]
    pub fn registration(&self) -> &Registration {
        &self.registration
    }

    /// Runs until the returned server's handle stops it.
    ///
    /// # Errors
    /// When the key cannot be made or the port cannot be used.
    pub fn serve(self, tool: Url, activities: Vec<Activity>, clock: Clock, tool_keys: ToolKeys) -> Result<Server, TrialError> {
        let key = SigningKey::generate(&format!("trial-{}", ids::random_token(6)?))?;
        let platform = web::Data::new(Platform::new(self.registration.issuer, tool, key, activities, clock, tool_keys));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(platform.clone())
                .app_data(web::FormConfig::default().limit(64 * 1024))
                .wrap(from_fn(this_machine_only))
                .configure(routes)
        })
        .workers(1)
        .disable_signals()
        .shutdown_timeout(1)
        .listen(self.listener)?
        .run();
        Ok(server)
    }
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(pages::course))
        .route("/grades", web::get().to(pages::grade_book))
        .route("/fault", web::post().to(pages::set_fault))
        .route("/override", web::post().to(pages::override_points))
        .route("/trial.css", web::get().to(pages::style))
        .route("/trial.js", web::get().to(pages::script))
        .route("/favicon.ico", web::get().to(HttpResponse::NoContent))
        .route("/start", web::get().to(oidc::start))
        .route("/choose", web::get().to(oidc::choose))
        .route("/deep-link", web::post().to(deep_link::answer))
        .route("/auth", web::get().to(oidc::authorize))
        .route("/jwks", web::get().to(oidc::key_set))
        .route("/token", web::post().to(oidc::token))
        .route("/lineitems", web::get().to(ags::list))
        .route("/lineitems/{number}", web::get().to(ags::get))
        .route("/lineitems/{number}/scores", web::post().to(ags::post_score))
        .route("/lineitems/{number}/results", web::get().to(ags::results));
}

async fn this_machine_only<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let headers = request.headers();
    let host = headers.get("host").and_then(|v| v.to_str().ok());
    match this_machine::check_request(host, headers.keys().map(|k| k.as_str())) {
        Ok(()) => next.call(request).await.map(ServiceResponse::map_into_left_body),
        Err(refused) => {
            let answer = HttpResponse::Forbidden().body(format!("{refused}: the trial platform answers this machine only\n"));
            Ok(request.into_response(answer).map_into_right_body())
        }
    }
}

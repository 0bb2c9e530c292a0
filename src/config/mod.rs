//! Settings: environment over file over defaults, checked before anything starts.
//!
//! `ferry.default.toml` is embedded and *is* the defaults. Every key is also an environment variable: `listen` is `FERRY_LISTEN`.

mod error;
mod load;
mod nearest;
mod problems;
mod secret;
mod source;
mod validate;

#[cfg(test)]
mod tests;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

pub use error::ConfigError;
pub use load::Loader;
pub use nearest::nearest;
pub use secret::Secret;
pub use source::{Network, Origin};
use url::Url;

/// The complete, commented defaults.
pub const DEFAULTS: &str = include_str!("../../ferry.default.toml");

/// Everything ferry can be told, checked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where people reach us.
    pub server: ServerSettings,
    /// What we keep.
    pub database: DatabaseSettings,
    /// Folder of the course; none is the embedded one.
    pub course: Option<PathBuf>,
    /// Whom we talk to.
    pub network: NetworkSettings,
    /// Limits.
    pub limits: LimitSettings,
    /// Telling what happens.
    pub log: LogSettings,
    /// Seals private keys; none is the key file in the data folder.
    pub master_key: Option<Secret>,
    /// Each key as given, and by whom: for `ferry config show`.
    pub origins: Vec<(String, String, Origin)>,
}

/// Where people reach us.
#[derive(Debug, Clone)]
pub struct ServerSettings {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// What the browser sees, without a slash at the end; none follows the address we really got.
    pub public_url: Option<Url>,
    /// Proxies whose forwarded addresses we believe.
    pub trusted_proxies: Vec<Network>,
    /// Certificate chain and key, where we serve https ourselves.
    pub tls: Option<TlsSettings>,
    /// Bearer token for `/metrics`.
    pub metrics_token: Option<Secret>,
}

impl ServerSettings {
    /// The public address, once we know what we really listen on.
    #[must_use]
    pub fn public_url_on(&self, bound: SocketAddr) -> String {
        if let Some(url) = &self.public_url {
            return url.as_str().trim_end_matches('/').to_owned();
        }
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        match bound.ip() {
            ip if ip.is_unspecified() => format!("{scheme}://127.0.0.1:{}", bound.port()),
            _ => format!("{scheme}://{bound}"),
        }
    }
}

/// Files for https.
#[derive(Debug, Clone)]
pub struct TlsSettings {
    /// PEM with the chain, ours first.
    pub cert: PathBuf,
    /// PEM with the private key.
    pub key: PathBuf,
}

/// What we keep, and where.
#[derive(Debug, Clone)]
pub struct DatabaseSettings {
    /// Which database.
    pub url: DatabaseUrl,
    /// Folder for the database, the master key and one-time links.
    pub data_dir: PathBuf,
}

impl DatabaseSettings {
    /// SQLite in this folder.
    #[must_use]
    pub fn sqlite_in(data_dir: &Path) -> Self {
        Self { url: DatabaseUrl::Sqlite(data_dir.join("ferry.db")), data_dir: data_dir.to_owned() }
    }
}

/// Which database.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file.
    Sqlite(PathBuf),
    /// A server; the address may hold a password.
    Postgres(Secret),
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl std::fmt::Display for DatabaseUrl {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => f.write_str(&secret::without_password(url.expose())),
        }
    }
}

/// Whom we talk to.
#[derive(Debug, Clone, Default)]
pub struct NetworkSettings {
    /// Exact pairs that may be private or plain http.
    pub allow_hosts: Vec<(String, u16)>,
    /// Further certificate authorities, PEM.
    pub ca_file: Option<PathBuf>,
    /// Outbound proxy; may hold a password.
    pub proxy: Option<Secret>,
}

/// Limits.
#[derive(Debug, Clone, Copy)]
pub struct LimitSettings {
    /// Failed logins and launches a minute, per registration and address.
    pub failures_per_minute: u32,
    /// Hours a session lasts.
    pub session_hours: u32,
    /// Days we keep logs and delivered messages.
    pub keep_days: u32,
    /// Days for which a signing key signs; 0: until somebody makes another.
    pub rotate_keys_days: u32,
}

/// Telling what happens.
#[derive(Debug, Clone)]
pub struct LogSettings {
    /// Filter.
    pub filter: String,
    /// Shape.
    pub format: LogFormat,
}

/// Shape of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Human on a terminal, JSON elsewhere.
    Auto,
    /// For people.
    Human,
    /// For machines.
    Json,
}

impl Settings {
    /// From the process: `FERRY_*`, then `file` or `ferry.toml` if it is there, then the defaults.
    ///
    /// # Errors
    /// When a file cannot be read, a key is unknown or a value makes no sense.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        Loader::new().file(file)?.environment(std::env::vars_os()).finish()
    }

    /// The defaults with the data in `data_dir`: for tests and throw-away servers.
    ///
    /// # Errors
    /// Never with the defaults that ship.
    pub fn defaults_in(data_dir: &Path) -> Result<Self, ConfigError> {
        Loader::new().set("data_dir", &data_dir.to_string_lossy()).finish()
    }
}

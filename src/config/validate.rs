use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf};

use toml::Value;
use url::Url;

use super::{
    ConfigError, DatabaseSettings, DatabaseUrl, LimitSettings, LogFormat, LogSettings, Network, NetworkSettings, Origin, Secret,
    ServerSettings, Settings, TlsSettings, secret,
};

/// Keys whose value must not be shown.
const SECRET: &[&str] = &["master_key", "metrics_token"];
/// Keys whose value may hold a password.
const URL_WITH_PASSWORD: &[&str] = &["database_url", "proxy"];

struct Values(BTreeMap<String, (Value, Origin)>);

pub(super) fn settings(values: BTreeMap<String, (Value, Origin)>) -> Result<Settings, ConfigError> {
    let origins = values.iter().map(|(k, (v, o))| (k.clone(), shown(k, v), o.clone())).collect();
    let values = Values(values);
    let data_dir = PathBuf::from(values.required("data_dir")?);
    Ok(Settings {
        server: server(&values)?,
        database: DatabaseSettings { url: database_url(&values, &data_dir)?, data_dir },
        course: values.path("course")?,
        network: network(&values)?,
        limits: LimitSettings {
            failures_per_minute: values.number("failures_per_minute", 100, 1_000_000)?,
            session_hours: values.number("session_hours", 1, 24)?,
            keep_days: values.number("keep_days", 1, 3650)?,
            rotate_keys_days: rotate_keys_days(&values)?,
        },
        log: LogSettings { filter: values.required("log")?, format: log_format(&values)? },
        master_key: master_key(&values)?,
        origins,
    })
}

/// A key is published for a week before it signs: it should sign for longer than that.
fn rotate_keys_days(values: &Values) -> Result<u32, ConfigError> {
    match values.number("rotate_keys_days", 0, 3650)? {
        1..14 => Err(values.wrong("rotate_keys_days", "must be 0, or 14 to 3650")),
        days => Ok(days),
    }
}

fn shown(key: &str, value: &Value) -> String {
    match value {
        Value::String(s) if s.is_empty() => "\"\"".to_owned(),
        _ if SECRET.contains(&key) => "\"***\"".to_owned(),
        Value::String(s) if URL_WITH_PASSWORD.contains(&key) && s.contains("://") => Value::String(secret::without_password(s)).to_string(),
        other => other.to_string(),
    }
}

fn server(values: &Values) -> Result<ServerSettings, ConfigError> {
    let listen = values.required("listen")?;
    let listen: SocketAddr = listen
        .replace("localhost:", "127.0.0.1:")
        .parse()
        .map_err(|_| values.wrong("listen", format!("`{listen}` is not an address with a port; write it like `127.0.0.1:8080`")))?;
    let tls = match (values.path("tls_cert")?, values.path("tls_key")?) {
        (Some(cert), Some(key)) => Some(TlsSettings { cert, key }),
        (None, None) => None,
        (Some(_), None) => return Err(values.wrong("tls_cert", "needs `tls_key` beside it: give both or neither")),
        (None, Some(_)) => return Err(values.wrong("tls_key", "needs `tls_cert` beside it: give both or neither")),
    };
    let trusted_proxies = values
        .list("trusted_proxies")?
        .iter()
        .map(|s| {
            Network::parse(s)
                .ok_or_else(|| values.wrong("trusted_proxies", format!("`{s}` is not an address or network; write `10.0.0.0/8` or `::1`")))
        })
        .collect::<Result<_, _>>()?;
    Ok(ServerSettings { listen, public_url: public_url(values)?, trusted_proxies, tls, metrics_token: values.secret("metrics_token")? })
}

fn public_url(values: &Values) -> Result<Option<Url>, ConfigError> {
    let Some(text) = values.text("public_url")? else { return Ok(None) };
    let wrong = |why: &str| Err(values.wrong("public_url", format!("`{text}` {why}; write it like `https://courses.example.edu`")));
    match Url::parse(&text) {
        Ok(url) if !matches!(url.scheme(), "http" | "https") => wrong("does not start with http:// or https://"),
        Ok(url) if url.query().is_some() || url.fragment().is_some() => wrong("has a `?` or `#` part"),
        Ok(url) if !url.username().is_empty() || url.password().is_some() => wrong("holds a user name"),
        Ok(url) => Ok(Some(url)),
        Err(_) => wrong("is not a web address"),
    }
}

fn database_url(values: &Values, data_dir: &std::path::Path) -> Result<DatabaseUrl, ConfigError> {
    let Some(text) = values.text("database_url")? else { return Ok(DatabaseUrl::Sqlite(data_dir.join("ferry.db"))) };
    if let Some(path) = text.strip_prefix("sqlite:") {
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() || path.contains(":memory:") {
            return Err(values.wrong("database_url", "needs a file: write `sqlite:/var/lib/ferry/ferry.db`"));
        }
        return Ok(DatabaseUrl::Sqlite(PathBuf::from(path.split('?').next().unwrap_or(path))));
    }
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        if Url::parse(&text).is_err() {
            return Err(values.wrong("database_url", "is not readable as an address; write `postgres://user:password@host:5432/database`"));
        }
        return Ok(DatabaseUrl::Postgres(Secret::new(text)));
    }
    Err(values
        .wrong("database_url", "names no database we know; write `sqlite:/path/to/file.db` or `postgres://user:password@host/database`"))
}

fn network(values: &Values) -> Result<NetworkSettings, ConfigError> {
    let pair = |s: &String| {
        let (host, port) = s.rsplit_once(':')?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_lowercase();
        (!host.is_empty() && !host.contains('/')).then_some((host, port.parse::<u16>().ok()?))
    };
    let allow_hosts = values
        .list("allow_hosts")?
        .iter()
        .map(|s| pair(s).ok_or_else(|| values.wrong("allow_hosts", format!("`{s}` is not host:port; write `moodle.campus.lan:443`"))))
        .collect::<Result<_, _>>()?;
    let proxy = values.secret("proxy")?;
    if proxy.as_ref().is_some_and(|p| !matches!(Url::parse(p.expose()).as_ref().map(Url::scheme), Ok("http" | "https"))) {
        return Err(values.wrong("proxy", "is not a proxy's address; write `http://proxy.campus.lan:3128`"));
    }
    Ok(NetworkSettings { allow_hosts, ca_file: values.path("ca_file")?, proxy })
}

fn log_format(values: &Values) -> Result<LogFormat, ConfigError> {
    match values.required("log_format")?.as_str() {
        "auto" => Ok(LogFormat::Auto),
        "human" => Ok(LogFormat::Human),
        "json" => Ok(LogFormat::Json),
        other => Err(values.wrong("log_format", format!("`{other}` is none of `auto`, `human`, `json`"))),
    }
}

fn master_key(values: &Values) -> Result<Option<Secret>, ConfigError> {
    let key = values.secret("master_key")?;
    if key.as_ref().is_some_and(|k| k.expose().len() < 32) {
        return Err(values.wrong("master_key", "is shorter than 32 characters; make one with `openssl rand -base64 32`"));
    }
    Ok(key)
}

impl Values {
    fn wrong(&self, key: &str, problem: impl Into<String>) -> ConfigError {
        let place = self.0.get(key).map_or_else(|| Origin::Default.to_string(), |(_, o)| o.to_string());
        ConfigError::Value { key: key.to_owned(), place, problem: problem.into() }
    }

    /// Text; empty is none.
    fn text(&self, key: &str) -> Result<Option<String>, ConfigError> {
        match self.0.get(key).map(|(v, _)| v) {
            Some(Value::String(s)) => Ok(Some(s.trim().to_owned()).filter(|s| !s.is_empty())),
            Some(other) => Err(self.wrong(key, format!("must be text in quotes, not {}", other.type_str()))),
            None => Ok(None),
        }
    }

    fn required(&self, key: &str) -> Result<String, ConfigError> {
        self.text(key)?.ok_or_else(|| self.wrong(key, "must not be empty"))
    }

    fn path(&self, key: &str) -> Result<Option<PathBuf>, ConfigError> {
        Ok(self.text(key)?.map(PathBuf::from))
    }

    fn secret(&self, key: &str) -> Result<Option<Secret>, ConfigError> {
        Ok(self.text(key)?.map(Secret::new))
    }

    fn list(&self, key: &str) -> Result<Vec<String>, ConfigError> {
        let wrong = || self.wrong(key, "must be a list of texts, such as [\"a\", \"b\"]");
        match self.0.get(key).map(|(v, _)| v) {
            Some(Value::Array(items)) => items.iter().map(|i| i.as_str().map(str::to_owned).ok_or_else(wrong)).collect(),
            _ => Err(wrong()),
        }
    }

    fn number(&self, key: &str, least: u32, most: u32) -> Result<u32, ConfigError> {
        let number = self.0.get(key).and_then(|(v, _)| v.as_integer()).and_then(|n| u32::try_from(n).ok());
        number
            .filter(|n| (least..=most).contains(n))
            .ok_or_else(|| self.wrong(key, format!("must be a whole number from {least} to {most}")))
    }
}

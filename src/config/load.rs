use std::{
    collections::BTreeMap,
    ffi::OsString,
    path::{Path, PathBuf},
};

use toml::{Table, Value};

use super::{ConfigError, DEFAULTS, Origin, Settings, nearest, validate};

/// Layers of settings, later ones over earlier ones.
#[derive(Debug)]
pub struct Loader {
    values: BTreeMap<String, (Value, Origin)>,
    strays: Vec<ConfigError>,
}

impl Default for Loader {
    fn default() -> Self {
        Self::new()
    }
}

impl Loader {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        // A broken default file cannot ship: a test reads it.
        let table = DEFAULTS.parse::<Table>().unwrap_or_default();
        Self { values: table.into_iter().map(|(k, v)| (k, (v, Origin::Default))).collect(), strays: Vec::new() }
    }

    /// A named file, or `ferry.toml` here if there is one.
    ///
    /// # Errors
    /// When the file cannot be read or is not TOML.
    pub fn file(self, path: Option<&Path>) -> Result<Self, ConfigError> {
        let path = match path {
            Some(path) => path.to_owned(),
            None if Path::new("ferry.toml").is_file() => PathBuf::from("ferry.toml"),
            None => return Ok(self),
        };
        let text = std::fs::read_to_string(&path).map_err(|source| ConfigError::Unreadable { path: path.clone(), source })?;
        self.text(&text, &path)
    }

    /// The text of a settings file.
    ///
    /// # Errors
    /// When it is not TOML.
    pub fn text(mut self, text: &str, path: &Path) -> Result<Self, ConfigError> {
        let table = text.parse::<Table>().map_err(|e| ConfigError::Syntax {
            path: path.display().to_string(),
            line: e.span().map_or(1, |s| text[..s.start.min(text.len())].lines().count().max(1)),
            message: e.message().to_owned(),
        })?;
        for (key, value) in table {
            self.put(key, value, Origin::File(path.to_owned()));
        }
        Ok(self)
    }

    /// `FERRY_*` variables. `FERRY_TEST_*` belong to our tests and are passed over.
    #[must_use]
    pub fn environment(mut self, variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        for (name, value) in variables {
            let (name, value) = (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned());
            let Some(key) = name.strip_prefix("FERRY_") else { continue };
            if key.starts_with("TEST_") || key == "CONFIG" {
                continue;
            }
            let key = key.to_lowercase();
            self.put_text(&key, &value, Origin::Environment(name));
        }
        self
    }

    /// One setting from the command line.
    #[must_use]
    pub fn set(mut self, key: &str, value: &str) -> Self {
        self.put_text(key, value, Origin::Argument);
        self
    }

    /// Checks everything.
    ///
    /// # Errors
    /// At the first unknown key or senseless value.
    pub fn finish(mut self) -> Result<Settings, ConfigError> {
        if !self.strays.is_empty() {
            return Err(self.strays.remove(0));
        }
        validate::settings(self.values)
    }

    /// Text takes the type of the default: lists are split at commas, numbers are read.
    fn put_text(&mut self, key: &str, text: &str, origin: Origin) {
        let value = match self.values.get(key).map(|(v, _)| v) {
            Some(Value::Array(_)) => {
                Value::Array(text.split(',').map(str::trim).filter(|s| !s.is_empty()).map(|s| Value::String(s.to_owned())).collect())
            }
            Some(Value::Integer(_)) => text.trim().parse().map_or_else(|_| Value::String(text.to_owned()), Value::Integer),
            _ => Value::String(text.to_owned()),
        };
        self.put(key.to_owned(), value, origin);
    }

    fn put(&mut self, key: String, value: Value, origin: Origin) {
        if let Some(slot) = self.values.get_mut(&key) {
            *slot = (value, origin);
            return;
        }
        let near = nearest(&key, self.values.keys().map(String::as_str));
        let (key, nearest, place) = match &origin {
            Origin::Environment(name) => (name.clone(), near.map(|n| format!("FERRY_{}", n.to_uppercase())), "the environment".to_owned()),
            other => (key, near.map(str::to_owned), other.to_string()),
        };
        self.strays.push(ConfigError::Unknown { key, place, nearest });
    }
}

use std::path::PathBuf;

/// What is wrong with the settings, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the settings file `{}`: {source}; check the path and its permissions", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("`{path}` line {line} is not valid TOML: {message}")]
    Syntax {
        /// The file.
        path: String,
        /// 1-based.
        line: usize,
        /// What the parser says.
        message: String,
    },
    /// A key we do not know.
    #[error("unknown setting `{key}` in {place}{}", did_you_mean(nearest.as_deref()))]
    Unknown {
        /// As written.
        key: String,
        /// The file or the environment.
        place: String,
        /// The known key that looks most like it.
        nearest: Option<String>,
    },
    /// A value that makes no sense.
    #[error("setting `{key}` (from {place}): {problem}")]
    Value {
        /// The key.
        key: String,
        /// The file, the environment or the defaults.
        place: String,
        /// What is wrong and how to right it.
        problem: String,
    },
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(|| "; `ferry config show` lists all settings".to_owned(), |n| format!("; did you mean `{n}`?"))
}

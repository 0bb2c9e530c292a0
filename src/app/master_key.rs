//! The key that seals our private keys: from the settings, else a file of our own.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use crate::{
    config::Secret,
    ids,
    lti::seal::{MasterKey, SealError},
};

const FILE: &str = "master.key";

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// The file cannot be read or made.
    #[error("cannot use the master key file `{}` ({source}); give its owner access, or set FERRY_MASTER_KEY", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file holds something else.
    #[error("the master key file `{}` does not hold a key; restore it from your backup", .0.display())]
    Unreadable(PathBuf),
    /// OpenSSL refused.
    #[error("cannot make a master key")]
    Make(#[from] SealError),
}

/// The configured key, else the one in `data_dir`, which is made on first run.
///
/// # Errors
/// When the file cannot be read or made.
pub fn master_key(configured: Option<&Secret>, data_dir: &Path) -> Result<MasterKey, MasterKeyError> {
    if let Some(secret) = configured {
        return Ok(from_secret(secret)?);
    }
    let path = data_dir.join(FILE);
    match fs::read_to_string(&path) {
        Ok(text) => MasterKey::parse(&text).map_err(|_| MasterKeyError::Unreadable(path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(path),
        Err(source) => Err(MasterKeyError::File { path, source }),
    }
}

/// Any long secret text will do: what is no key of 32 bytes is hashed to one.
fn from_secret(secret: &Secret) -> Result<MasterKey, SealError> {
    MasterKey::parse(secret.expose()).or_else(|_| MasterKey::parse(&ids::sha256_hex(secret.expose().as_bytes())))
}

fn make(path: PathBuf) -> Result<MasterKey, MasterKeyError> {
    let key = MasterKey::generate()?;
    match write(&path, &key.to_text()) {
        Ok(()) => Ok(key),
        // Another process was quicker: its key counts.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let text = fs::read_to_string(&path).map_err(|source| MasterKeyError::File { path: path.clone(), source })?;
            MasterKey::parse(&text).map_err(|_| MasterKeyError::Unreadable(path))
        }
        Err(source) => Err(MasterKeyError::File { path, source }),
    }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir)?;
    }
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_made_once_for_our_eyes_only() {
        let dir = tempfile::tempdir().unwrap();
        let sealed = master_key(None, dir.path()).unwrap().seal("k", b"secret").unwrap();
        assert_eq!(master_key(None, dir.path()).unwrap().open("k", &sealed).unwrap(), b"secret");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(dir.path().join(FILE)).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_damaged_file_is_never_replaced() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(FILE), "oops").unwrap();
        assert!(matches!(master_key(None, dir.path()), Err(MasterKeyError::Unreadable(_))));
        assert_eq!(fs::read_to_string(dir.path().join(FILE)).unwrap(), "oops");
    }

    #[test]
    fn a_configured_text_gives_the_same_key_every_time() {
        let secret = Secret::new("a long secret text of more than 32 characters");
        let sealed = master_key(Some(&secret), Path::new("/nowhere")).unwrap().seal("k", b"x").unwrap();
        assert!(master_key(Some(&secret), Path::new("/nowhere")).unwrap().open("k", &sealed).is_ok());
    }
}

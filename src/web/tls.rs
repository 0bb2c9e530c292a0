//! TLS with certificates that can be renewed while the server runs.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use openssl::{
    error::ErrorStack,
    ssl::{SniError, SslAcceptor, SslAcceptorBuilder, SslContext, SslFiletype, SslMethod},
};

/// A certificate chain with its key, read again on request.
#[derive(Clone)]
pub struct Certificate {
    chain: PathBuf,
    key: PathBuf,
    current: Arc<RwLock<SslContext>>,
}

/// Why a certificate is not usable.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The chain could not be read.
    #[error("the certificate `{path}` is not a readable PEM chain (FERRY_TLS_CERT)")]
    Chain {
        /// File.
        path: PathBuf,
        /// OpenSSL's words.
        #[source]
        source: ErrorStack,
    },
    /// The key could not be read.
    #[error("the key `{path}` is not a readable PEM key (FERRY_TLS_KEY)")]
    Key {
        /// File.
        path: PathBuf,
        /// OpenSSL's words.
        #[source]
        source: ErrorStack,
    },
    /// The two do not belong together.
    #[error("the key `{key}` does not belong to the certificate `{chain}`")]
    Mismatch {
        /// Certificate file.
        chain: PathBuf,
        /// Key file.
        key: PathBuf,
    },
    /// OpenSSL refused for a reason that is not in the files.
    #[error("OpenSSL refused to set up TLS")]
    Setup(#[from] ErrorStack),
}

impl Certificate {
    /// Reads and checks both files.
    ///
    /// # Errors
    /// When one is missing, unreadable, or they do not match.
    pub fn load(chain: &Path, key: &Path) -> Result<Self, TlsError> {
        let current = builder(chain, key)?.build().into_context();
        Ok(Self { chain: chain.to_owned(), key: key.to_owned(), current: Arc::new(RwLock::new(current)) })
    }

    /// Reads both files again; connections from now on get the new chain.
    ///
    /// # Errors
    /// When they are not usable; the old ones stay.
    pub fn reload(&self) -> Result<(), TlsError> {
        let fresh = builder(&self.chain, &self.key)?.build().into_context();
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// An acceptor that asks for the current chain at each handshake: actix-web takes its acceptor once and for all, and OpenSSL
    /// calls the server-name callback even when the client names no server.
    pub(crate) fn acceptor(&self) -> Result<SslAcceptorBuilder, TlsError> {
        let mut acceptor = builder(&self.chain, &self.key)?;
        let current = Arc::clone(&self.current);
        acceptor.set_servername_callback(move |ssl, _| {
            let context = current.read().unwrap_or_else(PoisonError::into_inner);
            ssl.set_ssl_context(&context).map_err(|_| SniError::ALERT_FATAL)
        });
        Ok(acceptor)
    }
}

fn builder(chain: &Path, key: &Path) -> Result<SslAcceptorBuilder, TlsError> {
    let mut builder = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls())?;
    builder.set_certificate_chain_file(chain).map_err(|source| TlsError::Chain { path: chain.to_owned(), source })?;
    match builder.set_private_key_file(key, SslFiletype::PEM).and_then(|()| builder.check_private_key()) {
        Ok(()) => Ok(builder),
        Err(source) if source.errors().iter().any(|e| e.reason().is_some_and(|r| r.contains("key values mismatch"))) => {
            Err(TlsError::Mismatch { chain: chain.to_owned(), key: key.to_owned() })
        }
        Err(source) => Err(TlsError::Key { path: key.to_owned(), source }),
    }
}

//! `jsonwebtoken`'s cryptography, done by the OpenSSL we already carry. It signs RS256 and nothing else; what is verified is
//! verified in [`super`], with keys that need no reading.

use std::sync::Once;

use jsonwebtoken::{
    Algorithm, AlgorithmFamily, DecodingKey, EncodingKey,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    errors::{Error, ErrorKind},
    signature::{Error as SignatureError, Signer as SignerTrait},
};
use openssl::{hash::MessageDigest, pkey::PKey, sign};

static PROVIDER: CryptoProvider =
    CryptoProvider { signer_factory: signer, verifier_factory: verifier, key_utils: KeyUtils::new_unimplemented() };

/// Makes OpenSSL the provider for this process. Calling it again does nothing.
pub fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // A second provider can only come from another crate; then every signature check would fail loudly.
        let _ = PROVIDER.install_default();
    });
}

struct Signer(EncodingKey);

fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>, Error> {
    if *algorithm == Algorithm::RS256 && key.family() == AlgorithmFamily::Rsa {
        Ok(Box::new(Signer(key.clone())))
    } else {
        Err(ErrorKind::InvalidAlgorithm.into())
    }
}

fn verifier(_: &Algorithm, _: &DecodingKey) -> Result<Box<dyn JwtVerifier>, Error> {
    Err(ErrorKind::InvalidAlgorithm.into())
}

impl SignerTrait<Vec<u8>> for Signer {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, SignatureError> {
        let key = PKey::private_key_from_der(self.0.as_bytes()).map_err(SignatureError::from_source)?;
        let mut signer = sign::Signer::new(MessageDigest::sha256(), &key).map_err(SignatureError::from_source)?;
        signer.sign_oneshot_to_vec(message).map_err(SignatureError::from_source)
    }
}

impl JwtSigner for Signer {
    fn algorithm(&self) -> Algorithm {
        Algorithm::RS256
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_rs256_is_signed_and_nothing_is_verified_here() {
        install();
        install();
        let rsa = (EncodingKey::from_rsa_der(b""), DecodingKey::from_rsa_der(b""));
        for algorithm in [Algorithm::RS384, Algorithm::PS256, Algorithm::HS256, Algorithm::ES256, Algorithm::EdDSA] {
            assert!(signer(&algorithm, &rsa.0).is_err());
            assert!(verifier(&algorithm, &rsa.1).is_err());
        }
        assert!(signer(&Algorithm::RS256, &EncodingKey::from_secret(b"private key bytes")).is_err());
        assert!(verifier(&Algorithm::RS256, &rsa.1).is_err());
    }
}

//! `jsonwebtoken`'s cryptography, done by the OpenSSL we already carry. RS256 and nothing else.

use std::sync::Once;

use jsonwebtoken::{
    Algorithm, AlgorithmFamily, DecodingKey, EncodingKey,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    errors::{Error, ErrorKind},
    signature::{Error as SignatureError, Signer as SignerTrait, Verifier as VerifierTrait},
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
struct Verifier(DecodingKey);

fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>, Error> {
    allowed(*algorithm, key.family())?;
    Ok(Box::new(Signer(key.clone())))
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, Error> {
    allowed(*algorithm, key.family())?;
    Ok(Box::new(Verifier(key.clone())))
}

fn allowed(algorithm: Algorithm, family: AlgorithmFamily) -> Result<(), Error> {
    if algorithm == Algorithm::RS256 && family == AlgorithmFamily::Rsa { Ok(()) } else { Err(ErrorKind::InvalidAlgorithm.into()) }
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

impl VerifierTrait<Vec<u8>> for Verifier {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), SignatureError> {
        let der = self.0.try_get_as_bytes().map_err(SignatureError::from_source)?;
        let key = PKey::public_key_from_der(der).map_err(SignatureError::from_source)?;
        let mut verifier = sign::Verifier::new(MessageDigest::sha256(), &key).map_err(SignatureError::from_source)?;
        match verifier.verify_oneshot(signature, message) {
            Ok(true) => Ok(()),
            Ok(false) => Err(SignatureError::new()),
            Err(error) => Err(SignatureError::from_source(error)),
        }
    }
}

impl JwtVerifier for Verifier {
    fn algorithm(&self) -> Algorithm {
        Algorithm::RS256
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_rs256_gets_a_signer_or_a_verifier() {
        install();
        install();
        let rsa = (EncodingKey::from_rsa_der(b""), DecodingKey::from_rsa_der(b""));
        for algorithm in [Algorithm::RS384, Algorithm::PS256, Algorithm::HS256, Algorithm::ES256, Algorithm::EdDSA] {
            assert!(signer(&algorithm, &rsa.0).is_err());
            assert!(verifier(&algorithm, &rsa.1).is_err());
        }
        assert!(verifier(&Algorithm::RS256, &DecodingKey::from_secret(b"public key bytes")).is_err());
    }
}

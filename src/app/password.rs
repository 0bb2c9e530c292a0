//! Passwords of administrators: argon2id, a few at a time.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use tokio::sync::Semaphore;

/// Shortest password. Length is what counts; no rules about characters.
const SHORTEST: usize = 12;
/// Longest; beyond, somebody is testing us.
const LONGEST: usize = 256;

/// Hashing costs 19 MiB and some 20 ms each: more than two at once would be a gift to a flood.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// Why a password cannot be hashed or compared.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Argon2 refused.
    #[error("the password could not be hashed")]
    Hash(#[from] argon2::password_hash::Error),
    /// The work was dropped.
    #[error("hashing was interrupted")]
    Interrupted,
}

/// What is wrong with a new password, in the words of its form.
#[must_use]
pub(super) fn weakness(name: &str, password: &str) -> Option<String> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Some(format!("Use at least {SHORTEST} characters; this has {length}. Four random words do well."));
    }
    if password.len() > LONGEST {
        return Some(format!("Use at most {LONGEST} characters."));
    }
    let mut distinct: Vec<char> = password.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() < 5 || password.to_lowercase().contains(&name.to_lowercase()) && length < SHORTEST + name.chars().count() {
        return Some("This is too easy to guess: it repeats itself or holds the name.".to_owned());
    }
    None
}

/// The hash to keep.
///
/// # Errors
/// When there is no randomness.
pub(super) async fn hash(password: &str) -> Result<String, PasswordError> {
    let password = password.to_owned();
    work(move || Ok(Argon2::default().hash_password(password.as_bytes())?.to_string())).await
}

/// Whether `password` is the one `hash` was made from. Without a hash it takes as long and says no.
///
/// # Errors
/// When the work was dropped.
pub(super) async fn verify(password: &str, hash: Option<&str>) -> Result<bool, PasswordError> {
    if password.len() > LONGEST {
        return Ok(false);
    }
    let (password, hash) = (password.to_owned(), hash.map(str::to_owned));
    work(move || match hash {
        Some(hash) => Ok(PasswordHash::new(&hash).is_ok_and(|h| Argon2::default().verify_password(password.as_bytes(), &h).is_ok())),
        None => Argon2::default().hash_password(password.as_bytes()).map(|_| false).map_err(PasswordError::from),
    })
    .await
}

async fn work<T: Send + 'static>(job: impl FnOnce() -> Result<T, PasswordError> + Send + 'static) -> Result<T, PasswordError> {
    let _one = AT_ONCE.acquire().await.map_err(|_| PasswordError::Interrupted)?;
    tokio::task::spawn_blocking(job).await.map_err(|_| PasswordError::Interrupted)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_opens_its_own_hash_and_no_other() {
        let kept = hash("correct horse battery").await.unwrap();
        assert!(kept.starts_with("$argon2id$"), "{kept}");
        assert_ne!(kept, hash("correct horse battery").await.unwrap());
        assert!(verify("correct horse battery", Some(&kept)).await.unwrap());
        assert!(!verify("correct horse batterx", Some(&kept)).await.unwrap());
        assert!(!verify("correct horse battery", Some("$argon2id$broken")).await.unwrap());
        assert!(!verify("correct horse battery", None).await.unwrap());
    }

    #[test]
    fn short_and_guessable_passwords_are_named_as_such() {
        for bad in ["short", "aaaaaaaaaaaaaaaa", "abababababababab", "administrator", &"x1y2z3".repeat(60)] {
            assert!(weakness("administrator", bad).is_some(), "{bad}");
        }
        for good in ["four random words here", "correct horse battery"] {
            assert_eq!(weakness("anna", good), None, "{good}");
        }
    }
}

//! Web addresses as people type them and platforms send them.

use url::Url;

/// Longest address that is kept.
const LONGEST: usize = 500;

/// Why a text is no address of a platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressFault {
    /// Not `http(s)://host…`.
    #[error("is no web address")]
    NotOne,
    /// It carries a user name or password.
    #[error("holds a user name")]
    HoldsUser,
    /// Longer than we keep.
    #[error("is longer than 500 characters")]
    TooLong,
}

/// An http(s) address with nothing hidden in it. Whether we may call it is for the address guard to say.
///
/// # Errors
/// When it is none.
pub fn parse(text: &str) -> Result<Url, AddressFault> {
    let url = Url::parse(text).map_err(|_| AddressFault::NotOne)?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err(AddressFault::NotOne);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(AddressFault::HoldsUser);
    }
    if text.len() > LONGEST { Err(AddressFault::TooLong) } else { Ok(url) }
}

/// Host, and port where it is not the scheme's own: `lms.example.edu`, `localhost:8080`.
#[must_use]
pub fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_must_be_one_and_hide_nothing() {
        assert_eq!(authority(&parse("https://LMS.example.edu:443/auth?x=1").unwrap()), "lms.example.edu");
        assert_eq!(authority(&parse("http://localhost:8080").unwrap()), "localhost:8080");
        for bad in ["", "lms.example.edu", "ftp://lms.example.edu", "https://", "javascript:alert(1)", "/relative"] {
            assert_eq!(parse(bad), Err(AddressFault::NotOne), "{bad}");
        }
        assert_eq!(parse("https://user:word@lms.example.edu"), Err(AddressFault::HoldsUser));
        assert_eq!(parse(&format!("https://lms.example.edu/{}", "x".repeat(500))), Err(AddressFault::TooLong));
    }
}

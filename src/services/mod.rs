//! Outbound HTTP to platforms, behind the address guard.

pub mod ags;
mod calls;
pub mod http;
pub mod key_sets;
pub mod notices;
pub mod nrps;
pub mod outcomes;
pub mod test_column;
pub mod tokens;

pub use calls::ServiceError;
use serde_json::Value;

/// A random number from 0 up to 1, for spreading retries.
pub(crate) fn fraction() -> f64 {
    let mut bytes = [0_u8; 4];
    match openssl::rand::rand_bytes(&mut bytes) {
        Ok(()) => f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0),
        Err(_) => 0.5,
    }
}

/// The platform's own words: of JSON its error, else the beginning of the text.
pub(crate) fn spoken(body: &str) -> String {
    let words = |value: &Value| {
        ["error_description", "error", "message"].iter().find_map(|name| value.get(name).and_then(Value::as_str).map(str::to_owned))
    };
    let text = serde_json::from_str::<Value>(body).ok().as_ref().and_then(words).unwrap_or_else(|| body.to_owned());
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platforms_words_are_found_and_kept_short() {
        assert_eq!(spoken(r#"{"error":"invalid_client"}"#), "invalid_client");
        assert_eq!(spoken(r#"{"error":"invalid_scope","error_description":"none left"}"#), "none left");
        assert_eq!(spoken("<html>\n  <p>No</p>"), "<html> <p>No</p>");
        assert_eq!(spoken(&"x".repeat(5000)).len(), 200);
    }

    #[test]
    fn fractions_lie_from_zero_up_to_one() {
        assert!((0..1000).map(|_| fraction()).all(|f| (0.0..1.0).contains(&f)));
    }
}

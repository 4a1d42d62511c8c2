//! Correlation ids and traces.

use crate::{hex, random};

/// Returns the client's correlation id if it is valid, and a new one otherwise.
pub fn correlation_id(given: Option<&str>) -> String {
    let is_valid = |id: &&str| {
        (1..=128).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    given.filter(is_valid).map_or_else(|| hex(&random::<16>()), str::to_owned)
}

/// Returns the `traceparent` of W3C Trace Context, version 00, if it is valid.
pub fn traceparent(given: Option<&str>) -> Option<String> {
    let parts: Vec<&str> = given?.split('-').collect();
    let is_hex = |part: &str, length| {
        part.len() == length
            && part.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
    let is_set = |part: &str| part.bytes().any(|byte| byte != b'0');
    match parts[..] {
        ["00", trace, parent, flags]
            if is_hex(trace, 32)
                && is_set(trace)
                && is_hex(parent, 16)
                && is_set(parent)
                && is_hex(flags, 2) =>
        {
            given.map(str::to_owned)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_valid_correlation_id_is_kept_and_another_is_replaced() {
        assert_eq!(correlation_id(Some("order-7.retry_2")), "order-7.retry_2");
        for invalid in [None, Some(""), Some("a b"), Some("a\"b"), Some(&"x".repeat(129) as &str)] {
            let made = correlation_id(invalid);
            assert_eq!(made.len(), 32, "{made}");
        }
    }

    #[test]
    fn only_a_valid_traceparent_is_kept() {
        let valid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(traceparent(Some(valid)).as_deref(), Some(valid));
        for invalid in
            ["", "00-0-0-0", &valid.to_uppercase(), &format!("{valid}-x"), &valid.replace("4bf9", "4bfZ")]
        {
            assert_eq!(traceparent(Some(invalid)), None, "{invalid}");
        }
    }
}

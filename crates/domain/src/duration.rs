//! Durations, as reminders use them.

use serde::Serialize;
use serde_json::{Value, json};

use crate::errors::{Errors, wrong};
use crate::field::{Field, text};

/// Duration in minutes, hours, days or weeks, such as `15m`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Duration(String);

/// Units, each with its length in minutes and the maximum number of digits.
const UNITS: [(char, u32, usize); 4] = [('m', 1, 5), ('h', 60, 4), ('d', 24 * 60, 3), ('w', 7 * 24 * 60, 2)];

impl Duration {
    /// Returns the duration in minutes.
    pub fn minutes(&self) -> u32 {
        minutes(&self.0).unwrap_or_default()
    }

    /// Returns the JSON schema of a duration greater than zero.
    pub(crate) fn positive_schema() -> Value {
        json!({ "type": "string", "pattern": "^([1-9][0-9]{0,4}m|[1-9][0-9]{0,3}h|[1-9][0-9]{0,2}d|[1-9][0-9]?w)$" })
    }
}

fn minutes(text: &str) -> Option<u32> {
    let (unit, unit_minutes, max_digits) = UNITS.into_iter().find(|(unit, ..)| text.ends_with(*unit))?;
    let digits = text.trim_end_matches(unit);
    let is_plain = digits.len() <= max_digits
        && digits.len() + 1 == text.len()
        && (digits == "0" || !digits.starts_with('0'));
    let number: u32 =
        digits.parse().ok().filter(|_| is_plain && digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some(number * unit_minutes)
}

impl Field for Duration {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let text = text(value)?;
        let detail =
            "must be a number of minutes, hours, days or weeks, such as 15m, 1h, 2d or 1w, at most 999d";
        minutes(text).map(|_| Self(text.to_owned())).ok_or_else(|| wrong(detail))
    }

    fn schema() -> Value {
        let pattern = "^((0|[1-9][0-9]{0,4})m|(0|[1-9][0-9]{0,3})h|(0|[1-9][0-9]{0,2})d|(0|[1-9][0-9]?)w)$";
        json!({ "type": "string", "pattern": pattern })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_number_and_a_unit() {
        for (text, minutes) in
            [("0m", 0), ("15m", 15), ("1h", 60), ("2d", 2880), ("1w", 10_080), ("999d", 1_438_560)]
        {
            let duration = Duration::parse(&json!(text)).expect("valid");
            assert_eq!((duration.minutes(), json!(duration)), (minutes, json!(text)));
        }
    }

    #[test]
    fn other_texts_are_rejected() {
        for text in [
            "",
            "m",
            "15",
            "-1h",
            "+1h",
            "1.5h",
            "1y",
            "1M",
            "15 m",
            "1000d",
            "100w",
            "99999999999m",
            "007m",
            "1mm",
            "soon",
            "1ä",
        ] {
            assert!(Duration::parse(&json!(text)).is_err(), "{text}");
        }
    }
}

//! Interval of a recurrence rule.

use serde::Serialize;
use serde_json::{Value, json};

use crate::errors::{Errors, wrong};
use crate::field::{Field, whole_number};

/// Number of days, weeks, months or years between occurrences: 1 to 999, 1 by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Interval(u16);

const MAX: u16 = 999;

impl From<Interval> for i64 {
    fn from(interval: Interval) -> Self {
        interval.0.into()
    }
}

impl Field for Interval {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let number = whole_number(value, 1..=MAX);
        number.map(Self).ok_or_else(|| wrong(format!("must be a whole number from 1 to {MAX}")))
    }

    fn schema() -> Value {
        json!({ "type": "integer", "minimum": 1, "maximum": MAX })
    }

    fn when_absent() -> Option<Self> {
        Some(Self(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_from_1_to_999() {
        for good in [json!(1), json!(7.0), json!(999)] {
            assert!(Interval::parse(&good).is_ok(), "{good}");
        }
        for bad in [
            json!(0),
            json!(-1),
            json!(1.5),
            json!(1000),
            json!(10_000),
            json!(65_537),
            json!("2"),
            json!(null),
        ] {
            assert!(Interval::parse(&bad).is_err(), "{bad}");
        }
    }
}

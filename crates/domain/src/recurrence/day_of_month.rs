//! Day of the month in a recurrence rule.

use serde::Serialize;
use serde_json::{Value, json};

use crate::errors::{Errors, wrong};
use crate::field::{Field, whole_number};

/// Day of the month: a number or `"last"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "Value")]
pub enum DayOfMonth {
    /// Number from 1 to 31. A month without that day uses its last day.
    Number(i8),
    /// Last day of the month.
    Last,
}

impl Field for DayOfMonth {
    fn parse(value: &Value) -> Result<Self, Errors> {
        match whole_number(value, 1..=31) {
            Some(day) => Ok(Self::Number(day as i8)),
            None if value == "last" => Ok(Self::Last),
            None => Err(wrong("must be a whole number from 1 to 31 or \"last\"")),
        }
    }

    fn schema() -> Value {
        json!({ "anyOf": [{ "type": "integer", "minimum": 1, "maximum": 31 }, { "const": "last" }] })
    }
}

impl From<DayOfMonth> for Value {
    fn from(day: DayOfMonth) -> Self {
        match day {
            DayOfMonth::Number(day) => json!(day),
            DayOfMonth::Last => json!("last"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_of_the_month_is_from_1_to_31_or_last() {
        for good in [json!(1), json!(31), json!("last")] {
            assert_eq!(DayOfMonth::parse(&good).map(Value::from), Ok(good));
        }
        for bad in
            [json!(0), json!(32), json!(-1), json!(1.5), json!(257), json!("31"), json!("Last"), json!(null)]
        {
            assert!(DayOfMonth::parse(&bad).is_err(), "{bad}");
        }
    }
}

//! Weekdays of a recurrence rule.

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::errors::{Errors, FieldError, wrong};
use crate::field::Field;

/// Set of at least one weekday, ordered from Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weekdays([bool; 7]);

const WORDS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl Weekdays {
    /// Iterates over the weekdays as days after Monday.
    pub(super) fn days_after_monday(self) -> impl Iterator<Item = i64> {
        (0..).zip(self.0).filter(|(_, is_selected)| *is_selected).map(|(day, _)| day)
    }
}

impl Field for Weekdays {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let given = value
            .as_array()
            .ok_or_else(|| wrong("must be a list of weekdays, such as [\"mon\", \"fri\"]"))?;
        if given.len() > WORDS.len() {
            return Err(wrong("must have at most 7 weekdays"));
        }
        let mut days = [false; 7];
        let mut errors = Errors::new();
        for (index, value) in given.iter().enumerate() {
            let detail = match WORDS.iter().position(|word| value == word) {
                Some(day) if !std::mem::replace(&mut days[day], true) => continue,
                Some(_) => "is given twice".to_owned(),
                None => format!("must be one of: {}", WORDS.join(" ")),
            };
            errors.push(FieldError { pointer: format!("/{index}"), detail });
        }
        if given.is_empty() {
            errors.extend(wrong("must have at least one weekday"));
        }
        if errors.is_empty() { Ok(Self(days)) } else { Err(errors) }
    }

    fn schema() -> Value {
        json!({ "type": "array", "items": { "type": "string", "enum": WORDS }, "minItems": 1, "uniqueItems": true })
    }
}

impl Serialize for Weekdays {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(
            WORDS.iter().zip(self.0).filter(|(_, is_selected)| *is_selected).map(|(word, _)| word),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointers(given: Value) -> Vec<String> {
        let errors = Weekdays::parse(&given).expect_err("something is wrong");
        errors.into_iter().map(|error| error.pointer).collect()
    }

    #[test]
    fn weekdays_are_kept_in_the_order_of_the_week() {
        let weekdays = Weekdays::parse(&json!(["sun", "wed", "mon"])).expect("valid");
        assert_eq!(json!(weekdays), json!(["mon", "wed", "sun"]));
    }

    #[test]
    fn repeated_and_unknown_weekdays_are_reported_with_their_index() {
        assert_eq!(pointers(json!(["mon", "fri", "mon", "Tue", 1])), ["/2", "/3", "/4"]);
    }

    #[test]
    fn an_empty_list_and_one_of_more_than_a_week_are_rejected() {
        assert_eq!(pointers(json!([])), [""]);
        assert_eq!(pointers(json!(vec!["mon"; 10_000])), [""]);
        assert_eq!(pointers(json!("mon")), [""]);
    }
}

//! Query parameters of lists. They parse text as well as JSON values: in a URL everything is text, in a tool
//! call a number may be either.

use serde::Serialize;
use serde_json::{Value, json};

use crate::errors::{Errors, wrong};
use crate::field::{Field, text};

/// Boolean parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Flag(pub bool);

impl Field for Flag {
    fn parse(value: &Value) -> Result<Self, Errors> {
        match (value, value.as_str()) {
            (Value::Bool(flag), _) => Ok(Self(*flag)),
            (_, Some("true")) => Ok(Self(true)),
            (_, Some("false")) => Ok(Self(false)),
            _ => Err(wrong("must be true or false")),
        }
    }

    fn schema() -> Value {
        json!({ "type": "boolean" })
    }
}

/// Parses a whole number from a JSON number or a string of digits.
fn number(value: &Value, min: u64, max: u64) -> Result<u64, Errors> {
    let text =
        value.as_str().filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()));
    // JSON has one number type, so `7.0` is a whole number.
    let whole = || {
        value.as_f64().filter(|number| number.fract() == 0.0 && *number >= 0.0).map(|number| number as u64)
    };
    match text.and_then(|text| text.parse().ok()).or_else(|| value.as_u64()).or_else(whole) {
        Some(number) if (min..=max).contains(&number) => Ok(number),
        _ => Err(wrong(format!("must be a whole number from {min} to {max}"))),
    }
}

/// Maximum number of results: 1 to 200.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Limit(pub u32);

impl Field for Limit {
    fn parse(value: &Value) -> Result<Self, Errors> {
        number(value, 1, 200).map(|limit| Self(limit as u32))
    }

    fn schema() -> Value {
        json!({ "type": "integer", "minimum": 1, "maximum": 200 })
    }
}

/// Number of results to skip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Offset(pub u32);

impl Field for Offset {
    fn parse(value: &Value) -> Result<Self, Errors> {
        number(value, 0, u32::MAX.into()).map(|offset| Self(offset as u32))
    }

    fn schema() -> Value {
        json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX })
    }
}

/// Position of a change among all changes of its user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Seq(pub u64);

impl Field for Seq {
    fn parse(value: &Value) -> Result<Self, Errors> {
        number(value, 0, i64::MAX.cast_unsigned()).map(Self)
    }

    fn schema() -> Value {
        json!({ "type": "integer", "minimum": 0, "maximum": i64::MAX })
    }
}

/// Name of the history that a position belongs to. One that TaskFlow has never given is that of another
/// history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Epoch(String);

impl Field for Epoch {
    fn parse(value: &Value) -> Result<Self, Errors> {
        crate::text::line(text(value)?, 64).map(Self)
    }

    fn schema() -> Value {
        crate::text::line_schema(64)
    }
}

/// One or more values, given as a repeated parameter or separated by commas.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct OneOrMore<T>(pub Vec<T>);

const MAX_VALUES: usize = 50;

impl<T: Field> Field for OneOrMore<T> {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let given = match value {
            Value::Array(given) => given.iter().map(text).collect::<Result<Vec<_>, _>>()?,
            one => vec![text(one)?],
        };
        let pieces = || given.iter().flat_map(|text| text.split(','));
        if pieces().nth(MAX_VALUES).is_some() {
            return Err(wrong(format!("must have at most {MAX_VALUES} values")));
        }
        pieces().map(|piece| T::parse(&json!(piece))).collect::<Result<_, _>>().map(Self)
    }

    fn schema() -> Value {
        json!({ "type": "array", "items": T::schema(), "minItems": 1, "maxItems": MAX_VALUES })
    }
}

/// Search text of up to 200 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Search(String);

impl Field for Search {
    fn parse(value: &Value) -> Result<Self, Errors> {
        crate::text::line(text(value)?, 200).map(Self)
    }

    fn schema() -> Value {
        crate::text::line_schema(200)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tag;

    #[test]
    fn values_are_repeated_or_separated_by_commas() {
        let values = |given: Value| OneOrMore::<Tag>::parse(&given).map(|values| json!(values));
        assert_eq!(values(json!("a,b")), Ok(json!(["a", "b"])));
        assert_eq!(values(json!(["a,b", "c"])), Ok(json!(["a", "b", "c"])));
        assert!(values(json!("a,")).is_err());
        // Too many are one error, whatever else is wrong with them.
        assert_eq!(values(json!(",".repeat(500_000))), Err(wrong("must have at most 50 values")));
    }
}

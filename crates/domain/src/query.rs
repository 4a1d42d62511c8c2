//! What lists are asked. In a query everything is text; in JSON a number is a number, and assistants write either.

use serde::Serialize;
use serde_json::{Value, json};

use crate::Errors;
use crate::field::{Field, text, wrong};

/// `true` or `false`.
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

/// A whole number, as it is or in digits alone.
fn number(value: &Value, least: u64, most: u64) -> Result<u64, Errors> {
    let text = value.as_str().filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()));
    // JSON knows one kind of numbers, so `7.0` is whole too.
    let whole = || value.as_f64().filter(|number| number.fract() == 0.0 && *number >= 0.0).map(|number| number as u64);
    match text.and_then(|text| text.parse().ok()).or_else(|| value.as_u64()).or_else(whole) {
        Some(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err(wrong(format!("must be a whole number from {least} to {most}"))),
    }
}

/// How many at the most: 1 to 200.
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

/// How many to leave out.
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

/// A place in the order of a user's changes.
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

/// One or several, repeated or separated by commas.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Several<T>(pub Vec<T>);

const MOST: usize = 50;

impl<T: Field> Field for Several<T> {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let given = match value {
            Value::Array(given) => given.iter().map(text).collect::<Result<Vec<_>, _>>()?,
            one => vec![text(one)?],
        };
        let pieces = given.iter().flat_map(|text| text.split(','));
        let all = pieces.map(|piece| T::parse(&json!(piece))).collect::<Result<Vec<_>, _>>()?;
        if all.len() > MOST { Err(wrong(format!("must be at most {MOST}"))) } else { Ok(Self(all)) }
    }

    fn schema() -> Value {
        json!({ "type": "array", "items": T::schema(), "minItems": 1, "maxItems": MOST })
    }
}

/// What is searched for: up to 200 characters.
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

//! Strict JSON: duplicate members are rejected, as either could be the intended one.

use std::cell::RefCell;
use std::error::Error;
use std::fmt::{Display, Formatter};

use domain::{Errors, FieldError};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Reason why a text is rejected.
#[derive(Debug)]
pub enum StrictError {
    /// The text is not JSON.
    Malformed(serde_json::Error),
    /// The text is nested too deep.
    TooDeep,
    /// The text has duplicate members.
    Duplicates(Errors),
}

impl Display for StrictError {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Malformed(_) => "the text is not JSON",
            Self::TooDeep => "the text is nested too deep",
            Self::Duplicates(_) => "the text has duplicate members",
        })
    }
}

impl Error for StrictError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Malformed(error) => Some(error),
            Self::TooDeep => None,
            Self::Duplicates(errors) => Some(errors),
        }
    }
}

/// Maximum depth, with room above every input.
const MAX_DEPTH: usize = 32;

#[derive(Default)]
struct Findings {
    too_deep: bool,
    duplicates: Errors,
}

/// Parses a JSON text.
pub fn read(bytes: &[u8]) -> Result<Value, StrictError> {
    let findings = RefCell::new(Findings::default());
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let place = Place { pointer: String::new(), depth: 0, findings: &findings };
    let read = place.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    let findings = findings.into_inner();
    match read {
        _ if findings.too_deep => Err(StrictError::TooDeep),
        Ok(_) if !findings.duplicates.is_empty() => Err(StrictError::Duplicates(findings.duplicates)),
        Ok(value) => Ok(value),
        Err(error) => Err(StrictError::Malformed(error)),
    }
}

/// Place in the text, with its JSON pointer.
struct Place<'a> {
    pointer: String,
    depth: usize,
    findings: &'a RefCell<Findings>,
}

impl Place<'_> {
    fn inside<E: serde::de::Error>(&self, name: &str) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            self.findings.borrow_mut().too_deep = true;
            return Err(E::custom("too deep"));
        }
        let pointer = format!("{}/{}", self.pointer, name.replace('~', "~0").replace('/', "~1"));
        Ok(Self { pointer, depth: self.depth + 1, findings: self.findings })
    }
}

impl<'de> DeserializeSeed<'de> for Place<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Place<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(self.inside(&values.len().to_string())?)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = object.next_key::<String>()? {
            let place = self.inside(&name)?;
            if members.contains_key(&name) {
                let error = FieldError { pointer: place.pointer.clone(), detail: "is given twice".into() };
                self.findings.borrow_mut().duplicates.push(error);
            }
            members.insert(name, object.next_value_seed(place)?);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn json_is_parsed_unchanged() {
        let text = r#"{"a":[1,-2,3.5,true,null,"ü\u0000"],"b":{"c":{}}}"#;
        assert_eq!(read(text.as_bytes()).ok(), serde_json::from_str(text).ok());
    }

    #[test]
    fn a_duplicate_member_is_named_wherever_it_is() {
        let Err(StrictError::Duplicates(errors)) = read(br#"{"a":1,"b":[{"c/d":1,"c/d":2}],"a":2}"#) else {
            panic!("not found")
        };
        let pointers: Vec<&str> = errors.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(pointers, ["/b/0/c~1d", "/a"]);
    }

    #[test]
    fn json_that_is_nested_too_deep_is_rejected() {
        assert!(matches!(read("[".repeat(100_000).as_bytes()), Err(StrictError::TooDeep)));
        let text = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
        assert!(read(text.as_bytes()).is_ok());
        assert_eq!(read(b"[]").ok(), Some(json!([])));
    }
}

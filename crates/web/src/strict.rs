//! Strict JSON: duplicate members are rejected, as either could be the intended one.
//!
//! Bodies are parsed before anybody knows who sends them, so the cost grows with their length alone, and the
//! number of their values is bounded, as each costs more than its bytes.

use std::cell::RefCell;
use std::error::Error;
use std::fmt::{Display, Formatter};

use domain::{Errors, FieldError, escape, shorten};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Reason why a text is rejected.
#[derive(Debug)]
pub enum StrictError {
    /// The text is not JSON.
    Malformed(serde_json::Error),
    /// The text is nested too deep.
    TooDeep,
    /// The text has too many values.
    TooMany,
    /// The text has duplicate members.
    Duplicates(Errors),
}

impl Display for StrictError {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Malformed(_) => "the text is not JSON",
            Self::TooDeep => "the text is nested too deep",
            Self::TooMany => "the text has too many values",
            Self::Duplicates(_) => "the text has duplicate members",
        })
    }
}

impl Error for StrictError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Malformed(error) => Some(error),
            Self::TooDeep | Self::TooMany => None,
            Self::Duplicates(errors) => Some(errors),
        }
    }
}

/// Maximum depth, with room above every input.
const MAX_DEPTH: usize = 32;

/// Maximum number of values in lists and objects, with room above every input.
const MAX_VALUES: usize = 10_000;

/// Maximum number of duplicate members to report; more of them only lengthen the response.
const MAX_DUPLICATES: usize = 20;

#[derive(Default)]
struct Findings {
    values: usize,
    too_deep: bool,
    duplicates: Errors,
}

/// Parses a JSON text.
pub fn read(bytes: &[u8]) -> Result<Value, StrictError> {
    let findings = RefCell::new(Findings::default());
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let place = Place { parent: None, step: Step::Item(0), depth: 0, findings: &findings };
    let read = place.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    let findings = findings.into_inner();
    match read {
        _ if findings.too_deep => Err(StrictError::TooDeep),
        _ if findings.values > MAX_VALUES => Err(StrictError::TooMany),
        Ok(_) if !findings.duplicates.is_empty() => Err(StrictError::Duplicates(findings.duplicates)),
        Ok(value) => Ok(value),
        Err(error) => Err(StrictError::Malformed(error)),
    }
}

/// Place in the text. Its JSON pointer is only written for an error.
#[derive(Clone, Copy)]
struct Place<'a> {
    /// Place of the list or object around it; the text as a whole has none.
    parent: Option<&'a Self>,
    step: Step<'a>,
    depth: usize,
    findings: &'a RefCell<Findings>,
}

/// Position in the list or object around a place.
#[derive(Clone, Copy)]
enum Step<'a> {
    Item(usize),
    Member(&'a str),
}

impl Place<'_> {
    fn inside<'a, E: serde::de::Error>(&'a self, step: Step<'a>) -> Result<Place<'a>, E> {
        let mut findings = self.findings.borrow_mut();
        if self.depth == MAX_DEPTH {
            findings.too_deep = true;
            return Err(E::custom("too deep"));
        }
        findings.values += 1;
        if findings.values > MAX_VALUES {
            return Err(E::custom("too many values"));
        }
        Ok(Place { parent: Some(self), step, depth: self.depth + 1, findings: self.findings })
    }

    fn pointer(&self) -> String {
        let Some(parent) = self.parent else { return String::new() };
        match self.step {
            Step::Item(index) => format!("{}/{index}", parent.pointer()),
            Step::Member(name) => format!("{}/{}", parent.pointer(), escape(name)),
        }
    }

    fn report_duplicate(&self) {
        let mut findings = self.findings.borrow_mut();
        if findings.duplicates.len() < MAX_DUPLICATES {
            let pointer = shorten(&self.pointer()).into_owned();
            findings.duplicates.push(FieldError { pointer, detail: "is given twice".into() });
        }
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
        // The end of a list is asked for as one more value, which counts for the list itself.
        while let Some(value) = list.next_element_seed(self.inside(Step::Item(values.len()))?)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = object.next_key::<String>()? {
            let place = self.inside(Step::Member(&name))?;
            if members.contains_key(&name) {
                place.report_duplicate();
            }
            let value = object.next_value_seed(place)?;
            members.insert(name, value);
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
    fn few_duplicate_members_are_reported_with_short_pointers() {
        let (outer, member) = ("a".repeat(1000), r#""b":1,"#.repeat(3000));
        let Err(StrictError::Duplicates(errors)) =
            read(format!(r#"{{"{outer}":{{{member}"b":1}}}}"#).as_bytes())
        else {
            panic!("not found")
        };
        assert_eq!(errors.len(), MAX_DUPLICATES);
        assert!(errors.iter().all(|error| error.pointer.len() < 300), "{}", errors[0].pointer);
    }

    #[test]
    fn json_with_too_many_values_is_rejected() {
        let list = |values: usize| format!("[{}0]", "0,".repeat(values - 1));
        assert!(matches!(read(list(500_000).as_bytes()), Err(StrictError::TooMany)));
        let members: Vec<String> = (0..=MAX_VALUES).map(|number| format!(r#""{number}":0"#)).collect();
        assert!(matches!(read(format!("{{{}}}", members.join(",")).as_bytes()), Err(StrictError::TooMany)));
        assert!(read(list(MAX_VALUES - 1).as_bytes()).is_ok());
    }

    #[test]
    fn json_that_is_nested_too_deep_is_rejected() {
        assert!(matches!(read("[".repeat(100_000).as_bytes()), Err(StrictError::TooDeep)));
        let text = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
        assert!(read(text.as_bytes()).is_ok());
        assert_eq!(read(b"[]").ok(), Some(json!([])));
    }
}

//! Parsing bodies and queries into types.

use std::cell::LazyCell;

use domain::{Errors, Field, NoMembers, shorten, wrong, wrong_member};
use percent_encoding::percent_decode;
use serde_json::{Map, Value, json};

use crate::strict::{self, StrictError};
use crate::{Problem, Request};

/// Parses the JSON body as a type. A missing body is an object without members.
pub fn body<T: Field>(request: &Request) -> Result<T, Problem> {
    if request.body.is_empty() && request.header("content-type").is_none() {
        return T::parse(&Value::Object(Map::new())).map_err(Problem::invalid_body);
    }
    let value = value(request)?;
    T::parse(&value).map_err(|errors| flag_nul(&value, Problem::invalid_body(errors)))
}

/// Parses the body as JSON.
pub fn value(request: &Request) -> Result<Value, Problem> {
    if !has_media_type(request, &["application/json", "application/merge-patch+json"]) {
        return Err(Problem::unsupported_media_type());
    }
    strict::read(&request.body).map_err(|error| match error {
        StrictError::Malformed(error) => {
            let (line, column) = (error.line(), error.column());
            Problem::malformed(format!("The body is not valid JSON: see line {line}, column {column}."))
        }
        StrictError::TooDeep => {
            Problem::malformed("The body is nested too deep.").suspicious("nested too deep")
        }
        StrictError::TooMany => {
            Problem::malformed("The body has too many values.").suspicious("too many values")
        }
        StrictError::Duplicates(errors) => {
            Problem::invalid_body(errors).suspicious("a member that comes twice")
        }
    })
}

/// Rejects a body with an encoding such as gzip, which would not be decoded.
pub fn check_encoding(request: &Request) -> Result<(), Problem> {
    let encoding = request.header("content-encoding").unwrap_or_default().trim();
    if encoding.is_empty() || encoding.eq_ignore_ascii_case("identity") {
        return Ok(());
    }
    Err(Problem::unsupported_encoding())
}

/// True if the body has one of these media types, and is UTF-8 as far as its `charset` says.
fn has_media_type(request: &Request, known: &[&str]) -> bool {
    let mut parts = request.header("content-type").unwrap_or_default().split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default();
    let is_utf8 = |parameter: &str| match parameter.split_once('=') {
        Some((name, charset)) if name.trim_end().eq_ignore_ascii_case("charset") => {
            let charset = charset.trim().trim_matches('"');
            ["utf-8", "utf8", "us-ascii"].iter().any(|known| charset.eq_ignore_ascii_case(known))
        }
        _ => true,
    };
    known.iter().any(|known| media_type.eq_ignore_ascii_case(known)) && parts.all(is_utf8)
}

/// Parses a JSON text as strictly as a body. Returns `None` if it is invalid.
pub fn parse(text: &str) -> Option<Value> {
    strict::read(text.as_bytes()).ok()
}

/// Reports a NUL character as suspicious: no well-behaved client sends one.
fn flag_nul(value: &Value, problem: Problem) -> Problem {
    fn has_nul(value: &Value) -> bool {
        match value {
            Value::String(text) => text.contains('\0'),
            Value::Array(values) => values.iter().any(has_nul),
            Value::Object(members) => {
                members.iter().any(|(name, value)| name.contains('\0') || has_nul(value))
            }
            _ => false,
        }
    }
    if has_nul(value) { problem.suspicious("a NUL character") } else { problem }
}

/// Parses the query as a type.
pub fn query<T: Field>(request: &Request) -> Result<T, Problem> {
    pairs(request.query.as_bytes(), Problem::invalid_query)
}

/// Returns the first value of a parameter of the query, whatever else the query has.
pub fn query_parameter(request: &Request, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(request.query.as_bytes());
    pairs.find(|(given, _)| given == name).map(|(_, value)| value.into_owned())
}

/// Parses the body of an HTML form as a type.
pub fn form<T: Field>(request: &Request) -> Result<T, Problem> {
    if !has_media_type(request, &["application/x-www-form-urlencoded"]) {
        return Err(Problem::not_a_form());
    }
    pairs(&request.body, Problem::invalid_body)
}

/// Maximum number of values in a query or form, with room above every one.
const MAX_PAIRS: usize = 1000;

/// Parses names with values. Only one that takes several values may be repeated.
fn pairs<T: Field>(text: &[u8], invalid: fn(Errors) -> Problem) -> Result<T, Problem> {
    if form_urlencoded::parse(text).nth(MAX_PAIRS).is_some() {
        return Err(invalid(wrong(format!("must have at most {MAX_PAIRS} values"))));
    }
    let mut members = Map::new();
    // Hardly any query repeats a name, and one that does so often needs the schema only once.
    let schema = LazyCell::new(T::schema);
    let encoded = text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    for (encoded, (name, value)) in encoded.zip(form_urlencoded::parse(text)) {
        // It would be replaced by another value.
        if percent_decode(encoded).decode_utf8().is_err() {
            return Err(invalid(wrong_member(&shorten(&name), "must be UTF-8")));
        }
        let value = Value::String(value.into_owned());
        match members.get_mut(&*name) {
            None => _ = members.insert(name.into_owned(), value),
            Some(given) if schema["properties"][&*name]["type"] == "array" => match given {
                Value::Array(all) => all.push(value),
                one => *one = json!([one.take(), value]),
            },
            Some(_) => {
                return Err(invalid(wrong_member(&shorten(&name), "is given twice")));
            }
        }
    }
    let value = Value::Object(members);
    T::parse(&value).map_err(|errors| flag_nul(&value, invalid(errors)))
}

/// Rejects a body with content on routes without one, so that no client believes that it had an effect.
pub fn reject_body(request: &Request) -> Result<(), Problem> {
    if request.body.is_empty() { Ok(()) } else { body::<NoMembers>(request).map(drop) }
}

/// Rejects a query on routes without one, so that no client believes that it had an effect.
pub fn reject_query(request: &Request) -> Result<(), Problem> {
    let errors: Errors = form_urlencoded::parse(request.query.as_bytes())
        .flat_map(|(name, _)| wrong_member(&shorten(&name), "is unknown"))
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(Problem::invalid_query(errors)) }
}

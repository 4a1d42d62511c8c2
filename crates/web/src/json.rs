//! Bodies and queries into types.

use domain::{Field, FieldError};
use serde_json::{Map, Value};

use crate::{Problem, Request};

/// The request's JSON body as a type. A wrong media type, broken JSON and wrong members each say so; no body at all is an
/// object without members.
pub fn body<T: Field>(request: &Request) -> Result<T, Problem> {
    if request.body.is_empty() && request.header("content-type").is_none() {
        return T::parse(&Value::Object(Map::new())).map_err(Problem::invalid_body);
    }
    let media_type = request.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default();
    if !["application/json", "application/merge-patch+json"]
        .iter()
        .any(|known| media_type.trim().eq_ignore_ascii_case(known))
    {
        return Err(Problem::unsupported_media_type());
    }
    let value: Value = serde_json::from_slice(&request.body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Problem::malformed(format!("The body is not valid JSON: look at line {line}, column {column}."))
    })?;
    T::parse(&value).map_err(Problem::invalid_body)
}

/// The request's query as a type. A parameter that comes twice is refused, as nobody knows which one was meant.
pub fn query<T: Field>(request: &Request) -> Result<T, Problem> {
    let mut members = Map::new();
    for (name, value) in form_urlencoded::parse(request.query.as_bytes()) {
        if members.insert(name.to_string(), Value::String(value.into_owned())).is_some() {
            let error = FieldError { pointer: format!("/{name}"), detail: "is given twice".into() };
            return Err(Problem::invalid_query(vec![error]));
        }
    }
    T::parse(&Value::Object(members)).map_err(Problem::invalid_query)
}

/// Refuses a query where nobody looks at one, so that nobody believes that it was understood.
pub fn no_query(request: &Request) -> Result<(), Problem> {
    let detail = "is not known here";
    let errors: Vec<FieldError> = form_urlencoded::parse(request.query.as_bytes())
        .map(|(name, _)| FieldError { pointer: format!("/{name}"), detail: detail.into() })
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(Problem::invalid_query(errors)) }
}

//! Bodies and queries into types.

use domain::{Field, FieldError};
use serde_json::{Map, Value, json};

use crate::strict::{self, Wrong};
use crate::{Problem, Request};

/// The request's JSON body as a type. A wrong media type, broken JSON and wrong members each say so; no body at all is an
/// object without members.
pub fn body<T: Field>(request: &Request) -> Result<T, Problem> {
    if request.body.is_empty() && request.header("content-type").is_none() {
        return T::parse(&Value::Object(Map::new())).map_err(Problem::invalid_body);
    }
    let value = value(request)?;
    T::parse(&value).map_err(|errors| refuse(&value, Problem::invalid_body(errors)))
}

/// The request's body as JSON of whatever kind.
pub fn value(request: &Request) -> Result<Value, Problem> {
    let media_type = request.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default();
    if !["application/json", "application/merge-patch+json"]
        .iter()
        .any(|known| media_type.trim().eq_ignore_ascii_case(known))
    {
        return Err(Problem::unsupported_media_type());
    }
    strict::read(&request.body).map_err(|wrong| match wrong {
        Wrong::Malformed(error) => {
            let (line, column) = (error.line(), error.column());
            Problem::malformed(format!("The body is not valid JSON: look at line {line}, column {column}."))
        }
        Wrong::TooDeep => {
            Problem::malformed("The body is nested deeper than anything here is.").suspicious("nested too deep")
        }
        Wrong::Twice(errors) => Problem::invalid_body(errors).suspicious("a member that comes twice"),
    })
}

/// No honest client sends a NUL character, so that is worth a note.
fn refuse(value: &Value, problem: Problem) -> Problem {
    fn has_nul(value: &Value) -> bool {
        match value {
            Value::String(text) => text.contains('\0'),
            Value::Array(values) => values.iter().any(has_nul),
            Value::Object(members) => members.iter().any(|(name, value)| name.contains('\0') || has_nul(value)),
            _ => false,
        }
    }
    if has_nul(value) { problem.suspicious("a NUL character") } else { problem }
}

/// The request's query as a type. A parameter that comes twice is refused, as nobody knows which one was meant, unless it
/// takes several.
pub fn query<T: Field>(request: &Request) -> Result<T, Problem> {
    let mut members = Map::new();
    for (name, value) in form_urlencoded::parse(request.query.as_bytes()) {
        let value = Value::String(value.into_owned());
        match members.get_mut(&*name) {
            None => _ = members.insert(name.into_owned(), value),
            // Only here is the schema made: hardly any query repeats a name.
            Some(given) if T::schema()["properties"][&*name]["type"] == "array" => match given {
                Value::Array(all) => all.push(value),
                one => *one = json!([one.take(), value]),
            },
            Some(_) => {
                let error = FieldError { pointer: format!("/{name}"), detail: "is given twice".into() };
                return Err(Problem::invalid_query(vec![error]));
            }
        }
    }
    let value = Value::Object(members);
    T::parse(&value).map_err(|errors| refuse(&value, Problem::invalid_query(errors)))
}

/// Refuses a query where nobody looks at one, so that nobody believes that it was understood.
pub fn no_query(request: &Request) -> Result<(), Problem> {
    let detail = "is not known here";
    let errors: Vec<FieldError> = form_urlencoded::parse(request.query.as_bytes())
        .map(|(name, _)| FieldError { pointer: format!("/{name}"), detail: detail.into() })
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(Problem::invalid_query(errors)) }
}

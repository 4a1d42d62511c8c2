//! A place in a list, as clients keep it: they hand it back and never look inside.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Errors, Field};
use serde::Serialize;
use serde_json::{Value, json};
use store::Refusal;

/// A place in a list.
#[derive(Debug, Serialize)]
pub struct Cursor {
    /// The last task of the page before: its key in the order, and its id.
    pub after: Value,
    /// The filters and the order of that list.
    pub of: String,
}

impl Cursor {
    /// The cursor behind that place.
    pub fn write(after: &str, of: &str) -> Result<String, Refusal> {
        let after: Value =
            serde_json::from_str(after).map_err(|error| Refusal::fault(format!("a place in a list: {error}")))?;
        Ok(URL_SAFE_NO_PAD.encode(json!([after["key"], after["id"], of]).to_string()))
    }
}

impl Field for Cursor {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let wrong = || domain::wrong("must be the `next_cursor` of an earlier page");
        let bytes = value.as_str().and_then(|text| URL_SAFE_NO_PAD.decode(text).ok()).ok_or_else(wrong)?;
        let parts: Value = serde_json::from_slice(&bytes).map_err(|_| wrong())?;
        match parts.as_array().map(Vec::as_slice) {
            Some([key, id, Value::String(of)])
                if (key.is_null() || key.as_str().is_some_and(|key| !key.contains('\0')))
                    && id.as_str().is_some_and(|id| id.parse::<domain::TaskId>().is_ok()) =>
            {
                Ok(Self { after: json!({ "key": key, "id": id }), of: of.clone() })
            }
            _ => Err(wrong()),
        }
    }

    fn schema() -> Value {
        json!({ "type": "string", "maxLength": 4096, "pattern": "^[A-Za-z0-9_-]+$" })
    }
}

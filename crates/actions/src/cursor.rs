//! A place in a list, as clients keep it: they hand it back and never look inside.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{DueDate, Errors, Field};
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

    /// The place of this cursor in a list that is ordered by time, if it belongs to that list.
    pub fn in_time(&self, of: &str) -> Result<&Value, Errors> {
        let is_time = matches!(DueDate::parse(&self.after["key"]), Ok(DueDate::At(_)));
        if self.of == of && is_time {
            return Ok(&self.after);
        }
        Err(domain::wrong_member("cursor", "belongs to other filters: leave it out to begin anew"))
    }

    /// The page of which a body returned two rows: its items, and the place of the last one where more follow.
    pub fn page(mut rows: Vec<String>, of: &str) -> Result<String, Refusal> {
        let next = match rows.pop().filter(|next| next != "null") {
            Some(after) => format!("\"{}\"", Self::write(&after, of)?),
            None => "null".into(),
        };
        let items = rows.pop().ok_or(Refusal::NotFound)?;
        Ok(format!("{{\"items\":{items},\"next_cursor\":{next}}}"))
    }

    /// The JSON schema of a page of such things.
    pub fn page_of(description: &str, item: Value) -> Value {
        json!({
            "type": "object",
            "description": description,
            "properties": {
                "items": { "type": "array", "items": item },
                "next_cursor": { "type": ["string", "null"], "description": "To be sent as `cursor`, for the next page" },
            },
            "required": ["items", "next_cursor"],
            "additionalProperties": false,
        })
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

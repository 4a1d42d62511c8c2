//! Opaque cursors of paginated lists.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Errors, Field, TimeOrDay};
use serde::Serialize;
use serde_json::{Value, json};

/// Position in a list, after the last item of a page.
#[derive(Debug, Serialize)]
pub struct Cursor {
    /// Sort key and id of the last item of the previous page.
    pub after: Value,
    /// Fingerprint of the filters and the order of the list.
    pub fingerprint: String,
}

impl Cursor {
    /// Returns the position in a list sorted by time, or an error if the cursor belongs to another list.
    pub fn time_position(&self, fingerprint: &str) -> Result<&Value, Errors> {
        let is_time = matches!(TimeOrDay::parse(&self.after["key"]), Ok(TimeOrDay::At(_)));
        if self.fingerprint == fingerprint && is_time {
            return Ok(&self.after);
        }
        Err(domain::wrong_member(
            "cursor",
            "belongs to a list with other filters; omit it to start from the beginning",
        ))
    }

    /// Returns the JSON schema of a page of items.
    pub fn page_schema(description: &str, item: Value) -> Value {
        json!({
            "type": "object",
            "description": description,
            "properties": {
                "items": { "type": "array", "items": item },
                "next_cursor": { "type": ["string", "null"], "description": "Send it as `cursor` to get the next page; null on the last page" },
            },
            "required": ["items", "next_cursor"],
            "additionalProperties": false,
        })
    }
}

impl Field for Cursor {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let wrong = || domain::wrong("must be the `next_cursor` of a previous page");
        let bytes = value.as_str().and_then(|text| URL_SAFE_NO_PAD.decode(text).ok()).ok_or_else(wrong)?;
        let parts: Value = serde_json::from_slice(&bytes).map_err(|_| wrong())?;
        match parts.as_array().map(Vec::as_slice) {
            Some([key, id, Value::String(fingerprint)])
                if (key.is_null() || key.as_str().is_some_and(|key| !key.contains('\0')))
                    && id.as_str().is_some_and(|id| id.parse::<domain::Id>().is_ok()) =>
            {
                Ok(Self { after: json!({ "key": key, "id": id }), fingerprint: fingerprint.clone() })
            }
            _ => Err(wrong()),
        }
    }

    fn schema() -> Value {
        json!({ "type": "string", "maxLength": 4096, "pattern": "^[A-Za-z0-9_-]+$" })
    }
}

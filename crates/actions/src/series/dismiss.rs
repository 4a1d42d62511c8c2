//! Dismisses the missed tasks of a series.

use serde_json::{Value, json};
use store::{Client, Refusal, statement};

use crate::tasks::Target;

/// Moves the open missed tasks of a series of the caller to the trash. Returns their number: `{dismissed}`.
pub fn dismiss(client: &Client<'_>, series: &Target) -> Result<String, Refusal> {
    client.one(statement!("dismiss.sql"), series)
}

/// Returns the JSON schema of the response.
pub fn schema() -> Value {
    json!({
        "type": "object",
        "description": "Number of missed tasks moved to the trash",
        "properties": { "dismissed": { "type": "integer", "minimum": 0 } },
        "required": ["dismissed"],
        "additionalProperties": false,
    })
}
